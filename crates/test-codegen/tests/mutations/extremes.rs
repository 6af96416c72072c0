//! Models that are large or deep in one respect: time and stack must not grow faster than they do.

use serde_json::{Map, Value, json};

/// A service with one operation, its input, and more shapes that the input's member `First` reaches.
fn model(more: Map<String, Value>) -> Value {
    let mut shapes = json!({
        "x#S": {
            "type": "service",
            "version": "1",
            "operations": [{ "target": "x#Get" }],
            "traits": { "aws.protocols#restJson1": {} }
        },
        "x#Get": {
            "type": "operation",
            "input": { "target": "x#In" },
            "output": { "target": "x#In" },
            "traits": { "smithy.api#http": { "method": "POST", "uri": "/" } }
        },
        "x#In": { "type": "structure", "members": { "First": { "target": "x#N0" } } },
        "x#N0": { "type": "structure", "members": {} }
    });
    if let Some(shapes) = shapes.as_object_mut() {
        shapes.extend(more);
    }
    json!({ "smithy": "2.0", "shapes": shapes })
}

/// Shapes `N0`, `N1`, ..., each made from the ID of the next.
fn chain(length: usize, shape: impl Fn(&str) -> Value) -> Map<String, Value> {
    let shapes = (0..length).map(|at| (format!("x#N{at}"), shape(&format!("x#N{}", at + 1))));
    let last = (
        format!("x#N{length}"),
        json!({ "type": "structure", "members": {} }),
    );
    shapes.chain([last]).collect()
}

fn service(change: impl FnOnce(&mut Value)) -> Value {
    let mut model = model(Map::new());
    change(&mut model["shapes"]);
    model
}

fn with_rules(rules: &Value) -> Value {
    let parameters =
        json!({ "Flag": { "type": "boolean", "required": true }, "Text": { "type": "string" } });
    service(|shapes| {
        shapes["x#S"]["traits"]["smithy.rules#endpointRuleSet"] =
            json!({ "version": "1.0", "parameters": parameters, "rules": rules });
    })
}

fn documented(html: &str) -> Value {
    service(|shapes| shapes["x#In"]["traits"] = json!({ "smithy.api#documentation": html }))
}

/// What each model is, and its text.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    let endpoint =
        json!({ "type": "endpoint", "conditions": [], "endpoint": { "url": "https://x" } });
    let flag = json!({ "ref": "Flag" });
    let trees = (0..40).fold(endpoint.clone(), |inner, _| {
        json!({ "type": "tree", "conditions": [{ "fn": "booleanEquals", "argv": [flag, true] }], "rules": [inner, endpoint] })
    });
    let equal = |depth: usize| {
        (0..depth).fold(
            flag.clone(),
            |inner, _| json!({ "fn": "booleanEquals", "argv": [inner, flag] }),
        )
    };
    let choices = (0..20).fold(json!({ "ref": "Text" }), |inner, _| {
        json!({ "fn": "coalesce", "argv": [{ "fn": "ite", "argv": [flag, inner, "a"] }, "b"] })
    });
    let when = |condition: Value| json!([{ "type": "endpoint", "conditions": [condition], "endpoint": { "url": "https://x" } }]);
    let target = |id: &str| json!({ "target": id });
    let deep = |length: usize| format!("{}{}", "[".repeat(length), "]".repeat(length));
    let models = [
        (
            "structures in two ways",
            model(chain(
                60,
                |next| json!({ "type": "structure", "members": { "A": target(next), "B": target(next) } }),
            )),
        ),
        (
            "a long chain of structures",
            model(chain(
                2_000,
                |next| json!({ "type": "structure", "members": { "Next": target(next) } }),
            )),
        ),
        (
            "lists of lists",
            model(chain(
                2_000,
                |next| json!({ "type": "list", "member": target(next) }),
            )),
        ),
        (
            "maps of maps",
            model(chain(
                2_000,
                |next| json!({ "type": "map", "key": target("smithy.api#String"), "value": target(next) }),
            )),
        ),
        (
            "a map that is its own key and value",
            model(chain(
                1,
                |_| json!({ "type": "map", "key": target("x#N0"), "value": target("x#N0") }),
            )),
        ),
        ("mixins in two ways", {
            let mixin = json!({ "smithy.api#mixin": {} });
            let mut model = model(chain(
                200,
                |next| json!({ "type": "structure", "members": {}, "mixins": [target(next), target(next)], "traits": mixin }),
            ));
            model["shapes"]["x#N200"] =
                json!({ "type": "structure", "members": {}, "traits": mixin });
            model
        }),
        ("resources of resources", {
            let resources = chain(
                2_000,
                |next| json!({ "type": "resource", "resources": [target(next)] }),
            );
            service(|shapes| {
                let length = resources.len();
                shapes
                    .as_object_mut()
                    .into_iter()
                    .for_each(|shapes| shapes.extend(resources.clone()));
                shapes[format!("x#N{}", length - 1)] = json!({ "type": "resource" });
                shapes["x#In"]["members"] = json!({});
                shapes["x#S"]["resources"] = json!([target("x#N0")]);
            })
        }),
        (
            "many members",
            service(|shapes| {
                let members = (0..2_000).map(|at| (format!("M{at}"), target("smithy.api#String")));
                shapes["x#N0"]["members"] = members.collect::<Map<_, _>>().into();
            }),
        ),
        (
            "many values",
            service(|shapes| {
                let values: Vec<Value> = (0..2_000)
                    .map(|at| json!({ "value": format!("v{at}") }))
                    .collect();
                shapes["x#N0"] =
                    json!({ "type": "string", "traits": { "smithy.api#enum": values } });
            }),
        ),
        ("trees of rules", with_rules(&json!([trees]))),
        ("conditions in conditions", with_rules(&when(equal(50)))),
        (
            "choices in choices",
            with_rules(&when(
                json!({ "fn": "stringEquals", "argv": [choices, "a"] }),
            )),
        ),
        (
            "a template of many parts",
            with_rules(&json!([{
                "type": "error", "conditions": [{ "fn": "isSet", "argv": [{ "ref": "Text" }] }], "error": "{Text}".repeat(5_000)
            }])),
        ),
        (
            "tags in tags",
            documented(&"<div><ul><li><b><i><note>".repeat(20_000)),
        ),
        (
            "backticks",
            documented(
                &(0..1_000)
                    .map(|length| "`".repeat(length))
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
        ),
        (
            "a URI of many labels",
            service(|shapes| {
                let labels: Vec<String> = (0..1_000).map(|at| format!("M{at}")).collect();
                let traits = json!({ "smithy.api#httpLabel": {}, "smithy.api#required": {} });
                let members = labels.iter().map(|name| {
                    (
                        name.clone(),
                        json!({ "target": "smithy.api#String", "traits": traits }),
                    )
                });
                shapes["x#In"] =
                    json!({ "type": "structure", "members": members.collect::<Map<_, _>>() });
                shapes["x#Get"]["output"] = Value::Null;
                shapes["x#Get"]["traits"]["smithy.api#http"]["uri"] =
                    json!(format!("/{{{}}}", labels.join("}/{")));
            }),
        ),
        ("a path that goes round", {
            let round = chain(
                1,
                |_| json!({ "type": "structure", "members": { "a": target("x#N0"), "t": target("smithy.api#String") } }),
            );
            let mut model = model(round);
            model["shapes"]["x#In"]["members"]["Token"] = target("smithy.api#String");
            let path = format!("First{}.t", ".a".repeat(2_000));
            model["shapes"]["x#Get"]["traits"]["smithy.api#paginated"] =
                json!({ "inputToken": "Token", "outputToken": path });
            model
        }),
        (
            "a pattern that is too large",
            service(|shapes| {
                shapes["x#N0"] = json!({ "type": "string", "traits": { "smithy.api#pattern": "((a{1000}){1000}){1000}" } });
            }),
        ),
        (
            "a pattern of groups",
            service(|shapes| {
                let pattern = format!("{}{}", "(".repeat(20_000), ")".repeat(20_000));
                shapes["x#N0"] =
                    json!({ "type": "string", "traits": { "smithy.api#pattern": pattern } });
            }),
        ),
    ];
    let texts = models
        .into_iter()
        .map(|(what, model)| (what, model.to_string()));
    let raw = [
        ("JSON beyond any depth", deep(1_000_000)),
        ("a trait beyond any depth", {
            let text = service(|shapes| {
                shapes["x#In"]["traits"] = json!({ "smithy.api#default": "HERE" })
            })
            .to_string();
            text.replace("\"HERE\"", &deep(1_000_000))
        }),
        (
            "metadata beyond any depth",
            format!("{{\"smithy\": \"2.0\", \"metadata\": {}}}", deep(1_000_000)),
        ),
    ];
    texts.chain(raw).collect()
}
