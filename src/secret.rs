//! Secrets, which logs, errors and `Debug` do not show.

use std::fmt::{self, Write as _};

use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};

/// A secret of a request or a response, such as a passphrase.
///
/// `Debug` redacts it, and its memory is erased when it is dropped. It converts from a string or a [`secrecy::SecretString`], and into a
/// `SecretString`, such as the secret of [`Credentials`](crate::Credentials).
///
/// ```
/// use cisco_secure_access::SecretString;
///
/// let secret = SecretString::from("correct horse");
/// assert_eq!(secret.expose_secret(), "correct horse");
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// ```
#[derive(Clone, Default)]
pub struct SecretString(secrecy::SecretString);

impl SecretString {
    /// Returns the secret.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<secrecy::SecretString> for SecretString {
    fn from(secret: secrecy::SecretString) -> Self {
        Self(secret)
    }
}

impl From<SecretString> for secrecy::SecretString {
    fn from(secret: SecretString) -> Self {
        secret.0
    }
}

impl From<String> for SecretString {
    fn from(secret: String) -> Self {
        Self(secret.into())
    }
}

impl From<&str> for SecretString {
    fn from(secret: &str) -> Self {
        Self(secret.into())
    }
}

impl PartialEq for SecretString {
    fn eq(&self, other: &Self) -> bool {
        self.expose_secret() == other.expose_secret()
    }
}

impl Eq for SecretString {}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Redacted.fmt(f)
    }
}

/// Replaces a secret in `Debug` output.
pub(crate) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Returns the hash of these parts, in hexadecimal: a name that does not show them.
pub(crate) fn hash_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // With the length, different lists of parts have different bytes.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut name = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}
