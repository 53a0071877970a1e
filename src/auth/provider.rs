//! Where credentials come from: fixed ones, or a vault that is asked for them.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::Credentials;

/// A future in a box: what the methods of [`CredentialsProvider`] and [`TokenCache`](super::TokenCache) give, so that both can be used
/// as `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whatever went wrong in a provider or a cache. Its text comes up in the error of a call: it must hold no secret.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Gives the credentials when a token is to be asked for: from a vault, a file that is rotated, a dialog.
///
/// It is asked once for each token, not for each call. [`Credentials`] are a provider that always gives itself.
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
///             // Here the vault would be asked.
///             Ok(Credentials::new("key", "secret"))
///         })
///     }
/// }
///
/// let client = Client::builder().credentials_provider(Vault).build()?;
/// # Ok::<(), cisco_secure_access::Error>(())
/// ```
///
/// `Debug` must show no secret: it is part of the `Debug` of a client.
pub trait CredentialsProvider: fmt::Debug + Send + Sync {
    /// The credentials to use now.
    ///
    /// # Errors
    /// Whatever kept it from getting them. A call that needs a token then fails, and the next one asks again.
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
