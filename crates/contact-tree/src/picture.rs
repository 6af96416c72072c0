//! The forest as text for a terminal.

use std::fmt::{self, Display};
use std::time::Duration;

use crate::text::{Escaped, short_duration, zone_name};
use crate::{Anomaly, Elapsed, Forest, Link, Node, Timestamp};

/// Columns that one level of the tree takes.
const LEVEL: usize = 3;
/// Levels that are drawn at most; a deeper contact shows the innermost of them and how many are hidden.
const LEVELS: usize = 24;
/// What a folded row gives up for the number of hidden levels.
const FOLD: usize = 3;
/// Labels longer than this do not widen the column for all others.
const WIDEST_LABEL: usize = 96;
const WIDEST_CHANNEL: usize = 12;
/// Shortened contact IDs have at least this many characters.
const SHORTEST_ID: usize = 8;

/// How a picture is drawn. The default is plain Unicode text in UTC, as wide as it gets.
#[derive(Clone, Debug, Default)]
pub struct Style {
    /// Colours, as ANSI escape sequences.
    pub colour: bool,
    /// ASCII instead of box-drawing lines.
    pub ascii: bool,
    /// Columns of the terminal. If the picture would be wider, contact IDs are shortened to what tells them apart and
    /// deep levels are folded earlier; a row may still be wider. `None`: no limit.
    pub width: Option<usize>,
    /// The zone that times are shown in.
    pub zone: Zone,
    /// The ID of a contact to point out.
    pub focus: Option<String>,
}

/// A time zone: how far the clocks are east of Greenwich.
#[derive(Clone, Copy, Debug, Default)]
pub enum Zone {
    /// Universal time.
    #[default]
    Utc,
    /// The same number of seconds all the time.
    Fixed(i32),
    /// As many seconds as the function says for a point in time, as where summer time is kept.
    Local(fn(Timestamp) -> i32),
}

impl Zone {
    fn offset(self, time: Timestamp) -> i32 {
        match self {
            Self::Utc => 0,
            Self::Fixed(seconds) => seconds,
            Self::Local(offset) => offset(time),
        }
    }
}

impl Forest {
    /// A picture of the trees: a summary, a row per contact with its branch, channel, method, start, duration and ID,
    /// then a note per anomaly. IDs, channels and methods are escaped: they cannot steer the terminal.
    #[must_use]
    pub fn picture<'a>(&'a self, style: &'a Style) -> Picture<'a> {
        Picture {
            forest: self,
            style,
        }
    }
}

/// A drawing of a [`Forest`]; print it with [`Display`]. Every line ends with a line break.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    forest: &'a Forest,
    style: &'a Style,
}

impl Display for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.summary(f)?;
        if !self.forest.is_empty() {
            f.write_str("\n")?;
            self.rows(f)?;
        }
        if !self.forest.anomalies().is_empty() {
            f.write_str("\n")?;
            self.notes(f)?;
        }
        Ok(())
    }
}

impl<'a> Picture<'a> {
    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.style.ascii { " - " } else { " · " };
        let mut text = match self.forest.len() {
            0 => "No contacts".to_owned(),
            1 => "1 contact".to_owned(),
            count => format!("{count} contacts"),
        };
        let trees = self.forest.roots().len();
        if trees > 1 {
            text += &format!(" in {trees} trees");
        }
        let span = self.forest.span();
        if let (Some(start), Some(end)) = (span.start, span.end) {
            let (first, last) = (
                start.civil(self.style.zone.offset(start)),
                end.civil(self.style.zone.offset(end)),
            );
            text += &format!("{dot}{} {} to ", first.date(), first.time());
            if first.date() != last.date() {
                text += &format!("{} ", last.date());
            }
            let length = short_duration(end.since(start).unwrap_or_default());
            text += &format!(
                "{} {} ({length})",
                last.time(),
                zone_name(self.style.zone.offset(start))
            );
        }
        if span.open > 0 {
            text += &format!("{dot}{} still open", span.open);
        }
        match self.forest.anomalies().len() {
            0 => {}
            1 => text += &format!("{dot}1 note"),
            count => text += &format!("{dot}{count} notes"),
        }
        writeln!(f, "{}", self.paint(Paint::Strong, &text))
    }

    fn rows(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = Layout::new(self);
        let heading = format!(
            "{:label$}  {:start$}  {:>elapsed$}  CONTACT ID",
            "CONTACT",
            "START",
            "DURATION",
            label = layout.label,
            start = layout.start,
            elapsed = layout.elapsed,
        );
        writeln!(f, "{}", self.paint(Paint::Faint, &heading))?;
        let mut guides = Guides::default();
        for node in self.forest.depth_first() {
            guides.step(node);
            self.row(f, &layout, &guides, node)?;
        }
        Ok(())
    }

    fn row(
        &self,
        f: &mut fmt::Formatter<'_>,
        layout: &Layout,
        guides: &Guides,
        node: Node<'_>,
    ) -> fmt::Result {
        let contact = node.contact();
        let lines = guides.draw(node, layout.levels, self.style.ascii);
        let channel = plain(contact.channel.as_deref());
        let method = plain(contact.initiation_method.as_deref());
        let marks = self.marks(layout, node);
        let used = lines.chars().count() + label_width(layout.channel, &channel, &method, &marks);
        let padding = " ".repeat(layout.label.saturating_sub(used));
        let channel_padding = " ".repeat(layout.channel.saturating_sub(channel.len()));
        let (elapsed, paint) = elapsed(contact.elapsed());
        write!(
            f,
            "{}{}{channel_padding}  {method}",
            self.paint(Paint::Faint, &lines),
            self.paint(Paint::channel(contact.channel.as_deref()), &channel),
        )?;
        for (paint, mark) in &marks {
            write!(f, " {}", self.paint(*paint, mark))?;
        }
        let elapsed_padding = " ".repeat(layout.elapsed.saturating_sub(elapsed.len()));
        let id_paint = if self.is_focus(node) {
            Paint::Strong
        } else {
            Paint::Faint
        };
        writeln!(
            f,
            "{padding}  {:start$}  {elapsed_padding}{}  {}",
            self.start(layout.dates, node),
            self.paint(paint, &elapsed),
            self.paint(id_paint, &layout.id(&contact.id)),
            start = layout.start,
        )
    }

    /// What stands behind the method: the kind of link, notes, the focus.
    fn marks(&self, layout: &Layout, node: Node<'_>) -> Vec<(Paint, String)> {
        let dot = if self.style.ascii { '-' } else { '·' };
        let mut marks = Vec::new();
        if node.link() == Some(Link::Related) {
            marks.push((Paint::Faint, format!("{dot} related")));
        }
        if let Some(other) = node.also_related() {
            marks.push((
                Paint::Faint,
                format!("{dot} related to {}", layout.short_id(&other.contact().id)),
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

    fn notes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.paint(Paint::Strong, "NOTES"))?;
        let digits = self.forest.anomalies().len().to_string().len() + 2;
        for (
            place,
            Anomaly {
                contact_id, kind, ..
            },
        ) in self.forest.anomalies().iter().enumerate()
        {
            let number = format!("[{}]", place + 1);
            let padding = " ".repeat(digits.saturating_sub(number.len()));
            write!(f, "{padding}{} ", self.paint(Paint::Alarm, &number))?;
            if !contact_id.is_empty() {
                write!(f, "{}: ", Escaped(contact_id))?;
            }
            writeln!(f, "{kind}")?;
        }
        Ok(())
    }

    fn start(&self, dates: bool, node: Node<'_>) -> String {
        let Some(time) = node.contact().initiation_time else {
            return "-".to_owned();
        };
        let civil = time.civil(self.style.zone.offset(time));
        if dates {
            format!("{} {}", civil.date(), civil.time())
        } else {
            civil.time()
        }
    }

    fn is_focus(&self, node: Node<'_>) -> bool {
        self.style.focus.as_ref() == Some(&node.contact().id)
    }

    fn paint(&self, paint: Paint, text: &'a (impl AsRef<str> + ?Sized)) -> Painted<'a> {
        Painted {
            paint: if self.style.colour {
                paint
            } else {
                Paint::None
            },
            text: text.as_ref(),
        }
    }
}

/// Widths of the columns, found in a pass before drawing.
struct Layout {
    levels: usize,
    channel: usize,
    label: usize,
    start: usize,
    elapsed: usize,
    /// Whether contacts began on different days.
    dates: bool,
    /// Characters that tell the IDs apart.
    distinct: usize,
    shorten: bool,
}

impl Layout {
    fn new(picture: &Picture<'_>) -> Self {
        let style = picture.style;
        let mut layout = Self {
            levels: style.width.map_or(LEVELS, |width| {
                (width.saturating_sub(56) / LEVEL).clamp(2 * FOLD, LEVELS)
            }),
            channel: 0,
            label: "CONTACT".len(),
            start: "START".len(),
            elapsed: "DURATION".len(),
            dates: false,
            distinct: distinct_length(picture.forest),
            shorten: false,
        };
        let mut day = None;
        let mut id = 0;
        for node in picture.forest.iter() {
            let contact = node.contact();
            layout.channel = layout
                .channel
                .max(plain(contact.channel.as_deref()).len().min(WIDEST_CHANNEL));
            layout.elapsed = layout.elapsed.max(elapsed(contact.elapsed()).0.len());
            id = id.max(layout.id(&contact.id).len());
            if let Some(time) = contact.initiation_time {
                let date = time.civil(style.zone.offset(time)).date();
                layout.dates |= day.get_or_insert_with(|| date.clone()) != &date;
            }
        }
        for node in picture.forest.iter() {
            let contact = node.contact();
            let (channel, method) = (
                plain(contact.channel.as_deref()),
                plain(contact.initiation_method.as_deref()),
            );
            let label = LEVEL * node.depth().min(layout.levels)
                + label_width(
                    layout.channel,
                    &channel,
                    &method,
                    &picture.marks(&layout, node),
                );
            layout.label = layout.label.max(label.min(WIDEST_LABEL));
            layout.start = layout.start.max(picture.start(layout.dates, node).len());
        }
        let total = layout.label + layout.start + layout.elapsed + id + 6;
        layout.shorten = style.width.is_some_and(|width| total > width);
        layout
    }

    fn id(&self, id: &str) -> String {
        if self.shorten {
            self.short_id(id)
        } else {
            plain(Some(id).filter(|id| !id.is_empty()))
        }
    }

    fn short_id(&self, id: &str) -> String {
        plain(
            id.char_indices()
                .nth(self.distinct)
                .map_or(Some(id), |(end, _)| id.get(..end)),
        )
    }
}

/// How many leading characters tell any two IDs apart: one more than the longest prefix that neighbours share.
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

fn label_width(
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

fn plain(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty())
        .map_or_else(|| "-".to_owned(), |text| Escaped(text).to_string())
}

fn elapsed(elapsed: Elapsed) -> (String, Paint) {
    let text = |duration: Duration| short_duration(duration);
    match elapsed {
        Elapsed::For(duration) => (text(duration), Paint::None),
        Elapsed::Open => ("still open".to_owned(), Paint::Open),
        Elapsed::Backwards(duration) => (format!("-{}", text(duration)), Paint::Alarm),
        Elapsed::Unknown => ("unknown".to_owned(), Paint::Faint),
    }
}

/// For each level from the root's down to the current contact's: whether a sibling is still to come.
#[derive(Default)]
struct Guides(Vec<bool>);

impl Guides {
    fn step(&mut self, node: Node<'_>) {
        self.0.truncate(node.depth());
        let more = node
            .parent()
            .is_some_and(|parent| parent.children().next_back() != Some(node));
        self.0.push(more);
    }

    fn draw(&self, node: Node<'_>, levels: usize, ascii: bool) -> String {
        let depth = node.depth();
        if depth == 0 {
            return String::new();
        }
        let mut lines = String::new();
        let mut first = 1;
        if depth > levels {
            first = depth - (levels - FOLD) + 1;
            lines = format!("{:width$}", format!("+{}", first - 1), width = LEVEL * FOLD);
        }
        for &more in &self.0[first..depth] {
            lines += match (more, ascii) {
                (false, _) => "   ",
                (true, false) => "│  ",
                (true, true) => "|  ",
            };
        }
        let related = node.link() == Some(Link::Related);
        lines += match (self.0[depth], related, ascii) {
            (true, false, false) => "├─ ",
            (true, true, false) => "├┄ ",
            (false, false, false) => "└─ ",
            (false, true, false) => "└┄ ",
            (true, false, true) => "|- ",
            (true, true, true) => "|~ ",
            (false, false, true) => "`- ",
            (false, true, true) => "`~ ",
        };
        lines
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paint {
    None,
    Strong,
    Faint,
    Open,
    Alarm,
    Voice,
    Chat,
    Email,
    Task,
}

impl Paint {
    fn channel(channel: Option<&str>) -> Self {
        match channel {
            Some("VOICE") => Self::Voice,
            Some("CHAT") => Self::Chat,
            Some("EMAIL") => Self::Email,
            Some("TASK") => Self::Task,
            _ => Self::None,
        }
    }

    /// The parameters of the "select graphic rendition" sequence.
    fn code(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Open => "1;33",
            Self::Alarm => "31",
            Self::Voice => "32",
            Self::Chat => "36",
            Self::Email => "35",
            Self::Task => "33",
        }
    }
}

struct Painted<'a> {
    paint: Paint,
    text: &'a str,
}

impl Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.paint == Paint::None || self.text.is_empty() {
            return f.write_str(self.text);
        }
        write!(f, "\u{1b}[{}m{}\u{1b}[0m", self.paint.code(), self.text)
    }
}
