//! What decodes the response or the body of an operation and encodes it again; the generated code has one for each.

use serde::Serialize;

use super::decode::EmptyBody;
use super::{Deviation, LenientDeserialize, decode};
use crate::operation::Operation;

/// Decodes a JSON text as a type of the crate and encodes it again. An error says why the type does not hold it.
pub type Recode = fn(&[u8]) -> Result<Recoded, String>;

/// A value that was decoded and encoded again.
#[derive(Debug)]
pub struct Recoded {
    /// The value as JSON text.
    pub json: Vec<u8>,
    /// Where the text differs from the documentation of the type.
    pub deviations: Vec<Deviation>,
}

/// The types of the response and the body of an operation.
#[derive(Debug)]
pub struct Codec {
    /// The operation.
    pub operation: &'static Operation,
    /// Its response.
    pub response: Recode,
    /// Its body, if it has one that is not an upload.
    pub body: Option<Recode>,
}

/// Recodes a response, which may have no body.
pub(crate) fn response<T: LenientDeserialize + Serialize>(text: &[u8]) -> Result<Recoded, String> {
    let has_body = !text.trim_ascii().is_empty();
    let empty = if has_body {
        EmptyBody::Unexpected
    } else {
        EmptyBody::Any
    };
    recode::<T>(text, empty)
}

/// Recodes a body.
pub(crate) fn body<T: LenientDeserialize + Serialize>(text: &[u8]) -> Result<Recoded, String> {
    recode::<T>(text, EmptyBody::Unexpected)
}

fn recode<T: LenientDeserialize + Serialize>(
    text: &[u8],
    empty: EmptyBody,
) -> Result<Recoded, String> {
    let decoded = decode::from_body::<T>(text, empty).map_err(|error| error.describe(text))?;
    Ok(Recoded {
        json: serde_json::to_vec(&decoded.value).map_err(|error| error.to_string())?,
        deviations: decoded.deviations,
    })
}
