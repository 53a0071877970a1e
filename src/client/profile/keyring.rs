//! Secrets in the system keyring.

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error as KeyringError};

use super::thread::spawn_blocking;
use crate::error::{Error, Result};
use crate::secret::SecretString;

/// The service of all entries.
const SERVICE: &str = "secure-access";

pub(super) async fn read(entry: &str) -> Result<SecretString> {
    with_entry(entry, |entry| entry.get_password().map(Into::into)).await
}

pub(super) async fn store(entry: &str, secret: SecretString) -> Result<()> {
    with_entry(entry, move |entry| {
        entry.set_password(secret.expose_secret())
    })
    .await
}

pub(super) async fn delete(entry: &str) -> Result<()> {
    let delete = |entry: &Entry| match entry.delete_credential() {
        Err(KeyringError::NoEntry) => Ok(()),
        deleted => deleted,
    };
    with_entry(entry, delete).await
}

/// Does something with an entry, on a thread for blocking work: the keyring may prompt the user.
async fn with_entry<T: Send + 'static>(
    name: &str,
    work: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
) -> Result<T> {
    let name = name.to_owned();
    spawn_blocking(move || {
        let entry = keyring().and_then(|keyring| keyring.build(SERVICE, &name, None));
        entry
            .and_then(|entry| work(&entry))
            .map_err(|error| failed(&name, &error))
    })
    .await
}

/// The keyring of the program, or that of the system.
fn keyring() -> keyring_core::Result<Arc<CredentialStore>> {
    match keyring_core::get_default_store() {
        Some(store) => Ok(store),
        None => system_keyring(),
    }
}

#[cfg(target_os = "macos")]
fn system_keyring() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn system_keyring() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
))]
fn system_keyring() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(not(any(windows, all(unix, not(any(target_os = "ios", target_os = "android"))))))]
fn system_keyring() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(KeyringError::NoDefaultStore)
}

/// The error of an entry. It has no text of errors that contain secrets.
fn failed(name: &str, error: &KeyringError) -> Error {
    let reason = match error {
        KeyringError::NoEntry => format!(
            "does not exist: store the secret for the service `{SERVICE}` and the user `{name}`"
        ),
        KeyringError::Ambiguous(_) => {
            format!("is not unique: delete the others of the service `{SERVICE}`")
        }
        KeyringError::BadEncoding(_) => "is not UTF-8".to_owned(),
        KeyringError::BadDataFormat(..) => "is damaged: store the secret anew".to_owned(),
        KeyringError::NoDefaultStore => {
            "cannot be read: this system has no keyring; name another location of the secret"
                .to_owned()
        }
        KeyringError::PlatformFailure(reason) | KeyringError::NoStorageAccess(reason) => format!(
            "cannot be accessed: {reason}; unlock the keyring, or name another location of the secret"
        ),
        error => format!("cannot be accessed: {error}"),
    };
    Error::configuration(format!("the entry `{name}` of the system keyring {reason}"))
}
