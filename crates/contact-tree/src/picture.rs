//! The forest as text for a terminal.

mod columns;
mod guides;
mod layout;
mod paint;
mod style;

use std::fmt::{self, Display};

use self::columns::Column;
use self::guides::Guides;
use self::layout::{Layout, elapsed, label_width, plain};
use self::paint::{Paint, Painted};
pub use self::style::{Style, Zone};
use crate::forest::{Forest, Node};
use crate::summary;
use crate::text::Escaped;

impl Forest {
    /// A picture of the trees: a summary, a row per contact with its branch, channel, method, start, duration, ID and what
    /// records say of legs, agents, queues and their times, then a note per anomaly. All text from outside is escaped: it
    /// cannot steer the terminal.
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
        let mut line = String::new();
        for part in summary::parts(self.forest, self.style.zone) {
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

    fn rows(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = Layout::new(self.forest, self.style);
        let facts: String = layout.facts.iter().map(Column::heading).collect();
        let heading = format!(
            "{:label$}  {:start$}  {:>elapsed$}{facts}  CONTACT ID",
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
        layout: &Layout<'_>,
        guides: &Guides,
        node: Node<'_>,
    ) -> fmt::Result {
        let contact = node.contact();
        let lines = guides.draw(node, layout.levels, self.style.ascii);
        let channel = plain(contact.channel.as_deref());
        let method = plain(contact.initiation_method.as_deref());
        let marks = layout.marks(node);
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
        let draw = |column: &Column| column.draw(node, self.style.ascii);
        let facts: String = layout.facts.iter().map(draw).collect();
        let id_paint = if layout.is_focus(node) {
            Paint::Strong
        } else {
            Paint::Faint
        };
        writeln!(
            f,
            "{padding}  {:start$}  {elapsed_padding}{}{facts}  {}",
            layout.start(node),
            self.paint(paint, &elapsed),
            self.paint(id_paint, &layout.id(&contact.id)),
            start = layout.start,
        )
    }

    fn notes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.paint(Paint::Strong, "NOTES"))?;
        let digits = self.forest.anomalies().len().to_string().len() + 2;
        for (place, anomaly) in self.forest.anomalies().iter().enumerate() {
            let number = format!("[{}]", place + 1);
            let padding = " ".repeat(digits.saturating_sub(number.len()));
            write!(f, "{padding}{} ", self.paint(Paint::Alarm, &number))?;
            if !anomaly.contact_id.is_empty() {
                write!(f, "{}: ", Escaped(&anomaly.contact_id))?;
            }
            writeln!(f, "{}", anomaly.kind)?;
        }
        Ok(())
    }

    fn paint(&self, paint: Paint, text: &'a (impl AsRef<str> + ?Sized)) -> Painted<'a> {
        let text = text.as_ref();
        if self.style.colour {
            Painted { paint, text }
        } else {
            Painted {
                paint: Paint::None,
                text,
            }
        }
    }
}
