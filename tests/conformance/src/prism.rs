//! Calls to Stoplight Prism, an independent conformance tool that checks every request against the document and responds from it.

use std::time::{Duration, SystemTime};

use cisco_secure_access::auth::{AccessToken, BoxError, BoxFuture, TokenCache};
use cisco_secure_access::{Client, Cloud, Credentials, ErrorKind, RetryPolicy};

use crate::calls::Findings;
use crate::case::{Case, Failure};
use crate::specification::Specification;
use crate::values::{self, Extent};

/// A token for every call: only one scope has the token request, and each scope has its own Prism.
#[derive(Debug)]
struct OneToken;

impl TokenCache for OneToken {
    fn get<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, BoxError>> {
        let tomorrow = SystemTime::now() + Duration::from_secs(24 * 60 * 60);
        let token = AccessToken::new("token", tomorrow);
        Box::pin(std::future::ready(Ok(Some(token))))
    }

    fn put<'a>(&'a self, _: &'a str, _: AccessToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// A client of the Prism at a URL, without retries.
///
/// # Panics
/// When it cannot be set up.
#[must_use]
pub fn client(url: &str) -> Client {
    Client::builder()
        .cloud(url.parse::<Cloud>().unwrap())
        .credentials(Credentials::new("key", "secret"))
        .token_cache(OneToken)
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

/// Makes a call with arguments of this extent.
pub async fn call(
    client: &Client,
    specification: &Specification,
    case: &Case,
    extent: Extent,
) -> Findings {
    let seed = values::seed(case.operation);
    let arguments = values::arguments(specification, case, extent, seed);
    let mut findings = Findings::default();
    match (case.send)(client, &arguments).await {
        Ok(_) => {}
        // Prism generates its responses: one that reports a failure is treated as a failure.
        Err(Failure::Call(error)) if error.kind() == ErrorKind::Partial => {}
        Err(Failure::Call(error)) if error.kind() == ErrorKind::Decode => {
            findings.decoded.push(error.to_string());
        }
        Err(Failure::Call(error)) => {
            let body = String::from_utf8_lossy(error.body());
            findings.sent.push(format!("{error}: {body}"));
        }
        Err(failure) => findings.sent.push(failure.to_string()),
    }
    findings
}
