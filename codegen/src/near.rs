//! Names near one that is not there.

use std::collections::BTreeSet;

/// At most this many are offered.
const MOST: usize = 5;

/// The names that are likely meant by `wanted`, likeliest first.
pub(crate) fn near<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    let plain = fold(wanted);
    let words = words(wanted);
    let allowed = (plain.len() / 4).max(2);
    let mut found: Vec<(usize, usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let folded = fold(name);
            let distance = strsim::levenshtein(&plain, &folded);
            let whole = folded.contains(&plain) || plain.contains(&folded);
            // The same words in another number or order, as in `ListContact` for `ListContacts`.
            let shared = self::words(name).intersection(&words).count();
            let alike = shared > 0 && shared + 1 >= words.len();
            let unshared = words.len() - shared;
            (distance <= allowed || (plain.len() > 2 && (whole || alike)))
                .then_some((unshared, distance, name))
        })
        .collect();
    found.sort_unstable();
    found.truncate(MOST);
    let names = found.into_iter().map(|(.., name)| name.to_owned());
    names.collect()
}

/// The end of a message about a name that is not there.
pub(crate) fn offer(near: &[String]) -> String {
    if near.is_empty() {
        String::new()
    } else {
        format!("; near it: {}", near.join(", "))
    }
}

/// Without case and separators.
fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn words(name: &str) -> BTreeSet<String> {
    let words = crate::names::snake_case(name);
    let words = words.split(['_', '-']).filter(|word| !word.is_empty());
    words
        .map(|word| word.trim_end_matches('s').to_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = [
        "DescribeContact",
        "GetContactAttributes",
        "ListAssociatedContacts",
        "ListContactReferences",
        "StartChatContact",
    ];

    #[test]
    fn what_is_meant_is_found() {
        for (wanted, first) in [
            ("DescribeContacts", "DescribeContact"),
            ("list-associated-contacts", "ListAssociatedContacts"),
            ("getcontactatributes", "GetContactAttributes"),
            ("ContactReferences", "ListContactReferences"),
            ("ListReferencesOfContacts", "ListContactReferences"),
            ("ListContact", "ListContactReferences"),
        ] {
            let near = near(wanted, NAMES);
            assert_eq!(near.first().map(String::as_str), Some(first), "{wanted}");
        }
    }

    #[test]
    fn what_is_far_is_not_offered() {
        assert_eq!(near("CreateBucket", NAMES), [""; 0]);
        assert_eq!(near("", NAMES), [""; 0]);
    }
}
