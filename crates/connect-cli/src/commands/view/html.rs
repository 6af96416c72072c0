//! What pages are made of. Whatever comes from outside goes through [`text`].

use contact_tree::{Contact, Elapsed, Forest, Node};
use http::StatusCode;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use super::query::{Query, link};
use super::server::Page;
use crate::commands::formats::link_name;
use crate::commands::tree::local_zone;
use crate::output;
use crate::time;

/// Nothing but this server's style, picture and timelines.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";
/// For the timeline, beside its own policy, which allows nothing but its style and script. That cannot say who may frame it.
const OF_TIMELINE: &str = "frame-ancestors 'self'";

const TABS: [(&str, &str); 3] = [
    ("/", "Recent"),
    ("/largest", "Largest trees"),
    ("/find", "Find"),
];

/// A page of the site.
pub(super) fn page(
    status: StatusCode,
    title: &str,
    path: &str,
    place: &str,
    main: &Markup,
) -> Page {
    let body = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · connect view" }
                link rel="icon" href="/icon.svg";
                link rel="stylesheet" href="/style.css";
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header {
                    p.place { (text(place)) }
                    nav aria-label="Pages" {
                        ul {
                            @for (to, name) in TABS {
                                li { a href=(to) aria-current=[(to == path).then_some("page")] { (name) } }
                            }
                        }
                    }
                    form.jump role="search" aria-label="Contact" action="/tree" {
                        label for="jump" { "Contact ID" }
                        input #jump name="id" required spellcheck="false" autocomplete="off" maxlength="256";
                        button { "Show its tree" }
                    }
                }
                main #main tabindex="-1" {
                    h1 { (title) }
                    (main)
                }
            }
        }
    };
    of_html(status, body)
}

fn of_html(status: StatusCode, body: Markup) -> Page {
    Page {
        status,
        content_type: "text/html; charset=utf-8",
        policy: POLICY,
        body: body.into_string(),
    }
}

/// A file of the site.
pub(super) fn file(content_type: &'static str, body: &str) -> Page {
    Page {
        status: StatusCode::OK,
        content_type,
        policy: POLICY,
        body: body.to_owned(),
    }
}

/// A tree's timeline, with the contact that was asked for marked.
pub(super) fn timeline(forest: &Forest, asked_for: &str) -> Page {
    Page {
        status: StatusCode::OK,
        content_type: "text/html; charset=utf-8",
        policy: OF_TIMELINE,
        body: forest.timeline(local_zone()).html(Some(asked_for)),
    }
}

/// What the first request gets. It leads on by itself: a redirection from a terminal that is a page of another site would
/// not bring the cookie.
pub(super) fn entered() -> Page {
    let refresh = html! { meta http-equiv="refresh" content="0; url=/"; };
    let main = html! { p { a href="/" { "Go on" } } };
    bare(StatusCode::OK, "connect view", &refresh, &main)
}

/// A page without style or links, for who may not get in.
pub(super) fn refused(status: StatusCode, why: &str) -> Page {
    bare(status, "Not served", &html! {}, &html! { p { (why) } })
}

fn bare(status: StatusCode, title: &str, head: &Markup, main: &Markup) -> Page {
    let body = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                (head)
            }
            body { main { h1 { (title) } (main) } }
        }
    };
    of_html(status, body)
}

/// Text from outside: escaped, what turns the direction of writing written out, and set apart from the text around it.
pub(super) fn text(value: &str) -> Markup {
    html! { bdi { (output::visible(value)) } }
}

/// A member of a result as text, or a dash.
pub(super) fn member<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or("–")
}

/// A time as it is printed elsewhere.
pub(super) fn at(rfc3339: &str, zone: &TimeZone) -> Markup {
    html! { span.time { (text(&time::display(rfc3339, zone))) } }
}

pub(super) fn contact_link(id: &str) -> Markup {
    html! { a.id href=(link("/contact", "id", id)) { (text(id)) } }
}

/// A table that may be wider than the screen.
pub(super) fn table(caption: &str, columns: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll role="region" aria-label=(caption) tabindex="0" {
            table {
                caption { (caption) }
                thead { tr { @for column in columns { th scope="col" { (column) } } } }
                tbody { (rows) }
            }
        }
    }
}

/// Contacts that were found, each with a way to its tree.
pub(super) fn contacts(caption: &str, found: &[Value], zone: &TimeZone) -> Markup {
    let columns = [
        "Began", "Channel", "Method", "Queue", "Agent", "Contact", "Tree",
    ];
    let rows = html! {
        @for contact in found {
            @let id = member(contact, "/Id");
            tr {
                td { (at(member(contact, "/InitiationTimestamp"), zone)) }
                @for pointer in ["/Channel", "/InitiationMethod", "/QueueInfo/Id", "/AgentInfo/Id"] {
                    td { (text(member(contact, pointer))) }
                }
                th scope="row" { (contact_link(id)) }
                td { a href=(link("/tree", "id", id)) aria-label={ "Tree of " (output::visible(id)) } { "Tree" } }
            }
        }
    };
    table(caption, &columns, &rows)
}

/// Trees that were found: first contact, contacts, contacts that were looked for.
pub(super) fn trees(caption: &str, found: &[Value]) -> Markup {
    let rows = html! {
        @for tree in found {
            @let id = member(tree, "/ContactId");
            tr {
                th scope="row" { a.id href=(link("/tree", "id", id)) { (text(id)) } }
                td.number { (tree["Contacts"]) }
                td.number { (tree["Found"]) }
            }
        }
    };
    table(caption, &["First contact", "Contacts", "Found"], &rows)
}

/// Rows of a tree's table.
pub(super) fn tree_rows<'a>(
    nodes: impl Iterator<Item = Node<'a>>,
    asked_for: &str,
    zone: &TimeZone,
) -> Markup {
    html! {
        @for node in nodes {
            @let contact = node.contact();
            @let facts = contact.facts.as_deref();
            @let began = contact.initiation_time.map(|time| time.to_string());
            tr aria-current=[(contact.id == asked_for).then_some("true")] {
                th scope="row" class={ "level-" (node.depth().min(8)) } {
                    (contact_link(&contact.id))
                    @if contact.id == asked_for { " ◀ asked for" }
                }
                td.number { (node.depth()) }
                td { (node.link().map_or("–", link_name)) }
                td { (text(contact.channel.as_deref().unwrap_or("–"))) }
                td { (text(contact.initiation_method.as_deref().unwrap_or("–"))) }
                td { (at(began.as_deref().unwrap_or("–"), zone)) }
                td.number { (elapsed(contact)) }
                td { (text(facts.and_then(|facts| facts.queue.as_deref()).unwrap_or("–"))) }
                td { (text(facts.and_then(|facts| facts.agent.as_deref()).unwrap_or("–"))) }
                td { @for anomaly in node.anomalies() { p.anomaly { (text(&anomaly.kind.to_string())) } } }
            }
        }
    }
}

/// The columns of [`tree_rows`].
pub(super) const TREE: [&str; 10] = [
    "Contact",
    "Level",
    "Linked by",
    "Channel",
    "Method",
    "Began",
    "Took",
    "Queue",
    "Agent",
    "Remarks",
];

fn elapsed(contact: &Contact) -> String {
    match contact.elapsed() {
        Elapsed::Open => "still open".to_owned(),
        Elapsed::Unknown => "–".to_owned(),
        Elapsed::For(duration) => friendly(duration),
        Elapsed::Backwards(duration) => format!("−{}", friendly(duration)),
    }
}

fn friendly(duration: std::time::Duration) -> String {
    SignedDuration::try_from(duration).map_or_else(|_| "–".to_owned(), |it| format!("{it:#}"))
}

/// Links to what comes before and behind.
pub(super) fn pages(links: &[(&str, Option<String>)]) -> Markup {
    html! {
        @if links.iter().any(|(_, to)| to.is_some()) {
            nav.pages aria-label="Pages of the list" {
                ul { @for (name, to) in links { @if let Some(to) = to { li { a href=(to) { (name) } } } } }
            }
        }
    }
}

/// The members of a record, each with its value; `link` says where a value leads.
pub(super) fn record(caption: &str, record: &Value) -> Markup {
    let mut members = Vec::new();
    flatten("", record, &mut members);
    let is_contact = |name: &str| {
        [
            "Id",
            "InitialContactId",
            "PreviousContactId",
            "RelatedContactId",
        ]
        .contains(&name)
    };
    let rows = html! {
        @for (name, value) in &members {
            tr {
                th scope="row" { (text(name)) }
                td { @if is_contact(name) { (contact_link(value)) } @else { (text(value)) } }
            }
        }
    };
    table(caption, &["Member", "Value"], &rows)
}

/// The members of a value, and theirs, each under its path.
fn flatten(name: &str, value: &Value, members: &mut Vec<(String, String)>) {
    let below = |member: &str| match name {
        "" => member.to_owned(),
        name => format!("{name}.{member}"),
    };
    match value {
        Value::Null => {}
        Value::Object(object) if !object.is_empty() => {
            for (member, value) in object {
                flatten(&below(member), value, members);
            }
        }
        Value::Array(values) if !values.is_empty() => {
            for (index, value) in values.iter().enumerate() {
                flatten(&format!("{name}[{index}]"), value, members);
            }
        }
        Value::String(text) => members.push((name.to_owned(), text.clone())),
        value => members.push((name.to_owned(), value.to_string())),
    }
}

/// A field of a form, with what may be written into it.
pub(super) fn field(name: &str, label: &str, hint: &str, query: &Query) -> Markup {
    let values: Vec<_> = query.all(name).collect();
    html! {
        div.field {
            label for=(name) { (label) }
            input id=(name) name=(name) value=(values.join(" ")) aria-describedby={ (name) "-hint" } dir="auto" spellcheck="false";
            p.hint id={ (name) "-hint" } { (hint) }
        }
    }
}
