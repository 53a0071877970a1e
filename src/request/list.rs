//! List parameters of generated setters, converted to the list that is stored.

use std::borrow::Borrow;

/// A list of values that convert to `T`.
#[inline]
pub(crate) fn into_list<T>(items: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
    items.into_iter().map(Into::into).collect()
}

/// A list of values or references to them.
#[inline]
pub(crate) fn cloned_list<T: Clone>(items: impl IntoIterator<Item = impl Borrow<T>>) -> Vec<T> {
    items
        .into_iter()
        .map(|item| item.borrow().clone())
        .collect()
}
