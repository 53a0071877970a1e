//! Profiles: the cloud, the organization and the API key of a client under a name, in a file that all programs of a user share.
//!
//! ```toml
//! default = "global"
//!
//! [profiles.global]
//! key = "7f3a…"
//! secret = { environment = "GLOBAL_SECRET" }
//!
//! [profiles.china]
//! cloud = "china"
//! organization = 8162517
//! key = "91bc…"
//! secret = { command = ["pass", "show", "cisco/china"] }
//! ```
//!
//! | key of a profile | value |
//! | --- | --- |
//! | `cloud` | `global` (the default), `china`, `government` or a URL |
//! | `organization` | the id of a child organization, on which the client works |
//! | `reports_region` | `us` or `eu`; see [`ClientBuilder::reports_region`](crate::ClientBuilder::reports_region) |
//! | `key` | the API key, which is not secret; required |
//! | `secret` | the location of the secret, a [`SecretSource`]; required |
//!
//! The file is `secure-access/config.toml` in the configuration directory of the user: `$XDG_CONFIG_HOME` or `~/.config` on Linux,
//! `~/Library/Application Support` on macOS, `%APPDATA%` on Windows. The environment variable `SECURE_ACCESS_CONFIG_FILE` names another
//! file.
//!
//! On Unix, the file must belong to the user or to root, and others must not be able to write it, because it names commands that are
//! executed. If it contains a secret itself, others must not be able to read it.
//!
//! [`Client::from_profile`](crate::Client::from_profile) makes a client of a profile. [`Config`] reads and changes the file:
//!
//! ```
//! use cisco_secure_access::Cloud;
//! use cisco_secure_access::profile::{Config, Profile, SecretSource};
//!
//! # let directory = std::env::temp_dir().join(format!("profile-example-{}", std::process::id()));
//! # let path = directory.join("config.toml");
//! let mut config = Config::load_from(&path)?;
//! let mut profile = Profile::new("91bc", SecretSource::Environment("CHINA_SECRET".to_owned()));
//! profile.cloud = Cloud::China;
//! config.set("china", profile)?;
//! config.set_default(Some("china"))?;
//! config.save()?;
//!
//! let config = Config::load_from(&path)?;
//! assert_eq!(config.names().collect::<Vec<_>>(), ["china"]);
//! assert_eq!(config.profile("china")?.cloud, Cloud::China);
//! # std::fs::remove_dir_all(directory).unwrap();
//! # Ok::<(), cisco_secure_access::Error>(())
//! ```

mod command;
mod comments;
mod config;
mod edit;
mod file;
#[cfg(feature = "keyring")]
mod keyring;
#[cfg(not(feature = "keyring"))]
mod no_keyring;
mod node;
mod origin;
mod parse;
mod provider;
mod secret_file;
mod secret_source;
mod selection;
mod settings;
mod thread;

pub use config::Config;
pub use secret_source::SecretSource;
pub(super) use selection::Selection;
pub use settings::Profile;
