//! Splits the merged document by scope, completes each part and writes the files.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::base::FOLDER;
use super::merge::{Merged, api_name};
use super::names::summary;
use super::resolve::{Document, TOKEN_PATH};
use super::rust_names;
use super::schemas::{NAME, reached, redirect};

/// The key under which an operation of the merged document carries the name of its API.
pub const API: &str = "x-api";

/// The key under which it carries the places of its documents: of the one that describes it, and of those that add to it.
pub const DOCUMENTS: &str = "x-documents";

const SERVERS: &[(&str, &str)] = &[
    ("https://api.sse.cisco.com", "Global"),
    ("https://api.ciscosecureaccess.cn", "China"),
    ("https://api.secureaccessfed.cisco.com", "Government"),
];

/// The whole API as one document, which the overlays are applied to.
pub fn assemble(merged: &[Merged], components: Map<String, Value>) -> Value {
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
pub fn split(whole: &Value, merged: &[Merged], documents: &[Document]) -> BTreeMap<String, Value> {
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
    scopes.collect()
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
    let prefix = format!("#/components/schemas/{scope}.");
    let schema = |target: &str| {
        whole["components"]["schemas"].get(target.strip_prefix("#/components/schemas/")?)
    };
    let targets: HashMap<String, String> = reached(paths.values(), schema)
        .into_iter()
        .filter_map(|target| {
            Some((
                target.clone(),
                format!("#/components/schemas/{}", target.strip_prefix(&prefix)?),
            ))
        })
        .collect();
    let mut schemas = Map::new();
    for (target, name) in &targets {
        let Some(mut schema) = schema(target).cloned() else {
            continue;
        };
        if let Some(schema) = schema.as_object_mut() {
            schema.remove(NAME);
        }
        redirect(&mut schema, &targets);
        schemas.insert(
            name.trim_start_matches("#/components/schemas/").to_owned(),
            schema,
        );
    }
    let mut paths = Value::Object(paths);
    redirect(&mut paths, &targets);
    let servers = SERVERS
        .iter()
        .filter(|(_, cloud)| scope != "investigate" || *cloud == "Global");
    let servers: Vec<Value> = servers
        .map(|(url, cloud)| json!({"url": url, "description": format!("{cloud} cloud")}))
        .collect();
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
        "servers": servers,
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

/// The phrase that HTTP has for a status.
pub fn reason(status: &str) -> &'static str {
    match status {
        "200" => "OK",
        "201" => "Created",
        "202" => "Accepted",
        "204" => "No Content",
        "207" => "Multi-Status",
        "301" => "Moved Permanently",
        "302" => "Found",
        "307" => "Temporary Redirect",
        "308" => "Permanent Redirect",
        "400" => "Bad Request",
        "401" => "Unauthorized",
        "403" => "Forbidden",
        "404" => "Not Found",
        "405" => "Method Not Allowed",
        "409" => "Conflict",
        "413" => "Content Too Large",
        "415" => "Unsupported Media Type",
        "422" => "Unprocessable Content",
        "429" => "Too Many Requests",
        "500" => "Internal Server Error",
        "501" => "Not Implemented",
        "502" => "Bad Gateway",
        "503" => "Service Unavailable",
        "504" => "Gateway Timeout",
        "default" => "Any other status",
        status if status.starts_with('2') => "Success",
        status if status.starts_with('4') => "Client error",
        status if status.starts_with('5') => "Server error",
        _ => "Other status",
    }
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

/// The canonical text of a document: keys sorted, two spaces of indentation, a newline at the end.
pub fn canonical(mut document: Value) -> String {
    document.sort_all_objects();
    format!("{document:#}\n")
}

/// The page that says where the documents came from.
pub fn sources(documents: &[Document], merged: &[Merged]) -> String {
    let mut page = String::from(
        "# Sources\n\nThe upstream documents that are imported, the one that describes first. Written by `cargo xtask import`.\n\n\
         | API | version | SHA-256 | operations described | operations enriched |\n\
         | --- | --- | --- | ---: | ---: |\n",
    );
    let mut order: Vec<(usize, &Document)> = documents.iter().enumerate().collect();
    order.sort_by_key(|(_, document)| document.rank);
    for (index, document) in order {
        let described = merged
            .iter()
            .filter(|known| known.document == index)
            .count();
        let enriched = merged
            .iter()
            .filter(|known| known.enriched_by.contains(&index))
            .count();
        let Document {
            title,
            version,
            sha256,
            ..
        } = document;
        let api = match api_name(title) {
            api if api.is_empty() => "all APIs".to_owned(),
            api => api,
        };
        let _ = writeln!(
            page,
            "| {api} | {version} | `{sha256}` | {described} | {enriched} |"
        );
    }
    page
}

/// The names of those files of a folder that are not yet as they should be.
pub fn changed(folder: &Path, files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let is_as_it_should_be = |name: &str, text: &String| {
        std::fs::read_to_string(folder.join(name)).is_ok_and(|found| found == *text)
    };
    files
        .iter()
        .filter(|(name, text)| !is_as_it_should_be(name, text))
        .map(|(name, _)| name.clone())
        .collect()
}

/// The names of the documents in a folder and in its base that are not among the files of an import.
pub fn stale(folder: &Path, files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut stale = BTreeSet::new();
    for below in [String::new(), format!("{FOLDER}/")] {
        for entry in std::fs::read_dir(folder.join(&below))
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = format!("{below}{}", entry.file_name().to_string_lossy());
            if name.ends_with(".json") && !files.contains_key(&name) {
                stale.insert(name);
            }
        }
    }
    stale
}

/// Writes those of the files of a folder that are named, each as a whole, and removes the stale ones.
pub fn write(
    folder: &Path,
    files: &BTreeMap<String, String>,
    changed: &BTreeSet<String>,
    stale: &BTreeSet<String>,
) -> std::io::Result<()> {
    std::fs::create_dir_all(folder.join(FOLDER))?;
    let new = |name: &String| folder.join(format!("{name}.new"));
    for (name, text) in files.iter().filter(|(name, _)| changed.contains(*name)) {
        if let Err(error) = std::fs::write(new(name), text) {
            changed
                .iter()
                .for_each(|name| drop(std::fs::remove_file(new(name))));
            return Err(error);
        }
    }
    for name in changed {
        std::fs::rename(new(name), folder.join(name))?;
    }
    stale
        .iter()
        .try_for_each(|name| std::fs::remove_file(folder.join(name)))
}
