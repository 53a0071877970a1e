//! Credentials, access tokens, and token caches.

mod cache;
mod credentials;
mod file_cache;
mod provider;
mod token_response;
mod token_source;

pub use cache::{AccessToken, CacheLock, MemoryTokenCache, TokenCache};
pub use credentials::Credentials;
pub(crate) use credentials::env_variable;
#[cfg(feature = "profiles")]
pub(crate) use credentials::{KEY_VARIABLE, SECRET_VARIABLE};
pub use file_cache::FileTokenCache;
pub use provider::{BoxError, BoxFuture, CredentialsProvider};
pub(crate) use token_response::parse_token_response;
pub(crate) use token_source::{Token, TokenEndpoint, TokenSource, TokenSourceConfig};
