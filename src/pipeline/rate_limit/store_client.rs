//! The store of a client: the ids of requests, and the time limit of its operations.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Either, select};

use crate::auth::{BoxError, BoxFuture};
use crate::outage::Outage;
use crate::rate_limit::{RateLimitStore, RequestId};
use crate::runtime::{Runtime, random_number};

/// The time limit of an operation of the store.
const STORE_TIMEOUT: Duration = Duration::from_millis(500);

/// The store of a client, which can be away.
#[derive(Debug)]
pub(super) struct StoreClient {
    pub(super) store: Arc<dyn RateLimitStore>,
    /// The id of this client, a random number.
    id: u128,
    next_number: AtomicU64,
    outage: Outage,
}

impl StoreClient {
    pub(super) fn new(store: Arc<dyn RateLimitStore>) -> Self {
        let random = || u128::from(random_number());
        Self {
            store,
            id: random() << 64 | random(),
            next_number: AtomicU64::new(0),
            outage: Outage::new(
                "the rate limit store failed, and this client continues with its share of the limits",
                "the rate limit store is available again",
            ),
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
        self.outage.report(result)
    }
}
