//! The page that finds contacts and trees.

use std::fmt::Display;

use connect_sdk::types::{Channel, ContactInitiationMethod};
use maud::{Markup, html};
use serde_json::Value;

use super::html;
use super::query::Query;
use super::site::{ROWS, Site};
use crate::commands::search::{self, Behind, Criteria};
use crate::failure::Failure;

/// How many trees can be paged through.
const MOST_TREES: usize = 10_000;

/// The form.
pub(super) fn form(query: &Query, is_local: bool) -> Markup {
    let ids = "IDs, several with spaces between them";
    let is_checked = |name: &str, value: &str| query.all(name).any(|given| given == value);
    let orders = [
        ("newest", "Contacts, the newest first", true),
        ("largest", "Trees, the largest first", is_local),
    ];
    let order = if is_local { order(query) } else { "newest" };
    html! {
        form.find action="/find" aria-label="Find" {
            (html::field("since", "Began at or after", "A date or time, such as 2026-03-14 or 2026-03-14T09:30+01:00; without an offset, UTC", query))
            (html::field("until", "Began at or before", "The same; now if it is empty", query))
            fieldset {
                legend { "Channels" }
                @for channel in Channel::values() {
                    label { input type="checkbox" name="channel" value=(channel) checked[is_checked("channel", channel)]; (channel) }
                }
            }
            fieldset {
                legend { "Methods" }
                @for method in ContactInitiationMethod::values() {
                    label { input type="checkbox" name="method" value=(method) checked[is_checked("method", method)]; (method) }
                }
            }
            (html::field("agent", "Agents", ids, query))
            (html::field("queue", "Queues", ids, query))
            div.field {
                label for="attribute" { "Attributes" }
                textarea #attribute name="attribute" rows="3" aria-describedby="attribute-hint" dir="auto" spellcheck="false" {
                    (query.all("attribute").collect::<Vec<_>>().join("\n"))
                }
                p.hint #attribute-hint { "One a line, such as language=de" }
            }
            fieldset {
                legend { "List" }
                @for (value, name, is_possible) in orders {
                    label {
                        input type="radio" name="order" value=(value) checked[value == order] disabled[!is_possible]; (name)
                    }
                }
                @if !is_local { p.hint { "Amazon Connect does not say how large trees are." } }
            }
            button { "Find" }
        }
    }
}

fn order(query: &Query) -> &str {
    match query.first("order") {
        "largest" => "largest",
        _ => "newest",
    }
}

/// What the form asks for.
///
/// # Errors
///
/// What is wrong in it.
fn criteria(query: &Query) -> Result<Criteria, Failure> {
    let wrong = |label: &str, error: &dyn Display| Failure::Usage(format!("{label}: {error}."));
    let time = |name: &str, label| {
        let given = Some(query.first(name)).filter(|given| !given.is_empty());
        let time = given.map(search::date).transpose();
        time.map_err(|error| wrong(label, &error))
    };
    let words = |name| {
        let words = query.all(name).flat_map(str::split_whitespace);
        words.map(str::to_owned).collect()
    };
    let lines = query.all("attribute").flat_map(str::lines).map(str::trim);
    let lines = lines.filter(|line| !line.is_empty());
    let attribute = lines.map(search::attribute).collect::<Result<_, _>>();
    Ok(Criteria {
        since: time("since", "Began at or after")?,
        until: time("until", "Began at or before")?,
        channel: words("channel"),
        method: words("method"),
        agent: words("agent"),
        queue: words("queue"),
        attribute: attribute.map_err(|error| wrong("Attributes", &error))?,
    })
}

/// What was found, with a link to what comes next.
///
/// # Errors
///
/// What is wrong in the form, anything that can go wrong with a call.
pub(super) async fn results(query: &Query, site: &Site) -> Result<Markup, Failure> {
    let mut search = criteria(query)?.search(site.instance_id.clone(), &site.connection)?;
    if let Some(store) = site.connection.store()
        && order(query) == "largest"
    {
        let from = number(query.first("from")).min(MOST_TREES);
        let found = search
            .trees(&site.connection, store, from + ROWS + 1)
            .await?;
        let shown = found.get(from..).unwrap_or_default();
        let shown = &shown[..shown.len().min(ROWS)];
        let to = |from: usize| query.with("/find", &[("from", &from.to_string())]);
        let next = (found.len() > from + ROWS).then(|| to(from + ROWS));
        let previous = (from > 0).then(|| to(from.saturating_sub(ROWS)));
        return Ok(html! {
            h2 { "Trees" }
            (listed(shown, || html::trees("Trees, the largest first", shown)))
            (html::pages(&[("Larger", previous), ("Smaller", next)]))
        });
    }
    search.behind = behind(query)?;
    let mut found = search.contacts(&site.connection, ROWS + 1).await?;
    let has_more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = Behind::of(&found, search.behind).filter(|_| has_more);
    let next = next.map(|behind| {
        let (time, count) = (behind.time.to_string(), behind.count.to_string());
        query.with("/find", &[("behind", &time), ("count", &count)])
    });
    let first = search
        .behind
        .map(|_| query.with("/find", &[("behind", ""), ("count", "")]));
    Ok(html! {
        h2 { "Contacts" }
        (listed(&found, || html::contacts("Contacts, the newest first", &found, &site.zone)))
        (html::pages(&[("Newest", first), ("Older", next)]))
    })
}

fn listed(found: &[Value], list: impl FnOnce() -> Markup) -> Markup {
    match found {
        [] => html! { p { "Nothing was found." } },
        _ => list(),
    }
}

/// How far the pages before this one came.
fn behind(query: &Query) -> Result<Option<Behind>, Failure> {
    let given = query.first("behind");
    if given.is_empty() {
        return Ok(None);
    }
    let time = search::date(given).map_err(Failure::Usage)?;
    let count = number(query.first("count"));
    Ok(Some(Behind { time, count }))
}

/// A number of a URL, or 0.
pub(super) fn number(text: &str) -> usize {
    text.parse().unwrap_or(0)
}
