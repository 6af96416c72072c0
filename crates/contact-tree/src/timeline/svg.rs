//! A timeline as SVG: one file, without script, style from outside or requests.

use maud::{Markup, PreEscaped, html};

use super::layout::{Arrow, Bar, PartKind, Row, Timeline};
use super::words::{self, CHANNELS, PARTS};
use crate::contact::Link;
use crate::summary;
use crate::text::{fitted, shown};

const STYLE: &str = concat!(include_str!("bars.css"), include_str!("svg.css"));
const WIDTH: f64 = 1280.0;
const ROW: f64 = 26.0;
/// Where rows begin, below title, legend and axis.
const TOP: f64 = 100.0;
/// Where the time axis begins, beside the labels, and how long it is.
const LEFT: f64 = 330.0;
const AXIS: f64 = 920.0;
/// Levels that are indented; deeper ones stand below each other.
const LEVELS: usize = 8;
const INDENT: f64 = 15.0;
/// What a column of text takes at most, about.
const COLUMN: f64 = 7.0;
/// Rows between two contacts from which on only the end of their line is drawn, of transfers and of others: many long ones hide
/// each other.
const FAR: (usize, usize) = (40, 8);
/// Notes that are written out.
const NOTES: usize = 20;

impl Timeline<'_> {
    /// The timeline as an SVG file, with the contact of the ID `focus` marked. Text from outside is escaped, and isolated from
    /// what stands around it. Light or dark, as the viewer's settings say.
    #[must_use]
    pub fn svg(&self, focus: Option<&str>) -> String {
        let summary = summary::parts(self.forest, self.zone).join(" \u{b7} ");
        let bottom = y(self.rows.len());
        let notes = self.notes();
        let height = bottom + 20.0 + 20.0 * notes.len() as f64;
        let view = format!("0 0 {WIDTH} {height}");
        let svg = html! {
            svg xmlns="http://www.w3.org/2000/svg" width=(WIDTH) height=(height) viewBox=(view) role="img" aria-label=(summary) {
                style { (PreEscaped(STYLE)) }
                (definitions())
                rect class="paper" width="100%" height="100%" {}
                text class="title" x="16" y="30" { (summary) }
                (self.legend())
                @for (place, row) in self.rows.iter().enumerate() { (band(place, row, focus)) }
                @for tick in &self.ticks {
                    @let x = x(tick.at);
                    path class="grid" d=(format!("M{x:.1} {}V{bottom}", TOP - 6.0)) {}
                    text class="muted" x=(px(x)) y=(TOP - 12.0) text-anchor="middle" { (tick.label) }
                }
                @for arrow in &self.arrows { (self.arrow(*arrow)) }
                @for (place, row) in self.rows.iter().enumerate() { (self.row(place, row)) "\n" }
                @for (place, note) in notes.iter().enumerate() {
                    text class="alarm" x="16" y=(bottom + 24.0 + 20.0 * place as f64) { (note) }
                }
            }
        };
        svg.into_string() + "\n"
    }

    /// What colours, parts and lines mean, of those that occur.
    fn legend(&self) -> Markup {
        let channels = CHANNELS.into_iter().filter(|(class, _)| {
            let mut rows = self.rows.iter();
            rows.any(|row| words::channel(row.node) == *class)
        });
        let has = |kind: PartKind| {
            let mut parts = self.rows.iter().flat_map(|row| &row.parts);
            parts.any(|part| part.kind == kind)
        };
        let bar = |class: &str| {
            let rect =
                html! { rect x="0" y="-10" width="22" height="12" rx="2.5" class=(class) {} };
            if class.contains("queue") || class.contains("hold") {
                let below = if class.contains("queue") {
                    "bar other rest"
                } else {
                    "bar other"
                };
                return html! { rect x="0" y="-10" width="22" height="12" rx="2.5" class=(below) {} (rect) };
            }
            rect
        };
        let line = |class: &str, head: bool| {
            html! {
                path class=(class) d="M0 -4H22" {}
                @if head { path class="head" d="M16 -8L23 -4L16 0Z" {} }
            }
        };
        let mut items: Vec<(Markup, &str)> = channels
            .map(|(class, name)| (bar(&format!("bar {class}")), name))
            .collect();
        let parts = PARTS.into_iter().filter(|(kind, ..)| has(*kind));
        items.extend(parts.map(|(_, class, name)| (bar(&format!("{class} other")), name)));
        if self
            .rows
            .iter()
            .any(|row| row.bar.is_some_and(|bar| bar.open))
        {
            items.push((bar("bar other open"), "still open"));
        }
        let mut links = self.arrows.iter();
        if links.clone().any(|arrow| arrow.link == Link::Previous) {
            items.push((line("link", true), "transfer"));
        }
        if links.clone().any(|arrow| arrow.link != Link::Previous) {
            items.push((line("link related", false), "related"));
        }
        if links.any(|arrow| arrow.gap.is_some()) {
            items.push((line("gap", false), "gap"));
        }
        let mut at = 16.0;
        html! {
            @for (sign, name) in items {
                g transform=(format!("translate({at:.0} 56)")) { (sign) text x="28" y="0" { (name) } }
                @let () = at += 28.0 + 22.0 + COLUMN * name.len() as f64;
            }
        }
    }

    fn arrow(&self, arrow: Arrow) -> Markup {
        let class = if arrow.link == Link::Previous {
            "link"
        } else {
            "link related"
        };
        let down = if arrow.to > arrow.from { 1.0 } else { -1.0 };
        let to = y(arrow.to) + ROW / 2.0 - 7.0 * down;
        let far = match arrow.link {
            Link::Previous => FAR.0,
            Link::Initial | Link::Related => FAR.1,
        };
        let is_far = arrow.to.abs_diff(arrow.from) > far;
        let from = if is_far {
            to - ROW * down
        } else {
            y(arrow.from) + ROW / 2.0
        };
        let x = x(arrow.at);
        html! {
            @if let Some(gap) = arrow.gap.filter(|_| !is_far) {
                path class="gap" d=(format!("M{:.1} {from}H{x:.1}", self::x(gap))) {}
            }
            path class=(class) d=(format!("M{x:.1} {from}V{to}")) {}
            @if arrow.link == Link::Previous {
                path class="head" d=(format!("M{:.1} {}L{x:.1} {to}L{:.1} {}Z", x - 3.5, to - 5.0 * down, x + 3.5, to - 5.0 * down)) {}
            }
        }
    }

    fn row(&self, place: usize, row: &Row<'_>) -> Markup {
        let (node, top) = (row.node, y(place));
        html! {
            g {
                title {
                    @for (heading, text) in words::FIELDS {
                        @if let Some(text) = text(node, self.zone) { (heading) ": " (text) "\n" }
                    }
                }
                (guide(place, row))
                (label(row, top))
                (bars(row, top))
                (beside(row, top))
            }
        }
    }

    fn notes(&self) -> Vec<String> {
        let anomalies = self.forest.anomalies();
        let columns = ((WIDTH - 32.0) / COLUMN) as usize;
        let notes = anomalies.iter().take(NOTES).map(|anomaly| {
            let note = format!("\u{26a0} {} {}", shown(&anomaly.contact_id), anomaly.kind);
            fitted(&note, columns).0
        });
        let rest = anomalies.len().saturating_sub(NOTES);
        let rest = (rest > 0).then(|| format!("and {rest} more"));
        notes.chain(rest).collect()
    }
}

/// Stripes of parts, and the fading of what is open.
pub(super) fn definitions() -> Markup {
    html! {
        defs {
            linearGradient id="fading" {
                stop offset=".35" stop-color="#fff" {}
                stop offset="1" stop-color="#000" {}
            }
            mask id="fade" maskContentUnits="objectBoundingBox" {
                rect width="1" height="1" fill="url(#fading)" {}
            }
            @for (id, turned) in [("queue", "rotate(45)"), ("hold", "rotate(-45)")] {
                pattern id=(id) width="6" height="6" patternUnits="userSpaceOnUse" patternTransform=(turned) {
                    path class="stripe" d="M0 0V6" {}
                }
            }
        }
    }
}

/// The place of a contact's row, and the mark of the one that was asked for.
fn band(place: usize, row: &Row<'_>, focus: Option<&str>) -> Markup {
    let is_focus = focus == Some(row.node.contact().id.as_str());
    let top = y(place);
    html! {
        @if is_focus {
            rect class="marked" y=(top) width="100%" height=(ROW) {}
            rect class="mark" y=(top) width="4" height=(ROW) {}
        } @else if place % 2 == 1 {
            rect class="band" y=(top) width="100%" height=(ROW) {}
        }
    }
}

fn indent(depth: usize) -> f64 {
    18.0 + INDENT * depth.min(LEVELS) as f64
}

/// The branch from the contact above.
fn guide(place: usize, row: &Row<'_>) -> Markup {
    let depth = row.node.depth();
    let Some(parent) = row.parent.filter(|_| depth <= LEVELS) else {
        return html! {};
    };
    let class = match row.node.link() {
        Some(Link::Previous) => "guide",
        _ => "guide related",
    };
    let left = indent(depth - 1) + 4.0;
    let (from, to) = (y(parent) + ROW - 5.0, y(place) + ROW / 2.0);
    html! { path class=(class) d=(format!("M{left} {from}V{to}H{}", left + 8.0)) {} }
}

fn label(row: &Row<'_>, top: f64) -> Markup {
    let node = row.node;
    let indent = indent(node.depth());
    let became = words::leg(node).unwrap_or_default();
    let leg = words::leg(node).map_or_else(String::new, |leg| format!(" \u{b7} {leg}"));
    let notes = node.anomalies().len();
    let [channel, method] = words::channel_and_method(node);
    let columns = ((LEFT - indent - 24.0) / COLUMN) as usize;
    let columns = columns.saturating_sub(leg.len());
    let (channel, used) = fitted(&channel, columns / 2);
    let (method, _) = fitted(&method, columns.saturating_sub(used + 3).max(1));
    html! {
        text x=(px(indent)) y=(top + ROW / 2.0 + 4.5) {
            tspan class="foreign channel" { (channel) } " "
            tspan class="foreign muted" { (method) }
            @if !leg.is_empty() { tspan class={ "leg " (became) } { (leg) } }
            @if notes > 0 { tspan class="alarm" { " \u{26a0}" } }
        }
    }
}

fn bars(row: &Row<'_>, top: f64) -> Markup {
    let channel = words::channel(row.node);
    let whole = if row.parts.is_empty() {
        "bar"
    } else {
        "bar rest"
    };
    html! {
        @if let Some(bar) = row.bar {
            (rect(bar, &format!("{whole} {channel}"), top + 6.0, ROW - 12.0))
        }
        @for part in &row.parts {
            @let class = words::part(part.kind);
            (rect(part.bar, &format!("{channel} {class}"), top + 6.0, ROW - 12.0))
        }
        @if let Some(bar) = row.bar.filter(|_| !row.node.anomalies().is_empty()) {
            (rect(bar, "alarmed", top + 4.0, ROW - 8.0))
        }
    }
}

fn rect(bar: Bar, class: &str, y: f64, height: f64) -> Markup {
    let (x, width) = (x(bar.start), (AXIS * (bar.end - bar.start)).max(3.0));
    let open = if bar.open { " open" } else { "" };
    html! {
        rect class={ (class) (open) } x=(px(x)) y=(y) width=(px(width)) height=(height) rx="2.5" {}
    }
}

/// Duration and agent: right of the bar, left of it, or in it, where there is room.
fn beside(row: &Row<'_>, top: f64) -> Markup {
    let Some(bar) = row.bar else {
        return html! {};
    };
    let (text, columns) = fitted(&words::beside(row.node), 60);
    let width = COLUMN * columns as f64;
    let ends = row.parts.iter().map(|part| part.bar.end);
    let (start, end) = (x(bar.start), x(ends.fold(bar.end, f64::max)));
    let (class, at, anchor) = if end + 8.0 + width <= WIDTH {
        ("beside foreign", end + 8.0, "start")
    } else if start - 8.0 - width >= LEFT {
        ("beside foreign", start - 8.0, "end")
    } else if row.parts.is_empty() {
        ("inside foreign", start + 8.0, "start")
    } else {
        ("beside foreign", start + 8.0, "start")
    };
    html! {
        text class=(class) x=(px(at)) y=(top + ROW / 2.0 + 4.0) text-anchor=(anchor) { (text) }
    }
}

fn x(place: f64) -> f64 {
    LEFT + AXIS * place
}

fn y(row: usize) -> f64 {
    TOP + ROW * row as f64
}

fn px(length: f64) -> String {
    format!("{length:.1}")
}
