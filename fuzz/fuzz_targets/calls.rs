//! Calls through a client to a service with arbitrary responses: statuses, headers, error bodies, redirects, pages, broken connections.
//!
//! Every call ends. Neither the token nor the secret occurs in `Debug` output or errors. Requests go only to hosts that the cloud trusts. A
//! request that may have been processed is not repeated, unless that is safe. No call takes longer than its total timeout.

#![no_main]

use std::time::Duration;

use cisco_secure_access::{Client, Cloud, ContinuationToken, Error, ErrorKind, RateLimiting};
use cisco_secure_access_fuzz::script::{
    Script, Seen, client, clock, response, run, token_response,
};
use cisco_secure_access_fuzz::secrets::{assert_silent, assert_silent_error};
use futures_util::StreamExt as _;
use http::Method;
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// The total timeout of a call, if it has one.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(900);
/// The maximum number of items that are read from a listing.
const MAX_ITEMS: usize = 100;

fuzz_target!(|data: &[u8]| {
    let _ = calls(&mut Unstructured::new(data));
});

fn calls(input: &mut Unstructured<'_>) -> Result<()> {
    let kind = input.int_in_range(0..=9)?;
    let has_total_timeout = input.arbitrary()?;
    let is_rate_limited = input.arbitrary()?;
    let resumed = input.arbitrary::<(bool, u64, usize)>()?;
    let tokens = (0..input.int_in_range(0..=2)?)
        .map(|_| token_response(input))
        .collect::<Result<Vec<_>>>()?;
    let responses = (0..input.int_in_range(1..=8)?)
        .map(|_| response(input))
        .collect::<Result<Vec<_>>>()?;

    let service = Script::with_tokens(responses, tokens);
    let clock = clock();
    let mut builder = client(Cloud::Global, &service, &clock);
    if has_total_timeout {
        builder = builder.total_timeout(TOTAL_TIMEOUT);
    }
    if is_rate_limited {
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
    if has_total_timeout {
        let calls = u32::try_from(errors.len().max(1)).expect("few calls");
        let waited = clock.elapsed();
        // A listing calls once for each page, and each of these calls has its own total timeout.
        let pages = u32::try_from(seen.len()).expect("few requests");
        assert!(waited <= TOTAL_TIMEOUT * calls.max(pages), "{waited:?}");
    }
    Ok(())
}

/// Makes a call of this kind; returns its errors.
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
            if let Some(token) = continuation("list_network_tunnel_groups", resumed) {
                items = items.resume(&token);
            }
            drain(items.take(MAX_ITEMS)).await
        }
        8 => {
            let mut items = deployments.list_sites().items().prefetch(3);
            if let Some(token) = continuation("list_sites", resumed) {
                items = items.resume(&token);
            }
            drain(items.take(MAX_ITEMS)).await
        }
        _ => {
            let pages = client.policies().list_access_rules().pages();
            drain(pages.take(MAX_ITEMS)).await
        }
    }
}

fn silent<T: std::fmt::Debug>(result: cisco_secure_access::Result<T>) -> Vec<Error> {
    // The value is data of the service and may contain anything.
    result.err().into_iter().collect()
}

/// A continuation token with an arbitrary position.
fn continuation(
    operation: &str,
    (is_resumed, position, skip): (bool, u64, usize),
) -> Option<ContinuationToken> {
    let written = json!({"operation": operation, "position": position, "skip": skip});
    let token = is_resumed.then(|| serde_json::from_value(written));
    token.map(|token| token.expect("a continuation"))
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

/// The secret goes only to the token endpoint, and the token only to hosts of the cloud.
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

/// A request that may have been processed is not repeated, unless that is safe.
fn check_repeats(seen: &[Seen]) {
    let changes = |request: &&Seen| {
        !request.is_for_token() && [Method::POST, Method::PATCH].contains(&request.method)
    };
    let changes: Vec<_> = seen.iter().filter(changes).collect();
    for pair in changes.windows(2) {
        let status = pair[0].status.map(|status| status.as_u16());
        // Rejected temporarily or for its token, or redirected.
        let was_rejected = matches!(
            status,
            Some(400 | 401 | 409 | 429 | 301 | 302 | 307 | 308 | 200)
        );
        assert!(was_rejected, "{seen:?}");
    }
}

/// The properties of an error match the requests.
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
