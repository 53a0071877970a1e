//! Makes the operations of a document stand alone: whole paths, everything but schemas in place, one security notation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::{Document, Operation, Precedence, TOKEN_PATH};
use crate::merge::scope_of;
use crate::operations::each_operation;
use crate::read::Source;
use crate::references::{self, SCHEMAS};
use crate::report::{Diagnostics, Pointer};
use crate::yaml::MAX_NODES;

/// The rules that [`resolve`] applies, with what each does.
pub(crate) const RULES: &[(&str, &str)] = &[
    (
        "path-slashes",
        "a doubled or missing slash in a path is put right",
    ),
    (
        "token-security",
        "the token operation alone takes HTTP Basic credentials, and nothing else",
    ),
    (
        "missing-security",
        "an operation that does not say how it is secured takes a token",
    ),
];

/// Resolves a document that is checked; its rank is the lowest. Its scopes have to be among `scopes`, if there are any.
pub(crate) fn resolve(
    mut source: Source,
    scopes: Option<&BTreeSet<String>>,
    diagnostics: &mut Diagnostics<'_>,
) -> Document {
    let root = source.tree.clone();
    let mut inliner = Inliner {
        root: &root,
        budget: MAX_NODES,
    };
    let mut operations = Vec::new();
    each_operation(&mut source.tree, |path, method, operation, at| {
        let path = whole_path(&root, operation, path, at, diagnostics);
        if let Err(expected) = scope_of(&path, scopes) {
            let scope = path.split('/').nth(1).unwrap_or("");
            diagnostics.error(at, format!("a path under \"/{scope}\""), expected);
        }
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("").to_owned();
        let tag = operation.get("tags").and_then(|tags| tags.get(0));
        operations.push(Operation {
            upstream_id: text(operation.get("operationId")),
            upstream_tag: text(tag),
            object: object(&mut inliner, operation, &path, at, diagnostics),
            path,
            method: method.to_owned(),
            kept_api: None,
        });
    });
    let text = |pointer: &str| {
        let text = root.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or("").to_owned()
    };
    let version = text("/info/version");
    Document {
        title: text("/info/title"),
        version: version.strip_prefix('v').unwrap_or(&version).to_owned(),
        name: source.name,
        sha256: source.sha256,
        content: String::new(),
        rank: 0,
        precedence: Precedence::default(),
        operations,
        schemas: schemas(&mut inliner, diagnostics),
        kept_names: BTreeMap::new(),
    }
}

/// What is expected where references do not end.
const FINITE: &str = "a finite document";

/// Parameters, body, responses and security of an operation.
fn object(
    inliner: &mut Inliner<'_>,
    operation: &Map<String, Value>,
    path: &str,
    at: &Pointer,
    diagnostics: &mut Diagnostics<'_>,
) -> Map<String, Value> {
    let mut object = Map::new();
    let none = json!([]);
    let own = operation.get("parameters").unwrap_or(&none);
    let shared = &item_of(inliner.root, at)["parameters"];
    let own = inliner.inline(own, 0);
    match own.and_then(|own| Ok((own, inliner.inline(shared, 0)?))) {
        Ok((own, shared)) => {
            object.insert("parameters".into(), Value::Array(with_shared(own, shared)));
        }
        Err(found) => diagnostics.error(at, found, FINITE),
    }
    for key in ["requestBody", "responses", "deprecated"] {
        match operation.get(key).map(|value| inliner.inline(value, 0)) {
            Some(Ok(value)) => {
                object.insert(key.into(), value);
            }
            Some(Err(found)) => diagnostics.error(at, found, FINITE),
            None => {}
        }
    }
    let security = security(inliner.root, operation, path, at, diagnostics);
    object.insert("security".into(), security);
    object
}

/// The path item around the operation at a pointer.
fn item_of<'a>(root: &'a Value, at: &Pointer) -> &'a Value {
    let parent = at
        .as_str()
        .rsplit_once('/')
        .map_or("", |(parent, _)| parent);
    root.pointer(parent).unwrap_or(&Value::Null)
}

/// The schemas of a document, by name.
fn schemas(
    inliner: &mut Inliner<'_>,
    diagnostics: &mut Diagnostics<'_>,
) -> BTreeMap<String, Value> {
    let root = inliner.root;
    let mut schemas = BTreeMap::new();
    let all = root["components"]["schemas"].as_object();
    for (name, schema) in all.into_iter().flatten() {
        match inliner.inline(schema, 0) {
            Ok(schema) => {
                schemas.insert(name.clone(), schema);
            }
            Err(found) => {
                let mut at = Pointer::at("/components/schemas");
                at.enter(name);
                diagnostics.error(&at, found, FINITE);
            }
        }
    }
    schemas
}

/// Puts the targets of references in their place.
struct Inliner<'a> {
    root: &'a Value,
    /// How many more nodes the document may grow by.
    budget: usize,
}

impl Inliner<'_> {
    /// Copies `value`, with all references but those to schemas replaced by their targets.
    fn inline(&mut self, value: &Value, depth: usize) -> Result<Value, String> {
        self.budget = self
            .budget
            .checked_sub(1)
            .ok_or("references that multiply without end")?;
        match value {
            Value::Object(map) => {
                if let Some(Value::String(target)) = map.get("$ref") {
                    return self.reference(target, depth);
                }
                let mut copy = Map::new();
                for (key, item) in map {
                    copy.insert(key.clone(), self.inline(item, depth)?);
                }
                for target in references::mapping(&mut copy) {
                    let name = target.strip_prefix(SCHEMAS).unwrap_or(target);
                    *target = format!("{SCHEMAS}{name}");
                }
                Ok(Value::Object(copy))
            }
            Value::Array(items) => items.iter().map(|item| self.inline(item, depth)).collect(),
            value => Ok(value.clone()),
        }
    }

    fn reference(&mut self, target: &str, depth: usize) -> Result<Value, String> {
        if depth > 20 {
            return Err(format!(
                "the reference {target:?}, which leads back to itself"
            ));
        }
        let pointer = target.trim_start_matches('#');
        let Some(value) = self.root.pointer(pointer) else {
            return Err(format!("the reference {target:?}, which has no target"));
        };
        let name = target
            .strip_prefix(SCHEMAS)
            .filter(|name| !name.contains('/'));
        match (name, value.get("$ref").and_then(Value::as_str)) {
            // A schema that is nothing but a reference stands for its target.
            (Some(_), Some(target)) => self.reference(target, depth + 1),
            (Some(name), None) => {
                let name = name.replace("~1", "/").replace("~0", "~");
                Ok(json!({"$ref": format!("{SCHEMAS}{name}")}))
            }
            (None, _) => self.inline(value, depth + 1),
        }
    }
}

/// The parameters of an operation, followed by those of its path that it does not declare itself.
fn with_shared(own: Value, shared: Value) -> Vec<Value> {
    let Value::Array(mut own) = own else {
        return Vec::new();
    };
    if let Value::Array(shared) = shared {
        for parameter in shared {
            if !own
                .iter()
                .any(|other| other["name"] == parameter["name"] && other["in"] == parameter["in"])
            {
                own.push(parameter);
            }
        }
    }
    own
}

/// The path of an operation under the base path of its server.
fn whole_path(
    root: &Value,
    operation: &Map<String, Value>,
    path: &str,
    at: &Pointer,
    diagnostics: &mut Diagnostics<'_>,
) -> String {
    let base = base_path(root, operation, at, diagnostics);
    let base = base.trim_matches('/');
    let slash = if path.starts_with('/') { "" } else { "/" };
    let joined = format!("/{base}{slash}{path}");
    let mut whole = joined.clone();
    while whole.contains("//") {
        whole = whole.replace("//", "/");
    }
    if !path.starts_with('/') || (whole != joined && !base.is_empty()) || path.contains("//") {
        diagnostics.fix("path-slashes", at, format!("{path:?} becomes {whole:?}"));
    }
    if whole.contains(['?', '#']) {
        diagnostics.error(
            at,
            format!("the path {whole:?}"),
            "a path without query and fragment",
        );
    }
    whole
}

/// The path of the server of an operation: its own, that of its path item, or that of the document.
fn base_path(
    root: &Value,
    operation: &Map<String, Value>,
    at: &Pointer,
    diagnostics: &mut Diagnostics<'_>,
) -> String {
    let servers = [
        operation.get("servers"),
        item_of(root, at).get("servers"),
        root.get("servers"),
    ];
    let mut servers = servers.into_iter().flatten();
    let server = servers.find_map(|servers| servers.get(0));
    let url = server.and_then(|server| server["url"].as_str());
    let mut base = url.unwrap_or("").to_owned();
    let variables = server.and_then(|server| server["variables"].as_object());
    for (name, variable) in variables.into_iter().flatten() {
        let default = variable["default"].as_str().unwrap_or("");
        base = base.replace(&format!("{{{name}}}"), default);
    }
    if base.contains('{') {
        diagnostics.error(
            at,
            format!("the server {base:?}"),
            "a default for each of its variables",
        );
    }
    match base.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path).to_owned(),
        None => base,
    }
}

/// The security of an operation, with our names of the schemes.
fn security(
    root: &Value,
    operation: &Map<String, Value>,
    path: &str,
    at: &Pointer,
    diagnostics: &mut Diagnostics<'_>,
) -> Value {
    let Some(given) = operation
        .get("security")
        .or_else(|| root.get("security"))
        .and_then(Value::as_array)
    else {
        diagnostics.fix("missing-security", at, "OAuth 2.0 without a scope");
        return json!([{"oauth2": []}]);
    };
    let named: Vec<Value> = given
        .iter()
        .map(|requirement| named(root, requirement))
        .collect();
    let token = path == TOKEN_PATH;
    let right: Vec<Value> = named
        .iter()
        .filter(|requirement| requirement.get("basic").is_some() == token)
        .cloned()
        .collect();
    if right != named {
        diagnostics.fix(
            "token-security",
            at,
            format!("{} becomes {}", json!(named), json!(right)),
        );
    }
    match (right.is_empty(), token) {
        (true, true) => json!([{"basic": []}]),
        (true, false) => json!([{"oauth2": []}]),
        (false, _) => right.into(),
    }
}

/// A security requirement with our names of the schemes.
fn named(root: &Value, requirement: &Value) -> Value {
    let schemes = requirement.as_object().into_iter().flatten();
    schemes
        .map(|(name, scopes)| {
            let scheme = &root["components"]["securitySchemes"][name];
            let basic = scheme["type"] == "http" && scheme["scheme"] == "basic";
            (
                if basic { "basic" } else { "oauth2" }.to_owned(),
                scopes.clone(),
            )
        })
        .collect()
}
