//! Tags and text to blocks, whatever the order of the tags.

use super::html::{self, Token};

/// A block of documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    Paragraph(Vec<Inline>),
    /// Text as it stands.
    Preformatted(String),
    List {
        ordered: bool,
        items: Vec<Vec<Block>>,
    },
    /// A note under a heading such as `Important`.
    Note {
        heading: &'static str,
        blocks: Vec<Block>,
    },
}

/// A piece of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Inline {
    /// Text; white space is one space.
    Text(String),
    Code(String),
    Bold(Vec<Inline>),
    Italic(Vec<Inline>),
    Link {
        url: String,
        text: Vec<Inline>,
    },
    Break,
}

/// Lists and notes within each other; deeper ones are flattened, since nobody can read them.
const MAX_DEPTH: usize = 12;

pub(super) fn parse(html: &str) -> Vec<Block> {
    let mut builder = Builder::new();
    for token in html::tokens(html) {
        match token {
            Token::Text(text) => builder.text(&html::decode(text)),
            Token::Open { name, href } => builder.open(&name, href.as_deref()),
            Token::Close { name } => builder.close(&name),
        }
    }
    builder.finish()
}

/// A block that is still open.
struct Container {
    kind: Kind,
    blocks: Vec<Block>,
    /// Of a list.
    items: Vec<Vec<Block>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Root,
    List {
        ordered: bool,
    },
    Item,
    /// An item of a definition list; its first paragraph is the term.
    Definition,
    Note(&'static str),
}

/// An inline element that is still open.
struct Span {
    style: Style,
    content: Vec<Inline>,
}

#[derive(Clone, PartialEq, Eq)]
enum Style {
    Plain,
    Bold,
    Italic,
    Code,
    Link(String),
}

struct Builder {
    /// From the outside in; the first is the root and never closed before the end.
    containers: Vec<Container>,
    /// Containers that were opened beyond [`MAX_DEPTH`].
    flattened: usize,
    /// The open elements of the paragraph, from the outside in; the first is the paragraph itself.
    spans: Vec<Span>,
    preformatted: Option<String>,
}

impl Builder {
    fn new() -> Self {
        Self {
            containers: vec![Container::new(Kind::Root)],
            flattened: 0,
            spans: vec![Span::new(Style::Plain)],
            preformatted: None,
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.end_preformatted();
        self.end_paragraph();
        while self.containers.len() > 1 {
            self.close_container();
        }
        self.containers
            .pop()
            .map(|root| root.blocks)
            .unwrap_or_default()
    }

    fn text(&mut self, text: &str) {
        if let Some(preformatted) = &mut self.preformatted {
            preformatted.push_str(text);
            return;
        }
        self.push(Inline::Text(text.to_owned()));
    }

    fn open(&mut self, name: &str, href: Option<&str>) {
        if self.preformatted.is_some() {
            return;
        }
        match name {
            "b" | "strong" => self.open_span(Style::Bold),
            "i" | "em" | "var" => self.open_span(Style::Italic),
            "code" | "tt" | "literal" | "function" => self.open_span(Style::Code),
            "a" => match href.and_then(absolute) {
                Some(url) => self.open_span(Style::Link(url)),
                None => self.open_span(Style::Plain),
            },
            "br" => self.push(Inline::Break),
            "td" | "th" => self.push(Inline::Text(" ".to_owned())),
            "pre" => {
                self.end_paragraph();
                self.preformatted = Some(String::new());
            }
            "ul" | "ol" | "dl" => self.open_container(Kind::List {
                ordered: name == "ol",
            }),
            "li" => self.open_item(Kind::Item),
            "dt" => self.open_item(Kind::Definition),
            "dd" => self.open_description(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "title" | "fullname" => {
                self.end_paragraph();
                self.open_span(Style::Bold);
            }
            _ => match note(name) {
                Some(heading) => self.open_container(Kind::Note(heading)),
                None if is_block(name) => self.end_paragraph(),
                None => {}
            },
        }
    }

    fn close(&mut self, name: &str) {
        if self.preformatted.is_some() && name != "pre" {
            return;
        }
        match name {
            "b" | "strong" => self.close_span(|style| *style == Style::Bold),
            "i" | "em" | "var" => self.close_span(|style| *style == Style::Italic),
            "code" | "tt" | "literal" | "function" => {
                self.close_span(|style| *style == Style::Code);
            }
            "a" => self.close_span(|style| matches!(style, Style::Link(_))),
            "pre" => self.end_preformatted(),
            "ul" | "ol" | "dl" => self.close_to(|kind| matches!(kind, Kind::List { .. })),
            "li" | "dd" => self.close_to(|kind| matches!(kind, Kind::Item | Kind::Definition)),
            "dt" => self.end_paragraph(),
            _ if note(name).is_some() => self.close_to(|kind| matches!(kind, Kind::Note(_))),
            _ if is_block(name) => self.end_paragraph(),
            _ => {}
        }
    }

    fn open_container(&mut self, kind: Kind) {
        self.end_paragraph();
        let within_list = matches!(self.innermost(), Kind::List { .. });
        if within_list && matches!(kind, Kind::List { .. } | Kind::Note(_)) {
            // A list within a list, but not within an item: it belongs to the item before.
            let item = self.containers.last_mut().and_then(|list| list.items.pop());
            self.containers.push(Container {
                blocks: item.unwrap_or_default(),
                ..Container::new(Kind::Item)
            });
        }
        if self.containers.len() >= MAX_DEPTH {
            self.flattened += 1;
        } else {
            self.containers.push(Container::new(kind));
        }
    }

    fn open_item(&mut self, kind: Kind) {
        self.end_paragraph();
        if matches!(self.innermost(), Kind::Item | Kind::Definition) {
            self.close_container();
        }
        if self.flattened > 0 {
            return;
        }
        if !matches!(self.innermost(), Kind::List { .. }) {
            self.open_container(Kind::List { ordered: false });
        }
        if matches!(self.innermost(), Kind::List { .. }) {
            self.containers.push(Container::new(kind));
        }
    }

    /// `<dd>`: what follows the term in its item.
    fn open_description(&mut self) {
        self.end_paragraph();
        if self.innermost() != Kind::Definition {
            self.open_item(Kind::Item);
        }
    }

    fn innermost(&self) -> Kind {
        self.containers
            .last()
            .map_or(Kind::Root, |container| container.kind)
    }

    /// Closes containers up to the innermost that fits, if any does.
    fn close_to(&mut self, fits: impl Fn(Kind) -> bool) {
        self.end_paragraph();
        if self.flattened > 0 {
            if !fits(Kind::Item) {
                self.flattened -= 1;
            }
            return;
        }
        if let Some(found) = self.containers.iter().rposition(|c| fits(c.kind)) {
            while self.containers.len() > found.max(1) {
                self.close_container();
            }
        }
    }

    fn close_container(&mut self) {
        if self.containers.len() < 2 {
            return;
        }
        let Some(closed) = self.containers.pop() else {
            return;
        };
        let Some(parent) = self.containers.last_mut() else {
            return;
        };
        match closed.kind {
            Kind::Item if !closed.blocks.is_empty() => parent.items.push(closed.blocks),
            Kind::Definition if !closed.blocks.is_empty() => {
                parent.items.push(with_term(closed.blocks));
            }
            Kind::List { ordered } if !closed.items.is_empty() => parent.blocks.push(Block::List {
                ordered,
                items: closed.items,
            }),
            Kind::Note(heading) if !closed.blocks.is_empty() => parent.blocks.push(Block::Note {
                heading,
                blocks: closed.blocks,
            }),
            _ => {}
        }
    }

    fn open_span(&mut self, style: Style) {
        let is_open = |span: &Span| match (&span.style, &style) {
            // Nothing is styled within code, and no link within a link.
            (Style::Code, _) | (Style::Link(_), Style::Link(_)) => true,
            (open, style) => open == style,
        };
        if !self.spans.iter().any(is_open) {
            self.spans.push(Span::new(style));
        }
    }

    fn close_span(&mut self, fits: impl Fn(&Style) -> bool) {
        let Some(found) = self.spans.iter().rposition(|span| fits(&span.style)) else {
            return;
        };
        while self.spans.len() > found.max(1) {
            self.end_span();
        }
    }

    fn end_span(&mut self) {
        let Some(Span { style, content }) = self.spans.pop() else {
            return;
        };
        match style {
            Style::Plain => content.into_iter().for_each(|inline| self.push(inline)),
            Style::Bold => self.push(Inline::Bold(content)),
            Style::Italic => self.push(Inline::Italic(content)),
            Style::Code => self.push(Inline::Code(content.iter().map(Inline::plain).collect())),
            Style::Link(url) => self.push(Inline::Link { url, text: content }),
        }
    }

    fn push(&mut self, inline: Inline) {
        let Some(span) = self.spans.last_mut() else {
            return;
        };
        match (span.content.last_mut(), inline) {
            (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
            // One span of code after another would end at the wrong backtick.
            (Some(Inline::Code(before)), Inline::Code(text)) => before.push_str(&text),
            (_, inline) => span.content.push(inline),
        }
    }

    fn end_paragraph(&mut self) {
        while self.spans.len() > 1 {
            self.end_span();
        }
        let content = match self.spans.first_mut() {
            Some(paragraph) => std::mem::take(&mut paragraph.content),
            None => return,
        };
        if content.iter().all(Inline::is_blank) {
            return;
        }
        self.push_block(Block::Paragraph(content));
    }

    fn end_preformatted(&mut self) {
        if let Some(text) = self.preformatted.take()
            && !text.trim().is_empty()
        {
            self.push_block(Block::Preformatted(text));
        }
    }

    fn push_block(&mut self, block: Block) {
        if let Some(container) = self.containers.last_mut() {
            match container.kind {
                // Text within a list, but not within an item.
                Kind::List { .. } => container.items.push(vec![block]),
                _ => container.blocks.push(block),
            }
        }
    }
}

impl Container {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            blocks: Vec::new(),
            items: Vec::new(),
        }
    }
}

impl Span {
    fn new(style: Style) -> Self {
        Self {
            style,
            content: Vec::new(),
        }
    }
}

impl Inline {
    fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) | Self::Code(text) => text.trim().is_empty(),
            Self::Bold(content) | Self::Italic(content) => content.iter().all(Self::is_blank),
            Self::Link { .. } => false,
            Self::Break => true,
        }
    }

    /// A name that links to a URL; both as they stand if the URL is not of the web.
    pub(super) fn reference(name: String, url: String) -> Vec<Self> {
        match absolute(&url) {
            Some(url) => vec![Self::Link {
                url,
                text: vec![Self::Text(name)],
            }],
            None => vec![Self::Text(format!("{name}: ")), Self::Code(url)],
        }
    }

    /// The text alone.
    pub(super) fn plain(&self) -> String {
        match self {
            Self::Text(text) | Self::Code(text) => text.clone(),
            Self::Bold(content) | Self::Italic(content) => {
                content.iter().map(Self::plain).collect()
            }
            // A link without a text shows its URL.
            Self::Link { url, text } if text.iter().all(Self::is_blank) => url.clone(),
            Self::Link { text, .. } => text.iter().map(Self::plain).collect(),
            Self::Break => " ".to_owned(),
        }
    }
}

/// The blocks of a definition: its term in bold before its description.
fn with_term(blocks: Vec<Block>) -> Vec<Block> {
    let mut blocks = blocks.into_iter();
    let (term, description) = match (blocks.next(), blocks.next()) {
        (Some(Block::Paragraph(term)), description) => (term, description),
        (first, second) => return first.into_iter().chain(second).chain(blocks).collect(),
    };
    let mut paragraph = vec![Inline::Bold(without_bold(term))];
    let mut rest = Vec::new();
    match description {
        Some(Block::Paragraph(description)) => {
            paragraph.push(Inline::Text(": ".to_owned()));
            paragraph.extend(description);
        }
        other => rest.extend(other),
    }
    rest.extend(blocks);
    rest.insert(0, Block::Paragraph(paragraph));
    rest
}

/// Bold within bold is neither in Markdown.
fn without_bold(content: Vec<Inline>) -> Vec<Inline> {
    let plain = content.into_iter().flat_map(|inline| match inline {
        Inline::Bold(content) => content,
        Inline::Italic(content) => vec![Inline::Italic(without_bold(content))],
        Inline::Link { url, text } => vec![Inline::Link {
            url,
            text: without_bold(text),
        }],
        other => vec![other],
    });
    plain.collect()
}

fn note(name: &str) -> Option<&'static str> {
    Some(match name {
        "note" => "Note",
        "important" => "Important",
        "caution" => "Caution",
        "tip" => "Tip",
        "warn" | "warning" => "Warning",
        _ => return None,
    })
}

/// Whether a tag ends the paragraph before it.
fn is_block(name: &str) -> bool {
    !matches!(
        name,
        "big" | "center" | "font" | "small" | "span" | "sub" | "sup" | "td" | "th" | "u"
    )
}

/// A link's target on the web; links within AWS's pages lead nowhere from here.
fn absolute(href: &str) -> Option<String> {
    let href = href.trim();
    if href.starts_with("//") {
        return Some(format!("https:{href}"));
    }
    let scheme = href.split_once("://")?.0;
    let is_web = ["http", "https"]
        .iter()
        .any(|web| scheme.eq_ignore_ascii_case(web));
    is_web.then(|| href.to_owned())
}
