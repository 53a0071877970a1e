//! The program as a child process: its environment, its result, and Ctrl-C at a known moment.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use cisco_secure_access::simulator::Simulator;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The program in a directory of its own, with a simulator as its service.
pub(crate) struct Program {
    directory: TempDir,
    variables: Vec<(String, String)>,
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    pub(crate) fn new(simulator: &Simulator) -> Result<Self> {
        let cloud = simulator.base_url().to_string();
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Ok(Self {
            directory: tempfile::tempdir()?,
            variables: vec![
                set("SECURE_ACCESS_CLOUD", &cloud),
                set("SECURE_ACCESS_API_KEY", simulator.credentials().key()),
                set("SECURE_ACCESS_API_SECRET", simulator.secret()),
            ],
        })
    }

    /// The program with a profile for each simulator.
    pub(crate) fn with_profiles(simulators: &[(&str, &Simulator)]) -> Result<Self> {
        let mut program = Self {
            directory: tempfile::tempdir()?,
            variables: Vec::new(),
        };
        let mut config = String::new();
        for (name, simulator) in simulators {
            let variable = format!("{}_SECRET", name.to_uppercase());
            let (cloud, key) = (simulator.base_url(), simulator.credentials());
            let _ = write!(
                config,
                "[profiles.{name}]\ncloud = \"{cloud}\"\nkey = \"{}\"\nsecret = {{ environment = \"{variable}\" }}\n",
                key.key()
            );
            program.set(&variable, simulator.secret());
        }
        std::fs::create_dir_all(program.path("config/secure-access"))?;
        program.write("config/secure-access/config.toml", &config)?;
        Ok(program)
    }

    /// Sets a variable of the environment.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The path of a file in the directory in which the program runs.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> Result {
        Ok(std::fs::write(self.path(name), text)?)
    }

    pub(crate) fn read(&self, name: &str) -> Result<String> {
        Ok(std::fs::read_to_string(self.path(name))?)
    }

    /// The program with these arguments; its input is closed.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let home: &Path = self.directory.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_secure-access"));
        command
            .args(arguments)
            .current_dir(home)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TMPDIR", home)
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .envs(self.variables.clone())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs the program.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Result<Run> {
        Ok(Run::new(self.command(arguments).output().await?))
    }

    /// Runs the program with an input.
    pub(crate) async fn run_with_input(&self, arguments: &[&str], input: &str) -> Result<Run> {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn()?;
        let mut stdin = child.stdin.take().ok_or("no input")?;
        stdin.write_all(input.as_bytes()).await?;
        drop(stdin);
        Ok(Run::new(child.wait_with_output().await?))
    }

    /// Runs the program, and interrupts it as Ctrl-C does when it has got this number of responses of an operation. The next call must be
    /// held by a fault.
    pub(crate) async fn interrupt(
        &self,
        arguments: &[&str],
        operation: &str,
        responses: usize,
    ) -> Result<Run> {
        let arguments = [&["--verbose"], arguments].concat();
        let mut child = self.command(&arguments).spawn()?;
        let mut stderr = BufReader::new(child.stderr.take().ok_or("no output")?);
        let mut stdout = child.stdout.take().ok_or("no output")?;
        let written = tokio::spawn(async move {
            let mut bytes = Vec::new();
            stdout.read_to_end(&mut bytes).await.map(|_| bytes)
        });
        let mut log = String::new();
        let mut count = 0;
        while count < responses {
            let mut line = String::new();
            if stderr.read_line(&mut line).await? == 0 {
                return Err(format!("it ended before {responses} responses: {log}").into());
            }
            let is_response = line.contains("cisco_secure_access: response ")
                && line.contains(&format!("operation=\"{operation}\""));
            count += usize::from(is_response);
            log.push_str(&line);
        }
        signal(&child, "INT").await?;
        let mut rest = Vec::new();
        stderr.read_to_end(&mut rest).await?;
        let mut output = child.wait_with_output().await?;
        output.stdout = written.await??;
        output.stderr = [log.into_bytes(), rest].concat();
        Ok(Run::new(output))
    }
}

/// Sends a signal to a program.
async fn signal(child: &Child, name: &str) -> Result {
    let id = child.id().ok_or("it has ended")?.to_string();
    let status = Command::new("kill").args(["-s", name, &id]).status();
    match status.await?.success() {
        true => Ok(()),
        false => Err("the signal cannot be sent".into()),
    }
}

impl Run {
    /// The result; it contains no secret.
    fn new(output: Output) -> Self {
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            assert!(!text.contains("hush"), "a secret is in the output: {text}");
            text
        };
        Self {
            status: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// The output as JSON.
    pub(crate) fn json(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.stdout)?)
    }

    /// Checks the exit status.
    #[track_caller]
    pub(crate) fn ends_with(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}", self.stderr);
        self
    }

    /// Checks that the messages contain these texts.
    #[track_caller]
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(
                self.stderr.contains(text),
                "{text} is not in {}",
                self.stderr
            );
        }
        self
    }
}
