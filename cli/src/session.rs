//! What a run of the program shares: the options of all commands, and the client that they describe.

use std::path::PathBuf;
use std::time::Duration;

use cisco_secure_access::auth::FileTokenCache;
use cisco_secure_access::{Client, ClientBuilder, Cloud, RateLimiting};
use clap::Args;

use crate::failure::{Failure, Result};
use crate::output::OutputOptions;
use crate::prompt::Prompt;

/// The name of the program in the header `user-agent`.
const USER_AGENT: &str = concat!("secure-access/", env!("CARGO_PKG_VERSION"));

/// The heading of the options of the connection.
pub(crate) const CONNECTION: &str = "Connection";

/// The options of all commands.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = CONNECTION)]
pub(crate) struct Options {
    /// The profile to use, instead of that in SECURE_ACCESS_PROFILE; see `secure-access login --help`
    #[arg(
        long,
        global = true,
        env = "SECURE_ACCESS_PROFILE",
        value_name = "NAME"
    )]
    profile: Option<String>,
    /// The cloud, instead of that of the profile or of SECURE_ACCESS_CLOUD: global, china, government or a URL
    #[arg(long, global = true, value_name = "CLOUD")]
    cloud: Option<Cloud>,
    /// The child organization to work on, with the key of its parent
    #[arg(long, global = true, value_name = "ID")]
    organization: Option<u64>,
    /// Time limit of a call with its retries and delays, in seconds
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    /// Keeps access tokens in memory only, instead of files that later runs share
    #[arg(long, global = true)]
    no_token_cache: bool,
    /// Shows attempts and delays on standard error; twice, more of them
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Prints the request, or what would change, and changes nothing
    #[arg(long, global = true, help_heading = "Safety")]
    pub(crate) dry_run: bool,
    /// Makes changes without a confirmation
    #[arg(short, long, global = true, help_heading = "Safety")]
    yes: bool,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse::<f64>()
        .map_err(|_| "expected a number of seconds")?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "expected a positive number of seconds".to_owned())
}

impl Options {
    /// Creates the client. It sends nothing yet.
    ///
    /// # Errors
    /// When there are no credentials, or the configuration is not valid.
    pub(crate) fn client(&self) -> Result<Client> {
        let client = self.configured(self.builder()?).build()?;
        Ok(match self.organization {
            Some(id) => client.for_organization(id),
            None => client,
        })
    }

    /// The settings of the profile or of the environment.
    fn builder(&self) -> Result<ClientBuilder> {
        let builder = match &self.profile {
            Some(name) => ClientBuilder::from_profile(name),
            None => ClientBuilder::from_default_profile(),
        };
        builder.map_err(|error| {
            Failure::from(error).with_hint(
                "Set SECURE_ACCESS_API_KEY and SECURE_ACCESS_API_SECRET, or create a profile with `secure-access login`.",
            )
        })
    }

    /// Adds the settings of the command line, and those of the program.
    pub(crate) fn configured(&self, mut builder: ClientBuilder) -> ClientBuilder {
        builder = builder
            .user_agent_suffix(USER_AGENT)
            .rate_limiting(RateLimiting::Documented);
        if let Some(cloud) = &self.cloud {
            builder = builder.cloud(cloud.clone());
        }
        if let Some(timeout) = self.timeout {
            builder = builder.total_timeout(timeout);
        }
        match self.token_cache() {
            Some(cache) => builder.token_cache(cache),
            None => builder,
        }
    }

    /// The options with this profile.
    pub(crate) fn with_profile(&self, name: &str) -> Self {
        Self {
            profile: Some(name.to_owned()),
            ..self.clone()
        }
    }

    /// The options without the access tokens of other runs.
    pub(crate) fn without_token_cache(&self) -> Self {
        Self {
            no_token_cache: true,
            ..self.clone()
        }
    }

    /// Whether settings of the command line replace some of a profile.
    pub(crate) fn replaces_profile(&self) -> bool {
        self.cloud.is_some() || self.organization.is_some()
    }

    /// The time limit of the command line.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// The cloud of the command line.
    pub(crate) fn cloud(&self) -> Option<&Cloud> {
        self.cloud.as_ref()
    }

    /// The child organization of the command line.
    pub(crate) fn organization(&self) -> Option<u64> {
        self.organization
    }

    /// The base URL of the client; that of the Global cloud if nothing says which.
    ///
    /// # Errors
    /// When the configuration is not valid.
    pub(crate) fn known_cloud(&self) -> Result<Cloud> {
        match (&self.cloud, self.builder()) {
            (Some(cloud), _) => Ok(cloud.clone()),
            (None, Ok(builder)) => Ok(builder.build()?.cloud().clone()),
            (None, Err(_)) => Ok(Cloud::Global),
        }
    }

    /// The cache of access tokens in the user's cache directory; none if that directory is not usable.
    fn token_cache(&self) -> Option<FileTokenCache> {
        if self.no_token_cache {
            return None;
        }
        match FileTokenCache::new(cache_directory()?.join("tokens")) {
            Ok(cache) => Some(cache),
            Err(error) => {
                self.note(&format!("access tokens are kept in memory only: {error}"));
                None
            }
        }
    }

    /// Shows a detail, if details are selected.
    pub(crate) fn note(&self, text: &str) {
        if self.verbose > 0 {
            anstream::eprintln!("{}", crate::output::safe(text));
        }
    }

    /// How changes are confirmed.
    pub(crate) fn prompt(&self) -> Prompt {
        Prompt::new(self.yes)
    }

    /// How many details are shown.
    pub(crate) fn verbosity(&self) -> u8 {
        self.verbose
    }
}

/// The directory for files that can be made again.
fn cache_directory() -> Option<PathBuf> {
    use etcetera::BaseStrategy as _;
    let directories = etcetera::choose_base_strategy().ok()?;
    Some(directories.cache_dir().join("secure-access"))
}
