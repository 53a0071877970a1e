//! Splits the merged document by scope, and completes each part.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use cisco_secure_access_codegen::names::{HANDWRITTEN_FEATURES, feature};
use serde_json::{Map, Value, json};

use crate::document::{Document, TOKEN_PATH};
use crate::merge::Merged;
use crate::names::summary;
use crate::operations::{API, DOCUMENTS};
use crate::references::{SCHEMAS, reached, redirect};
use crate::rust_names;
use crate::schemas::NAME;
use crate::status::reason;

const SERVERS: &[(&str, &str)] = &[
    ("https://api.sse.cisco.com", "Global"),
    ("https://api.ciscosecureaccess.cn", "China"),
    ("https://api.secureaccessfed.cisco.com", "Government"),
];

/// The whole API as one document, which the overlays are applied to.
pub(crate) fn assemble(merged: &[Merged], components: Map<String, Value>) -> Value {
    let mut paths = Map::new();
    for known in merged {
        let operation = &known.operation;
        let mut object = operation.object.clone();
        if object["parameters"] == json!([]) {
            object.remove("parameters");
        }
        object.insert(API.into(), known.api.clone().into());
        let documents: Vec<usize> = [known.document]
            .into_iter()
            .chain(known.enriched_by.iter().copied())
            .collect();
        object.insert(DOCUMENTS.into(), documents.into());
        object.insert("x-upstream-id".into(), operation.upstream_id.clone().into());
        let item = paths
            .entry(operation.path.clone())
            .or_insert_with(|| json!({}));
        item[&operation.method] = Value::Object(object);
    }
    json!({"openapi": "3.0.3", "tags": [], "paths": paths, "components": {"schemas": components}})
}

/// One document for each scope that has operations, completed by rule, by name of the scope.
pub(crate) fn split(
    whole: &Value,
    merged: &[Merged],
    documents: &[Document],
) -> BTreeMap<String, Value> {
    let scopes: BTreeSet<&String> = merged.iter().map(|known| &known.scope).collect();
    let scopes = scopes.into_iter().filter_map(|scope| {
        let prefix = format!("/{scope}/");
        let paths: Map<String, Value> = whole["paths"]
            .as_object()?
            .iter()
            .filter(|(path, _)| path.starts_with(&prefix))
            .map(|(path, item)| (path.clone(), item.clone()))
            .collect();
        let version = version(scope, merged, documents);
        (!paths.is_empty()).then(|| (scope.clone(), part(scope, paths, whole, &version)))
    });
    let mut parts: BTreeMap<String, Value> = scopes.collect();
    name_features(&mut parts);
    parts
}

/// Names the Cargo features of APIs whose names would make those of a scope or of something else: an API that is all of a scope has its feature.
fn name_features(parts: &mut BTreeMap<String, Value>) {
    let scopes: BTreeSet<String> = parts.keys().cloned().collect();
    for (scope, part) in parts {
        let is_all = part["tags"].as_array().is_some_and(|tags| tags.len() == 1);
        let Some(paths) = part.get_mut("paths").and_then(Value::as_object_mut) else {
            continue;
        };
        let items = paths.values_mut().filter_map(Value::as_object_mut);
        for operation in items.flat_map(Map::values_mut) {
            let feature = feature(operation["tags"][0].as_str().unwrap_or(""));
            let is_taken = scopes.contains(&feature) && !(feature == *scope && is_all);
            if is_taken || HANDWRITTEN_FEATURES.contains(&feature.as_str()) {
                operation["x-feature"] = format!("{feature}-api").into();
            }
        }
    }
}

/// The version of the document that describes most operations of a scope.
fn version(scope: &str, merged: &[Merged], documents: &[Document]) -> String {
    let described = |index: usize| {
        merged
            .iter()
            .filter(|known| known.scope == scope && known.document == index)
            .count()
    };
    let most = (0..documents.len())
        .max_by_key(|index| (described(*index), Reverse(documents[*index].rank)));
    most.map_or_else(String::new, |index| documents[index].version.clone())
}

/// The specification of a scope.
fn part(scope: &str, mut paths: Map<String, Value>, whole: &Value, version: &str) -> Value {
    let mut apis = BTreeSet::new();
    let mut scopes = BTreeSet::new();
    for operation in paths
        .values_mut()
        .filter_map(Value::as_object_mut)
        .flat_map(Map::values_mut)
    {
        complete(operation, &mut apis);
        scopes.extend(oauth_scopes(operation));
    }
    let prefix = format!("{SCHEMAS}{scope}.");
    let schema = |target: &str| whole["components"]["schemas"].get(target.strip_prefix(SCHEMAS)?);
    let targets: HashMap<String, String> = reached(paths.values(), schema)
        .into_iter()
        .filter_map(|target| {
            Some((
                target.clone(),
                format!("{SCHEMAS}{}", target.strip_prefix(&prefix)?),
            ))
        })
        .collect();
    let schemas = schemas(&targets, schema);
    let mut paths = Value::Object(paths);
    redirect(&mut paths, &targets);
    let mut part = json!({
        "openapi": "3.0.3",
        "info": {
            "title": format!("Cisco Secure Access API: {scope}"),
            "version": version,
            "description": format!(
                "The operations of the Cisco Secure Access REST API under `/{scope}`, normalised from the documents that Cisco publishes."
            ),
            "license": {"name": "MIT OR Apache-2.0", "url": "https://spdx.org/licenses/MIT.html"},
        },
        "servers": servers(&paths),
        "tags": tags(apis, &whole["tags"]),
        "paths": paths,
        "components": {"securitySchemes": security_scheme(scope, &scopes), "schemas": schemas},
    });
    let names = rust_names::entries(&whole[rust_names::TABLE], &mut part);
    if !names.is_empty() {
        part[rust_names::TABLE] = Value::Object(names);
    }
    part
}

/// The schemas at these targets, by the names that the specification has for them.
fn schemas<'a>(
    targets: &HashMap<String, String>,
    schema: impl Fn(&str) -> Option<&'a Value>,
) -> Map<String, Value> {
    let mut schemas = Map::new();
    for (target, name) in targets {
        let Some(mut schema) = schema(target).cloned() else {
            continue;
        };
        if let Some(schema) = schema.as_object_mut() {
            schema.remove(NAME);
        }
        redirect(&mut schema, targets);
        schemas.insert(name.trim_start_matches(SCHEMAS).to_owned(), schema);
    }
    schemas
}

/// The servers of the clouds that document the operations of paths; those of all clouds where no operation says.
fn servers(paths: &Value) -> Vec<Value> {
    let clouds: BTreeSet<&str> = operations(paths)
        .flat_map(|operation| operation["x-clouds"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    let servers = SERVERS.iter().filter(|(_, cloud)| {
        clouds.is_empty() || clouds.contains(cloud.to_ascii_lowercase().as_str())
    });
    servers
        .map(|(url, cloud)| json!({"url": url, "description": format!("{cloud} cloud")}))
        .collect()
}

/// The operations of paths.
fn operations(paths: &Value) -> impl Iterator<Item = &Value> {
    let items = paths.as_object().into_iter().flat_map(Map::values);
    items.filter_map(Value::as_object).flat_map(Map::values)
}

/// Adds to an operation what it lacks: its tag, summary and the descriptions of its responses.
fn complete(operation: &mut Value, apis: &mut BTreeSet<String>) {
    let api = operation
        .as_object_mut()
        .and_then(|operation| operation.remove(API));
    let api = api
        .as_ref()
        .and_then(Value::as_str)
        .unwrap_or("")
        .to_owned();
    operation["tags"] = json!([api]);
    apis.insert(api);
    if operation.get("summary").is_none() {
        operation["summary"] = summary(operation["operationId"].as_str().unwrap_or("")).into();
    }
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        if response.get("description").is_none() {
            response["description"] = reason(status).into();
        }
    }
}

fn oauth_scopes(operation: &Value) -> Vec<String> {
    let requirements = operation["security"].as_array().into_iter().flatten();
    requirements
        .filter_map(|requirement| requirement.get("oauth2").and_then(Value::as_array))
        .flatten()
        .filter_map(|scope| scope.as_str().map(str::to_owned))
        .collect()
}

fn tags(apis: BTreeSet<String>, described: &Value) -> Vec<Value> {
    apis.into_iter()
        .map(|api| {
            let own = described
                .as_array()
                .into_iter()
                .flatten()
                .find(|tag| tag["name"] == api.as_str());
            own.cloned().unwrap_or_else(
                || json!({"name": api, "description": format!("Operations of the {api} API.")}),
            )
        })
        .collect()
}

fn security_scheme(scope: &str, scopes: &BTreeSet<String>) -> Value {
    if scope == "auth" {
        return json!({"basic": {
            "type": "http",
            "scheme": "basic",
            "description": "The API key as user name and its secret as password.",
        }});
    }
    let scopes: Map<String, Value> = scopes
        .iter()
        .map(|scope| {
            let (resource, access) = scope.split_once(':').unwrap_or((scope, "use"));
            let mut access = access.to_owned();
            if let Some(first) = access.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            (scope.clone(), format!("{access} {resource}").into())
        })
        .collect();
    json!({"oauth2": {
        "type": "oauth2",
        "description": "A token from the token operation, made from an API key and its secret.",
        "flows": {"clientCredentials": {"tokenUrl": format!("{}{TOKEN_PATH}", SERVERS[0].0), "scopes": scopes}},
    }})
}
