//! Responses: the typed one that users get, the raw one that the pipeline hands over, and what is between them.
//!
//! `decode` makes types of bodies, `deviation` says where a body differs from its documentation.

pub(crate) mod decode;
mod deviation;
mod raw;
mod required;
mod typed;

pub(crate) use decode::without_value;
pub use decode::{
    Entries, Extra, LenientDeserialize, Nullable, ParseEnumError, UnknownInteger, UnknownValue,
};
pub(crate) use deviation::DeviationPolicy;
pub use deviation::{Deviation, JsonType};
pub use raw::RawResponse;
pub use required::Required;
pub use typed::{Response, ResponseParts};
