//! Patterns of strings, compiled on first use.

/// A `pattern` trait's regular expression. Clients do not check patterns, so only feature `server` brings the engine; without it
/// everything matches.
#[derive(Debug)]
pub struct Pattern {
    source: &'static str,
    #[cfg(feature = "server")]
    regex: std::sync::OnceLock<Option<regex::Regex>>,
}

impl Pattern {
    /// A pattern in a model's words, for a static.
    pub const fn new(source: &'static str) -> Self {
        Self {
            source,
            #[cfg(feature = "server")]
            regex: std::sync::OnceLock::new(),
        }
    }

    /// The regular expression.
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// Whether the pattern is found in `text`, in time proportional to its length. A pattern that does not compile is found in everything: the
    /// generator leaves such out and says so.
    #[cfg(feature = "server")]
    pub fn matches(&self, text: &str) -> bool {
        let regex = self
            .regex
            .get_or_init(|| regex::Regex::new(self.source).ok());
        regex.as_ref().is_none_or(|regex| regex.is_match(text))
    }

    #[cfg(not(feature = "server"))]
    pub(crate) fn matches(&self, _text: &str) -> bool {
        true
    }
}
