//! Who calls: credentials, and the access tokens that the client gets for them.

mod credentials;
mod token;

pub use credentials::Credentials;
pub(crate) use token::{Token, Tokens};
