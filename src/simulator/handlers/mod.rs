//! Generic handlers: how calls list, create, read, change and delete the items of collections.
//!
//! `call` is the call, with the responses that its document determines; `items` changes collections, with `filter`, `paging`, `patch` and
//! `bulk` for the options of calls; `error` creates documented errors. Only `page_sizes` refers to operations by id; other special cases
//! are in `hooks` and `reports`, which use this module, and `dispatch` selects between all of them.

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
