//! Configuration files that are not valid: each error names the file, the line and the profile, and what to do, without a secret.

use super::Directory;

/// What a `secret` must be.
const SECRET: &str = "a table with one of the keys `environment`, `command`, `keyring`, `file` and `value`, such as \
                      `{ environment = \"CISCO_SECRET\" }`";

/// Checks the message of an error in a text.
#[track_caller]
fn check(text: &str, expected: &str) {
    let directory = Directory::with(text);
    let message = directory.message(directory.load());
    assert_eq!(message, format!("config.toml, {expected}"), "{text}");
}

#[test]
fn a_text_that_is_not_toml() {
    let cases = [
        (
            "default = [",
            "line 1: invalid TOML: unclosed array, expected `]`",
        ),
        (
            "[profiles.china]\nsecret = { value = \"hush }",
            "line 2: invalid TOML: unclosed inline table, expected `}`",
        ),
        (
            "[profiles.china]\nsecret = { value = hush }",
            "line 2: invalid TOML: string values must be quoted, expected literal string",
        ),
        (
            "[profiles.china]\nsecret = { \"hush\" }",
            "line 2: invalid TOML: invalid literal string, expected `'`",
        ),
        (
            "[profiles.china]\nkey = \"a\"\nkey = \"b\"",
            "line 3: invalid TOML: duplicate key",
        ),
    ];
    for (text, expected) in cases {
        check(text, expected);
    }
}

#[test]
fn the_tables_of_the_file() {
    let cases = [
        (
            "[profile.china]\nkey = \"k\"",
            "line 1: unknown key `profile`: expected `default` or `profiles`",
        ),
        ("default = 7", "line 1: `default` must be a string"),
        (
            "default = \"china\"",
            "line 1: `default` names the profile `china`, which does not exist",
        ),
        ("profiles = \"hush\"", "line 1: `profiles` must be a table"),
        (
            "profiles = { china = \"hush\" }",
            "line 1, profile `china`: `china` must be a table",
        ),
        (
            "[profiles.\"ch\\u001bina\"]\nkey = \"k\"",
            "line 1: unknown key: expected the name of a profile: letters of ASCII, digits, `_`, `.` and `-`",
        ),
        (
            "# a comment\n\n[profiles.china]\ncloud = \"china\"",
            "line 3, profile `china`: `key` is missing: expected the id of the API key",
        ),
        (
            "[profiles.china]\nkey = \"k\"",
            &format!("line 1, profile `china`: `secret` is missing: expected {SECRET}"),
        ),
    ];
    for (text, expected) in cases {
        check(text, expected);
    }
}

#[test]
fn the_values_of_a_profile() {
    let cases = [
        (
            "clod = \"china\"",
            "unknown key `clod`: expected `cloud`, `organization`, `reports_region`, `key` or `secret`",
        ),
        (
            "cloud = \"chian\"",
            "unknown cloud `chian`: expected `global`, `china`, `government`, or a URL that begins with https://",
        ),
        ("cloud = 7", "`cloud` must be a string"),
        (
            "cloud = \"http://api.example\"",
            "base URL `http://api.example/`: plain http would expose the credentials to the network; it is accepted for loopback \
             addresses only, use https",
        ),
        (
            "cloud = \"https://user:hush@api.example\"",
            "base URL `https://api.example/`: the URL contains credentials: set them on the client instead",
        ),
        (
            "organization = \"8162517\"",
            "`organization` must be a number without a sign or quotes",
        ),
        (
            "organization = -1",
            "`organization` must be a number without a sign or quotes",
        ),
        (
            "reports_region = \"asia\"",
            "unknown region of reports `asia`: expected `us` or `eu`",
        ),
        (
            "key = \"a b\"",
            "`key` is not an API key: expected the id of the key from Admin › API Keys",
        ),
        (
            "key = \"\"",
            "`key` is not an API key: expected the id of the key from Admin › API Keys",
        ),
    ];
    for (line, expected) in cases {
        let text = format!("[profiles.china]\n{line}\nsecret = {{ value = \"hush\" }}\n");
        check(&text, &format!("line 2, profile `china`: {expected}"));
    }
}

#[test]
fn the_location_of_a_secret() {
    let kind = format!("`secret` must be {SECRET}");
    let program =
        "`command` has no program: expected a list such as `[\"pass\", \"show\", \"cisco\"]`";
    let cases = [
        ("\"hush\"", kind.as_str()),
        ("{}", &kind),
        ("{ hush = \"value\" }", &kind),
        ("{ value = \"hush\", file = \"/x\" }", &kind),
        (
            "{ value = \" \" }",
            "`value` is empty: expected the secret of the API key",
        ),
        ("{ value = 7 }", "`value` must be a string"),
        (
            "{ environment = \"A=B\" }",
            "`environment` is not the name of an environment variable: expected a name such as `CISCO_SECRET`",
        ),
        (
            "{ command = \"echo hush\" }",
            "`command` must be a list of strings",
        ),
        (
            "{ command = [\"echo\", 7] }",
            "`command` must be a list of strings",
        ),
        ("{ command = [] }", program),
        ("{ command = [\"\", \"hush\"] }", program),
        (
            "{ command = [\"echo\", \"hush\\u0000\"] }",
            "`command` contains the character NUL",
        ),
        (
            "{ keyring = \"\" }",
            "`keyring` is not the name of an entry of the system keyring: expected a name such as `china`",
        ),
        (
            "{ file = \"secret.txt\" }",
            "`file` must be an absolute path, or one that begins with `~/`",
        ),
    ];
    for (secret, expected) in cases {
        let text = format!("[profiles.china]\nkey = \"k\"\nsecret = {secret}\n");
        check(&text, &format!("line 3, profile `china`: {expected}"));
    }
}

#[test]
fn a_profile_that_does_not_exist() {
    let directory = Directory::new();
    let missing = |name: &str| directory.message(directory.load().unwrap().profile(name).map(drop));
    assert_eq!(
        missing("china"),
        "config.toml: there is no profile `china`: the file does not exist; add a table `[profiles.china]`"
    );
    directory.write("config.toml", "# nothing\n");
    assert_eq!(
        missing("china"),
        "config.toml: there is no profile `china`: the file has no profiles; add a table `[profiles.china]`"
    );
    directory.write(
        "config.toml",
        "[profiles]\nglobal = { key = \"k\", secret = { environment = \"X\" } }\nfed.key = \"k\"\nfed.secret.environment = \"X\"",
    );
    assert_eq!(
        missing("china"),
        "config.toml: there is no profile `china`: the file has `fed`, `global`; add a table `[profiles.china]`"
    );
    assert_eq!(
        missing("a/b"),
        "`a/b` is not a name of a profile: expected letters of ASCII, digits, `_`, `.` and `-`"
    );
}

#[test]
fn a_file_that_cannot_be_read() {
    let directory = Directory::new();
    std::fs::create_dir(directory.file()).unwrap();
    assert_eq!(
        directory.message(directory.load()),
        "config.toml: expected a regular file"
    );

    let directory = Directory::with(&format!("#{}", "x".repeat(1 << 20)));
    assert_eq!(
        directory.message(directory.load()),
        "config.toml: the file is longer than 1 MiB"
    );

    let directory = Directory::new();
    std::fs::write(directory.file(), b"# \xff hush").unwrap();
    super::set_mode(&directory.file(), 0o600);
    assert_eq!(
        directory.message(directory.load()),
        "config.toml: cannot be read: stream did not contain valid UTF-8"
    );
}

/// A wrong quotation mark makes a string of other values of the file.
#[test]
fn a_string_that_contains_a_secret_is_not_shown() {
    let cases = [
        "default = \"\"\"china\n[profiles.china]\nsecret = { value = \"hush\" }\"\"\"",
        "default = 'china, secret = { value = \"hush\" }'",
        "'secret = { value = \"hush\" }' = 1",
        "[profiles.'china, secret = { value = \"hush\" }']\nkey = 'k'",
        "[profiles.china]\n'secret = { value = \"hush\" }' = 1",
        "[profiles.china]\ncloud = '''china\nsecret = { value = \"hush\" }'''",
        "[profiles.china]\ncloud = 'china, secret = { value = \"hush\" }'",
        "[profiles.china]\nreports_region = 'us, secret = { value = \"hush\" }'",
        "[profiles.china]\nkey = '''k\nsecret = { value = \"hush\" }'''",
        "[profiles.china]\norganization = 'secret = { value = \"hush\" }'",
        "[profiles.china]\nkey = 'k'\nsecret = { environment = '''X\nhush''' }",
        "[profiles.china]\nkey = 'k'\nsecret = { keyring = '''X\nhush''' }",
        "[profiles.china]\nkey = 'k'\nsecret = { file = '''X\nhush''' }",
        "[profiles.china]\nkey = 'k'\nsecret = { command = ['''X\nhush'''] }",
        "[profiles.china]\nkey = 'k'\nsecret = { 'value = \"hush\"' = 1 }",
    ];
    for text in cases {
        let directory = Directory::with(text);
        let message = directory.message(directory.load());
        assert!(
            message.starts_with("config.toml, line "),
            "{text}: {message}"
        );
        assert!(!message.contains("hush"), "{text}: {message}");
    }
}
