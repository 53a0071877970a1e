//! Sources of credentials: constants, or a vault.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::Credentials;

/// A boxed future, which the methods of [`CredentialsProvider`] and [`TokenCache`](super::TokenCache) return so that both can be `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The error of a provider, a cache or an HTTP service. Its message becomes part of the error of a call: it must not contain secrets.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// A source of credentials for token requests: a vault, a rotated file, a dialog.
///
/// The client calls it once for each token, not for each call. [`Credentials`] implement it. If a provider does not respond within
/// [`ClientBuilder::token_timeout`](crate::ClientBuilder::token_timeout), or panics, the calls that wait for a token fail. The error names
/// the provider, and the next call uses it again.
///
/// ```
/// use cisco_secure_access::auth::{BoxError, BoxFuture, CredentialsProvider};
/// use cisco_secure_access::{Client, Credentials};
///
/// #[derive(Debug)]
/// struct Vault;
///
/// impl CredentialsProvider for Vault {
///     fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
///         Box::pin(async {
///             // Fetch them from the vault here.
///             Ok(Credentials::new("key", "secret"))
///         })
///     }
/// }
///
/// let client = Client::builder().credentials_provider(Vault).build()?;
/// # Ok::<(), cisco_secure_access::Error>(())
/// ```
///
/// `Debug` must not show secrets: it is part of the `Debug` output of a client.
pub trait CredentialsProvider: fmt::Debug + Send + Sync {
    /// Returns the current credentials.
    ///
    /// # Errors
    /// When it has no credentials. A call that needs a token then fails, and the next call tries again.
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>>;

    /// Returns the API key, if it is known without the secret. The client then looks for a token in its
    /// [`TokenCache`](super::TokenCache) before it requests credentials. By default, the key is not known.
    fn key(&self) -> Option<&str> {
        None
    }
}

impl CredentialsProvider for Credentials {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }
}

impl<P: CredentialsProvider + ?Sized> CredentialsProvider for Arc<P> {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
        (**self).credentials()
    }

    fn key(&self) -> Option<&str> {
        (**self).key()
    }
}
