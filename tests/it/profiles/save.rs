//! Changes of a configuration file.

use cisco_secure_access::profile::{Config, Profile, SecretSource};
use cisco_secure_access::{Cloud, ReportsRegion};
use tokio::task::JoinSet;

use super::{Directory, probe};

/// A profile with all values.
fn china() -> Profile {
    let mut profile = Profile::new(
        "91bc",
        SecretSource::Command(["pass", "show", "cisco"].map(str::to_owned).to_vec()),
    );
    profile.cloud = Cloud::China;
    profile.organization = Some(8_162_517);
    profile.reports_region = Some(ReportsRegion::Eu);
    profile
}

fn global() -> Profile {
    Profile::new(
        "7f3a",
        SecretSource::Environment("GLOBAL_SECRET".to_owned()),
    )
}

#[test]
fn a_new_file() {
    let directory = Directory::new();
    let mut config = directory.load().unwrap();
    assert_eq!((config.names().count(), config.default_name()), (0, None));
    config.set("china", china()).unwrap();
    config.set("global", global()).unwrap();
    config.set_default(Some("global")).unwrap();
    config.save().unwrap();
    assert_eq!(
        directory.read(),
        "default = \"global\"\n\
         \n\
         [profiles.china]\n\
         cloud = \"china\"\n\
         organization = 8162517\n\
         reports_region = \"eu\"\n\
         key = \"91bc\"\n\
         secret = { command = [\"pass\", \"show\", \"cisco\"] }\n\
         \n\
         [profiles.global]\n\
         cloud = \"global\"\n\
         key = \"7f3a\"\n\
         secret = { environment = \"GLOBAL_SECRET\" }\n"
    );
    let config = directory.load().unwrap();
    assert_eq!(config.names().collect::<Vec<_>>(), ["china", "global"]);
    assert_eq!(config.default_name(), Some("global"));
}

#[test]
fn comments_order_and_other_profiles_stay() {
    let text = "# My organizations\n\
                \n\
                # used by most scripts\n\
                default = 'global' # not china\n\
                \n\
                # Global\n\
                [profiles.global]\n\
                # see the vault\n\
                key = '7f3a'  # rotated in May\n\
                secret.environment = 'GLOBAL_SECRET'\n\
                \n\
                # Both clouds\n\
                \n\
                # China\n\
                [profiles.\"china\"]\n\
                secret = { environment = 'X' } # soon in the keyring\n\
                key = '91bc'\n";
    let directory = Directory::with(text);
    let mut config = directory.load().unwrap();
    let mut profile = config.profile("global").unwrap().clone();
    profile.organization = Some(7);
    config.set("global", profile).unwrap();
    let mut profile = config.profile("china").unwrap().clone();
    profile.secret = SecretSource::Keyring("china".to_owned());
    config.set("china", profile).unwrap();
    config.save().unwrap();
    let expected = text
        .replace("'GLOBAL_SECRET'\n", "'GLOBAL_SECRET'\norganization = 7\n")
        .replace("environment = 'X'", "keyring = \"china\"");
    assert_eq!(directory.read(), expected);

    // A comment that a blank line separates from what is removed stays.
    assert!(config.remove("china"));
    config.set_default(None).unwrap();
    config.save().unwrap();
    assert_eq!(
        directory.read(),
        "# My organizations\n\
         \n\
         # Global\n\
         [profiles.global]\n\
         # see the vault\n\
         key = '7f3a'  # rotated in May\n\
         secret.environment = 'GLOBAL_SECRET'\n\
         organization = 7\n\
         \n\
         # Both clouds\n\
         \n"
    );
    config.set_default(Some("global")).unwrap();
    config.save().unwrap();
    assert!(directory.read().starts_with(
        "# My organizations\n\ndefault = \"global\"\n\n# Global\n[profiles.global]\n"
    ));
}

#[test]
fn a_file_of_comments() {
    for (text, separator) in [
        ("# kept", "\n\n"),
        ("# kept\n# all", "\n\n"),
        ("\u{feff}# kept\r\n", "\n"),
        ("# kept\n\n", ""),
    ] {
        let directory = Directory::with(text);
        let mut config = directory.load().unwrap();
        config.set("global", global()).unwrap();
        config.save().unwrap();
        let expected = format!("{text}{separator}[profiles.global]\n");
        assert!(
            directory.read().starts_with(&expected),
            "{}",
            directory.read()
        );
    }
}

#[test]
fn values_that_are_none_are_removed() {
    let directory = Directory::new();
    let mut config = directory.load().unwrap();
    config.set("china", china()).unwrap();
    config.save().unwrap();
    let mut profile = china();
    (profile.organization, profile.reports_region) = (None, None);
    config.set("china", profile).unwrap();
    config.save().unwrap();
    assert_eq!(
        directory.read(),
        "[profiles.china]\ncloud = \"china\"\nkey = \"91bc\"\nsecret = { command = [\"pass\", \"show\", \"cisco\"] }\n"
    );
}

#[test]
fn the_default_profile_goes_with_its_name() {
    let directory = Directory::new();
    let mut config = directory.load().unwrap();
    config.set("china", china()).unwrap();
    config.set_default(Some("china")).unwrap();
    config.save().unwrap();
    assert!(config.remove("china"));
    assert!(!config.remove("china"));
    assert_eq!((config.names().count(), config.default_name()), (0, None));
    config.save().unwrap();
    assert_eq!(directory.read(), "");
}

#[test]
fn what_is_not_valid_is_not_set() {
    let directory = Directory::new();
    let mut config = directory.load().unwrap();
    let name = config.set("a b", china());
    assert_eq!(
        directory.message(name),
        "`a b` is not a name of a profile: expected letters of ASCII, digits, `_`, `.` and `-`"
    );
    let mut profile = china();
    profile.organization = Some(u64::MAX);
    let organization = config.set("china", profile);
    assert_eq!(
        directory.message(organization),
        "the profile `china` is not valid: the organization id 18446744073709551615 is too large"
    );
    let file = config.set(
        "china",
        Profile::new("k", SecretSource::File("secret".into())),
    );
    assert_eq!(
        directory.message(file),
        "the profile `china` is not valid: `file` must be an absolute path, or one that begins with `~/`"
    );
    let mut profile = china();
    profile.cloud = Cloud::Custom("http://api.example".parse().unwrap());
    assert!(
        directory
            .message(config.set("china", profile))
            .contains("use https")
    );
    assert_eq!(
        directory.message(config.set_default(Some("china"))),
        "config.toml: there is no profile `china`: the file does not exist; add a table `[profiles.china]`"
    );
    config.save().unwrap();
    assert_eq!(directory.read(), "");
}

#[test]
fn changes_are_made_in_the_current_file() {
    let directory = Directory::new();
    let (mut first, mut second) = (directory.load().unwrap(), directory.load().unwrap());
    first.set("china", china()).unwrap();
    first.set("global", global()).unwrap();
    second.set("other", global()).unwrap();
    first.save().unwrap();
    second.save().unwrap();
    assert_eq!(
        second.names().collect::<Vec<_>>(),
        ["china", "global", "other"]
    );

    // The first does not know of the third profile, and the second not that one is removed.
    assert!(first.remove("global"));
    second.set_default(Some("global")).unwrap();
    first.save().unwrap();
    assert_eq!(first.names().collect::<Vec<_>>(), ["china", "other"]);
    assert_eq!(
        directory.message(second.save()),
        "config.toml, line 1: `default` names the profile `global`, which does not exist"
    );
    assert_eq!(
        directory.load().unwrap().names().collect::<Vec<_>>(),
        ["china", "other"]
    );
}

#[tokio::test]
async fn processes_that_write_at_the_same_time_lose_nothing() {
    let directory = Directory::new();
    let mut processes = JoinSet::new();
    for number in 0..6 {
        let variables = [
            (
                "PROFILES_FILE",
                directory.file().to_str().unwrap().to_owned(),
            ),
            ("PROFILES_NAME", format!("profile-{number}")),
        ];
        processes.spawn_blocking(move || probe("save::write_in_this_process", &variables));
    }
    processes.join_all().await;
    assert_eq!(directory.load().unwrap().names().count(), 6 * 5);
    let files: Vec<_> = std::fs::read_dir(directory.0.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(files.len(), 2, "no temporary file stays: {files:?}");
}

#[test]
#[ignore = "run by another test of this module, in processes of their own"]
fn write_in_this_process() {
    let file = std::env::var_os("PROFILES_FILE").unwrap();
    let name = std::env::var("PROFILES_NAME").unwrap();
    for number in 0..5 {
        let mut config = Config::load_from(&file).unwrap();
        config.set(&format!("{name}.{number}"), china()).unwrap();
        config.save().unwrap();
    }
}
