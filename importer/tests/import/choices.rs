//! Which choices allow for more than one of their forms.

use crate::documents::{Bench, of_schema};

/// The keyword of a choice between these forms, after the import.
fn keyword(forms: &str) -> String {
    let spec = Bench::with(&of_schema(&format!("oneOf: {forms}"))).policies();
    let schema = &spec["components"]["schemas"]["Probe"];
    let keywords = schema.as_object().unwrap().keys();
    keywords.cloned().collect::<Vec<_>>().join(" ")
}

#[test]
fn forms_that_rule_each_other_out_stay_one_of() {
    for forms in [
        "[{type: string}, {type: integer}, {type: array, items: {type: string}}]",
        "[{type: string, enum: [a]}, {type: string, enum: [b]}]",
        "[{type: object, required: [kind], properties: {kind: {type: string, enum: [a]}}},
          {type: object, properties: {kind: {type: string, enum: [b]}}}]",
        "[{type: object, properties: {name: {type: string}}, additionalProperties: false},
          {type: object, required: [id], properties: {id: {type: string}}}]",
    ] {
        assert_eq!(keyword(forms), "oneOf", "{forms}");
    }
}

#[test]
fn forms_that_a_value_can_have_together_become_any_of() {
    for forms in [
        "[{type: object, properties: {name: {type: string}}}, {type: object, required: [id], properties: {id: {type: string}}}]",
        "[{type: object, properties: {id: {type: string}}}, {type: object, properties: {id: {type: integer}}}]",
        "[{type: string, nullable: true}, {type: integer, nullable: true}]",
        "[{type: string, enum: [a, b]}, {type: string, enum: [b, c]}]",
        "[{type: boolean}, {type: string, pattern: '^a'}, {type: string, pattern: '^b'}]",
    ] {
        assert_eq!(keyword(forms), "anyOf", "{forms}");
    }
}
