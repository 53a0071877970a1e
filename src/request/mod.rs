//! A request under construction, and the future of its response. One type each serves all operations.

mod builder;
mod future;
mod list;
mod parameter;
mod parts;
mod raw;
mod setters;
mod typed;
mod typestate;
mod upload;

pub use builder::Builder;
pub(crate) use future::Decoder;
pub use future::ResponseFuture;
pub(crate) use list::{cloned_list, into_list};
pub(crate) use parameter::{ToParam, to_param};
pub(crate) use parts::RequestParts;
pub use typed::{Endpoint, Regional, Request, Untyped};
pub use typestate::{IsSet, Set};
pub use upload::Upload;
