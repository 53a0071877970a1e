//! The examples that are wrong in the documents themselves, each with the reason.

use std::path::Path;

use serde_json::Value;

use super::collect::Case;
use cisco_secure_access_importer::parse_any;

/// The list of the exceptions.
#[derive(Debug, Default)]
pub struct Exceptions(Vec<Exception>);

/// An example, or a place in it, that may fail.
#[derive(Debug)]
struct Exception {
    operation: String,
    direction: String,
    /// The JSON path, with `[*]` for every element of a list; `None` for the whole example.
    path: Option<String>,
    /// The titles of the documents that have the example.
    documents: Vec<String>,
    /// Whether one of these documents is given, so that the exception has to occur.
    is_expected: bool,
    occurred: bool,
}

impl Exceptions {
    /// Reads the list in a file; where there is none, there are no exceptions.
    pub fn read(file: &Path) -> Result<Self, String> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        match std::fs::read(file) {
            Ok(bytes) => Self::parse(&name, &bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("{}: cannot be read: {error}", file.display())),
        }
    }

    /// Reads the list in `bytes`.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, String> {
        let (tree, _, _) = parse_any(name, bytes)?;
        let Value::Array(items) = &tree["exceptions"] else {
            return Err(format!("{name}: found no list `exceptions`"));
        };
        let exceptions = items.iter().enumerate().map(|(index, item)| {
            let text = |key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
            let required = |key: &str| {
                text(key).ok_or_else(|| {
                    format!(
                        "{name}: exception {}: found no `{key}`, expected a string",
                        index + 1
                    )
                })
            };
            required("reason")?;
            let documents = item["documents"].as_array().into_iter().flatten();
            let documents: Vec<String> = documents
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            if documents.is_empty() {
                return Err(format!(
                    "{name}: exception {}: found no `documents`, expected a list of titles",
                    index + 1
                ));
            }
            Ok(Exception {
                operation: required("operation")?,
                direction: required("in")?,
                path: text("path"),
                documents,
                is_expected: true,
                occurred: false,
            })
        });
        exceptions.collect::<Result<_, String>>().map(Self)
    }

    /// Expects those alone to occur that are of documents with these titles.
    #[must_use]
    pub fn of_documents(mut self, titles: &[&str]) -> Self {
        for exception in &mut self.0 {
            let mut documents = exception.documents.iter();
            exception.is_expected = documents.any(|title| titles.contains(&title.as_str()));
        }
        self
    }

    /// Whether an exception covers a failure at a path of a case; it has then occurred.
    pub fn cover(&mut self, case: &Case<'_>, path: &str) -> bool {
        let path = any_element(path);
        let mut covered = false;
        for exception in &mut self.0 {
            let same = exception.operation == case.operation.name
                && exception.direction == case.direction.as_str()
                && exception.path.as_ref().is_none_or(|known| *known == path);
            exception.occurred |= same;
            covered |= same;
        }
        covered
    }

    /// The expected exceptions that have not occurred.
    #[must_use]
    pub fn stale(&self) -> Vec<String> {
        self.0
            .iter()
            .filter(|exception| exception.is_expected && !exception.occurred)
            .map(|exception| {
                let Exception {
                    operation,
                    direction,
                    path,
                    ..
                } = exception;
                format!(
                    "{operation} {direction} {}",
                    path.as_deref().unwrap_or("as a whole")
                )
            })
            .collect()
    }
}

/// A path with `[*]` for the number of each element.
fn any_element(path: &str) -> String {
    let mut parts = path.split('[');
    let mut any = parts.next().unwrap_or("").to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                any.push_str("[*]");
                any.push_str(rest);
            }
            _ => {
                any.push('[');
                any.push_str(part);
            }
        }
    }
    any
}
