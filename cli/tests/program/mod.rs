//! Runs the program against a simulator, in an environment of its own.

#![allow(dead_code, reason = "each test uses a part")]

use std::fs;
use std::path::Path;
use std::process::Stdio;

use cisco_secure_access::simulator::Simulator;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// The program, with the credentials of a simulator and a home directory of its own.
pub(crate) struct Program {
    home: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The exit status.
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    /// The program with the credentials of a simulator.
    pub(crate) fn on(simulator: &Simulator) -> Self {
        let credentials = simulator.credentials();
        Self::without_credentials()
            .with("SECURE_ACCESS_CLOUD", simulator.base_url().as_str())
            .with("SECURE_ACCESS_API_KEY", credentials.key())
            .with("SECURE_ACCESS_API_SECRET", simulator.secret())
    }

    /// The program in an empty environment.
    pub(crate) fn without_credentials() -> Self {
        Self {
            home: TempDir::new().unwrap(),
            variables: Vec::new(),
        }
    }

    /// Adds a variable to the environment.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// The home directory.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a file to the home directory, and returns its path.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.home().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A command of the program.
    pub(crate) fn command(&self, arguments: &[impl AsRef<str>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_secure-access"));
        command
            .args(arguments.iter().map(AsRef::as_ref))
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.home())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs the program to its end.
    pub(crate) async fn run(&self, arguments: &[impl AsRef<str>]) -> Finished {
        self.run_with(arguments, Vec::new()).await
    }

    /// Runs the program to its end, with a standard input.
    pub(crate) async fn run_with(&self, arguments: &[impl AsRef<str>], input: Vec<u8>) -> Finished {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let write = async move {
            // A program that fails before it reads closes its input.
            let _ = stdin.write_all(&input).await;
        };
        let (output, ()) = tokio::join!(child.wait_with_output(), write);
        let output = output.unwrap();
        Finished {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
