//! Profiles in a configuration file.

mod clients;
mod environment;
mod invalid;
#[cfg(feature = "keyring")]
mod keyring;
#[cfg(unix)]
mod permissions;
mod properties;
mod save;
mod secrets;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cisco_secure_access::profile::Config;
use cisco_secure_access::{Error, ErrorKind};
use tempfile::TempDir;

/// A directory with a configuration file, which is removed at the end of the test.
struct Directory(TempDir);

impl Directory {
    fn new() -> Self {
        Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap())
    }

    /// A directory with this text in its configuration file.
    fn with(text: &str) -> Self {
        let directory = Self::new();
        directory.write("config.toml", text);
        directory
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The path of the configuration file.
    fn file(&self) -> PathBuf {
        self.path("config.toml")
    }

    /// Writes a file that only the user can read.
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
        path
    }

    fn read(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    fn load(&self) -> Result<Config, Error> {
        Config::load_from(self.file())
    }

    /// The message of an error, without the path of this directory.
    #[track_caller]
    fn message<T>(&self, result: Result<T, Error>) -> String {
        let Err(error) = result else {
            panic!("expected an error")
        };
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let message = error.to_string();
        assert!(
            !format!("{message} {error:?}").contains("hush"),
            "{message}"
        );
        let directory = format!("{}/", self.0.path().display());
        message.replace(&directory, "")
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) {}

/// Runs an ignored test of this module in a process of its own with these variables, because all tests share the environment of this
/// process; returns its output.
fn probe<V: AsRef<OsStr>>(test: &str, variables: &[(&str, V)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            &format!("profiles::{test}"),
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .envs(variables.iter().map(|(name, value)| (name, value)));
    for (name, _) in std::env::vars_os() {
        let is_ours = name.to_string_lossy().starts_with("SECURE_ACCESS_");
        if is_ours && !variables.iter().any(|(set, _)| name == *set) {
            command.env_remove(name);
        }
    }
    let output = command.output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    assert!(output.contains("test result: ok. 1 passed"), "{output}");
    assert!(!output.contains("hush"), "{output}");
    output
}
