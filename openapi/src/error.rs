//! The error of this crate: what is wrong with a document, and where.

use std::fmt;

/// What makes a document unusable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Title of the document, or its scope.
    document: String,
    /// The JSON pointer of the location of the error.
    pointer: String,
    /// What is wrong and what is expected.
    message: String,
}

impl Error {
    /// An error at a JSON pointer: what is wrong, and what is expected.
    #[must_use]
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            document: String::new(),
            pointer: pointer.into(),
            message: message.into(),
        }
    }

    /// The same error at this JSON pointer.
    #[must_use]
    pub fn at(mut self, pointer: &str) -> Self {
        pointer.clone_into(&mut self.pointer);
        self
    }

    /// The same error in the document of this name.
    #[must_use]
    pub fn in_document(mut self, document: &str) -> Self {
        document.clone_into(&mut self.document);
        self
    }

    /// The JSON pointer of the location of the error.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}: {}", self.document, self.pointer, self.message)
    }
}

impl std::error::Error for Error {}

/// The result type of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
