//! Who calls: credentials, the access tokens that the client gets for them, and where tokens are kept.

mod cache;
mod credentials;
mod file_cache;
mod provider;
mod token;

pub use cache::{CacheLock, CachedToken, MemoryTokenCache, TokenCache};
pub use credentials::Credentials;
pub use file_cache::FileTokenCache;
pub use provider::{BoxError, BoxFuture, CredentialsProvider};
pub(crate) use token::{Token, Tokens};
