//! Lets schemas keep their names when another document describes an operation, or the same document calls them otherwise.
//!
//! The documents of single APIs call their schemas otherwise than the document of all APIs does, or write them in place. So when a
//! document takes an operation over, its schemas would get other names: types would be called otherwise for no reason, and the overlays
//! would not find them. Therefore a schema that stands where the description before refers to one takes that name, and one that is written
//! in place there becomes a schema of its own. The base keeps those names.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::{Document, KeptName};
use crate::names::{is_part_of_operation, pascal};
use crate::operations::OperationKey;
use crate::precedence::compare_to_settled;
use crate::references::SCHEMAS;

/// An operation of a document, as places in the list of both.
pub(crate) type Described = (usize, usize);

/// Gives the schemas of the documents that describe operations the names that those have in the descriptions before.
pub(crate) fn keep(before: &[Document], documents: &mut [Document]) {
    let old = describing(before);
    let mut same = BTreeMap::new();
    let mut is_same = |new: usize, old: usize| {
        *same
            .entry((new, old))
            .or_insert_with(|| documents[new] == before[old])
    };
    let handed_over: Vec<_> = describing(documents)
        .into_iter()
        .filter_map(|(key, new)| Some((new, *old.get(&key)?)))
        .filter(|(new, old)| !is_same(new.0, old.0))
        .filter(|(new, old)| passes_names(before, documents, *new, *old))
        .collect();
    let mut renamed: Vec<(String, String)> = handed_over
        .iter()
        .map(|(new, old)| {
            let new = &documents[new.0].operations[new.1].upstream_id;
            let old = &before[old.0].operations[old.1].upstream_id;
            (pascal(old), pascal(new))
        })
        .filter(|(old, new)| old != new && !old.is_empty())
        .collect();
    renamed.sort_by_key(|(old, _)| Reverse(old.len()));
    let mut seen = BTreeSet::new();
    for ((place, index), (old_place, old_index)) in handed_over {
        let old = &before[old_place];
        let document = &mut documents[place];
        let is_for_a_while = is_settled(document) && !is_settled(old);
        let mut operation = std::mem::take(&mut document.operations[index].object);
        let mut walk = Walk {
            place,
            document,
            old_place,
            old,
            is_for_a_while,
            renamed: &renamed,
            seen: &mut seen,
            open: Vec::new(),
        };
        for (key, value) in &mut operation {
            if let Some(old) = old.operations[old_index].object.get(key) {
                walk.values(value, old);
            }
        }
        walk.follow();
        documents[place].operations[index].object = operation;
    }
}

/// Lets schemas have the names that the documents give them.
pub(crate) fn forget(documents: &mut [Document]) {
    documents
        .iter_mut()
        .for_each(|document| document.kept_names.clear());
}

/// Whether a document that describes an operation has it from one that names schemas for good.
///
/// While a document has an older version than the settled one, and when it has that one again, other documents describe what the older version
/// lacks for a while only: their names do not stay.
fn passes_names(
    before: &[Document],
    documents: &[Document],
    new: Described,
    old: Described,
) -> bool {
    let (is, was) = (&documents[new.0], &before[old.0]);
    if is.title == was.title {
        return true;
    }
    let version = |documents: &[Document], title: &str| {
        let document = documents.iter().find(|document| document.title == title);
        document.map_or(Ordering::Equal, compare_to_settled)
    };
    ![&is.title, &was.title].into_iter().any(|title| {
        let (was, is) = (version(before, title), version(documents, title));
        is == Ordering::Less || (is == Ordering::Equal && was != Ordering::Equal)
    })
}

fn is_settled(document: &Document) -> bool {
    compare_to_settled(document) == Ordering::Equal
}

/// Where each operation is described, by what identifies it.
pub(crate) fn describing(documents: &[Document]) -> BTreeMap<OperationKey, Described> {
    let mut found = BTreeMap::new();
    let mut order: Vec<(usize, &Document)> = documents.iter().enumerate().collect();
    order.sort_by_key(|(_, document)| document.rank);
    for (place, document) in order {
        for (index, operation) in document.operations.iter().enumerate() {
            found.entry(operation.key()).or_insert((place, index));
        }
    }
    found
}

/// Schemas that were compared: place of the document and name, and both of the old one if that has a name.
type Compared = (usize, String, Option<(usize, String)>);

/// A walk through what two documents say of the same.
struct Walk<'a> {
    place: usize,
    document: &'a mut Document,
    old_place: usize,
    old: &'a Document,
    /// Whether only the names that the old document keeps itself stay: it was there in the place of the settled version for a while.
    is_for_a_while: bool,
    /// The upstream ids of operations that have others now, both in PascalCase, the longest first.
    renamed: &'a [(String, String)],
    /// The schemas that were compared, of any two documents.
    seen: &'a mut BTreeSet<Compared>,
    open: Vec<(String, &'a Value)>,
}

impl<'a> Walk<'a> {
    /// Goes through the schemas that stand at the same places.
    fn follow(&mut self) {
        while let Some((name, old)) = self.open.pop() {
            let taken = self.document.schemas.get_mut(&name).map(Value::take);
            let Some(mut schema) = taken else {
                continue;
            };
            self.values(&mut schema, old);
            self.document.schemas.insert(name, schema);
        }
    }

    fn values(&mut self, new: &mut Value, old: &'a Value) {
        match (new, old) {
            (Value::Object(new), Value::Object(fields)) => self.objects(new, old, fields),
            (Value::Array(new), Value::Array(old)) => self.lists(new, old),
            _ => {}
        }
    }

    /// Goes through an object and `old` of these `fields`.
    fn objects(
        &mut self,
        new: &mut Map<String, Value>,
        old: &'a Value,
        fields: &'a Map<String, Value>,
    ) {
        if let Some(old_name) = name_of(fields) {
            return self.keep(new, old_name);
        }
        // What is written in place there may refer to schemas that are written in place here.
        if let Some(name) = name_of(new) {
            return self.compare(name.to_owned(), None, old);
        }
        for (key, value) in new.iter_mut() {
            match (key.as_str(), fields.get(key)) {
                // The same body is JSON in one document and JSON with a character set in another.
                ("content", Some(Value::Object(old))) if old.len() == 1 => {
                    let new = value.as_object_mut().filter(|new| new.len() == 1);
                    let pair = new.into_iter().flat_map(Map::values_mut).zip(old.values());
                    pair.for_each(|(new, old)| self.values(new, old));
                }
                (_, Some(old)) => self.values(value, old),
                _ => {}
            }
        }
    }

    fn lists(&mut self, new: &mut [Value], old: &'a [Value]) {
        let is_parameter = |value: &Value| value["in"].is_string() && value["name"].is_string();
        if new.iter().all(is_parameter) {
            for parameter in new {
                let same = |old: &&Value| {
                    old["in"] == parameter["in"]
                        && (old["name"] == parameter["name"] || old["in"] == "path")
                };
                let old = old.iter().find(same).map(|old| &old["schema"]);
                if let (Some(schema), Some(old)) = (parameter.get_mut("schema"), old) {
                    self.values(schema, old);
                }
            }
        } else if new.len() == old.len() {
            for (new, old) in new.iter_mut().zip(old) {
                self.values(new, old);
            }
        }
    }

    /// Lets what stands at a place keep the name of the schema that the old document refers to there.
    fn keep(&mut self, new: &mut Map<String, Value>, old_name: &str) {
        let Some(old) = self.old.schemas.get(old_name) else {
            return;
        };
        if self.is_for_a_while && !self.old.kept_names.contains_key(old_name) {
            let old_name = Some((self.old_place, old_name.to_owned()));
            return match (name_of(new), old.as_object()) {
                (Some(name), _) => self.compare(name.to_owned(), old_name, old),
                (None, Some(fields)) => self.objects(new, old, fields),
                (None, None) => {}
            };
        }
        let name = match name_of(new) {
            Some(name) => name.to_owned(),
            None if alike(new, old) => {
                let numbered = (2..).map(|number| format!("{old_name} {number}"));
                let mut names = [old_name.to_owned()].into_iter().chain(numbered);
                let free = names.find(|name| !self.document.schemas.contains_key(name));
                let name = free.unwrap_or_default();
                let schema = std::mem::take(new);
                new.insert("$ref".into(), json!(format!("{SCHEMAS}{name}")));
                self.document.schemas.insert(name.clone(), schema.into());
                name
            }
            None => return,
        };
        let schema = self.document.schemas.get(&name);
        if !schema
            .and_then(Value::as_object)
            .is_some_and(|schema| alike(schema, old))
        {
            return;
        }
        let kept = self.old.kept_names.get(old_name);
        let mut kept = kept.cloned().unwrap_or_else(|| KeptName {
            title: self.old.title.clone(),
            name: old_name.to_owned(),
        });
        if let Some(name) = self.after_operation(&kept.name) {
            kept.name = name;
        }
        // In the next version of a document another schema may come to stand where one was that is still there.
        let is_next = self.document.title == self.old.title;
        let has_moved = name != kept.name && self.document.schemas.contains_key(&kept.name);
        if !(is_next && has_moved) && (kept.title != self.document.title || kept.name != name) {
            let known = self.document.kept_names.entry(name.clone());
            known.or_insert(kept);
        }
        self.compare(name, Some((self.old_place, old_name.to_owned())), old);
    }

    /// The name of a schema that is called after an operation, if that has another upstream id now.
    fn after_operation(&self, name: &str) -> Option<String> {
        let name = pascal(name);
        self.renamed.iter().find_map(|(old, new)| {
            let rest = name.strip_prefix(old.as_str())?;
            is_part_of_operation(rest).then(|| format!("{new}{rest}"))
        })
    }

    /// Remembers to go through a schema and what is in its place in the old document, a schema with a name or one without.
    fn compare(&mut self, name: String, old_name: Option<(usize, String)>, old: &'a Value) {
        if self.seen.insert((self.place, name.clone(), old_name)) {
            self.open.push((name, old));
        }
    }
}

/// The name of the schema that an object refers to.
fn name_of(object: &Map<String, Value>) -> Option<&str> {
    object.get("$ref")?.as_str()?.strip_prefix(SCHEMAS)
}

/// Whether two schemas are of the same kind: of one type, or both a choice.
fn alike(new: &Map<String, Value>, old: &Value) -> bool {
    let kind = |schema: &dyn Fn(&str) -> Option<Value>| {
        (
            schema("type"),
            schema("oneOf").or_else(|| schema("anyOf")).is_some(),
            schema("allOf").is_some(),
        )
    };
    kind(&|key| new.get(key).cloned()) == kind(&|key| old.get(key).cloned())
}
