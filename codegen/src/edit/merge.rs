//! Our shape brought up to theirs: their members, targets, bindings and constraints; our documentation and additions.

use super::json::Json;
use super::traits::{undocumented, without_docs};
use crate::model::ids::{Part, part};

/// A shape that takes over what the published model says. What is kept though they do not have it goes to `kept`.
pub(super) fn merge(id: &str, ours: &Json, theirs: &Json, kept: &mut Vec<String>) -> Json {
    let same_type = ours.text_of("type") == theirs.text_of("type");
    let mut keep = |what: String| kept.push(format!("{id}{what}"));
    let mut merged = Vec::new();
    for key in in_order(ours.entries(), theirs.entries()) {
        let (here, there) = (ours.get(key), theirs.get(key));
        let value = match (key, here, there) {
            ("traits", ..) => merge_traits(here, there, &mut |id| keep(format!(": {id}"))),
            // Which operations a service has is not the published model's to say.
            ("operations" | "resources" | "collectionOperations", Some(here), _) => {
                Some(here.clone())
            }
            ("operations" | "resources" | "collectionOperations", None, _) => None,
            ("members", Some(here), Some(there)) => Some(merge_members(here, there, &mut keep)),
            ("member" | "key" | "value", Some(here), Some(there)) => {
                Some(merge_member(here, there, &mut |id| {
                    keep(format!("${key}: {id}"));
                }))
            }
            ("errors", Some(here), there) if same_type => {
                let mut all = there.map_or(&[][..], Json::items).to_vec();
                for error in here.items() {
                    if !all.iter().any(|other| other.same(error)) {
                        keep(format!(": {}", error.text_of("target").unwrap_or_default()));
                        all.push(error.clone());
                    }
                }
                Some(Json::Array(all))
            }
            ("rename", Some(here), there) => {
                let mut all = there.map_or(&[][..], Json::entries).to_vec();
                let own = here
                    .entries()
                    .iter()
                    .filter(|(id, _)| there.is_none_or(|there| there.get(id).is_none()));
                all.extend(own.cloned());
                Some(Json::Object(all))
            }
            (_, _, Some(there)) => Some(undocumented_part(key, there)),
            (_, _, None) => None,
        };
        merged.extend(value.map(|value| (key.to_owned(), value)));
    }
    Json::Object(merged)
}

/// A part of a shape that only they have.
fn undocumented_part(key: &str, value: &Json) -> Json {
    let whole = Json::Object(vec![(key.to_owned(), value.clone())]);
    undocumented(&whole)
        .get(key)
        .cloned()
        .unwrap_or_else(|| value.clone())
}

fn merge_members(ours: &Json, theirs: &Json, keep: &mut dyn FnMut(String)) -> Json {
    let names = in_order(ours.entries(), theirs.entries());
    let members = names.into_iter().filter_map(|name| {
        let member = match (ours.get(name), theirs.get(name)) {
            (Some(ours), Some(theirs)) => {
                merge_member(ours, theirs, &mut |id| keep(format!("${name}: {id}")))
            }
            (None, Some(theirs)) => undocumented(theirs),
            (Some(ours), None) => {
                keep(format!("${name}"));
                ours.clone()
            }
            (None, None) => return None,
        };
        Some((name.to_owned(), member))
    });
    Json::Object(members.collect())
}

fn merge_member(ours: &Json, theirs: &Json, keep: &mut dyn FnMut(&str)) -> Json {
    let mut member = Vec::new();
    for key in in_order(ours.entries(), theirs.entries()) {
        let value = match key {
            "traits" => merge_traits(ours.get(key), theirs.get(key), keep),
            _ => theirs.get(key).cloned(),
        };
        member.extend(value.map(|value| (key.to_owned(), value)));
    }
    Json::Object(member)
}

/// `None` if no trait is left.
fn merge_traits(
    ours: Option<&Json>,
    theirs: Option<&Json>,
    keep: &mut dyn FnMut(&str),
) -> Option<Json> {
    let none = Json::Object(Vec::new());
    let (ours, theirs) = (ours.unwrap_or(&none), theirs.unwrap_or(&none));
    let mut merged = Vec::new();
    for id in in_order(ours.entries(), theirs.entries()) {
        let value = match (part(id), ours.get(id), theirs.get(id)) {
            (Part::Documentation, ours, _) => ours.cloned(),
            (_, Some(ours), Some(theirs)) => {
                let bare = without_docs(id, theirs);
                let same = without_docs(id, ours).same(&bare);
                Some(if same { ours.clone() } else { bare })
            }
            (_, None, Some(theirs)) => Some(without_docs(id, theirs)),
            (Part::Convenience, Some(ours), None) => {
                keep(id);
                Some(ours.clone())
            }
            (Part::Meaning, _, None) | (_, None, None) => None,
        };
        merged.extend(value.map(|value| (id.to_owned(), value)));
    }
    (!merged.is_empty()).then_some(Json::Object(merged))
}

/// The keys of both: theirs in their order, and each that only we have after the one it follows with us.
fn in_order<'j>(ours: &'j [(String, Json)], theirs: &'j [(String, Json)]) -> Vec<&'j str> {
    let mut keys: Vec<&str> = theirs.iter().map(|(key, _)| key.as_str()).collect();
    let mut after = 0;
    for (key, _) in ours {
        after = match keys.iter().position(|other| other == key) {
            Some(at) => at + 1,
            None => {
                keys.insert(after, key);
                after + 1
            }
        };
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(ours: &str, theirs: &str) -> (String, Vec<String>) {
        let (ours, theirs) = (Json::parse(ours).unwrap(), Json::parse(theirs).unwrap());
        let mut kept = Vec::new();
        let merged = merge("x#X", &ours, &theirs, &mut kept).print(None);
        (merged, kept)
    }

    #[test]
    fn members_come_from_them_and_words_from_us() {
        let ours = r#"{"type": "structure", "members": {
            "A": {"target": "x#Old", "traits": {"smithy.api#documentation": "our A", "smithy.api#required": {}}},
            "Own": {"target": "x#Own"},
            "B": {"target": "x#B", "traits": {"smithy.api#sensitive": {}}}
        }, "traits": {"smithy.api#documentation": "ours", "smithy.api#input": {}}}"#;
        let theirs = r#"{"type": "structure", "members": {
            "New": {"target": "x#N", "traits": {"smithy.api#documentation": "their N"}},
            "A": {"target": "x#A", "traits": {"smithy.api#documentation": "their A", "smithy.api#httpLabel": {}}},
            "B": {"target": "x#B"}
        }, "traits": {"smithy.api#documentation": "theirs"}}"#;
        let (merged, kept) = merged(ours, theirs);
        assert_eq!(
            merged,
            r#"{"type": "structure", "members": {"New": {"target": "x#N"}, "A": {"target": "x#A", "traits": {"smithy.api#documentation": "our A", "smithy.api#httpLabel": {}}}, "Own": {"target": "x#Own"}, "B": {"target": "x#B", "traits": {"smithy.api#sensitive": {}}}}, "traits": {"smithy.api#documentation": "ours", "smithy.api#input": {}}}"#
        );
        let expected = [
            "x#X$Own",
            "x#X$B: smithy.api#sensitive",
            "x#X: smithy.api#input",
        ];
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_constraint_that_they_gave_up_goes() {
        let ours = r#"{"type": "string", "traits": {"smithy.api#length": {"max": 3}, "smithy.api#pattern": "a"}}"#;
        let theirs = r#"{"type": "string", "traits": {"smithy.api#length": {"max": 4}}}"#;
        let (merged, kept) = merged(ours, theirs);
        assert_eq!(
            merged,
            r#"{"type": "string", "traits": {"smithy.api#length": {"max": 4}}}"#
        );
        assert_eq!(kept, [""; 0]);
    }

    #[test]
    fn a_string_that_became_an_enum_keeps_our_words() {
        let ours = r#"{"type": "string", "traits": {"smithy.api#documentation": "ours"}}"#;
        let theirs = r#"{"type": "enum", "members": {"A": {"target": "smithy.api#Unit", "traits": {"smithy.api#enumValue": "A", "smithy.api#documentation": "theirs"}}}}"#;
        let (merged, _) = merged(ours, theirs);
        assert_eq!(
            merged,
            r#"{"type": "enum", "traits": {"smithy.api#documentation": "ours"}, "members": {"A": {"target": "smithy.api#Unit", "traits": {"smithy.api#enumValue": "A"}}}}"#
        );
    }

    #[test]
    fn errors_of_our_own_stay() {
        let ours = r#"{"type": "operation", "errors": [{"target": "x#Own"}, {"target": "x#E"}]}"#;
        let theirs = r#"{"type": "operation", "errors": [{"target": "x#E"}, {"target": "x#F"}]}"#;
        let (merged, kept) = merged(ours, theirs);
        assert_eq!(
            merged,
            r#"{"type": "operation", "errors": [{"target": "x#E"}, {"target": "x#F"}, {"target": "x#Own"}]}"#
        );
        assert_eq!(kept, ["x#X: x#Own"]);
    }
}
