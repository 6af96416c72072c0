//! Differences that small edits of a model make.

use std::collections::BTreeSet;

use super::*;
use crate::lower::{Selection, lower};
use crate::model::Model;

const MODEL: &str = r##"{ "smithy": "2.0", "shapes": {
    "x#S": {
        "type": "service", "version": "1",
        "operations": [{ "target": "x#List" }],
        "traits": { "aws.protocols#restJson1": {}, "aws.auth#sigv4": { "name": "s" } }
    },
    "x#List": {
        "type": "operation",
        "input": { "target": "x#ListInput" },
        "output": { "target": "x#ListOutput" },
        "errors": [{ "target": "x#Gone" }],
        "traits": { "smithy.api#http": { "method": "GET", "uri": "/list/{Id}" } }
    },
    "x#ListInput": { "type": "structure", "members": {
        "Id": { "target": "x#Id", "traits": { "smithy.api#httpLabel": {}, "smithy.api#required": {} } },
        "Token": { "target": "smithy.api#String", "traits": { "smithy.api#httpQuery": "token" } }
    } },
    "x#ListOutput": { "type": "structure", "members": {
        "Items": { "target": "x#Kinds" },
        "Token": { "target": "smithy.api#String" }
    } },
    "x#Kinds": { "type": "list", "member": { "target": "x#Kind" } },
    "x#Kind": { "type": "enum", "members": {
        "A": { "target": "smithy.api#Unit", "traits": { "smithy.api#enumValue": "a" } }
    } },
    "x#Id": { "type": "string", "traits": { "smithy.api#length": { "min": 1 } } },
    "x#Gone": { "type": "structure", "members": {}, "traits": { "smithy.api#error": "client" } }
} }"##;

fn service(model: &str) -> Service {
    let model = Model::parse("model.json", model).unwrap();
    lower(&model, &Selection::default(), &mut BTreeSet::new()).unwrap()
}

/// The differences that a replacement in the model makes, as lines without the counts.
fn changes(replacements: &[(&str, &str)]) -> Vec<String> {
    let mut edited = MODEL.to_owned();
    for (from, to) in replacements {
        assert!(edited.contains(from), "{from}");
        edited = edited.replace(from, to);
    }
    let text = diff(&service(MODEL), &service(&edited)).to_string();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.pop();
    lines
}

#[test]
fn the_same_model_has_the_same_api() {
    let service = service(MODEL);
    let diff = diff(&service, &service);
    assert!(diff.is_empty());
    assert_eq!(diff.to_string(), "the API is unchanged\n");
}

#[test]
fn documentation_is_no_part_of_it() {
    let docs = r#""type": "enum", "traits": { "smithy.api#documentation": "Kinds." },"#;
    assert_eq!(changes(&[(r#""type": "enum","#, docs)]), [""; 0]);
}

#[test]
fn fields_and_variants_come() {
    let member = r#""Items": { "target": "x#Kinds" }, "More": { "target": "x#Kinds" },"#;
    let value = r#""B": { "target": "smithy.api#Unit", "traits": { "smithy.api#enumValue": "b" } }, "A": {"#;
    let replacements = [
        (r#""Items": { "target": "x#Kinds" },"#, member),
        (r#""A": {"#, value),
    ];
    assert_eq!(
        changes(&replacements),
        [
            "+ operation::list::ListOutput::more: Option<Vec<Kind>>",
            "+ types::Kind::B: \"b\"",
        ]
    );
}

#[test]
fn what_comes_with_an_item_is_not_told() {
    let target = [(r#""Items": { "target": "x#Kinds" },"#, "")];
    let expected = [
        "- operation::list::ListOutput::items: Option<Vec<Kind>>",
        "- types::Kind: enum of 1",
    ];
    assert_eq!(changes(&target), expected);
}

#[test]
fn parts_are_compared() {
    assert_eq!(
        changes(&[
            (r#"{ "min": 1 }"#, r#"{ "min": 1, "max": 9 }"#),
            (r#""method": "GET""#, r#""method": "POST""#),
            (
                r#""smithy.api#httpQuery": "token""#,
                r#""smithy.api#httpHeader": "t""#
            ),
            (
                r#""smithy.api#error": "client""#,
                r#""smithy.api#error": "client", "smithy.api#httpError": 410"#
            ),
            (
                r#""Token": { "target": "smithy.api#String" }"#,
                r#""Token": { "target": "smithy.api#Integer" }"#
            ),
        ]),
        [
            "~ operation::list: HTTP: GET /list/{Id} -> POST /list/{Id}",
            "~ operation::list::ListError::Gone: kind: error 400 Gone -> error 410 Gone",
            "~ operation::list::ListInput::id: constraints: length 1..= -> length 1..=9",
            "~ operation::list::ListInput::token: wire: query \"token\" -> header \"t\"",
            "~ operation::list::ListOutput::token: type: Option<String> -> Option<i32>",
            "~ types::error::Gone: kind: error 400 Gone -> error 410 Gone",
        ]
    );
}

#[test]
fn paging_and_errors_are_part_of_an_operation() {
    let paginated = r#""smithy.api#paginated": { "inputToken": "Token", "outputToken": "Token", "items": "Items" }, "smithy.api#http""#;
    assert_eq!(
        changes(&[
            (r#""smithy.api#http""#, paginated),
            (r#"[{ "target": "x#Gone" }]"#, "[]")
        ]),
        [
            "~ operation::list: pages: now Items by Token, token Token, size fixed",
            "- operation::list::ListError::Gone: error 400 Gone",
            "- types::error::Gone: error 400 Gone",
        ]
    );
}

#[test]
fn endpoint_rules_are_compared_without_their_words() {
    let rules = |url: &str, words: &str| {
        let rules = format!(
            r#""smithy.rules#endpointRuleSet": {{ "version": "1.0",
                "parameters": {{ "Region": {{ "type": "String", "documentation": "{words}" }} }},
                "rules": [{{ "conditions": [], "endpoint": {{ "url": "{url}" }}, "type": "endpoint" }}] }},
                "aws.auth#sigv4""#
        );
        service(&MODEL.replace(r#""aws.auth#sigv4""#, &rules))
    };
    let old = rules("https://a.example", "A region.");
    assert!(diff(&old, &rules("https://a.example", "The region.")).is_empty());
    let changed = diff(&old, &rules("https://b.example", "A region."));
    assert_eq!(changed.0.len(), 1);
    assert!(
        changed.0[0].detail.starts_with("endpoint rules: "),
        "{changed}"
    );
}
