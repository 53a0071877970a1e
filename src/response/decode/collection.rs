//! Lists, maps, and wrappers of values.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{DecodeContext, Decoded, LenientDeserialize};

/// Decodes a value of a list, a map or a property in the fast pass.
pub(super) struct Seed<'a, T>(pub(super) &'a mut Option<Value>, pub(super) PhantomData<T>);

impl<'de, T: LenientDeserialize> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = Option<T>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::from_json(deserializer, self.0)
    }
}

/// Encodes a value in its documented JSON form.
pub(super) struct Encoded<'a, T>(pub(super) &'a T);

impl<T: LenientDeserialize> Serialize for Encoded<'_, T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.encode(serializer)
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

    fn from_json<'de, D: Deserializer<'de>>(
        deserializer: D,
        _: &mut Option<Value>,
    ) -> Result<Option<Self>, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);

        impl<'de, T: LenientDeserialize> Visitor<'de> for ListVisitor<T> {
            type Value = Option<Vec<T>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                let mut wire_form = None;
                while let Some(element) =
                    list.next_element_seed(Seed(&mut wire_form, PhantomData))?
                {
                    match element {
                        Some(element) if wire_form.is_none() => values.push(element),
                        _ => return Err(A::Error::custom(T::EXPECTED)),
                    }
                }
                Ok(Some(values))
            }
        }

        deserializer.deserialize_any(ListVisitor(PhantomData))
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

    fn from_json<'de, D: Deserializer<'de>>(
        deserializer: D,
        _: &mut Option<Value>,
    ) -> Result<Option<Self>, D::Error> {
        struct EntriesVisitor<T>(PhantomData<T>);

        impl<'de, T: LenientDeserialize> Visitor<'de> for EntriesVisitor<T> {
            type Value = Option<BTreeMap<String, T>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                let mut wire_form = None;
                while let Some(key) = map.next_key::<String>()? {
                    match map.next_value_seed(Seed(&mut wire_form, PhantomData))? {
                        Some(value) if wire_form.is_none() => entries.insert(key, value),
                        _ => return Err(A::Error::custom(T::EXPECTED)),
                    };
                }
                Ok(Some(entries))
            }
        }

        deserializer.deserialize_any(EntriesVisitor(PhantomData))
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

    fn from_json<'de, D: Deserializer<'de>>(
        deserializer: D,
        _: &mut Option<Value>,
    ) -> Result<Option<Self>, D::Error> {
        Self::deserialize(deserializer).map(|value| (!value.is_null()).then_some(value))
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

    fn from_json<'de, D: Deserializer<'de>>(
        deserializer: D,
        _: &mut Option<Value>,
    ) -> Result<Option<Self>, D::Error> {
        Option::deserialize(deserializer)
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

    fn from_json<'de, D: Deserializer<'de>>(
        deserializer: D,
        _: &mut Option<Value>,
    ) -> Result<Option<Self>, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Some(()))
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

    fn from_json<'de, D: Deserializer<'de>>(
        deserializer: D,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Self>, D::Error> {
        Ok(Some(T::from_json(deserializer, wire_form)?))
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
