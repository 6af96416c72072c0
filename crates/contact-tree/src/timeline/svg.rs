//! A timeline as SVG: one file, without script, style from outside or requests.

use std::fmt::Write as _;

use super::layout::{Bar, PartKind, Timeline};
use crate::contact::Link;
use crate::forest::Node;
use crate::text::Named;

const ROW: f64 = 24.0;
const TOP: f64 = 40.0;
const LABELS: f64 = 300.0;
const AXIS: f64 = 860.0;
const STYLE: &str = "svg{background:#fff;color:#1c2530;font:12px system-ui,sans-serif}text{fill:currentColor}\
    .grid{stroke:#8884}.link{fill:none;stroke:#788594}.dotted{stroke-dasharray:2 3}\
    .voice{fill:#3f8f5b}.chat{fill:#2b8ca3}.email{fill:#8a5cb5}.task{fill:#b9822b}.other{fill:#788594}\
    .open{opacity:.55}.queue{fill:#f0c75e}.agent{fill:#fff;opacity:.45}.after{fill:none;stroke:#788594}\
    .alarm{fill:#c4372c}.focus{font-weight:700}\
    @media(prefers-color-scheme:dark){svg{background:#14191f;color:#dfe6ee}}";

impl Timeline<'_> {
    /// The timeline as an SVG file, with the contact of the ID `focus` in bold. Text from outside is escaped.
    #[must_use]
    pub fn svg(&self, focus: Option<&str>) -> String {
        let height = TOP + ROW * self.rows.len() as f64 + 16.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1200\" height=\"{height}\" viewBox=\"0 0 1200 {height}\" \
            role=\"img\" aria-label=\"Timeline of contacts\"><style>{STYLE}</style>\n"
        );
        for tick in &self.ticks {
            let (x, label) = (x(tick.at), &tick.label);
            // Writing to a string cannot fail.
            let _ = writeln!(
                svg,
                "<path class=\"grid\" d=\"M{x:.1} 28V{height}\"/><text x=\"{x:.1}\" y=\"20\" text-anchor=\"middle\">{label}</text>"
            );
        }
        for arrow in &self.arrows {
            let class = if arrow.link == Link::Previous {
                "link"
            } else {
                "link dotted"
            };
            let (x, from, to) = (x(arrow.at), y(arrow.from) + 18.0, y(arrow.to) + 6.0);
            let _ = writeln!(
                svg,
                "<path class=\"{class}\" d=\"M{x:.1} {from}V{to}m-3 -4l3 4l3 -4\"/>"
            );
        }
        for (place, row) in self.rows.iter().enumerate() {
            let y = y(place);
            svg += "<g>";
            let _ = write!(svg, "<title>{}</title>", xml(&title(row.node)));
            label(&mut svg, row.node, y, focus);
            let channel = class(row.node.contact().channel.as_deref());
            if let Some(bar) = row.bar {
                rect(&mut svg, bar, channel, y + 6.0, 12.0);
            }
            for part in &row.parts {
                let (class, top) = match part.kind {
                    PartKind::Queue => ("queue", 6.0),
                    PartKind::Agent => ("agent", 9.0),
                    PartKind::AfterContact => ("after", 6.0),
                };
                rect(&mut svg, part.bar, class, y + top, 24.0 - 2.0 * top);
            }
            svg += "</g>\n";
        }
        svg + "</svg>\n"
    }
}

fn x(place: f64) -> f64 {
    LABELS + AXIS * place
}

fn y(row: usize) -> f64 {
    TOP + ROW * row as f64
}

fn rect(svg: &mut String, bar: Bar, class: &str, y: f64, height: f64) {
    let (x, width) = (x(bar.start), (AXIS * (bar.end - bar.start)).max(2.0));
    let open = if bar.open { " open" } else { "" };
    let _ = write!(
        svg,
        "<rect class=\"{class}{open}\" x=\"{x:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"{height}\" rx=\"2\"/>"
    );
}

fn label(svg: &mut String, node: Node<'_>, y: f64, focus: Option<&str>) {
    let contact = node.contact();
    let mut class = String::new();
    if focus == Some(&contact.id) {
        class += "focus ";
    }
    if !node.anomalies().is_empty() {
        class += "alarm";
    }
    let [channel, method] = [&contact.channel, &contact.initiation_method].map(|text| {
        text.as_deref()
            .unwrap_or("-")
            .chars()
            .take(18)
            .collect::<String>()
    });
    let leg = node.leg().filter(|_| contact.facts.is_some());
    let leg = leg.map_or_else(String::new, |leg| format!(" \u{b7} {}", leg.name()));
    let text = xml(&format!("{channel} {method}{leg}"));
    let indent = 8 + 12 * node.depth().min(8);
    let (y, class) = (y + 16.0, class.trim());
    let _ = write!(
        svg,
        "<text class=\"{class}\" x=\"{indent}\" y=\"{y}\">{text}</text>"
    );
}

/// What a pointer over the row shows.
fn title(node: Node<'_>) -> String {
    let contact = node.contact();
    let facts = contact.facts.as_deref();
    let agent = facts.and_then(|facts| facts.agent.as_deref());
    let queue = facts.and_then(|facts| facts.queue.as_deref());
    let mut title = contact.id.clone();
    for (name, value) in [("agent", agent), ("queue", queue)] {
        title += &value.map_or_else(String::new, |value| format!(", {name} {value}"));
    }
    for anomaly in node.anomalies() {
        title += &format!("; {}", anomaly.kind);
    }
    title
}

fn class(channel: Option<&str>) -> &'static str {
    match channel {
        Some("VOICE") => "voice",
        Some("CHAT") => "chat",
        Some("EMAIL") => "email",
        Some("TASK") => "task",
        _ => "other",
    }
}

fn xml(text: &str) -> String {
    let text = Named(text).to_string();
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
