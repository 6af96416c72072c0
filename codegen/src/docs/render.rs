//! Blocks to lines of Markdown, and to plain text.

use super::inline::{backticks, lines};
use super::tree::{Block, Inline};

/// The width of a line, which a doc comment's indentation and slashes come before.
const WIDTH: usize = 100;

/// Lines stay at least this wide, however deep the list.
const LEAST_WIDTH: usize = 40;

pub(super) fn blocks(blocks: &[Block]) -> String {
    block_lines(blocks, WIDTH, false).join("\n")
}

/// The lines of some blocks, with empty lines between them but, where it is `tight`, before lists.
fn block_lines(blocks: &[Block], width: usize, tight: bool) -> Vec<String> {
    let mut all = Vec::new();
    for block in blocks {
        let lines = match block {
            Block::Paragraph(content) => lines(content, width),
            Block::Preformatted(text) => preformatted(text),
            Block::List { ordered, items } => list(*ordered, items, width),
            Block::Note { heading, blocks } => note(heading, blocks, width),
        };
        let is_attached = tight && matches!(block, Block::List { .. });
        if !all.is_empty() && !lines.is_empty() && !is_attached {
            all.push(String::new());
        }
        all.extend(lines);
    }
    all
}

/// Blocks as plain text, with something between them. Lines are broken only where blocks or the text's own breaks are.
pub(super) fn plain(blocks: &[Block], between: &str) -> String {
    let texts = blocks.iter().map(|block| match block {
        Block::Paragraph(content) => plain_lines(content),
        Block::Preformatted(text) => text.trim_matches('\n').trim_end().to_owned(),
        Block::List { ordered, items } => {
            let items = items.iter().enumerate().map(|(index, item)| {
                let marker = marker(*ordered, index);
                let indent = format!("\n{}", " ".repeat(marker.len()));
                marker + &plain(item, "\n").replace('\n', &indent)
            });
            items.collect::<Vec<_>>().join("\n")
        }
        Block::Note { heading, blocks } => format!("{heading}: {}", plain(blocks, between)),
    });
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.join(between)
}

fn plain_lines(content: &[Inline]) -> String {
    let lines = content.split(|inline| *inline == Inline::Break);
    let lines = lines.map(|line| line.iter().map(Inline::plain).collect::<String>());
    let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines
        .collect::<Vec<_>>()
        .join("\n")
        .trim_matches('\n')
        .to_owned()
}

fn marker(ordered: bool, index: usize) -> String {
    if ordered {
        format!("{}. ", index + 1)
    } else {
        "- ".to_owned()
    }
}

fn list(ordered: bool, items: &[Vec<Block>], width: usize) -> Vec<String> {
    let tight = items.iter().all(|item| is_tight(item));
    let mut all = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let marker = marker(ordered, index);
        let indent = " ".repeat(marker.len());
        let inner = width.saturating_sub(marker.len()).max(LEAST_WIDTH);
        if index > 0 && !tight {
            all.push(String::new());
        }
        let lines = block_lines(item, inner, tight);
        all.extend(lines.into_iter().enumerate().map(|(row, line)| {
            if line.is_empty() {
                line
            } else if row == 0 {
                format!("{marker}{line}")
            } else {
                format!("{indent}{line}")
            }
        }));
    }
    all
}

/// Whether an item is a paragraph, maybe with a list below it.
fn is_tight(item: &[Block]) -> bool {
    match item {
        [Block::Paragraph(_)] => true,
        [Block::Paragraph(_), Block::List { items, .. }] => items.iter().all(|item| is_tight(item)),
        _ => false,
    }
}

fn note(heading: &str, blocks: &[Block], width: usize) -> Vec<String> {
    let inner = width.saturating_sub(2).max(LEAST_WIDTH);
    let bold = |text: &str| Inline::Bold(vec![Inline::Text(text.to_owned())]);
    let (first, rest) = match blocks.split_first() {
        Some((Block::Paragraph(content), rest)) => {
            let mut first = vec![bold(&format!("{heading}:")), Inline::Text(" ".to_owned())];
            first.extend(content.iter().cloned());
            (first, rest)
        }
        _ => (vec![bold(heading)], blocks),
    };
    let mut all = lines(&first, inner);
    let rest = block_lines(rest, inner, false);
    if !rest.is_empty() {
        all.push(String::new());
        all.extend(rest);
    }
    let quote = |line: String| format!("> {line}").trim_end().to_owned();
    all.into_iter().map(quote).collect()
}

/// Fenced and marked as text, so that nobody compiles it. A fence is ended by any that is as long.
fn preformatted(text: &str) -> Vec<String> {
    let longest = backticks(text).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    let text = text.replace('\t', "    ").replace("\r\n", "\n");
    // A lone carriage return is an error in a comment.
    let text = text.replace(|c: char| c.is_whitespace() && c != '\n', " ");
    let text = text.trim_matches('\n').trim_end();
    let mut all = vec![format!("{fence}text")];
    all.extend(text.lines().map(|line| line.trim_end().to_owned()));
    all.push(fence);
    all
}
