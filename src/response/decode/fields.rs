//! What a generated struct says of itself: its properties, and how the field of each is read and written.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::extra::{Extra, ListPresence};
use super::property_index::PropertyIndex;
use super::{LenientDeserialize, TimeFormat};

/// The fields of an object type.
pub(crate) trait ObjectFields: Sized + PartialEq {
    /// What the object is.
    const SHAPE: ObjectShape;

    /// The names of its properties on the wire, sorted.
    const PROPERTIES: &'static [&'static str] = Self::SHAPE.properties;

    /// Where each name is among them.
    const INDEX: &'static PropertyIndex = &PropertyIndex::new(Self::PROPERTIES);

    /// The object without any property.
    fn empty() -> Self;

    /// What the object keeps beside its fields.
    fn kept(&self) -> &Extra;

    /// What the object keeps beside its fields, to be changed.
    fn kept_mut(&mut self) -> &mut Extra;

    /// Decodes the property with this number into its field.
    fn decode_field<S: FieldSource>(&mut self, property: usize, source: S) -> Result<(), S::Error>;

    /// Writes all fields, in the order of the properties.
    fn encode_fields<E: FieldEncoder>(&self, encoder: &mut E);
}

/// What an object type is. It is one value, because each constant of a type costs time when the crate is built.
#[derive(Clone, Copy)]
pub(crate) struct ObjectShape {
    /// The name of the type.
    pub(crate) name: &'static str,
    /// The names of its properties on the wire, sorted.
    pub(crate) properties: &'static [&'static str],
    /// Whether a null that was read is written again: for types that are sent, or whose values are carried into one that is.
    pub(crate) keeps_nulls: bool,
}

/// Where the value of a field comes from: the text of a response, or a parsed one.
pub(crate) trait FieldSource: Sized {
    type Error;

    /// The value; `None` for null, and for one that does not fit.
    fn read<T: LenientDeserialize>(self, field: &mut Option<T>) -> Result<(), Self::Error>;

    /// A point in time that is written in this format.
    fn read_time(
        self,
        field: &mut Option<DateTime<Utc>>,
        format: TimeFormat,
    ) -> Result<(), Self::Error>;

    /// A list or map that is empty where there is none, and whether there is one.
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

/// Receives the fields of an object, in the order of its properties. It keeps the first error, so that a field costs one call.
pub(crate) trait FieldEncoder {
    /// A field that may be absent.
    fn optional<T: FieldValue>(&mut self, field: &Option<T>);

    /// A field that has to be there when the object is sent.
    fn required<T: FieldValue>(&mut self, field: &Option<T>) {
        self.optional(field);
    }

    /// A list or map that is empty where there is none.
    fn list<T: List>(&mut self, field: &T, presence: ListPresence, number: u32);

    /// A point in time that is written in this format.
    fn time(&mut self, field: &Option<DateTime<Utc>>, format: TimeFormat);

    /// A secret, which may be absent.
    fn secret<T: FieldValue>(&mut self, field: &Option<T>) {
        self.optional(field);
    }

    /// A secret that has to be there when the object is sent.
    fn required_secret<T: FieldValue>(&mut self, field: &Option<T>) {
        self.required(field);
    }
}
