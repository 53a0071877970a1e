//! Lists, maps, and wrappers of values.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::Serializer;
use serde_json::{Map, Value};

use super::{DecodeContext, Decoded, LenientDeserialize, Mismatch, Order, Reader};

/// Encodes a value in its documented JSON form.
pub(super) struct Encoded<'a, T>(pub(super) &'a T);

impl<T: LenientDeserialize> Serialize for Encoded<'_, T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.encode(serializer)
    }
}

/// The maximum capacity of a new list.
const MAX_PREDICTED_LENGTH: usize = 64;

/// Decodes an element of a collection in the fast pass, in which each must match exactly.
#[inline]
fn element<T: LenientDeserialize>(
    reader: &mut Reader<'_>,
    order: &mut Order,
) -> Result<T, Mismatch> {
    let mut wire_form = None;
    match T::from_json(reader, order, &mut wire_form)? {
        Some(element) if wire_form.is_none() => Ok(element),
        _ => Err(Mismatch),
    }
}

/// The results of the elements of a collection in the tolerant pass.
#[derive(Default)]
struct Elements {
    coerced: bool,
    mismatched: bool,
}

impl Elements {
    fn take<T>(&mut self, decoded: Decoded<T>) -> Option<T> {
        self.coerced |= matches!(decoded, Decoded::Coerced(_));
        self.mismatched |= matches!(decoded, Decoded::Mismatched(_));
        decoded.into_value()
    }

    fn finish<C>(&self, collection: C) -> Decoded<C> {
        match (self.mismatched, self.coerced) {
            (true, _) => Decoded::Mismatched(Some(collection)),
            (false, true) => Decoded::Coerced(Some(collection)),
            (false, false) => Decoded::Exact(collection),
        }
    }
}

/// Omits null elements, and those that do not match.
impl<T: LenientDeserialize> LenientDeserialize for Vec<T> {
    const EXPECTED: &'static str = "a list";

    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        _: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        if reader.null()? {
            return Ok(None);
        }
        reader.open(b'[')?;
        // Most lists at one location have the same length.
        let mut values = Vec::with_capacity(order.length.min(MAX_PREDICTED_LENGTH));
        let mut is_first = true;
        while reader.next(b']', &mut is_first)? {
            values.push(element(reader, order)?);
        }
        order.length = values.len();
        Ok(Some(values))
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Self> {
        match value {
            Value::Null => Decoded::Coerced(None),
            Value::Array(list) => {
                let mut elements = Elements::default();
                let mut values = Vec::with_capacity(list.len());
                for (index, element) in list.iter().enumerate() {
                    context.path.push_index(index);
                    values.extend(elements.take(T::from_value(element, context)));
                    context.path.pop();
                }
                elements.finish(values)
            }
            Value::Object(object) if T::accepts_object(object) => {
                context.deviate(Self::EXPECTED, value);
                one(T::from_value(value, context))
            }
            Value::Object(object) if is_keyed_by_id::<T>(object) => {
                let mut elements = Elements {
                    coerced: true,
                    ..Elements::default()
                };
                let mut values = Vec::with_capacity(object.len());
                for (id, element) in object {
                    context.path.push_key(id);
                    values.extend(elements.take(T::from_value(element, context)));
                    context.path.pop();
                }
                elements.finish(values)
            }
            Value::Object(_) => context.mismatch(Self::EXPECTED, value),
            _ => match T::from_value(value, &mut DecodeContext::default()) {
                Decoded::Exact(element) => {
                    context.coerce(Some(vec![element]), Self::EXPECTED, value)
                }
                _ => context.mismatch(Self::EXPECTED, value),
            },
        }
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Encoded))
    }
}

/// Whether an object contains the elements of a list, with their ids as keys.
fn is_keyed_by_id<T: LenientDeserialize>(object: &Map<String, Value>) -> bool {
    let mut elements = object.iter();
    !object.is_empty()
        && elements.all(|(name, value)| {
            name.parse::<u64>().is_ok() && value.as_object().is_some_and(T::accepts_object)
        })
}

/// The list of a single element that was received without brackets.
fn one<T>(element: Decoded<T>) -> Decoded<Vec<T>> {
    match element {
        Decoded::Exact(element) | Decoded::Coerced(Some(element)) => {
            Decoded::Coerced(Some(vec![element]))
        }
        other => other.map(|element| vec![element]),
    }
}

/// Omits null values, and those that do not match.
impl<T: LenientDeserialize> LenientDeserialize for BTreeMap<String, T> {
    const EXPECTED: &'static str = "an object";

    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        _: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        if reader.null()? {
            return Ok(None);
        }
        reader.open(b'{')?;
        let mut entries = BTreeMap::new();
        let mut is_first = true;
        while reader.next(b'}', &mut is_first)? {
            let key = reader.name()?;
            entries.insert(key.into_owned(), element(reader, order)?);
        }
        Ok(Some(entries))
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Self> {
        match value {
            Value::Null => Decoded::Coerced(None),
            Value::Object(map) => {
                let mut elements = Elements::default();
                let mut entries = BTreeMap::new();
                for (key, value) in map {
                    context.path.push_key(key);
                    if let Some(value) = elements.take(T::from_value(value, context)) {
                        entries.insert(key.clone(), value);
                    }
                    context.path.pop();
                }
                elements.finish(entries)
            }
            // Some languages encode an empty map as `[]`.
            Value::Array(list) if list.is_empty() => {
                context.coerce(Some(BTreeMap::new()), Self::EXPECTED, value)
            }
            _ => context.mismatch(Self::EXPECTED, value),
        }
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (key, Encoded(value))))
    }

    fn accepts_object(_: &Map<String, Value>) -> bool {
        true
    }
}

/// Any JSON except null, which represents an absent value.
impl LenientDeserialize for Value {
    const EXPECTED: &'static str = "a value";

    fn from_json(
        reader: &mut Reader<'_>,
        _: &mut Order,
        _: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        reader
            .value()
            .map(|value| (!value.is_null()).then_some(value))
    }

    fn from_value(value: &Value, _: &mut DecodeContext) -> Decoded<Self> {
        match value {
            Value::Null => Decoded::Coerced(None),
            value => Decoded::Exact(value.clone()),
        }
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn accepts_object(_: &Map<String, Value>) -> bool {
        true
    }
}

/// An object without documented properties.
impl LenientDeserialize for Map<String, Value> {
    const EXPECTED: &'static str = "an object";

    fn from_json(
        reader: &mut Reader<'_>,
        _: &mut Order,
        _: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        match reader.value()? {
            Value::Null => Ok(None),
            Value::Object(map) => Ok(Some(map)),
            _ => Err(Mismatch),
        }
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Self> {
        match value {
            Value::Null => Decoded::Coerced(None),
            Value::Object(map) => Decoded::Exact(map.clone()),
            Value::Array(list) if list.is_empty() => {
                context.coerce(Some(Map::new()), Self::EXPECTED, value)
            }
            _ => context.mismatch(Self::EXPECTED, value),
        }
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn accepts_object(_: &Map<String, Value>) -> bool {
        true
    }
}

/// The type of responses without a documented body.
impl LenientDeserialize for () {
    const EXPECTED: &'static str = "nothing";
    const IGNORES_BODY: bool = true;

    fn from_json(
        reader: &mut Reader<'_>,
        _: &mut Order,
        _: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        reader.value().map(|_| Some(()))
    }

    fn from_value(_: &Value, _: &mut DecodeContext) -> Decoded<Self> {
        Decoded::Exact(())
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// A value that may be null.
impl<T: LenientDeserialize> LenientDeserialize for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        Ok(Some(T::from_json(reader, order, wire_form)?))
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Self> {
        match T::from_value(value, context) {
            Decoded::Coerced(None) if value.is_null() => Decoded::Exact(None),
            decoded => decoded.map(Some),
        }
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.encode(serializer),
            None => serializer.serialize_unit(),
        }
    }

    fn accepts_object(object: &Map<String, Value>) -> bool {
        T::accepts_object(object)
    }
}
