//! Which profile a client has, and which of its settings the environment replaces, in processes of their own.

use cisco_secure_access::Client;
use cisco_secure_access::profile::Config;

use super::{Directory, probe};

const FILE: &str = "default = \"global\"\n\
                    [profiles.global]\n\
                    key = \"key-of-global\"\n\
                    secret = { value = \"hush\" }\n\
                    [profiles.china]\n\
                    cloud = \"china\"\n\
                    key = \"key-of-china\"\n\
                    secret = { environment = \"SECURE_ACCESS_API_SECRET\" }\n";

const KEY: (&str, &str) = ("SECURE_ACCESS_API_KEY", "key-of-environment");
const SECRET: (&str, &str) = ("SECURE_ACCESS_API_SECRET", "hush");
const CLOUD: (&str, &str) = ("SECURE_ACCESS_CLOUD", "government");
const CHINA: (&str, &str) = ("SECURE_ACCESS_PROFILE", "china");
/// The name that is given to `Client::from_profile`.
const GIVEN: (&str, &str) = ("GIVEN_PROFILE", "china");

/// The client of a process with these variables, or its error without the path of the directory.
fn client(directory: &Directory, variables: &[(&str, &str)]) -> String {
    let file = directory.file();
    let mut variables = variables.to_vec();
    variables.push(("SECURE_ACCESS_CONFIG_FILE", file.to_str().unwrap()));
    let output = probe("environment::client_in_this_process", &variables);
    let line = output
        .lines()
        .find_map(|line| line.strip_prefix("result: "))
        .unwrap();
    line.replace(&format!("{}/", directory.0.path().display()), "")
}

#[test]
#[ignore = "run by the other tests of this module, in a process of its own"]
fn client_in_this_process() {
    let client = match std::env::var("GIVEN_PROFILE") {
        Ok(name) => Client::from_profile(&name),
        Err(_) => Client::from_default_profile(),
    };
    match client {
        Ok(client) => {
            let debug = format!("{client:?}");
            let key = debug.split("key-of-").nth(1).unwrap();
            println!(
                "result: {} {}",
                client.cloud(),
                key.split('"').next().unwrap()
            );
        }
        Err(error) => println!("result: {error}"),
    }
}

#[test]
fn a_given_name_wins_over_the_environment_and_that_over_the_file() {
    let directory = Directory::with(FILE);
    assert_eq!(client(&directory, &[]), "global global");
    assert_eq!(client(&directory, &[CHINA]), "china china");
    assert_eq!(
        client(&directory, &[("SECURE_ACCESS_PROFILE", " ")]),
        "global global"
    );
    assert_eq!(
        client(&directory, &[GIVEN, ("SECURE_ACCESS_PROFILE", "other")]),
        "china china"
    );
    assert_eq!(
        client(&directory, &[("SECURE_ACCESS_PROFILE", "other")]),
        "config.toml: there is no profile `other`: the file has `china`, `global`; add a table `[profiles.other]`"
    );
}

#[test]
fn the_variables_win_over_the_profile() {
    let directory = Directory::with(FILE);
    assert_eq!(client(&directory, &[KEY, SECRET]), "global environment");
    assert_eq!(client(&directory, &[CLOUD]), "government global");
    assert_eq!(
        client(&directory, &[GIVEN, KEY, SECRET]),
        "china environment"
    );
    assert_eq!(
        client(&directory, &[GIVEN, KEY, SECRET, CLOUD]),
        "government environment"
    );
    assert_eq!(
        client(&directory, &[("SECURE_ACCESS_CLOUD", "chian")]),
        "SECURE_ACCESS_CLOUD: unknown cloud `chian`: expected `global`, `china`, `government`, or a URL that begins with https://"
    );
}

#[test]
fn a_key_and_a_secret_have_one_origin() {
    let directory = Directory::with(FILE);
    assert_eq!(
        client(&directory, &[KEY]),
        "the environment variable SECURE_ACCESS_API_KEY is set without SECURE_ACCESS_API_SECRET: set both, or unset it to use the API \
         key of config.toml, profile `global`"
    );
    assert_eq!(
        client(&directory, &[SECRET]),
        "the environment variable SECURE_ACCESS_API_SECRET is set without SECURE_ACCESS_API_KEY: set both, or unset it to use the API \
         key of config.toml, profile `global`"
    );
    // The profile has its secret in this variable.
    assert_eq!(client(&directory, &[GIVEN, SECRET]), "china china");
}

#[test]
fn without_a_profile_the_environment_has_the_credentials() {
    let directory = Directory::new();
    assert_eq!(client(&directory, &[KEY, SECRET]), "global environment");
    assert_eq!(
        client(&directory, &[KEY, SECRET, CLOUD]),
        "government environment"
    );
    assert_eq!(
        client(&directory, &[]),
        "no credentials: set SECURE_ACCESS_API_KEY and SECURE_ACCESS_API_SECRET in the environment, or set credentials on the client, \
         or name a profile of config.toml in SECURE_ACCESS_PROFILE or in its `default`"
    );
    assert!(client(&directory, &[GIVEN, KEY, SECRET]).contains("the file does not exist"));
}

#[test]
#[ignore = "run by the other tests of this module, in a process of its own"]
fn path_in_this_process() {
    match Config::path() {
        Ok(path) => println!("path: {}", path.display()),
        Err(error) => println!("path: {error}"),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_file_is_in_the_configuration_directory_of_the_user() {
    let home = ("HOME", "/home/harbour");
    let cases: [(&[_], _); 5] = [
        (
            &[home, ("XDG_CONFIG_HOME", "")],
            "/home/harbour/.config/secure-access/config.toml",
        ),
        (
            &[home, ("XDG_CONFIG_HOME", "relative")],
            "/home/harbour/.config/secure-access/config.toml",
        ),
        (
            &[home, ("XDG_CONFIG_HOME", "/etc/xdg")],
            "/etc/xdg/secure-access/config.toml",
        ),
        (
            &[home, ("SECURE_ACCESS_CONFIG_FILE", "")],
            "/secure-access/config.toml",
        ),
        (
            &[home, ("SECURE_ACCESS_CONFIG_FILE", "my.toml")],
            "path: my.toml",
        ),
    ];
    for (variables, expected) in cases {
        let output = probe("environment::path_in_this_process", variables);
        assert!(output.contains(expected), "{output}");
    }
}
