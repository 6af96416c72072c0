//! Contact events: what callers change, in the form in which EventBridge delivers it, to files, webhooks and this program.

mod event;
mod webhook;

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, timeout_at};

pub(crate) use self::event::of as of_change;
use self::webhook::{Target, Webhook};

/// How long webhooks may take to deliver what is left when the endpoint stops.
const DRAIN: Duration = Duration::from_secs(5);

/// Where contact events go: a file, or a webhook. It is read from a path or a URL.
///
/// An event is made for every change of a contact by a caller, in the form and with the names that EventBridge has, and handed
/// over before the caller gets a response, in the order of the changes. What is imported, seeded or reset is no caller's change.
///
/// - **A file** gets a line of JSON for each event, appended. It is created so that its owner alone can read it.
/// - **A webhook** gets a `POST` for each event, one after another, and calls do not wait for it. One that does not respond
///   within 5 seconds, or with 429 or 5xx, is tried five times in all; any other response but 2xx loses the event. While more
///   than a thousand wait, further events are lost. A user name and password in the URL are sent as basic authentication. TLS
///   trusts the system's roots, or those of `SSL_CERT_FILE`; redirects are not followed, and proxies are not used.
///
/// What is lost makes no call fail: it is counted by [`Undelivered`] and logged. `Debug` and `Display` show a URL without its
/// user, path and query, which may be secrets.
///
/// ```
/// use connect_local_endpoint::{EventSink, LocalEndpoint};
///
/// # fn main() -> Result<(), connect_local_endpoint::EventSinkError> {
/// let builder = LocalEndpoint::builder()
///     .events("events.jsonl".parse()?)
///     .events("http://localhost:8080/contact-events".parse()?);
/// # let secret: EventSink = "https://user:pass@example.com/secret?token=x".parse()?;
/// # assert_eq!(secret.to_string(), "https://example.com");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct EventSink(Kind);

#[derive(Clone)]
enum Kind {
    File(PathBuf),
    Webhook(Arc<Target>),
}

/// A URL that is none for a webhook. It is not quoted: it may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a path, or a URL such as https://example.com/events")]
pub struct EventSinkError;

impl EventSink {
    /// Appends to this file, whatever its name looks like.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Kind::File(path.into()))
    }

    /// Whether contact events would leave this machine unencrypted.
    #[must_use]
    pub fn is_exposed(&self) -> bool {
        matches!(&self.0, Kind::Webhook(target) if target.is_exposed())
    }
}

/// A text with `://` is a URL.
impl FromStr for EventSink {
    type Err = EventSinkError;

    fn from_str(text: &str) -> Result<Self, EventSinkError> {
        match text {
            "" => Err(EventSinkError),
            url if url.contains("://") => {
                let target = Target::read(url).ok_or(EventSinkError)?;
                Ok(Self(Kind::Webhook(Arc::new(target))))
            }
            path => Ok(Self::file(path)),
        }
    }
}

impl fmt::Display for EventSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::File(path) => path.display().fmt(f),
            Kind::Webhook(target) => target.fmt(f),
        }
    }
}

impl fmt::Debug for EventSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventSink({self})")
    }
}

/// How many events each file or webhook has not got so far: those that are lost, and those that wait for a webhook.
#[derive(Clone, Debug)]
pub struct Undelivered(Arc<[Arc<Backlog>]>);

impl Undelivered {
    /// The files and webhooks in the order in which they were given, each with the number of events that it lacks.
    pub fn counts(&self) -> impl Iterator<Item = (&EventSink, u64)> {
        let each = self.0.iter();
        each.map(|backlog| (&backlog.sink, backlog.lacks.load(Ordering::Relaxed)))
    }
}

/// What a file or webhook has not got.
#[derive(Debug)]
struct Backlog {
    sink: EventSink,
    lacks: AtomicU64,
}

impl Backlog {
    fn grow(&self, events: usize) {
        self.lacks.fetch_add(events as u64, Ordering::Relaxed);
    }

    fn shrink(&self) {
        self.lacks.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All that events go to.
#[derive(Debug)]
pub(crate) struct Outlets {
    /// Held by who changes contacts, which may wait for the database.
    turn: Mutex<()>,
    open: Mutex<Vec<Outlet>>,
    undelivered: Undelivered,
}

#[derive(Debug)]
enum Outlet {
    File(Lines),
    Webhook(Webhook),
    Stream(UnboundedSender<Value>),
}

impl Outlets {
    /// Opens the files, and begins to deliver to the webhooks on the current runtime.
    pub(crate) fn open(sinks: Vec<EventSink>) -> Result<Self, (EventSink, io::Error)> {
        let (mut open, mut backlogs) = (Vec::new(), Vec::new());
        for sink in sinks {
            let backlog = Arc::new(Backlog {
                sink: sink.clone(),
                lacks: AtomicU64::new(0),
            });
            backlogs.push(Arc::clone(&backlog));
            let outlet = match &sink.0 {
                Kind::File(path) => Lines::open(path, backlog).map(Outlet::File),
                Kind::Webhook(target) => Webhook::open(target, backlog).map(Outlet::Webhook),
            };
            open.push(outlet.map_err(|error| (sink, error))?);
        }
        Ok(Self {
            turn: Mutex::default(),
            open: Mutex::new(open),
            undelivered: Undelivered(backlogs.into()),
        })
    }

    fn all(&self) -> MutexGuard<'_, Vec<Outlet>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn undelivered(&self) -> Undelivered {
        self.undelivered.clone()
    }

    pub(crate) fn subscribe(&self) -> UnboundedReceiver<Value> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.all().push(Outlet::Stream(sender));
        receiver
    }

    /// Makes a change, which is to return its events if anyone listens, and hands these over. Changes take turns here, as they
    /// do at the database, so that events come in their order.
    pub(crate) fn publish<T, E>(
        &self,
        change: impl FnOnce(bool) -> Result<(T, Vec<Value>), E>,
    ) -> Result<T, E> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let is_heard = !self.all().is_empty();
        let (result, events) = change(is_heard)?;
        if !events.is_empty() {
            self.all().retain_mut(|outlet| outlet.send(&events));
        }
        Ok(result)
    }

    /// Ends all streams and files, and gives webhooks a while to deliver the rest.
    pub(crate) async fn close(&self) {
        let open = mem::take(&mut *self.all());
        let deadline = Instant::now() + DRAIN;
        for outlet in open {
            if let Outlet::Webhook(webhook) = outlet {
                let mut task = webhook.end();
                if timeout_at(deadline, &mut task).await.is_err() {
                    task.abort();
                }
            }
        }
        for (sink, lacks) in self.undelivered.counts().filter(|(_, lacks)| *lacks > 0) {
            tracing::warn!(%sink, lacks, "events were not delivered");
        }
    }
}

impl Outlet {
    /// Whether there will be more to send.
    fn send(&mut self, events: &[Value]) -> bool {
        match self {
            Self::File(lines) => lines.write(events),
            Self::Webhook(webhook) => events.iter().for_each(|event| webhook.send(event)),
            Self::Stream(sender) => {
                let mut events = events.iter().cloned();
                return events.all(|event| sender.send(event).is_ok());
            }
        }
        true
    }
}

/// A file of events, one on each line.
#[derive(Debug)]
struct Lines {
    file: File,
    backlog: Arc<Backlog>,
    /// The last line may be half a line.
    is_torn: bool,
}

impl Lines {
    fn open(path: &Path, backlog: Arc<Backlog>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self {
            file: options.open(path)?,
            backlog,
            is_torn: false,
        })
    }

    /// One write for all events of a change: the lines of several processes do not mix.
    fn write(&mut self, events: &[Value]) {
        let mut text = String::from(if self.is_torn { "\n" } else { "" });
        for event in events {
            text += &format!("{event}\n");
        }
        let written = self.file.write_all(text.as_bytes());
        if let Err(error) = &written {
            self.backlog.grow(events.len());
            if !self.is_torn {
                let file = &self.backlog.sink;
                tracing::error!(%file, %error, "cannot write events");
            }
        }
        self.is_torn = written.is_err();
    }
}

#[cfg(test)]
mod tests;
