//! The forest as text for a terminal.

mod guides;
mod layout;
mod paint;

use std::fmt::{self, Display};

use self::guides::Guides;
use self::layout::{Layout, elapsed, label_width, plain};
use self::paint::{Paint, Painted};
use crate::text::{Escaped, short_duration, zone_name};
use crate::{Anomaly, Forest, Link, Node, Timestamp};

/// How a picture is drawn. The default is plain Unicode text in UTC, as wide as it gets.
#[derive(Clone, Debug, Default)]
pub struct Style {
    /// Colours, as ANSI escape sequences.
    pub colour: bool,
    /// ASCII instead of box-drawing lines.
    pub ascii: bool,
    /// Columns of the terminal. If the picture would be wider, deep levels are folded earlier, and if that is not enough,
    /// contact IDs are shortened to what tells them apart; a row may still be wider. The summary is broken into lines. `None`: no limit.
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
        let mut parts = vec![match self.forest.len() {
            0 => "No contacts".to_owned(),
            1 => "1 contact".to_owned(),
            count => format!("{count} contacts"),
        }];
        let trees = self.forest.roots().len();
        if trees > 1 {
            parts[0] += &format!(" in {trees} trees");
        }
        let span = self.forest.span();
        if let (Some(start), Some(end)) = (span.start, span.end) {
            parts.push(self.span(start, end));
        }
        if span.open > 0 {
            parts.push(format!("{} still open", span.open));
        }
        match self.forest.anomalies().len() {
            0 => {}
            1 => parts.push("1 note".to_owned()),
            count => parts.push(format!("{count} notes")),
        }
        let dot = if self.style.ascii { " - " } else { " · " };
        let mut line = String::new();
        for part in parts {
            let length = line.chars().count() + dot.chars().count() + part.chars().count();
            if !line.is_empty() && self.style.width.is_some_and(|width| length > width) {
                writeln!(f, "{}", self.paint(Paint::Strong, &line))?;
                line.clear();
            }
            if !line.is_empty() {
                line += dot;
            }
            line += &part;
        }
        writeln!(f, "{}", self.paint(Paint::Strong, &line))
    }

    /// From when to when, with the zone once if it is the same at both ends.
    fn span(&self, start: Timestamp, end: Timestamp) -> String {
        let [(first, first_zone), (last, last_zone)] = [start, end].map(|time| {
            let offset = self.style.zone.offset(time);
            (time.civil(offset), zone_name(offset))
        });
        let mut text = format!("{} {} ", first.date(), first.time());
        if first_zone != last_zone {
            text += &format!("{first_zone} ");
        }
        text += "to ";
        if first.date() != last.date() {
            text += &format!("{} ", last.date());
        }
        let length = short_duration(end.since(start).unwrap_or_default());
        text + &format!("{} {last_zone} ({length})", last.time())
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
