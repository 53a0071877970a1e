//! Objects: iteration over their properties, in both passes.
//!
//! A generated struct implements [`ObjectFields`], which describes its properties and their decoding and encoding. All other code is shared
//! by all structs.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::Serializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::collection::Seed;
use super::encode::serialize_object;
use super::fields::{FieldSource, ObjectFields};
use super::generated::Codec;
use super::property_index::PropertyIndex;
use super::{DecodeContext, Decoded, LenientDeserialize, TimeFormat};

/// The kind of objects that are JSON objects.
pub(crate) enum Object {}

impl<T: ObjectFields> Codec<T> for Object {
    const EXPECTED: &'static str = OBJECT;

    #[inline]
    fn from_json<'de, D: Deserializer<'de>>(
        deserializer: D,
        _: &mut Option<Value>,
    ) -> Result<Option<T>, D::Error> {
        let object = deserializer.deserialize_any(ObjectVisitor(PhantomData))?;
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

/// Decodes an object in the fast pass.
pub(super) struct ObjectVisitor<T>(pub(super) PhantomData<T>);

/// Whether an object has a documented property of its type.
pub(super) struct IsDocumented(pub(super) bool);

impl<'de, T: ObjectFields> Visitor<'de> for ObjectVisitor<T> {
    type Value = Option<(T, IsDocumented)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(OBJECT)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = T::empty();
        let mut wire_form = None;
        let mut is_documented = IsDocumented(false);
        while let Some(name) = map.next_key_seed(PropertySeed(T::INDEX))? {
            match name {
                PropertyName::Documented(property) => {
                    is_documented = IsDocumented(true);
                    object.decode_field(
                        property,
                        JsonSource {
                            json: PhantomData,
                            map: &mut map,
                            wire_form: &mut wire_form,
                            keeps_null: T::SHAPE.keeps_nulls,
                        },
                    )?;
                    if let Some(value) = wire_form.take() {
                        object.kept_mut().keep_wire_form(property, value);
                    }
                }
                PropertyName::Undocumented(name) => {
                    let value = map.next_value()?;
                    object.kept_mut().properties_mut().insert(name, value);
                }
            }
        }
        Ok(Some((object, is_documented)))
    }
}

const OBJECT: &str = "an object";

/// Reads a name as the number of a documented property.
struct PropertySeed(&'static PropertyIndex);

enum PropertyName {
    Documented(usize),
    Undocumented(String),
}

impl<'de> DeserializeSeed<'de> for PropertySeed {
    type Value = PropertyName;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for PropertySeed {
    type Value = PropertyName;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a property")
    }

    #[inline]
    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(match self.0.find(name) {
            Some(property) => PropertyName::Documented(property),
            None => PropertyName::Undocumented(name.to_owned()),
        })
    }
}

/// The next value of a JSON object, in the fast pass.
struct JsonSource<'a, 'de, A> {
    json: PhantomData<&'de ()>,
    map: &'a mut A,
    wire_form: &'a mut Option<Value>,
    keeps_null: bool,
}

impl<'de, A: MapAccess<'de>> JsonSource<'_, 'de, A> {
    #[inline]
    fn keep_null<T>(wire_form: &mut Option<Value>, keeps_null: bool, field: &Option<T>) {
        if field.is_none() && keeps_null && wire_form.is_none() {
            *wire_form = Some(Value::Null);
        }
    }
}

impl<'de, A: MapAccess<'de>> FieldSource for JsonSource<'_, 'de, A> {
    type Error = A::Error;

    #[inline]
    fn read<T: LenientDeserialize>(self, field: &mut Option<T>) -> Result<(), A::Error> {
        *field = self
            .map
            .next_value_seed(Seed(&mut *self.wire_form, PhantomData))?;
        Self::keep_null(self.wire_form, self.keeps_null, field);
        Ok(())
    }

    #[inline]
    fn read_time(
        self,
        field: &mut Option<DateTime<Utc>>,
        format: TimeFormat,
    ) -> Result<(), A::Error> {
        struct TimeSeed<'a>(TimeFormat, &'a mut Option<Value>);

        impl<'de> DeserializeSeed<'de> for TimeSeed<'_> {
            type Value = Option<DateTime<Utc>>;

            fn deserialize<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Self::Value, D::Error> {
                self.0.decode_json(deserializer, self.1)
            }
        }

        *field = self
            .map
            .next_value_seed(TimeSeed(format, &mut *self.wire_form))?;
        Self::keep_null(self.wire_form, self.keeps_null, field);
        Ok(())
    }
}

/// A parsed value, in the tolerant pass.
struct ValueSource<'a> {
    value: &'a Value,
    context: &'a mut DecodeContext,
    fit: &'a mut Fit,
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

    fn read_time(
        self,
        field: &mut Option<DateTime<Utc>>,
        format: TimeFormat,
    ) -> Result<(), Infallible> {
        Self::take(
            field,
            self.fit,
            format.decode_value(self.value, self.context),
        );
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
