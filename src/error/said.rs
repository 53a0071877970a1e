//! What the body and headers of an error answer say: each API of the service has a shape of its own for that.

use http::HeaderMap;
use serde_json::Value;

/// What an error answer says, whatever its shape.
#[derive(Default)]
pub(super) struct Said {
    pub(super) message: Option<String>,
    pub(super) code: Option<String>,
    pub(super) request_id: Option<String>,
}

impl Said {
    pub(super) fn new(body: &[u8], headers: &HeaderMap) -> Self {
        const MESSAGES: &[&str] = &[
            "/message",
            "/data/message",
            "/error_description",
            "/error/message",
            "/error",
            "/errors/0/message",
            "/errors/0",
            "/data/errors/0/message",
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
            "/error_id",
            "/status/code",
        ];
        const REQUEST_IDS: &[&str] = &["/txId", "/transactionId", "/requestId"];
        const REQUEST_ID_HEADERS: &[&str] =
            &["x-request-id", "x-transaction-id", "x-amzn-requestid"];
        /// A text longer than this is an HTML page or the like.
        const LONGEST: usize = 500;

        let json = serde_json::from_slice::<Value>(body);
        let find = |places: &[&str]| {
            let json = json.as_ref().ok()?;
            places.iter().find_map(|place| match json.pointer(place)? {
                Value::String(text) => Some(text.clone()),
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
        let short = |text: String| {
            let text = text.trim();
            let is_short = !text.is_empty() && text.len() <= LONGEST && !text.starts_with('<');
            is_short.then(|| text.to_owned())
        };
        Self {
            message: message.and_then(short),
            code: find(CODES).and_then(short),
            request_id: find(REQUEST_IDS).or_else(in_headers).and_then(short),
        }
    }

    /// Whether the service says that somebody else changes the same thing.
    pub(super) fn is_locked(&self) -> bool {
        self.message
            .as_ref()
            .is_some_and(|message| message.to_ascii_lowercase().contains("locked"))
    }
}
