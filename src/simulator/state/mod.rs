//! The state: collections of items, their documents, and the values in responses.
//!
//! `shape` derives the collections and the properties of their items from the documents; `collections` stores the items and the changes of
//! callers; `values` generates the JSON of a schema around known properties, with ids of existing items from `links`. Imports run in this
//! order: collections → shape, values → links.

mod collections;
mod links;
mod shape;
mod values;

pub(super) use collections::{Change, Collection, Store};
pub(super) use shape::id_text;
pub(super) use values::ValueMaker;
