//! The arguments that are lists: what generated setters take, as the list that they store.

use std::borrow::Borrow;

/// A list of what the items convert into.
#[inline]
pub(crate) fn into_list<T>(items: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
    items.into_iter().map(Into::into).collect()
}

/// A list of items that are values or references to them.
#[inline]
pub(crate) fn cloned_list<T: Clone>(items: impl IntoIterator<Item = impl Borrow<T>>) -> Vec<T> {
    items
        .into_iter()
        .map(|item| item.borrow().clone())
        .collect()
}
