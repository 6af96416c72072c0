//! A timeline as a page: one file that requests nothing. All data is in a table, which is there without script too; the script
//! draws what it reads of it, and takes text for nothing but text.

use base64_simd::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::layout::{Arrow, Part, Row, Timeline};
use super::svg::definitions;
use super::ticks::offsets;
use super::words::{self, CHANNELS, FIELDS, LINK, NOTES, PARTS};
use crate::contact::Link;
use crate::summary;

const STYLE: &str = concat!(include_str!("bars.css"), include_str!("page.css"));
const SCRIPT: &str = concat!(include_str!("contacts.js"), include_str!("page.js"));

/// A content security policy that allows nothing but the page's own style and script.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode_to_string(Sha256::digest(text));
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}

impl Timeline<'_> {
    /// The timeline as a page, with the contact of the ID `focus` marked: one file without requests, for mouse, keyboard, touch
    /// and screen readers, light or dark. `#` and a contact's ID behind its address lead to that contact. Text from outside
    /// is escaped.
    #[must_use]
    pub fn html(&self, focus: Option<&str>) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy());
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (summary::parts(self.forest, self.zone).join(", ")) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    (self.body(focus))
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        page.into_string() + "\n"
    }

    fn body(&self, focus: Option<&str>) -> Markup {
        let summary = summary::parts(self.forest, self.zone);
        let (title, rest) = summary.split_at(1);
        html! {
            main class="timeline" {
                header {
                    h1 { (title.concat()) }
                    p { (rest.join(" \u{b7} ")) }
                }
                noscript { p { "Without JavaScript there is no timeline, but the table below holds everything." } }
                (self.tools())
                div class="work" hidden {
                    div class="chart" {
                        div class="axis" { p class="date" {} svg aria-hidden="true" {} }
                        div class="scroller" {
                            div class="tree" role="tree" tabindex="0" aria-label="Contacts" {}
                            svg class="bars" aria-hidden="true" { (definitions()) g {} }
                        }
                    }
                    aside class="facts" aria-label="Chosen contact" {}
                }
                (legend())
                details class="table" {
                    summary { "All contacts as a table" }
                    (self.table(focus))
                }
            }
        }
    }

    /// What filters, zooms and collapses.
    fn tools(&self) -> Markup {
        let channels = CHANNELS.into_iter().filter(|(class, _)| {
            let mut rows = self.rows.iter();
            rows.any(|row| words::channel(row.node) == *class)
        });
        let notes = self.forest.anomalies().len();
        html! {
            form class="tools" role="search" hidden {
                label class="search" {
                    span class="unseen" { "Search contacts" }
                    input type="search" placeholder="Search" autocomplete="off" spellcheck="false" aria-keyshortcuts="/";
                }
                fieldset {
                    legend class="unseen" { "Channels" }
                    @for (class, name) in channels {
                        label class="channel" {
                            input type="checkbox" value=(class) checked;
                            svg class="swatch" aria-hidden="true" { rect class={ "bar " (class) } width="12" height="12" rx="3" {} }
                            (name)
                        }
                    }
                }
                @if notes > 0 {
                    button type="button" class="notes" data-do="notes" aria-pressed="false" { "\u{26a0} " (notes) " with notes" }
                }
                div class="group" role="group" aria-label="Time axis" {
                    button type="button" data-do="earlier" aria-label="Earlier" title="Earlier (Shift \u{2190})" { "\u{2190}" }
                    button type="button" data-do="out" aria-label="Zoom out" title="Zoom out (\u{2212})" { "\u{2212}" }
                    button type="button" data-do="fit" title="The whole time (0)" { "Fit" }
                    button type="button" data-do="in" aria-label="Zoom in" title="Zoom in (+)" { "+" }
                    button type="button" data-do="later" aria-label="Later" title="Later (Shift \u{2192})" { "\u{2192}" }
                }
                div class="group" role="group" aria-label="Branches" {
                    button type="button" data-do="collapse" { "Collapse all" }
                    button type="button" data-do="expand" { "Expand all" }
                }
                output aria-live="polite" {}
            }
        }
    }

    /// All contacts, with their places on the time axis as attributes for the script.
    fn table(&self, focus: Option<&str>) -> Markup {
        let length = self.end.since(self.start).unwrap_or_default().as_secs_f64();
        let changes = offsets(self.start, self.end, self.zone);
        let changes: Vec<_> = changes
            .iter()
            .map(|(from, offset)| format!("{from},{offset}"))
            .collect();
        let fields: Vec<_> = FIELDS
            .iter()
            .filter(|(heading, field)| {
                let mut rows = self.rows.iter();
                matches!(*heading, LINK | NOTES)
                    || rows.any(|row| field(row.node, self.zone).is_some())
            })
            .collect();
        let mut related = vec![None; self.rows.len()];
        let is_second = |arrow: &&Arrow| self.rows[arrow.to].parent != Some(arrow.from);
        for arrow in self.arrows.iter().filter(is_second) {
            related[arrow.to] = Some(arrow.from);
        }
        html! {
            div class="wide" tabindex="0" role="region" aria-label="All contacts as a table" {
                table data-origin=(self.start.secs()) data-length=(length) data-offsets=(changes.join(" ")) {
                    thead { tr { @for (heading, _) in &fields { th scope="col" { (heading) } } } }
                    tbody {
                        @for (row, related) in self.rows.iter().zip(related) {
                            @let is_focus = focus == Some(row.node.contact().id.as_str());
                            tr data-channel=(words::channel(row.node)) data-up=[row.parent]
                                data-link=[row.node.link().map(|link| if link == Link::Previous { "transfer" } else { "related" })]
                                data-related=[related] data-bar=[bar(row)] data-parts=[parts(row)]
                                data-beside=(words::beside(row.node)) data-notes=[notes(row)] data-asked=[is_focus.then_some("")] {
                                @for (place, (_, field)) in fields.iter().enumerate() {
                                    @if place == 0 { th scope="row" { (label(row)) } }
                                    @else { td { bdi { (field(row.node, self.zone).unwrap_or_default()) } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Where the bar begins and ends, and whether it is open.
fn bar(row: &Row<'_>) -> Option<String> {
    let bar = row.bar?;
    let open = if bar.open { " open" } else { "" };
    Some(format!("{:.9} {:.9}{open}", bar.start, bar.end))
}

/// The same of parts, each with its class.
fn parts(row: &Row<'_>) -> Option<String> {
    let part = |part: &Part| {
        let (class, bar) = (words::part(part.kind), part.bar);
        format!("{class} {:.9} {:.9}", bar.start, bar.end)
    };
    let parts: Vec<_> = row.parts.iter().map(part).collect();
    (!parts.is_empty()).then(|| parts.join(","))
}

fn notes(row: &Row<'_>) -> Option<usize> {
    Some(row.node.anomalies().len()).filter(|notes| *notes > 0)
}

fn label(row: &Row<'_>) -> Markup {
    let [channel, method] = words::channel_and_method(row.node);
    html! {
        bdi class="channel" { (channel) } " "
        bdi class="method" { (method) }
        @if let Some(leg) = words::leg(row.node) { " " span class={ "leg " (leg) } { (leg) } }
    }
}

fn legend() -> Markup {
    let sign = |classes: &[String]| {
        html! {
            svg class="sign" aria-hidden="true" width="22" height="12" {
                @for class in classes.iter().filter(|class| !class.is_empty()) { rect class=(class) x="1" y="1" width="20" height="10" rx="2.5" {} }
            }
        }
    };
    let line = |class: &str| {
        html! {
            svg class="sign" aria-hidden="true" width="22" height="12" {
                path class=(class) d="M0 6H16" {}
                @if class == "link" { path class="head" d="M14 2L22 6L14 10Z" {} }
            }
        }
    };
    html! {
        footer hidden {
            ul class="legend" aria-label="Legend" {
                @for (_, class, name) in PARTS {
                    @let below = match class { "queue" => "bar other rest", "hold" => "bar other", _ => "" };
                    li { (sign(&[below.to_owned(), format!("{class} other")])) (name) }
                }
                li { (sign(&["bar other open".to_owned()])) "still open" }
                li { (line("link")) "transfer" }
                li { (line("link related")) "related" }
                li { (line("gap")) "gap" }
            }
            p class="keys" {
                kbd { "\u{2191}" } kbd { "\u{2193}" } " contact " kbd { "\u{2190}" } kbd { "\u{2192}" } " branch " kbd { "+" } kbd { "\u{2212}" } kbd { "0" } " zoom "
                kbd { "Shift \u{2190}" } kbd { "Shift \u{2192}" } " pan " kbd { "c" } " copy ID " kbd { "/" } " search"
            }
        }
    }
}
