//! Hostile text in a model: the crate differs from that of harmless text in literals and documentation, and in nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, too, may panic"
)]

use std::collections::BTreeSet;

use connect_codegen::FileSet;
use connect_codegen::emit::{self, Options, Package, Runtime};
use connect_codegen::lower::{Selection, lower};
use connect_codegen::model::Model;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use serde_json::{Value, json};

/// A model with the text wherever a model has any.
fn model(text: &str) -> Value {
    let documented = |mut traits: Value| {
        traits["smithy.api#documentation"] = json!(text);
        traits["smithy.api#deprecated"] = json!({"message": text, "since": text});
        traits
    };
    // Braces are templates in rules.
    let plain = text.replace(['{', '}'], "");
    let waiter = json!({
        "documentation": text,
        "acceptors": [{
            "state": "success",
            "matcher": {"output": {"path": "name", "expected": text, "comparator": "stringEquals"}},
        }],
    });
    let member = |target: &str, traits: Value| json!({"target": target, "traits": traits});
    json!({"smithy": "2.0", "shapes": {
        "example#Hostile": {
            "type": "service", "version": text, "operations": [{"target": "example#Get"}],
            "traits": documented(json!({
                "aws.protocols#restJson1": {},
                "aws.api#service": {"sdkId": text},
                "aws.auth#sigv4": {"name": format!("x{text}")},
                "smithy.api#title": text,
                "smithy.rules#clientContextParams": {"Zone": {"type": "string", "documentation": text}},
                "smithy.rules#endpointRuleSet": {
                    "version": "1.0",
                    "parameters": {"Zone": {"type": "string", "default": text, "required": true, "documentation": text}},
                    "rules": [{
                        "documentation": text, "type": "error", "conditions": [], "error": plain,
                    }],
                },
                "smithy.rules#endpointTests": {"version": "1.0", "testCases": [{
                    "documentation": text, "params": {"Zone": text}, "expect": {"error": plain},
                }]},
            })),
        },
        "example#Get": {
            "type": "operation", "input": {"target": "example#Thing"}, "output": {"target": "example#Thing"},
            "errors": [{"target": "example#Wrong"}],
            "traits": documented(json!({
                "smithy.api#http": {"method": "POST", "uri": "/x?a=b"},
                "smithy.rules#staticContextParams": {"Zone": {"value": text}},
                "smithy.waiters#waitable": {"Named": waiter},
            })),
        },
        "example#Wrong": {
            "type": "structure", "members": {"message": {"target": "smithy.api#String"}},
            "traits": documented(json!({"smithy.api#error": "client"})),
        },
        "example#Thing": {
            "type": "structure", "traits": documented(json!({})), "members": {
                "name": member("example#Pattern", documented(json!({"smithy.api#jsonName": format!("n{text}")}))),
                "undocumented": member("example#Pattern", json!({"smithy.api#default": format!("d{text}")})),
                "document": member("smithy.api#Document", json!({"smithy.api#default": format!("d{text}")})),
                "media": member("example#Media", json!({})),
                "color": member("example#Color", json!({})),
                "old": member("example#OldColor", json!({})),
                "choice": member("example#Choice", json!({})),
            },
        },
        "example#Pattern": {
            "type": "string", "traits": {"smithy.api#pattern": format!("x?{}", regex::escape(text))},
        },
        "example#Media": {"type": "string", "traits": {"smithy.api#mediaType": text}},
        "example#Color": {"type": "enum", "traits": documented(json!({})), "members": {
            "RED": member("smithy.api#Unit", json!({"smithy.api#enumValue": format!("1{text}")})),
            "BLUE": member("smithy.api#Unit", documented(json!({"smithy.api#enumValue": format!("2{text}")}))),
        }},
        "example#OldColor": {"type": "string", "traits": {"smithy.api#enum": [
            {"name": "RED", "value": format!("1{text}")},
            {"name": "BLUE", "value": format!("2{text}"), "documentation": text},
        ]}},
        "example#Choice": {"type": "union", "traits": documented(json!({})), "members": {
            "a": member("smithy.api#String", documented(json!({}))),
        }},
    }})
}

fn generate(text: &str) -> FileSet {
    let model = Model::parse("model.json", &model(text).to_string()).unwrap();
    let selection = Selection {
        server: true,
        ..Selection::default()
    };
    let service = lower(&model, &selection, &mut BTreeSet::new()).unwrap();
    let options = Options {
        server: true,
        tests: false,
    };
    let package = Package {
        name: "hostile".to_owned(),
        runtime: Runtime::Path("crates \u{301}\"".to_owned()),
    };
    let mut files = emit::package(&service, options, &package).unwrap();
    files.extend(emit::commands(&service, "hostile", "cli").unwrap());
    files
}

/// The tokens with every literal the same and without documentation, which is checked instead. Commas and braces depend on how
/// long lines are.
fn skeleton(tokens: TokenStream, docs: &mut Vec<String>) -> String {
    let mut text = String::new();
    let mut tokens = tokens.into_iter();
    let mut doc = String::new();
    while let Some(token) = tokens.next() {
        let mut rest = tokens.clone();
        let next = match rest.next() {
            Some(TokenTree::Punct(bang)) if bang.as_char() == '!' => rest.next(),
            next => next,
        };
        if let (TokenTree::Punct(hash), Some(TokenTree::Group(group))) = (&token, next)
            && hash.as_char() == '#'
        {
            let mut inside = group.stream().into_iter();
            let name = inside.next().unwrap().to_string();
            if name == "doc" {
                let line: syn::LitStr = syn::parse2(inside.by_ref().skip(1).collect()).unwrap();
                doc.push_str(&line.value());
                doc.push('\n');
            }
            if name == "deprecated"
                && let Some(TokenTree::Group(note)) = inside.next()
            {
                let note: syn::LitStr =
                    syn::parse2(note.stream().into_iter().skip(2).collect()).unwrap();
                assert_plain(&note.value());
            }
            if name == "doc" || name == "deprecated" {
                tokens = rest;
                continue;
            }
        }
        docs.push(std::mem::take(&mut doc));
        match token {
            TokenTree::Group(group) => {
                let inside = skeleton(group.stream(), docs);
                match group.delimiter() {
                    Delimiter::Brace => text.push_str(&inside),
                    other => text.push_str(&format!("{other:?} {{ {inside}}} ")),
                }
            }
            TokenTree::Punct(comma) if comma.as_char() == ',' => {}
            TokenTree::Literal(_) => text.push_str("literal "),
            other => text.push_str(&format!("{other} ")),
        }
    }
    docs.push(doc);
    text
}

/// Nothing in it is run by `cargo test`, and nothing is HTML.
fn assert_inert(doc: &str) {
    for event in Parser::new(doc) {
        let inert = match &event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => &**info == "text",
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => false,
            Event::Html(_) | Event::InlineHtml(_) => false,
            _ => true,
        };
        assert!(inert, "{event:?} in:\n{doc}");
    }
}

/// Nothing in it is Markdown.
fn assert_plain(note: &str) {
    for event in Parser::new(note) {
        let plain = match &event {
            Event::Start(tag) => matches!(tag, Tag::Paragraph),
            event => matches!(event, Event::Text(_) | Event::End(_)),
        };
        assert!(plain, "{event:?} in:\n{note}");
    }
    assert!(!note.contains(char::is_control), "{note:?}");
}

fn assert_same(hostile: &FileSet, harmless: &FileSet, text: &str) {
    let paths = |files: &FileSet| {
        files
            .iter()
            .map(|(path, _)| path.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(paths(hostile), paths(harmless));
    for (path, source) in hostile.iter() {
        let unprintable = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!source.contains(unprintable), "{path}:\n{source}");
        let other = harmless.get(path).unwrap();
        if path == "Cargo.toml" {
            let mut found: toml::Table = source.parse().unwrap();
            let mut expected: toml::Table = other.parse().unwrap();
            let description = found["package"]
                .as_table_mut()
                .unwrap()
                .remove("description");
            expected["package"]
                .as_table_mut()
                .unwrap()
                .remove("description");
            let description = description.unwrap();
            let description = description.as_str().unwrap();
            assert!(description.ends_with(", generated from its service model"));
            assert_eq!(found, expected);
            continue;
        }
        let mut docs = Vec::new();
        let found = skeleton(source.parse().unwrap(), &mut docs);
        let expected = skeleton(other.parse().unwrap(), &mut Vec::new());
        assert!(found == expected, "{path} with {text:?}:\n{source}");
        docs.iter().for_each(|doc| assert_inert(doc));
    }
}

/// Pieces that end a comment, a literal, an attribute or a code block, or begin one.
fn hostile() -> impl Strategy<Value = String> {
    let pieces: Vec<String> = serde_json::from_str(include_str!("hostile.json")).unwrap();
    let piece = prop::sample::select(pieces);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn text_of_a_model_becomes_no_code(text in hostile()) {
        assert_same(&generate(&text), &generate("harmless"), &text);
    }
}

#[test]
fn text_that_became_code_does_not() {
    let harmless = generate("harmless");
    for text in [
        "A\npub const STOLEN: Option<&str> = option_env!(\"HOME\");\n//! B",
        "A\r\r\n```\npanic!()\n```\n",
        "Cafe\u{301} \u{202e}\u{0}",
        "<pre>`````\n```\npanic!()\n```</pre>",
        "`\n\n    panic!()\n`",
        "",
    ] {
        assert_same(&generate(text), &harmless, text);
    }
}
