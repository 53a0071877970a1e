//! `cargo xtask import`: upstream documents in, the specifications of `specs/` out.
//!
//! read → conform to the grammar → repair → check → resolve → merge → name → overlay → rename placeholders → tell integers from
//! real numbers → tell choices apart → find paging → split → write

pub mod check;
pub mod choices;
pub mod grammar;
pub mod integers;
pub mod merge;
pub mod names;
pub mod overlay;
pub mod pagination;
pub mod placeholders;
pub mod read;
pub mod repair;
pub mod report;
pub mod resolve;
pub mod schemas;
pub mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use grammar::Kind;
use integers::Numbers;
use report::{Defect, Failure, Log, Pointer, Repairs};
use resolve::Document;

/// What an import did.
#[derive(Debug)]
pub struct Outcome {
    /// The number of operations by scope.
    pub operations: BTreeMap<String, usize>,
    /// The repairs, by rule.
    pub repairs: Repairs,
    /// The number of overlays applied.
    pub overlays: usize,
    /// The number of paths whose placeholders got other names.
    pub renamed_paths: usize,
    /// How many numbers are integers, and how many are not.
    pub numbers: Numbers,
    /// How many choices allow for more than one of their forms.
    pub open_choices: usize,
    /// The operations of which no overlay says which clouds document them.
    pub without_clouds: BTreeSet<String>,
    /// How the operations with parameters of paging page, or why they do not.
    pub pagination: BTreeMap<String, Result<String, String>>,
    /// The names of the files that an import writes.
    pub files: BTreeSet<String>,
    /// Those of them that were not yet as they should be.
    pub changed: BTreeSet<String>,
}

/// What an import would write.
#[derive(Debug)]
pub struct Preview {
    /// The specifications, by the names of their files.
    pub specs: BTreeMap<String, Value>,
    /// The texts of all files, by their names.
    pub files: BTreeMap<String, String>,
    /// What was done to get there.
    pub outcome: Outcome,
}

/// Imports the documents into the folder `specs`, which stays as it was if anything is wrong.
pub fn run(documents: &[PathBuf], specs: &Path) -> Result<Outcome, Failure> {
    let Preview { files, outcome, .. } = preview(documents, specs)?;
    write::write(specs, &files, &outcome.changed)
        .map_err(|error| format!("{}: cannot be written: {error}", specs.display()))?;
    Ok(outcome)
}

/// Computes what an import of the documents would write into the folder `specs`, and writes nothing.
pub fn preview(documents: &[PathBuf], specs: &Path) -> Result<Preview, Failure> {
    let folder = specs;
    let mut repairs = Repairs::new();
    let documents = read_all(documents, Examples::Dropped, &mut repairs)?;
    let mut merged = merge::merge(&documents, &mut repairs)?;
    let (components, mut names) = schemas::gather(&mut merged, &documents);
    let mut whole = write::assemble(&merged, components);
    names::name_operations(&mut whole);
    names.apply(&mut whole)?;
    let overlays = overlay::apply_all(&folder.join("overlays"), &mut whole, &mut names)?;
    names::verify(&mut whole)?;
    let renamed_paths = placeholders::rename(&mut whole)?;
    let numbers = integers::tell_apart(&mut whole)?;
    let open_choices = choices::tell_apart(&mut whole);
    let without_clouds = without_clouds(&mut whole);
    let pagination = pagination::find(&mut whole);
    let parts = write::split(&whole, &merged, &documents);
    let operations = parts
        .iter()
        .map(|(scope, part)| ((*scope).to_owned(), count(part)))
        .collect();
    let specs: BTreeMap<String, Value> = parts
        .into_iter()
        .map(|(scope, part)| (format!("{scope}.json"), part))
        .collect();
    let mut files: BTreeMap<String, String> = specs
        .iter()
        .map(|(name, part)| (name.clone(), write::canonical(part.clone())))
        .collect();
    files.insert("SOURCES.md".into(), write::sources(&documents, &merged));
    let outcome = Outcome {
        operations,
        repairs,
        overlays,
        renamed_paths,
        numbers,
        open_choices,
        without_clouds,
        pagination,
        files: files.keys().cloned().collect(),
        changed: write::changed(folder, &files),
    };
    Ok(Preview {
        specs,
        files,
        outcome,
    })
}

/// Every rule by name, with what it does.
pub fn rules() -> BTreeMap<&'static str, &'static str> {
    let tables = [grammar::RULES, resolve::RULES, merge::RULES];
    let repair = repair::RULES.iter().map(|rule| (rule.name, rule.what));
    tables
        .into_iter()
        .flatten()
        .copied()
        .chain(repair)
        .collect()
}

/// What becomes of the examples in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Examples {
    /// They go: they are upstream's words.
    Dropped,
    /// They stay where they are.
    Kept,
}

/// Reads, repairs and resolves all documents, or reports every defect of all of them.
pub fn read_all(
    paths: &[PathBuf],
    examples: Examples,
    repairs: &mut Repairs,
) -> Result<Vec<Document>, Failure> {
    let mut failures = Vec::new();
    let mut documents = Vec::new();
    for (index, path) in paths.iter().enumerate() {
        match read::read(path, repairs) {
            Ok(source) => {
                let mut defects = Vec::new();
                documents.extend(prepare(source, index, examples, repairs, &mut defects));
                failures.extend(defects.iter().map(Defect::to_string));
            }
            Err(failure) => failures.push(failure),
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
    index: usize,
    examples: Examples,
    repairs: &mut Repairs,
    defects: &mut Vec<Defect>,
) -> Option<Document> {
    let name = source.name.clone();
    let marks = std::mem::take(&mut source.marks);
    let mut log = Log {
        document: &name,
        marks: &marks,
        keep_examples: examples == Examples::Kept,
        repairs,
        defects,
    };
    grammar::conform(
        &mut source.tree,
        &Kind::Object(&grammar::DOCUMENT),
        &mut Pointer::default(),
        &mut log,
    );
    repair::repair(&mut source.tree, &mut log);
    check::check(&mut source.tree, &mut log);
    log.defects
        .is_empty()
        .then(|| resolve::resolve(source, index, &mut log))
}

/// The operations that lack `x-clouds`, by scope and name.
fn without_clouds(whole: &mut Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    repair::each_operation(whole, |path, _, operation, _| {
        if !operation.contains_key("x-clouds") {
            let scope = path.split('/').nth(1).unwrap_or("");
            let name = operation["operationId"].as_str().unwrap_or("");
            found.insert(format!("{scope}::{name}"));
        }
    });
    found
}

fn count(part: &Value) -> usize {
    part["paths"]
        .as_object()
        .into_iter()
        .flat_map(|paths| paths.values())
        .filter_map(Value::as_object)
        .map(|item| item.len())
        .sum()
}
