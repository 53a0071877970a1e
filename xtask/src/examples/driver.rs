//! The crate at the other end of a pipe: builds its program `codecs` and asks it to read and write values.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// Something that reads values as the crate does.
pub trait Driver {
    /// For each question the value written again, as JSON text, or why it cannot be read.
    fn ask(&mut self, questions: &[Question<'_>]) -> Result<Vec<Reply>, String>;
}

/// Can this be read, and what becomes of it?
#[derive(Debug)]
pub struct Question<'a> {
    /// `<scope>.<operation>`.
    pub operation: &'a str,
    /// `answer` or `body`.
    pub kind: &'a str,
    /// The value.
    pub json: &'a str,
}

/// The value written again, or why it cannot be read.
pub type Reply = Result<String, String>;

/// The program `codecs` of the crate.
pub struct Codecs {
    child: Child,
    questions: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl Codecs {
    /// Builds the crate in `workspace` with the feature `codecs`, and starts its program.
    pub fn start(workspace: &Path) -> Result<Self, String> {
        let program = build(workspace)?;
        let failed = |error| format!("{}: cannot be started: {error}", program.display());
        let mut child = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let (Some(questions), Some(replies)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(format!(
                "{}: has no standard input and output",
                program.display()
            ));
        };
        Ok(Self {
            child,
            questions,
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

/// Builds the program, showing what Cargo says, and returns where it is.
fn build(workspace: &Path) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut child = Command::new(cargo)
        .args([
            "build",
            "--package",
            "cisco-secure-access",
            "--bin",
            "codecs",
        ])
        .args([
            "--features",
            "codecs",
            "--message-format",
            "json-render-diagnostics",
        ])
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
        return Err("the crate does not build with the feature `codecs`; see above".into());
    }
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "codecs")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| "cargo built no program `codecs`".into())
}

impl Driver for Codecs {
    fn ask(&mut self, questions: &[Question<'_>]) -> Result<Vec<Reply>, String> {
        let stopped =
            |error: &dyn std::fmt::Display| format!("the program `codecs` has stopped: {error}");
        let Self {
            questions: pipe,
            replies,
            ..
        } = self;
        std::thread::scope(|scope| {
            // Replies are read while questions are written: neither pipe can fill up.
            let writer = scope.spawn(move || {
                let mut pipe = std::io::BufWriter::new(pipe);
                for Question {
                    operation,
                    kind,
                    json,
                } in questions
                {
                    writeln!(pipe, "{operation}\t{kind}\t{json}")?;
                }
                pipe.flush()
            });
            let mut answers = Vec::with_capacity(questions.len());
            let mut line = String::new();
            for _ in questions {
                line.clear();
                match replies.read_line(&mut line) {
                    Ok(0) => return Err(stopped(&"no reply")),
                    Ok(_) => answers.push(reply(line.trim_end_matches('\n'))?),
                    Err(error) => return Err(stopped(&error)),
                }
            }
            match writer.join() {
                Ok(Ok(())) => Ok(answers),
                Ok(Err(error)) => Err(stopped(&error)),
                Err(_) => Err(stopped(&"it cannot be written to")),
            }
        })
    }
}

fn reply(line: &str) -> Result<Reply, String> {
    match line.split_once('\t') {
        Some(("ok", text)) => Ok(Ok(text.to_owned())),
        Some(("error", text)) => serde_json::from_str(text)
            .map(Err)
            .map_err(|error| format!("the program `codecs` replied {line:?}: {error}")),
        _ => Err(format!(
            "the program `codecs` replied {line:?}, expected ok or error"
        )),
    }
}
