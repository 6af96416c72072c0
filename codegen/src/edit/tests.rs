//! Edits of small models, and of this workspace's with the published one where that is there.

use super::*;

const OURS: &str = include_str!("tests/ours.json");

const PUBLISHED: &str = include_str!("tests/published.json");

fn ours(text: &str) -> File<'_> {
    File {
        name: "ours.json",
        text,
    }
}

fn published(text: &str) -> File<'_> {
    File {
        name: "theirs.json",
        text,
    }
}

fn add(ours: File<'_>, published: File<'_>, names: &[String]) -> Result<Edited, Error> {
    super::add(ours, published, names, Docs::Leave)
}

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

/// What `add` says is different.
fn differences(ours_text: &str, published_text: &str) -> Vec<String> {
    let error = add(
        ours(ours_text),
        published(published_text),
        &named(&["Describe"]),
    )
    .unwrap_err();
    match error {
        Error::Different { differences, .. } => {
            differences.iter().map(Difference::to_string).collect()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_byte_order_mark_stays_where_it_is() {
    let marked = format!("\u{feff}{OURS}");
    let edited = add(ours(&marked), published(PUBLISHED), &named(&["Describe"])).unwrap();
    let plain = add(ours(OURS), published(PUBLISHED), &named(&["Describe"])).unwrap();
    assert_eq!(edited.text, format!("\u{feff}{}", plain.text));
}

#[test]
fn an_operation_comes_with_all_it_reaches_and_without_words() {
    let edited = add(ours(OURS), published(PUBLISHED), &named(&["Describe"])).unwrap();
    let shapes: serde_json::Value = serde_json::from_str(&edited.text).unwrap();
    let shapes = &shapes["shapes"];
    for id in [
        "Describe",
        "DescribeInput",
        "DescribeOutput",
        "Thing",
        "Aim",
        "Busy",
    ] {
        assert!(shapes[format!("x#{id}")].is_object(), "{id}");
    }
    assert!(shapes["x#Purge"].is_null() && shapes["x#R"].is_null());
    assert!(!edited.text.contains("Theirs"), "{}", edited.text);
    assert!(!edited.text.contains("smithy.api#examples"));
    assert!(edited.text.contains("\"metadata\": {\"kept\": [1,2]},"));
    // Members stay in their order; keys of shapes and the list of operations are sorted.
    assert!(edited.text.find("\"Zeta\"") < edited.text.find("\"Alpha\""));
    let keys: Vec<_> = [
        "x#Aim",
        "x#Busy",
        "x#Describe\"",
        "x#DescribeInput",
        "x#DescribeOutput\"",
        "x#Gone",
    ]
    .map(|key| edited.text.find(&format!("\n    \"{key}")))
    .into();
    assert!(keys.is_sorted() && keys[0].is_some(), "{keys:?}");
    assert!(
        edited
            .text
            .contains(r#""operations": [{"target": "x#Describe"},{ "target": "x#List" }],"#)
    );
    assert!(
        edited
            .text
            .contains("    \"x#Aim\": {\n      \"type\": \"map\",\n      \"key\": {\n")
    );
}

#[test]
fn words_come_along_where_they_are_asked_for() {
    let wanted = named(&["Describe"]);
    let take = |text: &str| super::add(ours(text), published(PUBLISHED), &wanted, Docs::Take);
    let edited = take(OURS).unwrap();
    // The operation's, a member's of its input, and a structure's and its member's; an error and an operation are here.
    let words = edited.text.matches("<p>Theirs.</p>").count();
    assert_eq!(words, 4, "{}", edited.text);
    assert!(!edited.text.contains("smithy.api#examples"));
    let removed = remove(ours(&edited.text), &wanted).unwrap();
    assert_eq!(removed.text, OURS);
    let bare = add(ours(OURS), published(PUBLISHED), &wanted).unwrap();
    let again = take(&bare.text).unwrap();
    assert_eq!(again.text, bare.text, "what is there keeps its words");
}

#[test]
fn adding_and_removing_gives_the_file_as_it_was() {
    let wanted = named(&["Describe", "x#Purge"]);
    let added = add(ours(OURS), published(PUBLISHED), &wanted).unwrap();
    assert_ne!(added.text, OURS);
    let removed = remove(ours(&added.text), &wanted).unwrap();
    assert_eq!(removed.text, OURS);
}

#[test]
fn adding_what_is_there_changes_nothing() {
    let wanted = named(&["Describe", "List"]);
    let once = add(ours(OURS), published(PUBLISHED), &wanted).unwrap();
    let twice = add(ours(&once.text), published(PUBLISHED), &wanted).unwrap();
    assert_eq!(twice, once);
}

#[test]
fn a_shape_with_another_meaning_is_rejected() {
    let length = r#""x#Id": { "type": "string", "traits": { "smithy.api#length": { "min": 1"#;
    let kind = r#""smithy.api#enumValue": "a" } }"#;
    let more = r#""smithy.api#enumValue": "a" } }, "B": { "target": "smithy.api#Unit", "traits": { "smithy.api#enumValue": "b" } }"#;
    for (from, to, expected) in [
        (
            length,
            format!("{length}, \"max\": 9"),
            "x#Id: smithy.api#length is {\"min\": 1} here, {\"min\": 1, \"max\": 9} there",
        ),
        (
            length,
            replaced(length, "string", "blob"),
            "x#Id: the type is \"string\" here, \"blob\" there",
        ),
        (kind, more.to_owned(), "x#Kind$B: the member is only there"),
        (
            kind,
            replaced(kind, "\"a\"", "\"A\""),
            "x#Kind$A: smithy.api#enumValue is \"a\" here, \"A\" there",
        ),
        (
            r#""x#Gone": { "type": "structure", "members": {
      "Message": { "target": "smithy.api#String","#,
            r#""x#Gone": { "type": "structure", "members": {
      "Message": { "target": "x#Id","#
                .to_owned(),
            "x#Gone$Message: the target is \"smithy.api#String\" here, \"x#Id\" there",
        ),
        (
            r#""errors": [{ "target": "x#Gone" }],
      "traits": { "aws"#,
            r#""errors": [{ "target": "x#Gone" }, { "target": "x#Busy" }],
      "traits": { "aws"#
                .to_owned(),
            "x#S: the error x#Busy is only there",
        ),
        (
            r#""version": "1""#,
            r#""version": "1", "rename": { "x#Thing": "ThingOfX" }"#.to_owned(),
            "x#S: x#Thing is renamed to nothing else here, to ThingOfX there",
        ),
    ] {
        let theirs = replaced(PUBLISHED, from, &to);
        assert_eq!(differences(OURS, &theirs), [expected]);
    }
}

#[test]
fn a_constraint_of_ours_alone_is_rejected_and_a_convenience_is_not() {
    let id = r#""smithy.api#length": {"min": 1}"#;
    let text = replaced(OURS, id, &format!(r#"{id}, "smithy.api#pattern": "a+""#));
    assert_eq!(
        differences(&text, PUBLISHED),
        ["x#Id: smithy.api#pattern is \"a+\" here, absent there"]
    );
    let text = replaced(OURS, id, &format!(r#"{id}, "smithy.api#sensitive": {{}}"#));
    assert!(add(ours(&text), published(PUBLISHED), &named(&["Describe"])).is_ok());
}

#[test]
fn every_difference_is_in_one_error() {
    let theirs = replaced(PUBLISHED, r#"{ "min": 1 }"#, r#"{ "min": 2 }"#);
    let theirs = replaced(
        &theirs,
        r#""smithy.api#enumValue": "a""#,
        r#""smithy.api#enumValue": "b""#,
    );
    let error = add(ours(OURS), published(&theirs), &named(&["Describe"])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "shapes that are here already have another meaning in theirs.json:\n  \
         x#Id: smithy.api#length is {\"min\": 1} here, {\"min\": 2} there\n  \
         x#Kind$A: smithy.api#enumValue is \"a\" here, \"b\" there\n\
         `update` takes over what is published"
    );
}

#[test]
fn unknown_names_are_reported_with_near_ones() {
    let message = |result: Result<Edited, Error>| result.unwrap_err().to_string();
    assert_eq!(
        message(add(
            ours(OURS),
            published(PUBLISHED),
            &named(&["describes"])
        )),
        "theirs.json: there is no operation describes; near it: Describe"
    );
    assert_eq!(
        message(remove(ours(OURS), &named(&["Lists"]))),
        "ours.json: there is no operation Lists; near it: List"
    );
    assert_eq!(
        message(update(ours(OURS), published(PUBLISHED), &named(&["Quux"]))),
        "ours.json: there is no operation Quux"
    );
    let other = PUBLISHED.replace("x#S\"", "x#Other\"");
    assert_eq!(
        message(add(ours(OURS), published(&other), &named(&["Describe"]))),
        "theirs.json: there is no service x#S; near it: x#Other"
    );
    let broken = message(add(ours(OURS), published("{"), &named(&["Describe"])));
    assert!(
        broken.starts_with("theirs.json: not a JSON AST"),
        "{broken}"
    );
}

#[test]
fn an_update_of_what_is_current_changes_nothing() {
    let edited = update(ours(OURS), published(PUBLISHED), &[]).unwrap();
    assert_eq!(edited.text, OURS);
    assert_eq!(edited.kept, ["x#Kind$OWN", "x#List: smithy.api#paginated"]);
}

#[test]
fn an_update_takes_what_is_new_and_keeps_what_is_ours() {
    let theirs = replaced(PUBLISHED, r#"{ "min": 1 }"#, r#"{ "min": 1, "max": 9 }"#);
    let theirs = replaced(
        &theirs,
        r#""Items": { "target": "x#Kinds" },"#,
        r#""Things": { "target": "x#Thing" }, "Items": { "target": "x#Kinds" },"#,
    );
    let theirs = replaced(
        &theirs,
        r#""smithy.api#enumValue": "a" } }"#,
        r#""smithy.api#enumValue": "a" } }, "B": { "target": "smithy.api#Unit", "traits": { "smithy.api#enumValue": "b" } }"#,
    );
    let edited = update(ours(OURS), published(&theirs), &named(&["List"])).unwrap();
    let model: serde_json::Value = serde_json::from_str(&edited.text).unwrap();
    let shapes = &model["shapes"];
    assert_eq!(shapes["x#Id"]["traits"]["smithy.api#length"]["max"], 9);
    assert_eq!(
        shapes["x#ListOutput"]["members"]["Things"]["target"],
        "x#Thing"
    );
    assert_eq!(
        shapes["x#Kind"]["members"]["B"]["traits"]["smithy.api#enumValue"],
        "b"
    );
    assert!(shapes["x#Kind"]["members"]["OWN"].is_object());
    assert!(shapes["x#Thing"].is_object());
    assert_eq!(
        shapes["x#List"]["traits"]["smithy.api#documentation"],
        "Lists."
    );
    assert!(shapes["x#List"]["traits"]["smithy.api#paginated"].is_object());
    assert!(!edited.text.contains("Theirs"));
    // Shapes that did not change keep their form.
    assert!(
        edited
            .text
            .contains(r#""x#Kinds": { "type": "list", "member": { "target": "x#Kind" } },"#)
    );
    let again = update(ours(&edited.text), published(&theirs), &[]).unwrap();
    assert_eq!(again.text, edited.text);
}

#[test]
fn an_update_of_everything_refreshes_the_service() {
    let theirs = replaced(PUBLISHED, r#""version": "1""#, r#""version": "2""#);
    let edited = update(ours(OURS), published(&theirs), &[]).unwrap();
    let model: serde_json::Value = serde_json::from_str(&edited.text).unwrap();
    let service = &model["shapes"]["x#S"];
    assert_eq!(service["version"], "2");
    assert_eq!(service["traits"]["smithy.api#title"], "Ours");
    assert_eq!(service["operations"].as_array().unwrap().len(), 1);
    assert!(service["resources"].is_null());
    let named = update(ours(OURS), published(&theirs), &named(&["List"])).unwrap();
    assert_eq!(named.text, OURS);
}

#[test]
fn an_update_drops_what_nothing_reaches_any_more() {
    let theirs = replaced(
        PUBLISHED,
        r#""Items": { "target": "x#Kinds" }"#,
        r#""Items": { "target": "x#Aim" }"#,
    );
    let edited = update(ours(OURS), published(&theirs), &[]).unwrap();
    assert!(edited.text.contains("\"x#Aim\""));
    assert!(!edited.text.contains("\"x#Kind\"") && !edited.text.contains("\"x#Kinds\""));
}

#[test]
fn an_operation_of_our_own_is_kept_unless_it_is_named() {
    let purge = r#""x#List": {
      "type": "operation","#;
    let text = replaced(PUBLISHED, purge, &replaced(purge, "x#List", "x#Elsewhere")).replace(
        r#"{ "target": "x#List" }"#,
        r#"{ "target": "x#Elsewhere" }"#,
    );
    let edited = update(ours(OURS), published(&text), &[]).unwrap();
    assert_eq!(edited.text, OURS);
    assert!(
        edited.kept.contains(&"x#List".to_owned()),
        "{:?}",
        edited.kept
    );
    let error = update(ours(OURS), published(&text), &named(&["List"])).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("theirs.json: there is no operation List"),
        "{error}"
    );
}

#[test]
fn removing_keeps_what_others_reach() {
    let added = add(ours(OURS), published(PUBLISHED), &named(&["Describe"])).unwrap();
    let edited = remove(ours(&added.text), &named(&["List"])).unwrap();
    let model: serde_json::Value = serde_json::from_str(&edited.text).unwrap();
    let shapes = model["shapes"].as_object().unwrap();
    for id in ["x#List", "x#ListInput", "x#ListOutput", "x#Kinds"] {
        assert!(!shapes.contains_key(id), "{id}");
    }
    for id in ["x#Id", "x#Kind", "x#Gone", "x#Describe"] {
        assert!(shapes.contains_key(id), "{id}");
    }
}

#[test]
fn operations_leave_resources_too() {
    let edited = remove(ours(PUBLISHED), &named(&["Describe", "Purge"])).unwrap();
    let model: serde_json::Value = serde_json::from_str(&edited.text).unwrap();
    let shapes = &model["shapes"];
    assert!(shapes["x#R"]["read"].is_null());
    assert_eq!(shapes["x#R"]["operations"].as_array().unwrap().len(), 0);
    assert!(shapes["x#Describe"].is_null() && shapes["x#Purge"].is_null());
    assert!(shapes["x#List"].is_object());
}

#[test]
fn apply_statements_come_and_go_with_their_shape() {
    let thing = r#""x#Thing": {"#;
    let theirs = replaced(
        PUBLISHED,
        thing,
        &format!(
            r#""x#Thing$Zeta": {{ "type": "apply", "traits": {{ "smithy.api#required": {{}} }} }},
            "x#Thing$Alpha": {{ "type": "apply", "traits": {{ "smithy.api#documentation": "Theirs." }} }}, {thing}"#
        ),
    );
    let added = add(ours(OURS), published(&theirs), &named(&["Describe"])).unwrap();
    assert!(added.text.contains("\"x#Thing$Zeta\""));
    assert!(!added.text.contains("\"x#Thing$Alpha\""));
    let removed = remove(ours(&added.text), &named(&["Describe"])).unwrap();
    assert_eq!(removed.text, OURS);
}

/// This workspace's model and AWS's own, where that lies beside the repository.
fn workspace_models() -> Option<(String, String)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let path = format!("{root}/../shared/models/connect-2017-08-08.json");
    let Ok(theirs) = std::fs::read_to_string(path) else {
        eprintln!("skipped: ../shared/models is not there");
        return None;
    };
    let ours = std::fs::read_to_string(format!("{root}/model/connect.json")).unwrap();
    Some((ours, theirs))
}

#[test]
fn operations_of_the_published_model_can_be_added_and_removed() {
    let Some((model, theirs)) = workspace_models() else {
        return;
    };
    let model = model.as_str();
    let wanted = named(&["CreateUser", "DescribeUser", "SearchUsers"]);
    let added = add(ours(model), published(&theirs), &wanted).unwrap();
    assert!(added.text.len() > model.len());
    let removed = remove(ours(&added.text), &wanted).unwrap();
    assert!(removed.text == model, "bytes differ");
    let twice = add(ours(&added.text), published(&theirs), &wanted).unwrap();
    assert!(twice.text == added.text, "bytes differ");
    let updated = update(ours(&added.text), published(&theirs), &[]).unwrap();
    assert!(updated.text == added.text, "bytes differ");
}

#[test]
fn all_of_the_published_model_can_be_added_and_removed() {
    let Some((model, theirs)) = workspace_models() else {
        return;
    };
    let operations = |name: &str, text: &str| {
        let parsed = Model::parse(name, text).unwrap();
        operations(&parsed, "com.amazonaws.connect#AmazonConnectService").unwrap()
    };
    let mut there = operations("theirs.json", &theirs);
    let all = add(ours(&model), published(&theirs), &there).unwrap();
    let here = operations("ours.json", &model);
    there.retain(|id| !here.contains(id));
    let removed = remove(ours(&all.text), &there).unwrap();
    assert!(removed.text == model, "bytes differ");
}
