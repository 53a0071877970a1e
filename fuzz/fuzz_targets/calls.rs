//! Calls through a client to a service that answers anything: statuses, headers, error bodies, redirects, pages, broken connections.
//!
//! Every call ends; neither token nor secret turn up in what can be shown; nothing is sent to a host that the cloud does not trust; what
//! may not be repeated is not; and no call waits beyond its deadline.

#![no_main]

use std::time::Duration;

use cisco_secure_access::{Client, Cloud, ContinuationToken, Error, ErrorKind, RateLimiting};
use cisco_secure_access_fuzz::script::{Script, Seen, answer, client, clock, run, token_answer};
use cisco_secure_access_fuzz::secrets::{assert_silent, assert_silent_error};
use futures_util::StreamExt as _;
use http::Method;
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// How long a call may take, where it has a deadline.
const DEADLINE: Duration = Duration::from_secs(900);
/// No listing is asked for more items.
const MOST_ITEMS: usize = 100;

fuzz_target!(|data: &[u8]| {
    let _ = calls(&mut Unstructured::new(data));
});

fn calls(input: &mut Unstructured<'_>) -> Result<()> {
    let kind = input.int_in_range(0..=9)?;
    let has_deadline = input.arbitrary()?;
    let is_paced = input.arbitrary()?;
    let resumed = input.arbitrary::<(bool, u64, usize)>()?;
    let tokens = (0..input.int_in_range(0..=2)?)
        .map(|_| token_answer(input))
        .collect::<Result<Vec<_>>>()?;
    let answers = (0..input.int_in_range(1..=8)?)
        .map(|_| answer(input))
        .collect::<Result<Vec<_>>>()?;

    let service = Script::with_tokens(answers, tokens);
    let clock = clock();
    let mut builder = client(Cloud::Global, &service, &clock);
    if has_deadline {
        builder = builder.total_timeout(DEADLINE);
    }
    if is_paced {
        builder = builder.rate_limiting(RateLimiting::Documented);
    }
    let client = builder.build().expect("the settings are good");
    let errors = run(call(&client, kind, resumed));

    assert_silent(&client);
    for error in &errors {
        assert_silent_error(error);
    }
    let seen = service.seen();
    check_requests(&seen);
    check_repeats(&seen);
    check_errors(&errors, &seen);
    if has_deadline {
        let calls = u32::try_from(errors.len().max(1)).expect("few calls");
        let waited = clock.elapsed();
        // A listing calls once for each page, and each of these calls has a deadline of its own.
        let pages = u32::try_from(seen.len()).expect("few requests");
        assert!(waited <= DEADLINE * calls.max(pages), "{waited:?}");
    }
    Ok(())
}

/// Makes a call of one kind or another; gives the errors that it ended in.
async fn call(client: &Client, kind: u8, resumed: (bool, u64, usize)) -> Vec<Error> {
    let deployments = client.deployments();
    match kind {
        0 => silent(deployments.list_sites().send().await),
        1 => silent(deployments.get_network_tunnel_group(7).send().await),
        2 => silent(client.policies().list_access_rules().send().await),
        3 => silent(deployments.delete_site(7).send().await),
        4 => silent(deployments.list_regions().send_raw().await),
        5 => {
            let body = serde_json::from_value(json!({"name": "harbour"}));
            let body = body.expect("a site has a name");
            silent(deployments.create_site(&body).send().await)
        }
        6 => {
            let request = client.request(cisco_secure_access::Method::PATCH, "/policies/v2/new");
            silent(request.json(&json!({"a": 1})).send::<Value>().await)
        }
        7 => {
            let mut items = deployments.list_network_tunnel_groups().limit(2).items();
            if let Some(place) = continuation("list_network_tunnel_groups", resumed) {
                items = items.resume(&place);
            }
            drain(items.take(MOST_ITEMS)).await
        }
        8 => {
            let mut items = deployments.list_sites().items().prefetch(3);
            if let Some(place) = continuation("list_sites", resumed) {
                items = items.resume(&place);
            }
            drain(items.take(MOST_ITEMS)).await
        }
        _ => {
            let pages = client.policies().list_access_rules().pages();
            drain(pages.take(MOST_ITEMS)).await
        }
    }
}

fn silent<T: std::fmt::Debug>(result: cisco_secure_access::Result<T>) -> Vec<Error> {
    // The value is what the service sent; what came with it is the client's.
    result.err().into_iter().collect()
}

/// Where another listing stood, as somebody may have written it down.
fn continuation(
    operation: &str,
    (is_resumed, position, skip): (bool, u64, usize),
) -> Option<ContinuationToken> {
    let written = json!({"operation": operation, "position": position, "skip": skip});
    let place = is_resumed.then(|| serde_json::from_value(written));
    place.map(|place| place.expect("a continuation"))
}

async fn drain<T>(
    listing: impl futures_util::Stream<Item = cisco_secure_access::Result<T>>,
) -> Vec<Error> {
    let mut listing = Box::pin(listing);
    let mut errors = Vec::new();
    while let Some(item) = listing.next().await {
        errors.extend(item.err());
    }
    errors
}

/// The secret goes to the token endpoint alone, the token to hosts of the cloud alone.
fn check_requests(seen: &[Seen]) {
    for request in seen {
        let host = request.uri.host().unwrap_or_default();
        let is_trusted = match request.is_for_token() {
            true => host == "api.sse.cisco.com" && request.uri.path() == "/auth/v2/token",
            false => host.ends_with(".cisco.com") || host.ends_with(".umbrella.com"),
        };
        let is_https = request.uri.scheme_str() == Some("https");
        assert!(is_trusted && is_https, "{request:?}");
    }
}

/// What may have been processed is not sent again, unless it may be repeated.
fn check_repeats(seen: &[Seen]) {
    let changes = |request: &&Seen| {
        !request.is_for_token() && [Method::POST, Method::PATCH].contains(&request.method)
    };
    let changes: Vec<_> = seen.iter().filter(changes).collect();
    for pair in changes.windows(2) {
        let answered = pair[0].status.map(|status| status.as_u16());
        // Refused for now, for its token, or led on.
        let was_refused = matches!(
            answered,
            Some(400 | 401 | 409 | 429 | 301 | 302 | 307 | 308 | 200)
        );
        assert!(was_refused, "{seen:?}");
    }
}

/// An error says no more than what happened.
fn check_errors(errors: &[Error], seen: &[Seen]) {
    for error in errors {
        let sent = usize::try_from(error.attempts()).expect("a small number");
        assert!(sent <= seen.len(), "{error:?}: {seen:?}");
        if error.kind() == ErrorKind::Connection {
            let broke = seen.iter().any(|request| request.status.is_none());
            assert!(broke, "{error:?}: {seen:?}");
        }
        if let Some(status) = error.status() {
            assert!((100..1000).contains(&status.as_u16()), "{error:?}");
        }
    }
}
