//! Text for the places that take not every text.

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::tokens::number;
use crate::examples;
use crate::ir::{Constraints, Segment, Structure};

/// Where a value travels, as far as it restricts what text there can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// JSON, or a query: everything.
    Anywhere,
    /// A body that is empty without it.
    Payload,
    /// A header.
    Header,
    /// A segment of the path.
    Label,
    /// Several segments of the path.
    Path,
    /// A label of the host's name.
    Host,
}

impl Place {
    /// The place of a label: part of the host's name, too, if it is one of these.
    pub(super) fn of_label(path: &[Segment], name: &str) -> Self {
        let greedy = path
            .iter()
            .any(|part| matches!(part, Segment::Label { member, greedy: true } if member == name));
        if greedy { Self::Path } else { Self::Label }
    }

    /// Whether the place can hold a text.
    fn holds(self, text: &str) -> bool {
        match self {
            Self::Anywhere => true,
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

/// An expression of a `String`; none if there is no text that fits.
pub(super) fn expression(constraints: &Constraints, place: Place) -> Option<TokenStream> {
    let (min, max) = limits(constraints);
    if let Some(pattern) = &constraints.pattern {
        let examples = examples::of_pattern(pattern, |text| {
            let length = text.chars().count() as u64;
            (min..=max).contains(&length) && place.holds(text)
        });
        return (!examples.is_empty()).then(|| quote!(s.one_of(&[#(#examples),*])));
    }
    if max == 0 && place != Place::Anywhere && place != Place::Header {
        return None;
    }
    let unlimited = (min, max) == (0, u64::MAX);
    let (low, high) = (number(min), limit(max));
    let least = number(min.max(1));
    Some(match place {
        Place::Anywhere if unlimited => quote!(s.value()),
        Place::Anywhere => quote!(s.text(#low, #high)),
        Place::Payload | Place::Label => quote!(s.text(#least, #high)),
        Place::Header => quote!(s.header_text(#low, #high)),
        Place::Path => quote!(s.path(#least, #high)),
        Place::Host => quote!(s.host_label(#least, #high)),
    })
}

/// Least and most of a length.
pub(super) fn limits(constraints: &Constraints) -> (u64, u64) {
    let (min, max) = constraints.length.unwrap_or_default();
    (min.unwrap_or(0), max.unwrap_or(u64::MAX))
}

/// The most of a length.
pub(super) fn limit(max: u64) -> TokenStream {
    if max == u64::MAX {
        quote!(u64::MAX)
    } else {
        let max = number(max);
        quote!(#max)
    }
}

/// The name of the member of `structure` that is in the host's name.
pub(super) fn in_host(structure: &Structure, prefix: &[Segment], name: &str) -> bool {
    structure
        .members
        .iter()
        .any(|member| member.name == name && member.host_label)
        && prefix
            .iter()
            .any(|part| matches!(part, Segment::Label { member, .. } if member == name))
}
