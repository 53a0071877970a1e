//! Documents and directories for the tests.

use std::path::{Path, PathBuf};

use cisco_secure_access_importer::Failure;
use cisco_secure_access_importer::{Outcome, run};
use serde_json::Value;
use tempfile::TempDir;

/// A directory with documents to import, and the specifications that come of them.
pub(crate) struct Bench {
    directory: TempDir,
    documents: Vec<PathBuf>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self {
            directory: TempDir::new().unwrap(),
            documents: Vec::new(),
        }
    }

    /// A directory with one document.
    pub(crate) fn with(text: &str) -> Self {
        Self::new().document("one.yaml", text)
    }

    pub(crate) fn document(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        self.file(name, text).given(name)
    }

    /// A file that is not given to the import.
    pub(crate) fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.directory.path().join(name), text).unwrap();
        self
    }

    pub(crate) fn directory(self, name: &str) -> Self {
        std::fs::create_dir(self.directory.path().join(name)).unwrap();
        self
    }

    /// Gives what has this name to the import.
    pub(crate) fn given(mut self, name: &str) -> Self {
        self.documents.push(self.directory.path().join(name));
        self
    }

    /// Forgets the documents, but not what was imported.
    pub(crate) fn forget(&mut self) {
        self.documents.clear();
    }

    pub(crate) fn overlay(self, name: &str, actions: &str) -> Self {
        let directory = self.specs().join("overlays");
        std::fs::create_dir_all(&directory).unwrap();
        let text =
            format!("overlay: 1.0.0\ninfo: {{title: test, version: 1.0.0}}\nactions:\n{actions}");
        std::fs::write(directory.join(name), text).unwrap();
        self
    }

    /// An overlay that is a copy of a file.
    pub(crate) fn overlay_file(self, name: &str, file: &Path) -> Self {
        let directory = self.specs().join("overlays");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::copy(file, directory.join(name)).unwrap();
        self
    }

    pub(crate) fn specs(&self) -> PathBuf {
        self.directory.path().join("specs")
    }

    pub(crate) fn documents(&self) -> &[PathBuf] {
        &self.documents
    }

    pub(crate) fn run(&self) -> Result<Outcome, Failure> {
        run(&self.documents, &self.specs())
    }

    /// Imports and returns the specification of the scope `policies`.
    pub(crate) fn policies(&self) -> Value {
        self.run().unwrap();
        self.spec("policies")
    }

    pub(crate) fn spec(&self, scope: &str) -> Value {
        let text = std::fs::read_to_string(self.specs().join(format!("{scope}.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Every message of a failed import.
    pub(crate) fn rejection(&self) -> String {
        self.run().expect_err("the import fails").to_string()
    }
}

/// The names and contents of the files of a directory and its directories.
pub(crate) fn contents(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(contents(&path));
        } else {
            files.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    files.sort();
    files
}

/// A document of all APIs, in whose first operation `body` stands and under whose schemas `schemas` stand.
pub(crate) fn document(body: &str, schemas: &str) -> String {
    format!(
        r"openapi: 3.0.1
info: {{title: Cisco Secure Access API, version: 1.2.3}}
servers: [{{url: 'https://api.sse.cisco.com/policies/v2'}}]
paths:
  /things/{{thingId}}:
    get:
      operationId: getThing
      tags: [Things]
      security: [{{flow: []}}]
{}
components:
  securitySchemes:
    flow: {{type: oauth2, flows: {{clientCredentials: {{tokenUrl: /auth/v2/token, scopes: {{}}}}}}}}
  schemas:
    Thing: {{type: object, properties: {{name: {{type: string}}}}}}
    other_thing: {{type: object, properties: {{number: {{type: integer}}}}}}
{}",
        indent(body, 6),
        indent(schemas, 4),
    )
}

/// A document whose response is the schema `Thing`, with the keys of `schema`.
pub(crate) fn of_schema(schema: &str) -> String {
    let schemas = format!("Probe:\n{}", indent(schema, 2));
    document(
        "parameters: [{name: thingId, in: path, required: true, schema: {type: string}}]
responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Probe'}}}}}",
        &schemas,
    )
}

/// A document with the paths `paths`, in YAML.
pub(crate) fn of_paths(title: &str, paths: &str, schemas: &str) -> String {
    format!(
        "openapi: 3.0.1
info: {{title: {title}, version: 1.0.0}}
servers: [{{url: 'https://api.sse.cisco.com/policies/v2'}}]
security: [{{flow: []}}]
paths:
{}
components:
  securitySchemes:
    flow: {{type: oauth2, flows: {{clientCredentials: {{tokenUrl: /auth/v2/token, scopes: {{}}}}}}}}
  schemas:
    Unused: {{type: object}}
{}",
        indent(paths, 2),
        indent(schemas, 4),
    )
}

pub(crate) fn indent(text: &str, by: usize) -> String {
    text.lines()
        .map(|line| format!("{}{line}\n", " ".repeat(by)))
        .collect()
}
