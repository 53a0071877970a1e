//! The description of generated structs: their properties, and the decoding and encoding of each field.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::LenientDeserialize;
use super::extra::{Extra, ListPresence};
use super::format::Format;
use super::property_index::PropertyIndex;

/// The fields of an object type.
pub(crate) trait ObjectFields: Sized + PartialEq {
    /// The description of the type.
    const SHAPE: ObjectShape;

    /// The names of its properties on the wire, sorted.
    const PROPERTIES: &'static [&'static str] = Self::SHAPE.properties;

    /// The index of the names.
    const INDEX: &'static PropertyIndex = &PropertyIndex::new(Self::PROPERTIES);

    /// Creates the object without properties.
    fn empty() -> Self;

    /// Returns the additional properties.
    fn kept(&self) -> &Extra;

    /// Returns the additional properties, mutably.
    fn kept_mut(&mut self) -> &mut Extra;

    /// Decodes the property with this number into its field.
    fn decode_field<S: FieldSource>(&mut self, property: usize, source: S) -> Result<(), S::Error>;

    /// Encodes all fields, in the order of the properties.
    fn encode_fields<E: FieldEncoder>(&self, encoder: &mut E);
}

/// The description of an object type. It is one value, because each constant of a type takes build time.
#[derive(Clone, Copy)]
pub(crate) struct ObjectShape {
    /// The name of the type.
    pub(crate) name: &'static str,
    /// The names of its properties on the wire, sorted.
    pub(crate) properties: &'static [&'static str],
    /// The numbers of the properties that are secrets: debug output does not show their values.
    pub(crate) secrets: &'static [usize],
    /// Whether a received null is encoded again: for types that are sent, or whose values are converted to one that is.
    pub(crate) keeps_nulls: bool,
}

/// The secrets of a type without secrets. One constant for all types, because each list takes build time.
pub(crate) const NO_SECRETS: &[usize] = &[];

/// The source of a field value: JSON text, or parsed JSON.
pub(crate) trait FieldSource: Sized {
    type Error;

    /// Returns the value; `None` for null, and if it does not match.
    fn read<T: LenientDeserialize>(self, field: &mut Option<T>) -> Result<(), Self::Error>;

    /// Returns the value of a variant of a union.
    #[inline]
    fn read_variant<T: LenientDeserialize>(self) -> Result<Option<T>, Self::Error> {
        let mut value = None;
        self.read(&mut value)?;
        Ok(value)
    }

    /// Returns a scalar in this format.
    fn read_format<F: Format>(
        self,
        field: &mut Option<F::Value>,
        format: F,
    ) -> Result<(), Self::Error>;

    /// Returns a list or map, empty if it is absent, and whether it is present.
    #[inline]
    fn read_list<T: LenientDeserialize + Default>(
        self,
        field: &mut T,
        presence: &mut ListPresence,
        number: u32,
    ) -> Result<(), Self::Error> {
        let mut list = None;
        self.read(&mut list)?;
        if let Some(list) = list {
            presence.insert(number);
            *field = list;
        }
        Ok(())
    }
}

/// A type of field values.
pub(crate) trait FieldValue: LenientDeserialize + PartialEq + fmt::Debug {}

impl<T: LenientDeserialize + PartialEq + fmt::Debug> FieldValue for T {}

/// A list or map, which is empty if it is absent.
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

/// Receives the fields of an object, in the order of its properties. It stores the first error, so that each field takes one call.
pub(crate) trait FieldEncoder {
    /// An optional field.
    fn optional<T: FieldValue>(&mut self, field: &Option<T>);

    /// A field that is required in a request.
    fn required<T: FieldValue>(&mut self, field: &Option<T>) {
        self.optional(field);
    }

    /// A list or map, which is empty if it is absent.
    fn list<T: List>(&mut self, field: &T, presence: ListPresence, number: u32);

    /// A scalar in this format.
    fn format<F: Format>(&mut self, field: &Option<F::Value>, format: F);
}
