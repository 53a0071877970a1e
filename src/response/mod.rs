//! Responses: the typed response of the public API, the raw response of the pipeline, and the decoding between them.
//!
//! `decode` decodes bodies to types, `deviation` describes the differences between a body and its documentation.

pub(crate) mod decode;
mod deviation;
mod raw;
mod required;
mod typed;

pub use decode::{
    Entries, Extra, LenientDeserialize, Nullable, ParseEnumError, UnknownInteger, UnknownValue,
};
pub(crate) use decode::{Mismatch, Reader as JsonReader, without_value};
pub(crate) use deviation::DeviationPolicy;
pub use deviation::{Deviation, JsonType};
pub use raw::RawResponse;
pub use required::Required;
pub use typed::{Response, ResponseParts};
