//! The body of an error response, whose schema depends on the API.

use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// The error that the service reports, for any schema of the response.
#[derive(Clone, Default)]
pub(super) struct ServiceError {
    pub(super) message: Option<String>,
    pub(super) code: Option<String>,
    pub(super) request_id: Option<String>,
}

/// The locations of the message in a response, most specific first.
const MESSAGES: &[&str] = &[
    "/description",
    "/message",
    "/data/message",
    "/error_description",
    "/error/message",
    "/error",
    "/errors/0/message",
    "/errors/0",
    "/data/errors/0/message",
    "/data/errors/0/error",
    "/data/errors/0",
    "/data/error",
    "/detail",
    "/Error",
    "/body/Param error",
    "/status/text",
    "/error_id",
];
const CODES: &[&str] = &[
    "/code",
    "/errorCode",
    "/error/code",
    "/errors/0/code",
    "/data/code",
    "/error",
    "/error_code",
    "/error_id",
    "/status/code",
];
const REQUEST_IDS: &[&str] = &["/txId", "/transactionId", "/requestId"];
const REQUEST_ID_HEADERS: &[&str] = &["x-request-id", "x-transaction-id", "x-amzn-requestid"];
/// The OAuth 2.0 error codes that reject the credentials of a client.
const REJECTION_CODES: &[&str] = &["invalid_client", "unauthorized_client"];
/// The maximum length of a message in bytes. A longer string is likely to be an HTML page.
const MAX_MESSAGE: usize = 500;

impl ServiceError {
    pub(super) fn new(body: &[u8], headers: &HeaderMap) -> Self {
        let json = serde_json::from_slice::<Value>(body);
        let find = |pointers: &[&str]| {
            let json = json.as_ref().ok()?;
            pointers
                .iter()
                .find_map(|pointer| match json.pointer(pointer)? {
                    Value::String(string) => Some(string.clone()),
                    Value::Number(number) => Some(number.to_string()),
                    _ => None,
                })
        };
        let plain = || std::str::from_utf8(body).ok().map(str::to_owned);
        let message = match &json {
            Ok(_) => find(MESSAGES),
            Err(_) => plain(),
        };
        let in_headers = || {
            REQUEST_ID_HEADERS
                .iter()
                .find_map(|name| headers.get(*name)?.to_str().ok().map(str::to_owned))
        };
        let short = |string: String| {
            let string = string.trim();
            let is_short =
                !string.is_empty() && string.len() <= MAX_MESSAGE && !string.starts_with('<');
            is_short.then(|| string.to_owned())
        };
        Self {
            message: message.and_then(short),
            code: find(CODES).and_then(short),
            request_id: find(REQUEST_IDS).or_else(in_headers).and_then(short),
        }
    }

    /// Whether another change holds a lock on the resource.
    pub(super) fn is_locked(&self) -> bool {
        let message = self.message.as_deref().unwrap_or_default();
        let code = self.code.as_deref().unwrap_or_default();
        let has_word = |text: &str, expected: &[&str]| {
            let mut words = text.split(|c: char| !c.is_alphanumeric());
            words.any(|word| {
                expected
                    .iter()
                    .any(|known| word.eq_ignore_ascii_case(known))
            })
        };
        // A message may contain the name of a resource. A 409 for an existing name is a conflict for any name.
        (has_word(message, &["lock", "locked"]) || has_word(code, &["lock", "locked"]))
            && !has_word(
                message,
                &["already", "exist", "exists", "duplicate", "unique"],
            )
    }

    /// Whether the token endpoint rejects the credentials (RFC 6749, section 5.2). An HTML page comes from a proxy, and does not reject
    /// them.
    pub(super) fn rejects_credentials(&self, status: StatusCode, body: &[u8]) -> bool {
        let code = self.code.as_deref().unwrap_or_default();
        let is_page = body.trim_ascii_start().starts_with(b"<");
        REJECTION_CODES.contains(&code) || (status == StatusCode::UNAUTHORIZED && !is_page)
    }
}
