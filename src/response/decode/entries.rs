//! A map that is a complete response or a union variant.

use std::collections::{BTreeMap, btree_map};
use std::ops::{Deref, DerefMut};

use serde::de::Deserializer;
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::collection::Encoded;
use super::{DecodeContext, Decoded, Extra, LenientDeserialize, Mismatch, Order, Reader};

/// Values by names that the service selects, such as domains or ids. It dereferences to a [`BTreeMap`].
///
/// Values of another type than documented are in [`extra`](Self#structfield.extra), by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Entries<T> {
    entries: BTreeMap<String, T>,
    /// The entries whose value has another type than documented, and nulls.
    pub extra: Extra,
}

impl<T> Entries<T> {
    /// Returns the entries and drops `extra`.
    #[must_use]
    pub fn into_inner(self) -> BTreeMap<String, T> {
        self.entries
    }
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self::from(BTreeMap::new())
    }
}

impl<T> From<BTreeMap<String, T>> for Entries<T> {
    fn from(entries: BTreeMap<String, T>) -> Self {
        Self {
            entries,
            extra: Extra::default(),
        }
    }
}

impl<T> Deref for Entries<T> {
    type Target = BTreeMap<String, T>;

    fn deref(&self) -> &Self::Target {
        &self.entries
    }
}

impl<T> DerefMut for Entries<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.entries
    }
}

impl<T> IntoIterator for Entries<T> {
    type Item = (String, T);
    type IntoIter = btree_map::IntoIter<String, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Entries<T> {
    type Item = (&'a String, &'a T);
    type IntoIter = btree_map::Iter<'a, String, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

impl<T: LenientDeserialize> LenientDeserialize for Entries<T> {
    const EXPECTED: &'static str = BTreeMap::<String, T>::EXPECTED;

    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        let entries = BTreeMap::from_json(reader, order, wire_form)?;
        Ok(entries.map(Self::from))
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Self> {
        let Value::Object(map) = value else {
            return BTreeMap::from_value(value, context).map(Self::from);
        };
        let mut entries = Self::default();
        for (key, value) in map {
            context.path.push_key(key);
            match T::from_value(value, context) {
                Decoded::Exact(value) => {
                    entries.entries.insert(key.clone(), value);
                }
                // A value that this type would encode in another form is kept as received.
                Decoded::Coerced(_) | Decoded::Mismatched(_) => {
                    entries.extra.insert(key.clone(), value.clone());
                }
            }
            context.path.pop();
        }
        Decoded::Exact(entries)
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in &self.entries {
            map.serialize_entry(key, &Encoded(value))?;
        }
        for (key, value) in self.extra.properties() {
            if !self.entries.contains_key(key) {
                map.serialize_entry(key, value)?;
            }
        }
        map.end()
    }

    fn accepts_object(_: &Map<String, Value>) -> bool {
        true
    }
}

impl<T: LenientDeserialize> Serialize for Entries<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.encode(serializer)
    }
}

impl<'de, T: LenientDeserialize> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::deserialize(deserializer)
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Entries<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        BTreeMap::<String, T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        BTreeMap::<String, T>::json_schema(generator)
    }
}
