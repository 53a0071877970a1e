//! The kinds of generated types: objects, enumerations and unions. All types of a kind share the code that decodes and encodes them.

use serde::ser::Serializer;
use serde_json::{Map, Value};

use super::{DecodeContext, Decoded, LenientDeserialize, Mismatch, Order, Reader};

/// A generated type.
pub(crate) trait Generated: Sized {
    /// The kind of the type.
    type Kind: Codec<Self>;
}

/// The decoding and encoding of a kind of types: the methods are those of [`LenientDeserialize`].
pub(crate) trait Codec<T> {
    const EXPECTED: &'static str;

    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<T>, Mismatch>;

    #[inline]
    fn variant_from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<T>, Mismatch> {
        Self::from_json(reader, order, wire_form)
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<T>;

    fn encode<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error>;

    fn accepts_object(_: &Map<String, Value>) -> bool {
        false
    }
}

impl<T: Generated> LenientDeserialize for T {
    const EXPECTED: &'static str = <T::Kind as Codec<T>>::EXPECTED;

    #[inline]
    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        T::Kind::from_json(reader, order, wire_form)
    }

    #[inline]
    fn variant_from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        T::Kind::variant_from_json(reader, order, wire_form)
    }

    #[inline]
    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Self> {
        T::Kind::from_value(value, context)
    }

    #[inline]
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::Kind::encode(self, serializer)
    }

    #[inline]
    fn accepts_object(object: &Map<String, Value>) -> bool {
        T::Kind::accepts_object(object)
    }
}

/// A box around a recursive type. It is a kind of its own, because the compiler does not rule out that a box is a generated type.
pub(crate) enum Boxed {}

impl<T: LenientDeserialize> Generated for Box<T> {
    type Kind = Boxed;
}

impl<T: LenientDeserialize> Codec<Box<T>> for Boxed {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Box<T>>, Mismatch> {
        Ok(T::from_json(reader, order, wire_form)?.map(Box::new))
    }

    #[inline]
    fn variant_from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Box<T>>, Mismatch> {
        Ok(T::variant_from_json(reader, order, wire_form)?.map(Box::new))
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Box<T>> {
        T::from_value(value, context).map(Box::new)
    }

    fn encode<S: Serializer>(value: &Box<T>, serializer: S) -> Result<S::Ok, S::Error> {
        T::encode(value, serializer)
    }

    fn accepts_object(object: &Map<String, Value>) -> bool {
        T::accepts_object(object)
    }
}
