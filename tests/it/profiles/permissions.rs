//! Permissions of configuration files on Unix.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use cisco_secure_access::profile::{Profile, SecretSource};

use super::{Directory, set_mode};

const WITHOUT_SECRET: &str = "[profiles.china]\nkey = \"k\"\nsecret = { environment = \"X\" }\n";
const WITH_SECRET: &str = "[profiles.china]\nkey = \"k\"\nsecret = { value = \"hush\" }\n";

#[test]
fn a_file_that_others_can_write_is_rejected() {
    for text in [WITHOUT_SECRET, WITH_SECRET] {
        for mode in [0o620, 0o602, 0o664, 0o666] {
            let directory = Directory::with(text);
            set_mode(&directory.file(), mode);
            let expected = format!(
                "config.toml: others can write it (mode {mode:04o}): check its contents, then run `chmod go-w config.toml`"
            );
            assert_eq!(directory.message(directory.load()), expected);
        }
    }
}

#[test]
fn a_file_that_others_can_read_has_no_secret() {
    for mode in [0o640, 0o604, 0o644, 0o444] {
        let directory = Directory::with(WITHOUT_SECRET);
        set_mode(&directory.file(), mode);
        directory.load().unwrap();

        let directory = Directory::with(WITH_SECRET);
        set_mode(&directory.file(), mode);
        assert_eq!(
            directory.message(directory.load()),
            "config.toml: contains a secret, and others can read it: run `chmod 600 config.toml`"
        );
    }
    for mode in [0o600, 0o400, 0o700] {
        let directory = Directory::with(WITH_SECRET);
        set_mode(&directory.file(), mode);
        directory.load().unwrap();
    }
}

#[test]
fn a_file_of_another_user_is_rejected() {
    let directory = Directory::with(WITHOUT_SECRET);
    // Only root can give a file to another user.
    if std::os::unix::fs::chown(directory.file(), Some(54321), None).is_ok() {
        assert_eq!(
            directory.message(directory.load()),
            "config.toml: belongs to another user (uid 54321): run `chown \"$(id -u)\" config.toml` if you trust its contents"
        );
    }
}

#[test]
fn only_the_owner_can_read_a_written_file() {
    let directory = Directory::with(WITHOUT_SECRET);
    set_mode(&directory.file(), 0o644);
    let mut config = directory.load().unwrap();
    let secret = SecretSource::Value("hush".into());
    config.set("global", Profile::new("k", secret)).unwrap();
    config.save().unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(directory.file()), 0o600);
    directory.load().unwrap();

    let path = directory.path("new/secure-access/config.toml");
    let mut config = cisco_secure_access::profile::Config::load_from(&path).unwrap();
    let secret = SecretSource::Environment("X".to_owned());
    config.set("global", Profile::new("k", secret)).unwrap();
    config.save().unwrap();
    assert_eq!(mode(path.clone()), 0o600);
    assert_eq!(mode(path.parent().unwrap().to_owned()), 0o700);
    assert_eq!(
        mode(path.parent().unwrap().parent().unwrap().to_owned()),
        0o700
    );
}

#[test]
fn a_file_that_became_unsafe_is_not_changed() {
    let directory = Directory::with(WITHOUT_SECRET);
    let mut config = directory.load().unwrap();
    assert!(config.remove("china"));
    set_mode(&directory.file(), 0o622);
    let message = directory.message(config.save());
    assert!(
        message.starts_with("config.toml: others can write it"),
        "{message}"
    );
    assert_eq!(directory.read(), WITHOUT_SECRET);
}

#[test]
fn a_symbolic_link_to_the_file_stays() {
    let directory = Directory::new();
    fs::create_dir(directory.path("dotfiles")).unwrap();
    let target = directory.write("dotfiles/secure-access.toml", WITHOUT_SECRET);
    symlink("dotfiles/secure-access.toml", directory.file()).unwrap();
    let mut config = directory.load().unwrap();
    assert!(config.remove("china"));
    config.save().unwrap();
    assert!(fs::symlink_metadata(directory.file()).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(target).unwrap(), "");
}

#[test]
fn a_pipe_is_not_opened() {
    let directory = Directory::new();
    let made = std::process::Command::new("mkfifo")
        .arg(directory.file())
        .status();
    assert!(made.unwrap().success());
    assert_eq!(
        directory.message(directory.load()),
        "config.toml: expected a regular file"
    );
}
