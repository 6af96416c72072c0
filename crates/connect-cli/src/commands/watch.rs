//! `connect watch`.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use connect_local_endpoint::{OnRejection, Report, Store};
use connect_sdk::config::RateLimit;
use contact_tree::{Forest, Style};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{contacts, import, tree};
use crate::client::{self, Connection};
use crate::failure::Failure;
use crate::globals::number;
use crate::local::Local;
use crate::output::{self, Pager, Sink};
use crate::settings::Settings;

/// How often contacts on this machine are looked at.
const OFTEN: Duration = Duration::from_millis(200);

/// Draw a contact tree again and again as it grows, until all of its contacts have ended
///
/// On a terminal, each picture replaces the one before; elsewhere they follow each other. Amazon Connect is called no more
/// often than it allows an account, twice a second.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    tree: contacts::TreeArguments,
    /// Take the contacts from contact events on standard input, one JSON object a line or in messages of SQS, until it ends;
    /// without --contact-id, the largest tree of them
    #[arg(long, conflicts_with_all = ["local", "database", "records", "endpoint_url", "region", "profile"])]
    events: bool,
    /// How many seconds to wait between two looks at an instance
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    interval: Duration,
    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let expected = "expected a number of seconds from 0.1 to 86400";
    number(text, 0.1..=86_400.0, expected).map(Duration::from_secs_f64)
}

/// Runs the command.
///
/// # Errors
///
/// A failure that does not pass, an output that cannot be written.
pub(crate) async fn run(arguments: Arguments, settings: &Settings) -> Result<(), Failure> {
    let style = tree::style(settings, arguments.ascii, None);
    let mut screen = Screen {
        out: Sink::new(Pager::None),
        shown: String::new(),
        is_terminal: io::stdout().is_terminal(),
    };
    if arguments.events {
        return of_events(arguments, settings, style, &mut screen).await;
    }
    let page_size = arguments.tree.page_size;
    let place = contacts::place(arguments.tree.instance_id, settings).await?;
    let contact_id = contacts::contact_id(arguments.tree.contact_id, &place)?;
    let is_local = place.local.is_some();
    let connection = client::connect_with(settings, place.local, |config| match is_local {
        true => config,
        false => config.rate_limit(RateLimit::connect()),
    })
    .await?;
    let style = Style {
        focus: Some(contact_id.clone()),
        ..style
    };
    loop {
        let client = &connection.client;
        match contacts::tree(client, &place.instance_id, &contact_id, page_size).await {
            Ok(contacts) => {
                let forest: Forest = contacts.into_iter().collect();
                screen.show(&forest, &style)?;
                if forest.span().open == 0 {
                    connection.close().await;
                    return Ok(());
                }
            }
            Err(failure) if failure.may_pass() => crate::note(&failure.to_string()),
            Err(failure) => return Err(failure),
        }
        tokio::time::sleep(if is_local { OFTEN } else { arguments.interval }).await;
    }
}

/// Watches a tree of contacts that standard input tells of.
async fn of_events(
    arguments: Arguments,
    settings: &Settings,
    style: Style,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let local = Local::empty()?;
    let connection = client::connect(settings, Some(local)).await?;
    let Some(store) = connection.store().cloned() else {
        return Ok(());
    };
    let reading = follow(Arc::clone(&store));
    loop {
        // Before the look, so that the last one sees all.
        let has_ended = reading.is_finished();
        let forest = look(&connection, &store, &arguments.tree).await?;
        if let Some((focus, forest)) = &forest {
            let style = Style {
                focus: Some(focus.clone()),
                ..style.clone()
            };
            screen.show(forest, &style)?;
        }
        let is_over = forest.is_some_and(|(_, forest)| forest.span().open == 0);
        if is_over && !has_ended {
            connection.close().await;
            return Ok(());
        }
        if has_ended {
            connection.close().await;
            return report(&reading.await.map_err(Failure::other)??);
        }
        tokio::time::sleep(OFTEN).await;
    }
}

/// Imports what standard input says, as it comes.
fn follow(store: Arc<Store>) -> JoinHandle<Result<Report, Failure>> {
    spawn_blocking(move || {
        let mut importer = store.importer(OnRejection::Continue, || ());
        let followed = importer.follow("standard input", io::stdin());
        followed.map_err(Failure::other)?;
        importer.finish().map_err(Failure::other)
    })
}

/// The tree that is watched, and its contact, once there is one.
async fn look(
    connection: &Connection,
    store: &Store,
    arguments: &contacts::TreeArguments,
) -> Result<Option<(String, Forest)>, Failure> {
    let largest = store.stats(1).map_err(Failure::other)?.largest_trees;
    let Some(largest) = largest.into_iter().next() else {
        return Ok(None);
    };
    let instance_id = arguments
        .instance_id
        .clone()
        .unwrap_or(largest.instance_arn);
    // An ARN ends with the ID.
    let instance_id = instance_id.rsplit('/').next().unwrap_or_default();
    let id = arguments.contact_id.clone().unwrap_or(largest.contact_id);
    match contacts::tree(&connection.client, instance_id, &id, arguments.page_size).await {
        Ok(contacts) => Ok(Some((id, contacts.into_iter().collect()))),
        Err(Failure::Service { code, .. }) if code == "ResourceNotFoundException" => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Says what of the input was no event.
fn report(report: &Report) -> Result<(), Failure> {
    import::note_rejections(report);
    match report.rejected {
        0 => Ok(()),
        count => {
            let events = output::counted(usize::try_from(count).unwrap_or(usize::MAX), "event");
            Err(Failure::other(format!("{events} could not be read")))
        }
    }
}

/// Where pictures are shown.
struct Screen {
    out: Sink,
    shown: String,
    is_terminal: bool,
}

impl Screen {
    /// Shows a picture unless it is the one that is shown.
    fn show(&mut self, forest: &Forest, style: &Style) -> Result<(), Failure> {
        let picture = forest.picture(style).to_string();
        if picture == self.shown {
            return Ok(());
        }
        let before = match (self.is_terminal, self.shown.is_empty()) {
            // The cursor goes home, and what was there is erased.
            (true, _) => "\x1b[H\x1b[2J",
            (false, true) => "",
            (false, false) => "\n",
        };
        // The picture escapes what it holds.
        let out: &mut dyn Write = self.out.open_raw()?;
        let written = write!(out, "{before}{picture}").and_then(|()| out.flush());
        self.shown = picture;
        written.map_err(Failure::Output)
    }
}
