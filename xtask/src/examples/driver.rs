//! The crate at the other end of a pipe: builds the program `codecs` of the workspace, and lets it decode and encode values.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

use super::collect::Direction;

/// Decodes and encodes values as the crate does.
pub trait Driver {
    /// Decodes and encodes values: one reply for each request.
    fn recode(&mut self, requests: &[Request<'_>]) -> Result<Vec<Reply>, String>;
}

/// A value to be decoded and encoded.
#[derive(Debug)]
pub struct Request<'a> {
    /// `<scope>.<operation>`.
    pub operation: &'a str,
    /// Whether the value is the response or the body of the operation.
    pub direction: Direction,
    /// The value.
    pub json: &'a str,
}

/// What became of a value, or why the crate rejects it.
pub type Reply = Result<Recoded, String>;

/// A value that was decoded and encoded again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recoded {
    /// The value as JSON text.
    pub json: String,
    /// Where the decoder says that the value differs from its documentation.
    pub deviations: Vec<Deviation>,
}

/// A place where a value differs from its documentation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Deviation {
    /// Its JSON path.
    pub path: String,
    /// The documented type.
    pub expected: String,
    /// The JSON type of the value.
    pub found: String,
}

impl fmt::Display for Deviation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            expected,
            found,
        } = self;
        write!(out, "{path}: expected {expected}, found {found}")
    }
}

/// The program `codecs` of the workspace.
pub struct Codecs {
    child: Child,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl Codecs {
    /// Builds the program in `workspace` and starts it.
    pub fn start(workspace: &Path) -> Result<Self, String> {
        let program = build(workspace)?;
        let failed = |error| format!("{}: cannot be started: {error}", program.display());
        let mut child = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let (Some(requests), Some(replies)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(format!(
                "{}: has no standard input and output",
                program.display()
            ));
        };
        Ok(Self {
            child,
            requests,
            replies: BufReader::new(replies),
        })
    }
}

impl Drop for Codecs {
    fn drop(&mut self) {
        // It holds nothing that has to be written.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Builds the program, showing the messages of Cargo, and returns its path.
fn build(workspace: &Path) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut child = Command::new(cargo)
        .args(["build", "--package", "codecs"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(workspace)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    let mut messages = String::new();
    let read = child
        .stdout
        .take()
        .map_or(Ok(0), |mut stdout| stdout.read_to_string(&mut messages));
    let status = child.wait();
    if read.is_err() || !status.is_ok_and(|status| status.success()) {
        return Err("the program `codecs` does not build; see above".into());
    }
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "codecs")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| "cargo built no program `codecs`".into())
}

impl Driver for Codecs {
    fn recode(&mut self, requests: &[Request<'_>]) -> Result<Vec<Reply>, String> {
        let stopped =
            |error: &dyn fmt::Display| format!("the program `codecs` has stopped: {error}");
        let Self {
            requests: pipe,
            replies: lines,
            ..
        } = self;
        std::thread::scope(|scope| {
            // Replies are read while requests are written: neither pipe can fill up.
            let writer = scope.spawn(move || {
                let mut pipe = std::io::BufWriter::new(pipe);
                for Request {
                    operation,
                    direction,
                    json,
                } in requests
                {
                    writeln!(pipe, "{operation}\t{}\t{json}", direction.as_str())?;
                }
                pipe.flush()
            });
            let mut replies = Vec::with_capacity(requests.len());
            let mut line = String::new();
            for _ in requests {
                line.clear();
                match lines.read_line(&mut line) {
                    Ok(0) => return Err(stopped(&"no reply")),
                    Ok(_) => replies.push(reply(line.trim_end_matches('\n'))?),
                    Err(error) => return Err(stopped(&error)),
                }
            }
            match writer.join() {
                Ok(Ok(())) => Ok(replies),
                Ok(Err(error)) => Err(stopped(&error)),
                Err(_) => Err(stopped(&"it cannot be written to")),
            }
        })
    }
}

fn reply(line: &str) -> Result<Reply, String> {
    let invalid =
        |error: serde_json::Error| format!("the program `codecs` replied {line:?}: {error}");
    let parts: Vec<_> = line.split('\t').collect();
    match parts.as_slice() {
        ["ok", json, deviations] => Ok(Ok(Recoded {
            json: (*json).to_owned(),
            deviations: serde_json::from_str(deviations).map_err(invalid)?,
        })),
        ["error", message] => serde_json::from_str(message).map(Err).map_err(invalid),
        _ => Err(format!(
            "the program `codecs` replied {line:?}, expected ok or error"
        )),
    }
}
