//! Conversion of a response object to the body of a request that changes it.

use serde::Serialize;
use serde_json::Value;

use super::{DecodeContext, LenientDeserialize, ObjectFields};

/// The rules for the conversion of the JSON of a response to that of a request.
///
/// A path contains names of properties; `*` matches each element of a list.
pub(crate) struct Conversion {
    /// The properties to remove.
    pub(crate) dropped: &'static [&'static [&'static str]],
    /// The lists of objects that the request has as lists of ids, and their names in the request.
    pub(crate) ids: &'static [(&'static [&'static str], &'static str)],
}

/// Converts an object to another type. The conversion uses the JSON of the object, so that it includes everything that both types can
/// store.
pub(crate) fn convert<S, T>(source: &S, conversion: &Conversion) -> T
where
    S: Serialize,
    T: ObjectFields + LenientDeserialize,
{
    let mut value = serde_json::to_value(source).unwrap_or_default();
    for path in conversion.dropped {
        if let Some((name, path)) = path.split_last() {
            each(&mut value, path, &mut |object| {
                if let Value::Object(object) = object {
                    object.remove(*name);
                }
            });
        }
    }
    for (path, target) in conversion.ids {
        if let Some((name, path)) = path.split_last() {
            each(&mut value, path, &mut |object| {
                if let Value::Object(object) = object
                    && let Some(mut list) = object.remove(*name)
                {
                    take_ids(&mut list);
                    object.insert((*target).to_owned(), list);
                }
            });
        }
    }
    let decoded = T::from_value(&value, &mut DecodeContext::default());
    decoded.into_value().unwrap_or_else(T::empty)
}

/// Replaces the objects of a list by their ids.
fn take_ids(list: &mut Value) {
    for element in list.as_array_mut().into_iter().flatten() {
        if let Some(id) = element.get_mut("id").map(Value::take) {
            *element = id;
        }
    }
}

/// Visits the values at a path.
fn each(value: &mut Value, path: &[&str], visit: &mut dyn FnMut(&mut Value)) {
    match (path.split_first(), value) {
        (None, value) => visit(value),
        (Some((&"*", rest)), Value::Array(list)) => {
            list.iter_mut()
                .for_each(|element| each(element, rest, visit));
        }
        (Some((name, rest)), Value::Object(object)) => {
            if let Some(value) = object.get_mut(*name) {
                each(value, rest, visit);
            }
        }
        _ => {}
    }
}

/// Creates a value from its JSON, and from one more value at some JSON pointers.
pub(crate) fn construct<T: LenientDeserialize>(json: &str, taken: Option<(&[&str], Value)>) -> T {
    // The generator has written the JSON, and checked that the pointers are in its objects.
    let mut value: Value = serde_json::from_str(json).unwrap_or_default();
    if let Some((pointers, taken)) = taken {
        for (parent, name) in pointers.iter().filter_map(|at| at.rsplit_once('/')) {
            if let Some(Value::Object(parent)) = value.pointer_mut(parent) {
                parent.insert(name.to_owned(), taken.clone());
            }
        }
    }
    let mut context = DecodeContext::default();
    let decoded = T::from_value(&value, &mut context);
    debug_assert!(!context.has_deviations(), "{context:?}");
    match decoded.into_value() {
        Some(value) => value,
        None => unreachable!("an object is a value of an object type and of a union"),
    }
}
