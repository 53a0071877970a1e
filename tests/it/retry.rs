//! The behavior of a client after a failure: the number of attempts, their delays, and the error.

use std::time::Duration;

use cisco_secure_access::api::deployments::operations::LIST_SITES;
use cisco_secure_access::{Client, Error, ErrorKind, RawResponse, Result, RetryPolicy, StatusCode};
use http::Response;

use crate::clock::{paused_clock, sleeps};
use crate::scripted::{Scripted, ScriptedResponse, TOKEN, create, read};

/// The result of a call: attempts, delays in milliseconds, kind of the error and status.
type End = (u32, &'static [u128], ErrorKind, Option<u16>);

/// The backoff delays of the policy.
const BACKOFF: &[u128] = &[500, 1000, 2000];

#[tokio::test]
#[rustfmt::skip]
async fn each_fault_has_its_attempts_delays_and_error() {
    use ErrorKind::{Connect, Connection, Decode, Service, Timeout};

    let json = ScriptedResponse::json;
    let with = |status, name, value| ScriptedResponse::new(status, &[(name, value)], "");
    let html = ScriptedResponse::new(200, &[("content-type", "text/html")], "<html>A proxy</html>");
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"data\":";
    let locked = r#"{"message": "The ruleset is locked by another user"}"#;
    let blocked = r#"{"message": "The domain is blocked by a policy"}"#;
    let lock_exists = r#"{"message": "A rule of the name `Locked doors` already exists"}"#;
    let locked_by_code = r#"{"code": "RULESET_LOCKED", "message": "Try later"}"#;
    let dated = ScriptedResponse::new(503, &[("date", "Sat, 05 Nov 1994 08:49:37 GMT"), ("retry-after", "Sat, 05 Nov 1994 08:49:47 GMT")], "");
    let missing = r#"{"statusCode": 404, "error": "Not Found"}"#;
    let broken = r#"{"statusCode": 503, "error": "Service Unavailable"}"#;
    let expired = r#"{"error": "invalid_request"}"#;

    let table: Vec<(&str, Option<ScriptedResponse>, End, End)> = vec![
        // what the service does           ……………………………………………     an operation that may be repeated               one that may not
        ("rejects the connection",         None,                            (4, BACKOFF, Connect, None),                  (4, BACKOFF, Connect, None)),
        ("resets before the response",       Some(ScriptedResponse::Reset("".into())),  (4, BACKOFF, Connection, None),              (1, &[], Connection, None)),
        ("resets in the response",           Some(ScriptedResponse::Reset(cut.into())), (4, BACKOFF, Connection, None),              (1, &[], Connection, None)),
        ("closes in the response",           Some(ScriptedResponse::Send(cut.into())),  (4, BACKOFF, Connection, None),              (1, &[], Connection, None)),
        ("never responds",                  Some(ScriptedResponse::Hang),              (4, BACKOFF, Timeout, None),                  (1, &[], Timeout, None)),
        ("truncated JSON",                 Some(json(200, r#"{"data": ["#)),(1, &[], Decode, Some(200)),                  (1, &[], Decode, Some(200))),
        ("wrong content type",             Some(html),                      (1, &[], Decode, Some(200)),                  (1, &[], Decode, Some(200))),
        ("200 that is a 404",              Some(json(200, missing)),        (1, &[], Service, Some(404)),                 (1, &[], Service, Some(404))),
        ("200 that is a 503",              Some(json(200, broken)),         (4, BACKOFF, Service, Some(503)),             (1, &[], Service, Some(503))),
        ("400 expired token",              Some(json(400, expired)),        (2, &[], Service, Some(400)),                 (2, &[], Service, Some(400))),
        ("400 validation",                 Some(json(400, r#"{"message": "bad"}"#)), (1, &[], Service, Some(400)),        (1, &[], Service, Some(400))),
        ("401",                            Some(json(401, "{}")),           (2, &[], Service, Some(401)),                 (2, &[], Service, Some(401))),
        ("403",                            Some(json(403, "{}")),           (1, &[], Service, Some(403)),                 (1, &[], Service, Some(403))),
        ("408",                            Some(json(408, "{}")),           (4, BACKOFF, Service, Some(408)),             (1, &[], Service, Some(408))),
        ("409 exists",                     Some(json(409, r#"{"message": "exists"}"#)), (1, &[], Service, Some(409)),     (1, &[], Service, Some(409))),
        ("409 blocked",                    Some(json(409, blocked)),        (1, &[], Service, Some(409)),                 (1, &[], Service, Some(409))),
        ("409 exists, with a lock in it",  Some(json(409, lock_exists)),    (1, &[], Service, Some(409)),                 (1, &[], Service, Some(409))),
        ("409 locked, by its code",        Some(json(409, locked_by_code)), (4, &[5500, 6000, 7000], Service, Some(409)), (4, &[5500, 6000, 7000], Service, Some(409))),
        ("409 locked",                     Some(json(409, locked)),         (4, &[5500, 6000, 7000], Service, Some(409)), (4, &[5500, 6000, 7000], Service, Some(409))),
        ("429",                            Some(json(429, "{}")),           (4, BACKOFF, Service, Some(429)),             (4, BACKOFF, Service, Some(429))),
        ("429 Retry-After in seconds",     Some(with(429, "retry-after", "7")), (4, &[7500, 8000, 9000], Service, Some(429)), (4, &[7500, 8000, 9000], Service, Some(429))),
        ("429 Retry-After a date",         Some(with(429, "retry-after", "Sun, 06 Nov 1994 08:49:57 GMT")), (4, &[20_500, 1000, 2000], Service, Some(429)), (4, &[20_500, 1000, 2000], Service, Some(429))),
        ("429 Retry-After too long",       Some(with(429, "retry-after", "600")), (1, &[], Service, Some(429)),           (1, &[], Service, Some(429))),
        ("429 Retry-After unreadable",     Some(with(429, "retry-after", "soon")), (4, BACKOFF, Service, Some(429)),      (4, BACKOFF, Service, Some(429))),
        ("429 ratelimit-reset",            Some(with(429, "ratelimit-reset", "30")), (4, &[30_500, 31_000, 32_000], Service, Some(429)), (4, &[30_500, 31_000, 32_000], Service, Some(429))),
        ("500",                            Some(json(500, "{}")),           (4, BACKOFF, Service, Some(500)),             (1, &[], Service, Some(500))),
        ("501",                            Some(json(501, "{}")),           (1, &[], Service, Some(501)),                 (1, &[], Service, Some(501))),
        ("502",                            Some(json(502, "<html>")),       (4, BACKOFF, Service, Some(502)),             (1, &[], Service, Some(502))),
        ("503",                            Some(json(503, "{}")),           (4, BACKOFF, Service, Some(503)),             (1, &[], Service, Some(503))),
        ("503 Retry-After in seconds",     Some(with(503, "retry-after", "2")), (4, &[2500, 3000, 4000], Service, Some(503)), (1, &[], Service, Some(503))),
        ("503 ratelimit-reset",            Some(with(503, "ratelimit-reset", "30")), (4, BACKOFF, Service, Some(503)),    (1, &[], Service, Some(503))),
        ("503 Retry-After after its Date", Some(dated),                     (4, &[10_500, 11_000, 12_000], Service, Some(503)), (1, &[], Service, Some(503))),
        ("504",                            Some(json(504, "{}")),           (4, BACKOFF, Service, Some(504)),             (1, &[], Service, Some(504))),
    ];

    for (fault, response, idempotent, other) in table {
        for (may_repeat, expected) in [(true, idempotent), (false, other)] {
            let server = match &response {
                Some(response) => Scripted::responding([], response.clone()).await,
                None => Scripted::start(&[(200, "application/json", TOKEN)]).await,
            };
            let clock = paused_clock(&server);
            let client = server.builder().clock(&clock).build().unwrap();
            let result = if may_repeat { read(&client).await } else { create(&client).await };
            let error = result.unwrap_err();
            let what = format!("{fault}, may be repeated: {may_repeat}: {error}");
            let (attempts, waits, kind, status) = expected;
            let found = error.status().map(|status| status.as_u16());
            assert_eq!((error.attempts(), error.kind(), found), (attempts, kind, status), "{what}");
            assert_eq!(sleeps(&clock), waits, "{what}");
            let calls = if response.is_some() { attempts as usize } else { 0 };
            assert_eq!(server.calls().len(), calls, "{what}");
        }
    }
}

#[tokio::test]
async fn a_retry_that_succeeds_is_a_success() {
    let busy = ScriptedResponse::json(503, "{}");
    let server =
        Scripted::responding([busy.clone(), busy], ScriptedResponse::json(200, "{}")).await;
    let clock = paused_clock(&server);
    let client = server.builder().clock(&clock).build().unwrap();
    read(&client).await.unwrap();
    assert_eq!(sleeps(&clock), [500, 1000]);
}

#[tokio::test]
async fn the_policy_limits_attempts_and_delays() {
    let server = Scripted::responding([], ScriptedResponse::json(503, "{}")).await;
    let clock = paused_clock(&server);
    let policy = RetryPolicy::new()
        .max_attempts(5)
        .initial_backoff(Duration::from_secs(2))
        .max_backoff(Duration::from_secs(5));
    let builder = server.builder().clock(&clock);
    let client = builder.clone().retry(policy).build().unwrap();
    assert_eq!(read(&client).await.unwrap_err().attempts(), 5);
    assert_eq!(sleeps(&clock), [2000, 4000, 5000, 5000]);

    let client = builder.retry(RetryPolicy::none()).build().unwrap();
    assert_eq!(read(&client).await.unwrap_err().attempts(), 1);
    assert_eq!(sleeps(&clock).len(), 4);
}

#[tokio::test]
async fn a_call_ends_before_a_delay_beyond_its_total_timeout() {
    let server = Scripted::responding([], ScriptedResponse::json(503, "{}")).await;
    let clock = paused_clock(&server);
    let builder = server.builder().clock(&clock);
    let client = builder
        .total_timeout(Duration::from_millis(3000))
        .build()
        .unwrap();
    let error = read(&client).await.unwrap_err();
    assert_eq!(sleeps(&clock), [500, 1000]);
    assert_eq!(error.attempts(), 3);
    assert!(
        error
            .to_string()
            .contains("its delay is 2.0 s, but only 1.5 s of the total timeout remain"),
        "{error}"
    );
}

#[tokio::test]
async fn clones_share_the_budget() {
    let server = Scripted::responding([], ScriptedResponse::json(503, "{}")).await;
    let client = server
        .builder()
        .clock(&paused_clock(&server))
        .retry(RetryPolicy::new().budget(5))
        .build()
        .unwrap();
    let mut attempts = Vec::new();
    for _ in 0..3 {
        let error = read(&client.clone()).await.unwrap_err();
        attempts.push(error.attempts());
    }
    assert_eq!(attempts, [4, 3, 1], "three retries, two, and none is left");
}

#[tokio::test]
async fn an_error_has_the_message_of_the_service_in_any_shape() {
    type Expected = (
        Option<&'static str>,
        Option<&'static str>,
        Option<&'static str>,
    );
    #[rustfmt::skip]
    let table: &[(&str, Expected)] = &[
        // body                                                                                  message           code               request
        (r#"{"statusCode": 400, "error": "Bad Request", "message": "no name", "txId": "t-1"}"#, (Some("no name"), Some("Bad Request"), Some("t-1"))),
        (r#"{"status": {"code": 400, "text": "BAD"}, "data": {"message": "no name"}}"#,         (Some("no name"), Some("400"), None)),
        (r#"{"message": "no name", "error": {"code": "E7"}}"#,                                  (Some("no name"), Some("E7"), None)),
        (r#"{"meta": {}, "data": {"errors": ["no name"], "requiredParameters": ["name"]}}"#,    (Some("no name"), None, None)),
        (r#"{"success": false, "error": "no name"}"#,                                           (Some("no name"), Some("no name"), None)),
        (r#"{"errors": [{"message": "no name", "code": 12}], "requestId": "r-2"}"#,             (Some("no name"), Some("12"), Some("r-2"))),
        ("no name\n",                                                                           (Some("no name"), None, None)),
        ("<html>no name</html>",                                                                (None, None, None)),
        ("",                                                                                    (None, None, None)),
    ];
    for (body, (message, code, request)) in table {
        let server = Scripted::responding([], ScriptedResponse::json(400, body)).await;
        let error = create(&server.client()).await.unwrap_err();
        assert_eq!(error.service_message(), *message, "{body}");
        assert_eq!(error.service_code(), *code, "{body}");
        assert_eq!(error.request_id(), *request, "{body}");
        assert_eq!(error.body(), body.as_bytes());
    }
    let response = ScriptedResponse::new(400, &[("x-request-id", "h-3")], "{}");
    let server = Scripted::responding([], response).await;
    let error = create(&server.client()).await.unwrap_err();
    assert_eq!(error.request_id(), Some("h-3"));
}

#[tokio::test]
async fn error_predicates_match_the_failure() {
    type Predicate = fn(&Error) -> bool;
    let table: [(u16, Predicate); 5] = [
        (401, Error::is_auth),
        (403, Error::is_auth),
        (404, Error::is_not_found),
        (409, Error::is_conflict),
        (429, Error::is_rate_limited),
    ];
    for (status, holds) in table {
        let server = Scripted::responding([], ScriptedResponse::json(status, "{}")).await;
        let error = read(&server.client()).await.unwrap_err();
        assert!(holds(&error), "{error}");
        assert_eq!(error.is_retryable(), status == 429, "{error}");
        assert!(!error.is_timeout() && !error.is_connect(), "{error}");
    }
}

#[tokio::test]
async fn an_error_is_small_and_keeps_the_start_of_a_body() {
    assert!(size_of::<Result<()>>() <= 32);
    let body = "x".repeat(1_000_000);
    let server = Scripted::responding([], ScriptedResponse::json(400, &body)).await;
    let error = read(&server.client()).await.unwrap_err();
    assert_eq!(error.body().len(), 64 * 1024);
}

#[tokio::test]
async fn the_token_request_is_retried_if_it_was_not_processed() {
    let limited = ScriptedResponse::new(429, &[("retry-after", "3")], "");
    let responses = [
        limited,
        ScriptedResponse::json(200, TOKEN),
        ScriptedResponse::json(200, "{}"),
    ];
    let server = Scripted::with(responses).await;
    let clock = paused_clock(&server);
    let client = server.builder().clock(&clock).build().unwrap();
    read(&client).await.unwrap();
    assert_eq!(sleeps(&clock), [3500]);

    let limited = ScriptedResponse::new(429, &[("retry-after", "3")], "");
    let server = Scripted::with(vec![limited; 4]).await;
    let client = server
        .builder()
        .clock(&paused_clock(&server))
        .build()
        .unwrap();
    let error = read(&client).await.unwrap_err();
    assert_eq!(
        server.requests().len(),
        4,
        "the call does not multiply them"
    );
    assert_eq!(error.operation().unwrap().id, "list_regions");
    assert_eq!(
        (
            error.attempts(),
            error.status().map(|status| status.as_u16())
        ),
        (0, Some(429))
    );
    assert!(
        error
            .to_string()
            .starts_with("list_regions: no access token: "),
        "{error}"
    );
    assert!(error.is_retryable(), "nothing of the call was sent");
}

#[tokio::test]
async fn a_token_error_after_an_attempt_keeps_its_number() {
    let responses = [
        ScriptedResponse::json(200, TOKEN),
        ScriptedResponse::json(401, "{}"),
        ScriptedResponse::json(500, "{}"),
    ];
    let server = Scripted::with(responses).await;
    let error = create(&server.client()).await.unwrap_err();
    let operation = error.operation().unwrap().id;
    assert_eq!(
        (operation, error.attempts()),
        ("create_network_tunnel_group", 1)
    );
    assert_eq!(error.status(), Some(StatusCode::INTERNAL_SERVER_ERROR));
}

#[tokio::test]
async fn a_call_without_a_token_is_retryable() {
    for status in [500, 503] {
        let server = Scripted::with([ScriptedResponse::json(status, "{}")]).await;
        let error = create(&server.client()).await.unwrap_err();
        assert!(error.is_retryable(), "nothing was sent: {error}");
    }
    let server = Scripted::responding([], ScriptedResponse::json(503, "{}")).await;
    let error = create(&server.client()).await.unwrap_err();
    assert!(!error.is_retryable(), "{error}");
}

#[tokio::test]
async fn an_error_does_not_repeat_its_source() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{";
    for response in [
        ScriptedResponse::Reset(String::new()),
        ScriptedResponse::Send(cut.to_owned()),
    ] {
        let server = Scripted::responding([], response).await;
        let error = read(&server.client()).await.unwrap_err();
        let mut source = std::error::Error::source(&error);
        assert!(source.is_some(), "{error:?}");
        while let Some(cause) = source {
            assert!(!error.to_string().contains(&cause.to_string()), "{error}");
            source = cause.source();
        }
    }
}

#[test]
fn errors_can_be_made_for_tests() {
    let response = Response::builder()
        .status(429)
        .header("date", "Sat, 05 Nov 1994 08:49:37 GMT")
        .header("retry-after", "Sat, 05 Nov 1994 08:49:47 GMT")
        .body(r#"{"message": "slowly"}"#);
    let error = Error::from_response(&LIST_SITES, response.unwrap());
    assert!(error.is_rate_limited() && error.is_retryable(), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(10)));
    assert_eq!(
        (error.service_message(), error.attempts()),
        (Some("slowly"), 1)
    );
    assert_eq!(error.operation(), Some(&LIST_SITES));

    let error = Error::new(ErrorKind::Connect, "no route to the host");
    assert!(error.is_connect() && error.is_retryable());
    assert_eq!(error.to_string(), "no route to the host");
}

/// A call that deletes a resource.
async fn delete(client: &Client) -> Result<RawResponse> {
    client.deployments().delete_site(1001).send_raw().await
}

#[tokio::test]
async fn a_delete_that_gets_404_in_a_retry_succeeds() {
    let missing = ScriptedResponse::json(404, r#"{"message": "no such site"}"#);
    for lost in [
        ScriptedResponse::Reset(String::new()),
        ScriptedResponse::Hang,
        ScriptedResponse::json(503, "{}"),
    ] {
        let server = Scripted::responding([lost], missing.clone()).await;
        let clock = paused_clock(&server);
        let client = server.builder().clock(&clock).build().unwrap();
        let deleted = delete(&client).await.unwrap();
        assert_eq!((deleted.status().as_u16(), deleted.attempts()), (204, 2));
        assert_eq!(deleted.body(), b"");
    }
}

#[tokio::test]
async fn a_delete_that_gets_404_in_the_first_attempt_fails() {
    let missing = ScriptedResponse::json(404, "{}");
    let limited = ScriptedResponse::new(429, &[("retry-after", "1")], "");
    for before in [None, Some(limited)] {
        let server = Scripted::responding(before, missing.clone()).await;
        let clock = paused_clock(&server);
        let client = server.builder().clock(&clock).build().unwrap();
        assert!(delete(&client).await.unwrap_err().is_not_found());
    }
    let server = Scripted::responding([ScriptedResponse::json(503, "{}")], missing).await;
    let clock = paused_clock(&server);
    let client = server.builder().clock(&clock).build().unwrap();
    assert!(read(&client).await.unwrap_err().is_not_found(), "a GET");
}

#[tokio::test]
async fn the_remaining_total_timeout_limits_an_attempt() {
    let server =
        Scripted::responding([ScriptedResponse::json(503, "{}")], ScriptedResponse::Hang).await;
    let client = server
        .builder()
        .clock(&paused_clock(&server))
        .attempt_timeout(Duration::from_secs(10))
        .total_timeout(Duration::from_secs(2))
        .retry(RetryPolicy::new().max_attempts(2))
        .build()
        .unwrap();
    let error = read(&client).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(error.to_string().contains("in 1.5 s"), "{error}");
    assert_eq!(error.attempts(), 2);
}
