//! What a URL asks for, and URLs that ask.

use form_urlencoded::{Serializer, parse};

/// The parameters of a URL, as a form sends them.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Those of a URL's query; what is no UTF-8 is replaced.
    pub(super) fn of(query: Option<&str>) -> Self {
        Self(
            parse(query.unwrap_or_default().as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// The first value, without spaces around it; empty if there is none.
    pub(super) fn first(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// All values that are not empty.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(key, _)| key == name);
        named
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// A URL with these parameters and some others, without those of the same names.
    pub(super) fn with(&self, path: &str, others: &[(&str, &str)]) -> String {
        let kept = self
            .0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        let kept = kept.filter(|(key, value)| {
            !value.is_empty() && !others.iter().any(|(other, _)| other == key)
        });
        let all = kept.chain(
            others
                .iter()
                .copied()
                .filter(|(_, value)| !value.is_empty()),
        );
        Serializer::for_suffix(format!("{path}?"), path.len() + 1)
            .extend_pairs(all)
            .finish()
    }
}

/// A URL with a parameter.
pub(super) fn link(path: &str, name: &str, value: &str) -> String {
    Query::default().with(path, &[(name, value)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_and_written() {
        let query = Query::of(Some("a=1&b=x%26y+z&a=+2+&c=&d=%ff&page=7"));
        assert_eq!(query.first("b"), "x&y z");
        assert_eq!(query.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((query.first("c"), query.first("e")), ("", ""));
        assert_eq!(query.first("d"), "\u{fffd}");
        let url = query.with("/find", &[("page", "8"), ("b", ""), ("d", "\"<>'")]);
        assert_eq!(url, "/find?a=1&a=+2+&page=8&d=%22%3C%3E%27");
        assert_eq!(link("/tree", "id", "a/b?c#d"), "/tree?id=a%2Fb%3Fc%23d");
    }
}
