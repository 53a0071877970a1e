//! Secrets in the system keyring.

use crate::error::{Error, Result};
use crate::secret::SecretString;

pub(super) async fn read(entry: &str) -> Result<SecretString> {
    Err(missing(entry))
}

pub(super) async fn store(entry: &str, _: SecretString) -> Result<()> {
    Err(missing(entry))
}

pub(super) async fn delete(entry: &str) -> Result<()> {
    Err(missing(entry))
}

fn missing(entry: &str) -> Error {
    Error::configuration(format!(
        "the secret is in the entry `{entry}` of the system keyring, and this program is built without the feature `keyring` of \
         cisco-secure-access: enable it, or name another location"
    ))
}
