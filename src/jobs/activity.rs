//! Exports the activity of a time range, for any number of events. Each request covers a part of the range that fits into one response.
//!
//! The service limits the number of events in a response, and the offset. An export needs neither a total nor an offset: a full response is
//! complete for a part of its range, and the remaining range is requested again.
//!
//! ```
//! # use cisco_secure_access::simulator::Simulator;
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let simulator = Simulator::builder().start().await?;
//! # let client = simulator.client()?;
//! use cisco_secure_access::api::reports::types::Verdict;
//! use cisco_secure_access::jobs::activity::export;
//! use chrono::{TimeDelta, TimeZone, Utc};
//! use futures_util::TryStreamExt;
//!
//! let day = Utc.with_ymd_and_hms(2026, 1, 14, 0, 0, 0).unwrap();
//! let reports = client.reports();
//! let mut events = export(day..day + TimeDelta::days(1), move |from, to, limit| {
//!     reports.list_dns_activity().from(from).to(to).limit(limit).verdict([Verdict::Blocked]).send()
//! });
//! while let Some(event) = events.try_next().await? {
//!     println!("{:?} {:?}", event.timestamp, event.domain);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Order and borders
//!
//! Events are returned newest first, each once. The range includes `from` and excludes `to`, for any behavior of the service at the
//! borders. Events of the same millisecond have the order of the service. A range that ends now is not complete, because events reach the
//! reports late.
//!
//! # Costs
//!
//! An export takes one request for each [`limit`](Export::limit) events, and one or two more, if the service sends the newest events first.
//! The order is not documented. If responses have another order, ranges are bisected until a response is not full, which takes three or
//! four times as many requests.
//!
//! With [`prefetch`](Export::prefetch), the service collects the next events while the last ones are decoded and processed.
//!
//! # Resuming
//!
//! [`Export::rest`] returns the part of the range that was not exported yet. Store it, and export it the next time.

mod oldest;

use std::cmp::Reverse;
use std::fmt;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use chrono::{DateTime, Utc};
use futures_util::Stream;
use futures_util::stream::FusedStream;
use http::StatusCode;

use self::oldest::oldest_time;
use crate::api::reports::types::{
    Activity, AmpRetrospectiveActivity, DecryptionActivity, DnsActivity, FirewallActivity,
    IntrusionActivity, ListActivityResponse, ListAmpRetrospectiveActivityResponse,
    ListDecryptionActivityResponse, ListDnsActivityResponse, ListFirewallActivityResponse,
    ListIntrusionActivityResponse, ListProxyActivityResponse, ListRemoteAccessEventsResponse,
    ListRuleActivityResponse, ListZtnaActivityResponse, ProxyActivity, RemoteAccessEvent,
    RuleActivity, ZtnaActivity,
};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;
use crate::pagination::{BufferedStream, Fetch};
use crate::request::{Decoder, ResponseFuture};
use crate::response::{RawResponse, Response};
use crate::time::ReportingTime;

/// The default limit of events in a response, which is the limit in the examples of the documents.
const LIMIT: usize = 1000;

/// A response that lists events.
pub trait EventPage: Send + Unpin + 'static {
    /// The type of the events.
    type Event: Send + Unpin;

    /// The resolution of the times of events, in milliseconds.
    const PRECISION: i64;

    /// Returns the events of the response.
    fn into_events(self) -> Vec<Self::Event>;

    /// Returns the time of an event; `None` if it has none.
    fn time(event: &Self::Event) -> Option<DateTime<Utc>>;
}

/// Requests a part of the range.
type RequestPart<P> =
    Box<dyn Fn(ReportingTime, ReportingTime, i64) -> ResponseFuture<Response<P>> + Send + 'static>;

/// Exports the events of a time range. `request` sends the request for a part of it, with the filters of the program. See the
/// [module](self).
///
/// You can export from every operation that lists activity, and from the operation that lists remote access events, which accepts no more
/// than 30 days at once. For an operation with an offset, the offset is 0.
pub fn export<P: EventPage>(
    range: Range<DateTime<Utc>>,
    request: impl Fn(ReportingTime, ReportingTime, i64) -> ResponseFuture<Response<P>> + Send + 'static,
) -> Export<P> {
    let step = |time: i64| time - time.rem_euclid(P::PRECISION);
    let from = step(range.start.timestamp_millis());
    Export {
        request_part: Box::new(request),
        limit: LIMIT,
        from,
        part: Part {
            start: from,
            end: step(range.end.timestamp_millis() + P::PRECISION - 1),
        },
        ready: Vec::new().into_iter(),
        prefetches: false,
        forecasts: true,
        receiving: None,
        decoding: None,
        oldest: None,
        is_terminated: false,
    }
}

/// A stream of the events of a time range, newest first, which are requested when the stream is polled.
///
/// After a [retryable error](Error::is_retryable), the next poll repeats the request. Any other error ends the stream. In both cases,
/// [`rest`](Self::rest) returns the range from which you can resume.
#[must_use = "streams do nothing unless polled"]
pub struct Export<P: EventPage> {
    request_part: RequestPart<P>,
    limit: usize,
    /// The start of the range, in epoch milliseconds like all times here.
    from: i64,
    /// The requested part: later events were received.
    part: Part,
    /// The remaining events of the response, newest first.
    ready: vec::IntoIter<P::Event>,
    prefetches: bool,
    /// Whether a part is requested before the response that determines it is decoded: until such a part is wrong.
    forecasts: bool,
    /// The request for the part, or for the forecast of the next part while the part is decoded.
    receiving: Option<Receiving<P>>,
    /// The decoding of the response for the part.
    decoding: Option<Fetch<Response<P>>>,
    /// The time of the oldest event in that response, until it is used.
    oldest: Option<i64>,
    is_terminated: bool,
}

/// A part of the range.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Part {
    start: i64,
    end: i64,
}

/// The request for a part.
struct Receiving<P> {
    part: Part,
    fetch: Fetch<RawResponse>,
    decoder: Decoder<Response<P>>,
}

impl<P: EventPage> Export<P> {
    /// Sets the maximum number of events in a response; 0 counts as 1. (1,000)
    ///
    /// The maximum that the service accepts is not documented.
    pub fn limit(mut self, events: usize) -> Self {
        self.limit = events.max(1);
        // A prefetched response would be compared with another limit than it was requested with.
        self.receiving = None;
        self.decoding = None;
        self
    }

    /// Requests the next part while the program processes the events of the last response, so that neither waits for the other. (off)
    ///
    /// A part depends on the response before it, so no more than one is requested in advance. It is received in its own task, if there is a
    /// Tokio runtime, and its events are in memory with those of the last response. If the program waits for a response, the next part is
    /// requested when that arrives, before it is decoded.
    pub fn prefetch(mut self) -> Self {
        self.prefetches = true;
        self
    }

    /// Returns the part of the range whose events were not returned yet. To resume, export it.
    ///
    /// Between two events of the same millisecond, the rest includes that millisecond, so the first events would be returned again. A
    /// program that appends to a file must remove the last millisecond from the file, and resume at the end of that millisecond.
    #[must_use]
    pub fn rest(&self) -> Range<DateTime<Utc>> {
        // All of these are given times, or between given times.
        let date = |time| DateTime::from_timestamp_millis(time).unwrap_or_default();
        let next = self.ready.as_slice().first().and_then(milliseconds::<P>);
        let end = next.map_or(self.part.end, |time| time + P::PRECISION);
        date(self.from)..date(end)
    }

    /// Requests the part, unless it is in flight.
    fn start_fetch(&mut self) {
        if self.receiving.is_none() && self.decoding.is_none() && !self.is_terminated {
            self.receive(self.part);
        }
    }

    fn receive(&mut self, part: Part) {
        if part.end <= self.from {
            return;
        }
        // Only later events count, because events at the start may be incomplete.
        let from = ReportingTime::from(part.start - 1);
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        let response = (self.request_part)(from, ReportingTime::from(part.end), limit);
        let (received, decoder) = response.split();
        self.receiving = Some(Receiving {
            part,
            fetch: self.fetch(received),
            decoder,
        });
    }

    /// Starts a stage of a request, in its own task if parts are prefetched.
    fn fetch<T: Send + 'static>(&self, response: ResponseFuture<T>) -> Fetch<T> {
        match self.prefetches {
            true => Fetch::spawned(response),
            false => Fetch::inline(response),
        }
    }

    /// Starts to decode the response for the part when it has arrived.
    fn poll_arrival(&mut self, context: &mut Context<'_>) {
        if self.decoding.is_some() {
            return;
        }
        let arrived = self
            .receiving
            .take_if(|receiving| receiving.fetch.poll(context).is_ready());
        let Some(Receiving { fetch, decoder, .. }) = arrived else {
            return;
        };
        let Some(received) = fetch.into_result() else {
            return;
        };
        let response = received.as_ref().ok().filter(|_| self.prefetches);
        self.oldest = response.and_then(|response| oldest_time(response.body()));
        // Tasks run in the order in which they start: the request is sent before the decoding takes the thread.
        self.start_forecast();
        self.decoding = Some(self.fetch(decoder.decode(received)));
    }

    /// Requests the next part, if the program waits for a response that has arrived and is not decoded yet.
    fn start_forecast(&mut self) {
        if self.forecasts
            && self.receiving.is_none()
            && self.ready.as_slice().is_empty()
            && let Some(oldest) = self.oldest.take()
            && (self.part.start..self.part.end).contains(&oldest)
        {
            self.receive(self.part_before(oldest + P::PRECISION));
        }
    }

    /// Returns the part to request after the events since `complete`.
    fn part_before(&self, complete: i64) -> Part {
        let length = self.part.end - self.part.start;
        Part {
            start: complete.saturating_sub(2 * length).max(self.from),
            end: complete,
        }
    }

    /// Returns the part of the range for which a response is complete, and sets the next part.
    fn take(&mut self, response: Response<P>, operation: &'static Operation) -> Result<()> {
        if response.status() == StatusCode::MULTI_STATUS {
            let why = "the response is partial: it lacks some kinds of events";
            return Err(Error::partial(operation, response.status(), why));
        }
        let mut events = response.into_inner().into_events();
        let is_full = events.len() >= self.limit;
        if events
            .iter()
            .any(|event| milliseconds::<P>(event).is_none())
        {
            return Err(Error::of(
                ErrorKind::Decode,
                operation,
                "an event has no time",
            ));
        }
        let is_in = |from: i64, event: &P::Event| {
            milliseconds::<P>(event).is_some_and(|time| (from..self.part.end).contains(&time))
        };
        events.retain(|event| is_in(self.part.start, event));
        let is_newest_first = events.is_sorted_by_key(|event| Reverse(milliseconds::<P>(event)));
        if !is_newest_first {
            events.sort_by_cached_key(|event| Reverse(milliseconds::<P>(event)));
        }
        let newest = events.first().and_then(milliseconds::<P>);
        let oldest = events.last().and_then(milliseconds::<P>);
        // A response may be shorter than requested. In order, it has all events that are newer than its oldest event.
        let complete = match oldest.filter(|_| is_newest_first && oldest < newest) {
            Some(oldest) => oldest + P::PRECISION,
            None if !is_full => self.part.start,
            None => return self.bisect(operation),
        };
        events.retain(|event| is_in(complete, event));
        self.ready = events.into_iter();
        self.part = self.part_before(complete);
        Ok(())
    }

    /// Requests the later half of the part next, because the response is not certainly complete for any part of it.
    fn bisect(&mut self, operation: &'static Operation) -> Result<()> {
        let steps = (self.part.end - self.part.start) / P::PRECISION;
        if steps == 1 {
            let why = format!(
                "there are at least {} events in the {} ms before {}, which is more than the limit of a response",
                self.limit,
                P::PRECISION,
                self.rest().end
            );
            return Err(Error::of(ErrorKind::Ambiguous, operation, why));
        }
        self.part.start = self.part.end - steps / 2 * P::PRECISION;
        Ok(())
    }
}

/// Returns the time of an event in epoch milliseconds.
fn milliseconds<P: EventPage>(event: &P::Event) -> Option<i64> {
    P::time(event).map(|time| time.timestamp_millis())
}

impl<P: EventPage> BufferedStream for Export<P> {
    fn take_ready(&mut self) -> Option<Self::Item> {
        self.ready.next().map(Ok)
    }
}

impl<P: EventPage> Stream for Export<P> {
    type Item = Result<P::Event>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let waits = this.ready.as_slice().is_empty();
            if waits || this.prefetches {
                this.start_fetch();
                this.poll_arrival(context);
            }
            if let Some(event) = this.take_ready() {
                return Poll::Ready(Some(event));
            }
            this.start_forecast();
            let Some(fetch) = &mut this.decoding else {
                return match this.receiving {
                    Some(_) => Poll::Pending,
                    None => Poll::Ready(None),
                };
            };
            ready!(fetch.poll(context));
            let operation = fetch.operation();
            let Some(response) = this.decoding.take().and_then(Fetch::into_result) else {
                return Poll::Ready(None);
            };
            if let Err(error) = response.and_then(|response| this.take(response, operation)) {
                this.receiving = None;
                this.is_terminated = !error.is_retryable();
                return Poll::Ready(Some(Err(error)));
            }
            let is_wrong = |receiving: &mut Receiving<P>| receiving.part != this.part;
            if this.receiving.take_if(is_wrong).is_some() {
                this.forecasts = false;
            }
        }
    }
}

impl<P: EventPage> FusedStream for Export<P> {
    fn is_terminated(&self) -> bool {
        self.ready.as_slice().is_empty() && (self.is_terminated || self.part.end <= self.from)
    }
}

impl<P: EventPage> fmt::Debug for Export<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export")
            .field("rest", &self.rest())
            .finish_non_exhaustive()
    }
}

/// Responses that list events, the types of the events, and the resolution of their times in milliseconds.
macro_rules! event_pages {
    ($($response:ident: $event:ident, $precision:literal;)+) => {
        $(
            impl EventPage for $response {
                type Event = $event;

                const PRECISION: i64 = $precision;

                fn into_events(self) -> Vec<$event> {
                    self.data
                }

                fn time(event: &$event) -> Option<DateTime<Utc>> {
                    event.timestamp
                }
            }
        )+
    };
}

event_pages! {
    ListAmpRetrospectiveActivityResponse: AmpRetrospectiveActivity, 1000;
    ListDecryptionActivityResponse: DecryptionActivity, 1;
    ListDnsActivityResponse: DnsActivity, 1;
    ListFirewallActivityResponse: FirewallActivity, 1;
    ListIntrusionActivityResponse: IntrusionActivity, 1;
    ListProxyActivityResponse: ProxyActivity, 1;
    ListRemoteAccessEventsResponse: RemoteAccessEvent, 1000;
    ListRuleActivityResponse: RuleActivity, 1;
    ListZtnaActivityResponse: ZtnaActivity, 1;
}

impl EventPage for ListActivityResponse {
    type Event = Activity;

    const PRECISION: i64 = 1;

    fn into_events(self) -> Vec<Activity> {
        self.data
    }

    fn time(event: &Activity) -> Option<DateTime<Utc>> {
        match event {
            Activity::Dns(event) => event.timestamp,
            Activity::Firewall(event) => event.timestamp,
            Activity::Intrusion(event) => event.timestamp,
            Activity::Proxy(event) => event.timestamp,
            Activity::Ztna(event) => event.timestamp,
            Activity::Decryption(event) => event.timestamp,
            Activity::Unknown(event) => {
                let milliseconds = event.get("timestamp")?.as_i64()?;
                DateTime::from_timestamp_millis(milliseconds)
            }
        }
    }
}
