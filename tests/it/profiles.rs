//! Profiles of a configuration file.

use std::fs;
use std::path::Path;

use cisco_secure_access::Cloud;
use cisco_secure_access::profile::{Config, Profile, SecretSource};
use tempfile::TempDir;

fn directory() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// Writes a configuration file.
fn write(directory: &Path, text: &str) -> std::path::PathBuf {
    let path = directory.join("config.toml");
    fs::write(&path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    path
}

#[test]
fn smoke() {
    let directory = directory();
    let path = write(
        directory.path(),
        "# my file\n\n# a\n[profiles.a]\nkey = 'k' # key\n# s\nsecret = { environment = \"X\" }\n",
    );
    let mut config = Config::load_from(&path).unwrap();
    let mut profile = Profile::new("kk", SecretSource::Command(vec!["pass".into(), "x".into()]));
    profile.cloud = Cloud::China;
    profile.organization = Some(7);
    config.set("b.c", profile.clone()).unwrap();
    config.set_default(Some("b.c")).unwrap();
    profile.secret = SecretSource::Value("hush".into());
    config.set("a", profile).unwrap();
    config.save().unwrap();
    println!("{}", fs::read_to_string(&path).unwrap());
    config.remove("b.c");
    config.save().unwrap();
    println!("{}", fs::read_to_string(&path).unwrap());
    config.remove("a");
    config.save().unwrap();
    println!("{}", fs::read_to_string(&path).unwrap());
}
