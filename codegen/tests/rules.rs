//! Endpoint rules: rule sets of our own against the code expected of them, which is compiled here and runs their tests.
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]

use std::path::Path;

use connect_codegen::rules;
use proptest::prelude::*;
use serde_json::{Value, json};

#[rustfmt::skip]
#[path = "rules/language/expected.rs"]
mod language;

/// The expected code is called by its own tests; this keeps it from being unused without them.
#[test]
fn the_expected_code_resolves() {
    let params = connect_protocol::endpoint::Params::default();
    let error = language::resolve(&params).unwrap_err().to_string();
    assert_eq!(error, "no endpoint: Tenant is not set");
}

fn check(folder: &str, input: &Value, shape_id: &str) {
    let rule_set = rules::lower(&input["endpointRuleSet"], shape_id).unwrap();
    let tests = rules::lower_tests(&input["endpointTests"], &rule_set, shape_id).unwrap();
    assert!(!tests.is_empty());
    let (code, tests) = (rules::emit(&rule_set), rules::emit_tests(&tests));
    let file = quote::quote!(use connect_protocol::endpoint; #code #tests);
    let file = syn::parse2(file).unwrap();
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/rules/{folder}/expected.rs"));
    let found = prettyplease::unparse(&file);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert!(
        expected == found,
        "{} differs; UPDATE_EXPECTED=1 writes what is emitted now",
        path.display()
    );
}

fn read(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_function_of_the_language_is_emitted() {
    check(
        "language",
        &read("tests/rules/language/input.json"),
        "example#Service",
    );
}

/// A rule set with one parameter of each type and one rule.
fn one_rule(rule: &Value) -> Value {
    json!({
        "version": "1.0",
        "parameters": {
            "Region": { "type": "string", "builtIn": "AWS::Region" },
            "Name": { "type": "string", "required": true },
            "Flag": { "type": "boolean", "required": true, "default": false },
            "Maybe": { "type": "boolean" },
            "List": { "type": "stringArray", "required": true },
        },
        "rules": [rule],
    })
}

fn one_condition(condition: &Value) -> Value {
    one_rule(&json!({ "type": "error", "conditions": [condition], "error": "no" }))
}

fn refusal(rule_set: &Value) -> String {
    rules::lower(rule_set, "example#Service")
        .unwrap_err()
        .to_string()
}

#[test]
fn a_wrong_rule_is_refused_with_its_place() {
    let argv = "/rules/0/conditions/0/argv";
    let table = [
        (
            json!({ "fn": "nope", "argv": [] }),
            "/rules/0/conditions/0/fn",
            "no function",
        ),
        (
            json!({ "argv": [] }),
            "/rules/0/conditions/0",
            "`fn` is missing",
        ),
        (
            json!({ "fn": "isSet" }),
            "/rules/0/conditions/0",
            "`argv` is missing",
        ),
        (
            json!({ "fn": "isSet", "argv": 1 }),
            argv,
            "expected an array, found a number",
        ),
        (
            json!({ "fn": "isSet", "argv": [] }),
            "/rules/0/conditions/0",
            "expected 1 arguments, found 0",
        ),
        (
            json!({ "fn": "isSet", "argv": [{ "ref": "Nope" }] }),
            "/rules/0/conditions/0/argv/0/ref",
            "`Nope`",
        ),
        (
            json!({ "fn": "not", "argv": [{ "ref": "Name" }] }),
            "/rules/0/conditions/0/argv/0",
            "expected a boolean, found a string",
        ),
        (
            json!({ "fn": "not", "argv": [{ "ref": "Maybe" }] }),
            "/rules/0/conditions/0/argv/0",
            "a boolean that may be unset",
        ),
        (
            json!({ "fn": "booleanEquals", "argv": [true, "true"] }),
            "/rules/0/conditions/0/argv/1",
            "expected a boolean, found a string",
        ),
        (
            json!({ "fn": "stringEquals", "argv": ["{Region}", "x"] }),
            "/rules/0/conditions/0/argv/0",
            "`Region` is a string that may be unset",
        ),
        (
            json!({ "fn": "stringEquals", "argv": ["{Region", "x"] }),
            "/rules/0/conditions/0/argv/0",
            "without a `}`",
        ),
        (
            json!({ "fn": "stringEquals", "argv": ["{Flag}", "x"] }),
            "/rules/0/conditions/0/argv/0",
            "`Flag` is a boolean",
        ),
        (
            json!({ "fn": "substring", "argv": ["x", 0, -1, false] }),
            "/rules/0/conditions/0/argv/2",
            "not negative",
        ),
        (
            json!({ "fn": "substring", "argv": ["x", 0, 1.5, false] }),
            "/rules/0/conditions/0/argv/2",
            "whole numbers",
        ),
        (
            json!({ "fn": "getAttr", "argv": [{ "ref": "List" }, "name"] }),
            "/rules/0/conditions/0",
            "no attribute `name`",
        ),
        (
            json!({ "fn": "getAttr", "argv": [{ "ref": "List" }, "[x]"] }),
            "/rules/0/conditions/0",
            "no step of a path",
        ),
        (
            json!({ "fn": "getAttr", "argv": [{ "ref": "Name" }, "[0]"] }),
            "/rules/0/conditions/0",
            "an item of a string",
        ),
        (
            json!({ "fn": "coalesce", "argv": [{ "ref": "Region" }, true] }),
            "/rules/0/conditions/0/argv/1",
            "expected a string, found a boolean",
        ),
        (
            json!({ "fn": "ite", "argv": [true, "a", 1] }),
            "/rules/0/conditions/0",
            "no one type",
        ),
        (
            json!({ "fn": "uriEncode", "argv": ["x"], "assign": "Region" }),
            "/rules/0/conditions/0/assign",
            "in scope already",
        ),
        (
            json!({ "fn": "uriEncode", "argv": ["x"], "assign": "a-b" }),
            "/rules/0/conditions/0/assign",
            "no name",
        ),
        (
            json!({ "fn": "uriEncode", "argv": [["x"]] }),
            "/rules/0/conditions/0/argv/0",
            "expected an object, found an array",
        ),
    ];
    for (condition, place, reason) in table {
        let message = refusal(&one_condition(&condition));
        let start =
            format!("model: example#Service (smithy.rules#endpointRuleSet): at `{place}`: ");
        assert!(
            message.starts_with(&start) && message.contains(reason),
            "{condition}\n  {message}"
        );
    }
}

#[test]
fn a_wrong_rule_set_is_refused_with_its_place() {
    let endpoint = |endpoint: Value| {
        one_rule(&json!({ "type": "endpoint", "conditions": [], "endpoint": endpoint }))
    };
    let parameter = |parameter: Value| json!({ "version": "1.0", "parameters": { "P": parameter }, "rules": [] });
    let table = [
        (
            json!([]),
            "(smithy.rules#endpointRuleSet): expected",
            "an object, found an array",
        ),
        (json!({ "version": "2.0" }), "`/version`", "1.x"),
        (
            json!({ "version": "1.0", "parameters": {}, "rules": [] }),
            "`/rules`",
            "no rules",
        ),
        (
            one_rule(&json!({ "type": "loop" })),
            "`/rules/0/type`",
            "`loop`",
        ),
        (
            one_rule(&json!({ "type": "tree", "rules": [{}] })),
            "`/rules/0/rules/0`",
            "`type` is missing",
        ),
        (
            endpoint(json!({})),
            "`/rules/0/endpoint`",
            "`url` is missing",
        ),
        (
            endpoint(json!({ "url": { "ref": "Flag" } })),
            "`/rules/0/endpoint/url`",
            "found a boolean",
        ),
        (
            endpoint(json!({ "url": "x", "headers": { "a/b": ["{"] } })),
            "`/rules/0/endpoint/headers/a~1b/0`",
            "without",
        ),
        (
            endpoint(json!({ "url": "x", "properties": { "authSchemes": [{}] } })),
            "`/rules/0/endpoint/properties/authSchemes/0`",
            "`name`",
        ),
        (
            parameter(json!({ "type": "integer" })),
            "`/parameters/P/type`",
            "`integer`",
        ),
        (
            parameter(json!({ "type": "string", "default": true })),
            "`/parameters/P/default`",
            "found a boolean",
        ),
        (
            parameter(json!({ "type": "boolean", "builtIn": "AWS::Region" })),
            "`/parameters/P/type`",
            "another type",
        ),
        (
            json!({ "version": "1.0", "parameters": { "FOOBar": { "type": "string" }, "FooBar": { "type": "string" } } }),
            "`/parameters/FooBar`",
            "same name in Rust",
        ),
    ];
    for (rule_set, place, reason) in table {
        let message = refusal(&rule_set);
        assert!(
            message.contains(place) && message.contains(reason),
            "{message}"
        );
    }
}

#[test]
fn a_variable_ends_with_its_rule() {
    let rule_set = json!({
        "version": "1.0",
        "parameters": { "Name": { "type": "string" } },
        "rules": [
            {
                "type": "error",
                "conditions": [{ "fn": "isSet", "argv": [{ "ref": "Name" }] }],
                "error": "{Name}",
            },
            { "type": "error", "conditions": [], "error": "{Name}" },
        ],
    });
    assert!(refusal(&rule_set).contains("`/rules/1/error`: `Name` is a string that may be unset"));
}

#[test]
fn a_wrong_test_is_refused_with_its_place() {
    let rule_set = one_rule(&json!({ "type": "error", "conditions": [], "error": "no" }));
    let rule_set = rules::lower(&rule_set, "example#Service").unwrap();
    let table = [
        (json!({ "expect": {} }), "`/testCases/0/expect`"),
        (json!({}), "`/testCases/0`"),
        (
            json!({ "params": { "Nope": 1 } }),
            "`/testCases/0/params/Nope`",
        ),
        (
            json!({ "params": { "Flag": "true" } }),
            "`/testCases/0/params/Flag`",
        ),
        (
            json!({ "expect": { "endpoint": {} } }),
            "`/testCases/0/expect/endpoint`",
        ),
    ];
    for (case, place) in table {
        let tests = json!({ "testCases": [case] });
        let error = rules::lower_tests(&tests, &rule_set, "example#Service").unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains("smithy.rules#endpointTests") && message.contains(place),
            "{message}"
        );
    }
}

#[test]
fn a_service_without_rules_takes_an_endpoint() {
    let rule_set = rules::without_rules().unwrap();
    let code = rules::emit(&rule_set).to_string();
    assert!(
        code.contains("Endpoint :: new (endpoint . to_owned ())"),
        "{code}"
    );
    assert!(
        code.contains("the service has no endpoint of its own, set one"),
        "{code}"
    );
}

/// The places in a document.
fn pointers(value: &Value, pointer: &str, all: &mut Vec<String>) {
    all.push(pointer.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{pointer}/{index}"), all);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                pointers(member, &format!("{pointer}/{name}"), all);
            }
        }
        _ => {}
    }
}

fn value() -> impl Strategy<Value = Value> {
    let names = [
        "Region", "Bucket", "Type", "UseFIPS", "Zones", "url", "isSet", "tree", "self",
    ];
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        any::<bool>().prop_map(Value::from),
        (-3i64..3).prop_map(Value::from),
        prop::sample::select(names.to_vec()).prop_map(|name| json!({ "ref": name })),
        prop::sample::select(names.to_vec()).prop_map(Value::from),
        "[a-zA-Z{}#.\\[\\]0-9_-]{0,8}".prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// A rule set with something exchanged in it is refused, or becomes code that can be parsed.
    #[test]
    fn mutated_rules_do_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), value()), 1..4)) {
        let mut input = read("tests/rules/language/input.json");
        for (place, value) in changes {
            let mut all = Vec::new();
            pointers(&input, "", &mut all);
            *input.pointer_mut(&all[place.index(all.len())]).unwrap() = value;
        }
        if let Ok(rule_set) = rules::lower(&input["endpointRuleSet"], "example#Service") {
            syn::parse2::<syn::File>(rules::emit(&rule_set)).unwrap();
            if let Ok(tests) = rules::lower_tests(&input["endpointTests"], &rule_set, "example#Service") {
                syn::parse2::<syn::File>(rules::emit_tests(&tests)).unwrap();
            }
        }
    }
}
