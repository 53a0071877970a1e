//! What a command prints, and whether it succeeds.

/// What a command prints on standard output, or, as an error, on standard error.
pub type CommandResult = Result<Printed, String>;

/// The output of a command.
#[derive(Debug)]
pub struct Printed {
    /// The text.
    pub text: String,
    /// Whether the exit code is 0.
    pub is_success: bool,
}

impl<T: Into<String>> From<T> for Printed {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            is_success: true,
        }
    }
}
