//! The state: collections of items, what the documents say about them, and the values that responses show.
//!
//! `shape` derives from the documents which paths form a collection and what its items look like; `collections` holds the items, and of each
//! what callers sent; `values` makes the JSON of a schema around what is known, with the ids of
//! things that exist where `links` knows what an id refers to. Imports run in this order: collections → shape,
//! values → links.

mod collections;
mod links;
mod shape;
mod values;

pub(super) use collections::{Change, Collection, Store};
pub(super) use shape::id_text;
pub(super) use values::ValueMaker;
