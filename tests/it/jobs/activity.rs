//! Exports of activity, from services with all behaviors that the documents leave open.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use cisco_secure_access::api::reports::types::{ListDnsActivityResponse, Verdict};
use cisco_secure_access::jobs::activity::{Export, export};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Credentials, ErrorKind, Result, StatusCode, service_fn};
use futures_util::stream::FusedStream as _;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use crate::scripted::{Scripted, ScriptedResponse};
use crate::simulator::hurried;

/// Undocumented behavior of the service.
#[derive(Clone, Copy, Debug)]
struct Habits {
    order: Order,
    /// Whether the borders of a range belong to it.
    from_counts: bool,
    to_counts: bool,
    /// The maximum number of events in a response, for any requested limit.
    most: usize,
}

#[derive(Clone, Copy, Debug)]
enum Order {
    NewestFirst,
    OldestFirst,
    /// Random order.
    Mixed,
}

const USUAL: Habits = Habits {
    order: Order::NewestFirst,
    from_counts: false,
    to_counts: false,
    most: usize::MAX,
};

/// Deterministic random numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % bound
    }
}

/// A log of this number of events within this number of milliseconds: the number of an event is its domain.
fn log(count: usize, milliseconds: u64) -> Vec<(i64, String)> {
    let mut dice = Dice(count as u64 + milliseconds);
    let time = |dice: &mut Dice| i64::try_from(dice.below(milliseconds)).unwrap();
    (0..count)
        .map(|number| (time(&mut dice), number.to_string()))
        .collect()
}

/// The responses to the queries of a service with this log, whose timestamps have this resolution in milliseconds.
fn responses(
    log: &[(i64, String)],
    habits: Habits,
    precision: i64,
) -> impl Fn(&str) -> String + Send + Sync + 'static {
    let mut log = log.to_vec();
    match habits.order {
        Order::NewestFirst => log.sort_by_key(|(time, _)| -time),
        Order::OldestFirst => log.sort_by_key(|(time, _)| *time),
        Order::Mixed => {}
    }
    move |query| {
        let number = |name: &str| -> i64 {
            let mut query = url::form_urlencoded::parse(query.as_bytes());
            query
                .find(|(known, _)| known == name)
                .unwrap()
                .1
                .parse()
                .unwrap()
        };
        let (from, to) = (number("from"), number("to"));
        let limit = usize::try_from(number("limit")).unwrap().min(habits.most);
        let is_in = |time: i64| {
            (from < time || habits.from_counts && from == time)
                && (time < to || habits.to_counts && time == to)
        };
        let rows: Vec<Value> = log
            .iter()
            .filter(|(time, _)| is_in(*time))
            .take(limit)
            .map(|(time, name)| json!({"timestamp": time / precision, "domain": name, "hostname": name}))
            .collect();
        json!({"data": rows, "meta": {}}).to_string()
    }
}

/// A server with this log.
async fn service(log: &[(i64, String)], habits: Habits, precision: i64) -> Scripted {
    let response = responses(log, habits, precision);
    Scripted::by(move |request| {
        let target = request.split(' ').nth(1).unwrap();
        let query = target.split_once('?').unwrap().1;
        ScriptedResponse::json(200, &response(query))
    })
    .await
}

fn moment(milliseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(milliseconds).unwrap()
}

fn range(milliseconds: Range<i64>) -> Range<DateTime<Utc>> {
    moment(milliseconds.start)..moment(milliseconds.end)
}

fn dns(client: &Client, range: Range<DateTime<Utc>>) -> Export<ListDnsActivityResponse> {
    let reports = client.reports();
    export(range, move |from, to, limit| {
        reports
            .list_dns_activity()
            .from(from)
            .to(to)
            .limit(limit)
            .send()
    })
}

/// Collects the times and numbers of all events of an export, and checks that the newest come first.
async fn exported(events: Export<ListDnsActivityResponse>) -> Result<Vec<(i64, String)>> {
    let events = events.map_ok(|event| {
        (
            event.timestamp.unwrap().timestamp_millis(),
            event.domain.unwrap(),
        )
    });
    let events: Vec<_> = events.try_collect().await?;
    assert!(events.is_sorted_by_key(|(time, _)| -time), "newest first");
    Ok(events)
}

/// Sorts the events, independently of the service.
fn sorted(mut events: Vec<(i64, String)>) -> Vec<(i64, String)> {
    events.sort();
    events
}

/// The events of a log within a range, sorted.
fn within(log: &[(i64, String)], range: Range<i64>) -> Vec<(i64, String)> {
    let is_in = |(time, _): &&(i64, String)| range.contains(time);
    sorted(log.iter().filter(is_in).cloned().collect())
}

#[tokio::test]
async fn no_event_is_lost_or_duplicated() -> Result<()> {
    for order in [Order::NewestFirst, Order::OldestFirst, Order::Mixed] {
        for (from_counts, to_counts) in [(false, false), (true, true)] {
            // From many events in each millisecond to many milliseconds without an event.
            for (count, milliseconds) in [(1, 10), (120, 24), (120, 3000)] {
                let habits = Habits {
                    order,
                    from_counts,
                    to_counts,
                    ..USUAL
                };
                let log = log(count, milliseconds);
                let server = service(&log, habits, 1).await;
                for requested in [0..3000, 3..21, 17..18] {
                    let events = dns(&server.client(), range(requested.clone())).limit(25);
                    let what = format!("{habits:?}, {count} in {milliseconds} ms, {requested:?}");
                    assert_eq!(
                        sorted(exported(events).await?),
                        within(&log, requested),
                        "{what}"
                    );
                }
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn it_sends_a_request_for_each_full_response() -> Result<()> {
    let log: Vec<_> = (0..10_000)
        .map(|time| (time * 10, time.to_string()))
        .collect();
    for (order, calls) in [(Order::NewestFirst, 12), (Order::Mixed, 34)] {
        let server = service(&log, Habits { order, ..USUAL }, 1).await;
        let events = exported(dns(&server.client(), range(0..100_000))).await?;
        assert_eq!(events.len(), 10_000);
        assert_eq!(server.calls().len(), calls, "{order:?}");
    }
    let server = service(&log, Habits { most: 300, ..USUAL }, 1).await;
    let events = exported(dns(&server.client(), range(0..100_000))).await?;
    assert_eq!(events.len(), 10_000, "though no response is full");
    Ok(())
}

#[tokio::test]
async fn an_export_resumes_from_the_rest_of_another() -> Result<()> {
    let log = log(60, 20);
    let server = service(&log, USUAL, 1).await;
    let client = server.client();
    for stop in 0..=60 {
        let mut events = dns(&client, range(0..20)).limit(12);
        let mut file = Vec::new();
        while file.len() < stop {
            let event = events.try_next().await?.unwrap();
            file.push((
                event.timestamp.unwrap().timestamp_millis(),
                event.domain.unwrap(),
            ));
        }
        let rest = events.rest();
        // Repeated events are dropped: those of the last millisecond, if it was not complete.
        file.retain(|(time, _)| moment(*time) >= rest.end);
        file.extend(exported(dns(&client, rest).limit(12)).await?);
        assert_eq!(sorted(file), within(&log, 0..20), "stopped at {stop}");
    }
    let mut events = dns(&client, range(0..20));
    while events.try_next().await?.is_some() {}
    assert!(events.rest().is_empty());
    Ok(())
}

#[tokio::test]
async fn the_next_part_is_prefetched_while_the_program_processes_events() -> Result<()> {
    let log: Vec<_> = (0..100).map(|time| (time, time.to_string())).collect();
    let server = service(&log, USUAL, 1).await;
    let mut events = dns(&server.client(), range(0..100)).limit(10).prefetch();
    for part in 1..=9 {
        // The next request arrives although the stream is not polled; otherwise the test does not end.
        for _ in 0..9 {
            assert!(events.try_next().await?.is_some());
        }
        while server.calls().len() <= part {
            tokio::task::yield_now().await;
        }
        assert_eq!(server.calls().len(), part + 1, "one part in advance");
    }
    Ok(())
}

#[tokio::test]
async fn prefetch_sends_the_same_requests() -> Result<()> {
    for (count, milliseconds) in [(1, 10), (300, 600), (300, 9000)] {
        let log = log(count, milliseconds);
        for (from_counts, to_counts) in [(false, false), (true, true)] {
            for order in [Order::NewestFirst, Order::OldestFirst] {
                let habits = Habits {
                    order,
                    from_counts,
                    to_counts,
                    ..USUAL
                };
                let server = service(&log, habits, 1).await;
                let events = || dns(&server.client(), range(0..9000)).limit(20);
                let plain = exported(events()).await?;
                let calls = server.calls().len();
                assert_eq!(exported(events().prefetch()).await?, plain);
                let prefetched = server.calls().split_off(calls);
                let targets = |calls: &[String]| -> Vec<String> {
                    let target = |call: &String| call.split(' ').nth(1).unwrap().to_owned();
                    calls.iter().map(target).collect()
                };
                assert_eq!(
                    targets(&prefetched),
                    targets(&server.calls()[..calls]),
                    "{habits:?}, {count} in {milliseconds} ms"
                );
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_part_that_was_requested_too_early_is_requested_again_once() -> Result<()> {
    // The last event of a response is older than the first, but not the oldest.
    let log: Vec<_> = (0..400).map(|time| (time, time.to_string())).collect();
    let newest_first: Vec<_> = log.iter().rev().cloned().collect();
    let mixed: Vec<_> = newest_first
        .chunks(10)
        .flat_map(|events| [&events[..1], &events[6..], &events[1..6]].concat())
        .collect();
    let habits = Habits {
        order: Order::Mixed,
        ..USUAL
    };
    let response = Arc::new(responses(&mixed, habits, 1));
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    // In this process, so that each request counts, also one that is dropped.
    let service = service_fn(move |request| {
        let (response, count) = (Arc::clone(&response), Arc::clone(&count));
        async move {
            let Some(query) = request.uri().query() else {
                let token = json!({"access_token": "t", "expires_in": 3600});
                return Ok(http::Response::new(token.to_string()));
            };
            count.fetch_add(1, Ordering::SeqCst);
            Ok(http::Response::new(response(query)))
        }
    });
    let credentials = Credentials::new("key", "secret");
    let client = Client::builder()
        .credentials(credentials)
        .http_service(service)
        .build()?;
    let events = || dns(&client, range(0..400)).limit(10);
    let plain = exported(events()).await?;
    let needed = calls.swap(0, Ordering::SeqCst);
    assert_eq!(exported(events().prefetch()).await?, plain);
    assert_eq!(sorted(plain), sorted(log));
    assert_eq!(calls.load(Ordering::SeqCst), needed + 1);
    Ok(())
}

#[tokio::test]
async fn another_limit_applies_to_what_is_prefetched() -> Result<()> {
    let log: Vec<_> = (0..40).map(|time| (time, time.to_string())).collect();
    let habits = Habits {
        order: Order::OldestFirst,
        ..USUAL
    };
    let server = service(&log, habits, 1).await;
    let mut events = dns(&server.client(), range(0..40)).limit(15).prefetch();
    let mut count = 0;
    while let Some(_event) = events.try_next().await? {
        count += 1;
        // The response in flight has 15 events at most, and lacks others.
        events = events.limit(15 + count);
    }
    assert_eq!(count, 40);
    Ok(())
}

#[tokio::test]
async fn a_prefetched_export_has_the_same_events_and_the_same_rest() -> Result<()> {
    let log = log(60, 20);
    for order in [Order::NewestFirst, Order::OldestFirst, Order::Mixed] {
        let server = service(&log, Habits { order, ..USUAL }, 1).await;
        let client = server.client();
        let mut plain = dns(&client, range(0..20)).limit(12);
        let mut prefetched = dns(&client, range(0..20)).limit(12).prefetch();
        while let Some(event) = plain.try_next().await? {
            let other = prefetched.try_next().await?;
            assert_eq!(other.map(|other| other.domain), Some(event.domain));
            assert_eq!(prefetched.rest(), plain.rest());
        }
        assert!(prefetched.try_next().await?.is_none() && prefetched.is_terminated());
    }
    Ok(())
}

#[tokio::test]
async fn an_error_does_not_advance_the_export() -> Result<()> {
    let row = |time: i64| json!({"timestamp": time, "domain": time.to_string()});
    let response = |status, rows: Vec<Value>| {
        ScriptedResponse::json(status, &json!({"data": rows}).to_string())
    };
    let responses = [
        response(200, vec![row(9), row(8)]),
        response(503, vec![]),
        response(418, vec![]),
        response(207, vec![row(8)]),
        response(200, vec![json!({"domain": "when?"})]),
        response(200, vec![row(8), row(7)]),
    ];
    for prefetches in [false, true] {
        let server = Scripted::responding(responses.clone(), response(200, vec![])).await;
        let client = server.client();
        let mut times = Vec::new();
        let mut errors = Vec::new();
        let mut rest = range(0..10);
        while !rest.is_empty() {
            let mut events = dns(&client, rest).limit(2);
            if prefetches {
                events = events.prefetch();
            }
            while let Some(event) = events.next().await {
                match event {
                    Ok(event) => times.push(event.timestamp.unwrap().timestamp_millis()),
                    Err(error) => {
                        // A retryable error does not end the export.
                        assert_eq!(
                            events.is_terminated(),
                            error.status() != Some(StatusCode::SERVICE_UNAVAILABLE)
                        );
                        errors.push((error.kind(), error.status().map(|status| status.as_u16())));
                    }
                }
            }
            assert!(events.is_terminated() && events.next().await.is_none());
            rest = events.rest();
        }
        assert_eq!(times, [9, 8]);
        assert_eq!(
            errors,
            [
                (ErrorKind::Service, Some(503)),
                (ErrorKind::Service, Some(418)),
                (ErrorKind::Partial, Some(207)),
                (ErrorKind::Decode, None)
            ]
        );
    }
    Ok(())
}

#[tokio::test]
async fn more_simultaneous_events_than_the_limit_are_an_error() -> Result<()> {
    for count in [24, 25, 26] {
        let many = (0..count).map(|number| (500, number.to_string()));
        let mut log = vec![(499, "before".to_owned())];
        log.extend(many.chain([(501, "after".to_owned())]));
        for order in [Order::NewestFirst, Order::OldestFirst, Order::Mixed] {
            let server = service(&log, Habits { order, ..USUAL }, 1).await;
            let events = dns(&server.client(), range(0..100_000)).limit(25);
            let result = exported(events).await;
            if count < 25 {
                assert_eq!(sorted(result?), within(&log, 0..1000), "{order:?}");
                continue;
            }
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error}");
            let expected =
                "there are at least 25 events in the 1 ms before 1970-01-01 00:00:00.501 UTC";
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn times_may_have_a_resolution_of_seconds() -> Result<()> {
    let log = log(100, 20_000);
    for order in [Order::NewestFirst, Order::OldestFirst, Order::Mixed] {
        let server = service(&log, Habits { order, ..USUAL }, 1000).await;
        let reports = server.client().reports();
        let events = export(range(4300..15_700), move |from, to, limit| {
            reports
                .list_amp_retrospective_activity()
                .from(from)
                .to(to)
                .limit(limit)
                .send()
        });
        let events: Vec<_> = events.limit(30).try_collect().await?;
        let found = events.into_iter();
        let found = found.map(|event| {
            (
                event.timestamp.unwrap().timestamp_millis(),
                event.hostname.unwrap(),
            )
        });
        let expected = within(&log, 4000..16_000).into_iter();
        let expected = expected
            .map(|(time, name)| (time / 1000 * 1000, name))
            .collect();
        assert_eq!(sorted(found.collect()), sorted(expected), "whole seconds");
    }
    Ok(())
}

#[tokio::test]
async fn an_export_equals_a_listing() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);
    let day = "2026-01-14T00:00:00Z".parse::<DateTime<Utc>>().unwrap();
    let day = day..day + TimeDelta::days(1);
    let listed = client
        .reports()
        .list_activity()
        .from(day.start)
        .to(day.end)
        .limit(100);
    let listed: Vec<_> = listed.items().try_collect().await?;
    assert!(listed.len() > 200);

    let reports = client.reports();
    let all = export(day.clone(), move |from, to, limit| {
        reports
            .list_activity()
            .from(from)
            .to(to)
            .limit(limit)
            .send()
    });
    let all: Vec<_> = all.limit(40).try_collect().await?;
    assert_eq!(all, listed);

    let reports = client.reports();
    let blocked = export(day, move |from, to, limit| {
        let request = reports.list_proxy_activity().from(from).to(to).limit(limit);
        request.verdict([Verdict::Blocked]).send()
    });
    let blocked: Vec<_> = blocked.limit(10).try_collect().await?;
    assert!(blocked.len() > 10);
    Ok(())
}
