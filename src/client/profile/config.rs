//! The configuration file of a user.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::base_strategy::{BaseStrategy as _, choose_native_strategy};
use toml_edit::DocumentMut;

use super::comments::{joined, split_header};
use super::edit::Change;
use super::file;
use super::origin::Origin;
use super::parse::{Parsed, parse};
use super::secret_source::SecretSource;
use super::settings::{Profile, check_name};
use crate::auth::env_variable;
use crate::error::{Error, Result};

/// The environment variable of the path of the configuration file.
const FILE_VARIABLE: &str = "SECURE_ACCESS_CONFIG_FILE";
/// The environment variable of the name of a profile.
pub(super) const PROFILE_VARIABLE: &str = "SECURE_ACCESS_PROFILE";

/// The profiles in a configuration file. The [module](super) describes the file.
///
/// Changes are written by [`save`](Self::save). The functions block: they read and write a small file.
#[derive(Clone)]
pub struct Config {
    file: Arc<Path>,
    exists: bool,
    contents: Parsed,
    /// What was changed since the file was read or written.
    changes: Vec<Change>,
}

impl Config {
    /// Returns the path of the configuration file of the user: `SECURE_ACCESS_CONFIG_FILE` if it is set, else
    /// `secure-access/config.toml` in the configuration directory of the user.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the home directory of the user is unknown.
    pub fn path() -> Result<PathBuf> {
        match env::var_os(FILE_VARIABLE) {
            Some(path) if !path.is_empty() => return Ok(path.into()),
            _ => {}
        }
        let directories = choose_native_strategy().map_err(|_| {
            Error::configuration(format!(
                "the home directory is unknown: set {FILE_VARIABLE} to the path of the configuration file"
            ))
        })?;
        // The configuration directory of Apple's guidelines is `Library/Preferences`, which is for property lists.
        let directory = if cfg!(target_os = "macos") {
            directories.data_dir()
        } else {
            directories.config_dir()
        };
        Ok(directory.join("secure-access").join("config.toml"))
    }

    /// Reads the configuration file of the user. A file that does not exist has no profiles.
    ///
    /// # Errors
    /// As for [`load_from`](Self::load_from) and [`path`](Self::path).
    pub fn load() -> Result<Self> {
        Self::load_from(Self::path()?)
    }

    /// Reads a configuration file. A file that does not exist has no profiles.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the file cannot be read, is not safe, or is not valid. The error
    /// names the file, the line and the profile, and contains no secret.
    pub fn load_from(path: impl Into<PathBuf>) -> Result<Self> {
        let file: Arc<Path> = path.into().into();
        let text = file::read(&file)?;
        let contents = match &text {
            Some(text) => parse(&file, &text.text)?,
            None => Parsed::default(),
        };
        let config = Self {
            exists: text.is_some(),
            file,
            contents,
            changes: Vec::new(),
        };
        if text.is_some_and(|text| !text.is_private) && config.has_secret() {
            return Err(file::readable_by_others(&config.file));
        }
        Ok(config)
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Returns the names of the profiles in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.contents.profiles.keys().map(String::as_str)
    }

    /// Returns a profile.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when there is no profile of this name; the error names the profiles
    /// that exist.
    pub fn profile(&self, name: &str) -> Result<&Profile> {
        check_name(name).map_err(Error::configuration)?;
        self.contents.profiles.get(name).ok_or_else(|| {
            let names: Vec<_> = self.names().map(|name| format!("`{name}`")).collect();
            let reason = match names.as_slice() {
                _ if !self.exists => "the file does not exist".to_owned(),
                [] => "the file has no profiles".to_owned(),
                names => format!("the file has {}", names.join(", ")),
            };
            file::error(
                &self.file,
                format_args!(
                    "there is no profile `{name}`: {reason}; add a table `[profiles.{name}]`"
                ),
            )
        })
    }

    /// Returns the name of the default profile in the file.
    #[must_use]
    pub fn default_name(&self) -> Option<&str> {
        self.contents.default.as_deref()
    }

    /// Returns the name of the profile that a program uses if the user names none: the environment variable `SECURE_ACCESS_PROFILE`, else
    /// the default profile in the file.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the variable is not UTF-8.
    pub fn selected_name(&self) -> Result<Option<String>> {
        let name = env_variable(PROFILE_VARIABLE)?;
        Ok(name.or_else(|| self.contents.default.clone()))
    }

    /// Adds a profile or replaces the one of this name.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the name or a value is not valid: the name has letters of ASCII,
    /// digits, `_`, `.` and `-`.
    pub fn set(&mut self, name: &str, mut profile: Profile) -> Result<()> {
        check_name(name).map_err(Error::configuration)?;
        profile.check().map_err(|reason| {
            Error::configuration(format!("the profile `{name}` is not valid: {reason}"))
        })?;
        profile.origin = Some(Origin {
            file: Arc::clone(&self.file),
            name: name.to_owned(),
        });
        self.change(Change::Set(name.to_owned(), Box::new(profile)));
        Ok(())
    }

    /// Removes a profile; `false` if there is none of this name. It is no longer the default profile. The secret stays where it is: see
    /// [`SecretSource::delete`].
    pub fn remove(&mut self, name: &str) -> bool {
        let exists = self.contents.profiles.contains_key(name);
        if exists {
            self.change(Change::Remove(name.to_owned()));
        }
        exists
    }

    /// Sets the default profile, or removes this setting.
    ///
    /// # Errors
    /// As for [`profile`](Self::profile).
    pub fn set_default(&mut self, name: Option<&str>) -> Result<()> {
        if let Some(name) = name {
            self.profile(name)?;
        }
        self.change(Change::Default(name.map(str::to_owned)));
        Ok(())
    }

    /// Writes the changes to the file, and creates the file and its directory if they do not exist.
    ///
    /// Comments and other profiles stay, including what another process has changed since the file was read: the changes are made in the
    /// current file. The file is replaced atomically, and only its owner can read it (on Unix: mode 0600). Another process that changes the
    /// file at the same time is waited for, for at most ten seconds, at a lock file beside the file, which stays.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the file cannot be written, or as for
    /// [`load_from`](Self::load_from). The file is then unchanged.
    pub fn save(&mut self) -> Result<()> {
        let _lock = file::lock(&self.file)?;
        let text = file::read(&self.file)?.map(|contents| contents.text);
        let text = text.as_ref().map_or("", |text| text.as_str());
        let mut contents = parse(&self.file, text)?;
        let (header, rest) = split_header(text);
        let mut document: DocumentMut = rest
            .parse()
            .map_err(|_| file::error(&self.file, "is not TOML"))?;
        for change in &self.changes {
            change.write(&mut document, &contents);
            change.apply(&mut contents);
        }
        let text = joined(header, &document.to_string());
        // What cannot be read is not written.
        self.contents = parse(&self.file, &text)?;
        file::write(&self.file, &text)?;
        self.exists = true;
        self.changes.clear();
        Ok(())
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.contents);
        self.changes.push(change);
    }

    fn has_secret(&self) -> bool {
        let mut profiles = self.contents.profiles.values();
        profiles.any(|profile| matches!(profile.secret, SecretSource::Value(_)))
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("file", &self.file)
            .field("default", &self.contents.default)
            .field("profiles", &self.contents.profiles)
            .finish_non_exhaustive()
    }
}
