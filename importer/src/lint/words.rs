//! Whether everything that the documentation of the crate shows has words: operations, parameters, bodies, schemas, properties, elements
//! and variants. A description that only repeats the name or the type has none.

use cisco_secure_access_codegen::names;
use cisco_secure_access_openapi::union::only_requires;
use serde_json::{Map, Value};

use super::specs::{OVERLAYS, operations};
use super::{Checked, Problem};
use crate::report::Pointer;

/// What repeats a name does not become a description by these.
const ARTICLES: [&str; 3] = ["the", "a", "an"];

/// The keywords by which a schema becomes a type of its own: an object, an enumeration, a union, a list by position, a composition.
const OWN_TYPE: [&str; 6] = ["properties", "enum", "oneOf", "anyOf", "allOf", "x-tuple"];

/// Everything that the documentation shows has a description that says more than its name.
pub(super) fn words(checked: &Checked<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (file, spec) in &checked.preview.specs {
        let mut at = Pointer::at("/components/schemas");
        let mut search = Search {
            file: format!("specs/{file}"),
            spec,
            problems: &mut problems,
        };
        for (name, schema) in entries(&spec["components"], "schemas") {
            at.within(name, |at| {
                search.want("the schema", name, schema, at);
                search.inside(schema, at);
            });
        }
    }
    operations(checked, |file, pointer, _, _, operation| {
        let mut search = Search {
            file: file.to_owned(),
            spec: &checked.preview.specs[file.trim_start_matches("specs/")],
            problems: &mut problems,
        };
        search.operation(operation, &mut Pointer::at(pointer));
    });
    problems
}

/// The search for what has no words in a specification.
struct Search<'a> {
    file: String,
    spec: &'a Value,
    problems: &'a mut Vec<Problem>,
}

impl Search<'_> {
    fn operation(&mut self, operation: &Map<String, Value>, at: &mut Pointer) {
        let object = Value::Object(operation.clone());
        let id = object["operationId"].as_str().unwrap_or("");
        self.want("the operation", id, &object, at);
        for (index, parameter) in elements(&object, "parameters").enumerate() {
            let name = parameter["name"].as_str().unwrap_or("");
            at.within("parameters", |at| {
                at.within(&index.to_string(), |at| {
                    self.want(&format!("the parameter {name:?}"), name, parameter, at);
                    at.within("schema", |at| self.type_of(&parameter["schema"], at));
                });
            });
        }
        if let Some(body) = object.get("requestBody") {
            at.within("requestBody", |at| {
                self.want("the body", "body", body, at);
                self.content(body, at);
            });
        }
        for (status, response) in entries(&object, "responses") {
            at.within("responses", |at| {
                at.within(status, |at| self.content(response, at));
            });
        }
    }

    /// The schemas of a body or a response. An object that is only the form around files and fields has the words of the body.
    fn content(&mut self, holder: &Value, at: &mut Pointer) {
        for (media, content) in entries(holder, "content") {
            at.within("content", |at| {
                at.within(media, |at| {
                    at.within("schema", |at| match media.as_str() {
                        "multipart/form-data" => self.inside(&content["schema"], at),
                        _ => self.type_of(&content["schema"], at),
                    });
                });
            });
        }
    }

    /// A schema that nothing else describes: it needs words if it becomes a type of its own.
    fn type_of(&mut self, schema: &Value, at: &mut Pointer) {
        if OWN_TYPE.iter().any(|key| schema.get(key).is_some()) {
            let word = schema["type"].as_str().unwrap_or("");
            self.want("the schema", word, schema, at);
        }
        self.inside(schema, at);
    }

    /// What is inside a schema.
    fn inside(&mut self, schema: &Value, at: &mut Pointer) {
        for (name, property) in entries(schema, "properties") {
            at.within("properties", |at| {
                at.within(name, |at| {
                    self.want(&format!("the property {name:?}"), name, property, at);
                    self.inside(property, at);
                });
            });
        }
        for key in ["items", "additionalProperties"] {
            if let Some(schema) = schema.get(key) {
                at.within(key, |at| self.type_of(schema, at));
            }
        }
        for (index, part) in elements(schema, "allOf").enumerate() {
            at.within("allOf", |at| {
                at.within(&index.to_string(), |at| self.inside(part, at));
            });
        }
        for key in ["oneOf", "anyOf"] {
            for (index, variant) in elements(schema, key).enumerate() {
                let word = variant["type"].as_str().unwrap_or("");
                at.within(key, |at| {
                    at.within(&index.to_string(), |at| {
                        if !only_requires(variant) {
                            self.want("the variant", word, variant, at);
                        }
                        self.inside(variant, at);
                    });
                });
            }
        }
        for (index, element) in elements(schema, "x-tuple").enumerate() {
            let name = element["name"].as_str().unwrap_or("");
            at.within("x-tuple", |at| {
                at.within(&index.to_string(), |at| {
                    at.within("schema", |at| {
                        let what = format!("the element {name:?}");
                        self.want(&what, name, &element["schema"], at);
                        self.inside(&element["schema"], at);
                    });
                });
            });
        }
    }

    /// Reports what has no description, or one that only repeats `name`.
    fn want(&mut self, what: &str, name: &str, holder: &Value, at: &Pointer) {
        let found = match description(self.spec, holder) {
            None => format!("{what} has no description"),
            Some(words) if repeats(words, name) => {
                format!("the description {words:?} of {what} says no more than its name")
            }
            Some(_) => return,
        };
        let scope = self.file.trim_start_matches("specs/");
        let scope = scope.trim_end_matches(".json");
        let way_out = format!(
            "say in our own words what it is, with unit and form, in `{OVERLAYS}/6*-words-{scope}*.yaml`"
        );
        self.problems
            .push(Problem::new(&self.file, at.as_str(), found, way_out));
    }
}

/// The description that the documentation shows: its own, or that of what it refers to, alone or as the only part of a composition.
fn description<'a>(spec: &'a Value, holder: &'a Value) -> Option<&'a str> {
    let mut holder = holder;
    // References that go in a circle end here, too.
    for _ in 0..16 {
        let own = holder["description"].as_str();
        if let Some(words) = own.filter(|words| !words.trim().is_empty()) {
            return Some(words);
        }
        holder = match (holder["$ref"].as_str(), holder["allOf"].as_array()) {
            (Some(target), _) => spec.pointer(target.strip_prefix('#')?)?,
            (None, Some(parts)) => match parts.as_slice() {
                [only] => only,
                _ => return None,
            },
            (None, None) => return None,
        };
    }
    None
}

/// Whether a description has no other words than a name, in any case and whatever is around them.
fn repeats(description: &str, name: &str) -> bool {
    let joined = |text: &str| -> String {
        let words = names::words(text).into_iter();
        words
            .filter(|word| !ARTICLES.contains(&word.as_str()))
            .collect()
    };
    joined(description) == joined(name)
}

fn entries<'a>(holder: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    holder[key].as_object().into_iter().flatten()
}

fn elements<'a>(holder: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    holder[key].as_array().into_iter().flatten()
}
