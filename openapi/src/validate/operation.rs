//! The validators of the requests of an operation.

use std::collections::BTreeMap;

use super::schema::SchemaValidator;
use crate::document::Document;
use crate::operation::Operation;
use crate::parameter::{Location, Parameter};

/// The compiled schemas of an operation: one for each parameter, one for each media type of the body.
///
/// Compiling takes longer than checking: keep them for further requests of the operation.
#[derive(Debug)]
pub struct Validators {
    parameters: BTreeMap<Location, BTreeMap<String, SchemaValidator>>,
    bodies: BTreeMap<String, SchemaValidator>,
}

impl Validators {
    /// Compiles the schemas of an operation of the document.
    #[must_use]
    pub fn new(document: &Document, operation: &Operation) -> Self {
        let mut parameters = BTreeMap::<_, BTreeMap<_, _>>::new();
        for parameter in &operation.parameters {
            if let Some(validator) = SchemaValidator::of_request(document, &parameter.schema) {
                let location = parameters.entry(parameter.location).or_default();
                let validator = validator.with_time(parameter.time);
                location.insert(parameter.name.clone(), validator);
            }
        }
        let bodies = operation.body.iter().flat_map(|body| &body.media_types);
        Self {
            parameters,
            bodies: bodies
                .filter_map(|(media_type, schema)| {
                    let validator = SchemaValidator::of_request(document, schema)?;
                    Some((media_type.clone(), validator))
                })
                .collect(),
        }
    }

    /// The validator of the values of a parameter. `None` if the operation does not have it, or if its schema does not compile.
    #[must_use]
    pub fn parameter(&self, parameter: &Parameter) -> Option<&SchemaValidator> {
        let location = self.parameters.get(&parameter.location)?;
        location.get(&parameter.name)
    }

    /// The validator of a body of this media type, such as `application/json`. `None` if the operation does not have such a body, or if
    /// its schema does not compile.
    #[must_use]
    pub fn body(&self, media_type: &str) -> Option<&SchemaValidator> {
        self.bodies.get(media_type)
    }
}
