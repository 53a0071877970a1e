//! Where the secret of an API key is.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

#[cfg(feature = "keyring")]
use super::keyring;
#[cfg(not(feature = "keyring"))]
use super::no_keyring as keyring;
use super::{command, secret_file};
use crate::auth::env_variable;
use crate::error::{Error, Result};
use crate::secret::SecretString;

/// The time limit of reading a secret, such as that of a command, or of a keyring that prompts the user. It is less than the default of
/// [`ClientBuilder::token_timeout`](crate::ClientBuilder::token_timeout), so that the error names the location.
const TIME_LIMIT: Duration = Duration::from_secs(25);

/// The location of the secret of a [`Profile`](super::Profile).
///
/// White space around a secret is ignored. `Debug` and errors show the location, and neither the secret nor the arguments of a command.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretSource {
    /// An environment variable: `secret = { environment = "CISCO_SECRET" }`.
    Environment(String),
    /// A command with its arguments, whose first line of output is the secret: `secret = { command = ["pass", "show", "cisco"] }`.
    ///
    /// No shell is involved. The command has no standard input, shares the standard error of the program. It needs a Tokio runtime with I/O, such as that of `#[tokio::main]`.
    Command(Vec<String>),
    /// An entry of the system keyring, for the service `secure-access`: `secret = { keyring = "china" }`. It needs the feature `keyring`.
    ///
    /// The keyring is that of Keychain Services on macOS, of the Credential Manager on Windows, and of the Secret Service on other systems.
    /// If the program has set a default store of `keyring-core`, that store is used.
    Keyring(String),
    /// A file whose first line is the secret: `secret = { file = "/run/secrets/cisco" }`. The path is absolute or begins with `~/`.
    ///
    /// On Unix, the file must belong to the user or to root, and only its owner may have permissions.
    File(PathBuf),
    /// The secret itself: `secret = { value = "…" }`. It is the secret at the time when the configuration file was read.
    Value(SecretString),
}

impl SecretSource {
    /// Reads the secret.
    ///
    /// ```no_run
    /// # async fn run() -> cisco_secure_access::Result<()> {
    /// use cisco_secure_access::Credentials;
    /// use cisco_secure_access::profile::SecretSource;
    ///
    /// let source = SecretSource::Command(["pass", "show", "cisco"].map(str::to_owned).to_vec());
    /// let credentials = Credentials::new("key", source.read().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when there is no secret at the location, the location is not safe, or
    /// it provides no secret within 25 seconds.
    pub async fn read(&self) -> Result<SecretString> {
        self.check().map_err(Error::configuration)?;
        let Ok(secret) = tokio::time::timeout(TIME_LIMIT, self.fetch()).await else {
            let limit = TIME_LIMIT.as_secs();
            return Err(Error::configuration(format!(
                "{self} provided no secret within {limit} s"
            )));
        };
        match secret?.expose_secret().trim() {
            "" => Err(Error::configuration(format!(
                "{self} has no secret: expected the secret of the API key in the first line"
            ))),
            secret => Ok(secret.into()),
        }
    }

    /// Returns the secret as it is at the location.
    async fn fetch(&self) -> Result<SecretString> {
        match self {
            Self::Environment(name) => match env_variable(name)? {
                Some(value) => Ok(value.into()),
                None => Err(Error::configuration(format!(
                    "{self} is not set: set it to the secret of the API key"
                ))),
            },
            Self::Command(arguments) => command::first_line(arguments).await,
            Self::Keyring(entry) => keyring::read(entry).await,
            Self::File(path) => secret_file::first_line(path).await,
            Self::Value(value) => Ok(value.clone()),
        }
    }

    /// Stores a secret at the location, if it is a file or in the system keyring. The file and its directory are created; only the owner of
    /// a new file can read it.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the secret cannot be written, and for another location.
    pub async fn store(&self, secret: impl Into<SecretString>) -> Result<()> {
        self.check().map_err(Error::configuration)?;
        match self {
            Self::Keyring(entry) => keyring::store(entry, secret.into()).await,
            Self::File(path) => secret_file::store(path, secret.into()).await,
            _ => Err(self.not_writable("stored")),
        }
    }

    /// Deletes the secret, if it is in a file or in the system keyring. A secret that does not exist is deleted.
    ///
    /// # Errors
    /// As for [`store`](Self::store).
    pub async fn delete(&self) -> Result<()> {
        self.check().map_err(Error::configuration)?;
        match self {
            Self::Keyring(entry) => keyring::delete(entry).await,
            Self::File(path) => secret_file::delete(path).await,
            _ => Err(self.not_writable("deleted")),
        }
    }

    fn not_writable(&self, action: &str) -> Error {
        Error::configuration(format!(
            "a secret in {self} cannot be {action} by this program: only one in a file or in the system keyring can"
        ))
    }

    /// Checks that the location can be read and stored. The error describes the problem without a secret.
    pub(super) fn check(&self) -> Result<(), String> {
        let is_name = |name: &str| !name.is_empty() && !name.contains(char::is_control);
        match self {
            Self::Environment(name) if !is_name(name) || name.contains('=') => {
                Err("`environment` is not the name of an environment variable: expected a name such as `CISCO_SECRET`".to_owned())
            }
            Self::Command(arguments) if !arguments.first().is_some_and(|name| is_name(name)) => {
                Err("`command` has no program: expected a list such as `[\"pass\", \"show\", \"cisco\"]`".to_owned())
            }
            Self::Command(arguments) if arguments.iter().any(|argument| argument.contains('\0')) => {
                Err("`command` contains the character NUL".to_owned())
            }
            Self::Keyring(entry) if !is_name(entry) => {
                Err("`keyring` is not the name of an entry of the system keyring: expected a name such as `china`".to_owned())
            }
            Self::File(path) => secret_file::check_path(path),
            Self::Value(value) if value.expose_secret().trim().is_empty() => {
                Err("`value` is empty: expected the secret of the API key".to_owned())
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for SecretSource {
    /// Describes the location: `the environment variable CISCO_SECRET`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "the environment variable {name}"),
            Self::Command(arguments) => {
                // An argument can be a secret.
                let program = arguments.first().map_or("", String::as_str);
                write!(f, "the command `{program}`")
            }
            Self::Keyring(entry) => write!(f, "the entry `{entry}` of the system keyring"),
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Value(_) => f.write_str("the configuration file"),
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
