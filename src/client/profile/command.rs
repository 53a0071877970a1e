//! Secrets that a command prints.

use std::io;
use std::process::{ExitStatus, Stdio};

use secrecy::zeroize::Zeroizing;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};

use crate::error::{Error, Result};
use crate::secret::SecretString;

/// The maximum size of the output, in bytes.
const MAX_OUTPUT: usize = 64 * 1024;

/// Runs a command, and returns the first line of its output. The command is killed when the future is dropped.
///
/// The command shares the standard error of the program, so that it can prompt and report, and none of that can reach an error or a log. It
/// has no standard input, which may be the protocol of the program.
pub(super) async fn first_line(arguments: &[String]) -> Result<SecretString> {
    let Some((program, arguments)) = arguments.split_first() else {
        return Err(Error::configuration(
            "the command of a secret has no program",
        ));
    };
    let failed = |reason: String| Error::configuration(format!("the command `{program}` {reason}"));
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|reason| failed(format!("cannot be started: {reason}")))?;
    let (output, status) = output(child)
        .await
        .map_err(|reason| failed(format!("failed: {reason}")))?;
    if output.len() > MAX_OUTPUT {
        return Err(failed(
            "printed more than 64 KiB: expected the secret in the first line".to_owned(),
        ));
    }
    if !status.success() {
        return Err(failed(format!(
            "failed ({status}): run it in a shell to see what it reports on standard error"
        )));
    }
    match std::str::from_utf8(&output) {
        Ok(text) => Ok(text.lines().next().unwrap_or_default().into()),
        Err(_) => Err(failed("printed a secret that is not UTF-8".to_owned())),
    }
}

/// The output of a command up to the maximum size, and its status.
async fn output(mut child: Child) -> io::Result<(Zeroizing<Vec<u8>>, ExitStatus)> {
    // With all of its capacity at once, no part of it is copied.
    let mut output = Zeroizing::new(Vec::with_capacity(MAX_OUTPUT + 1));
    if let Some(stdout) = child.stdout.take() {
        stdout
            .take(MAX_OUTPUT as u64 + 1)
            .read_to_end(&mut output)
            .await?;
    }
    // The pipe is closed, so a command that prints more ends.
    Ok((output, child.wait().await?))
}
