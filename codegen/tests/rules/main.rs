//! Endpoint rules that are wrong, and that are broken at random. What right ones become is in `tests/golden/good/endpoint-rules`.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests, too, may panic"
)]

use connect_codegen::rules;
use proptest::prelude::*;
use serde_json::{Value, json};

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

fn with_condition(condition: &Value) -> Value {
    one_rule(&json!({ "type": "error", "conditions": [condition], "error": "no" }))
}

fn with_endpoint(endpoint: &Value) -> Value {
    one_rule(&json!({ "type": "endpoint", "conditions": [], "endpoint": endpoint }))
}

fn with_parameters(parameters: &Value) -> Value {
    json!({ "version": "1.0", "parameters": parameters, "rules": [] })
}

fn rejection(rule_set: &Value) -> String {
    let error = rules::lower(rule_set, "example#Service").unwrap_err();
    error.to_string()
}

/// The message that rejects rules with this test.
fn rejection_of_test(case: &Value) -> String {
    let rule_set = with_condition(&json!({ "fn": "isSet", "argv": [{ "ref": "Region" }] }));
    let rule_set = rules::lower(&rule_set, "example#Service").unwrap();
    let tests = json!({ "testCases": [case] });
    let error = rules::lower_tests(&tests, &rule_set, "example#Service").unwrap_err();
    error.to_string()
}

#[test]
fn what_is_wrong_is_rejected_with_its_place() {
    let table: Value = serde_json::from_str(include_str!("wrong.json")).unwrap();
    for (kind, rows) in table.as_object().unwrap() {
        for row in rows.as_array().unwrap() {
            let wrong = &row[0];
            let (place, message) = match kind.as_str() {
                "conditions" => ("/rules/0/conditions/0", rejection(&with_condition(wrong))),
                "rules" => ("/rules/0", rejection(&one_rule(wrong))),
                "endpoints" => ("/rules/0/endpoint", rejection(&with_endpoint(wrong))),
                "parameters" => ("/parameters", rejection(&with_parameters(wrong))),
                "rule sets" => ("", rejection(wrong)),
                "tests" => ("/testCases/0", rejection_of_test(wrong)),
                other => panic!("what is wrong with {other}?"),
            };
            let id = match kind.as_str() {
                "tests" => "smithy.rules#endpointTests",
                _ => "smithy.rules#endpointRuleSet",
            };
            let (below, reason) = (row[1].as_str().unwrap(), row[2].as_str().unwrap());
            let start = format!("example#Service: {id} at `{place}{below}`: ");
            assert!(
                message.starts_with(&start) && message.contains(reason),
                "{row}\n  {message}"
            );
        }
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
    assert!(
        rejection(&rule_set).contains("`/rules/1/error`: `Name` is a string that may be unset")
    );
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

/// The traits of a service with rules and tests of them.
fn language() -> Value {
    let model = include_str!("../../../tests/golden/good/endpoint-rules/model.json");
    let mut model: Value = serde_json::from_str(model).unwrap();
    let mut traits = model["shapes"]["example#Rules"]["traits"].take();
    traits
        .as_object_mut()
        .unwrap()
        .retain(|id, _| id.starts_with("smithy.rules#"));
    traits
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

    /// A rule set with something exchanged in it is rejected, or becomes code that can be parsed.
    #[test]
    fn mutated_rules_do_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), value()), 1..4)) {
        let mut input = language();
        for (place, value) in changes {
            let mut all = Vec::new();
            pointers(&input, "", &mut all);
            *input.pointer_mut(&all[place.index(all.len())]).unwrap() = value;
        }
        if let Ok(rule_set) = rules::lower(&input["smithy.rules#endpointRuleSet"], "example#Service") {
            syn::parse2::<syn::File>(rules::emit(&rule_set)).unwrap();
            if let Ok(tests) = rules::lower_tests(&input["smithy.rules#endpointTests"], &rule_set, "example#Service") {
                syn::parse2::<syn::File>(rules::emit_tests(&tests)).unwrap();
            }
        }
    }
}
