//! Random configuration files: what is written is read back, and no text leads to a panic or to a secret in an error.

use std::collections::BTreeMap;

use cisco_secure_access::profile::{Config, Profile, SecretSource};
use cisco_secure_access::{Cloud, ReportsRegion};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::Directory;

/// Texts of files to begin with. All have a profile `a`.
const FILES: [&str; 6] = [
    "# kept\n\n[profiles.a]\nkey = 'k'\nsecret = { environment = 'X' }\n",
    "# kept\n\ndefault = \"a\"\n[profiles.a]\nkey = 'k'\n[profiles.a.secret]\ncommand = ['a', 'b']\n[profiles.'b.c']\nkey = 'k'\nsecret.file = '/x'",
    "# kept\r\n\r\nprofiles.a.key = 'k'\r\nprofiles.a.secret.keyring = 'a'\r\ndefault = 'a'\r\n",
    "# kept\n\nprofiles = { a = { key = 'k', secret = { environment = 'X' } } } # here",
    "# kept\n\n[profiles]\na = { key = 'k', secret = { value = 'v' }, cloud = 'china' }\nb.key = 'k'\nb.secret.value = 'v'\n",
    "# kept\n\n[profiles.b]\nkey = 'k'\nsecret = { value = \"\"\"\nv\"\"\" }\n[profiles.a]\norganization = 7\nreports_region = 'us'\nkey = 'k'\nsecret = { file = '~/x' }\n",
];

#[derive(Clone, Debug)]
enum Change {
    Set(String, Box<Profile>),
    Remove(String),
    Default(String),
    NoDefault,
    Save,
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        select(&["a", "b", "b.c", "7", "default", "-"][..]).prop_map(str::to_owned),
        "[A-Za-z0-9_.-]{1,8}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[^\0]{1,12}", "[ -~]{1,12}"]
        .prop_filter("not blank", |text| !text.trim().is_empty())
}

fn secret() -> impl Strategy<Value = SecretSource> {
    let arguments = (r"[^\pC]{1,8}", prop::collection::vec("[^\0]{0,8}", 0..3));
    prop_oneof![
        "[A-Z_][A-Z0-9_]{0,8}".prop_map(SecretSource::Environment),
        arguments.prop_map(|(program, arguments)| SecretSource::Command(
            [vec![program], arguments].concat()
        )),
        r"[^\pC]{1,8}".prop_map(SecretSource::Keyring),
        r"(~/|/)[^\pC]{0,8}".prop_map(|path| SecretSource::File(path.into())),
        text().prop_map(|secret| SecretSource::Value(secret.into())),
    ]
}

prop_compose! {
    fn profile()(
        cloud in select(vec![
            Cloud::Global,
            Cloud::China,
            Cloud::Government,
            Cloud::Custom("https://proxy.example:8443/sse".parse().unwrap()),
            Cloud::Custom("http://[::1]:9/".parse().unwrap()),
        ]),
        organization in prop::option::of(0..i64::MAX as u64),
        reports_region in prop::option::of(select(vec![ReportsRegion::Us, ReportsRegion::Eu])),
        key in "[!-9;-~]{1,12}",
        secret in secret(),
    ) -> Profile {
        let mut profile = Profile::new(key, secret);
        profile.cloud = cloud;
        profile.organization = organization;
        profile.reports_region = reports_region;
        profile
    }
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (name(), profile()).prop_map(|(name, profile)| Change::Set(name, Box::new(profile))),
        2 => name().prop_map(Change::Remove),
        2 => name().prop_map(Change::Default),
        1 => Just(Change::NoDefault),
        2 => Just(Change::Save),
    ]
}

/// Everything that a file has of a profile.
type Settings = (
    Cloud,
    Option<u64>,
    Option<ReportsRegion>,
    String,
    SecretSource,
);

fn settings(profile: &Profile) -> Settings {
    let Profile {
        cloud,
        organization,
        reports_region,
        key,
        secret,
        ..
    } = profile.clone();
    (cloud, organization, reports_region, key, secret)
}

fn contents(config: &Config) -> (Option<String>, BTreeMap<String, Settings>) {
    let profiles = config
        .names()
        .map(|name| (name.to_owned(), settings(config.profile(name).unwrap())));
    (config.default_name().map(str::to_owned), profiles.collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn what_is_written_is_read_back(
        file in prop::option::of(select(&FILES[..])),
        changes in prop::collection::vec(change(), 1..12),
    ) {
        let directory = Directory::new();
        if let Some(file) = file {
            directory.write("config.toml", file);
        }
        let mut config = directory.load().unwrap();
        let mut expected = contents(&config);
        for change in changes {
            match change {
                Change::Set(name, profile) => {
                    config.set(&name, Profile::clone(&profile)).unwrap();
                    expected.1.insert(name, settings(&profile));
                }
                Change::Remove(name) => {
                    prop_assert_eq!(config.remove(&name), expected.1.remove(&name).is_some());
                    expected.0.take_if(|default| *default == name);
                }
                Change::Default(name) => {
                    let exists = expected.1.contains_key(&name);
                    prop_assert_eq!(config.set_default(Some(&name)).is_ok(), exists);
                    if exists {
                        expected.0 = Some(name);
                    }
                }
                Change::NoDefault => {
                    config.set_default(None).unwrap();
                    expected.0 = None;
                }
                Change::Save => config.save().unwrap(),
            }
            prop_assert_eq!(&contents(&config), &expected);
        }
        config.save().unwrap();
        let text = directory.read();
        prop_assert_eq!(&contents(&config), &expected, "{}", text);
        prop_assert_eq!(&contents(&directory.load().unwrap()), &expected, "{}", text);
        prop_assert!(file.is_none() || text.contains("# kept"), "{}", text);
    }

    #[test]
    fn no_text_leads_to_a_panic_or_a_secret_in_an_error(
        edits in prop::collection::vec((any::<Index>(), 0..30usize, select(&["", "\"", "'", "=", "{", "}", "[", "]", "\n", ",", ".", "\\", "é", "\"\"\"", "'''", "value", "secret"][..])), 1..6),
    ) {
        let mut text: Vec<char> = "default = \"china\"\n[profiles.china]\ncloud = \"china\"\norganization = 7\nkey = \"k\"\nsecret = { value = \"hush-hush\" }\n[profiles.global]\nkey = \"k\"\nsecret = { command = [\"hush\", \"hush\"] }\n".chars().collect();
        for (position, length, insertion) in edits {
            let start = position.index(text.len().max(1)).min(text.len());
            let end = (start + length).min(text.len());
            text.splice(start..end, insertion.chars());
        }
        let text: String = text.into_iter().collect();
        let directory = Directory::with(&text);
        if let Err(error) = directory.load() {
            let message = format!("{error} {error:?}");
            prop_assert!(!message.contains("hush"), "{}\n{}", text, message);
        }
    }
}
