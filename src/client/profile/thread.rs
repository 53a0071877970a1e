//! Work that blocks.

use crate::error::{Error, Result};

/// Runs blocking work on a thread for it.
pub(super) async fn spawn_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Error::configuration(error.to_string())))
}
