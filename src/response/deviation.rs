//! Deviations: differences between a response and its documentation, and their reporting.

use std::collections::HashSet;
use std::fmt::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::operation::Operation;

/// A location at which a response differs from its documentation.
///
/// The typed field is empty, or has the meaning of the value. The value itself is in the `extra` of its object, and is sent again with that
/// object. A deviation never contains the value, which may be a secret.
///
/// ```no_run
/// # #[cfg(feature = "network-tunnel-groups")]
/// # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
/// let page = client.deployments().list_network_tunnel_groups().send().await?;
/// for deviation in page.deviations() {
///     // `$.data[3].hubs: expected a list, found a number`
///     println!("{deviation}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Deviation {
    path: String,
    pattern: String,
    expected: &'static str,
    found: JsonType,
}

impl Deviation {
    pub(crate) fn new(path: &DeviationPath, expected: &'static str, found: JsonType) -> Self {
        Self {
            path: path.to_string(),
            pattern: path.pattern(),
            expected,
            found,
        }
    }

    /// Returns the JSON path of the value in the body: `$.data[3].hubs`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the path without list positions and map keys: `$.data[*].hubs`. It is the same for all rows of a list.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Returns the documented type: `a list`.
    #[must_use]
    pub fn expected(&self) -> &'static str {
        self.expected
    }

    /// Returns the JSON type of the value.
    #[must_use]
    pub fn found(&self) -> JsonType {
        self.found
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            expected,
            found,
            ..
        } = self;
        write!(f, "{path}: expected {expected}, found {found}")
    }
}

/// The type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JsonType {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// A list.
    Array,
    /// An object.
    Object,
}

impl JsonType {
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}

impl fmt::Display for JsonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "a list",
            Self::Object => "an object",
        })
    }
}

/// The path of the value that is being decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeviationPath(Vec<PathSegment>);

#[derive(Clone, Debug)]
enum PathSegment {
    /// A documented property.
    Property(&'static str),
    /// A key of a map, which the service selects.
    Key(String),
    Index(usize),
}

impl DeviationPath {
    pub(crate) fn push_property(&mut self, name: &'static str) {
        self.0.push(PathSegment::Property(name));
    }

    pub(crate) fn push_key(&mut self, key: &str) {
        self.0.push(PathSegment::Key(key.to_owned()));
    }

    pub(crate) fn push_index(&mut self, index: usize) {
        self.0.push(PathSegment::Index(index));
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    pub(crate) fn depth(&self) -> usize {
        self.0.len()
    }

    fn pattern(&self) -> String {
        let mut pattern = String::from("$");
        for segment in &self.0 {
            match segment {
                PathSegment::Property(name) => {
                    pattern.push('.');
                    pattern.push_str(name);
                }
                PathSegment::Key(_) => pattern.push_str(".*"),
                PathSegment::Index(_) => pattern.push_str("[*]"),
            }
        }
        pattern
    }
}

impl fmt::Display for DeviationPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('$')?;
        for segment in &self.0 {
            match segment {
                PathSegment::Property(name) => write!(f, ".{name}")?,
                // As a JSON string, because a key can contain any character.
                PathSegment::Key(key) => write!(f, "[{}]", Value::from(key.as_str()))?,
                PathSegment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The handling of deviations: report each kind once, or reject the response.
#[derive(Debug, Default)]
pub(crate) struct DeviationPolicy {
    /// Deviations are errors.
    strict: bool,
    /// The reported deviations: operation and path pattern.
    reported: Mutex<HashSet<(&'static str, String)>>,
}

/// The maximum number of kinds of deviations that a client remembers. Operations have fewer; the service does not choose the paths.
const MAX_REPORTED: usize = 4096;

impl DeviationPolicy {
    pub(crate) fn new(strict: bool) -> Self {
        Self {
            strict,
            reported: Mutex::default(),
        }
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    /// Reports deviations in one event for each operation and path pattern.
    pub(crate) fn report(&self, operation: &'static Operation, deviations: &[Deviation]) {
        for deviation in deviations {
            if self.is_new(operation.id, deviation) {
                tracing::warn!(
                    target: "cisco_secure_access",
                    operation = operation.id,
                    path = deviation.pattern,
                    expected = deviation.expected,
                    found = %deviation.found,
                    "the response differs from its documentation"
                );
            }
        }
    }

    fn is_new(&self, operation: &'static str, deviation: &Deviation) -> bool {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        reported.len() < MAX_REPORTED && reported.insert((operation, deviation.pattern.clone()))
    }
}
