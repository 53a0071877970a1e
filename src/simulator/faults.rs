//! Faults on demand: what goes wrong, on which operation, and when.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::faker::SeededRng;
use super::http::response::{Delivery, JsonResponse};
use crate::testing::CannedResponse;

/// A failure of calls of an operation: of the next one, unless it says otherwise.
///
/// A fault says on which calls something fails; where the response matters and not the call, use [`Simulator::on`](super::Simulator::on).
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
    /// How many calls it has seen.
    seen: u64,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Nothing but the delay.
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
    /// On calls from this one on, from 1, so many.
    Calls {
        from: u64,
        count: u64,
    },
    Probability(f64),
}

/// What a fault does to a call.
#[derive(Debug)]
pub(super) enum Effect {
    /// This is the response, and nothing is done.
    Respond(Response<Bytes>),
    /// The connection ends, and nothing is done.
    Reset,
    /// The token of the call is over.
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

    /// A response of this status, with an error body in the shape that most operations document. The call is not carried out.
    pub fn status(status: u16) -> Self {
        let error = JsonResponse::error(status, "A fault that was requested.");
        let response = CannedResponse::new(error.status.as_u16());
        Self::new(Kind::Respond(response.json(error.body.unwrap_or_default())))
    }

    /// A pause before the call is carried out.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Kind::None).delayed(delay)
    }

    /// The connection is reset before a response. The call is not carried out.
    pub fn reset() -> Self {
        Self::new(Kind::Reset)
    }

    /// The call is carried out, and the connection is reset instead of a response.
    pub fn lost_response() -> Self {
        Self::new(Kind::LostResponse)
    }

    /// The call is carried out, and the connection ends in the middle of the response.
    pub fn truncated() -> Self {
        Self::new(Kind::Truncated)
    }

    /// The call is carried out, and its response comes in pieces over this time.
    pub fn slow(duration: Duration) -> Self {
        Self::new(Kind::Slow).delayed(duration)
    }

    /// The token of the call is over before its time.
    pub fn expired_token() -> Self {
        Self::new(Kind::ExpiredToken)
    }

    /// Adds a header to the response of [`status`](Self::status).
    ///
    /// # Panics
    /// When name or value is none of HTTP's.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.with_response(|response| response.header(name, value))
    }

    /// The body of the response of [`status`](Self::status), in place of an error.
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

    /// A pause before it happens.
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Only on this call, from 1, counted from when the simulator got the fault.
    pub fn on_call(mut self, number: u64) -> Self {
        self.when = When::Calls {
            from: number,
            count: 1,
        };
        self
    }

    /// On so many calls, the next one first.
    pub fn times(mut self, count: u64) -> Self {
        self.when = When::Calls { from: 1, count };
        self
    }

    /// On every call.
    pub fn always(self) -> Self {
        self.times(u64::MAX)
    }

    /// On each call with this probability, from 0 to 1. Which calls these are follows from the seed.
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

    /// Whether the pause comes before the call; that of a slow response comes within it.
    fn pause(&self) -> Duration {
        match self.kind {
            Kind::Slow => Duration::ZERO,
            _ => self.delay,
        }
    }
}

/// The faults, each with its operation; `None` is every operation.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(Vec<(Option<String>, Fault)>);

impl Faults {
    pub(super) fn add(&mut self, operation: Option<String>, fault: Fault) {
        self.0.push((operation, fault));
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What happens to a call of this operation: the pauses of all faults that meet it, and the effect of the first that has one.
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
