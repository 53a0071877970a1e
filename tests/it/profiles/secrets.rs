//! The locations of a secret.

use cisco_secure_access::Error;
use cisco_secure_access::profile::SecretSource;

#[cfg(unix)]
use super::set_mode;
use super::{Directory, probe};

/// Reads a secret that the test knows.
async fn read(source: &SecretSource) -> Result<String, Error> {
    let secret = source.read().await?;
    Ok(secret.expose_secret().to_owned())
}

#[tokio::test]
async fn a_value() {
    let source = SecretSource::Value(" hush\n".into());
    assert_eq!(read(&source).await.unwrap(), "hush");
    assert_eq!(
        format!("{source} {source:?}"),
        "the configuration file the configuration file"
    );
}

#[test]
fn an_environment_variable() {
    let output = probe(
        "secrets::environment_in_this_process",
        &[("PROFILE_SECRET", " hush\n")],
    );
    assert!(output.contains("4 characters"), "{output}");
    for value in ["", " "] {
        let output = probe(
            "secrets::environment_in_this_process",
            &[("PROFILE_SECRET", value)],
        );
        let expected = "the environment variable PROFILE_SECRET is not set: set it to the secret of the API key";
        assert!(output.contains(expected), "{output}");
    }
}

#[tokio::test]
#[ignore = "run by another test of this module, in a process of its own"]
async fn environment_in_this_process() {
    match read(&SecretSource::Environment("PROFILE_SECRET".to_owned())).await {
        Ok(secret) => println!("{} characters", secret.len()),
        Err(error) => println!("{error}"),
    }
}

#[tokio::test]
async fn a_file() {
    let directory = Directory::new();
    let path = directory.path("secret");
    let source = SecretSource::File(path.clone());
    assert_eq!(
        directory.message(source.read().await),
        "secret: does not exist: create it with mode 600 and the secret in its first line"
    );
    for text in ["hush", "hush\n", " hush \r\nanother line\n"] {
        directory.write("secret", text);
        assert_eq!(read(&source).await.unwrap(), "hush");
    }
    for text in ["", "\nhush"] {
        directory.write("secret", text);
        assert_eq!(
            directory.message(source.read().await),
            "the file secret has no secret: expected the secret of the API key in the first line"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_can_read() {
    let directory = Directory::new();
    let source = SecretSource::File(directory.write("secret", "hush"));
    for mode in [0o640, 0o604, 0o644] {
        set_mode(&directory.path("secret"), mode);
        assert_eq!(
            directory.message(source.read().await),
            "secret: contains a secret, and others can read it: run `chmod 600 secret`"
        );
    }
    set_mode(&directory.path("secret"), 0o622);
    assert_eq!(
        directory.message(source.read().await),
        "secret: others can write it (mode 0622): check its contents, then run `chmod go-w secret`"
    );
}

#[cfg(unix)]
#[test]
fn a_file_in_the_home_directory() {
    let directory = Directory::new();
    directory.write(".cisco", "hush");
    let output = probe(
        "secrets::home_in_this_process",
        &[("HOME", directory.0.path())],
    );
    assert!(output.contains("4 characters"), "{output}");
}

#[cfg(unix)]
#[tokio::test]
#[ignore = "run by another test of this module, in a process of its own"]
async fn home_in_this_process() {
    let secret = read(&SecretSource::File("~/.cisco".into())).await.unwrap();
    println!("{} characters", secret.len());
}

#[tokio::test]
async fn a_file_is_stored_and_deleted() {
    let directory = Directory::new();
    let source = SecretSource::File(directory.path("new/secret"));
    for secret in ["hush", "another hush"] {
        source.store(secret).await.unwrap();
        assert_eq!(read(&source).await.unwrap(), secret);
    }
    source.delete().await.unwrap();
    source.delete().await.unwrap();
    assert!(
        directory
            .message(source.read().await)
            .contains("does not exist")
    );
}

#[tokio::test]
async fn other_locations_are_not_written() {
    let directory = Directory::new();
    let source = SecretSource::Environment("X".to_owned());
    assert_eq!(
        directory.message(source.store("hush").await),
        "a secret in the environment variable X cannot be stored by this program: only one in a file or in the system keyring can"
    );
    assert_eq!(
        directory.message(SecretSource::Value("hush".into()).delete().await),
        "a secret in the configuration file cannot be deleted by this program: only one in a file or in the system keyring can"
    );
}

#[cfg(not(feature = "keyring"))]
#[tokio::test]
async fn a_program_without_the_feature_has_no_keyring() {
    let directory = Directory::new();
    let source = SecretSource::Keyring("china".to_owned());
    let expected = "the entry `china` of the system keyring needs the feature `keyring` of cisco-secure-access, which this program is \
                    built without: enable the feature, or name another location of the secret";
    assert_eq!(directory.message(source.read().await), expected);
    assert_eq!(directory.message(source.store("hush").await), expected);
    assert_eq!(directory.message(source.delete().await), expected);
}

#[cfg(unix)]
mod command {
    //! Commands that print a secret.

    use super::*;

    fn command(arguments: &[&str]) -> SecretSource {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned());
        SecretSource::Command(arguments.collect())
    }

    fn shell(script: &str) -> SecretSource {
        command(&["sh", "-c", script])
    }

    #[tokio::test]
    async fn the_first_line_is_the_secret() {
        for script in [
            "printf hush",
            "echo ' hush '; echo login: cisco",
            "printf 'hush\\r\\n'",
            "printf hush; head -c 60000 /dev/zero | tr '\\0' '\\n'",
        ] {
            assert_eq!(read(&shell(script)).await.unwrap(), "hush", "{script}");
        }
        // No shell reads the arguments.
        assert_eq!(
            read(&command(&["echo", "$HOME; hush"])).await.unwrap(),
            "$HOME; hush"
        );
    }

    #[tokio::test]
    async fn a_failure_shows_no_output() {
        let directory = Directory::new();
        let cases = [
            (
                "echo hush; exit 3",
                "failed (exit status: 3): run it in a shell to see what it reports on standard error",
            ),
            (
                "echo hush; kill -9 $$",
                "failed (signal: 9 (SIGKILL)): run it in a shell to see what it reports on standard error",
            ),
            (
                "yes hush",
                "printed more than 64 KiB: expected the secret in the first line",
            ),
            ("printf '\\377hush'", "printed a secret that is not UTF-8"),
        ];
        for (script, expected) in cases {
            let message = directory.message(shell(script).read().await);
            assert_eq!(message, format!("the command `sh` {expected}"));
        }
        // The command has no standard input.
        for script in ["", "cat", "echo; echo hush"] {
            assert_eq!(
                directory.message(shell(script).read().await),
                "the command `sh` has no secret: expected the secret of the API key in the first line"
            );
        }
    }

    #[tokio::test]
    async fn a_program_that_does_not_exist() {
        let directory = Directory::new();
        let message = directory.message(command(&["no-such-program", "hush"]).read().await);
        assert_eq!(
            message,
            "the command `no-such-program` cannot be started: No such file or directory (os error 2)"
        );
        assert_eq!(
            directory.message(command(&[]).read().await),
            "`command` has no program: expected a list such as `[\"pass\", \"show\", \"cisco\"]`"
        );
    }

    /// The time is paused: it advances when there is nothing to do but to wait.
    #[tokio::test(start_paused = true)]
    async fn a_command_that_does_not_end() {
        let directory = Directory::new();
        for script in [
            "exec sleep 1000",
            "echo hush; exec sleep 1000",
            "exec >&-; exec sleep 1000",
        ] {
            assert_eq!(
                directory.message(shell(script).read().await),
                "the command `sh` provided no secret within 25 s"
            );
        }
    }

    #[test]
    fn debug_output_has_no_arguments() {
        let source = command(&["pass", "show", "hush"]);
        assert_eq!(
            format!("{source:?} {source}"),
            "the command `pass` the command `pass`"
        );
    }
}
