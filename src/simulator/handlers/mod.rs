//! What calls do by rule: how they list, create, read, change and delete the items of collections.
//!
//! `call` is the call itself, with the responses that follow from its document; `items` changes collections, with `filter`, `paging`, `patch`
//! and `bulk` for what calls say about it; `error` writes errors as documented. Nothing but `page_sizes` knows an operation by its id: that is
//! for `hooks` and `reports`, which build on this module, and `dispatch` decides between all of them.

pub(super) mod bulk;
mod call;
mod error;
mod filter;
pub(super) mod items;
mod page_sizes;
mod paging;
mod patch;

pub(super) use call::{Call, Outcome, Rejection};
pub(super) use error::{documented_error, invalid};
pub(super) use paging::Window;
