//! Reading and writing by the name of an operation: what `cargo xtask examples` runs documented examples through.
//!
//! Internal: here only with the feature `codecs`, and free to change at any time.

use std::io::{BufRead, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api;
use crate::operation::Operation;
use crate::response::LenientDeserialize;
use crate::response::decode;

/// Reads a JSON text as a type of the crate and writes it again, or says what is wrong with it.
pub type Recode = fn(&[u8]) -> Result<Vec<u8>, String>;

/// What an operation answers and takes.
#[derive(Debug)]
pub struct Codec {
    /// The operation.
    pub operation: &'static Operation,
    /// Its answer.
    pub answer: Recode,
    /// Its body, if it takes one that is no upload.
    pub body: Option<Recode>,
}

/// All operations of the enabled scopes.
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

/// Answers questions until there are no more, each on a line of its own.
///
/// A question is `<scope>.<operation>`, `answer` or `body`, and a JSON text, with tabs between them. The reply is `ok` and the JSON
/// text as it was written again, or `error` and a JSON string that says why not, with a tab between them.
///
/// # Errors
/// When the questions cannot be read or the replies cannot be written.
pub fn serve(questions: impl BufRead, mut replies: impl Write) -> std::io::Result<()> {
    let codecs: std::collections::HashMap<String, &Codec> = codecs()
        .map(|codec| {
            let Operation { scope, id, .. } = codec.operation;
            (format!("{scope}.{id}"), codec)
        })
        .collect();
    for question in questions.split(b'\n') {
        let question = question?;
        let mut parts = question.splitn(3, |&byte| byte == b'\t');
        let mut part = || parts.next().unwrap_or_default();
        let (operation, kind, json) = (part(), part(), part());
        let codec = std::str::from_utf8(operation)
            .ok()
            .and_then(|operation| codecs.get(operation));
        let recode = match kind {
            b"answer" => codec.map(|codec| codec.answer),
            _ => codec.and_then(|codec| codec.body),
        };
        let reply = match recode {
            Some(recode) => recode(json),
            None => Err("the crate has nothing of the kind".to_owned()),
        };
        match reply {
            Ok(text) => {
                replies.write_all(b"ok\t")?;
                replies.write_all(&text)?;
            }
            Err(why) => {
                replies.write_all(b"error\t")?;
                serde_json::to_writer(&mut replies, &why)?;
            }
        }
        replies.write_all(b"\n")?;
    }
    replies.flush()
}

/// Reads an answer as a call does.
pub(crate) fn answer<T: LenientDeserialize + Serialize>(text: &[u8]) -> Result<Vec<u8>, String> {
    let decoded = decode::from_body::<T>(text, true).map_err(|error| error.describe(text))?;
    serde_json::to_vec(&decoded.value).map_err(|error| error.to_string())
}

/// Reads a body that somebody wrote down.
pub(crate) fn body<T: DeserializeOwned + Serialize>(text: &[u8]) -> Result<Vec<u8>, String> {
    let value: T = decode::from_json_body(text)?;
    serde_json::to_vec(&value).map_err(|error| error.to_string())
}
