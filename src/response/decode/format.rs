//! Scalars whose JSON has another format than that of their Rust type: the field of the object names it.

use std::fmt;

use serde::Serialize;
use serde::ser::Serializer;

use super::Decoded;
use super::reader;
use super::scalar::{INTEGER, Plain, Scalar};

/// The format of the JSON of a scalar.
pub(crate) trait Format: Scalar<Value: PartialEq + fmt::Debug> {
    /// Encodes a value in this format.
    fn encode<S: Serializer>(&self, value: &Self::Value, serializer: S) -> Result<S::Ok, S::Error>;
}

/// A scalar that is encoded in a format.
pub(super) struct Formatted<'a, F: Format>(pub(super) &'a F::Value, pub(super) F);

impl<F: Format> Serialize for Formatted<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.1.encode(self.0, serializer)
    }
}

/// An integer in a string: `"17"`.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "only some APIs have such integers")]
pub(crate) struct QuotedInteger;

impl Scalar for QuotedInteger {
    const EXPECTED: &'static str = <Plain<i64> as Scalar>::EXPECTED;
    type Value = i64;

    #[inline]
    fn decode_text(&self, text: &str) -> Decoded<i64> {
        match reader::integer(text) {
            // JSON has one form of each integer.
            Some(value) => Decoded::Exact(value),
            None => INTEGER.decode_text(text),
        }
    }

    fn decode_integer(&self, value: i64) -> Decoded<i64> {
        Decoded::Coerced(Some(value))
    }

    fn decode_float(&self, value: f64) -> Decoded<i64> {
        INTEGER.decode_float(value)
    }

    fn decode_bool(&self, value: bool) -> Decoded<i64> {
        INTEGER.decode_bool(value)
    }
}

impl Format for QuotedInteger {
    fn encode<S: Serializer>(&self, value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }
}
