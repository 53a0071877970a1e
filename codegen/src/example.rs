//! The example in the documentation of each operation: a call with its required arguments, which compiles.

use crate::requests::{Argument, Sink};
use crate::reshape::{Shapes, Written, element, simple_name};

/// Choices and lists in arguments go no deeper than this; what is deeper is a default.
const DEEPEST: usize = 8;

/// The example of a call to the method `name` of the handle of `scope`, in Markdown.
pub(crate) fn call(
    scope: &str,
    name: &str,
    required: &[&Argument],
    shapes: &Shapes,
    has_items: bool,
) -> String {
    let arguments: Vec<_> = required
        .iter()
        .map(|argument| match argument.sink {
            Sink::Json | Sink::Form => borrowed(&argument.ty, shapes),
            _ => converted(&argument.ty, shapes, 0),
        })
        .collect();
    let request = format!("client.{scope}().{name}({})", arguments.join(", "));
    let (imports, body) = if has_items {
        (
            "use futures_util::TryStreamExt as _;\n\n",
            format!("let items: Vec<_> = {request}.items().try_collect().await?;"),
        )
    } else {
        ("", format!("let answer = {request}.send().await?;"))
    };
    format!(
        "\n# Example\n```no_run\n\
         # #[allow(unused_imports, deprecated)]\n\
         # use cisco_secure_access::api::{scope}::types::*;\n\
         # #[allow(deprecated)]\n\
         # async fn example(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {{\n\
         {imports}{body}\n\
         # Ok(())\n# }}\n```\n"
    )
}

/// A body, as a reference.
fn borrowed(ty: &syn::Type, shapes: &Shapes) -> String {
    match (simple_name(ty).as_deref(), element(ty)) {
        (Some("Vec"), Some(item)) => format!("&[{}]", exact(&item, shapes, 0)),
        (Some("String"), _) => "\"text\"".to_owned(),
        _ => format!("&{}", exact(ty, shapes, 0)),
    }
}

/// An expression that is, or converts into, a value of `ty`.
fn converted(ty: &syn::Type, shapes: &Shapes, depth: usize) -> String {
    match simple_name(ty).as_deref() {
        Some("String") => "\"text\"".to_owned(),
        Some("ReportingTime") => "\"-1days\"".to_owned(),
        Some("DateOrTime") => "\"2026-01-31\"".to_owned(),
        Some("Upload") => "cisco_secure_access::Upload::path(\"file.csv\")".to_owned(),
        Some("Vec") => match element(ty) {
            Some(item) => format!("[{}]", converted(&item, shapes, depth + 1)),
            None => "[]".to_owned(),
        },
        Some("Box") => match element(ty) {
            Some(inner) => converted(&inner, shapes, depth),
            None => "Default::default()".to_owned(),
        },
        Some(name) => match shapes.get(name) {
            // An enumeration, which reads its text.
            None if is_enumeration(name) => "\"text\"".to_owned(),
            _ => exact(ty, shapes, depth),
        },
        None => exact(ty, shapes, depth),
    }
}

/// An expression of type `ty`.
fn exact(ty: &syn::Type, shapes: &Shapes, depth: usize) -> String {
    if depth > DEEPEST {
        return "Default::default()".to_owned();
    }
    match simple_name(ty).as_deref() {
        Some("i64") => "1".to_owned(),
        Some("f64") => "1.0".to_owned(),
        Some("bool") => "true".to_owned(),
        Some("String") => "\"text\".to_owned()".to_owned(),
        Some("Value") => "serde_json::Value::Null".to_owned(),
        Some("DateTime") => "chrono::Utc::now()".to_owned(),
        Some("NaiveDate" | "HashMap" | "Map") => "Default::default()".to_owned(),
        Some("Vec") => match element(ty) {
            Some(item) => format!("vec![{}]", exact(&item, shapes, depth + 1)),
            None => "Vec::new()".to_owned(),
        },
        Some("Box") => match element(ty) {
            Some(inner) => format!("Box::new({})", exact(&inner, shapes, depth + 1)),
            None => "Default::default()".to_owned(),
        },
        Some(name) => match shapes.get(name) {
            Some(Written::Struct(fields)) => {
                let required: Vec<_> = fields
                    .iter()
                    .filter(|field| field.is_argument)
                    .map(|field| converted(&field.base, shapes, depth + 1))
                    .collect();
                format!("{name}::new({})", required.join(", "))
            }
            Some(Written::Choice(variants)) => match variants.first() {
                Some((variant, ty)) => {
                    format!("{name}::{variant}({})", exact(ty, shapes, depth + 1))
                }
                None => "Default::default()".to_owned(),
            },
            None => format!("{name}::from(\"text\")"),
        },
        None => "Default::default()".to_owned(),
    }
}

/// Whether a name without a shape is that of an enumeration, and not of a type of Rust.
fn is_enumeration(name: &str) -> bool {
    !matches!(
        name,
        "i64" | "f64" | "bool" | "Value" | "DateTime" | "NaiveDate" | "HashMap" | "Map"
    )
}
