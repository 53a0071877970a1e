//! The import: upstream documents in, the specifications of `specs/` out.
//!
//! collect → read → bring to OpenAPI 3.0 → conform to the metamodel → fix → check → resolve → take into the base, with the names before
//! → merge → name → overlay → verify extensions → rename placeholders → infer integers → relax oneOf → find paging
//! → split → write

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cisco_secure_access_codegen::scopes;
use serde_json::Value;

use crate::changes::Changes;
use crate::document::{Document, Operation};
use crate::extensions::Mismatch;
use crate::operations::{self, DOCUMENTS, OperationKey, each_operation, name, scoped_name};
use crate::options::Options;
use crate::outcome::{Outcome, Preview};
use crate::overlay::{self, Expectations, OVERLAYS, Origins};
use crate::prepare::{Examples, Hosts, read_all};
use crate::renames::Move;
use crate::report::{Failure, Fixes};
use crate::take_in::{TakenIn, take_in};
use crate::{
    apis, base, choices, downgrade, extensions, fixes, generation, integers, kept_names, merge,
    metamodel, names, pagination, placeholders, remainder, renames, resolve, rust_names, schemas,
    split, write,
};

/// Imports the documents into the directory `specs`, which stays as it was if anything is wrong.
pub fn run(documents: &[PathBuf], specs: &Path) -> Result<Outcome, Failure> {
    Options::default().run(documents, specs)
}

/// Computes what an import of the documents would write into the directory `specs`, and writes nothing.
pub fn preview(documents: &[PathBuf], specs: &Path) -> Result<Preview, Failure> {
    Options::default().preview(documents, specs)
}

/// Computes what the base and the overlays of the directory `specs` make, which is what it should hold.
pub fn rebuild(specs: &Path) -> Result<Preview, Failure> {
    let base = base::read(specs)?;
    compute(
        base,
        specs,
        &Options::default().scopes(specs),
        Expectations::Written,
        Fixes::new(),
    )
}

/// What each overlay of the directory `specs` does to the documents of the base: for tools that apply overlays, too.
pub fn overlay_steps(specs: &Path) -> Result<Vec<overlay::Step>, Failure> {
    let mut documents = base::read(specs)?;
    let scopes = Options::default().scopes(specs);
    let (_, mut whole, mut names) = assemble(&mut documents, &scopes, &mut Fixes::new())?;
    overlay::steps(&specs.join(OVERLAYS), &mut whole, &mut names)
}

impl Options {
    /// [`run`] with these options.
    pub fn run(self, documents: &[PathBuf], specs: &Path) -> Result<Outcome, Failure> {
        let mut preview = self.preview(documents, specs)?;
        if !self.allow_lost_names {
            check_names(&preview.outcome)?;
        }
        // Without documents everything is made of the same base; what the overlays were before is not known.
        let former = (!documents.is_empty())
            .then(|| rebuild(specs).ok())
            .flatten()
            .filter(|former| !former.documents.is_empty());
        let former = former.map(|former| former.outcome.state());
        let state = preview.outcome.state();
        let changes = &mut preview.outcome.changes;
        changes.compare(former.unwrap_or_default(), state);
        let Preview { files, outcome, .. } = preview;
        write::write(specs, &files, &outcome.changed, &outcome.stale)
            .map_err(|error| format!("{}: cannot be written: {error}", specs.display()))?;
        Ok(outcome)
    }

    /// [`preview`] with these options.
    pub fn preview(self, documents: &[PathBuf], specs: &Path) -> Result<Preview, Failure> {
        if self.all && documents.is_empty() {
            let text = "no document is given, and `--all` removes what no document has: name the documents";
            return Err(text.to_owned().into());
        }
        let mut fixes = Fixes::new();
        let hosts = match self.allow_other_hosts {
            true => Hosts::Any,
            false => Hosts::SecureAccess,
        };
        let scopes = self.scopes(specs);
        let given = read_all(
            documents,
            Examples::Dropped,
            hosts,
            scopes.as_ref(),
            &mut fixes,
        )?;
        let before = base::read(specs)?;
        // What upstream has now where it had nothing is for a person to decide on, and no expectation of ours.
        let expectations = match given.is_empty() || before.is_empty() {
            true => Expectations::Written,
            false => Expectations::Compared,
        };
        let mut changes = Changes::of_documents(&before, &given, &fixes);
        let TakenIn {
            mut documents,
            retitled,
            left_out,
        } = take_in(&before, given, self)?;
        let kept_apis = self.keep_names(&before, &mut documents)?;
        let lost = base::lost(&before, &documents);
        if !self.allow_removals {
            check_removals(&before, &lost)?;
        }
        let left_behind = remainder::new(&before, &documents);
        let moves = renames::propose(&before, &documents);
        let mut preview = compute(documents, specs, &scopes, expectations, fixes)?;
        let former = former_names(specs);
        let present = operations::names(preview.specs.values().cloned());
        changes.find_added(&former, &present);
        preview.outcome.changes = changes;
        preview.outcome.lost = lost;
        preview.outcome.lost_names = generation::check(specs, &preview.specs)?;
        preview.outcome.kept_names = [retitled, kept_apis].concat();
        preview.outcome.left_out = left_out;
        preview.outcome.left_behind = left_behind;
        preview.outcome.handed_over = handed_over(&before, &preview.documents);
        preview.outcome.renames = rename_actions(specs, &former, &present, &moves);
        Ok(preview)
    }

    /// Lets schemas and APIs keep the names that they have, or makes all names anew.
    fn keep_names(
        self,
        before: &[Document],
        documents: &mut [Document],
    ) -> Result<Vec<String>, Failure> {
        if self.forget_names {
            apis::forget(documents);
            kept_names::forget(documents);
            return Ok(Vec::new());
        }
        kept_names::keep(before, documents);
        apis::keep(before, documents)
    }

    /// The scopes that paths can have: those that an import took in before; none if any will do.
    fn scopes(self, specs: &Path) -> Option<BTreeSet<String>> {
        let known = known_scopes(specs);
        (!self.new_scope && !known.is_empty()).then_some(known)
    }
}

/// The scopes of the specifications in a directory, none where there is no directory yet.
fn known_scopes(specs: &Path) -> BTreeSet<String> {
    scopes(specs).unwrap_or_default().into_iter().collect()
}

/// The operations that other documents describe than before: both titles, and the operations.
fn handed_over(before: &[Document], after: &[Document]) -> Vec<String> {
    let old = kept_names::describing(before);
    let mut moved: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for (key, (place, index)) in kept_names::describing(after) {
        let Some((old, _)) = old.get(&key) else {
            continue;
        };
        let (was, is) = (before[*old].title.as_str(), after[place].title.as_str());
        let operation = &after[place].operations[index];
        if was != is {
            let name = format!("{} {}", operation.method.to_uppercase(), operation.path);
            moved.entry((was, is)).or_default().push(name);
        }
    }
    let lines = moved.into_iter().map(|((was, is), operations)| {
        format!("{is:?} instead of {was:?}: {}", operations.join(", "))
    });
    lines.collect()
}

/// So many operations can go whatever their share is.
const FEW: usize = 10;

/// Rejects the removal of more than a tenth of the operations.
fn check_removals(before: &[Document], lost: &[String]) -> Result<(), Failure> {
    let operations = before.iter().flat_map(|document| &document.operations);
    let known = operations
        .map(Operation::key)
        .collect::<BTreeSet<_>>()
        .len();
    if lost.len() <= FEW || lost.len() * 10 <= known {
        return Ok(());
    }
    let some = lost[..3].join("; ");
    Err(format!(
        "{} of {known} operations would go, such as {some}: give the documents that describe them, or allow it with `--allow-removals`",
        lost.len()
    )
    .into())
}

/// Rejects the loss of names that handwritten code uses.
fn check_names(outcome: &Outcome) -> Result<(), Failure> {
    if outcome.lost_names.is_empty() {
        return Ok(());
    }
    let lost = outcome.lost_names.iter();
    let lost = lost.map(|name| format!("handwritten code uses {name}, which would be gone"));
    let way_out = "keep these names by an overlay (`x-former-name` on an operation, `x-name` on a schema, `x-rust-names` for properties and values, `x-api` for the feature of an API), or change the code after an import with `--allow-lost-names`";
    let moved = match outcome.renames.as_slice() {
        [] => String::new(),
        actions => format!(
            "\n\nOperations seem to have moved; this in {RENAMES} keeps their names:\n{}",
            actions.join("\n")
        ),
    };
    Err(Failure(lost.chain([format!("{way_out}{moved}")]).collect()))
}

/// The overlay that confirms renames.
pub(crate) const RENAMES: &str = "overlays/21-renames.yaml";

/// The actions that keep the former names of operations that seem to have moved, with the head of the overlay where that does not exist.
fn rename_actions(
    directory: &Path,
    former: &BTreeMap<OperationKey, String>,
    present: &BTreeMap<OperationKey, String>,
    moves: &[Move],
) -> Vec<String> {
    let actions = moves.iter().filter_map(|found| {
        let key = |(method, path): &(String, String)| operations::key(path, method);
        let name = former.get(&key(&found.from))?;
        (present.get(&key(&found.to)) != Some(name)).then(|| found.action(name))
    });
    let mut actions: Vec<String> = actions.collect();
    if !actions.is_empty() && !directory.join(RENAMES).exists() {
        actions.insert(0, renames::HEADER.to_owned());
    }
    actions
}

/// The names that the operations of a directory of specifications have.
fn former_names(specs: &Path) -> BTreeMap<OperationKey, String> {
    let scopes = scopes(specs).unwrap_or_default().into_iter();
    let specs = scopes.filter_map(|scope| {
        let text = std::fs::read(specs.join(format!("{scope}.json"))).ok()?;
        serde_json::from_slice(&text).ok()
    });
    operations::names(specs)
}

/// Merges the documents into one, in which everything has the name that the rules give.
fn assemble(
    documents: &mut [Document],
    scopes: &Option<BTreeSet<String>>,
    fixes: &mut Fixes,
) -> Result<(Vec<merge::Merged>, Value, schemas::Names), Failure> {
    base::qualify(documents);
    let mut merged = merge::merge(documents, scopes.as_ref(), fixes)?;
    let (components, mut names) = schemas::gather(&mut merged, documents);
    let mut whole = split::assemble(&merged, components);
    names::name_operations(&mut whole);
    names.apply(&mut whole)?;
    Ok((merged, whole, names))
}

/// Merges the documents, names and corrects what comes of it, and splits it by scope. What separates the result from the one before is not known
/// here.
fn compute(
    mut documents: Vec<Document>,
    directory: &Path,
    scopes: &Option<BTreeSet<String>>,
    expectations: Expectations,
    mut fixes: Fixes,
) -> Result<Preview, Failure> {
    let mut files = base::files(&documents);
    let (merged, mut whole, mut names) = assemble(&mut documents, scopes, &mut fixes)?;
    let overlays = directory.join(OVERLAYS);
    let mut applied = overlay::apply_all(&overlays, expectations, &mut whole, &mut names)?;
    files.append(&mut applied.texts);
    let mismatches = verify(&mut whole, &applied.origins)?;
    let renamed_paths = placeholders::rename(&mut whole)?;
    let numbers = integers::infer(&mut whole);
    let open_choices = choices::relax_one_of(&mut whole);
    let without_clouds = without_clouds(&mut whole);
    let pagination = pagination::find(&mut whole);
    let origins = origins(&mut whole);
    let parts = split::split(&whole, &merged, &documents);
    let counts = parts
        .iter()
        .map(|(scope, part)| (scope.clone(), count(part)));
    let operations: BTreeMap<String, usize> = counts.collect();
    let specs = parts
        .into_iter()
        .map(|(scope, part)| (format!("{scope}.json"), part));
    let specs: BTreeMap<String, Value> = specs.collect();
    let texts = specs
        .iter()
        .map(|(name, part)| (name.clone(), write::canonical(part.clone())));
    files.extend(texts);
    files.insert("SOURCES.md".into(), write::sources(&documents, &merged));
    let outcome = Outcome {
        new_scopes: new_scopes(directory, &operations),
        operations,
        fixes,
        applied,
        mismatches,
        renamed_paths,
        numbers,
        open_choices,
        without_clouds,
        pagination,
        files: files.keys().cloned().collect(),
        changed: write::changed(directory, &files),
        stale: write::stale(directory, &files),
        ..Outcome::default()
    };
    Ok(Preview {
        specs,
        documents,
        origins,
        files,
        outcome,
    })
}

/// Verifies what overlays have set: names, and extensions, of which those that do not fit go, each with its place in the overlays.
fn verify(whole: &mut Value, origins: &Origins) -> Result<Vec<Mismatch>, Failure> {
    names::verify(whole)?;
    let mut mismatches = extensions::verify(whole);
    mismatches.extend(rust_names::verify(whole));
    for mismatch in &mut mismatches {
        let pointer = format!("{}/{}", mismatch.pointer, mismatch.key);
        mismatch.place = origins.of(&pointer).map(str::to_owned);
    }
    Ok(mismatches)
}

/// The scopes of specifications that a directory does not have; none where it has no specification yet.
fn new_scopes(directory: &Path, operations: &BTreeMap<String, usize>) -> BTreeSet<String> {
    let known = known_scopes(directory);
    let new = operations.keys().filter(|scope| !known.contains(*scope));
    new.filter(|_| !known.is_empty()).cloned().collect()
}

/// Takes the places of their documents from the operations, by scope and name.
fn origins(whole: &mut Value) -> BTreeMap<String, Vec<usize>> {
    let mut origins = BTreeMap::new();
    each_operation(whole, |path, _, operation, _| {
        let places = operation.remove(DOCUMENTS);
        let places = places
            .as_ref()
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let places = places.filter_map(|place| usize::try_from(place.as_u64()?).ok());
        origins.insert(scoped_name(path, name(operation)), places.collect());
    });
    origins
}

/// Every rule by name, with what it does.
pub fn rules() -> BTreeMap<&'static str, &'static str> {
    let tables = [
        downgrade::RULES,
        metamodel::RULES,
        resolve::RULES,
        merge::RULES,
    ];
    let fix = fixes::RULES.iter().map(|rule| (rule.name, rule.what));
    tables.into_iter().flatten().copied().chain(fix).collect()
}

/// The operations that lack `x-clouds`, by scope and name.
fn without_clouds(whole: &mut Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    each_operation(whole, |path, _, operation, _| {
        if !operation.contains_key("x-clouds") {
            found.insert(scoped_name(path, name(operation)));
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
