//! The store of a client: the time limit of its operations, and what the client logs when it is away and when it is back.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Either, select};

use crate::auth::{BoxError, BoxFuture};
use crate::rate_limit::{RateLimitStore, RequestId};
use crate::runtime::Runtime;

/// The time limit of an operation of the store.
const STORE_TIMEOUT: Duration = Duration::from_millis(500);

/// The store of a client, which can be away.
#[derive(Debug)]
pub(super) struct StoreClient {
    pub(super) store: Arc<dyn RateLimitStore>,
    /// The id of this client, a random number.
    id: u128,
    next_number: AtomicU64,
    /// Whether the last operation failed.
    is_away: AtomicBool,
}

impl StoreClient {
    pub(super) fn new(store: Arc<dyn RateLimitStore>) -> Self {
        // Each hasher state hashes nothing to another number.
        let random = || u128::from(RandomState::new().build_hasher().finish());
        Self {
            store,
            id: random() << 64 | random(),
            next_number: AtomicU64::new(0),
            is_away: AtomicBool::new(false),
        }
    }

    pub(super) fn next_request(&self) -> RequestId {
        RequestId::new(self.id, self.next_number.fetch_add(1, Ordering::Relaxed))
    }

    /// Waits for an operation of the store; `None` if it fails. The first failure is logged, and the first success after it.
    pub(super) async fn result_of<T>(
        &self,
        operation: BoxFuture<'_, Result<T, BoxError>>,
        runtime: &Runtime,
    ) -> Option<T> {
        let operation = AssertUnwindSafe(operation).catch_unwind();
        let timeout = pin!(runtime.timeout(STORE_TIMEOUT));
        let result = match select(operation, timeout).await {
            Either::Left((Ok(result), _)) => result,
            Either::Left((Err(_), _)) => Err("it panicked".into()),
            Either::Right(((), _)) => Err(format!(
                "it did not respond within {} s",
                STORE_TIMEOUT.as_secs_f64()
            )
            .into()),
        };
        let was_away = self.is_away.swap(result.is_err(), Ordering::Relaxed);
        match &result {
            Err(error) if !was_away => tracing::warn!(
                target: "cisco_secure_access",
                "the rate limit store failed, and this client continues with its share of the limits: {error}"
            ),
            Ok(_) if was_away => tracing::info!(
                target: "cisco_secure_access",
                "the rate limit store is available again"
            ),
            _ => {}
        }
        result.ok()
    }
}
