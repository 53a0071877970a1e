//! Objects: iteration over their properties, in both passes.
//!
//! A generated struct implements [`ObjectFields`], which describes its properties and their decoding and encoding. All other code is shared
//! by all structs.

use std::convert::Infallible;

use serde::Deserialize;
use serde::Serializer;
use serde::de::{Deserializer, Error};
use serde_json::{Map, Value};

use super::encode::serialize_object;
use super::fields::{FieldSource, ObjectFields};
use super::format::Format;
use super::generated::Codec;
use super::scalar;
use super::{DecodeContext, Decoded, LenientDeserialize, Mismatch, Order, Reader};

/// The kind of objects that are JSON objects.
pub(crate) enum Object {}

impl<T: ObjectFields> Codec<T> for Object {
    const EXPECTED: &'static str = OBJECT;

    #[inline]
    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        _: &mut Option<Value>,
    ) -> Result<Option<T>, Mismatch> {
        let object = object_from_json(reader, order, T::SHAPE.keeps_nulls)?;
        Ok(object.map(|(object, _)| object))
    }

    #[inline]
    fn variant_from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        _: &mut Option<Value>,
    ) -> Result<Option<T>, Mismatch> {
        // Present properties decide the variant of a union, including nulls.
        let object = object_from_json(reader, order, true)?;
        Ok(object.map(|(object, _)| object))
    }

    #[inline]
    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<T> {
        object_from_value(value, context)
    }

    #[inline]
    fn encode<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(value, serializer)
    }

    #[inline]
    fn accepts_object(object: &Map<String, Value>) -> bool {
        has_property_of::<T>(object)
    }
}

/// Whether an object has a documented property of its type.
pub(super) struct IsDocumented(pub(super) bool);

const OBJECT: &str = "an object";

/// Decodes an object in the fast pass.
pub(super) fn object_from_json<T: ObjectFields>(
    reader: &mut Reader<'_>,
    order: &mut Order,
    keeps_nulls: bool,
) -> Result<Option<(T, IsDocumented)>, Mismatch> {
    if reader.null()? {
        return Ok(None);
    }
    reader.open(b'{')?;
    let mut object = T::empty();
    let mut wire_form = None;
    let mut is_documented = IsDocumented(false);
    let mut expected = 0;
    let mut is_first = true;
    while reader.next(b'}', &mut is_first)? {
        let Some((property, step)) = next_property::<T>(reader, order, expected, &mut object)?
        else {
            continue;
        };
        expected = step + 1;
        is_documented = IsDocumented(true);
        object.decode_field(
            property,
            JsonSource {
                reader,
                order: order.content(step),
                wire_form: &mut wire_form,
                keeps_null: keeps_nulls,
            },
        )?;
        if let Some(value) = wire_form.take() {
            object.kept_mut().keep_wire_form(property, value);
        }
    }
    Ok(Some((object, is_documented)))
}

/// Reads the name of the next property; returns its number and its step in the order of the properties. The value of an undocumented
/// property is kept.
#[inline]
fn next_property<T: ObjectFields>(
    reader: &mut Reader<'_>,
    order: &mut Order,
    expected: usize,
    object: &mut T,
) -> Result<Option<(usize, usize)>, Mismatch> {
    if let Some(property) = order.expected(expected)
        && reader.is_name(T::PROPERTIES[property])
    {
        return Ok(Some((property, expected)));
    }
    let name = reader.name()?;
    if let Some(property) = T::INDEX.find(&name) {
        let step = order.step_of(property, expected, T::PROPERTIES.len());
        return Ok(Some((property, step)));
    }
    let value = reader.value()?;
    let properties = object.kept_mut().properties_mut();
    properties.insert(name.into_owned(), value);
    Ok(None)
}

/// The next value of a JSON text, in the fast pass.
pub(super) struct JsonSource<'a, 'de> {
    pub(super) reader: &'a mut Reader<'de>,
    pub(super) order: &'a mut Order,
    pub(super) wire_form: &'a mut Option<Value>,
    pub(super) keeps_null: bool,
}

impl JsonSource<'_, '_> {
    #[inline]
    fn keep_null<T>(self, field: &Option<T>) {
        if field.is_none() && self.keeps_null && self.wire_form.is_none() {
            *self.wire_form = Some(Value::Null);
        }
    }
}

impl FieldSource for JsonSource<'_, '_> {
    type Error = Mismatch;

    #[inline]
    fn read<T: LenientDeserialize>(self, field: &mut Option<T>) -> Result<(), Mismatch> {
        *field = T::from_json(self.reader, self.order, self.wire_form)?;
        self.keep_null(field);
        Ok(())
    }

    #[inline]
    fn read_variant<T: LenientDeserialize>(self) -> Result<Option<T>, Mismatch> {
        T::variant_from_json(self.reader, self.order, self.wire_form)
    }

    #[inline]
    fn read_format<F: Format>(
        self,
        field: &mut Option<F::Value>,
        format: F,
    ) -> Result<(), Mismatch> {
        *field = scalar::from_json(&format, self.reader, self.wire_form)?;
        self.keep_null(field);
        Ok(())
    }
}

/// A parsed value, in the tolerant pass.
pub(super) struct ValueSource<'a> {
    pub(super) value: &'a Value,
    pub(super) context: &'a mut DecodeContext,
    pub(super) fit: &'a mut Fit,
}

/// The result of matching a value with its field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Exact,
    Coerced,
    Mismatched,
}

impl ValueSource<'_> {
    fn take<T>(field: &mut Option<T>, fit: &mut Fit, decoded: Decoded<T>) {
        *fit = match decoded {
            Decoded::Exact(_) => Fit::Exact,
            Decoded::Coerced(_) => Fit::Coerced,
            Decoded::Mismatched(_) => Fit::Mismatched,
        };
        *field = decoded.into_value();
    }
}

impl FieldSource for ValueSource<'_> {
    type Error = Infallible;

    fn read<T: LenientDeserialize>(self, field: &mut Option<T>) -> Result<(), Infallible> {
        Self::take(field, self.fit, T::from_value(self.value, self.context));
        Ok(())
    }

    fn read_format<F: Format>(
        self,
        field: &mut Option<F::Value>,
        format: F,
    ) -> Result<(), Infallible> {
        let decoded = scalar::from_value(&format, self.value, self.context);
        Self::take(field, self.fit, decoded);
        Ok(())
    }
}

/// Decodes an object in the tolerant pass.
pub(crate) fn object_from_value<T: ObjectFields>(
    value: &Value,
    context: &mut DecodeContext,
) -> Decoded<T> {
    match value {
        Value::Null => Decoded::Coerced(None),
        Value::Object(map) => Decoded::Exact(from_map(map, context)),
        // Some languages encode an empty object as `[]`.
        Value::Array(list) => match list.as_slice() {
            [] => context.coerce(None, OBJECT, value),
            [Value::Object(map)] => {
                context.deviate(OBJECT, value);
                Decoded::Coerced(Some(from_map(map, context)))
            }
            _ => context.mismatch(OBJECT, value),
        },
        _ => context.mismatch(OBJECT, value),
    }
}

pub(super) fn from_map<T: ObjectFields>(
    map: &Map<String, Value>,
    context: &mut DecodeContext,
) -> T {
    let mut object = T::empty();
    // Present properties decide the variant of a union, including nulls.
    let keeps_nulls = T::SHAPE.keeps_nulls || context.is_variant();
    for (name, value) in map {
        match T::INDEX.find(name) {
            Some(property) => match decode_property(&mut object, property, value, context) {
                Fit::Exact => {}
                Fit::Coerced if value.is_null() && !keeps_nulls => {}
                Fit::Coerced => object.kept_mut().keep_wire_form(property, value.clone()),
                Fit::Mismatched => keep(&mut object, name, value),
            },
            None => keep(&mut object, name, value),
        }
    }
    object
}

fn keep<T: ObjectFields>(object: &mut T, name: &str, value: &Value) {
    let properties = object.kept_mut().properties_mut();
    properties.insert(name.to_owned(), value.clone());
}

pub(super) fn decode_property<T: ObjectFields>(
    object: &mut T,
    property: usize,
    value: &Value,
    context: &mut DecodeContext,
) -> Fit {
    context.path.push_property(T::PROPERTIES[property]);
    let fit = decode_field(object, property, value, context);
    context.path.pop();
    fit
}

pub(super) fn decode_field<T: ObjectFields>(
    object: &mut T,
    property: usize,
    value: &Value,
    context: &mut DecodeContext,
) -> Fit {
    let mut fit = Fit::Exact;
    let source = ValueSource {
        value,
        context,
        fit: &mut fit,
    };
    match object.decode_field(property, source) {
        Ok(()) => {}
    }
    fit
}

/// Decodes an object with serde, as leniently as in a response: from a file, or from the data of another program.
pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: LenientDeserialize,
{
    let value = Value::deserialize(deserializer)?;
    let mut context = DecodeContext::default();
    match T::from_value(&value, &mut context) {
        Decoded::Exact(value)
        | Decoded::Coerced(Some(value))
        | Decoded::Mismatched(Some(value)) => Ok(value),
        Decoded::Coerced(None) | Decoded::Mismatched(None) => Err(D::Error::custom(format_args!(
            "expected {}, found {}",
            T::EXPECTED,
            crate::response::JsonType::of(&value)
        ))),
    }
}

/// Implements a struct as a type of the API.
macro_rules! object {
    ($name:ident, $kind:ident) => {
        impl $crate::response::decode::Generated for $name {
            type Kind = $crate::response::decode::$kind;
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::response::decode::deserialize(d)
            }
        }

        impl ::serde::Serialize for $name {
            #[inline]
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::response::decode::LenientDeserialize::encode(self, serializer)
            }
        }

        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::response::decode::debug_object(self, f)
            }
        }
    };
}

pub(crate) use object;

/// Whether an object has a documented property of the type.
pub(super) fn has_property_of<T: ObjectFields>(object: &Map<String, Value>) -> bool {
    object.keys().any(|name| T::INDEX.find(name).is_some())
}
