//! Decoding and encoding by the name of an operation: `cargo xtask examples` runs documented examples through it.
//!
//! Internal: available only with the feature `codecs`, and free to change at any time.

use std::collections::HashMap;
use std::io::{BufRead, Write};

use serde_json::json;

use crate::api;
use crate::operation::Operation;
pub use crate::response::codec::{Codec, Recode, Recoded};

/// The codecs of all operations of the enabled scopes.
pub fn codecs() -> impl Iterator<Item = &'static Codec> {
    static SCOPES: &[&[Codec]] = &[
        #[cfg(scope = "admin")]
        api::admin::CODECS,
        api::auth::CODECS,
        #[cfg(scope = "deployments")]
        api::deployments::CODECS,
        #[cfg(scope = "investigate")]
        api::investigate::CODECS,
        #[cfg(scope = "policies")]
        api::policies::CODECS,
        #[cfg(scope = "reports")]
        api::reports::CODECS,
    ];
    SCOPES.iter().copied().flatten()
}

/// Serves requests until there are no more, each on a line of its own.
///
/// A request is `<scope>.<operation>`, `response` or `body`, and a JSON text, separated by tabs. The reply is a line with `ok`, the JSON
/// text encoded again and the JSON list of the deviations (`path`, `expected`, `found`), or with `error` and a JSON string, separated by
/// tabs.
///
/// # Errors
/// When the requests cannot be read or the replies cannot be written.
pub fn serve(requests: impl BufRead, mut replies: impl Write) -> std::io::Result<()> {
    let codecs: HashMap<String, &Codec> = codecs()
        .map(|codec| {
            let Operation { scope, id, .. } = codec.operation;
            (format!("{scope}.{id}"), codec)
        })
        .collect();
    for request in requests.split(b'\n') {
        let request = request?;
        let mut parts = request.splitn(3, |&byte| byte == b'\t');
        let mut part = || parts.next().unwrap_or_default();
        let (operation, kind, json) = (part(), part(), part());
        let codec = std::str::from_utf8(operation)
            .ok()
            .and_then(|operation| codecs.get(operation));
        let recode = match kind {
            b"response" => codec.map(|codec| codec.response),
            _ => codec.and_then(|codec| codec.body),
        };
        let reply = match recode {
            Some(recode) => recode(json),
            None => Err("the crate has no such operation or body".to_owned()),
        };
        match reply {
            Ok(Recoded { json, deviations }) => {
                let deviations = deviations.iter().map(|deviation| {
                    json!({
                        "path": deviation.path(),
                        "expected": deviation.expected(),
                        "found": deviation.found().to_string(),
                    })
                });
                replies.write_all(b"ok\t")?;
                replies.write_all(&json)?;
                write!(replies, "\t{}", json!(deviations.collect::<Vec<_>>()))?;
            }
            Err(message) => write!(replies, "error\t{}", json!(message))?,
        }
        replies.write_all(b"\n")?;
    }
    replies.flush()
}
