//! `secure-access login`: creates a profile, and keeps its secret where the user wants it.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

use cisco_secure_access::profile::{Config, Profile, SecretSource};
use cisco_secure_access::{Client, Cloud, Credentials, ReportsRegion, SecretString};
use clap::ValueEnum;

use crate::failure::{Failure, Result};
use crate::output::safe;
use crate::session::Options;

/// Creates a profile: cloud, organization, API key, and where its secret is
#[derive(clap::Args)]
#[command(
    group = clap::ArgGroup::new("secret"),
    after_help = "\
The profile goes to the configuration file of the user, which has no secret unless you select it. On a terminal, the program prompts
for what is missing; elsewhere, the secret is the first line of standard input.

Examples:
  secure-access login --cloud global --key 7f3a
  secure-access login china --cloud china --key 91bc --secret-command pass show cisco/china
  secure-access login ci --key 7f3a --secret-env CISCO_SECRET --no-check"
)]
pub(crate) struct Arguments {
    /// The name of the profile
    #[arg(default_value = "default")]
    name: String,
    /// The API key, which is not secret
    #[arg(long)]
    key: Option<String>,
    /// The region from which reports are requested
    #[arg(long, value_name = "REGION")]
    reports_region: Option<Region>,
    /// The secret is in the system keyring, under the name of the profile or under this one
    #[arg(long, group = "secret", value_name = "ENTRY", num_args = 0..=1, default_missing_value = "")]
    secret_keyring: Option<String>,
    /// The secret is in a variable of the environment
    #[arg(long, group = "secret", value_name = "NAME")]
    secret_env: Option<String>,
    /// The secret is the first line that a command prints; it is the last option
    #[arg(long, group = "secret", value_name = "COMMAND", num_args = 1.., allow_hyphen_values = true)]
    secret_command: Vec<String>,
    /// The secret is in a file, which is written if it does not exist
    #[arg(long, group = "secret", value_name = "PATH")]
    secret_file: Option<PathBuf>,
    /// The secret is in the configuration file itself
    #[arg(long, group = "secret")]
    secret_in_config: bool,
    /// Makes the profile the default
    #[arg(long)]
    set_default: bool,
    /// Does not check the credentials
    #[arg(long)]
    no_check: bool,
}

/// A storage region of reports.
#[derive(Clone, Copy, ValueEnum)]
enum Region {
    /// North America
    Us,
    /// Europe
    Eu,
}

/// Where the secret is, and what it is if it has to be stored.
struct Secret {
    source: SecretSource,
    /// The secret to store there.
    stored: Option<SecretString>,
}

impl Arguments {
    /// Creates the profile.
    ///
    /// # Errors
    /// When something is missing, or the service rejects the credentials.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        let mut config = Config::load()?;
        let key = match &self.key {
            Some(key) => key.clone(),
            None => prompt("API key", "--key")?,
        };
        let Secret { source, stored } = self.secret()?;
        let mut profile = Profile::new(key, source.clone());
        profile.cloud = options.cloud().cloned().unwrap_or(Cloud::Global);
        profile.organization = options.organization();
        profile.reports_region = self.reports_region.map(|region| match region {
            Region::Us => ReportsRegion::Us,
            Region::Eu => ReportsRegion::Eu,
        });
        if !self.no_check {
            check(options, &profile, stored.clone()).await?;
        }
        let is_first = config.names().next().is_none();
        config.set(&self.name, profile)?;
        if self.set_default || is_first {
            config.set_default(Some(&self.name))?;
        }
        let (name, file) = (safe(&self.name), config.file().display().to_string());
        if options.dry_run {
            let source = safe(&source.to_string()).into_owned();
            anstream::eprintln!("profile {name} would be in {file}, its secret in {source}");
            return Ok(());
        }
        if let Some(secret) = stored {
            source.store(secret).await?;
        }
        config.save()?;
        anstream::eprintln!("profile {name} in {file}");
        Ok(())
    }

    /// Where the secret is: as the options say, or as the user chooses.
    fn secret(&self) -> Result<Secret> {
        let at = |source| Secret {
            source,
            stored: None,
        };
        if let Some(name) = &self.secret_env {
            return Ok(at(SecretSource::Environment(name.clone())));
        }
        if !self.secret_command.is_empty() {
            return Ok(at(SecretSource::Command(self.secret_command.clone())));
        }
        if let Some(path) = &self.secret_file {
            let path = std::path::absolute(path)
                .map_err(|error| Failure::usage(format!("--secret-file: {error}")))?;
            let is_there = path.exists();
            let source = SecretSource::File(path);
            return match is_there {
                true => Ok(at(source)),
                false => stored(source),
            };
        }
        if self.secret_in_config {
            return Ok(at(SecretSource::Value(prompt_secret()?)));
        }
        match &self.secret_keyring {
            Some(entry) => stored(self.keyring(entry)),
            None if io::stdin().is_terminal() => stored(self.keyring("")),
            None => Err(Failure::usage("where is the secret?").with_hint(
                "Say so with --secret-keyring, --secret-env, --secret-command, --secret-file or --secret-in-config.",
            )),
        }
    }

    fn keyring(&self, entry: &str) -> SecretSource {
        let entry = match entry {
            "" => &self.name,
            entry => entry,
        };
        SecretSource::Keyring(entry.to_owned())
    }
}

/// Checks the credentials with a token request, whatever tokens of the key are cached. The secret is not stored yet: at its location may be
/// the valid secret of an earlier login.
async fn check(options: &Options, profile: &Profile, secret: Option<SecretString>) -> Result<()> {
    let mut builder = Client::builder().profile(profile);
    if let Some(secret) = secret {
        builder = builder.credentials(Credentials::new(&profile.key, secret));
    }
    let options = options.without_token_cache();
    let client = options.configured(builder).build()?;
    match client.access_token().await {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::from(error)
            .with_hint("The profile was not saved. --no-check saves it without a check.")),
    }
}

fn stored(source: SecretSource) -> Result<Secret> {
    Ok(Secret {
        source,
        stored: Some(prompt_secret()?),
    })
}

/// Prompts for a text on a terminal.
fn prompt(what: &str, option: &str) -> Result<String> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(format!("{option} is required")));
    }
    anstream::eprint!("{what}: ");
    io::stderr().flush()?;
    read_line()
}

/// Prompts for the secret on a terminal, without showing it; elsewhere it is the first line of standard input.
fn prompt_secret() -> Result<SecretString> {
    let secret = match io::stdin().is_terminal() {
        true => rpassword::prompt_password("API secret: ")
            .map_err(|error| Failure::usage(format!("the secret cannot be read: {error}")))?,
        false => read_line()?,
    };
    match secret.trim() {
        "" => Err(Failure::usage("the secret is empty")),
        secret => Ok(secret.into()),
    }
}

fn read_line() -> Result<String> {
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::usage(format!("standard input: {error}")))?;
    Ok(line.trim().to_owned())
}
