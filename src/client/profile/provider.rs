//! The credentials of a profile.

use super::origin::Origin;
use super::secret_source::SecretSource;
use crate::auth::{BoxError, BoxFuture, Credentials, CredentialsProvider};

/// Reads the secret of a profile for each token request.
#[derive(Debug)]
pub(super) struct ProfileCredentials {
    pub(super) key: String,
    pub(super) secret: SecretSource,
    pub(super) origin: Option<Origin>,
}

impl CredentialsProvider for ProfileCredentials {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
        Box::pin(async {
            match (self.secret.read().await, &self.origin) {
                (Ok(secret), _) => Ok(Credentials::new(&self.key, secret)),
                (Err(error), Some(origin)) => Err(format!("{origin}: {error}").into()),
                (Err(error), None) => Err(error.into()),
            }
        })
    }

    fn key(&self) -> Option<&str> {
        Some(&self.key)
    }
}
