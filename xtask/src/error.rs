//! What can go wrong.

use std::path::{Path, PathBuf};

/// An error, which is one line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{}: {source}", path.display())]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Model(#[from] connect_codegen::Error),
    #[error(transparent)]
    Edit(#[from] connect_codegen::edit::Error),
    #[error("{path}: {source}")]
    Rust { path: String, source: syn::Error },
    #[error("{0}")]
    Other(String),
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
