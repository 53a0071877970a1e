//! The settings of a profile.

use super::origin::Origin;
use super::provider::ProfileCredentials;
use super::secret_source::SecretSource;
use crate::auth::CredentialsProvider;
use crate::client::cloud::{Cloud, ReportsRegion};

/// The settings of a client, which have a name in a [`Config`](super::Config).
///
/// ```
/// use cisco_secure_access::profile::{Profile, SecretSource};
/// use cisco_secure_access::{Client, Cloud};
///
/// let mut profile = Profile::new("key", SecretSource::File("/run/secrets/cisco".into()));
/// profile.cloud = Cloud::China;
/// profile.organization = Some(8_162_517);
///
/// // The secret is read when the client requests a token.
/// let client = Client::builder().profile(&profile).build()?;
/// assert_eq!(client.cloud(), &Cloud::China);
/// # Ok::<(), cisco_secure_access::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Profile {
    /// The cloud, on which the API key is valid. ([`Cloud::Global`])
    pub cloud: Cloud,
    /// The child organization on which the client works; `None` for the organization of the API key.
    pub organization: Option<u64>,
    /// The region from which reports are requested; `None` to let the service redirect each report.
    pub reports_region: Option<ReportsRegion>,
    /// The API key, which is not secret.
    pub key: String,
    /// The location of the secret of the API key.
    pub secret: SecretSource,
    /// The file and the name, if the profile was read from a file.
    pub(super) origin: Option<Origin>,
}

impl Profile {
    /// Creates a profile of an API key on the Global cloud.
    pub fn new(key: impl Into<String>, secret: SecretSource) -> Self {
        Self {
            cloud: Cloud::default(),
            organization: None,
            reports_region: None,
            key: key.into(),
            secret,
            origin: None,
        }
    }

    /// Returns the credentials of the profile. The secret is read for each token request, so a new secret takes effect with the next token,
    /// and a program that has a valid token reads no secret.
    ///
    /// ```
    /// use cisco_secure_access::Client;
    /// use cisco_secure_access::profile::{Profile, SecretSource};
    ///
    /// let profile = Profile::new("key", SecretSource::Environment("CISCO_SECRET".to_owned()));
    /// let client = Client::builder().credentials_provider(profile.credentials_provider()).build()?;
    /// # Ok::<(), cisco_secure_access::Error>(())
    /// ```
    #[must_use]
    pub fn credentials_provider(&self) -> impl CredentialsProvider + use<> {
        ProfileCredentials {
            key: self.key.clone(),
            secret: self.secret.clone(),
            origin: self.origin.clone(),
        }
    }

    /// Checks that a client can use the profile and that a file can store it. The error describes the first problem.
    pub(super) fn check(&self) -> Result<(), String> {
        check_cloud(&self.cloud)?;
        if let Some(organization) = self.organization {
            check_organization(organization)?;
        }
        check_key(&self.key)?;
        self.secret.check()
    }
}

/// Checks a cloud: its base URL may receive credentials.
pub(super) fn check_cloud(cloud: &Cloud) -> Result<(), String> {
    match cloud.validated_base_url() {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// Checks the id of an organization: TOML has no integers above `i64::MAX`.
pub(super) fn check_organization(id: u64) -> Result<i64, String> {
    i64::try_from(id).map_err(|_| format!("the organization id {id} is too large"))
}

/// Checks an API key: HTTP Basic authentication separates it from the secret by a colon.
pub(super) fn check_key(key: &str) -> Result<(), String> {
    let is_valid = |character: char| character.is_ascii_graphic() && character != ':';
    if key.is_empty() || !key.chars().all(is_valid) {
        return Err(
            "`key` is not an API key: expected the id of the key from Admin › API Keys".to_owned(),
        );
    }
    Ok(())
}

/// What the name of a profile has.
pub(super) const NAME: &str = "letters of ASCII, digits, `_`, `.` and `-`";

/// Checks the name of a profile.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let is_valid = |character: char| character.is_ascii_alphanumeric() || "_.-".contains(character);
    if name.is_empty() || !name.chars().all(is_valid) {
        return Err(format!(
            "`{}` is not a name of a profile: expected {NAME}",
            name.escape_debug()
        ));
    }
    Ok(())
}
