//! HTTP: the socket, responses, and multipart bodies. It knows nothing of the API.

pub(super) mod multipart;
pub(super) mod response;
pub(super) mod server;
