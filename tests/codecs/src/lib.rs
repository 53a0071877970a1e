//! Decoding and encoding by the name of an operation: `cargo xtask examples` runs documented examples through it, a fuzz target random bodies.

use std::collections::HashMap;
use std::io::{BufRead, Write};

// Generated code names the types of the runtime as those of its own crate.
#[allow(unused_imports, reason = "only some responses are maps")]
use cisco_secure_access::Entries;
use cisco_secure_access::{Deviation, LenientDeserialize, Operation};
use serde::Serialize;
use serde_json::json;

/// The generated codecs, one module for each scope.
mod generated {
    include!(concat!(env!("OUT_DIR"), "/codecs.rs"));
}

/// Decodes JSON to a type of the crate and encodes it again. The error is the reason why it cannot be decoded.
pub type Recode = fn(&[u8]) -> Result<Recoded, String>;

/// A value that was decoded and encoded again.
#[derive(Debug)]
pub struct Recoded {
    /// The value as JSON.
    pub json: Vec<u8>,
    /// The deviations of the JSON from the documentation of the type.
    pub deviations: Vec<Deviation>,
}

/// The types of the response and the body of an operation.
#[derive(Debug)]
pub struct Codec {
    /// The operation.
    pub operation: &'static Operation,
    /// Its response, which may have no body.
    pub response: Recode,
    /// Its body, if it has one that is not an upload.
    pub body: Option<Recode>,
}

fn recode<T: LenientDeserialize + Serialize>(text: &[u8]) -> Result<Recoded, String> {
    let (value, deviations) = T::from_body(text)?;
    Ok(Recoded {
        json: serde_json::to_vec(&value).map_err(|error| error.to_string())?,
        deviations,
    })
}

/// The codecs of all operations.
pub fn all() -> impl Iterator<Item = &'static Codec> {
    generated::ALL.iter().copied().flatten()
}

/// Serves requests until the end of the input, each on its own line.
///
/// A request is `<scope>.<operation>`, `response` or `body`, and JSON, separated by tabs. The reply is a line with `ok`, the encoded JSON
/// and the JSON list of the deviations (`path`, `expected`, `found`), or with `error` and a JSON string, separated by tabs.
///
/// # Errors
/// When the requests cannot be read or the replies cannot be written.
pub fn serve(requests: impl BufRead, mut replies: impl Write) -> std::io::Result<()> {
    let codecs: HashMap<String, &Codec> = all()
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
