//! Descriptions of validation errors: the location, the expected value, and the variant. The messages do not contain the received values,
//! which can be secrets.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::formats::TIME_OR_EMPTY;
use super::prose::EXPECTED;
use super::violation::Violation;

/// The violation that an error of a value of the schema reports.
pub(super) fn of(schema: &Value, error: &ValidationError<'_>) -> Violation {
    let at = error.instance_path().to_string();
    let place = Place::of(schema, error.evaluation_path().as_str());
    let (pointer, text) = match error.kind() {
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            return of_union(schema, error, context, &place);
        }
        Kind::Required { property } => {
            let property = property.as_str().unwrap_or_default();
            (format!("{at}/{property}"), "a value is required".to_owned())
        }
        Kind::UnevaluatedProperties { unexpected } | Kind::AdditionalProperties { unexpected } => {
            let property = unexpected.first().map(String::as_str).unwrap_or_default();
            let text = "the property does not exist".to_owned();
            (format!("{at}/{property}"), text)
        }
        Kind::Enum { options } => (at, format!("expected {}", one_of(options))),
        kind => match place.expected.or_else(|| expected_time(kind)) {
            Some(expected) => (at, format!("expected {expected}")),
            None => (at, error.masked().to_string()),
        },
    };
    match place.variant {
        Some(variant) => Violation::new(pointer, format!("{text} (of `{variant}`)")),
        None => Violation::new(pointer, text),
    }
}

/// The expectation of a format of times.
fn expected_time(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Format { format } if format == "date-time" => {
            Some("a time such as 2027-01-31T08:30:00Z")
        }
        Kind::Format { format } if format == TIME_OR_EMPTY => {
            Some("a time such as 2027-01-31T08:30:00Z, or an empty string")
        }
        _ => None,
    }
}

/// The error of the variant that the value is closest to; all variants where it is close to none.
fn of_union(
    schema: &Value,
    error: &ValidationError<'_>,
    context: &[Vec<ValidationError<'static>>],
    place: &Place<'_>,
) -> Violation {
    let at = error.instance_path();
    let is_other_type = |error: &ValidationError<'_>| {
        matches!(error.kind(), Kind::Type { .. }) && error.instance_path() == at
    };
    let close = context
        .iter()
        .enumerate()
        .filter(|(_, errors)| !errors.iter().any(is_other_type));
    let depth = |error: &ValidationError<'_>| error.instance_path().as_str().matches('/').count();
    let closest = close.max_by_key(|(index, errors)| {
        let deepest = errors.iter().map(depth).max();
        (deepest, usize::MAX - errors.len(), usize::MAX - index)
    });
    let variants = place.schema.as_array();
    let name = |index: usize| {
        let variant = variants.and_then(|variants| variants.get(index))?;
        name_of(variant)
    };
    if let Some((index, errors)) = closest
        && let Some(error) = errors.first()
    {
        let mut violation = of(schema, error);
        if let Some(name) = name(index).filter(|_| !violation.message.ends_with(')')) {
            violation.message.push_str(&format!(" (of `{name}`)"));
        }
        return violation;
    }
    let names: Vec<_> = (0..context.len()).filter_map(name).collect();
    Violation::new(at.as_str(), format!("expected one of {}", names.join(", ")))
}

/// The name of a variant: the name of its schema, or its type.
fn name_of(variant: &Value) -> Option<&str> {
    let reference = variant["$ref"].as_str();
    let schema = reference.and_then(|reference| reference.rsplit('/').next());
    schema.or_else(|| variant["type"].as_str())
}

/// All values of an enumeration.
fn one_of(options: &Value) -> String {
    let options = options.as_array().into_iter().flatten();
    let options = options.filter(|option| !option.is_null());
    let options: Vec<_> = options
        .map(|option| {
            option
                .as_str()
                .map_or_else(|| option.to_string(), str::to_owned)
        })
        .collect();
    match options.as_slice() {
        [option] => option.clone(),
        options => format!("one of {}", options.join(", ")),
    }
}

/// The documented values of those that an error rejects for their case alone, with their JSON pointers.
pub(super) fn corrections(error: &ValidationError<'_>) -> Vec<(String, Value)> {
    match error.kind() {
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            context.iter().flatten().flat_map(corrections).collect()
        }
        Kind::Enum { options } => {
            let sent = error.instance();
            let options = options.as_array().into_iter().flatten();
            let mut same = options.filter(|option| match (option.as_str(), sent.as_str()) {
                (Some(option), Some(sent)) => option.eq_ignore_ascii_case(sent),
                _ => false,
            });
            let same = same.next();
            same.map(|same| (error.instance_path().to_string(), same.clone()))
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Whether an error rejects one of these values, because an enumeration does not list it.
pub(super) fn is_one_of(error: &ValidationError<'_>, values: &[&str]) -> bool {
    let is_unlisted = matches!(error.kind(), Kind::Enum { .. });
    let sent = error.instance().as_str();
    is_unlisted && sent.is_some_and(|sent| values.contains(&sent))
}

/// The elements on the path of an error through a schema.
struct Place<'s> {
    /// The value of the keyword at its end.
    schema: &'s Value,
    /// The last variant that a discriminator selects.
    variant: Option<&'s str>,
    /// The expectation of the rule that contains the keyword.
    expected: Option<&'s str>,
}

impl<'s> Place<'s> {
    fn of(root: &'s Value, path: &str) -> Self {
        let mut place = Place {
            schema: root,
            variant: None,
            expected: None,
        };
        for step in path.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            let here = place.schema;
            if let Some(expected) = here[EXPECTED].as_str() {
                place.expected = (step != "allOf").then_some(expected);
            }
            let then = match step.as_str() {
                "$ref" => {
                    let reference = here["$ref"].as_str().unwrap_or_default();
                    root.pointer(reference.trim_start_matches('#'))
                }
                step => match here {
                    Value::Array(list) => {
                        step.parse().ok().and_then(|index: usize| list.get(index))
                    }
                    here => here.get(step),
                },
            };
            if step == "then" {
                let names = here["if"]["properties"].as_object().into_iter().flatten();
                let selected = names.filter_map(|(_, name)| name["const"].as_str()).next();
                place.variant = selected.or(place.variant);
            }
            match then {
                Some(then) => place.schema = then,
                None => break,
            }
        }
        place
    }
}
