//! Strings, numbers and booleans, decoded from any equivalent JSON scalar: an integer from a quoted number, a string from a number.

use std::marker::PhantomData;

use serde::ser::Serializer;
use serde_json::Value;

use super::reader::JsonNumber;
use super::{DecodeContext, Decoded, LenientDeserialize, Mismatch, Order, Reader};
use crate::secret::SecretString;

/// 2^53: up to here, every integral `f64` is exact.
const MAX_EXACT_INTEGER: u64 = 1 << 53;

/// A scalar type, with a conversion from each kind of JSON scalar.
pub(crate) trait Scalar: Sized {
    const EXPECTED: &'static str;

    fn decode_text(&self, text: &str) -> Decoded<Self::Value>;

    fn decode_integer(&self, _: i64) -> Decoded<Self::Value> {
        Decoded::Mismatched(None)
    }

    fn decode_unsigned(&self, _: u64) -> Decoded<Self::Value> {
        Decoded::Mismatched(None)
    }

    fn decode_float(&self, _: f64) -> Decoded<Self::Value> {
        Decoded::Mismatched(None)
    }

    fn decode_bool(&self, _: bool) -> Decoded<Self::Value> {
        Decoded::Mismatched(None)
    }

    /// The scalar type.
    type Value;
}

/// Decodes a scalar in the fast pass.
#[inline]
pub(super) fn from_json<S: Scalar>(
    scalar: &S,
    reader: &mut Reader<'_>,
    wire_form: &mut Option<Value>,
) -> Result<Option<S::Value>, Mismatch> {
    match reader.peek()? {
        b'"' => {
            let text = reader.text()?;
            finish(scalar.decode_text(&text), wire_form, || text.into())
        }
        b'n' => reader.word("null").map(|()| None),
        b't' => {
            reader.word("true")?;
            finish(scalar.decode_bool(true), wire_form, || true.into())
        }
        b'f' => {
            reader.word("false")?;
            finish(scalar.decode_bool(false), wire_form, || false.into())
        }
        _ => match reader.number()? {
            JsonNumber::Integer(number) => {
                finish(scalar.decode_integer(number), wire_form, || number.into())
            }
            JsonNumber::Unsigned(number) => {
                finish(scalar.decode_unsigned(number), wire_form, || number.into())
            }
            JsonNumber::Float(number) => {
                finish(scalar.decode_float(number), wire_form, || number.into())
            }
        },
    }
}

/// Keeps the JSON of a value that its type encodes in another form.
#[inline]
fn finish<T>(
    decoded: Decoded<T>,
    wire_form: &mut Option<Value>,
    json: impl FnOnce() -> Value,
) -> Result<Option<T>, Mismatch> {
    match decoded {
        Decoded::Exact(value) => Ok(Some(value)),
        Decoded::Coerced(value) => {
            *wire_form = Some(json());
            Ok(value)
        }
        Decoded::Mismatched(_) => Err(Mismatch),
    }
}

/// Decodes a scalar in the tolerant pass.
pub(super) fn from_value<S: Scalar>(
    scalar: &S,
    value: &Value,
    context: &mut DecodeContext,
) -> Decoded<S::Value> {
    let decoded = match value {
        Value::Null => Decoded::Coerced(None),
        Value::Bool(value) => scalar.decode_bool(*value),
        Value::String(text) => scalar.decode_text(text),
        Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => scalar.decode_integer(number),
            (_, Some(number), _) => scalar.decode_unsigned(number),
            (.., Some(number)) => scalar.decode_float(number),
            _ => Decoded::Mismatched(None),
        },
        Value::Array(_) | Value::Object(_) => Decoded::Mismatched(None),
    };
    if matches!(decoded, Decoded::Mismatched(_)) {
        context.deviate(S::EXPECTED, value);
    }
    decoded
}

/// Types that are scalars.
pub(super) struct Plain<T>(PhantomData<T>);

pub(super) const INTEGER: Plain<i64> = Plain(PhantomData);

macro_rules! plain_scalars {
    ($($ty:ty => |$value:ident, $serializer:ident| $encode:expr;)*) => {
        $(impl LenientDeserialize for $ty {
            const EXPECTED: &'static str = <Plain<$ty> as Scalar>::EXPECTED;

            #[inline]
            fn from_json(
                reader: &mut Reader<'_>,
                _: &mut Order,
                wire_form: &mut Option<Value>,
            ) -> Result<Option<Self>, Mismatch> {
                from_json(&Plain::<$ty>(PhantomData), reader, wire_form)
            }

            fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Self> {
                from_value(&Plain::<$ty>(PhantomData), value, context)
            }

            #[inline]
            fn encode<S: Serializer>(&self, $serializer: S) -> Result<S::Ok, S::Error> {
                let $value = self;
                $encode
            }
        })*
    };
}

plain_scalars! {
    String => |value, serializer| serializer.serialize_str(value);
    i64 => |value, serializer| serializer.serialize_i64(*value);
    f64 => |value, serializer| encode_float(*value, serializer);
    bool => |value, serializer| serializer.serialize_bool(*value);
}

/// Encodes an integral number without a fraction, as services do.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn encode_float<S: Serializer>(value: f64, serializer: S) -> Result<S::Ok, S::Error> {
    if is_whole(value) {
        serializer.serialize_i64(value as i64)
    } else {
        serializer.serialize_f64(value)
    }
}

#[expect(clippy::cast_precision_loss, reason = "the constant is exact")]
fn is_whole(value: f64) -> bool {
    value.fract() == 0.0 && value.abs() <= MAX_EXACT_INTEGER as f64
}

impl Scalar for Plain<String> {
    const EXPECTED: &'static str = "a string";
    type Value = String;

    #[inline]
    fn decode_text(&self, text: &str) -> Decoded<String> {
        Decoded::Exact(text.to_owned())
    }

    fn decode_integer(&self, value: i64) -> Decoded<String> {
        Decoded::Coerced(Some(value.to_string()))
    }

    fn decode_unsigned(&self, value: u64) -> Decoded<String> {
        Decoded::Coerced(Some(value.to_string()))
    }

    fn decode_float(&self, value: f64) -> Decoded<String> {
        Decoded::Coerced(Some(value.to_string()))
    }

    fn decode_bool(&self, value: bool) -> Decoded<String> {
        Decoded::Coerced(Some(value.to_string()))
    }
}

/// A secret is decoded like a string.
impl LenientDeserialize for SecretString {
    const EXPECTED: &'static str = String::EXPECTED;

    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        String::from_json(reader, order, wire_form).map(|text| text.map(Self::from))
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Self> {
        String::from_value(value, context).map(Self::from)
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose_secret())
    }
}

impl Scalar for Plain<i64> {
    const EXPECTED: &'static str = "an integer";
    type Value = i64;

    fn decode_text(&self, text: &str) -> Decoded<i64> {
        parsed(text)
    }

    fn decode_bool(&self, value: bool) -> Decoded<i64> {
        no_number(value)
    }

    #[inline]
    fn decode_integer(&self, value: i64) -> Decoded<i64> {
        Decoded::Exact(value)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    fn decode_float(&self, value: f64) -> Decoded<i64> {
        match is_whole(value) {
            true => Decoded::Coerced(Some(value as i64)),
            false => Decoded::Mismatched(None),
        }
    }
}

impl Scalar for Plain<f64> {
    const EXPECTED: &'static str = "a number";
    type Value = f64;

    fn decode_text(&self, text: &str) -> Decoded<f64> {
        match parsed::<f64>(text) {
            // `nan` and `inf` are not numbers.
            Decoded::Coerced(Some(value)) if !value.is_finite() => Decoded::Mismatched(None),
            decoded => decoded,
        }
    }

    fn decode_bool(&self, value: bool) -> Decoded<f64> {
        no_number(value)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "an inexact value keeps its wire form"
    )]
    fn decode_integer(&self, value: i64) -> Decoded<f64> {
        match value.unsigned_abs() <= MAX_EXACT_INTEGER {
            true => Decoded::Exact(value as f64),
            false => Decoded::Coerced(Some(value as f64)),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "the wire form is kept")]
    fn decode_unsigned(&self, value: u64) -> Decoded<f64> {
        Decoded::Coerced(Some(value as f64))
    }

    #[inline]
    fn decode_float(&self, value: f64) -> Decoded<f64> {
        match is_whole(value) {
            true => Decoded::Coerced(Some(value)),
            false => Decoded::Exact(value),
        }
    }
}

impl Scalar for Plain<bool> {
    const EXPECTED: &'static str = "a boolean";
    type Value = bool;

    fn decode_text(&self, text: &str) -> Decoded<bool> {
        match text {
            "true" | "True" | "TRUE" | "1" => Decoded::Coerced(Some(true)),
            "false" | "False" | "FALSE" | "0" => Decoded::Coerced(Some(false)),
            "" => Decoded::Coerced(None),
            _ => Decoded::Mismatched(None),
        }
    }

    fn decode_integer(&self, value: i64) -> Decoded<bool> {
        match value {
            0 => Decoded::Coerced(Some(false)),
            1 => Decoded::Coerced(Some(true)),
            _ => Decoded::Mismatched(None),
        }
    }

    #[inline]
    fn decode_bool(&self, value: bool) -> Decoded<bool> {
        Decoded::Exact(value)
    }
}

/// `false` instead of a documented number represents an absent value.
fn no_number<T>(value: bool) -> Decoded<T> {
    match value {
        false => Decoded::Coerced(None),
        true => Decoded::Mismatched(None),
    }
}

/// A quoted number; an empty string represents an absent value.
fn parsed<T: std::str::FromStr>(text: &str) -> Decoded<T> {
    let text = text.trim_ascii();
    match text.parse() {
        Ok(value) => Decoded::Coerced(Some(value)),
        Err(_) if text.is_empty() => Decoded::Coerced(None),
        Err(_) => Decoded::Mismatched(None),
    }
}
