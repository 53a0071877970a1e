//! OpenAPI links from the creation of an item to the operations on it, so that Schemathesis makes sequences of calls: the documents have none.

use cisco_secure_access_openapi::{Document, Operation};
use serde_json::{Value, json};

/// Adds links to the response of each operation that creates an item whose id the response has.
pub(super) fn link(scope: &str, root: &mut Value) -> Result<(), String> {
    let document = Document::new(scope, root.clone()).map_err(|error| error.to_string())?;
    for (create, operation, parameter) in pairs(&document) {
        let Some(pointer) = id_in(&document, create, parameter) else {
            continue;
        };
        let response = &mut root["paths"][&create.path]["post"]["responses"];
        response[create.success_status.to_string()]["links"][&operation.id] = json!({
            "operationId": operation.id,
            "parameters": {parameter: format!("$response.body#{pointer}")},
        });
    }
    Ok(())
}

/// The creations, each with an operation on what it creates and the parameter of the operation that has the id.
fn pairs(document: &Document) -> impl Iterator<Item = (&Operation, &Operation, &str)> {
    let operations = document.operations();
    let creations = operations.iter().filter(|create| create.method == "POST");
    creations.flat_map(move |create| {
        operations.iter().filter_map(move |operation| {
            let end = operation.path.strip_prefix(&create.path)?;
            let parameter = end.strip_prefix("/{")?.strip_suffix('}')?;
            let is_one = !create.path.contains('{') && !parameter.contains('/');
            is_one.then_some((create, operation, parameter))
        })
    })
}

/// The JSON pointer of the id in a response: a property of the name of the parameter, or `id`, in the response or an object in it.
fn id_in(document: &Document, create: &Operation, parameter: &str) -> Option<String> {
    let response = create.response()?;
    let id_of = |schema: &Value| {
        let known = document.property_names(schema);
        let mut names = [parameter, "id", "originId"].into_iter();
        names.find(|name| known.contains(*name)).map(str::to_owned)
    };
    let held = || {
        let holders = document.property_names(response).into_iter();
        let mut ids = holders.filter_map(|holder| {
            let id = id_of(document.property(response, &holder)?)?;
            Some(format!("/{holder}/{id}"))
        });
        ids.next()
    };
    id_of(response).map(|id| format!("/{id}")).or_else(held)
}
