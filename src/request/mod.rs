//! A request under construction, and the future of its response: one type each for all operations.

mod future;
mod options;
mod parameter;
mod parts;
mod raw;
mod typestate;
mod upload;

pub use future::ResponseFuture;
#[allow(unused_imports, reason = "only the scope `reports` has reports")]
pub(crate) use options::{report_options, request_options};
pub(crate) use parameter::{ToParam, to_param};
pub(crate) use parts::RequestParts;
pub use raw::Request;
pub use typestate::{IsSet, Set};
pub use upload::Upload;
