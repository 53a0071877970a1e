//! An API key and its secret.

use std::env;
use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use crate::error::{Error, Result};
use crate::secret::Redacted;

/// The environment variable of the key.
pub(crate) const KEY_VARIABLE: &str = "SECURE_ACCESS_API_KEY";
/// The environment variable of the secret.
pub(crate) const SECRET_VARIABLE: &str = "SECURE_ACCESS_API_SECRET";

/// An API key and its secret, created in the Secure Access dashboard under Admin, API Keys.
///
/// `Debug`, errors and logs do not show the secret. Its memory is erased when it is dropped.
#[derive(Clone)]
pub struct Credentials {
    key: String,
    secret: SecretString,
}

impl Credentials {
    /// Creates credentials from a key and its secret.
    pub fn new(key: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        Self {
            key: key.into(),
            secret: secret.into(),
        }
    }

    /// Reads the credentials from the environment: `SECURE_ACCESS_API_KEY` and `SECURE_ACCESS_API_SECRET`. White space around the values is
    /// ignored.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when a variable is missing, empty, or not UTF-8; the error names it.
    pub fn from_env() -> Result<Self> {
        let (key, secret) = (env_variable(KEY_VARIABLE)?, env_variable(SECRET_VARIABLE)?);
        let missing: Vec<_> = [(&key, KEY_VARIABLE), (&secret, SECRET_VARIABLE)]
            .into_iter()
            .filter_map(|(value, name)| value.is_none().then_some(name))
            .collect();
        let (Some(key), Some(secret)) = (key, secret) else {
            return Err(Error::configuration(format!(
                "no credentials: set {} in the environment, or set credentials on the client",
                missing.join(" and ")
            )));
        };
        Ok(Self::new(key, secret))
    }

    /// Returns the key, which is not secret.
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

/// Returns the value of an environment variable without white space around it; `None` if it is missing or empty.
///
/// # Errors
/// When it is not UTF-8.
pub(crate) fn env_variable(name: &str) -> Result<Option<String>> {
    match env::var(name) {
        Ok(value) => Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Error::configuration(format!(
            "the environment variable {name} is not UTF-8"
        ))),
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
