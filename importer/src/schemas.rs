//! Brings the schemas of all documents into one namespace per scope, and names them.
//!
//! Each document's schemas are a namespace of their own. In a scope, schemas of one name and content become one. A rule makes a
//! name from upstream's; of different schemas for which it makes the same name, the later ones are qualified by the API that uses
//! them. An overlay can name a schema itself, by the key `x-name`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use crate::document::{Document, KeptName};
use crate::merge::Merged;
use crate::metamodel::{DOCUMENT, Kind, Shape, walk};
use crate::names::{pascal, schema_name};
use crate::operations::API;
use crate::references::{SCHEMAS, reached, redirect};
use crate::report::Pointer;

/// The key by which an overlay names a schema: `x-name: NewName`, without the scope.
pub(crate) const NAME: &str = "x-name";

/// Where the schemas of the merged document come from, by their present key `<scope>.<name>`.
pub(crate) struct Names(BTreeMap<String, Origin>);

/// Where a schema has its name from. Of those that want the same name, the first gets it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Origin {
    /// Whether no other document keeps names of the one that named it: those that do keep them.
    is_unheard: bool,
    /// The place of the document that named it; none if that is gone.
    named_by: Option<usize>,
    /// Its upstream name there.
    name: String,
    /// The place of its own document.
    document: usize,
}

/// Where the names of all schemas come from, by `<place of the document>/<name>`.
fn sources(documents: &[Document]) -> HashMap<String, Origin> {
    let kept_names = documents
        .iter()
        .flat_map(|document| document.kept_names.values());
    let heard: BTreeSet<&String> = kept_names.map(|kept| &kept.title).collect();
    let place = |kept: &KeptName| {
        documents
            .iter()
            .position(|document| document.title == kept.title)
    };
    let mut sources = HashMap::new();
    for (index, document) in documents.iter().enumerate() {
        for name in document.schemas.keys() {
            let kept = document.kept_names.get(name);
            let title = kept.map_or(&document.title, |kept| &kept.title);
            let origin = Origin {
                is_unheard: !heard.contains(title),
                named_by: kept.map_or(Some(index), place),
                name: kept.map_or(name, |kept| &kept.name).clone(),
                document: index,
            };
            sources.insert(format!("{index}/{name}"), origin);
        }
    }
    sources
}

/// Gathers the schemas that the operations reach, scope by scope, and points the references of the operations at them.
pub(crate) fn gather(merged: &mut [Merged], documents: &[Document]) -> (Map<String, Value>, Names) {
    let sources = sources(documents);
    let mut schemas = BTreeMap::new();
    for (index, document) in documents.iter().enumerate() {
        for (name, schema) in &document.schemas {
            schemas.insert(format!("{index}/{name}"), ((index, name.clone()), schema));
        }
    }
    let contents = schemas
        .iter()
        .map(|(key, (_, schema))| (key.as_str(), *schema))
        .collect();
    let classes = classes(&contents, &sources);
    let mut components = Map::new();
    let mut origins = BTreeMap::new();
    let scopes: BTreeSet<String> = merged.iter().map(|known| known.scope.clone()).collect();
    for scope in &scopes {
        let operations = || {
            merged
                .iter()
                .filter(|known| known.scope == *scope)
                .map(|known| &known.operation.object)
        };
        let reached = reached(operations().flat_map(Map::values), |key| {
            contents.get(key).copied()
        });
        let reached: BTreeSet<&(usize, String)> = reached
            .iter()
            .filter_map(|key| schemas.get(key))
            .map(|(origin, _)| origin)
            .collect();
        let mut keys = HashMap::new();
        let mut first: HashMap<usize, String> = HashMap::new();
        for origin in reached {
            let source = format!("{}/{}", origin.0, origin.1);
            let key = first.entry(classes[source.as_str()]).or_insert_with(|| {
                let key = key(scope, origin);
                origins.insert(key.clone(), sources[&source].clone());
                key
            });
            keys.insert(source, format!("{SCHEMAS}{key}"));
        }
        for source in keys.keys() {
            let (origin, schema) = &schemas[source];
            let key = key(scope, origin);
            if origins.contains_key(&key) {
                let mut schema = (*schema).clone();
                redirect(&mut schema, &keys);
                components.insert(key, schema);
            }
        }
        for known in merged.iter_mut().filter(|known| known.scope == *scope) {
            let values = known.operation.object.values_mut();
            values.for_each(|value| redirect(value, &keys));
        }
    }
    (components, Names(origins))
}

/// The key of a schema of a scope: the place of its document, and its name there.
fn key(scope: &str, (place, name): &(usize, String)) -> String {
    format!("{scope}.{place}.{name}")
}

/// Puts schemas of one name and content, references followed, into the same class.
fn classes<'a>(
    schemas: &BTreeMap<&'a str, &Value>,
    origins: &HashMap<String, Origin>,
) -> HashMap<&'a str, usize> {
    let mut classes: HashMap<&str, usize> = HashMap::new();
    let mut count = 0;
    loop {
        let labels: HashMap<String, String> = schemas
            .keys()
            .map(|key| {
                (
                    (*key).to_owned(),
                    classes.get(key).map_or_else(String::new, usize::to_string),
                )
            })
            .collect();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut next = HashMap::new();
        for (key, schema) in schemas {
            let mut content = (*schema).clone();
            redirect(&mut content, &labels);
            let name = origins.get(*key).map_or("", |origin| &origin.name);
            let size = numbers.len();
            next.insert(
                *key,
                *numbers
                    .entry(format!("{} {content}", pascal(name)))
                    .or_insert(size),
            );
        }
        classes = next;
        if numbers.len() == count {
            return classes;
        }
        count = numbers.len();
    }
}

impl Names {
    /// Names every schema of the merged document: as `x-name` says, or else by rule. A schema that is named where it is used becomes a component.
    pub(crate) fn apply(&mut self, whole: &mut Value) -> Result<(), String> {
        extract(whole)?;
        let operations = operations(whole);
        let users = users(whole);
        let schemas = whole
            .pointer("/components/schemas")
            .and_then(Value::as_object);
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for (key, schema) in schemas.into_iter().flatten() {
            let scope = key.split_once('.').map_or("", |(scope, _)| scope);
            let own = schema
                .get(NAME)
                .and_then(Value::as_str)
                .map(|name| format!("{scope}.{name}"));
            let name = match own {
                Some(name) => name,
                None if self.0.contains_key(key) => continue,
                None => key.clone(),
            };
            if !taken.insert(name.to_lowercase()) {
                return Err(format!(
                    "two schemas would be named {name:?}; choose another `{NAME}` for {key:?}"
                ));
            }
            names.insert(key.clone(), name);
        }
        let mut unnamed: Vec<(&String, &Origin)> = self
            .0
            .iter()
            .filter(|(key, _)| !names.contains_key(*key))
            .collect();
        unnamed.sort_by_key(|(key, origin)| (*origin, *key));
        for (key, origin) in unnamed {
            let scope = key.split_once('.').map_or("", |(scope, _)| scope);
            let operations = operations.get(scope).map_or(&[][..], Vec::as_slice);
            let plain = schema_name(&origin.name, operations);
            let qualified = format!(
                "{}{plain}",
                users.get(key).map_or_else(String::new, |api| pascal(api))
            );
            let numbered = (2..).map(|number| format!("{qualified}{number}"));
            let candidates = [plain, qualified.clone()].into_iter().chain(numbered);
            let free = candidates
                .map(|name| format!("{scope}.{name}"))
                .find(|name| taken.insert(name.to_lowercase()));
            names.insert(key.clone(), free.unwrap_or(qualified));
        }
        self.rename(whole, &names);
        Ok(())
    }

    fn rename(&mut self, whole: &mut Value, names: &BTreeMap<String, String>) {
        if let Some(Value::Object(schemas)) = whole.pointer_mut("/components/schemas") {
            let renamed = std::mem::take(schemas)
                .into_iter()
                .map(|(key, schema)| (names.get(&key).cloned().unwrap_or(key), schema));
            *schemas = renamed.collect();
        }
        let origins = std::mem::take(&mut self.0)
            .into_iter()
            .filter_map(|(key, origin)| Some((names.get(&key)?.clone(), origin)));
        self.0 = origins.collect();
        let targets = names
            .iter()
            .map(|(old, new)| (format!("{SCHEMAS}{old}"), format!("{SCHEMAS}{new}")))
            .collect();
        redirect(whole, &targets);
    }
}

/// Makes components of the schemas that overlays name where they are used. Those of one name have to be the same.
fn extract(whole: &mut Value) -> Result<(), String> {
    let mut extracted: BTreeMap<String, Value> = BTreeMap::new();
    let mut failure = Ok(());
    let mut visit = |shape: &Shape, object: &mut Map<String, Value>, at: &Pointer| {
        let tokens: Vec<&str> = at.as_str().split('/').skip(1).collect();
        let is_component = matches!(tokens.as_slice(), ["components", "schemas", _]);
        let name = object.get(NAME).and_then(Value::as_str);
        let Some(name) = name.filter(|_| shape.name == "schema" && !is_component) else {
            return;
        };
        let key = format!("{}.{name}", scope_at(&tokens));
        let mut schema = std::mem::take(object);
        schema.remove(NAME);
        object.insert("$ref".into(), format!("{SCHEMAS}{key}").into());
        let schema = Value::Object(schema);
        let known = extracted
            .entry(key.clone())
            .or_insert_with(|| schema.clone());
        if *known != schema {
            failure = Err(format!(
                "two schemas would be named {key:?}: {known}, and at #{} {schema}",
                at.as_str()
            ));
        }
    };
    walk(
        whole,
        &Kind::Object(&DOCUMENT),
        &mut Pointer::default(),
        &mut visit,
    );
    failure?;
    let components = whole["components"]["schemas"].as_object_mut();
    let Some(components) = components.filter(|_| !extracted.is_empty()) else {
        return Ok(());
    };
    for (key, schema) in extracted {
        let known = components
            .entry(key.clone())
            .or_insert_with(|| schema.clone());
        if *known != schema {
            return Err(format!(
                "two schemas would be named {key:?}: {known}, and {schema}"
            ));
        }
    }
    Ok(())
}

/// The scope of what is at a pointer: that of its path, or of its component.
fn scope_at<'a>(tokens: &[&'a str]) -> &'a str {
    match tokens {
        ["paths", path, ..] => path.split("~1").nth(1).unwrap_or(""),
        [_, _, component, ..] => component.split('.').next().unwrap_or(""),
        _ => "",
    }
}

/// The upstream names of the operations and ours, both in PascalCase, the longest first, by scope.
fn operations(whole: &Value) -> BTreeMap<&str, Vec<(String, String)>> {
    let mut names: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for (path, item) in whole["paths"].as_object().into_iter().flatten() {
        let scope = path.split('/').nth(1).unwrap_or("");
        for operation in item.as_object().into_iter().flat_map(Map::values) {
            let text = |key: &str| pascal(operation[key].as_str().unwrap_or(""));
            let pair = (text("x-upstream-id"), text("operationId"));
            names.entry(scope).or_default().push(pair);
        }
    }
    for names in names.values_mut() {
        names.sort_by(|a, b| (b.0.len(), &a.0).cmp(&(a.0.len(), &b.0)));
    }
    names
}

/// The API of the first operation that reaches a schema, by the schema's key.
fn users(whole: &Value) -> HashMap<String, String> {
    let mut users = HashMap::new();
    let items = whole["paths"].as_object().into_iter().flat_map(Map::values);
    for operation in items.filter_map(Value::as_object).flat_map(Map::values) {
        let schema =
            |target: &str| whole["components"]["schemas"].get(target.strip_prefix(SCHEMAS)?);
        for target in reached([operation], schema) {
            let key = target.strip_prefix(SCHEMAS).unwrap_or(&target).to_owned();
            users
                .entry(key)
                .or_insert_with(|| operation[API].as_str().unwrap_or("").to_owned());
        }
    }
    users
}
