//! Objects that may be received without their envelope: `{"id": 7}` instead of `{"data": {"id": 7}}`.

use std::convert::Infallible;

use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::encode::serialize_object;
use super::fields::{FieldSource, ObjectFields};
use super::format::Format;
use super::generated::Codec;
use super::object::{
    IsDocumented, Object, decode_field, has_property_of, object_from_json, object_from_value,
};
use super::{DecodeContext, Decoded, LenientDeserialize, Mismatch, Order, Reader};

const ENVELOPE: &str = "an envelope";

/// An object type that is an envelope.
pub(crate) trait Enveloped: ObjectFields {
    /// The property with the value, if the envelope is absent.
    const CONTENT: usize;
}

/// The kind of these objects.
pub(crate) enum EnvelopedObject {}

impl<T: Enveloped> Codec<T> for EnvelopedObject {
    const EXPECTED: &'static str = <Object as Codec<T>>::EXPECTED;

    #[inline]
    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        _: &mut Option<Value>,
    ) -> Result<Option<T>, Mismatch> {
        in_envelope(object_from_json(reader, order, T::SHAPE.keeps_nulls)?)
    }

    #[inline]
    fn variant_from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        _: &mut Option<Value>,
    ) -> Result<Option<T>, Mismatch> {
        in_envelope(object_from_json(reader, order, true)?)
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<T> {
        match without_envelope(value, context) {
            Some(object) => Decoded::Exact(object),
            None => object_from_value(value, context),
        }
    }

    fn encode<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        match read_without_envelope(value) {
            Some(raw) => raw.serialize(serializer),
            None => serialize_object(value, serializer),
        }
    }

    #[inline]
    fn accepts_object(object: &Map<String, Value>) -> bool {
        has_property_of::<T>(object)
    }
}

/// Returns the object, if it has a documented property of the envelope.
#[inline]
fn in_envelope<T>(decoded: Option<(T, IsDocumented)>) -> Result<Option<T>, Mismatch> {
    match decoded {
        Some((_, IsDocumented(false))) => Err(Mismatch),
        object => Ok(object.map(|(object, _)| object)),
    }
}

/// Decodes an object that has no documented property of the envelope, but one of the value in the envelope.
fn without_envelope<T: Enveloped>(value: &Value, context: &mut DecodeContext) -> Option<T> {
    let map = value.as_object()?;
    let mut object = T::empty();
    let mut is_accepted = false;
    let source = AcceptanceSource(map, &mut is_accepted);
    match object.decode_field(T::CONTENT, source) {
        Ok(()) => {}
    }
    if !is_accepted || has_property_of::<T>(map) {
        return None;
    }
    context.deviate(ENVELOPE, value);
    // Its properties are at the top level, not in a property of an envelope.
    decode_field(&mut object, T::CONTENT, value, context);
    object.kept_mut().keep_without_envelope(value.clone());
    Some(object)
}

/// Checks whether an object can be the value of a field.
struct AcceptanceSource<'a>(&'a Map<String, Value>, &'a mut bool);

impl FieldSource for AcceptanceSource<'_> {
    type Error = Infallible;

    fn read<T: LenientDeserialize>(self, _: &mut Option<T>) -> Result<(), Infallible> {
        *self.1 = T::accepts_object(self.0);
        Ok(())
    }

    fn read_format<F: Format>(self, _: &mut Option<F::Value>, _: F) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Returns the JSON of an object that was received without its envelope, if it still corresponds to the value.
fn read_without_envelope<T: Enveloped>(object: &T) -> Option<&Value> {
    let raw = object.kept().without_envelope()?;
    let read = without_envelope(raw, &mut DecodeContext::default());
    (read.as_ref() == Some(object)).then_some(raw)
}
