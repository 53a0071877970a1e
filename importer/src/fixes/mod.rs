//! Fixes what upstream gets wrong: a table of named rules, each applied to every place that it concerns.
//!
//! The rules themselves stand by what they fix: `schemas`, and `operations` with all that is around them.

mod operations;
mod schemas;

use serde_json::{Map, Value};

use crate::metamodel::{DOCUMENT, Kind, Shape, walk};
use crate::report::{Diagnostics, Pointer};
use operations::*;
use schemas::*;
pub(crate) use schemas::{fits, has_properties};

/// A named fix.
pub(crate) struct Rule {
    /// Its name, under which its fixes are counted.
    pub name: &'static str,
    /// What it does.
    pub what: &'static str,
    on: On,
}

/// What a rule is applied to.
enum On {
    /// Each object of the metamodel that has one of the names.
    Each(
        &'static [&'static str],
        fn(&mut Map<String, Value>, &mut Site<'_, '_>),
    ),
    /// The whole document.
    Whole(fn(&mut Value, &mut Site<'_, '_>)),
}

/// Where a rule is at work.
struct Site<'a, 'b> {
    rule: &'static str,
    at: &'a Pointer,
    diagnostics: &'a mut Diagnostics<'b>,
}

impl Site<'_, '_> {
    fn fixed(&mut self, note: impl Into<String>) {
        self.diagnostics.fix(self.rule, self.at, note);
    }

    fn fixed_at(&mut self, at: &Pointer, note: impl Into<String>) {
        self.diagnostics.fix(self.rule, at, note);
    }
}

/// The rules, in the order in which they are applied.
#[rustfmt::skip]
pub(crate) const RULES: &[Rule] = &[
    each("type-words", "a type that JSON Schema spells otherwise is put right", SCHEMA, type_words),
    each("enum-on-array", "an `enum` on a list moves to the list's items", SCHEMA, enum_on_array),
    each("missing-type", "a type that follows from the other keys is written", SCHEMA, missing_type),
    each("nullable-without-type", "`nullable` without a type, which means nothing, is dropped", SCHEMA, nullable_without_type),
    each("mistyped-objects", "a schema with `properties` is an object, not a scalar", SCHEMA, mistyped_objects),
    each("foreign-keys", "keys that say nothing about the schema's type are dropped", SCHEMA, foreign_keys),
    each("array-without-items", "a list that does not say of what is a list of anything", SCHEMA, array_without_items),
    each("formats", "a format that does not fit the type or does not exist is put right or dropped; one of the other kind of numbers decides the type", SCHEMA, formats),
    each("enum-values", "an enum value of the wrong JSON type is written in the right one", SCHEMA, enum_values),
    each("enum-duplicates", "an enum value that stands twice is kept once", SCHEMA, enum_duplicates),
    each("empty-lists", "an empty `enum`, `required`, `allOf`, `oneOf` or `anyOf` is dropped", SCHEMA, empty_lists),
    each("lone-branches", "a composition of one branch alone is that branch", SCHEMA, lone_branches),
    each("discriminator-mapping", "a discriminator maps a value to each variant", SCHEMA, discriminator_mapping),
    each("defaults", "a default that the schema does not allow is dropped", SCHEMA, defaults),
    each("patterns", "a pattern that is no regular expression, or a nonsensical one, is dropped", SCHEMA, patterns),
    each("required-undeclared", "a required property that is not declared is not required", SCHEMA, required_undeclared),
    each("path-parameter-required", "a path parameter is required", &["parameter"], path_parameter_required),
    each("missing-schema", "a parameter or header without a schema is a string", &["parameter", "header"], missing_schema),
    each("media-type-names", "a misspelt media type is put right", CONTENT, media_type_names),
    each("json-responses", "a response of some JSON, or of any media type, is JSON", &["response"], json_responses),
    each("content-without-schema", "a content without a schema is text or anything, as its media type says", CONTENT, content_without_schema),
    each("empty-responses", "a response of status 204, which has no content, loses it", &["operation"], empty_responses),
    each("status-words", "a status such as `2xx` is spelt as OpenAPI wants it", &["operation"], status_words),
    each("ignored-headers", IGNORED_HEADERS, &["response"], ignored_response_headers),
    whole("ignored-headers", IGNORED_HEADERS, ignored_parameters),
    whole("operation-ids", "a missing or repeated operationId is made from method and path", operation_ids),
    whole("duplicate-parameters", "of parameters with the same name and place, the first is kept", duplicate_parameters),
    whole("path-parameters", "a path parameter that is not declared is a string, one that the path does not have is dropped", path_parameters),
];

const SCHEMA: &[&str] = &["schema"];
const CONTENT: &[&str] = &["request body", "response"];
const IGNORED_HEADERS: &str =
    "headers that OpenAPI describes elsewhere, such as Content-Type, are dropped";

const fn each(
    name: &'static str,
    what: &'static str,
    shapes: &'static [&'static str],
    apply: fn(&mut Map<String, Value>, &mut Site<'_, '_>),
) -> Rule {
    Rule {
        name,
        what,
        on: On::Each(shapes, apply),
    }
}

const fn whole(
    name: &'static str,
    what: &'static str,
    apply: fn(&mut Value, &mut Site<'_, '_>),
) -> Rule {
    Rule {
        name,
        what,
        on: On::Whole(apply),
    }
}

/// Applies all rules to a document that conforms to the metamodel.
pub(crate) fn fix(tree: &mut Value, diagnostics: &mut Diagnostics<'_>) {
    let mut visit = |shape: &Shape, map: &mut Map<String, Value>, at: &Pointer| {
        for rule in RULES {
            if let On::Each(names, apply) = rule.on
                && names.contains(&shape.name)
            {
                apply(
                    map,
                    &mut Site {
                        rule: rule.name,
                        at,
                        diagnostics,
                    },
                );
            }
        }
    };
    walk(
        tree,
        &Kind::Object(&DOCUMENT),
        &mut Pointer::default(),
        &mut visit,
    );
    for rule in RULES {
        if let On::Whole(apply) = rule.on {
            apply(
                tree,
                &mut Site {
                    rule: rule.name,
                    at: &Pointer::default(),
                    diagnostics,
                },
            );
        }
    }
}

fn text<'a>(map: &'a Map<String, Value>, key: &str) -> &'a str {
    map.get(key).and_then(Value::as_str).unwrap_or("")
}
