//! The values of parameters and bodies in words: their types, and the properties of objects at every depth.

use cisco_secure_access_openapi::json::{flag, strings};
use cisco_secure_access_openapi::schema::{JsonType, json_type, properties, variants};
use cisco_secure_access_openapi::union::referred;
use cisco_secure_access_openapi::{Document, Encoding, Parameter, TimeForm};
use serde_json::Value;

/// How many objects around a property are shown.
const MAX_DEPTH: usize = 4;

/// How many values of an enumeration are shown.
const MAX_VALUES: usize = 16;

/// A property of a body.
pub(super) struct Row {
    /// Its path: `hubs[].name`.
    pub(super) path: String,
    /// Its type in words.
    pub(super) kind: String,
    /// Whether the object around it must have it.
    pub(super) required: bool,
    /// The variants of a union that have it, if not all of them do.
    variants: Vec<String>,
    about: String,
}

impl Row {
    /// Its description, with the variants that have it.
    pub(super) fn description(&self) -> String {
        let variants = self.variants.join("`, `");
        match (variants.as_str(), self.about.as_str()) {
            ("", about) => about.to_owned(),
            (variants, "") => format!("Of `{variants}`."),
            (variants, about) => format!("Of `{variants}`: {about}"),
        }
    }
}

/// Text in a cell of a table.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The type of a parameter in words.
///
/// # Errors
/// When its schema is not supported.
pub(super) fn parameter(document: &Document, parameter: &Parameter) -> Result<String, String> {
    match parameter.time {
        Some(TimeForm::Reporting) => {
            return Ok("time: epoch milliseconds, `now`, or relative such as `-1days`".to_owned());
        }
        Some(TimeForm::Rfc3339) => return Ok("date, or time (RFC 3339)".to_owned()),
        None => {}
    }
    let kind = kind(document, &parameter.schema, &parameter.pointer)?;
    Ok(match parameter.encoding {
        Encoding::Flag => "flag".to_owned(),
        Encoding::Json => format!("{kind}, as JSON"),
        _ => kind,
    })
}

/// The type of a schema in words: `integer, 1 to 200`.
///
/// # Errors
/// When the schema is not supported.
pub(super) fn kind(document: &Document, schema: &Value, pointer: &str) -> Result<String, String> {
    let name = referred(schema).map(str::to_owned);
    let schema = resolved(document, schema, pointer)?;
    if let Some(variants) = variants(&schema) {
        let mut kinds = Vec::new();
        for variant in variants {
            let kind = kind(document, variant, pointer)?;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        return Ok(kinds.join(", or "));
    }
    let kind = match json_type(&schema) {
        JsonType::String => string(&schema),
        JsonType::Number => number(&schema),
        JsonType::Boolean => "boolean".to_owned(),
        JsonType::Array => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            let size = range(&schema, "minItems", "maxItems", " elements");
            format!("list of {}{size}", kind_of_item(document, items, pointer)?)
        }
        JsonType::Object => match name {
            Some(name) => format!("object `{name}`"),
            None => "object".to_owned(),
        },
        JsonType::Any => "any JSON".to_owned(),
    };
    Ok(match flag(&schema, "nullable") {
        true => format!("{kind}, or null"),
        false => kind,
    })
}

/// The type of an element of a list.
fn kind_of_item(document: &Document, items: &Value, pointer: &str) -> Result<String, String> {
    let kind = kind(document, items, pointer)?;
    Ok(match (kind.as_str(), kind.strip_prefix("object ")) {
        ("string" | "integer" | "number" | "boolean" | "object", _) => kind + "s",
        (_, Some(name)) if !name.contains(' ') => format!("objects {name}"),
        _ if kind.contains(", ") => format!("({kind})"),
        _ => kind,
    })
}

fn string(schema: &Value) -> String {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return one_of(values);
    }
    let kind = match schema["format"].as_str() {
        Some("date-time") => "time (RFC 3339)".to_owned(),
        Some("date") => "date".to_owned(),
        Some("binary") => "file".to_owned(),
        Some(format) => format!("string ({format})"),
        None => "string".to_owned(),
    };
    kind + &range(schema, "minLength", "maxLength", " characters")
}

fn number(schema: &Value) -> String {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return one_of(values);
    }
    let kind = schema["type"].as_str().unwrap_or("number");
    format!("{kind}{}", range(schema, "minimum", "maximum", ""))
}

/// The values of an enumeration.
fn one_of(values: &[Value]) -> String {
    let known = values.iter().filter(|value| !value.is_null());
    let texts: Vec<String> = known
        .map(|value| match value.as_str() {
            Some(text) => format!("`{text}`"),
            None => format!("`{value}`"),
        })
        .collect();
    match texts.get(MAX_VALUES) {
        Some(_) => format!(
            "one of {} values: {}, …",
            texts.len(),
            texts[..MAX_VALUES].join(", ")
        ),
        None => texts.join(", "),
    }
}

/// The bounds of a value: `, 1 to 200`.
fn range(schema: &Value, least: &str, most: &str, unit: &str) -> String {
    let bound = |name: &str| schema.get(name).filter(|value| value.is_number());
    match (bound(least), bound(most)) {
        (Some(least), Some(most)) => format!(", {least} to {most}{unit}"),
        (Some(least), None) => format!(", at least {least}{unit}"),
        (None, Some(most)) => format!(", at most {most}{unit}"),
        (None, None) => String::new(),
    }
}

fn resolved(document: &Document, schema: &Value, pointer: &str) -> Result<Value, String> {
    let resolved = document.deref(schema, pointer);
    resolved.map_err(|error| error.in_document(document.scope()).to_string())
}

/// The properties of a body that a request can have.
///
/// # Errors
/// When a schema is not supported.
pub(super) fn rows(document: &Document, schema: &Value, pointer: &str) -> Result<Vec<Row>, String> {
    let mut table = Table {
        document,
        pointer,
        rows: Vec::new(),
        open: Vec::new(),
    };
    table.value(schema, "", None)?;
    Ok(table.rows)
}

/// Collects the properties of a schema, those of objects in objects behind the object.
struct Table<'a> {
    document: &'a Document,
    pointer: &'a str,
    rows: Vec<Row>,
    /// The names of the schemas around the current one.
    open: Vec<String>,
}

impl Table<'_> {
    /// Adds the properties of a value at a path; `variant` is the one of a union that it belongs to.
    fn value(&mut self, schema: &Value, path: &str, variant: Option<&str>) -> Result<(), String> {
        let name = referred(schema).unwrap_or_default().to_owned();
        let is_repeated = !name.is_empty() && self.open.contains(&name);
        if is_repeated || path.matches('.').count() >= MAX_DEPTH {
            return Ok(());
        }
        let schema = resolved(self.document, schema, self.pointer)?;
        self.open.push(name);
        let added = self.resolved_value(&schema, path, variant);
        self.open.pop();
        added
    }

    fn resolved_value(
        &mut self,
        schema: &Value,
        path: &str,
        variant: Option<&str>,
    ) -> Result<(), String> {
        if let Some(variants) = variants(schema) {
            return self.union(variants, path);
        }
        if let Some(items) = schema.get("items") {
            return self.value(items, &format!("{path}[]"), variant);
        }
        if let Some(values) = schema
            .get("additionalProperties")
            .filter(|values| values.is_object())
        {
            return self.value(values, &join(path, "*"), variant);
        }
        let required = strings(schema, "required");
        for (name, property) in properties(schema) {
            let target = resolved(self.document, property, self.pointer)?;
            if flag(property, "readOnly") || flag(&target, "readOnly") {
                continue;
            }
            let path = join(path, name);
            let about = property
                .get("description")
                .or_else(|| target.get("description"));
            let about = about.and_then(Value::as_str).unwrap_or_default();
            let mut kind = kind(self.document, property, self.pointer)?;
            if self.document.is_secret(property) {
                kind.push_str(", secret");
            }
            self.rows.push(Row {
                kind,
                required: required.contains(name),
                variants: variant.map(str::to_owned).into_iter().collect(),
                about: about.to_owned(),
                path: path.clone(),
            });
            self.value(property, &path, None)?;
        }
        Ok(())
    }

    /// Adds the properties of the variants of a union; one that several variants have in the same way is shown once.
    fn union(&mut self, variants: &[Value], path: &str) -> Result<(), String> {
        let start = self.rows.len();
        for variant in variants {
            self.value(variant, path, referred(variant))?;
        }
        for row in self.rows.split_off(start) {
            let is_same = |known: &&mut Row| {
                known.path == row.path && known.kind == row.kind && known.about == row.about
            };
            match self.rows[start..].iter_mut().find(is_same) {
                Some(known) => {
                    known.required &= row.required;
                    known.variants.extend(row.variants);
                }
                None => self.rows.push(row),
            }
        }
        for row in &mut self.rows[start..] {
            if row.variants.len() == variants.len() {
                row.variants.clear();
            }
        }
        Ok(())
    }
}

/// The path of a property of the object at a path.
fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}
