//! What an endpoint holds from the beginning, and the way back to it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, io};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use tokio::task::{JoinError, spawn_blocking};

use crate::files::find_files;
use crate::key::Key;
use crate::server::{Handler, Reply, reject};
use crate::store::Snapshot;
use crate::{ImportError, OnRejection, Rejection, Report, Store, StoreError, samples};

/// Served beside the operations of Connect, none of which has this path.
const RESET: &str = "/reset";

/// What to import before an endpoint starts.
#[derive(Debug, Default)]
pub(crate) struct Seed {
    pub(crate) samples: bool,
    /// Files and folders of records.
    pub(crate) paths: Vec<PathBuf>,
    /// Whether nobody wants to go back to it.
    pub(crate) is_forgotten: bool,
}

/// Why a seed cannot be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// There is no such file or folder.
    #[error("cannot read {}: {source}", path.display())]
    Path {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Records are bad. The others may have been imported.
    #[error("{first}{}", Others(*.count))]
    Rejected {
        /// How many.
        count: u64,
        /// The first of them.
        first: Rejection,
    },
    /// The records cannot be stored.
    #[error(transparent)]
    Import(#[from] ImportError),
}

/// ` (and 2 more bad records)`, where there are more than the one that is named.
struct Others(u64);

impl fmt::Display for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 | 1 => Ok(()),
            2 => f.write_str(" (and one more bad record)"),
            count => write!(f, " (and {} more bad records)", count - 1),
        }
    }
}

impl Seed {
    /// Imports it. The way back is known of a store that holds nothing else.
    pub(crate) fn import(&self, store: Arc<Store>) -> Result<WayBack, SeedError> {
        let is_seeded = self.samples || !self.paths.is_empty();
        let unusable = |error: StoreError| SeedError::Import(error.into());
        let is_alone = store.is_in_memory() || is_seeded && store.is_empty().map_err(unusable)?;
        let mut report = Report::default();
        if self.samples {
            report.merge(store.import(
                "samples",
                samples::records().as_bytes(),
                OnRejection::Abort,
            )?);
        }
        for path in &self.paths {
            report.merge(import(&store, path)?);
        }
        if let Some(first) = report.rejections.into_iter().next() {
            let count = report.rejected;
            return Err(SeedError::Rejected { count, first });
        }
        let is_kept = is_alone && !self.is_forgotten;
        let snapshot = is_kept.then(|| store.snapshot()).transpose();
        let snapshot = snapshot.map_err(unusable)?.flatten().map(Arc::new);
        Ok(WayBack { store, snapshot })
    }
}

fn import(store: &Store, path: &Path) -> Result<Report, SeedError> {
    let on_skip = |path: &Path, why: &str| {
        tracing::warn!(path = %path.display(), why, "not a file of records");
    };
    let files = find_files(path, store.path(), on_skip).map_err(|source| SeedError::Path {
        path: path.to_owned(),
        source,
    })?;
    let mut importer = store.importer(OnRejection::Continue, || {
        tracing::warn!("something else is writing to the database");
    });
    for file in files {
        importer.read_file(&file, |file| file)?;
    }
    Ok(importer.finish()?)
}

/// The way back to the seed of a store, if there is one.
#[derive(Clone, Debug)]
pub(crate) struct WayBack {
    store: Arc<Store>,
    snapshot: Option<Arc<Snapshot>>,
}

/// Why an endpoint does not go back to its seed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResetError {
    /// The database is a file that was not seeded, or one that held contacts before, which would be lost, or that others may
    /// write to; or the endpoint was made [without a reset](crate::Builder::without_reset).
    #[error(
        "the database is not reset: it was not seeded, held contacts before, or may be written to by others"
    )]
    NotSeeded,
    /// The database cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The runtime is going down.
    #[error("the runtime is going down: {0}")]
    Runtime(#[from] JoinError),
}

impl WayBack {
    pub(crate) async fn reset(&self) -> Result<(), ResetError> {
        let store = Arc::clone(&self.store);
        let snapshot = self.snapshot.clone().ok_or(ResetError::NotSeeded)?;
        let restored = Arc::clone(&snapshot);
        if let Some(used) = spawn_blocking(move || store.restore(&restored)).await?? {
            // Nobody waits for it.
            spawn_blocking(move || match snapshot.refill(used) {
                Ok(()) => {}
                Err(error) => tracing::warn!(%error, "cannot make a copy ahead of the next reset"),
            });
        }
        Ok(())
    }
}

/// `POST /reset`, beside what `handler` serves.
#[derive(Debug)]
pub(crate) struct WithReset<H> {
    pub(crate) handler: H,
    pub(crate) way_back: WayBack,
}

impl<H: Handler> Handler for WithReset<H> {
    async fn handle(&self, request: Request<Bytes>, caller: Arc<Key>) -> Reply {
        if request.method() != Method::POST || request.uri().path() != RESET {
            return self.handler.handle(request, caller).await;
        }
        if !caller.is_unrestricted() {
            let message = "Only a key without restrictions may reset the endpoint.";
            return reject(StatusCode::FORBIDDEN, "AccessDeniedException", message).into();
        }
        let response = match self.way_back.reset().await {
            Ok(()) => Response::new(Bytes::from_static(b"{}")),
            Err(error @ ResetError::NotSeeded) => {
                let code = "InvalidRequestException";
                reject(StatusCode::BAD_REQUEST, code, &error.to_string())
            }
            Err(error) => {
                tracing::error!(%error, "cannot go back to the seed");
                let (code, message) = ("InternalServiceException", "The service failed.");
                reject(StatusCode::INTERNAL_SERVER_ERROR, code, message)
            }
        };
        response.into()
    }
}

#[cfg(test)]
mod tests;
