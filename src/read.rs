//! Reading what the service really sends: null for a list, a number between quotes, a date without a zone.
//!
//! Every type of an answer is [`Read`]: its value, or nothing where the service sends null. Generated structs are [`Record`]s, which say
//! how each property is read; the walk over an object is written here once for all of them.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::decode::below;

/// A value of an answer.
pub trait Read<'de>: Sized {
    /// Whether a body, if there is one, does not matter.
    const IGNORES_BODY: bool = false;

    /// Reads a value; `None` for null.
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error>;
}

/// An object of an answer. All that it has may be absent or null.
pub(crate) trait Record: Default {
    /// The names of its properties on the wire, sorted.
    const PROPERTIES: &'static [&'static str];

    /// Reads the value of the property with this number.
    fn set<'de, A: MapAccess<'de>>(&mut self, property: usize, map: &mut A)
    -> Result<(), A::Error>;

    /// Writes the properties that are there.
    fn put<S: SerializeMap>(&self, map: &mut S) -> Result<(), S::Error>;
}

/// Reads the value of a property.
pub(crate) fn value<'de, A, T>(map: &mut A) -> Result<Option<T>, A::Error>
where
    A: MapAccess<'de>,
    T: Read<'de>,
{
    map.next_value_seed(Seed(PhantomData))
}

/// Reads the value of a property that is never absent: a list or a map, empty where there is none.
pub(crate) fn collection<'de, A, T>(map: &mut A) -> Result<T, A::Error>
where
    A: MapAccess<'de>,
    T: Read<'de> + Default,
{
    Ok(value(map)?.unwrap_or_default())
}

/// Writes a property, unless it is absent.
pub(crate) fn write<S, T>(
    map: &mut S,
    name: &'static str,
    value: &Option<T>,
) -> Result<(), S::Error>
where
    S: SerializeMap,
    T: Serialize,
{
    match value {
        Some(value) => map.serialize_entry(name, value),
        None => Ok(()),
    }
}

/// Reads an object.
pub(crate) fn record<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Record,
{
    deserializer.deserialize_any(RecordVisitor(PhantomData))
}

/// Writes an object.
pub(crate) fn write_record<S, T>(record: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    T: Record,
{
    let mut map = serializer.serialize_map(None)?;
    record.put(&mut map)?;
    map.end()
}

struct RecordVisitor<T>(PhantomData<T>);

impl<'de, T: Record> Visitor<'de> for RecordVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<T>, A::Error> {
        let mut record = T::default();
        while let Some(property) = map.next_key_seed(PropertySeed(T::PROPERTIES))? {
            match property {
                Some(property) => record
                    .set(property, &mut map)
                    .map_err(|error| below(format_args!(".{}", T::PROPERTIES[property]), &error))?,
                None => {
                    map.next_value::<serde::de::IgnoredAny>()?;
                }
            }
        }
        Ok(Some(record))
    }
}

/// Reads a key as the number of a property; `None` for one that is not documented.
struct PropertySeed(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for PropertySeed {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for PropertySeed {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a property")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.binary_search(&name).ok())
    }
}

struct Seed<T>(PhantomData<T>);

impl<'de, T: Read<'de>> DeserializeSeed<'de> for Seed<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read(deserializer)
    }
}

/// A scalar, read from whatever JSON can stand for it.
trait Scalar: Sized {
    const EXPECTED: &'static str;

    fn from_text(text: &str) -> Option<Self>;

    fn from_integer(_: i64) -> Option<Self> {
        None
    }

    fn from_float(_: f64) -> Option<Self> {
        None
    }

    fn from_bool(_: bool) -> Option<Self> {
        None
    }

    /// Whether an empty text stands for no value.
    const EMPTY_IS_NONE: bool = true;
}

struct ScalarVisitor<T>(PhantomData<T>);

impl<T: Scalar> ScalarVisitor<T> {
    fn found<E: Error>(value: Option<T>, found: impl fmt::Display) -> Result<Option<T>, E> {
        match value {
            Some(value) => Ok(Some(value)),
            None => Err(E::custom(format_args!(
                "expected {}, found {found}",
                T::EXPECTED
            ))),
        }
    }
}

impl<T: Scalar> Visitor<'_> for ScalarVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<T>, E> {
        Self::found(T::from_bool(value), value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<T>, E> {
        Self::found(T::from_integer(value), value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<T>, E> {
        let integer = i64::try_from(value).ok();
        Self::found(integer.and_then(T::from_integer), value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<T>, E> {
        Self::found(T::from_float(value), value)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
        if T::EMPTY_IS_NONE && text.is_empty() {
            return Ok(None);
        }
        // Not what it says: it may be a secret, and the error has the body.
        Self::found(T::from_text(text), "a text")
    }
}

macro_rules! scalars_are_read {
    ($($ty:ty),*) => {
        $(impl<'de> Read<'de> for $ty {
            fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                deserializer.deserialize_any(ScalarVisitor(PhantomData))
            }
        })*
    };
}

scalars_are_read!(String, i64, f64, bool, DateTime<Utc>, NaiveDate);

impl Scalar for String {
    const EXPECTED: &'static str = "a text";
    const EMPTY_IS_NONE: bool = false;

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn from_integer(value: i64) -> Option<Self> {
        Some(value.to_string())
    }

    fn from_float(value: f64) -> Option<Self> {
        Some(value.to_string())
    }

    fn from_bool(value: bool) -> Option<Self> {
        Some(value.to_string())
    }
}

impl Scalar for i64 {
    const EXPECTED: &'static str = "an integer";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn from_integer(value: i64) -> Option<Self> {
        Some(value)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    fn from_float(value: f64) -> Option<Self> {
        /// 2^53: up to here every whole `f64` is an integer that was meant.
        const LIMIT: f64 = 9_007_199_254_740_992.0;
        (value.fract() == 0.0 && value.abs() <= LIMIT).then_some(value as i64)
    }
}

impl Scalar for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    #[expect(clippy::cast_precision_loss, reason = "a real number was documented")]
    fn from_integer(value: i64) -> Option<Self> {
        Some(value as f64)
    }

    fn from_float(value: f64) -> Option<Self> {
        Some(value)
    }
}

impl Scalar for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "true" | "True" | "TRUE" | "1" => Some(true),
            "false" | "False" | "FALSE" | "0" => Some(false),
            _ => None,
        }
    }

    fn from_integer(value: i64) -> Option<Self> {
        match value {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn from_bool(value: bool) -> Option<Self> {
        Some(value)
    }
}

impl Scalar for DateTime<Utc> {
    const EXPECTED: &'static str = "a date and time";

    /// Without a zone it is UTC; a space may stand for the `T`.
    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let local = |format| NaiveDateTime::parse_from_str(text, format).map(|time| time.and_utc());
        DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
            .map(|time| time.to_utc())
            .or_else(|_| local("%Y-%m-%dT%H:%M:%S%.f"))
            .or_else(|_| local("%Y-%m-%d %H:%M:%S%.f"))
            .ok()
    }

    /// The time since 1970: in seconds, or in the unit in which it is a time of these millennia.
    fn from_integer(value: i64) -> Option<Self> {
        match value.unsigned_abs() {
            0..100_000_000_000 => DateTime::from_timestamp(value, 0),
            100_000_000_000..100_000_000_000_000 => DateTime::from_timestamp_millis(value),
            100_000_000_000_000..100_000_000_000_000_000 => DateTime::from_timestamp_micros(value),
            _ => Some(DateTime::from_timestamp_nanos(value)),
        }
    }
}

impl Scalar for NaiveDate {
    const EXPECTED: &'static str = "a date";

    fn from_text(text: &str) -> Option<Self> {
        let day = text.get(..10).unwrap_or(text);
        day.parse().ok()
    }
}

impl<'de> Read<'de> for Value {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Value::deserialize(deserializer).map(|value| (!value.is_null()).then_some(value))
    }
}

impl<'de> Read<'de> for Map<String, Value> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Option::deserialize(deserializer)
    }
}

/// What an answer without a body is read as.
impl<'de> Read<'de> for () {
    const IGNORES_BODY: bool = true;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Some(()))
    }
}

impl<'de, T: Read<'de>> Read<'de> for Box<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Ok(T::read(deserializer)?.map(Box::new))
    }
}

impl<'de, T: Read<'de>> Read<'de> for Option<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Ok(Some(T::read(deserializer)?))
    }
}

/// Null elements are left out.
impl<'de, T: Read<'de>> Read<'de> for Vec<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        struct List<T>(PhantomData<T>);

        impl<'de, T: Read<'de>> Visitor<'de> for List<T> {
            type Value = Option<Vec<T>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                for index in 0.. {
                    match list.next_element_seed(Seed(PhantomData)) {
                        Ok(Some(value)) => values.extend(value),
                        Ok(None) => break,
                        Err(error) => return Err(below(format_args!("[{index}]"), &error)),
                    }
                }
                Ok(Some(values))
            }
        }

        deserializer.deserialize_any(List(PhantomData))
    }
}

/// Null values are left out.
impl<'de, T: Read<'de>> Read<'de> for HashMap<String, T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Read<'de>> Visitor<'de> for Entries<T> {
            type Value = Option<HashMap<String, T>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = HashMap::new();
                while let Some(key) = map.next_key::<String>()? {
                    let value = map
                        .next_value_seed(Seed(PhantomData))
                        .map_err(|error| below(format_args!(".{key}"), &error))?;
                    if let Some(value) = value {
                        entries.insert(key, value);
                    }
                }
                Ok(Some(entries))
            }
        }

        deserializer.deserialize_any(Entries(PhantomData))
    }
}

/// Makes a record readable, here and by serde: an object in a list, in a file, in another program's data is read as leniently as one in an answer.
macro_rules! readable_record {
    ($name:ident) => {
        impl<'de> $crate::read::Read<'de> for $name {
            #[inline]
            fn read<D: ::serde::Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
                $crate::read::record(d)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                Ok($crate::read::record(d)?.unwrap_or_default())
            }
        }

        impl ::serde::Serialize for $name {
            #[inline]
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                $crate::read::write_record(self, s)
            }
        }
    };
}

pub(crate) use readable_record;
