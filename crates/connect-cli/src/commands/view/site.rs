//! The pages, and the calls that they need.

use std::cell::RefCell;
use std::rc::Rc;

use contact_tree::Forest;
use http::StatusCode;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde_json::json;

use super::find;
use super::guard::Guard;
use super::html;
use super::query::{Query, link};
use super::server::Page;
use crate::client::Connection;
use crate::commands::search::Criteria;
use crate::commands::{contacts, facts};
use crate::failure::Failure;
use crate::generated::OPERATIONS;
use crate::local;
use crate::settings::Settings;
use crate::time::{self, Times};

/// How many contacts or trees a page lists.
pub(super) const ROWS: usize = 50;
/// How many contacts of a tree a page lists.
const TREE_ROWS: usize = 200;
/// How many contacts are looked at for recent trees: those of one tree may stand together.
const LOOKED_AT: usize = 500;
/// How many contacts are asked for in one call, the most that the service returns.
const PAGE_SIZE: i32 = 100;

const STYLE: &str = include_str!("style.css");
const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><path d=\"M3 2v11h5M3 7h5\" fill=\"none\" \
    stroke=\"#3f8f5b\" stroke-width=\"2\"/><circle cx=\"11\" cy=\"7\" r=\"2.5\" fill=\"#2b8ca3\"/><circle cx=\"11\" cy=\"13\" r=\"2.5\" \
    fill=\"#8a5cb5\"/></svg>";

/// Contacts as pages.
pub(super) struct Site {
    pub(super) connection: Connection,
    pub(super) instance_id: String,
    /// Where the contacts are, in words.
    pub(super) title: String,
    pub(super) zone: TimeZone,
    pub(super) settings: Settings,
    pub(super) guard: Guard,
    /// The tree that was fetched last, and the contact that was asked for: its picture and the further pages of its table
    /// are of the same.
    pub(super) shown: RefCell<Option<(String, Rc<Forest>)>>,
}

impl Site {
    /// The page of a path.
    pub(super) async fn page(&self, path: &str, query: &Query) -> Page {
        let made = match path {
            "/style.css" => return html::file("text/css; charset=utf-8", STYLE),
            // Pages that name no icon are asked for the second.
            "/icon.svg" | "/favicon.ico" => return html::file("image/svg+xml", ICON),
            "/timeline" => match self.tree(query.first("id"), false).await {
                Ok(forest) => return html::timeline(&forest, query.first("id")),
                Err(failure) => Err(failure),
            },
            "/" => self.recent().await,
            "/largest" => self.largest(query).await,
            "/find" => return self.find(query).await,
            "/tree" => self.tree_page(query).await,
            "/contact" => self.contact(query.first("id")).await,
            _ => {
                let nothing = html! { p role="alert" { "There is no such page." } };
                return self.shell(StatusCode::NOT_FOUND, "Not found", path, &nothing);
            }
        };
        let id = crate::output::visible(query.first("id"));
        let (of_contact, of_tree) = (format!("Contact {id}"), format!("Tree of {id}"));
        let title = match path {
            "/" if self.connection.store().is_some() => "Recent trees",
            "/" => "Recent contacts",
            "/largest" => "Largest trees",
            "/contact" => &of_contact,
            _ => &of_tree,
        };
        match made {
            Ok(main) => self.shell(StatusCode::OK, title, path, &main),
            Err(failure) => {
                let (status, alert) = self.alert(failure);
                self.shell(status, title, path, &alert)
            }
        }
    }

    fn shell(&self, status: StatusCode, title: &str, path: &str, main: &Markup) -> Page {
        html::page(status, title, path, &self.title, main)
    }

    /// What went wrong, for the reader.
    fn alert(&self, failure: Failure) -> (StatusCode, Markup) {
        let failure = local::name_database(&self.settings.globals, failure);
        let status = match &failure {
            Failure::Usage(_) => StatusCode::BAD_REQUEST,
            Failure::Service { code, .. } if code.contains("NotFound") => StatusCode::NOT_FOUND,
            Failure::Service { code, .. } if code.starts_with("Invalid") => StatusCode::BAD_REQUEST,
            _ => StatusCode::BAD_GATEWAY,
        };
        let report = failure.report().unwrap_or_default();
        let alert = html! {
            div.alert role="alert" {
                p { (html::text(&report)) }
                @if let Some(hint) = failure.hint() { p { (hint) } }
            }
        };
        (status, alert)
    }

    async fn find(&self, query: &Query) -> Page {
        let (status, results) = if query.first("order").is_empty() {
            (StatusCode::OK, html! {})
        } else {
            match find::results(query, self).await {
                Ok(results) => (StatusCode::OK, results),
                Err(failure) => self.alert(failure),
            }
        };
        let form = find::form(query, self.connection.store().is_some());
        let main =
            html! { @if status != StatusCode::OK { (results) (form) } @else { (form) (results) } };
        self.shell(status, "Find", "/find", &main)
    }

    /// The trees with the newest contacts; of an instance, the contacts.
    async fn recent(&self) -> Result<Markup, Failure> {
        let search = Criteria::default().search(self.instance_id.clone(), &self.connection)?;
        let Some(store) = self.connection.store() else {
            let found = search.contacts(&self.connection, ROWS).await?;
            return Ok(html! {
                @if found.is_empty() { p { "No contact began in the last seven days." } }
                @else { (html::contacts("Contacts of the last seven days, the newest first", &found, &self.zone)) }
                p { a href="/find?order=newest" { "Find more" } }
            });
        };
        let (mut trees, mut looked_at) = (Vec::new(), 0);
        let visit = |contact: serde_json::Value| {
            looked_at += 1;
            let id = html::member(&contact, "/Id").to_owned();
            let of_contact = store
                .trees(&self.instance_id, &[id])
                .map_err(Failure::other)?;
            for (tree, _) in of_contact {
                let is_new =
                    trees
                        .iter()
                        .all(|(known, _): &(connect_local_endpoint::TreeStats, _)| {
                            known.contact_id != tree.contact_id
                        });
                if is_new {
                    trees.push((tree, contact.clone()));
                }
            }
            Ok(trees.len() < ROWS && looked_at < LOOKED_AT)
        };
        search.each(&self.connection, visit).await?;
        let rows = html! {
            @for (tree, newest) in &trees {
                tr {
                    th scope="row" { a.id href=(link("/tree", "id", &tree.contact_id)) { (html::text(&tree.contact_id)) } }
                    td.number { (tree.contacts) }
                    td { (html::at(html::member(newest, "/InitiationTimestamp"), &self.zone)) }
                    td { (html::text(html::member(newest, "/Channel"))) }
                    td { (html::contact_link(html::member(newest, "/Id"))) }
                }
            }
        };
        let columns = [
            "First contact",
            "Contacts",
            "Newest began",
            "Channel",
            "Newest contact",
        ];
        Ok(html! {
            @if trees.is_empty() { p { "There are no contacts." } }
            @else { (html::table("Trees, that of the newest contact first", &columns, &rows)) }
            p { a href="/find?order=newest" { "All contacts, the newest first" } }
        })
    }

    async fn largest(&self, query: &Query) -> Result<Markup, Failure> {
        if self.connection.store().is_none() {
            return Ok(html! {
                p { "Amazon Connect does not say how large trees are. They are listed of a database or of records." }
            });
        }
        let by_size = query.with("/find", &[("order", "largest")]);
        find::results(
            &Query::of(by_size.split_once('?').map(|(_, query)| query)),
            self,
        )
        .await
    }

    /// The tree of a contact, as it is now or as it was fetched last.
    async fn tree(&self, id: &str, is_new: bool) -> Result<Rc<Forest>, Failure> {
        if id.is_empty() {
            return Err(Failure::Usage(
                "Which contact? Its ID is missing.".to_owned(),
            ));
        }
        let shown = self.shown.borrow().clone();
        if let Some((_, forest)) = shown.filter(|(of, _)| of == id && !is_new) {
            return Ok(forest);
        }
        let client = &self.connection.client;
        let mut contacts = contacts::tree(client, &self.instance_id, id, PAGE_SIZE).await?;
        // Of an instance they would be a call for each contact.
        if self.connection.store().is_some() {
            facts::fill(&mut contacts, &self.connection, &self.instance_id, id).await?;
        }
        let forest = Rc::new(Forest::new(contacts));
        *self.shown.borrow_mut() = Some((id.to_owned(), Rc::clone(&forest)));
        Ok(forest)
    }

    async fn tree_page(&self, query: &Query) -> Result<Markup, Failure> {
        let (id, page) = (query.first("id"), find::number(query.first("page")));
        let forest = self.tree(id, page == 0).await?;
        let count = forest.len();
        let pages = count.div_ceil(TREE_ROWS).max(1);
        let place = forest
            .depth_first()
            .position(|node| node.contact().id == id);
        let page = match page {
            0 => place.unwrap_or(0) / TREE_ROWS,
            page => page.min(pages) - 1,
        };
        let to = |page: usize| query.with("/tree", &[("page", &page.to_string())]);
        let previous = (page > 0).then(|| to(page));
        let next = (page + 1 < pages).then(|| to(page + 2));
        let span = forest.span();
        let time = |time: Option<contact_tree::Timestamp>| {
            let time = time.map(|time| time.to_string());
            html::at(time.as_deref().unwrap_or("–"), &self.zone)
        };
        let picture = link("/timeline", "id", id);
        let nodes = forest.depth_first().skip(page * TREE_ROWS).take(TREE_ROWS);
        let rows = html::tree_rows(nodes, id, &self.zone);
        let caption = if pages == 1 {
            "Contacts, each followed by those below it".to_owned()
        } else {
            format!(
                "Contacts, each followed by those below it; part {} of {pages}",
                page + 1
            )
        };
        Ok(html! {
            dl.facts {
                div { dt { "Asked for" } dd { (html::contact_link(id)) } }
                div { dt { "Contacts" } dd { (count) } }
                div { dt { "From" } dd { (time(span.start)) } }
                div { dt { "To" } dd { (time(span.end)) } }
                div { dt { "Still open" } dd { (span.open) } }
                div { dt { "Anomalies" } dd { (forest.anomalies().len()) } }
            }
            h2 { "Timeline" }
            iframe title="Timeline" src=(picture) height=((count * 28 + 240).min(640)) {}
            p { a href=(picture) { "The timeline by itself" } }
            h2 { "Contacts" }
            (html::table(&caption, &html::TREE, &rows))
            (html::pages(&[("Previous", previous), ("Next", next)]))
        })
    }

    /// All that DescribeContact knows.
    async fn contact(&self, id: &str) -> Result<Markup, Failure> {
        if id.is_empty() {
            return Err(Failure::Usage(
                "Which contact? Its ID is missing.".to_owned(),
            ));
        }
        let mut operations = OPERATIONS.iter();
        let describe = operations.find(|operation| operation.name == "DescribeContact");
        let describe =
            describe.ok_or_else(|| Failure::other("this build has no DescribeContact"))?;
        let input = json!({ "InstanceId": self.instance_id, "ContactId": id });
        let mut output = (describe.call)(&self.connection.client, input).await?;
        let times = Times::Iso8601(self.zone.clone());
        time::localise(describe.output, &mut output, &times);
        Ok(html! {
            p { a href=(link("/tree", "id", id)) { "The tree that it is in" } }
            (html::record("What is known of the contact", &output["Contact"]))
        })
    }
}
