//! Injected faults: the failure, the operation, and the calls.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::faker::SeededRng;
use super::http::response::{Delivery, JsonResponse};
use crate::testing::CannedResponse;

/// A failure of calls of an operation, by default of the next one.
///
/// A fault selects the calls that fail. To define the response of the next calls, use [`Simulator::on`](super::Simulator::on).
///
/// ```
/// use cisco_secure_access::simulator::Fault;
///
/// let second_is_limited = Fault::status(429).header("retry-after", "3").on_call(2);
/// let half_are_lost = Fault::reset().with_probability(0.5);
/// # drop((second_is_limited, half_are_lost));
/// ```
#[derive(Clone, Debug)]
#[must_use = "a fault does nothing until the simulator has it"]
pub struct Fault {
    kind: Kind,
    delay: Duration,
    when: When,
    /// The number of calls that it has received.
    seen: u64,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Only the delay.
    None,
    Respond(CannedResponse),
    Reset,
    LostResponse,
    Truncated,
    Slow,
    ExpiredToken,
}

#[derive(Clone, Copy, Debug)]
enum When {
    /// On a number of calls, from this one on (1 is the first).
    Calls {
        from: u64,
        count: u64,
    },
    Probability(f64),
}

/// The effect of a fault on a call.
#[derive(Debug)]
pub(super) enum Effect {
    /// This response is sent, and the call is not carried out.
    Respond(Response<Bytes>),
    /// The connection ends, and the call is not carried out.
    Reset,
    /// The token of the call has expired.
    ExpiredToken,
    /// The call is carried out, and its response does not arrive completely.
    After(Delivery),
}

impl Fault {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            delay: Duration::ZERO,
            when: When::Calls { from: 1, count: 1 },
            seen: 0,
        }
    }

    /// Creates a fault with a response of this status, with an error body in the most common schema. The call is not carried out.
    pub fn status(status: u16) -> Self {
        let error = JsonResponse::error(status, "An injected fault.");
        let response = CannedResponse::new(error.status.as_u16());
        Self::new(Kind::Respond(response.json(error.body.unwrap_or_default())))
    }

    /// Creates a fault that delays the call before it is carried out.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Kind::None).delayed(delay)
    }

    /// Creates a fault that resets the connection before a response. The call is not carried out.
    pub fn reset() -> Self {
        Self::new(Kind::Reset)
    }

    /// Creates a fault that resets the connection instead of a response. The call is carried out.
    pub fn lost_response() -> Self {
        Self::new(Kind::LostResponse)
    }

    /// Creates a fault that ends the connection in the middle of the response. The call is carried out.
    pub fn truncated() -> Self {
        Self::new(Kind::Truncated)
    }

    /// Creates a fault that sends the response in pieces over this time. The call is carried out.
    pub fn slow(duration: Duration) -> Self {
        Self::new(Kind::Slow).delayed(duration)
    }

    /// Creates a fault that expires the token of the call.
    pub fn expired_token() -> Self {
        Self::new(Kind::ExpiredToken)
    }

    /// Adds a header to the response of [`status`](Self::status).
    ///
    /// # Panics
    /// When the name or the value is not a valid HTTP header.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.with_response(|response| response.header(name, value))
    }

    /// Replaces the body of the response of [`status`](Self::status).
    pub fn body(self, body: Value) -> Self {
        self.with_response(|response| response.json(body))
    }

    fn with_response(mut self, change: impl FnOnce(CannedResponse) -> CannedResponse) -> Self {
        self.kind = match self.kind {
            Kind::Respond(response) => Kind::Respond(change(response)),
            other => other,
        };
        self
    }

    /// Adds a delay before the fault.
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Applies the fault only to this call (1 is the first), counted from when it was added.
    pub fn on_call(mut self, number: u64) -> Self {
        self.when = When::Calls {
            from: number,
            count: 1,
        };
        self
    }

    /// Applies the fault to this number of calls, starting with the next one.
    pub fn times(mut self, count: u64) -> Self {
        self.when = When::Calls { from: 1, count };
        self
    }

    /// Applies the fault to every call.
    pub fn always(self) -> Self {
        self.times(u64::MAX)
    }

    /// Applies the fault to each call with this probability, from 0 to 1. The seed determines the calls.
    pub fn with_probability(mut self, probability: f64) -> Self {
        self.when = When::Probability(probability);
        self
    }

    fn happens(&mut self, rng: SeededRng) -> bool {
        self.seen += 1;
        match self.when {
            When::Calls { from, count } => self.seen >= from && self.seen - from < count,
            When::Probability(probability) => rng.fork_at(self.seen).chance(probability),
        }
    }

    fn effect(&self) -> Option<Effect> {
        Some(match &self.kind {
            Kind::None => return None,
            Kind::Respond(response) => Effect::Respond(response.to_response()),
            Kind::Reset => Effect::Reset,
            Kind::LostResponse => Effect::After(Delivery::Never),
            Kind::Truncated => Effect::After(Delivery::Half),
            Kind::Slow => Effect::After(Delivery::Slow(self.delay)),
            Kind::ExpiredToken => Effect::ExpiredToken,
        })
    }

    /// Whether the delay comes before the call; that of a slow response is part of the response.
    fn pause(&self) -> Duration {
        match self.kind {
            Kind::Slow => Duration::ZERO,
            _ => self.delay,
        }
    }
}

/// The faults, each with its operation; `None` means every operation.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(Vec<(Option<String>, Fault)>);

impl Faults {
    pub(super) fn add(&mut self, operation: Option<String>, fault: Fault) {
        self.0.push((operation, fault));
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the total delay of all faults that apply to a call of this operation, and the effect of the first one that has an effect.
    pub(super) fn next(&mut self, operation: &str, rng: SeededRng) -> (Duration, Option<Effect>) {
        let (mut pause, mut effect) = (Duration::ZERO, None);
        for (index, (only, fault)) in self.0.iter_mut().enumerate() {
            let is_meant = only.as_ref().is_none_or(|only| only == operation);
            if is_meant && fault.happens(rng.fork("fault").fork_at(index as u64)) {
                pause += fault.pause();
                effect = effect.or_else(|| fault.effect());
            }
        }
        (pause, effect)
    }
}
