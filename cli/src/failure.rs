//! Why the program fails: the message on standard error, and the exit status.

use std::fmt;
use std::io;
use std::process::ExitCode;

use cisco_secure_access::{Error, ErrorKind};
use serde_json::{Value, json};

/// The exit statuses, which scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// The service rejected the request, or the command failed for a reason that has no status of its own.
    Failure = 1,
    /// The command line, a file or the configuration is not valid. Nothing was sent.
    Usage = 2,
    /// The credentials are invalid, or lack a permission.
    Authentication = 3,
    /// The resource does not exist.
    NotFound = 4,
    /// The resource exists already, is locked, or was changed.
    Conflict = 5,
    /// A rate limit is exceeded, or a time limit.
    Limit = 6,
    /// The connection failed.
    Network = 7,
    /// The response cannot be read, or is incomplete.
    Response = 8,
    /// The program was interrupted.
    Interrupted = 130,
}

impl ExitStatus {
    /// The name in an error that is written as JSON.
    fn name(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Usage => "usage",
            Self::Authentication => "authentication",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Limit => "limit",
            Self::Network => "network",
            Self::Response => "response",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

impl From<&Error> for ExitStatus {
    fn from(error: &Error) -> Self {
        match error.kind() {
            _ if error.is_auth() => Self::Authentication,
            _ if error.is_not_found() => Self::NotFound,
            _ if error.is_conflict() => Self::Conflict,
            _ if error.is_rate_limited() || error.is_timeout() => Self::Limit,
            ErrorKind::Configuration | ErrorKind::Request | ErrorKind::Ambiguous => Self::Usage,
            ErrorKind::Connect | ErrorKind::Connection | ErrorKind::Redirect => Self::Network,
            ErrorKind::Decode
            | ErrorKind::ResponseTooLarge
            | ErrorKind::Incomplete
            | ErrorKind::MissingValue => Self::Response,
            _ => Self::Failure,
        }
    }
}

/// The result of a command.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// The failure of a command.
#[derive(Debug)]
pub(crate) struct Failure {
    status: ExitStatus,
    message: String,
    /// What to do.
    hint: Option<String>,
    /// The token with which an interrupted list continues.
    resume: Option<String>,
    /// The error of the SDK.
    error: Option<Box<Error>>,
    /// Whether the reader of the output is gone: nothing is reported.
    is_closed_output: bool,
}

impl Failure {
    pub(crate) fn new(status: ExitStatus, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            hint: None,
            resume: None,
            error: None,
            is_closed_output: false,
        }
    }

    /// A command line, a file or a configuration that is not valid.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ExitStatus::Usage, message)
    }

    /// The user pressed Ctrl-C.
    pub(crate) fn interrupted() -> Self {
        Self::new(ExitStatus::Interrupted, "interrupted")
    }

    /// Adds what to do.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the token with which the list continues.
    pub(crate) fn with_resume(mut self, token: String) -> Self {
        self.hint = Some(format!(
            "To continue, repeat the command with --resume {token}"
        ));
        self.resume = Some(token);
        self
    }

    /// Adds what was being done, before the message.
    pub(crate) fn context(mut self, context: &str) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }

    pub(crate) fn status(&self) -> ExitStatus {
        self.status
    }

    /// Whether a call failed, and not the program or its files.
    pub(crate) fn is_of_call(&self) -> bool {
        self.error.is_some()
    }

    /// Whether the reader of the output has closed it, as `head` does. That is no failure.
    pub(crate) fn is_closed_output(&self) -> bool {
        self.is_closed_output
    }

    /// The failure as JSON.
    pub(crate) fn to_json(&self) -> Value {
        let mut error = json!({"status": self.status.name(), "message": self.message});
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                error[name] = value;
            }
        };
        set("hint", self.hint.clone().map(Value::from));
        set("resume", self.resume.clone().map(Value::from));
        if let Some(error) = &self.error {
            set("kind", Some(error.kind().to_string().into()));
            set(
                "operation",
                error.operation().map(|operation| operation.id.into()),
            );
            set(
                "httpStatus",
                error.status().map(|status| status.as_u16().into()),
            );
            set("serviceMessage", error.service_message().map(Value::from));
            set("serviceCode", error.service_code().map(Value::from));
            set("requestId", error.request_id().map(Value::from));
            set(
                "retryAfter",
                error.retry_after().map(|delay| delay.as_secs_f64().into()),
            );
        }
        json!({ "error": error })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n{hint}"),
            None => Ok(()),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error: Some(Box::new(error.clone())),
            ..Self::new(ExitStatus::from(&error), error.to_string())
        }
    }
}

/// An error of the output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self {
            is_closed_output: error.kind() == io::ErrorKind::BrokenPipe,
            ..Self::new(
                ExitStatus::Failure,
                format!("the output cannot be written: {error}"),
            )
        }
    }
}
