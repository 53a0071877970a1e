//! The columns of tables and CSV.

use std::collections::BTreeSet;

use cisco_secure_access_openapi::{Candidates, Document, component_name};
use serde_json::Value;

/// How many columns a table has, if none are selected.
const MAX_COLUMNS: usize = 7;

/// What a reader looks for first. A name that ends with one of these words ranks behind the word.
const RANKS: &[&str] = &[
    "id",
    "name",
    "label",
    "domain",
    "destination",
    "title",
    "type",
    "kind",
    "status",
    "state",
    "severity",
    "verdict",
    "action",
    "access",
    "enabled",
    "priority",
    "region",
    "address",
    "url",
    "timestamp",
    "date",
    "time",
    "count",
    "total",
    "comment",
    "description",
    "modifiedat",
    "updatedat",
    "createdat",
];

/// The columns of a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    /// Those that the user selects.
    selected: Vec<String>,
    /// The properties that the documents have.
    documented: Vec<String>,
    /// The documented properties whose values are text, numbers or booleans.
    scalar: BTreeSet<String>,
}

impl Columns {
    /// The columns of items of a schema.
    pub(crate) fn of_schema(document: &Document, schema: &Value) -> Self {
        let candidates = Candidates::new(document.root(), schema);
        let mut documented: Vec<String> = Vec::new();
        let mut scalar = BTreeSet::new();
        for schema in candidates.schemas() {
            let properties = schema.get("properties").and_then(Value::as_object);
            for name in properties.into_iter().flatten().map(|(name, _)| name) {
                if !documented.contains(name) {
                    documented.push(name.clone());
                }
                let property = candidates.property(name);
                let is_structure = |schema: &&Value| {
                    let kind = schema.get("type").and_then(Value::as_str);
                    matches!(kind, Some("object" | "array")) || schema.get("properties").is_some()
                };
                if !property.schemas().iter().any(is_structure) {
                    scalar.insert(name.clone());
                }
            }
        }
        let identifier = reference(schema).map(|name| format!("{name}Id").to_lowercase());
        documented.sort_by_key(|name| match identifier == Some(name.to_lowercase()) {
            true => rank("id"),
            false => rank(name),
        });
        Self {
            selected: Vec::new(),
            documented,
            scalar,
        }
    }

    /// These columns, in this order.
    pub(crate) fn named(names: &[&str]) -> Self {
        Self {
            selected: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// The columns that the user selects, if there are any.
    pub(super) fn or_selected(mut self, selected: &[String]) -> Self {
        if !selected.is_empty() {
            self.selected = selected.to_vec();
        }
        self
    }

    /// The columns of CSV: all properties, those of the first row that are not documented last.
    pub(super) fn all(&self, first: &Value) -> Vec<String> {
        if !self.selected.is_empty() {
            return self.selected.clone();
        }
        let mut names = self.documented.clone();
        names.extend(undocumented(first, &self.documented));
        match names.is_empty() && !first.is_null() {
            true => vec!["value".to_owned()],
            false => names,
        }
    }

    /// The columns of a table: those that matter most, and have a value in one of the rows.
    pub(super) fn of_table(&self, rows: &[Value]) -> Vec<String> {
        if !self.selected.is_empty() {
            return self.selected.clone();
        }
        let first = rows.first().unwrap_or(&Value::Null);
        let undocumented = undocumented(first, &self.documented);
        let is_shown = |name: &&String| {
            let mut values = rows.iter().filter_map(|row| row.get(name.as_str()));
            let is_scalar =
                |value: &Value| !(value.is_object() || value.is_array() || value.is_null());
            match rows.is_empty() {
                true => self.scalar.contains(*name),
                false => values.any(is_scalar),
            }
        };
        let names = self.documented.iter().chain(&undocumented).filter(is_shown);
        let names: Vec<String> = names.take(MAX_COLUMNS).cloned().collect();
        match names.is_empty() {
            true => self.all(first),
            false => names,
        }
    }
}

/// The name of the schema that a schema refers to.
fn reference(schema: &Value) -> Option<&str> {
    component_name(schema.get("$ref")?, "").ok()
}

/// The properties of a row that are not documented.
fn undocumented(row: &Value, documented: &[String]) -> Vec<String> {
    let properties = row.as_object().into_iter().flatten();
    let mut names: Vec<String> = properties
        .map(|(name, _)| name.clone())
        .filter(|name| !documented.contains(name))
        .collect();
    names.sort_by_key(|name| rank(name));
    names
}

/// The place of a property among the others.
fn rank(name: &str) -> (usize, String) {
    let lower = name.to_lowercase();
    let position = |is_it: &dyn Fn(&str) -> bool| RANKS.iter().position(|word| is_it(word));
    let rank = match position(&|word| word == lower) {
        Some(rank) => rank * 2,
        // Ids of other things are for programs.
        None if lower.ends_with("id") => RANKS.len() * 2,
        None => position(&|word| lower.ends_with(word)).unwrap_or(RANKS.len()) * 2 + 1,
    };
    (rank, lower)
}

/// The text of a cell: the value at a name with dots.
pub(super) fn cell(row: &Value, name: &str) -> String {
    let value = match row {
        Value::Object(properties) => properties.get(name).or_else(|| {
            name.split('.')
                .try_fold(row, |value, name| member(value, name))
        }),
        // A list of text or numbers has one column.
        Value::Array(_) | Value::Null => None,
        scalar => Some(scalar),
    };
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) if list.iter().all(is_scalar) => {
            let texts: Vec<String> = list.iter().map(text).collect();
            texts.join(", ")
        }
        Some(other) => other.to_string(),
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Array(list) => list.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    }
}

fn is_scalar(value: &Value) -> bool {
    !(value.is_object() || value.is_array())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cell_is_found_by_its_path() {
        let row = json!({"a.b": 1, "a": {"c": [{"d": "x"}]}, "tags": ["x", 2], "none": null});
        let cases = [
            ("a.b", "1"),
            ("a.c.0.d", "x"),
            ("tags", "x, 2"),
            ("none", ""),
            ("missing", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(cell(&row, name), expected, "{name}");
        }
        assert_eq!(cell(&json!("text"), "value"), "text");
    }

    #[test]
    fn columns_that_matter_come_first() {
        let row =
            json!({"zebra": 1, "siteId": 2, "name": "a", "id": 3, "meta": {}, "modifiedAt": "x"});
        let columns = Columns::default().of_table(&[row]);
        assert_eq!(columns, ["id", "name", "modifiedAt", "siteId", "zebra"]);
    }
}
