//! Documentation: AWS's HTML to Markdown for rustdoc and to plain text for terminals, and a line in words for what a model leaves
//! undocumented.

use crate::ir::Constraints;

mod html;
mod inline;
mod render;
mod tree;

/// The Markdown for a piece of AWS's HTML documentation, wrapped, without a line break at its end.
///
/// Whatever the input, the output is free of what rustdoc warns about: tags become Markdown or text, brackets and angle
/// brackets of the text are escaped, bare URLs become links. Broken HTML is read as browsers do, more or less.
pub fn to_markdown(html: &str) -> String {
    render::blocks(&tree::parse(&printable(html)))
}

/// The plain text of a piece of AWS's HTML documentation, for a terminal to break: a paragraph is one line, and so is a list's item.
pub fn to_plain(html: &str) -> String {
    render::plain(&tree::parse(&printable(html)), "\n\n")
}

/// A paragraph that leads to other pages, by names and URLs: "See [Guide](https://a.example)." A URL that is not of the web is shown
/// as code and leads nowhere.
pub fn see<'l>(links: impl IntoIterator<Item = (&'l str, &'l str)>, form: Form) -> String {
    let links = links.into_iter().map(|(name, url)| (line(name), line(url)));
    match form {
        Form::Markdown => {
            let mut content = Vec::new();
            for (name, url) in links {
                let before = if content.is_empty() { "See " } else { ", " };
                content.push(tree::Inline::Text(before.to_owned()));
                content.extend(tree::Inline::reference(name, url));
            }
            content.push(tree::Inline::Text(".".to_owned()));
            render::blocks(&[tree::Block::Paragraph(content)])
        }
        Form::Plain => {
            let links = links.map(|(name, url)| match name.as_str() {
                "" => url,
                name => format!("{name} ({url})"),
            });
            format!("See {}.", links.collect::<Vec<_>>().join(", "))
        }
    }
}

/// What a text is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Markdown, for rustdoc.
    Markdown,
    /// Plain text, for a terminal.
    Plain,
}

impl Form {
    /// A value as it stands in the text.
    pub(crate) fn code(self, value: &str) -> String {
        match self {
            Self::Markdown => inline::code(value),
            Self::Plain => line(value),
        }
    }
}

/// Plain text on one line, such as a title: what cannot be printed is left out, white space is a space.
pub fn line(text: &str) -> String {
    let text = printable(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The Markdown, on one line, that shows plain text as it stands.
pub fn plain_to_markdown(text: &str) -> String {
    inline::lines(&[tree::Inline::Text(line(text))], usize::MAX).concat()
}

/// The text without what must not stand in a comment.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| html::is_printable(*c)).collect()
}

/// A line for a member without documentation, such as "`InstanceId`: string, 1 to 100 characters, required." `kind` is its type in words,
/// in the form of the whole: `string`, `list of [...](...)`.
pub fn describe(
    name: &str,
    kind: &str,
    required: bool,
    constraints: &Constraints,
    form: Form,
) -> String {
    let mut words = vec![kind.to_owned()];
    if let Some((min, max)) = constraints.length {
        let (one, many) = length_unit(kind);
        words.extend(match (min, max) {
            (Some(1), Some(1)) => Some(format!("1 {one}")),
            (Some(min), Some(max)) if min == max => Some(format!("{min} {many}")),
            // Nothing is shorter than nothing.
            (None | Some(0), Some(1)) => Some(format!("at most 1 {one}")),
            (None | Some(0), Some(max)) => Some(format!("at most {max} {many}")),
            (Some(min), Some(max)) => Some(format!("{min} to {max} {many}")),
            (Some(1), None) => Some(format!("at least 1 {one}")),
            (None | Some(0), None) => None,
            (Some(min), None) => Some(format!("at least {min} {many}")),
        });
    }
    if let Some((min, max)) = &constraints.range {
        words.extend(match (min, max) {
            (Some(min), Some(max)) if min == max => Some(format!("always {min}")),
            (Some(min), Some(max)) => Some(format!("{min} to {max}")),
            (Some(min), None) => Some(format!("at least {min}")),
            (None, Some(max)) => Some(format!("at most {max}")),
            (None, None) => None,
        });
    }
    if constraints.unique {
        words.push("no two alike".to_owned());
    }
    if let Some(pattern) = &constraints.pattern {
        words.push(format!("matches {}", form.code(pattern)));
    }
    if required {
        words.push("required".to_owned());
    }
    format!("{}: {}.", form.code(name), words.join(", "))
}

/// What the length of a value of this kind counts, one and many.
fn length_unit(kind: &str) -> (&'static str, &'static str) {
    if kind.starts_with("list") || kind.starts_with("set") {
        ("item", "items")
    } else if kind.starts_with("map") {
        ("entry", "entries")
    } else if kind.contains("bytes") {
        ("byte", "bytes")
    } else {
        ("character", "characters")
    }
}

#[cfg(test)]
mod tests;
