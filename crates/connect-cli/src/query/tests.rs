//! `--query` on values: what the AWS CLI makes of them.

use serde_json::json;

use super::*;

fn contacts() -> Value {
    json!({
        "ContactSummaryList": [
            {"ContactId": "c-1", "Channel": "VOICE", "InitiationTimestamp": "2023-11-14T22:13:20+00:00"},
            {"ContactId": "c-2", "Channel": "CHAT", "InitiationTimestamp": "2024-02-01T00:00:00+00:00"},
            {"ContactId": "c-3", "Channel": "VOICE", "InitiationTimestamp": "2024-03-01T00:00:00+00:00"},
        ],
        "Counts": [3, 1, 2.5],
    })
}

fn search(query: &str) -> Value {
    Query::compile(query).unwrap().search(&contacts()).unwrap()
}

#[test]
fn members_keep_their_order() {
    let found = search("ContactSummaryList[0].{Zebra: ContactId, Apple: Channel}");
    assert_eq!(found.to_string(), r#"{"Zebra":"c-1","Apple":"VOICE"}"#);
    let found = search("ContactSummaryList[1] | *");
    assert_eq!(
        found.to_string(),
        r#"["c-2","CHAT","2024-02-01T00:00:00+00:00"]"#
    );
    assert_eq!(search("keys(@)"), json!(["ContactSummaryList", "Counts"]));
}

#[test]
fn strings_can_be_ordered_and_numbers_stay_whole() {
    let query = "ContactSummaryList[?InitiationTimestamp >= '2024'].ContactId";
    assert_eq!(search(query), json!(["c-2", "c-3"]));
    assert_eq!(search("length(ContactSummaryList)"), json!(3));
    assert_eq!(search("sum(Counts[:2])"), json!(4));
    assert_eq!(search("sum(Counts)"), json!(6.5));
    assert_eq!(
        search("ContactSummaryList[?`1` == `1.0`] | length(@)"),
        json!(3)
    );
}

#[test]
fn slices_count_from_both_ends() {
    for (query, expected) in [
        ("Counts[::-1]", json!([2.5, 1, 3])),
        ("Counts[-2:]", json!([1, 2.5])),
        ("Counts[5:]", json!([])),
        ("Counts[-10:-1]", json!([3, 1])),
        ("Counts[2:0:-1]", json!([2.5, 1])),
        ("Counts[-1]", json!(2.5)),
        ("Counts[-4]", json!(null)),
    ] {
        assert_eq!(search(query), expected, "{query}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let failure = Query::compile("foo[").unwrap_err();
    assert_eq!(failure.exit_code(), 252);
    assert!(
        failure
            .to_string()
            .starts_with("Bad value for --query foo[: ")
    );
    for (query, message) in [
        ("nope(@)", "Unknown function: nope()"),
        (
            "abs(@, @)",
            "Expected 1 argument for function abs(), received 2",
        ),
        (
            "abs('x')",
            "In function abs(), invalid type for value: \"x\", expected a number",
        ),
        ("Counts[::0]", "Invalid slice: the step cannot be 0"),
    ] {
        let query = Query::compile(query).unwrap();
        let failure = query.search(&contacts()).unwrap_err();
        assert_eq!(failure.to_string(), message);
        assert_eq!(failure.exit_code(), 255);
    }
}

/// What jmespath.py makes of expressions; none where it has an error.
#[test]
fn is_jmespath_py() {
    let value = json!({
        "L": [{"a": 1, "b": {"c": "x"}, "d": [1, 2, 3]}, {"a": 2, "b": {"c": "y"}, "d": [4]}, {"a": null}],
        "s": "é`", "n": -2.5, "E": [], "c": [{"Channel": "CHAT"}, {"Channel": "VOICE"}],
    });
    for (query, expected) in [
        // A multi-select ends what a projection applies to its elements.
        ("L[].{x:a}[0]", Some(json!({"x": 1}))),
        ("L[*].{x:a}[0]", Some(json!({"x": 1}))),
        ("L[].[a][0]", Some(json!([1]))),
        ("L[].[a][]", Some(json!([1, 2]))),
        ("L[].{x:a}[?x]", Some(json!([{"x": 1}, {"x": 2}]))),
        ("L[].{x:a}.x", Some(json!(null))),
        ("L[*].b.[c][0]", Some(json!(["x", "y"]))),
        ("L[*].d[0]", Some(json!([1, 4]))),
        ("L[*].*[0]", Some(json!([[1], [4], []]))),
        ("L[*].[a].[0]", None),
        // A slice after an index does not project.
        ("L[0].d[0:2][0]", Some(json!([]))),
        ("[L][0][:2].a", Some(json!(null))),
        ("L[:2].a", Some(json!([1, 2]))),
        ("L[99999999999999999999]", Some(json!(null))),
        ("E[::99999999999999999999]", Some(json!([]))),
        ("L[0:1:1:1]", None),
        // Literals, old and new.
        ("c[?Channel==`CHAT`].Channel", Some(json!(["CHAT"]))),
        ("c[?Channel==`\"CHAT\"`].Channel", Some(json!(["CHAT"]))),
        ("` a b`", Some(json!("a b"))),
        ("``", Some(json!(""))),
        ("`a\\`b`", Some(json!("a`b"))),
        ("`a\"b`", None),
        ("`[1, {\"a\": null}]`", Some(json!([1, {"a": null}]))),
        ("'it\\'s \\n'", Some(json!("it's \\n"))),
        ("'open", None),
        ("\"\\u0073\" == s", Some(json!(true))),
        // Precedence.
        ("!L[0].a", Some(json!(null))),
        ("!L[0]", Some(json!(false))),
        ("E || n && s", Some(json!("é`"))),
        ("n == n == `true`", Some(json!(true))),
        ("L[?a == `1` || b.c == 'y'].a", Some(json!([1, 2]))),
        ("(length)(s)", Some(json!(2))),
        ("\"length\"(s)", None),
        ("@(s)", None),
        ("{a: n, b: n,}", None),
        ("[n,]", None),
        ("contains(s 'é')", Some(json!(true))),
        ("", None),
        ("n = s", None),
        ("n #", None),
        // Values and functions.
        ("`1` == `true`", Some(json!(false))),
        ("contains(`[1]`, `true`)", Some(json!(true))),
        ("contains(s, `1`)", None),
        ("n < s", None),
        ("n < E", Some(json!(null))),
        ("nope.nope(@)", None),
        ("L[*].nope.length(@)", None),
        ("E[*].nope(@)", Some(json!([]))),
        ("nope.abs()", None),
        ("not_null()", None),
        ("merge()", None),
        ("not_null(n, abs(s))", None),
        ("sort_by(L, &a)", None),
        ("sort_by(L[:2], a)", None),
        ("sort_by(L[:2], &d[0])[-1].a", Some(json!(2))),
        ("max_by(L[?a], &a).a", Some(json!(2))),
        ("map(&a | @, L)", Some(json!([1, 2, null]))),
        ("&a", None),
        (
            "to_string([s, n, `1e20`])",
            Some(json!("[\"\\u00e9`\",-2.5,1e+20]")),
        ),
        ("to_number(' 7 ')", Some(json!(7))),
    ] {
        let found = Query::compile(query).and_then(|query| query.search(&value));
        assert_eq!(found.ok(), expected, "{query}");
    }
}

#[test]
fn what_nests_too_deeply_is_rejected() {
    for query in [
        "(".repeat(100_000),
        "a.".repeat(100_000),
        "!".repeat(100_000),
    ] {
        let failure = Query::compile(&query).unwrap_err().to_string();
        assert!(failure.ends_with("nested too deeply"));
    }
}

/// Cases beside the repository, where there are any: documents, and what jmespath.py makes of expressions on them.
#[test]
fn kept_cases_hold() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/cases/jmespath.json"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: no ../shared/cases/jmespath.json");
        return;
    };
    let cases: Value = serde_json::from_str(&text).unwrap();
    for case in cases["cases"].as_array().unwrap() {
        let document = &cases["documents"][case["document"].as_str().unwrap()];
        let expression = case["expression"].as_str().unwrap();
        let found = Query::compile(expression).and_then(|query| query.search(document));
        match (found, case.get("result")) {
            (Ok(found), Some(expected)) if equal(&found, expected) => {}
            (Err(_), None) => {}
            (found, _) => panic!("{expression}: {found:?} is not {case}"),
        }
    }
}
