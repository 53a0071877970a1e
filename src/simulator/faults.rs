//! Faults on demand: what goes wrong, on which operation, and when.

use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::answer::Answer;
use super::dice::Dice;

/// Something that goes wrong on calls of an operation: on the next one, unless it says otherwise.
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
    Answer(Answer),
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
    /// This is answered, and nothing is done.
    Answer(Answer),
    /// The connection ends, and nothing is done.
    Reset,
    /// The token of the call is over.
    ExpiredToken,
    /// The call is done, and its answer does not arrive whole.
    After(Delivery),
}

/// How an answer is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Delivery {
    #[default]
    Whole,
    /// The connection ends instead.
    Never,
    /// The connection ends in the middle.
    Half,
    /// Piece by piece, over this time.
    Slow(Duration),
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

    /// An answer of this status, with an error body in the form that most operations document. The call is not carried out.
    pub fn status(status: u16) -> Self {
        Self::new(Kind::Answer(Answer::error(
            status,
            "A fault that was asked for.",
        )))
    }

    /// A pause before the call is carried out.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Kind::None).delayed(delay)
    }

    /// The connection is reset before anything is answered. The call is not carried out.
    pub fn reset() -> Self {
        Self::new(Kind::Reset)
    }

    /// The call is carried out, and the connection is reset instead of an answer.
    pub fn lost_response() -> Self {
        Self::new(Kind::LostResponse)
    }

    /// The call is carried out, and the connection ends in the middle of the answer.
    pub fn truncated() -> Self {
        Self::new(Kind::Truncated)
    }

    /// The call is carried out, and its answer comes in pieces over this time.
    pub fn slow(duration: Duration) -> Self {
        Self::new(Kind::Slow).delayed(duration)
    }

    /// The token of the call is over before its time.
    pub fn expired_token() -> Self {
        Self::new(Kind::ExpiredToken)
    }

    /// Adds a header to the answer of [`status`](Self::status). A name or value that is none of HTTP's is left out.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Kind::Answer(answer) = &mut self.kind
            && let (Ok(name), Ok(value)) =
                (name.parse::<HeaderName>(), HeaderValue::from_str(value))
        {
            answer.headers.insert(name, value);
        }
        self
    }

    /// The body of the answer of [`status`](Self::status), in place of an error.
    pub fn body(mut self, body: Value) -> Self {
        if let Kind::Answer(answer) = &mut self.kind {
            answer.body = Some(body);
        }
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

    fn happens(&mut self, dice: Dice) -> bool {
        self.seen += 1;
        match self.when {
            When::Calls { from, count } => self.seen >= from && self.seen - from < count,
            When::Probability(probability) => dice.at(self.seen).happens(probability),
        }
    }

    fn effect(&self) -> Option<Effect> {
        Some(match &self.kind {
            Kind::None => return None,
            Kind::Answer(answer) => Effect::Answer(answer.clone()),
            Kind::Reset => Effect::Reset,
            Kind::LostResponse => Effect::After(Delivery::Never),
            Kind::Truncated => Effect::After(Delivery::Half),
            Kind::Slow => Effect::After(Delivery::Slow(self.delay)),
            Kind::ExpiredToken => Effect::ExpiredToken,
        })
    }

    /// Whether the pause comes before the call; that of a slow answer comes within it.
    fn pause(&self) -> Duration {
        match self.kind {
            Kind::Slow => Duration::ZERO,
            _ => self.delay,
        }
    }
}

/// The faults that are asked for, each with its operation; `None` is every operation.
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
    pub(super) fn next(&mut self, operation: &str, dice: Dice) -> (Duration, Option<Effect>) {
        let (mut pause, mut effect) = (Duration::ZERO, None);
        for (index, (only, fault)) in self.0.iter_mut().enumerate() {
            let is_meant = only.as_ref().is_none_or(|only| only == operation);
            if is_meant && fault.happens(dice.of("fault").at(index as u64)) {
                pause += fault.pause();
                effect = effect.or_else(|| fault.effect());
            }
        }
        (pause, effect)
    }
}
