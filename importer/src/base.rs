//! The base: what the imported documents say, fixed and resolved, but neither named nor corrected, and without their words.
//!
//! `specs/base/` has a file for each document, so that its diff shows what upstream changed, and `index.json`, which lists them. Two
//! orders matter. The place of a document in the list stays, because names of schemas depend on it. Its rank, in the module `precedence`, says
//! which document describes an operation that several have.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::document::{Document, KeptName, Operation, Precedence, TOKEN_PATH};
use crate::merge::api_name;
use crate::names::snake;
use crate::operations::each_operation;
use crate::precedence;
use crate::read::sha256;
use crate::references::{SCHEMAS, reached, redirect};
use crate::report::Failure;
use crate::write::{BASE, canonical};

const INDEX: &str = "index.json";
const SHA256: &str = "x-sha256";
const CONTENT: &str = "x-content-sha256";

/// The key of a name that a schema keeps from another document.
const KEPT_NAME: &str = "x-kept-name";

/// The key of the API that an operation keeps.
const KEPT_API: &str = "x-kept-api";

/// The key of the version that has the rank of a document, where the document has another one now.
const SETTLED: &str = "settled";

/// The documents of the base, none if there is no base yet.
pub(crate) fn read(specs: &Path) -> Result<Vec<Document>, Failure> {
    let directory = specs.join(BASE);
    if !directory.join(INDEX).exists() {
        return Ok(Vec::new());
    }
    let json = |file: &str| -> Result<Value, String> {
        let path = directory.join(file);
        let way_out = "restore it from the repository, or import everything with `--all`";
        let bytes = std::fs::read(&path)
            .map_err(|error| format!("{}: {error}; {way_out}", path.display()))?;
        serde_json::from_slice(&bytes)
            .map_err(|error| format!("{}: {error}; {way_out}", path.display()))
    };
    let mut documents = Vec::new();
    for entry in json(INDEX)?.as_array().into_iter().flatten() {
        let file = entry["file"].as_str().unwrap_or("");
        documents.push(document(entry, json(file)?));
    }
    precedence::rank(&mut documents);
    Ok(documents)
}

/// A document of the base, by its entry in the index.
fn document(entry: &Value, mut tree: Value) -> Document {
    let text = |tree: &Value, key: &str| tree["info"][key].as_str().unwrap_or("").to_owned();
    let mut operations = Vec::new();
    each_operation(&mut tree, |path, method, operation, _| {
        let mut object = std::mem::take(operation);
        let id = object.remove("operationId");
        let kept_api = object.remove(KEPT_API);
        let tags = object.remove("tags");
        let tag = tags.as_ref().and_then(|tags| tags.get(0));
        operations.push(Operation {
            path: path.to_owned(),
            method: method.to_owned(),
            upstream_id: id.as_ref().and_then(Value::as_str).unwrap_or("").to_owned(),
            upstream_tag: tag.and_then(Value::as_str).unwrap_or("").to_owned(),
            object,
            kept_api: kept_api.and_then(|api| Some(api.as_str()?.to_owned())),
        });
    });
    let schemas = tree["components"]["schemas"].as_object_mut();
    let schemas = schemas.map(std::mem::take).into_iter().flatten();
    let mut schemas: BTreeMap<String, Value> = schemas.collect();
    let mut kept_names = BTreeMap::new();
    for (name, schema) in &mut schemas {
        if let Some(kept) = schema
            .as_object_mut()
            .and_then(|schema| schema.remove(KEPT_NAME))
        {
            let text = |key: &str| kept[key].as_str().unwrap_or("").to_owned();
            let (title, kept) = (text("title"), text("name"));
            kept_names.insert(name.clone(), KeptName { title, name: kept });
        }
    }
    let version = text(&tree, "version");
    let settled = entry[SETTLED].as_str().unwrap_or(&version).to_owned();
    let order = entry["rank"].as_u64().and_then(|rank| rank.try_into().ok());
    Document {
        name: format!("{BASE}/{}", entry["file"].as_str().unwrap_or("")),
        title: text(&tree, "title"),
        sha256: text(&tree, SHA256),
        content: text(&tree, CONTENT),
        rank: 0,
        precedence: Precedence {
            order: order.unwrap_or(usize::MAX),
            settled,
        },
        version,
        operations,
        schemas,
        kept_names,
    }
}

/// The SHA-256 of what a document says.
pub(crate) fn content(document: &Document) -> String {
    let mut tree = tree(document);
    if let Some(tree) = tree.as_object_mut() {
        tree.remove("info");
    }
    sha256(canonical(tree).as_bytes())
}

/// The files of the base, by their names in the directory of the specifications.
pub(crate) fn files(documents: &[Document]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut index = Vec::new();
    for document in documents {
        let api = match api_name(&document.title) {
            api if api.is_empty() => "all APIs".to_owned(),
            api => api,
        };
        let slug = match snake(&api).replace('_', "-") {
            slug if slug.is_empty() => "api".to_owned(),
            slug => slug,
        };
        let numbered = (2..).map(|number| format!("{slug}-{number}"));
        let mut free = [slug.clone()]
            .into_iter()
            .chain(numbered)
            .map(|name| format!("{name}.json"))
            .filter(|file| file != INDEX && !files.contains_key(&format!("{BASE}/{file}")));
        let file = free.next().unwrap_or_default();
        files.insert(format!("{BASE}/{file}"), canonical(tree(document)));
        let Precedence { order, settled } = &document.precedence;
        let mut entry = json!({"file": file, "rank": order});
        if *settled != document.version {
            entry[SETTLED] = settled.as_str().into();
        }
        index.push(entry);
    }
    files.insert(format!("{BASE}/{INDEX}"), canonical(index.into()));
    files
}

fn tree(document: &Document) -> Value {
    let mut paths = Map::new();
    for operation in &document.operations {
        let mut object = operation.object.clone();
        object.insert("operationId".into(), operation.upstream_id.clone().into());
        if let Some(api) = &operation.kept_api {
            object.insert(KEPT_API.into(), api.as_str().into());
        }
        if !operation.upstream_tag.is_empty() {
            object.insert("tags".into(), json!([operation.upstream_tag]));
        }
        let item = paths
            .entry(operation.path.clone())
            .or_insert_with(|| json!({}));
        item[&operation.method] = Value::Object(object);
    }
    let schema = |target: &str| document.schemas.get(target.strip_prefix(SCHEMAS)?);
    let schemas: Map<String, Value> = reached(paths.values(), schema)
        .iter()
        .filter_map(|target| {
            let name = target.strip_prefix(SCHEMAS)?;
            let mut schema = document.schemas.get(name)?.clone();
            if let (Some(KeptName { title, name }), Some(schema)) =
                (document.kept_names.get(name), schema.as_object_mut())
            {
                schema.insert(KEPT_NAME.into(), json!({"title": title, "name": name}));
            }
            Some((name.to_owned(), schema))
        })
        .collect();
    json!({
        "openapi": "3.0.3",
        "info": {"title": document.title, "version": document.version, SHA256: document.sha256, CONTENT: document.content},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": security_schemes()},
    })
}

/// The ways in which operations are secured, so that each file is a whole document, which can be imported itself.
fn security_schemes() -> Value {
    let flow = json!({"tokenUrl": TOKEN_PATH, "scopes": {}});
    json!({
        "basic": {"type": "http", "scheme": "basic"},
        "oauth2": {"type": "oauth2", "flows": {"clientCredentials": flow}},
    })
}

/// Makes references to schemas name the document that they are in: `<place of the document>/<name>`.
pub(crate) fn qualify(documents: &mut [Document]) {
    for (place, document) in documents.iter_mut().enumerate() {
        let targets: HashMap<String, String> = document
            .schemas
            .keys()
            .map(|name| (format!("{SCHEMAS}{name}"), format!("{place}/{name}")))
            .collect();
        let objects = document
            .operations
            .iter_mut()
            .flat_map(|operation| operation.object.values_mut());
        objects
            .chain(document.schemas.values_mut())
            .for_each(|value| redirect(value, &targets));
    }
}

/// The operations of `before` that no document of `after` has: method, path, and the document that described them.
pub(crate) fn lost(before: &[Document], after: &[Document]) -> Vec<String> {
    let kept: BTreeSet<_> = after
        .iter()
        .flat_map(|document| &document.operations)
        .map(Operation::key)
        .collect();
    let mut order: Vec<&Document> = before.iter().collect();
    order.sort_by_key(|document| document.rank);
    let mut lost = BTreeMap::new();
    for document in order {
        for operation in document
            .operations
            .iter()
            .filter(|operation| !kept.contains(&operation.key()))
        {
            let name = format!("{} {}", operation.method.to_uppercase(), operation.path);
            lost.entry(operation.key())
                .or_insert_with(|| format!("{name}, of {:?}", document.title));
        }
    }
    lost.into_values().collect()
}
