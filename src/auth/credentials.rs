//! An API key and its secret.

use std::env;
use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use crate::error::{Error, Result};
use crate::redacted::Redacted;

/// The environment variable of the key.
pub(crate) const KEY_VARIABLE: &str = "SECURE_ACCESS_API_KEY";
/// The environment variable of the secret.
pub(crate) const SECRET_VARIABLE: &str = "SECURE_ACCESS_API_SECRET";

/// An API key and its secret, made in the Secure Access dashboard under Admin, API Keys.
///
/// The secret is never shown: not by `Debug`, not in an error, not in a log; its memory is cleared when it is dropped.
#[derive(Clone)]
pub struct Credentials {
    key: String,
    secret: SecretString,
}

impl Credentials {
    /// A key and its secret.
    pub fn new(key: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        Self {
            key: key.into(),
            secret: secret.into(),
        }
    }

    /// From the environment: `SECURE_ACCESS_API_KEY` and `SECURE_ACCESS_API_SECRET`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when one is not set or empty; the error names it.
    pub fn from_env() -> Result<Self> {
        let read = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
        match (read(KEY_VARIABLE), read(SECRET_VARIABLE)) {
            (Some(key), Some(secret)) => Ok(Self::new(key, secret)),
            (key, secret) => {
                let missing: Vec<_> = [
                    key.is_none().then_some(KEY_VARIABLE),
                    secret.is_none().then_some(SECRET_VARIABLE),
                ]
                .into_iter()
                .flatten()
                .collect();
                Err(Error::configuration(format!(
                    "no credentials: set {} in the environment, or give credentials to the client",
                    missing.join(" and ")
                )))
            }
        }
    }

    /// The key; it is no secret.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.secret
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.key == other.key && self.secret.expose_secret() == other.secret.expose_secret()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("key", &self.key)
            .field("secret", &Redacted)
            .finish()
    }
}
