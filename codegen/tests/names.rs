//! Operations of hostile names: none has a name that generated code has in any case.
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]

use std::collections::BTreeSet;

use connect_codegen::emit::{self, Options};
use connect_codegen::lower::{Selection, lower};
use connect_codegen::model::Model;
use connect_codegen::{FileSet, names};
use proc_macro2::{TokenStream, TokenTree};
use serde_json::{Value, json};
use syn::{ImplItem, Item, TraitItem, UseTree};

/// A service with one operation.
fn model() -> Value {
    json!({"smithy": "2.0", "shapes": {
        "example#Service": {
            "type": "service", "version": "1", "operations": [{"target": "example#Mine"}],
            "traits": {
                "aws.protocols#restJson1": {},
                "aws.auth#sigv4": {"name": "example"},
                "aws.api#service": {"sdkId": "Example"},
                "smithy.rules#clientContextParams": {"Zone": {"type": "string"}},
            },
        },
        "example#Mine": {
            "type": "operation", "input": {"target": "example#Thing"}, "output": {"target": "example#Thing"},
            "traits": {"smithy.api#http": {"method": "POST", "uri": "/"}},
        },
        "example#Thing": {"type": "structure", "members": {"choice": {"target": "example#Choice"}}},
        "example#Choice": {"type": "union", "members": {
            "a": {"target": "smithy.api#String"}, "wrong": {"target": "example#Wrong"},
        }},
        "example#Wrong": {
            "type": "structure", "members": {"why": {"target": "smithy.api#String"}},
            "traits": {"smithy.api#error": "client"},
        },
    }})
}

/// Everything that is generated of the service.
fn generate() -> FileSet {
    let model = Model::parse("model.json", &model().to_string()).unwrap();
    let options = Options {
        server: true,
        tests: true,
    };
    let service = lower(&model, &Selection::default(), &mut BTreeSet::new()).unwrap();
    let mut files = emit::modules(&service, options, "sdk").unwrap();
    files.extend(emit::commands(&service, "example", "commands").unwrap());
    files
}

/// The names at the ends of a `use`.
fn used(tree: &UseTree, names: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => used(&path.tree, names),
        UseTree::Name(name) => drop(names.insert(name.ident.to_string())),
        UseTree::Rename(name) => drop(names.insert(name.rename.to_string())),
        UseTree::Group(group) => group.items.iter().for_each(|tree| used(tree, names)),
        UseTree::Glob(_) => {}
    }
}

/// The names that paths begin with.
fn first_of_paths(tokens: TokenStream, names: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let colon = |at: Option<usize>| matches!(at.and_then(|at| tokens.get(at)), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => first_of_paths(group.stream(), names),
            TokenTree::Ident(name)
                if colon(Some(at + 1))
                    && colon(Some(at + 2))
                    && !(colon(at.checked_sub(1)) && colon(at.checked_sub(2))) =>
            {
                names.insert(name.to_string());
            }
            _ => {}
        }
    }
}

/// What a file that declares the modules of operations, or has their methods, has besides.
fn taken(source: &str, names: &mut BTreeSet<String>) {
    first_of_paths(source.parse().unwrap(), names);
    for item in syn::parse_file(source).unwrap().items {
        match item {
            Item::Mod(module) => drop(names.insert(module.ident.to_string())),
            Item::Use(item) => used(&item.tree, names),
            Item::Impl(item) => names.extend(item.items.iter().filter_map(|item| match item {
                ImplItem::Fn(method) => Some(method.sig.ident.to_string()),
                _ => None,
            })),
            Item::Trait(item) => names.extend(item.items.iter().filter_map(|item| match item {
                TraitItem::Fn(method) => Some(method.sig.ident.to_string()),
                _ => None,
            })),
            _ => {}
        }
    }
}

#[test]
fn no_operation_has_a_name_of_the_generators_own() {
    let mut names = BTreeSet::new();
    for (path, source) in generate().iter() {
        let (folder, file) = path.rsplit_once('/').unwrap();
        if ["sdk/client", "sdk/operation", "sdk/server", "commands"].contains(&folder) {
            names.insert(file.trim_end_matches(".rs").to_owned());
            if file == "mod.rs" {
                taken(source, &mut names);
            }
        }
    }
    // Of itself, and what no name of an operation becomes: `r#crate` and types are none.
    names.remove("mine");
    names.retain(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
    for keyword in ["crate", "self", "super"] {
        names.remove(keyword);
    }
    let free: Vec<_> = names
        .iter()
        .filter(|name| names::operation_method(name) == **name)
        .collect();
    assert!(
        free.is_empty(),
        "an operation can have these names: {free:?}"
    );
    assert!(names.contains("customize") && names.contains("from_conf") && names.contains("mod"));
}

#[test]
fn no_file_is_a_device_of_windows() {
    for name in ["Aux", "CON", "nul", "PRN", "COM1", "Lpt9"] {
        assert!(
            names::operation_method(name).ends_with("_operation"),
            "{name}"
        );
    }
}

#[test]
fn a_command_describes_errors_that_are_members() {
    let files = generate();
    let shapes = files.get("commands/shapes.rs").unwrap();
    assert!(shapes.contains("static WRONG: Shape"), "{shapes}");
    assert!(shapes.contains("&WRONG"), "{shapes}");
}

#[test]
fn a_waiter_whose_method_is_taken_is_left_out() {
    let mut model = model();
    let ready = json!({"acceptors": [{"state": "success", "matcher": {"success": true}}]});
    model["shapes"]["example#Mine"]["traits"]["smithy.waiters#waitable"] =
        json!({"Match": ready, "FooBar": ready, "Foo_Bar": ready, "Member": ready});
    model["shapes"]["example#Thing"]["members"]["waitUntilMember"] =
        json!({"target": "smithy.api#String"});
    let model = Model::parse("model.json", &model.to_string()).unwrap();
    let mut warnings = BTreeSet::new();
    let service = lower(&model, &Selection::default(), &mut warnings).unwrap();
    let waiters: Vec<_> = service.operations[0].waiters.iter().collect();
    let methods: Vec<_> = waiters.iter().map(|waiter| &*waiter.method).collect();
    assert_eq!(methods, ["wait_until_foo_bar", "wait_until_match"]);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
}
