//! Column widths, and the cells they are taken from.

use super::columns::{Column, columns};
use super::guides::{FEWEST_LEVELS, LEVEL, LEVELS};
use super::paint::Paint;
use super::style::Style;
use crate::contact::{Elapsed, Link};
use crate::forest::{Forest, Node};
use crate::text::{Escaped, short_duration};

/// Labels longer than this do not widen the column for all others.
const WIDEST_LABEL: usize = 96;
const WIDEST_CHANNEL: usize = 12;
/// Whole IDs are worth folding levels, as long as this many stay.
const LEVELS_BESIDE_WHOLE_IDS: usize = 8;
/// Shortened contact IDs have at least this many characters.
const SHORTEST_ID: usize = 8;

/// Widths of the columns, found in a pass before drawing.
pub(super) struct Layout<'a> {
    forest: &'a Forest,
    style: &'a Style,
    pub(super) levels: usize,
    pub(super) channel: usize,
    pub(super) label: usize,
    pub(super) start: usize,
    pub(super) elapsed: usize,
    pub(super) facts: Vec<Column>,
    /// Whether contacts began on different days.
    dates: bool,
    /// How many characters of the IDs differ.
    distinct: usize,
    shorten: bool,
}

impl<'a> Layout<'a> {
    pub(super) fn new(forest: &'a Forest, style: &'a Style) -> Self {
        let mut layout = Self {
            forest,
            style,
            levels: LEVELS,
            channel: 0,
            label: "CONTACT".len(),
            start: "START".len(),
            elapsed: "DURATION".len(),
            facts: columns(forest, style.ascii),
            dates: false,
            distinct: distinct_length(forest),
            shorten: false,
        };
        let mut day = None;
        let mut id = "CONTACT ID".len();
        for node in forest.iter() {
            let contact = node.contact();
            let channel = plain(contact.channel.as_deref()).len();
            layout.channel = layout.channel.max(channel.min(WIDEST_CHANNEL));
            layout.elapsed = layout.elapsed.max(elapsed(contact.elapsed()).0.len());
            id = id.max(layout.id(&contact.id).len());
            if let Some(time) = contact.initiation_time {
                let date = time.civil(style.zone.offset(time)).date();
                layout.dates |= *day.get_or_insert(date) != date;
            }
        }
        // Levels and what stands behind them; the latter depends on the columns found so far.
        let mut labels = Vec::with_capacity(forest.len());
        for node in forest.iter() {
            let contact = node.contact();
            let channel = plain(contact.channel.as_deref());
            let method = plain(contact.initiation_method.as_deref());
            let marks = layout.marks(node);
            labels.push((
                node.depth(),
                label_width(layout.channel, &channel, &method, &marks),
            ));
            layout.start = layout.start.max(layout.start(node).len());
        }
        layout.widen(&labels);
        let facts: usize = layout.facts.iter().map(Column::width).sum();
        let others = layout.start + layout.elapsed + facts + 3 * "  ".len();
        if let Some(width) = style.width
            && layout.label + others + id > width
        {
            let left = width.saturating_sub(others + id);
            layout.fold(&labels, left);
            if layout.levels < LEVELS_BESIDE_WHOLE_IDS || layout.label > left {
                layout.levels = LEVELS;
                layout.shorten = true;
                let id = "CONTACT ID".len().max(layout.distinct);
                layout.fold(&labels, width.saturating_sub(others + id));
            }
        }
        layout
    }

    /// Widens the column of labels to the widest of them.
    fn widen(&mut self, labels: &[(usize, usize)]) {
        let width = |(depth, text): &(usize, usize)| LEVEL * depth.min(&self.levels) + text;
        let widest = labels.iter().map(width).max().unwrap_or_default();
        self.label = "CONTACT".len().max(widest.min(WIDEST_LABEL));
    }

    /// Folds levels until the labels fit a width, as far as that can be.
    fn fold(&mut self, labels: &[(usize, usize)], width: usize) {
        for (depth, text) in labels {
            let levels = width.saturating_sub(*text) / LEVEL;
            if levels < *depth {
                self.levels = self.levels.min(levels);
            }
        }
        self.levels = self.levels.max(FEWEST_LEVELS);
        self.widen(labels);
    }

    pub(super) fn id(&self, id: &str) -> String {
        if self.shorten {
            self.short_id(id)
        } else {
            plain(Some(id).filter(|id| !id.is_empty()))
        }
    }

    pub(super) fn short_id(&self, id: &str) -> String {
        plain(
            id.char_indices()
                .nth(self.distinct)
                .map_or(Some(id), |(end, _)| id.get(..end)),
        )
    }

    /// What stands behind the method: the kind of link, notes, the focus.
    pub(super) fn marks(&self, node: Node<'_>) -> Vec<(Paint, String)> {
        let dot = if self.style.ascii { '-' } else { '·' };
        let mut marks = Vec::new();
        if node.link() == Some(Link::Related) {
            marks.push((Paint::Faint, format!("{dot} related")));
        }
        if let Some(other) = node.also_related() {
            marks.push((
                Paint::Faint,
                format!("{dot} related to {}", self.short_id(&other.contact().id)),
            ));
        }
        if let Some(first) = node.anomalies().first() {
            let before = self
                .forest
                .anomalies()
                .partition_point(|anomaly| anomaly.node < first.node);
            for number in before + 1..=before + node.anomalies().len() {
                marks.push((Paint::Alarm, format!("[{number}]")));
            }
        }
        if self.is_focus(node) {
            marks.push((
                Paint::Strong,
                if self.style.ascii { "<" } else { "◀" }.to_owned(),
            ));
        }
        marks
    }

    pub(super) fn start(&self, node: Node<'_>) -> String {
        let Some(time) = node.contact().initiation_time else {
            return "-".to_owned();
        };
        let civil = time.civil(self.style.zone.offset(time));
        if self.dates {
            format!("{} {}", civil.date(), civil.time())
        } else {
            civil.time().to_string()
        }
    }

    pub(super) fn is_focus(&self, node: Node<'_>) -> bool {
        self.style.focus.as_ref() == Some(&node.contact().id)
    }
}

/// How many leading characters make any two IDs differ: one more than the longest prefix that neighbours share.
fn distinct_length(forest: &Forest) -> usize {
    let ids = forest
        .by_id
        .iter()
        .map(|&index| forest.entries[index].contact.id.as_str());
    let shared =
        |(a, b): (&str, &str)| a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    ids.clone()
        .zip(ids.skip(1))
        .map(shared)
        .max()
        .map_or(SHORTEST_ID, |shared| SHORTEST_ID.max(shared + 1))
}

pub(super) fn label_width(
    channel_column: usize,
    channel: &str,
    method: &str,
    marks: &[(Paint, String)],
) -> usize {
    let marks = marks
        .iter()
        .map(|(_, mark)| 1 + mark.chars().count())
        .sum::<usize>();
    channel.len().max(channel_column) + 2 + method.len() + marks
}

pub(super) fn plain(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty())
        .map_or_else(|| "-".to_owned(), |text| Escaped(text).to_string())
}

pub(super) fn elapsed(elapsed: Elapsed) -> (String, Paint) {
    match elapsed {
        Elapsed::For(duration) => (short_duration(duration), Paint::None),
        Elapsed::Open => ("still open".to_owned(), Paint::Open),
        Elapsed::Backwards(duration) => (format!("-{}", short_duration(duration)), Paint::Alarm),
        Elapsed::Unknown => ("unknown".to_owned(), Paint::Faint),
    }
}
