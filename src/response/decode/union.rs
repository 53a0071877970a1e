//! Unions, and the selection of their variants by fixed rules.
//!
//! A declared discriminator selects the variant. Without one, an object variant must have its required properties, and at least one of its
//! documented properties; if several variants match, the one that documents more of the present properties is selected. A value that
//! matches no variant is stored unchanged in the variant `Unknown`.

use std::fmt;

use serde::de::Deserializer;
use serde::{Deserialize, Serializer};
use serde_json::{Map, Value};

use super::fields::FieldSource;
use super::generated::Codec;
use super::object::{Fit, JsonSource, ValueSource};
use super::{DecodeContext, Decoded, JsonType, Mismatch, Order, Reader};

/// A type with several documented variants.
pub(crate) trait Union: Sized {
    /// The property whose value names the variant.
    const DISCRIMINATOR: Option<&'static str>;

    /// The variants, in the order of the document.
    const VARIANTS: &'static [Variant];

    /// Decodes the value as the variant with this number.
    fn decode_variant<S: FieldSource>(variant: usize, source: S) -> Result<Option<Self>, S::Error>;

    /// Returns the unchanged value.
    fn unknown(value: Value) -> Self;

    /// Encodes the value of the variant.
    fn encode_variant<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

/// The properties that distinguish a variant from the others.
pub(crate) struct Variant {
    pub(crate) kind: Kind,
    /// The properties that an object of this variant can have.
    pub(crate) properties: &'static [&'static str],
    /// The required properties.
    pub(crate) required: &'static [&'static str],
    /// The values of the discriminator that name this variant.
    pub(crate) names: &'static [&'static str],
    /// Properties with a few documented values, which distinguish otherwise equal variants.
    pub(crate) constants: &'static [(&'static str, &'static [&'static str])],
}

/// The JSON type of a variant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Number,
    Boolean,
    Array,
    Object,
    #[allow(dead_code, reason = "the current documents do not use it")]
    Any,
}

impl Kind {
    fn matches(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
            Self::Any => true,
        }
    }
}

/// The kind of the unions.
pub(crate) enum OneOf {}

impl<T: Union> Codec<T> for OneOf {
    const EXPECTED: &'static str = EXPECTED;

    #[inline]
    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<T>, Mismatch> {
        union_from_json(reader, order, wire_form)
    }

    #[inline]
    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<T> {
        union_from_value(value, context)
    }

    #[inline]
    fn encode<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        value.encode_variant(serializer)
    }

    fn accepts_object(object: &Map<String, Value>) -> bool {
        matches!(
            select::<T>(&Value::Object(object.clone())),
            Selection::Variant(_)
        )
    }
}

/// The selected variant of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selection {
    Variant(usize),
    /// A variant that is not documented yet: the discriminator has an undocumented value.
    Undocumented,
    /// No documented variant, or an ambiguous one.
    None,
}

fn select<T: Union>(value: &Value) -> Selection {
    let of_kind = || {
        let variants = T::VARIANTS.iter().enumerate();
        variants.filter(|(_, variant)| variant.kind.matches(value))
    };
    let Some(object) = value.as_object() else {
        return of_kind()
            .next()
            .map_or(Selection::None, |(number, _)| Selection::Variant(number));
    };
    if let Some(discriminator) = T::DISCRIMINATOR
        && let Some(name) = object.get(discriminator).and_then(name_of)
    {
        return select_by_name::<T>(&name);
    }
    let fitting: Vec<_> = of_kind()
        .filter(|(_, variant)| variant.fits(object))
        .collect();
    // The best variant is better than each of the others, so that the order of the variants does not matter.
    fitting
        .iter()
        .find(|(number, variant)| {
            fitting
                .iter()
                .filter(|(other, _)| other != number)
                .all(|(_, other)| variant.is_better_than(other, object))
        })
        .map_or(Selection::None, |(number, _)| Selection::Variant(*number))
}

/// Selects the variant that the discriminator of an object names.
fn select_by_name<T: Union>(name: &str) -> Selection {
    let is_named = |variant: &Variant| {
        matches!(variant.kind, Kind::Object | Kind::Any) && variant.names.contains(&name)
    };
    let number = T::VARIANTS.iter().position(is_named);
    number.map_or(Selection::Undocumented, Selection::Variant)
}

/// Selects the variant of the next value in the fast pass.
fn select_next<T: Union>(reader: Reader<'_>) -> Result<Selection, Mismatch> {
    if let Some(discriminator) = T::DISCRIMINATOR
        && let Some(name) = next_name(reader, discriminator)?
    {
        return Ok(select_by_name::<T>(&name));
    }
    Ok(select::<T>(&outline(reader)?))
}

/// Returns the variant name in the discriminator of the next value, if it is an object with one.
fn next_name(mut reader: Reader<'_>, discriminator: &str) -> Result<Option<String>, Mismatch> {
    if reader.peek()? != b'{' {
        return Ok(None);
    }
    reader.open(b'{')?;
    let mut is_first = true;
    while reader.next(b'}', &mut is_first)? {
        if reader.name()? == discriminator {
            return Ok(name_of(&reader.value()?));
        }
        reader.skip()?;
    }
    Ok(None)
}

/// Returns what selects the variant of the next value without a discriminator: its type and its properties. Lists and objects in it are
/// null.
fn outline(mut reader: Reader<'_>) -> Result<Value, Mismatch> {
    match reader.peek()? {
        b'{' => {
            reader.open(b'{')?;
            let mut properties = Map::new();
            let mut is_first = true;
            while reader.next(b'}', &mut is_first)? {
                let name = reader.name()?.into_owned();
                let value = match reader.peek()? {
                    b'{' | b'[' => reader.skip().map(|_| Value::Null)?,
                    _ => reader.value()?,
                };
                properties.insert(name, value);
            }
            Ok(Value::Object(properties))
        }
        b'[' => Ok(Value::Array(Vec::new())),
        _ => reader.value(),
    }
}

/// Returns the variant name in the value of a discriminator.
fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Variant {
    fn fits(&self, object: &Map<String, Value>) -> bool {
        if self.kind == Kind::Any {
            return true;
        }
        let has = |name: &&str| object.contains_key(*name);
        self.required.iter().all(has)
            && (self.properties.iter().any(has) || self.properties.is_empty())
    }

    /// Whether an object that matches both is more likely of this variant.
    fn is_better_than(&self, other: &Self, object: &Map<String, Value>) -> bool {
        let documented = |variant: &Self, name: &str| variant.properties.contains(&name);
        let more = |one: &Self, other: &Self| {
            object
                .keys()
                .any(|name| documented(one, name) && !documented(other, name))
        };
        match (more(self, other), more(other, self)) {
            (true, false) => true,
            (false, true) | (true, true) => false,
            (false, false) => {
                let (own, others) = (self.constants_of(object), other.constants_of(object));
                own > others
                    || (own == others
                        && (self.required.len() > other.required.len()
                            || (self.required.len() == other.required.len()
                                && self.properties.len() < other.properties.len())))
            }
        }
    }

    /// The number of properties whose value is documented for this variant.
    fn constants_of(&self, object: &Map<String, Value>) -> usize {
        let is_documented = |(name, values): &&(&str, &[&str])| {
            let value = object.get(*name).and_then(Value::as_str);
            value.is_some_and(|value| values.contains(&value))
        };
        self.constants.iter().filter(is_documented).count()
    }
}

const EXPECTED: &str = "one of the documented variants";

/// Decodes a value in the fast pass.
fn union_from_json<T: Union>(
    reader: &mut Reader<'_>,
    order: &mut Order,
    wire_form: &mut Option<Value>,
) -> Result<Option<T>, Mismatch> {
    if reader.null()? {
        return Ok(None);
    }
    let start = *reader;
    let decoded = match select_next::<T>(start)? {
        Selection::Variant(variant) => {
            let step = order.step_of(variant, variant, T::VARIANTS.len());
            let source = JsonSource {
                reader,
                order: order.content(step),
                wire_form,
                keeps_null: true,
            };
            T::decode_variant(variant, source)?
        }
        Selection::Undocumented => None,
        Selection::None => return Err(Mismatch),
    };
    if decoded.is_some() {
        return Ok(decoded);
    }
    *wire_form = None;
    *reader = start;
    Ok(Some(T::unknown(reader.value()?)))
}

/// Decodes a value in the tolerant pass.
fn union_from_value<T: Union>(value: &Value, context: &mut DecodeContext) -> Decoded<T> {
    if value.is_null() {
        return Decoded::Coerced(None);
    }
    match select::<T>(value) {
        Selection::Variant(variant) => {
            let mut fit = Fit::Exact;
            let decoded = context.decode_variant(|context| {
                let source = ValueSource {
                    value,
                    context,
                    fit: &mut fit,
                };
                match T::decode_variant(variant, source) {
                    Ok(decoded) => decoded,
                }
            });
            match (fit, decoded) {
                (Fit::Exact, Some(union)) => Decoded::Exact(union),
                (Fit::Coerced, Some(union)) => Decoded::Coerced(Some(union)),
                // A value that the variant cannot store completely is stored unchanged.
                (Fit::Mismatched, _) | (_, None) => Decoded::Exact(T::unknown(value.clone())),
            }
        }
        Selection::Undocumented => Decoded::Exact(T::unknown(value.clone())),
        Selection::None => {
            context.deviate(EXPECTED, value);
            Decoded::Exact(T::unknown(value.clone()))
        }
    }
}

/// Implements an enum as a type of the API.
macro_rules! union {
    ($name:ident) => {
        impl $crate::response::decode::Generated for $name {
            type Kind = $crate::response::decode::OneOf;
        }

        impl ::serde::Serialize for $name {
            #[inline]
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::response::decode::Union::encode_variant(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::response::decode::deserialize_union(d)
            }
        }
    };
}

pub(crate) use union;

/// Decodes a union with serde; null is kept unchanged.
pub(crate) fn deserialize_union<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Union,
{
    let value = Value::deserialize(deserializer)?;
    let decoded = union_from_value(&value, &mut DecodeContext::default());
    Ok(decoded.into_value().unwrap_or_else(|| T::unknown(value)))
}

/// Shows the names and types of a value that matches no variant, as `Extra` does: an undocumented value may be a secret.
pub(crate) fn debug_unknown(value: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_tuple("Unknown").field(&Outline(value)).finish()
}

struct Outline<'a>(&'a Value);

impl fmt::Debug for Outline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Object(object) => f.debug_set().entries(object.keys()).finish(),
            Value::Array(list) => f.debug_list().entries(list.iter().map(Outline)).finish(),
            value => write!(f, "{}", JsonType::of(value)),
        }
    }
}
