//! An upstream document that is read: its operations, which refer to nothing but schemas, and these.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::operations::{self, OperationKey};

/// The path of the one operation that takes HTTP Basic credentials.
pub(crate) const TOKEN_PATH: &str = "/auth/v2/token";

/// A document whose operations stand alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its file name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its version, without a leading `v`.
    pub version: String,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// The SHA-256 of what it says, whatever its notation: of its operations and schemas before any of them keeps a name. Empty in a base that
    /// was written before this was kept.
    pub content: String,
    /// Its rank among all documents: of those that have an operation, the one with the lowest describes it.
    pub rank: usize,
    /// What its rank follows from.
    pub precedence: Precedence,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// Its schemas, by their upstream names.
    pub schemas: BTreeMap<String, Value>,
    /// The names that schemas keep from another document, by their own.
    pub kept_names: BTreeMap<String, KeptName>,
}

/// What the rank of a document follows from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precedence {
    /// Its position in the order of the documents.
    pub order: usize,
    /// The version that has this position; a newer one comes before all documents that are in theirs. Empty where the document is new.
    pub settled: String,
}

/// An operation that refers to nothing but schemas.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// The whole path.
    pub path: String,
    /// The method, in lower case.
    pub method: String,
    /// Upstream's id.
    pub upstream_id: String,
    /// Upstream's first tag, or nothing.
    pub upstream_tag: String,
    /// Parameters, request body, responses, security.
    pub object: Map<String, Value>,
    /// The name of its API, where titles and tags give it another one now.
    pub kept_api: Option<String>,
}

impl Operation {
    /// What identifies it.
    pub(crate) fn key(&self) -> OperationKey {
        operations::key(&self.path, &self.method)
    }
}

/// The name of a schema that it has from another document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptName {
    /// The title of the document that named it.
    pub title: String,
    /// The name there.
    pub name: String,
}
