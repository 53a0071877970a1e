//! The system keyring, of which a program without the feature `keyring` knows nothing.

use crate::error::{Error, Result};
use crate::secret::SecretString;

pub(super) async fn read(entry: &str) -> Result<SecretString> {
    Err(disabled(entry))
}

pub(super) async fn store(entry: &str, _: SecretString) -> Result<()> {
    Err(disabled(entry))
}

pub(super) async fn delete(entry: &str) -> Result<()> {
    Err(disabled(entry))
}

fn disabled(entry: &str) -> Error {
    Error::configuration(format!(
        "the entry `{entry}` of the system keyring needs the feature `keyring` of cisco-secure-access, which this program is built \
         without: enable the feature, or name another location of the secret"
    ))
}
