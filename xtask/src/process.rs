//! Programs that run to their end, and servers that end when they are dropped, also when something fails.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// A server that takes longer to get ready hangs; the simulator may have to be built first.
const PATIENCE: Duration = Duration::from_secs(600);

/// A running server.
pub(crate) struct Server {
    child: Child,
    lines: Receiver<String>,
    /// What it said until it was ready.
    said: Vec<String>,
}

impl Server {
    /// Starts a server and waits until it says these words.
    pub(crate) fn start(command: &mut Command, ready: &str) -> Result<Self, String> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("{}: {error}", name(command)))?;
        let mut server = Self {
            lines: lines(child.stdout.take()),
            child,
            said: Vec::new(),
        };
        loop {
            match server.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    let is_ready = line.contains(ready);
                    server.said.push(line);
                    if is_ready {
                        return Ok(server);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!("{} did not get ready", name(command)));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let said = server.said.join("\n");
                    return Err(format!("{} ended at once: {said}", name(command)));
                }
            }
        }
    }

    /// Where it listens: the last URL that it named.
    pub(crate) fn url(&self) -> Result<&str, String> {
        let mut words = self
            .said
            .iter()
            .rev()
            .flat_map(|line| line.split_whitespace());
        words
            .find(|word| word.starts_with("http://"))
            .ok_or_else(|| "the server does not say where it listens".to_owned())
    }

    /// What it said since it was ready, as far as it was not read yet.
    pub(crate) fn later(&self) -> impl Iterator<Item = String> {
        self.lines.try_iter()
    }

    /// What it said after this word at the beginning of a line.
    pub(crate) fn said(&self, word: &str) -> Result<&str, String> {
        let mut rests = self.said.iter().filter_map(|line| line.strip_prefix(word));
        let rest = rests.next().map(str::trim);
        rest.ok_or_else(|| format!("the server does not say its {word}"))
    }
}

/// What is written there, line by line, read also when nobody uses it: otherwise the writer would wait.
fn lines(output: Option<ChildStdout>) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let lines = output
            .into_iter()
            .flat_map(|out| BufReader::new(out).lines());
        for line in lines.map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program to its end; gives what it said, which is also the error where it failed.
pub(crate) fn finish(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output();
    let output = output.map_err(|error| format!("{}: {error}", name(command)))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.success() {
        true => Ok(said),
        false => Err(format!("{said}\n{}: {}", name(command), output.status)),
    }
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
