//! The way back: objects as JSON and as debug output.
//!
//! A field is written from its value. Where the object keeps what was read for it, that is written as long as the field still has the
//! value that it stands for; so an object that was read is written as it came, and a change of a field counts.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::ser::{Error, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::collection::Encoded;
use super::extra::{Extra, ListPresence};
use super::object::ObjectFields;
use super::{DecodeContext, LenientDeserialize, TimeFormat};
use crate::redacted::Redacted;

/// A value that a field can have.
pub(crate) trait FieldValue: LenientDeserialize + PartialEq + fmt::Debug {}

impl<T: LenientDeserialize + PartialEq + fmt::Debug> FieldValue for T {}

/// A list or map that is empty where there is none.
pub(crate) trait List: FieldValue {
    fn is_empty(&self) -> bool;
}

impl<T: FieldValue> List for Vec<T> {
    fn is_empty(&self) -> bool {
        Vec::is_empty(self)
    }
}

impl<T: FieldValue> List for BTreeMap<String, T> {
    fn is_empty(&self) -> bool {
        BTreeMap::is_empty(self)
    }
}

impl List for Map<String, Value> {
    fn is_empty(&self) -> bool {
        Map::is_empty(self)
    }
}

/// Receives the fields of an object, in the order of its properties.
pub(crate) trait FieldEncoder {
    type Error;

    /// A field that may be absent.
    fn optional<T: FieldValue>(&mut self, field: &Option<T>) -> Result<(), Self::Error>;

    /// A field that has to be there when the object is sent.
    fn required<T: FieldValue>(&mut self, field: &Option<T>) -> Result<(), Self::Error>;

    /// A list or map that is empty where there is none.
    fn list<T: List>(
        &mut self,
        field: &T,
        presence: ListPresence,
        number: u32,
    ) -> Result<(), Self::Error>;

    /// A point in time that is written in this format.
    fn time(
        &mut self,
        field: &Option<DateTime<Utc>>,
        format: TimeFormat,
    ) -> Result<(), Self::Error>;

    /// A secret, which may be absent.
    fn secret<T: FieldValue>(&mut self, field: &Option<T>) -> Result<(), Self::Error> {
        self.optional(field)
    }

    /// A secret that has to be there when the object is sent.
    fn required_secret<T: FieldValue>(&mut self, field: &Option<T>) -> Result<(), Self::Error> {
        self.required(field)
    }
}

/// Writes an object as JSON.
pub(crate) fn serialize_object<S, T>(object: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    T: ObjectFields,
{
    if !T::POSITIONS.is_empty() {
        return serialize_positions(object, serializer);
    }
    let mut map = serializer.serialize_map(None)?;
    let extra = object.kept();
    object.encode_fields(&mut JsonEncoder::<_, T> {
        map: &mut map,
        extra,
        next: 0,
        object: std::marker::PhantomData,
    })?;
    for (name, value) in extra.properties() {
        if T::PROPERTIES.binary_search(&name.as_str()).is_err() {
            map.serialize_entry(name, value)?;
        }
    }
    map.end()
}

/// Writes an object that stands as a list of values by position.
fn serialize_positions<S, T>(object: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    T: ObjectFields,
{
    let mut values = Values(Vec::new());
    match object.encode_fields(&mut values) {
        Ok(()) => {}
    }
    let positions = T::POSITIONS.iter();
    serializer.collect_seq(positions.map(|property| values.0.get(*property)))
}

struct JsonEncoder<'a, M, T> {
    map: &'a mut M,
    extra: &'a Extra,
    next: usize,
    object: std::marker::PhantomData<T>,
}

impl<M: SerializeMap, T: ObjectFields> JsonEncoder<'_, M, T> {
    /// The number and name of the field that comes next.
    #[inline]
    fn next(&mut self) -> (usize, &'static str) {
        let property = self.next;
        self.next += 1;
        (property, T::PROPERTIES[property])
    }

    /// Writes what was read for a property, if that still stands for the value of its field. `true` if it is done.
    #[inline]
    fn write_raw<V: PartialEq>(
        &mut self,
        (property, name): (usize, &'static str),
        field: Option<&V>,
        decode: impl FnOnce(&Value) -> Option<V>,
    ) -> Result<bool, M::Error> {
        let Some(raw) = self.extra.raw(property, name) else {
            return Ok(false);
        };
        if decode(raw).as_ref() != field {
            return Ok(false);
        }
        self.map.serialize_entry(name, raw)?;
        Ok(true)
    }

    #[inline]
    fn write<V: FieldValue>(
        &mut self,
        place: (usize, &'static str),
        field: Option<&V>,
    ) -> Result<bool, M::Error> {
        if self.write_raw(place, field, decode)? {
            return Ok(true);
        }
        match field {
            Some(value) => {
                self.map.serialize_entry(place.1, &Encoded(value))?;
                Ok(true)
            }
            None => Ok(false),
        }
    }
}

/// What a field has that this was read for.
fn decode<T: LenientDeserialize>(raw: &Value) -> Option<T> {
    T::from_value(raw, &mut DecodeContext::default()).into_value()
}

impl<M: SerializeMap, T: ObjectFields> FieldEncoder for JsonEncoder<'_, M, T> {
    type Error = M::Error;

    #[inline]
    fn optional<V: FieldValue>(&mut self, field: &Option<V>) -> Result<(), M::Error> {
        let place = self.next();
        self.write(place, field.as_ref()).map(drop)
    }

    #[inline]
    fn required<V: FieldValue>(&mut self, field: &Option<V>) -> Result<(), M::Error> {
        let place = self.next();
        match self.write(place, field.as_ref())? {
            true => Ok(()),
            false => Err(M::Error::custom(format_args!(
                "`{}` requires `{}`, which is not set",
                T::NAME,
                place.1
            ))),
        }
    }

    #[inline]
    fn list<V: List>(
        &mut self,
        field: &V,
        presence: ListPresence,
        number: u32,
    ) -> Result<(), M::Error> {
        let place = self.next();
        let is_written = !field.is_empty() || presence.contains(number);
        if is_written {
            return self.write(place, Some(field)).map(drop);
        }
        // A null, or a value of another type, that was read for it.
        self.write_raw(place, None, decode::<V>).map(drop)
    }

    #[inline]
    fn time(&mut self, field: &Option<DateTime<Utc>>, format: TimeFormat) -> Result<(), M::Error> {
        let place = self.next();
        let decode = |raw: &Value| {
            format
                .from_value(raw, &mut DecodeContext::default())
                .into_value()
        };
        if self.write_raw(place, field.as_ref(), decode)? {
            return Ok(());
        }
        match field {
            Some(time) => self
                .map
                .serialize_entry(place.1, &EncodedTime(time, format)),
            None => Ok(()),
        }
    }
}

struct EncodedTime<'a>(&'a DateTime<Utc>, TimeFormat);

impl Serialize for EncodedTime<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.1.encode(self.0, serializer)
    }
}

/// Collects the values of fields, in the order of the properties; null for those that are absent.
struct Values(Vec<Value>);

impl Values {
    fn push(&mut self, value: Option<impl Serialize>) {
        let value = value.and_then(|value| serde_json::to_value(value).ok());
        self.0.push(value.unwrap_or_default());
    }
}

impl FieldEncoder for Values {
    type Error = std::convert::Infallible;

    fn optional<T: FieldValue>(&mut self, field: &Option<T>) -> Result<(), Self::Error> {
        self.push(field.as_ref().map(Encoded));
        Ok(())
    }

    fn required<T: FieldValue>(&mut self, field: &Option<T>) -> Result<(), Self::Error> {
        self.optional(field)
    }

    fn list<T: List>(&mut self, field: &T, _: ListPresence, _: u32) -> Result<(), Self::Error> {
        self.push(Some(Encoded(field)));
        Ok(())
    }

    fn time(
        &mut self,
        field: &Option<DateTime<Utc>>,
        format: TimeFormat,
    ) -> Result<(), Self::Error> {
        self.push(field.as_ref().map(|time| EncodedTime(time, format)));
        Ok(())
    }
}

/// Writes the properties that an object has, under their names on the wire; of secrets only that they are there.
pub(crate) fn debug_object<T: ObjectFields>(object: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut encoder = DebugEncoder {
        output: f.debug_struct(T::NAME),
        properties: T::PROPERTIES.iter(),
    };
    match object.encode_fields(&mut encoder) {
        Ok(()) => {}
    }
    let mut output = encoder.output;
    if !object.kept().properties().is_empty() {
        output.field("extra", object.kept());
    }
    output.finish()
}

struct DebugEncoder<'a, 'b> {
    output: fmt::DebugStruct<'a, 'b>,
    properties: std::slice::Iter<'static, &'static str>,
}

impl DebugEncoder<'_, '_> {
    fn field(&mut self, value: Option<&dyn fmt::Debug>) {
        let name = self.properties.next().copied().unwrap_or_default();
        if let Some(value) = value {
            self.output.field(name, value);
        }
    }
}

impl FieldEncoder for DebugEncoder<'_, '_> {
    type Error = std::convert::Infallible;

    fn optional<T: FieldValue>(&mut self, field: &Option<T>) -> Result<(), Self::Error> {
        self.field(field.as_ref().map(|value| value as _));
        Ok(())
    }

    fn required<T: FieldValue>(&mut self, field: &Option<T>) -> Result<(), Self::Error> {
        self.optional(field)
    }

    fn list<T: List>(&mut self, field: &T, _: ListPresence, _: u32) -> Result<(), Self::Error> {
        self.field((!field.is_empty()).then_some(field as _));
        Ok(())
    }

    fn time(&mut self, field: &Option<DateTime<Utc>>, _: TimeFormat) -> Result<(), Self::Error> {
        self.optional(field)
    }

    fn secret<T: FieldValue>(&mut self, field: &Option<T>) -> Result<(), Self::Error> {
        self.field(field.as_ref().map(|_| &Redacted as _));
        Ok(())
    }

    fn required_secret<T: FieldValue>(&mut self, field: &Option<T>) -> Result<(), Self::Error> {
        self.secret(field)
    }
}
