//! From files to documents: read, brought to OpenAPI 3.0, validated, fixed, checked and resolved, each by itself.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::document::Document;
use crate::metamodel::{self, Kind};
use crate::report::{self, Diagnostics, DocumentError, Failure, Fixes, Pointer};
use crate::{check, downgrade, fixes, hosts, inputs, read, resolve};

/// What becomes of the examples in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Examples {
    /// They go: they are upstream's words.
    Dropped,
    /// They stay where they are.
    Kept,
}

/// Which documents are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Those that name a host of Cisco Secure Access, or none.
    SecureAccess,
    /// All of them.
    Any,
}

/// Reads, fixes and resolves all documents, or reports every error of all of them. Their scopes have to be among `scopes`, if there are
/// any.
pub fn read_all(
    paths: &[PathBuf],
    examples: Examples,
    hosts: Hosts,
    scopes: Option<&BTreeSet<String>>,
    fixes: &mut Fixes,
) -> Result<Vec<Document>, Failure> {
    let mut failures = Vec::new();
    let mut documents = Vec::new();
    for path in paths {
        let inputs = match inputs::collect(path) {
            Ok(inputs) => inputs,
            Err(failure) => {
                failures.push(failure);
                continue;
            }
        };
        for input in inputs {
            match read::read(&input, fixes) {
                Ok(sources) => {
                    for source in sources {
                        let mut errors = Vec::new();
                        documents.extend(prepare(
                            source,
                            examples,
                            hosts,
                            scopes,
                            fixes,
                            &mut errors,
                        ));
                        failures.extend(report::messages(&errors));
                    }
                }
                Err(failure) => failures.push(failure),
            }
        }
    }
    if failures.is_empty() {
        Ok(documents)
    } else {
        Err(Failure(failures))
    }
}

fn prepare(
    mut source: read::Source,
    examples: Examples,
    hosts: Hosts,
    scopes: Option<&BTreeSet<String>>,
    fixes: &mut Fixes,
    errors: &mut Vec<DocumentError>,
) -> Option<Document> {
    let name = source.name.clone();
    let marks = std::mem::take(&mut source.marks);
    let mut diagnostics = Diagnostics {
        document: &name,
        marks: &marks,
        keep_examples: examples == Examples::Kept,
        fixes,
        errors,
    };
    if read::is_3_1(&source.version()) {
        downgrade::to_3_0(&mut source.tree, &mut diagnostics);
    }
    check::require_bundled(&source.tree, &mut diagnostics);
    metamodel::validate(
        &mut source.tree,
        &Kind::Object(&metamodel::DOCUMENT),
        &mut Pointer::default(),
        &mut diagnostics,
    );
    fixes::fix(&mut source.tree, &mut diagnostics);
    check::check(&mut source.tree, &mut diagnostics);
    if hosts == Hosts::SecureAccess {
        hosts::check(&source.tree, &mut diagnostics);
    }
    diagnostics
        .errors
        .is_empty()
        .then(|| resolve::resolve(source, scopes, &mut diagnostics))
}
