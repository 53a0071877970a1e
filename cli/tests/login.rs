//! Profiles: `login`, `profiles`, `logout`, and commands that use a profile.

#![allow(clippy::unwrap_used, reason = "tests")]

mod program;

use std::fs;
use std::path::PathBuf;

use cisco_secure_access::simulator::Simulator;
use program::Program;

struct Setup {
    simulator: Simulator,
    program: Program,
}

impl Setup {
    async fn new() -> Self {
        Self {
            simulator: Simulator::builder().start().await.unwrap(),
            program: Program::without_credentials(),
        }
    }

    fn config(&self) -> PathBuf {
        self.program
            .home()
            .join(".config/secure-access/config.toml")
    }

    /// `login NAME` on the simulator, with these options.
    fn login<'a>(&self, name: &'a str, options: &[&'a str]) -> Vec<String> {
        let url = self.simulator.base_url();
        let credentials = self.simulator.credentials();
        let mut line = vec![
            "login",
            name,
            "--cloud",
            url.as_str(),
            "--key",
            credentials.key(),
        ];
        line.extend(options);
        line.into_iter().map(str::to_owned).collect()
    }

    /// A file with the secret, which only the user can read.
    fn secret_file(&self) -> String {
        let path = self.program.file("secret", self.simulator.secret());
        protect(&path, 0o600);
        path
    }
}

#[cfg(unix)]
fn protect(path: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
fn mode(path: &PathBuf) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_connects_without_variables_of_the_environment() {
    let setup = Setup::new().await;
    let file = setup.secret_file();
    let command = format!("cat {file}");
    let command: Vec<&str> = command.split(' ').collect();
    let sources: [(&str, Vec<&str>); 2] = [
        ("file", vec!["--secret-file", &file]),
        ("command", [&["--secret-command"], &command[..]].concat()),
    ];
    for (name, options) in sources {
        let finished = setup.program.run(&setup.login(name, &options)).await;
        assert_eq!(finished.status, 0, "{name}: {}", finished.stderr);
        let list = ["deployments", "list-regions", "--profile", name];
        let finished = setup.program.run(&list).await;
        assert_eq!(finished.status, 0, "{name}: {}", finished.stderr);
    }
    assert_eq!(mode(&setup.config()), 0o600);
    let config = fs::read_to_string(setup.config()).unwrap();
    assert!(!config.contains("hush"), "{config}");

    // The first profile is the default.
    let finished = setup.program.run(&["deployments", "list-regions"]).await;
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let listed = setup.program.run(&["profiles", "--jq", ".name"]).await;
    assert_eq!(listed.stdout, "command\nfile\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_from_standard_input_is_stored_where_the_user_says() {
    let setup = Setup::new().await;
    let secret = format!("{}\n", setup.simulator.secret()).into_bytes();
    let new = setup.program.home().join("new-secret");
    let login = setup.login("new-file", &["--secret-file", new.to_str().unwrap()]);
    let finished = setup.program.run_with(&login, secret.clone()).await;
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(mode(&new), 0o600);

    let login = setup.login("inside", &["--secret-in-config"]);
    let finished = setup.program.run_with(&login, secret).await;
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let listed = setup.program.run(&["profiles"]).await;
    assert!(!listed.stdout.contains("hush"), "{}", listed.stdout);
    let finished = setup.program.run(&["whoami", "--profile", "inside"]).await;
    assert_eq!(finished.status, 0, "{}", finished.stderr);

    // A file with a secret is for its owner alone.
    protect(setup.config().to_str().unwrap(), 0o644);
    let finished = setup.program.run(&["whoami", "--profile", "inside"]).await;
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("config.toml"),
        "{}",
        finished.stderr
    );
    assert!(!finished.stderr.contains("hush"), "{}", finished.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_the_service_rejects_are_not_saved() {
    let setup = Setup::new().await;
    let wrong = setup.program.file("wrong", "not-the-hush-secret");
    protect(&wrong, 0o600);
    let login = setup.login("wrong", &["--secret-file", &wrong]);
    let finished = setup.program.run(&login).await;
    assert_eq!(finished.status, 3, "{}", finished.stderr);
    assert!(!setup.config().exists());

    let unchecked = setup.login("ci", &["--secret-env", "CI_SECRET", "--no-check"]);
    assert_eq!(setup.program.run(&unchecked).await.status, 0);
    let finished = setup.program.run(&["whoami"]).await;
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    assert!(finished.stderr.contains("CI_SECRET"), "{}", finished.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_location_of_the_secret_is_needed_where_nobody_can_choose() {
    let setup = Setup::new().await;
    let finished = setup.program.run(&setup.login("nowhere", &[])).await;
    assert_eq!(finished.status, 2);
    assert!(
        finished.stderr.contains("--secret-keyring"),
        "{}",
        finished.stderr
    );
    let key = ["login", "--secret-env", "CI_SECRET"];
    let finished = setup.program.run(&key).await;
    assert_eq!(
        (finished.status, finished.stderr.trim()),
        (2, "error: --key is required")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_removed_is_gone() {
    let setup = Setup::new().await;
    let file = setup.secret_file();
    for name in ["one", "two"] {
        let login = setup.login(name, &["--secret-file", &file]);
        assert_eq!(setup.program.run(&login).await.status, 0);
    }
    assert_eq!(setup.program.run(&["logout", "one"]).await.status, 0);
    let listed = setup
        .program
        .run(&[
            "profiles",
            "--set-default",
            "two",
            "--jq",
            "[.name, .default]",
        ])
        .await;
    assert_eq!(listed.stdout, "[\"two\",true]\n");
    let finished = setup.program.run(&["whoami", "--profile", "one"]).await;
    assert_eq!(finished.status, 2);
    assert!(finished.stderr.contains("two"), "{}", finished.stderr);
    assert_eq!(setup.program.run(&["logout", "one"]).await.status, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_the_service_rejects_replaces_none() {
    let setup = Setup::new().await;
    let file = setup.program.home().join("secret-of-ci");
    let login = setup.login("ci", &["--secret-file", file.to_str().unwrap()]);
    let wrong = b"not-the-hush-secret\n".to_vec();
    let finished = setup.program.run_with(&login, wrong).await;
    assert_eq!(finished.status, 3, "{}", finished.stderr);
    assert!(!file.exists());
    assert!(!setup.config().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_checked_although_there_is_an_access_token_of_the_key() {
    let setup = Setup::new().await;
    let right = setup.secret_file();
    let login = setup.login("ci", &["--secret-file", &right]);
    assert_eq!(setup.program.run(&login).await.status, 0);
    let finished = setup.program.run(&["deployments", "list-regions"]).await;
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let login = setup.login("ci", &["--secret-in-config"]);
    let wrong = b"not-the-hush-secret\n".to_vec();
    let finished = setup.program.run_with(&login, wrong).await;
    assert_eq!(finished.status, 3, "{}", finished.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_changes_no_profile() {
    let setup = Setup::new().await;
    let secret = format!("{}\n", setup.simulator.secret()).into_bytes();
    let file = setup.program.home().join("secret-of-ci");
    let path = file.to_str().unwrap();
    let login = setup.login("ci", &["--secret-file", path, "--dry-run"]);
    let finished = setup.program.run_with(&login, secret.clone()).await;
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    for expected in ["ci would be in", "config.toml", "secret-of-ci"] {
        assert!(finished.stderr.contains(expected), "{}", finished.stderr);
    }
    assert!(!finished.stderr.contains("hush"), "{}", finished.stderr);
    assert!(!file.exists());
    assert!(!setup.config().exists());

    for name in ["one", "two"] {
        let login = setup.login(name, &["--secret-in-config"]);
        let finished = setup.program.run_with(&login, secret.clone()).await;
        assert_eq!(finished.status, 0, "{}", finished.stderr);
    }
    let config = fs::read_to_string(setup.config()).unwrap();
    for line in [
        ["logout", "one", "--dry-run"].as_slice(),
        &["profiles", "--set-default", "two", "--dry-run"],
    ] {
        let finished = setup.program.run(line).await;
        assert_eq!(finished.status, 0, "{line:?}: {}", finished.stderr);
        let now = fs::read_to_string(setup.config()).unwrap();
        assert_eq!(now, config, "{line:?}");
    }
    let unknown = ["logout", "three", "--dry-run"];
    assert_eq!(setup.program.run(&unknown).await.status, 2);
}
