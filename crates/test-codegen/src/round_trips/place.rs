//! Where a value travels, as far as it restricts what value there can be.

use connect_codegen::ir::{Binding, Member, Operation, Role, Segment, Structure};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// JSON: everything.
    Anywhere,
    /// A body that is empty without it.
    Payload,
    /// The query: no nulls, and a list or map has an entry, since without one it looks like none.
    Query,
    /// A header: text without control characters, no nulls.
    Header,
    /// A segment of the path.
    Label,
    /// Several segments of the path.
    Path,
    /// A label of the host's name.
    Host,
}

impl Place {
    pub(super) fn of(
        structure: &Structure,
        member: &Member,
        operation: Option<&Operation>,
    ) -> Self {
        let label = |segments: &[Segment], greedy_only: bool| {
            segments.iter().any(|part| {
                matches!(part, Segment::Label { member: name, greedy }
                    if *name == member.name && (*greedy || !greedy_only))
            })
        };
        let host = operation.filter(|_| structure.role == Role::Input && member.host_label);
        if host.is_some_and(|operation| label(&operation.host_prefix, false)) {
            return Self::Host;
        }
        match &member.binding {
            Binding::Label if operation.is_some_and(|it| label(&it.path, true)) => Self::Path,
            Binding::Label => Self::Label,
            Binding::Query(_) | Binding::QueryParams => Self::Query,
            Binding::Header(_) | Binding::PrefixHeaders(_) => Self::Header,
            Binding::Payload => Self::Payload,
            Binding::Body | Binding::ResponseCode => Self::Anywhere,
        }
    }

    /// Whether values are text by themselves, rather than a part of JSON.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Query | Self::Header)
    }

    /// The place of what a list or map here contains.
    pub(super) fn inside(self) -> Self {
        if self.is_text() { self } else { Self::Anywhere }
    }

    /// Whether the place can hold a text.
    pub(super) fn holds(self, text: &str) -> bool {
        match self {
            Self::Anywhere | Self::Query => true,
            Self::Payload | Self::Label => !text.is_empty(),
            Self::Path => {
                let slash = text.starts_with('/') || text.ends_with('/') || text.contains("//");
                !(text.is_empty() || slash)
            }
            Self::Header => text.trim() == text && !text.contains(char::is_control),
            Self::Host => {
                let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                (1..=63).contains(&text.len()) && text.bytes().all(fits)
            }
        }
    }
}
