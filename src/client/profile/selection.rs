//! Which profile a client uses, and which of its settings the environment replaces.

use super::config::{Config, PROFILE_VARIABLE};
use super::secret_source::SecretSource;
use super::settings::Profile;
use crate::auth::{Credentials, KEY_VARIABLE, SECRET_VARIABLE, env_variable};
use crate::client::cloud::Cloud;
use crate::error::{Error, Result};

/// The settings of a client from a profile and the environment.
pub(in crate::client) struct Selection {
    /// `None` if no profile is selected, and the credentials are in the environment.
    pub(in crate::client) profile: Option<Profile>,
    /// Credentials that replace those of the profile.
    pub(in crate::client) credentials: Option<Credentials>,
    /// The cloud that replaces that of the profile.
    pub(in crate::client) cloud: Option<Cloud>,
}

impl Selection {
    /// Selects the profile of this name, or the one that is selected by the environment or the configuration file.
    pub(in crate::client) fn new(name: Option<&str>) -> Result<Self> {
        let config = Config::load()?;
        let name = match name {
            Some(name) => Some(name.to_owned()),
            None => config.selected_name()?,
        };
        let profile = match &name {
            Some(name) => Some(config.profile(name)?.clone()),
            None => None,
        };
        let credentials = match &profile {
            Some(profile) => replacement(profile)?,
            None => Some(Credentials::from_env().map_err(|error| no_profile(&config, &error))?),
        };
        Ok(Self {
            profile,
            credentials,
            cloud: Cloud::from_env()?,
        })
    }
}

/// The credentials in the environment, which replace those of a profile. The key and the secret of one API key belong together, so one of
/// the two variables alone replaces nothing.
fn replacement(profile: &Profile) -> Result<Option<Credentials>> {
    let (set, missing) = match (env_variable(KEY_VARIABLE)?, env_variable(SECRET_VARIABLE)?) {
        (Some(key), Some(secret)) => return Ok(Some(Credentials::new(key, secret))),
        (None, None) => return Ok(None),
        (None, Some(_)) if is_secret_of(profile) => return Ok(None),
        (Some(_), None) => (KEY_VARIABLE, SECRET_VARIABLE),
        (None, Some(_)) => (SECRET_VARIABLE, KEY_VARIABLE),
    };
    let origin = profile.origin.as_ref().map(ToString::to_string);
    Err(Error::configuration(format!(
        "the environment variable {set} is set without {missing}: set both, or unset it to use the API key of {}",
        origin.unwrap_or_default()
    )))
}

/// Whether the secret of the profile is in the environment variable of the secret.
fn is_secret_of(profile: &Profile) -> bool {
    profile.secret == SecretSource::Environment(SECRET_VARIABLE.to_owned())
}

/// The error of a program without a profile and without credentials in the environment.
fn no_profile(config: &Config, error: &Error) -> Error {
    Error::configuration(format!(
        "{error}, or name a profile of {} in {PROFILE_VARIABLE} or in its `default`",
        config.file().display()
    ))
}
