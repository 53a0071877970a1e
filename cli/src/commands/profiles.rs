//! `secure-access profiles` and `secure-access logout`: the profiles in the configuration file.

use cisco_secure_access::profile::{Config, SecretSource};
use serde_json::json;

use crate::failure::Result;
use crate::output::{Columns, safe};
use crate::session::Options;

/// Lists the profiles
#[derive(clap::Args)]
pub(crate) struct Profiles {
    /// Makes a profile the default
    #[arg(long, value_name = "NAME")]
    set_default: Option<String>,
}

impl Profiles {
    /// Lists the profiles.
    ///
    /// # Errors
    /// When the configuration is not valid.
    pub(crate) fn run(self, options: &Options) -> Result<()> {
        let mut config = Config::load()?;
        if let Some(name) = &self.set_default {
            config.profile(name)?;
            config.set_default(Some(name))?;
            if !options.dry_run {
                config.save()?;
            }
        }
        let columns = ["name", "default", "cloud", "organization", "key", "secret"];
        let mut printer = options.output.printer(Columns::named(&columns))?;
        for name in config.names() {
            let profile = config.profile(name)?;
            printer.item(&json!({
                "name": name,
                "default": config.default_name() == Some(name),
                "cloud": profile.cloud.base_url().as_str(),
                "organization": profile.organization,
                "key": profile.key,
                "secret": profile.secret.to_string(),
            }))?;
        }
        printer.end()
    }
}

/// Removes a profile, and its secret from the system keyring
#[derive(clap::Args)]
pub(crate) struct Logout {
    /// The name of the profile
    #[arg(default_value = "default")]
    name: String,
}

impl Logout {
    /// Removes the profile.
    ///
    /// # Errors
    /// When there is no such profile, or the file cannot be written.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        let mut config = Config::load()?;
        let secret = config.profile(&self.name)?.secret.clone();
        let is_ours = matches!(secret, SecretSource::Keyring(_));
        if options.dry_run {
            let (name, file) = (safe(&self.name), config.file().display());
            let secret = match is_ours {
                true => format!(", and {}", safe(&secret.to_string())),
                false => String::new(),
            };
            anstream::eprintln!("profile {name} of {file} would be removed{secret}");
            return Ok(());
        }
        if is_ours {
            secret.delete().await?;
        }
        if config.default_name() == Some(&self.name) {
            config.set_default(None)?;
        }
        config.remove(&self.name);
        Ok(config.save()?)
    }
}
