//! A document: its operations, and the JSON that it consists of.

use std::ops::Deref;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::json::{escape, required_object};
use crate::operation::Operation;
use crate::root::Root;

/// The methods that operations have.
const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// The document of one path scope, read and checked. It derefs to its [`Root`], which has its schemas.
#[derive(Clone, Debug)]
pub struct Document {
    scope: String,
    root: Root,
    operations: Vec<Operation>,
}

impl Document {
    /// Reads the document of a path scope, such as `deployments`, from its text.
    ///
    /// # Errors
    /// When it is not JSON, or as for [`new`](Self::new).
    pub fn parse(scope: &str, text: &str) -> Result<Self> {
        let root = serde_json::from_str(text)
            .map_err(|error| Error::new("", format!("not JSON: {error}")).in_document(scope))?;
        Self::new(scope, root)
    }

    /// Reads the document of a path scope.
    ///
    /// # Errors
    /// When the document is not what `cargo xtask import` writes; the error says where, and what is expected.
    pub fn new(scope: &str, root: Value) -> Result<Self> {
        let root = Root::new(root);
        let operations = read_operations(&root).map_err(|error| error.in_document(scope))?;
        Ok(Self {
            scope: scope.to_owned(),
            root,
            operations,
        })
    }

    /// The path scope that it describes.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// The document as JSON.
    #[must_use]
    pub fn root(&self) -> &Value {
        self.root.json()
    }

    /// All operations, in the order of paths and methods in the document.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation of this id.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}

impl Deref for Document {
    type Target = Root;

    fn deref(&self) -> &Root {
        &self.root
    }
}

fn read_operations(root: &Root) -> Result<Vec<Operation>> {
    check_version(root)?;
    let mut operations: Vec<Operation> = Vec::new();
    for (path, item) in required_object(root.json(), "", "paths")? {
        let pointer = format!("/paths/{}", escape(path));
        let item = item
            .as_object()
            .ok_or_else(|| Error::new(&pointer, "expected an object"))?;
        for (method, operation) in item {
            let pointer = format!("{pointer}/{method}");
            if !METHODS.contains(&method.as_str()) {
                return Err(Error::new(
                    pointer,
                    format!("expected one of {}", METHODS.join(", ")),
                ));
            }
            let operation = Operation::read(root, path, method, operation, pointer)?;
            if operations.iter().any(|other| other.id == operation.id) {
                return Err(Error::new(
                    format!("{}/operationId", operation.pointer),
                    format!("the operationId `{}` is used twice", operation.id),
                ));
            }
            operations.push(operation);
        }
    }
    Ok(operations)
}

fn check_version(root: &Root) -> Result<()> {
    let version = root.json().get("openapi").and_then(Value::as_str);
    match version {
        Some(version) if version.starts_with("3.0.") => Ok(()),
        Some(version) => Err(Error::new(
            "/openapi",
            format!(
                "OpenAPI {version} is not supported: expected 3.0.x, as `cargo xtask import` writes it"
            ),
        )),
        None => Err(Error::new(
            "/openapi",
            "not an OpenAPI document: the key `openapi` is missing",
        )),
    }
}
