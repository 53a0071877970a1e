//! What the tests of tasks add to the program: its files, its profiles, checks of its result, and Ctrl-C at a known moment.

use std::fs;
use std::path::PathBuf;

use cisco_secure_access::operations;
use cisco_secure_access::simulator::Simulator;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::shared::{self, Finished};

pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The variable with the secret of the profiles.
const SECRET: &str = "PROFILE_SECRET";

/// The program in a directory of its own, with a simulator as its service.
pub(crate) struct Program(shared::Program);

/// The result of a run, without a secret.
#[derive(Debug)]
pub(crate) struct Run(Finished);

impl Program {
    /// The program with the credentials of a simulator.
    pub(crate) fn new(simulator: &Simulator) -> Self {
        Self(shared::Program::on(simulator)).in_its_directory()
    }

    /// The program with a profile for each simulator.
    pub(crate) fn with_profiles(simulators: &[(&str, &Simulator)]) -> Result<Self> {
        let mut program = Self(shared::Program::without_credentials()).in_its_directory();
        let mut config = String::new();
        for (name, simulator) in simulators {
            let (cloud, credentials) = (simulator.base_url(), simulator.credentials());
            let key = credentials.key();
            config.push_str(&format!(
                "[profiles.{name}]\ncloud = \"{cloud}\"\nkey = \"{key}\"\nsecret = {{ environment = \"{SECRET}\" }}\n"
            ));
            program = program.with(SECRET, simulator.secret());
        }
        fs::create_dir_all(program.path(".config/secure-access"))?;
        program.write(".config/secure-access/config.toml", &config)?;
        Ok(program)
    }

    /// Temporary files are in the directory, too.
    fn in_its_directory(self) -> Self {
        let home = self.path("").display().to_string();
        self.with("TMPDIR", &home)
    }

    /// Adds a variable to the environment.
    pub(crate) fn with(self, name: &'static str, value: &str) -> Self {
        Self(self.0.with(name, value))
    }

    /// The path of a file in the directory in which the program runs.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.home().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result {
        Ok(fs::write(self.path(name), text)?)
    }

    /// Reads a file.
    pub(crate) fn read(&self, name: &str) -> Result<String> {
        Ok(fs::read_to_string(self.path(name))?)
    }

    /// The program with these arguments; its input is empty.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.0.command(arguments)
    }

    /// Runs the program.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Run {
        Run::new(self.0.run(arguments).await)
    }

    /// Runs the program with an input.
    pub(crate) async fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        Run::new(self.0.run_with(arguments, input.into()).await)
    }

    /// Runs the program, and interrupts it as Ctrl-C does when it has got this number of responses of an operation. The next call must be
    /// held by a fault.
    pub(crate) async fn interrupt(
        &self,
        arguments: &[&str],
        operation: &str,
        responses: usize,
    ) -> Result<Run> {
        let operation = operations().find(|known| known.id == operation);
        let operation = operation.ok_or("there is no such operation")?;
        let response = format!("{} {}: 200", operation.method, operation.path);
        let mut child = self
            .command(&[&["--verbose"], arguments].concat())
            .spawn()?;
        let mut stderr = BufReader::new(child.stderr.take().ok_or("no messages")?);
        let mut stdout = child.stdout.take().ok_or("no output")?;
        let written = tokio::spawn(async move {
            let mut text = String::new();
            stdout.read_to_string(&mut text).await.map(|_| text)
        });
        let mut log = String::new();
        while log.matches(&response).count() < responses {
            if stderr.read_line(&mut log).await? == 0 {
                return Err(format!("it ended before {responses} responses: {log}").into());
            }
        }
        interrupt(&child).await?;
        stderr.read_to_string(&mut log).await?;
        Ok(Run::new(Finished {
            status: child.wait().await?.code().unwrap_or(-1),
            stdout: written.await??,
            stderr: log,
        }))
    }
}

/// Does to a program what Ctrl-C does.
async fn interrupt(child: &Child) -> Result {
    let id = child.id().ok_or("it has ended")?.to_string();
    let status = Command::new("kill").args(["-s", "INT", &id]).status();
    match status.await?.success() {
        true => Ok(()),
        false => Err("the signal cannot be sent".into()),
    }
}

impl Run {
    fn new(finished: Finished) -> Self {
        for text in [&finished.stdout, &finished.stderr] {
            assert!(!text.contains("hush"), "a secret is in the output: {text}");
        }
        Self(finished)
    }

    /// The output.
    pub(crate) fn stdout(&self) -> &str {
        &self.0.stdout
    }

    /// The messages.
    pub(crate) fn stderr(&self) -> &str {
        &self.0.stderr
    }

    /// The output as JSON.
    pub(crate) fn json(&self) -> Result<Value> {
        Ok(serde_json::from_str(self.stdout())?)
    }

    /// Checks the exit status.
    #[track_caller]
    pub(crate) fn ends_with(self, status: i32) -> Self {
        assert_eq!(self.0.status, status, "{}", self.stderr());
        self
    }

    /// Checks that the messages contain these texts.
    #[track_caller]
    pub(crate) fn reports(self, texts: &[&str]) -> Self {
        for text in texts {
            let stderr = self.stderr();
            assert!(stderr.contains(text), "{text} is not in {stderr}");
        }
        self
    }
}
