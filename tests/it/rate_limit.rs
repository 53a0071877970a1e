//! Calls that are delayed instead of rejected, against a server that counts them, with a clock that advances only when a client waits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cisco_secure_access::api::deployments::operations::{LIST_REGIONS, LIST_SITES};
use cisco_secure_access::{
    Client, Credentials, ErrorKind, PausedClock, RateLimiting, Result, RetryPolicy, service_fn,
};
use futures_util::future::{join_all, try_join_all};
use http::Response;

use crate::clock::paused_clock;
use crate::scripted::{Scripted, ScriptedResponse};

/// The limits of most operations: requests and seconds.
const WINDOWS: [(usize, u64); 3] = [(5, 1), (14, 60), (350, 1800)];

/// A service that rejects requests beyond its limits, counted over any span of time.
struct Limited {
    server: Scripted,
    clock: PausedClock,
    arrivals: Arc<Mutex<Vec<Duration>>>,
}

impl Limited {
    async fn start() -> Self {
        let shared: Arc<Mutex<Option<PausedClock>>> = Arc::default();
        let arrivals: Arc<Mutex<Vec<Duration>>> = Arc::default();
        let (time, record) = (Arc::clone(&shared), Arc::clone(&arrivals));
        let server = Scripted::by(move |_| {
            let now = time.lock().unwrap().as_ref().unwrap().elapsed();
            let mut arrivals = record.lock().unwrap();
            arrivals.push(now);
            let is_over = WINDOWS.iter().any(|(requests, seconds)| {
                let since = now.saturating_sub(Duration::from_secs(*seconds));
                let recent = arrivals
                    .iter()
                    .filter(|at| **at > since || now < Duration::from_secs(*seconds));
                recent.count() > *requests
            });
            ScriptedResponse::json(if is_over { 429 } else { 200 }, "[]")
        })
        .await;
        let clock = paused_clock(&server);
        *shared.lock().unwrap() = Some(clock.clone());
        Self {
            server,
            clock,
            arrivals,
        }
    }

    fn client(&self) -> Client {
        limited_client(&self.server, &self.clock, RetryPolicy::none())
    }

    fn arrivals(&self) -> Vec<f64> {
        let arrivals = self.arrivals.lock().unwrap();
        arrivals.iter().map(Duration::as_secs_f64).collect()
    }
}

async fn call(client: &Client) -> Result<()> {
    client.deployments().list_sites().send().await.map(drop)
}

#[tokio::test]
async fn the_fifteenth_call_waits_for_the_minute() {
    let limited = Limited::start().await;
    let client = limited.client();
    for _ in 0..15 {
        call(&client).await.unwrap();
    }
    // Five at once, five a second later, four more, and one when the first is a minute old.
    let expected = [vec![0.0; 5], vec![1.0; 5], vec![2.0; 4], vec![60.0]].concat();
    assert_eq!(limited.arrivals(), expected);
}

#[tokio::test]
async fn three_windows_apply_together() {
    let limited = Limited::start().await;
    let client = limited.client();
    for _ in 0..400 {
        call(&client).await.unwrap();
    }
    let arrivals = limited.arrivals();
    for (requests, seconds) in WINDOWS {
        for window in arrivals.windows(requests + 1) {
            let span = window.last().unwrap() - window[0];
            assert!(span >= seconds as f64, "{requests} in {span} s");
        }
    }
    // Not slower than the limits: 350 at 14 a minute, the rest after half an hour.
    assert_eq!((arrivals[349], arrivals[350]), (24.0 * 60.0 + 2.0, 1800.0));
}

// On one thread: time must not pass between the permit of a caller and its request. It does not do so in reality either.
#[tokio::test]
async fn fifty_calls_of_clones_are_not_rejected() {
    let limited = Limited::start().await;
    let client = limited.client();
    let callers = (0..50).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { call(&client).await })
    });
    for result in try_join_all(callers).await.unwrap() {
        result.unwrap();
    }
    assert_eq!(limited.arrivals().len(), 50);
}

#[tokio::test]
async fn requests_are_sent_in_the_order_of_arrival() {
    let limited = Limited::start().await;
    let client = limited.client();
    let order = Mutex::new(Vec::new());
    let callers = (0..40).map(|number| {
        let (client, order) = (&client, &order);
        async move {
            call(client).await.unwrap();
            order.lock().unwrap().push(number);
        }
    });
    join_all(callers).await;
    let order = order.into_inner().unwrap();
    // Requests with the same slot may return in any order.
    for (position, number) in order.iter().enumerate() {
        assert!(position.abs_diff(*number) < 14, "{order:?}");
    }
}

#[tokio::test]
async fn a_call_that_is_not_polled_reserves_no_slot() {
    let limited = Limited::start().await;
    let client = limited.client();
    for _ in 0..14 {
        call(&client).await.unwrap();
    }
    let before = client.rate_limit_delay(&LIST_SITES);
    drop(client.deployments().list_sites().send());
    assert_eq!(client.rate_limit_delay(&LIST_SITES), before);
}

#[tokio::test]
async fn rate_limit_delay_returns_the_delay_of_a_call() {
    let limited = Limited::start().await;
    let client = limited.client();
    assert_eq!(client.rate_limit_delay(&LIST_SITES), Duration::ZERO);
    for _ in 0..14 {
        call(&client).await.unwrap();
    }
    let passed = limited.clock.elapsed();
    assert_eq!(
        client.clone().rate_limit_delay(&LIST_SITES),
        Duration::from_secs(60) - passed
    );
    assert_eq!(
        client.rate_limit_delay(&LIST_REGIONS),
        Duration::ZERO,
        "another class"
    );
    let unpaced = limited.server.client();
    assert_eq!(unpaced.rate_limit_delay(&LIST_SITES), Duration::ZERO);
}

#[tokio::test]
async fn a_delay_beyond_the_total_timeout_fails_at_once() {
    let limited = Limited::start().await;
    let client = limited.client();
    for _ in 0..14 {
        call(&client).await.unwrap();
    }
    let before = limited.clock.elapsed();
    let request = client.deployments().list_sites();
    let error = request
        .total_timeout(Duration::from_secs(30))
        .send()
        .await
        .unwrap_err();
    assert_eq!(limited.clock.elapsed(), before, "nobody waited");
    assert_eq!(error.kind(), ErrorKind::RateLimitWait);
    assert_eq!(error.attempts(), 0);
    assert!(error.is_retryable() && error.is_rate_limited());
    assert!(error.retry_after().unwrap() > Duration::from_secs(57));
    assert!(
        error
            .to_string()
            .contains("30.0 s of the total timeout remain"),
        "{error}"
    );
    assert_eq!(limited.arrivals().len(), 14);
}

/// A client of a server that enforces the documented rate limits.
fn limited_client(server: &Scripted, clock: &PausedClock, retry: RetryPolicy) -> Client {
    server
        .builder()
        .clock(clock)
        .retry(retry)
        .rate_limiting(RateLimiting::Documented)
        .build()
        .unwrap()
}

/// Calls a server that reports limits; returns the delay of the next call.
async fn wait_after(status: u16, headers: &[(&str, &str)], calls: usize) -> Duration {
    let server = Scripted::responding([], ScriptedResponse::new(status, headers, "[]")).await;
    let clock = paused_clock(&server);
    let client = limited_client(&server, &clock, RetryPolicy::none());
    for _ in 0..calls {
        let _ = call(&client).await;
    }
    client.rate_limit_delay(&LIST_SITES)
}

#[tokio::test]
async fn response_headers_correct_the_limits() {
    let seconds = Duration::from_secs;
    let none = [("ratelimit-remaining", "0"), ("ratelimit-reset", "17")];
    assert_eq!(wait_after(200, &none, 1).await, seconds(17));
    let some = [("ratelimit-remaining", "3"), ("ratelimit-reset", "17")];
    assert_eq!(wait_after(200, &some, 1).await, seconds(0));
    assert_eq!(
        wait_after(429, &[("retry-after", "9")], 1).await,
        seconds(9)
    );
    assert_eq!(
        wait_after(429, &[("ratelimit-reset", "8")], 1).await,
        seconds(8)
    );
    let limits = [
        ("x-ratelimit-limit-minute", "2"),
        ("x-ratelimit-limit-second", "50"),
    ];
    assert_eq!(wait_after(200, &limits, 2).await, seconds(60));
    let limits = [("x-ratelimit-limit-10", "1")];
    assert_eq!(wait_after(200, &limits, 1).await, seconds(10));
    for nonsense in ["", "-1", "NaN", "1e400", "soon", "99999999999999999999999"] {
        let headers = [
            ("ratelimit-remaining", nonsense),
            ("ratelimit-reset", nonsense),
            ("x-ratelimit-limit-minute", nonsense),
        ];
        assert_eq!(wait_after(200, &headers, 1).await, seconds(0), "{nonsense}");
    }
}

#[tokio::test]
async fn a_reset_can_be_a_point_in_time() {
    let seconds = Duration::from_secs;
    let date = ("date", "Sun, 06 Nov 1994 08:48:00 GMT");
    let wait = async |dated: bool, reset: &str| {
        let mut headers = vec![("ratelimit-remaining", "0"), ("ratelimit-reset", reset)];
        headers.extend(dated.then_some(date));
        wait_after(200, &headers, 1).await
    };
    // Nine o'clock, and the same in seconds and milliseconds since the epoch.
    for nine in [
        "Sun, 06 Nov 1994 09:00:00 GMT",
        "784112400",
        "784112400000",
        "784112400.0",
    ] {
        let is_seconds = nine == "784112400" || nine == "784112400.0";
        // Before 2001, a number of seconds since the epoch cannot be distinguished from a delay.
        let expected = if is_seconds { 0 } else { 720 };
        assert_eq!(wait(true, nine).await, seconds(expected), "{nine}");
    }
    // Independent of the clock of the client.
    let date = ("date", "Fri, 06 Nov 2026 08:48:00 GMT");
    for nine in [
        "1793955600",
        "1793955600.0",
        "1793955600000",
        "Fri, 06 Nov 2026 09:00:00 GMT",
    ] {
        let headers = [
            date,
            ("ratelimit-remaining", "0"),
            ("ratelimit-reset", nine),
        ];
        assert_eq!(wait_after(200, &headers, 1).await, seconds(720), "{nine}");
    }
    assert_eq!(
        wait(false, "Sun, 06 Nov 1994 08:50:00 GMT").await,
        seconds(23)
    );
    assert_eq!(
        wait(false, "Sun, 06 Nov 1994 08:40:00 GMT").await,
        seconds(0)
    );
}

#[tokio::test]
async fn a_time_beyond_a_day_is_ignored() {
    for nonsense in [
        "86401",
        "10000000000000000000",
        "1e300",
        "-5",
        "NaN",
        "inf",
        "Sun, 06 Nov 2094 08:40:00 GMT",
        "soon",
    ] {
        let reset = [("ratelimit-remaining", "0"), ("ratelimit-reset", nonsense)];
        assert_eq!(
            wait_after(200, &reset, 1).await,
            Duration::ZERO,
            "{nonsense}"
        );
        let retry = [("retry-after", nonsense)];
        assert_eq!(
            wait_after(429, &retry, 1).await,
            Duration::ZERO,
            "{nonsense}"
        );
    }
    let window = [("x-ratelimit-limit-18446744073709551615", "1")];
    assert_eq!(wait_after(200, &window, 1).await, Duration::ZERO);
}

#[tokio::test]
async fn a_call_that_is_not_polled_delays_no_other() {
    let limited = Limited::start().await;
    let client = limited.client();
    for _ in 0..14 {
        call(&client).await.unwrap();
    }
    // It waits for its slot, and is not polled again.
    let mut idle = Box::pin(call(&client));
    assert!(futures_util::poll!(&mut idle).is_pending());
    for _ in 0..30 {
        call(&client).await.unwrap();
    }
    assert!(limited.clock.elapsed() < Duration::from_secs(200));
    // Its slot has passed; it gets another, and the limits are not exceeded.
    idle.await.unwrap();
}

#[tokio::test]
async fn a_dropped_call_releases_its_slot() {
    let limited = Limited::start().await;
    let client = limited.client();
    for _ in 0..14 {
        call(&client).await.unwrap();
    }
    let before = client.rate_limit_delay(&LIST_SITES);
    let mut waiting: Vec<_> = (0..20).map(|_| Box::pin(call(&client))).collect();
    for call in &mut waiting {
        assert!(futures_util::poll!(call).is_pending());
    }
    assert!(client.rate_limit_delay(&LIST_SITES) > before);
    drop(waiting);
    assert_eq!(client.rate_limit_delay(&LIST_SITES), before);
}

#[tokio::test]
async fn redirects_count() {
    let moved = |position: &str| ScriptedResponse::new(307, &[("location", position)], "");
    let moves = (0..7).flat_map(|call| {
        [
            moved(&format!("/a{call}")),
            ScriptedResponse::json(200, "[]"),
        ]
    });
    let server = Scripted::responding(moves, ScriptedResponse::json(200, "[]")).await;
    let clock = paused_clock(&server);
    let client = limited_client(&server, &clock, RetryPolicy::default());
    for _ in 0..7 {
        call(&client).await.unwrap();
    }
    assert_eq!(server.calls().len(), 14);
    assert_eq!(clock.elapsed(), Duration::from_secs(2));
    call(&client).await.unwrap();
    assert_eq!(
        clock.elapsed(),
        Duration::from_secs(60),
        "the fifteenth request"
    );
}

#[tokio::test]
async fn the_maximum_total_timeout_is_no_timeout() {
    let limited = Limited::start().await;
    let request = limited.client().deployments().list_sites();
    request.total_timeout(Duration::MAX).send().await.unwrap();
}

#[tokio::test]
async fn a_rate_limited_call_with_429_is_retried() {
    let rejected = ScriptedResponse::new(429, &[("ratelimit-reset", "20")], "");
    let server = Scripted::responding([rejected], ScriptedResponse::json(200, "[]")).await;
    let clock = paused_clock(&server);
    let client = limited_client(&server, &clock, RetryPolicy::default());
    join_all((0..4).map(|_| call(&client))).await;
    assert_eq!(server.calls().len(), 5);
    assert!(clock.elapsed() >= Duration::from_secs(20));
}

#[tokio::test]
async fn a_token_that_expires_in_the_queue_releases_no_burst() {
    let clock = PausedClock::new();
    let arrivals: Arc<Mutex<Vec<u64>>> = Arc::default();
    let (time, record) = (clock.clone(), Arc::clone(&arrivals));
    let service = service_fn(move |request| {
        let (clock, record) = (time.clone(), Arc::clone(&record));
        async move {
            if request.uri().path() == "/auth/v2/token" {
                // It takes longer than the lifetime of the token.
                clock.advance(Duration::from_secs(5));
                return Ok(Response::new(r#"{"access_token": "t", "expires_in": 1}"#));
            }
            record.lock().unwrap().push(clock.elapsed().as_secs());
            Ok(Response::new("[]"))
        }
    });
    let client = Client::builder()
        .credentials(Credentials::new("key", "hush"))
        .http_service(service)
        .clock(&clock)
        .rate_limiting(RateLimiting::Documented)
        .build()
        .unwrap();
    let calls = (0..14).map(|_| call(&client));
    try_join_all(calls).await.unwrap();
    let arrivals = arrivals.lock().unwrap();
    for second in arrivals.iter() {
        let count = arrivals.iter().filter(|other| *other == second).count();
        assert!(count <= 5, "{arrivals:?}");
    }
}

#[tokio::test]
async fn the_total_timeout_includes_the_delay_of_a_redirect() {
    let before = vec![ScriptedResponse::json(200, "[]"); 13];
    let moved = ScriptedResponse::new(307, &[("location", "/elsewhere")], "");
    let responses = before.into_iter().chain([moved]);
    let server = Scripted::responding(responses, ScriptedResponse::Hang).await;
    let clock = paused_clock(&server);
    let client = limited_client(&server, &clock, RetryPolicy::none());
    for _ in 0..13 {
        call(&client).await.unwrap();
    }
    let started = clock.elapsed();
    // After the redirect, it is the fifteenth request of the minute.
    let request = client.deployments().list_sites();
    let timeout = Duration::from_secs(70);
    let error = request.total_timeout(timeout).send().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(clock.elapsed() - started, timeout);
}
