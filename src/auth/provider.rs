//! Sources of credentials: fixed ones, or a vault.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::Credentials;

/// A boxed future: the methods of [`CredentialsProvider`] and [`TokenCache`](super::TokenCache) return it, so that both can be `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The error of a provider, a cache or an HTTP service. Its text appears in the error of a call: it must hold no secret.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// A source of credentials, for each token request: a vault, a file that is rotated, a dialog.
///
/// It is used once for each token, not for each call. [`Credentials`] are a provider of themselves. A provider that does not respond within
/// [`ClientBuilder::token_timeout`](crate::ClientBuilder::token_timeout), or panics, fails the calls that wait for a token; the error names
/// it, and the next call uses it again.
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
/// `Debug` must show no secret: it is a part of the `Debug` of a client.
pub trait CredentialsProvider: fmt::Debug + Send + Sync {
    /// The credentials to use now.
    ///
    /// # Errors
    /// When it has none. A call that needs a token then fails, and the next one tries again.
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>>;
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
}
