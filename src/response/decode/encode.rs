//! Encoding of objects as JSON and as debug output.
//!
//! A field is encoded from its value. If the object stores the received JSON of the field, and the field still has the corresponding value,
//! that JSON is used. So an unchanged object is encoded as received, and a changed field is encoded with its new value.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::ser::{Error, SerializeMap, Serializer};
use serde_json::Value;

use super::collection::Encoded;
use super::extra::{Extra, ListPresence};
use super::fields::{FieldEncoder, FieldValue, List, ObjectFields, ObjectShape};
use super::format::{Format, Formatted};
use super::scalar;
use super::{DecodeContext, LenientDeserialize};
use crate::secret::Redacted;

/// Encodes an object as JSON.
pub(crate) fn serialize_object<S, T>(object: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    T: ObjectFields,
{
    let mut map = serializer.serialize_map(None)?;
    let extra = object.kept();
    let mut encoder = JsonEncoder::<_, T> {
        map: &mut map,
        extra,
        next: 0,
        result: Ok(()),
        object: PhantomData,
    };
    object.encode_fields(&mut encoder);
    encoder.result?;
    for (name, value) in extra.properties() {
        if T::INDEX.find(name).is_none() {
            map.serialize_entry(name, value)?;
        }
    }
    map.end()
}

struct JsonEncoder<'a, M: SerializeMap, T> {
    map: &'a mut M,
    extra: &'a Extra,
    next: usize,
    result: Result<(), M::Error>,
    object: PhantomData<T>,
}

impl<'a, M: SerializeMap, T: ObjectFields> JsonEncoder<'a, M, T> {
    /// The number and name of the next field.
    #[inline]
    fn next(&mut self) -> (usize, &'static str) {
        let property = self.next;
        self.next += 1;
        (property, T::PROPERTIES[property])
    }

    /// Encodes a property, if there was no error before.
    fn entry(&mut self, name: &'static str, value: &impl Serialize) {
        if self.result.is_ok() {
            self.result = self.map.serialize_entry(name, value);
        }
    }

    /// Returns the received JSON of a property, if it still corresponds to the value of the field.
    #[inline]
    fn raw<V: PartialEq>(
        &self,
        (property, name): (usize, &'static str),
        field: Option<&V>,
        decode: impl FnOnce(&Value) -> Option<V>,
    ) -> Option<&'a Value> {
        let raw = self.extra.raw(property, name)?;
        (decode(raw).as_ref() == field).then_some(raw)
    }

    /// Encodes a field; `false` if it is absent.
    #[inline]
    fn write<V: FieldValue>(&mut self, property: (usize, &'static str), field: Option<&V>) -> bool {
        if let Some(raw) = self.raw(property, field, decode) {
            self.entry(property.1, raw);
            return true;
        }
        match field {
            Some(value) => self.entry(property.1, &Encoded(value)),
            None => return false,
        }
        true
    }
}

/// Returns the value of the field for this received JSON.
fn decode<T: LenientDeserialize>(raw: &Value) -> Option<T> {
    T::from_value(raw, &mut DecodeContext::default()).into_value()
}

impl<M: SerializeMap, T: ObjectFields> FieldEncoder for JsonEncoder<'_, M, T> {
    #[inline]
    fn optional<V: FieldValue>(&mut self, field: &Option<V>) {
        let property = self.next();
        self.write(property, field.as_ref());
    }

    #[inline]
    fn required<V: FieldValue>(&mut self, field: &Option<V>) {
        let property = self.next();
        if !self.write(property, field.as_ref()) && self.result.is_ok() {
            self.result = Err(M::Error::custom(format_args!(
                "`{}` requires `{}`, which is not set",
                T::SHAPE.name,
                property.1
            )));
        }
    }

    #[inline]
    fn list<V: List>(&mut self, field: &V, presence: ListPresence, number: u32) {
        let property = self.next();
        // An absent list may be a null, or a value of another type.
        let is_there = !field.is_empty() || presence.contains(number);
        self.write(property, is_there.then_some(field));
    }

    #[inline]
    fn format<F: Format>(&mut self, field: &Option<F::Value>, format: F) {
        let property = self.next();
        let decode = |raw: &Value| {
            let context = &mut DecodeContext::default();
            scalar::from_value(&format, raw, context).into_value()
        };
        if let Some(raw) = self.raw(property, field.as_ref(), decode) {
            self.entry(property.1, raw);
        } else if let Some(value) = field {
            self.entry(property.1, &Formatted(value, format));
        }
    }
}

/// Encodes the present properties of an object, under their names on the wire. Secrets are redacted.
pub(crate) fn debug_object<T: ObjectFields>(object: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut encoder = DebugEncoder {
        output: f.debug_struct(T::SHAPE.name),
        shape: T::SHAPE,
        next: 0,
    };
    object.encode_fields(&mut encoder);
    let mut output = encoder.output;
    if !object.kept().properties().is_empty() {
        output.field("extra", object.kept());
    }
    output.finish()
}

struct DebugEncoder<'a, 'b> {
    output: fmt::DebugStruct<'a, 'b>,
    shape: ObjectShape,
    next: usize,
}

impl DebugEncoder<'_, '_> {
    fn field(&mut self, value: Option<&dyn fmt::Debug>) {
        let property = self.next;
        self.next += 1;
        let Some(value) = value else { return };
        let name = self.shape.properties[property];
        match self.shape.secrets.contains(&property) {
            true => self.output.field(name, &Redacted),
            false => self.output.field(name, value),
        };
    }
}

impl FieldEncoder for DebugEncoder<'_, '_> {
    fn optional<T: FieldValue>(&mut self, field: &Option<T>) {
        self.field(field.as_ref().map(|value| value as _));
    }

    fn list<T: List>(&mut self, field: &T, _: ListPresence, _: u32) {
        self.field((!field.is_empty()).then_some(field as _));
    }

    fn format<F: Format>(&mut self, field: &Option<F::Value>, _: F) {
        self.field(field.as_ref().map(|value| value as _));
    }
}
