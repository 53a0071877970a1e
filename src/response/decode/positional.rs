//! Objects that the service encodes as a list of values by position: `["US", 41.9]` for `{"country": "US", "latitude": 41.9}`.

use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::collection::Encoded;
use super::extra::ListPresence;
use super::fields::{FieldEncoder, FieldSource, FieldValue, List, ObjectFields};
use super::format::{Format, Formatted};
use super::generated::Codec;
use super::object::{Fit, decode_property, from_map, has_property_of};
use super::scalar;
use super::{DecodeContext, Decoded, LenientDeserialize, Mismatch, Order, Reader};

const LIST: &str = "a list";

/// An object type that is encoded as a list.
pub(crate) trait Positional: ObjectFields {
    /// The property at each position.
    const POSITIONS: &'static [usize];
}

/// The kind of these objects.
pub(crate) enum PositionalObject {}

impl<T: Positional> Codec<T> for PositionalObject {
    const EXPECTED: &'static str = LIST;

    fn from_json(
        reader: &mut Reader<'_>,
        _: &mut Order,
        _: &mut Option<Value>,
    ) -> Result<Option<T>, Mismatch> {
        if reader.null()? {
            return Ok(None);
        }
        let Value::Array(list) = reader.value()? else {
            return Err(Mismatch);
        };
        exactly_from_positions(&list).map(Some)
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<T> {
        match value {
            Value::Null => Decoded::Coerced(None),
            Value::Object(map) => Decoded::Coerced(Some(from_map(map, context))),
            Value::Array(list) => from_positions(list, value, context),
            _ => context.mismatch(LIST, value),
        }
    }

    fn encode<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        let mut values = Values(Vec::new());
        value.encode_fields(&mut values);
        let positions = T::POSITIONS.iter();
        serializer.collect_seq(positions.map(|property| values.0.get(*property)))
    }

    fn accepts_object(object: &Map<String, Value>) -> bool {
        has_property_of::<T>(object)
    }
}

/// Decodes a list in the fast pass, in which each value must match exactly.
fn exactly_from_positions<T: Positional>(list: &[Value]) -> Result<T, Mismatch> {
    if list.len() != T::POSITIONS.len() {
        return Err(Mismatch);
    }
    let mut object = T::empty();
    for (value, property) in list.iter().zip(T::POSITIONS) {
        object.decode_field(*property, ElementSource(value))?;
    }
    Ok(object)
}

/// An element of a list that represents an object; it matches exactly or not at all.
struct ElementSource<'a>(&'a Value);

impl ElementSource<'_> {
    fn take<T>(field: &mut Option<T>, decoded: Decoded<T>) -> Result<(), Mismatch> {
        match decoded {
            Decoded::Exact(value) => *field = Some(value),
            _ => return Err(Mismatch),
        }
        Ok(())
    }
}

impl FieldSource for ElementSource<'_> {
    type Error = Mismatch;

    fn read<T: LenientDeserialize>(self, field: &mut Option<T>) -> Result<(), Mismatch> {
        Self::take(field, T::from_value(self.0, &mut DecodeContext::default()))
    }

    fn read_format<F: Format>(
        self,
        field: &mut Option<F::Value>,
        format: F,
    ) -> Result<(), Mismatch> {
        let decoded = scalar::from_value(&format, self.0, &mut DecodeContext::default());
        Self::take(field, decoded)
    }
}

/// Decodes a list of values by position. A list that is shorter, longer or does not match is stored unchanged by the surrounding object.
fn from_positions<T: Positional>(
    list: &[Value],
    value: &Value,
    context: &mut DecodeContext,
) -> Decoded<T> {
    let mut object = T::empty();
    let mut worst = Fit::Exact;
    for (index, (value, property)) in list.iter().zip(T::POSITIONS).enumerate() {
        context.path.push_index(index);
        match decode_property(&mut object, *property, value, context) {
            Fit::Exact => {}
            Fit::Coerced if worst == Fit::Exact => worst = Fit::Coerced,
            Fit::Coerced => {}
            Fit::Mismatched => worst = Fit::Mismatched,
        }
        context.path.pop();
    }
    if list.len() != T::POSITIONS.len() {
        context.deviate("a list of another length", value);
        worst = Fit::Mismatched;
    }
    match worst {
        Fit::Exact => Decoded::Exact(object),
        Fit::Coerced => Decoded::Coerced(Some(object)),
        Fit::Mismatched => Decoded::Mismatched(Some(object)),
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
    fn optional<T: FieldValue>(&mut self, field: &Option<T>) {
        self.push(field.as_ref().map(Encoded));
    }

    fn list<T: List>(&mut self, field: &T, _: ListPresence, _: u32) {
        self.push(Some(Encoded(field)));
    }

    fn format<F: Format>(&mut self, field: &Option<F::Value>, format: F) {
        self.push(field.as_ref().map(|value| Formatted(value, format)));
    }
}
