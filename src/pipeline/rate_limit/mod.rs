//! The rate limiter: it delays requests so that they stay within the rate limits of their operations.
//!
//! Each class of limits has a queue. A request that must wait reserves a slot, a point in time, and sleeps until then; no lock is held
//! while it sleeps. So a request that is not polled delays no other: its slot passes, and it gets another when it is polled again. A
//! dropped request releases its slot. Response headers correct the limits.
//!
//! `local` has the queues of a client that counts its own requests, on a `schedule`. With a [`RateLimitStore`], `shared` has them: the store
//! counts the requests of all its clients, which `store_client` reaches. While it is away, the schedule is the fallback, with the limits in
//! `share`. `observation` reads the headers of responses.

mod local;
mod observation;
mod schedule;
mod share;
mod shared;
mod store_client;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use self::local::{LocalPermit, LocalWaiter, Queue};
use self::observation::observe;
use self::shared::{SharedPermit, SharedQueues, SharedWaiter};
use super::request::PreparedRequest;
use crate::operation::{Operation, RateLimit, RateLimitScope};
use crate::rate_limit::RateLimitStore;
use crate::response::RawResponse;
use crate::runtime::Runtime;

/// Whether a client delays calls to stay within the rate limits.
///
/// ```
/// use cisco_secure_access::{Client, Credentials, RateLimiting};
///
/// let client = Client::builder()
///     .credentials(Credentials::new("key", "secret"))
///     .rate_limiting(RateLimiting::Documented)
///     .build()?;
/// # Ok::<(), cisco_secure_access::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateLimiting {
    /// Calls are sent at once. After a 429, they are retried according to the [`RetryPolicy`](crate::RetryPolicy).
    #[default]
    Off,
    /// Calls stay within the documented limits of their operation ([`Operation::rate_limit`]), in all windows at once: with 5 per second,
    /// 14 per minute and 350 per half hour, the fifteenth call is sent one minute after the first. Operations of one class share their
    /// limits, and so do clones of a client. Calls are sent in order of arrival. Each redirect counts as a request.
    ///
    /// Response headers correct the limits: `ratelimit-remaining` and `ratelimit-reset` include the requests of other programs with the
    /// same key, and headers such as `x-ratelimit-limit-minute` replace the documented limits. A call that the limits would delay beyond
    /// its total timeout fails at once with [`ErrorKind::RateLimitWait`](crate::ErrorKind::RateLimitWait).
    /// [`Client::rate_limit_delay`](crate::Client::rate_limit_delay) returns the delay of a call that starts now.
    Documented,
}

/// The queues of a client and its clones.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    mode: RateLimiting,
    queues: Queues,
}

#[derive(Debug)]
enum Queues {
    Local(Mutex<HashMap<QueueKey, Arc<Queue>>>),
    Shared(SharedQueues),
}

/// The scope of a rate limit: a class of operations, for the API key or for one organization.
type QueueKey = (&'static str, Option<Box<str>>);

impl RateLimiter {
    pub(crate) fn new(
        mode: RateLimiting,
        store: Option<Arc<dyn RateLimitStore>>,
        base_url: &Url,
    ) -> Self {
        Self {
            mode,
            queues: match store {
                Some(store) => Queues::Shared(SharedQueues::new(store, base_url)),
                None => Queues::Local(Mutex::default()),
            },
        }
    }

    /// Returns the delay of a request that arrives now.
    pub(crate) fn delay(
        &self,
        operation: &Operation,
        organization: Option<&str>,
        now: Instant,
    ) -> Duration {
        let Some((limit, key)) = self.queue_key(operation, organization) else {
            return Duration::ZERO;
        };
        match &self.queues {
            Queues::Local(queues) => local_queue(queues, limit, key).delay(now),
            Queues::Shared(queues) => queues.delay(&key, now),
        }
    }

    /// Adds a request to the queue of its class; `None` if it has no rate limit. `api_key` is the key that the service counts it for.
    pub(super) fn enqueue<'a>(
        &self,
        runtime: &'a Runtime,
        request: &PreparedRequest,
        api_key: &str,
    ) -> Option<Waiter<'a>> {
        let organization = request.authentication.organization();
        let (limit, key) = self.queue_key(request.operation, organization)?;
        Some(match &self.queues {
            Queues::Local(queues) => {
                let queue = local_queue(queues, limit, key);
                Waiter::Local(LocalWaiter::enqueue(queue, runtime))
            }
            Queues::Shared(queues) => {
                let queue = queues.queue(limit, key, api_key, runtime.now());
                Waiter::Shared(SharedWaiter::enqueue(queue, runtime))
            }
        })
    }

    fn queue_key<'o>(
        &self,
        operation: &'o Operation,
        organization: Option<&str>,
    ) -> Option<(&'o RateLimit, QueueKey)> {
        let limit = operation.rate_limit.as_ref();
        let limit = limit.filter(|_| self.mode == RateLimiting::Documented)?;
        let scope = match limit.scope {
            RateLimitScope::Key => None,
            RateLimitScope::Organization => organization.map(Into::into),
        };
        Some((limit, (limit.class, scope)))
    }
}

fn local_queue(
    queues: &Mutex<HashMap<QueueKey, Arc<Queue>>>,
    limit: &RateLimit,
    key: QueueKey,
) -> Arc<Queue> {
    let mut queues = lock(queues);
    let queue = queues
        .entry(key)
        .or_insert_with(|| Arc::new(Queue::new(limit)));
    Arc::clone(queue)
}

/// A request in a queue, until it is dropped or gets its permit.
pub(super) enum Waiter<'a> {
    Local(LocalWaiter<'a>),
    Shared(SharedWaiter<'a>),
}

impl Waiter<'_> {
    /// Returns the permit for the request, if the limits allow it now. The caller sends the request at once, because it counts from now on.
    ///
    /// # Errors
    /// Returns the slot of the request, or an earlier time.
    pub(super) fn claim(&self) -> Result<Permit, Instant> {
        match self {
            Self::Local(waiter) => waiter.claim().map(Permit::Local),
            Self::Shared(waiter) => waiter
                .claim()
                .map(|permit| Permit::Shared(Box::new(permit))),
        }
    }

    /// Sleeps until the slot of the request, or until the slot moves.
    pub(super) async fn sleep_until(&self, slot: Instant) {
        match self {
            Self::Local(waiter) => waiter.sleep_until(slot).await,
            Self::Shared(waiter) => waiter.changed().await,
        }
    }
}

/// The permission to send a request, held until its response has arrived.
#[derive(Debug)]
pub(super) enum Permit {
    Local(LocalPermit),
    /// In a box, because a permit without a store is small.
    Shared(Box<SharedPermit>),
}

impl Permit {
    /// Completes the request. The headers of its response, if there is one, correct the limits.
    pub(super) fn complete(self, response: Option<&RawResponse>, runtime: &Runtime) {
        match self {
            Self::Local(permit) => permit.complete(response, runtime),
            Self::Shared(permit) => {
                let observation = response.map(|response| observe(response, runtime.system_time()));
                permit.complete(observation.unwrap_or_default(), runtime);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics in the middle of a change while it holds a lock.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
