//! How the process is asked to end.

use std::io;

use crate::failure::Failure;

/// Ends when the process is asked to, with what its exit code says then. It is asked from now on, not from the first wait.
///
/// # Errors
///
/// A system that cannot watch signals.
#[cfg(unix)]
pub(crate) fn interruption() -> io::Result<impl Future<Output = Failure>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Failure::Interrupted,
            _ = terminate.recv() => Failure::Terminated,
        }
    })
}

#[cfg(windows)]
pub(crate) fn interruption() -> io::Result<impl Future<Output = Failure>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
        Failure::Interrupted
    })
}
