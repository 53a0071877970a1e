//! Brings the schemas of all documents into one namespace per scope.
//!
//! Each document's schemas are a namespace of their own. In a scope, schemas of one name and content become one; of those with
//! one name and different contents, the later ones are qualified by the name of the API that uses them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::merge::Merged;
use super::names::pascal;
use super::resolve::Document;

/// The components of the merged document, as `<scope>.<name>`.
pub type Components = Map<String, Value>;

/// Names the schemas that the operations reach, scope by scope, and points the references of the operations at them.
pub fn name_schemas(merged: &mut [Merged], documents: &[Document]) -> Components {
    let schemas: BTreeMap<String, &Value> = documents
        .iter()
        .enumerate()
        .flat_map(|(index, document)| {
            document
                .schemas
                .iter()
                .map(move |(name, schema)| (format!("{index}/{name}"), schema))
        })
        .collect();
    let classes = classes(&schemas);
    let mut components = Components::new();
    let scopes: BTreeSet<&str> = merged.iter().map(|known| known.scope).collect();
    for scope in scopes {
        let mut users: BTreeMap<(usize, String), String> = BTreeMap::new();
        for known in merged.iter().filter(|known| known.scope == scope) {
            for key in reachable(known, &schemas) {
                users.entry(key).or_insert_with(|| known.api.clone());
            }
        }
        let names = names(&users, &classes, scope);
        for (index, name) in users.keys() {
            let key = format!("{index}/{name}");
            let mut schema = (*schemas[&key]).clone();
            rename(&mut schema, &names);
            components.insert(names[&key].clone(), schema);
        }
        for known in merged.iter_mut().filter(|known| known.scope == scope) {
            known
                .operation
                .object
                .values_mut()
                .for_each(|value| rename(value, &names));
        }
    }
    components
}

/// The keys of the schemas that an operation reaches, as document and name.
fn reachable(known: &Merged, schemas: &BTreeMap<String, &Value>) -> Vec<(usize, String)> {
    let mut open = Vec::new();
    known
        .operation
        .object
        .values()
        .for_each(|value| collect_references(value, &mut open));
    let mut seen = BTreeSet::new();
    while let Some(key) = open.pop() {
        if seen.insert(key.clone())
            && let Some(schema) = schemas.get(&key)
        {
            collect_references(schema, &mut open);
        }
    }
    seen.into_iter()
        .filter_map(|key| {
            key.split_once('/')
                .and_then(|(index, name)| Some((index.parse().ok()?, name.to_owned())))
        })
        .collect()
}

/// Puts schemas of one name and content, references followed, into the same class.
fn classes(schemas: &BTreeMap<String, &Value>) -> HashMap<String, usize> {
    let name = |key: &str| key.split_once('/').map_or("", |(_, name)| name).to_owned();
    let mut classes: HashMap<String, usize> = HashMap::new();
    let mut count = 0;
    loop {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut next = HashMap::new();
        let labels: HashMap<String, String> = schemas
            .keys()
            .map(|key| {
                (
                    key.clone(),
                    classes
                        .get(key)
                        .map_or_else(String::new, |class| format!("{class}")),
                )
            })
            .collect();
        for (key, schema) in schemas {
            let mut content = (*schema).clone();
            rename(&mut content, &labels);
            let size = numbers.len();
            let class = *numbers
                .entry(format!("{} {content}", pascal(&name(key))))
                .or_insert(size);
            next.insert(key.clone(), class);
        }
        classes = next;
        if numbers.len() == count {
            return classes;
        }
        count = numbers.len();
    }
}

/// Gives each schema of a scope its name, one to each class.
fn names(
    users: &BTreeMap<(usize, String), String>,
    classes: &HashMap<String, usize>,
    scope: &str,
) -> HashMap<String, String> {
    let mut by_class: HashMap<usize, String> = HashMap::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = HashMap::new();
    for ((index, upstream), api) in users {
        let key = format!("{index}/{upstream}");
        let name = by_class.entry(classes[&key]).or_insert_with(|| {
            let plain = pascal(upstream);
            let qualified = format!("{}{plain}", pascal(api));
            let numbered = (2..).map(|number| format!("{qualified}{number}"));
            let free = [plain, qualified.clone()]
                .into_iter()
                .chain(numbered)
                .find(|name| taken.insert(name.to_lowercase()));
            format!("{scope}.{}", free.unwrap_or(qualified))
        });
        names.insert(key, name.clone());
    }
    names
}

/// Calls `visit` on every reference in `value`.
pub fn each_reference(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::Object(map) => {
            for (key, item) in map {
                match item {
                    Value::String(target) if key == "$ref" => visit(target),
                    Value::Object(discriminator) if key == "discriminator" => {
                        let mapping = discriminator
                            .get_mut("mapping")
                            .and_then(Value::as_object_mut);
                        for target in mapping.into_iter().flatten().map(|(_, target)| target) {
                            if let Value::String(target) = target {
                                visit(target);
                            }
                        }
                    }
                    item => each_reference(item, visit),
                }
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| each_reference(item, visit)),
        _ => {}
    }
}

/// Collects the targets of all references in `value`.
pub fn collect_references(value: &Value, targets: &mut Vec<String>) {
    each_reference(&mut value.clone(), &mut |target| {
        targets.push(target.clone())
    });
}

fn rename(value: &mut Value, names: &HashMap<String, String>) {
    each_reference(value, &mut |target| {
        if let Some(name) = names.get(target.as_str()) {
            *target = format!("#/components/schemas/{name}");
        }
    });
}
