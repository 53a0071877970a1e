//! Confirmations: before something is deleted or replaced, the agent repeats its name.
//!
//! An agent that mixes up two ids does not know the name that belongs to the wrong one. So the server reads the name from the service, and
//! does not reveal it.

use cisco_secure_access::{Client, Method, operations};
use cisco_secure_access_openapi::Location;
use serde_json::{Map, Value};

use crate::catalog::{self, Entry};
use crate::failure::{Failure, Result};
use crate::operation::{Call, Effect, Payload, Values};

/// What a call has to be confirmed with.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    /// The current name of what the call is about.
    Name(String),
    /// The last value of its path.
    Id(String),
    /// The id of the operation, because its path names nothing.
    Operation,
}

/// What an agent has to repeat in a call of an operation.
pub(super) fn description(entry: Entry) -> String {
    let last = last_parameter(entry);
    match (reader(entry), last) {
        (Some(reader), Some(last)) => format!(
            "the current name in the response of {}, or the value of {last} if it has no name",
            reader.operation.id
        ),
        (None, Some(last)) => format!("the value of {last}"),
        (_, None) => entry.operation.id.to_owned(),
    }
}

/// Rejects a call that deletes or replaces, unless it is confirmed.
///
/// # Errors
/// When the confirmation is missing or is another name, or the name cannot be read. Nothing was changed then.
pub(super) async fn check(client: &Client, call: &Call, confirm: Option<&Value>) -> Result<()> {
    if call.effect() != Effect::Destroy {
        return Ok(());
    }
    let id = call.entry.operation.id;
    let hint = format!("Expected {}.", description(call.entry));
    let Some(confirm) = confirm else {
        let message = format!("{id} cannot be undone and needs `confirm`: nothing was changed");
        return Err(Failure::usage(message).with_hint(hint));
    };
    let expected = match expected(client, call).await? {
        Expected::Name(text) | Expected::Id(text) => text,
        Expected::Operation => id.to_owned(),
    };
    let given = match confirm {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if given == expected {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "`confirm` does not name what {id} would delete, replace or change: nothing was changed"
    ))
    .with_hint(format!(
        "{hint} If you expected it to be this name, the id is that of something else."
    )))
}

async fn expected(client: &Client, call: &Call) -> Result<Expected> {
    let Some(last) = call.path_values().pop() else {
        return Ok(Expected::Operation);
    };
    let Some(reader) = reader(call.entry) else {
        return Ok(Expected::Id(last));
    };
    let own = reader.description.parameters.iter();
    let values: Values = own
        .filter(|parameter| parameter.location == Location::Path)
        .filter_map(|parameter| {
            let value = call.value(Location::Path, &parameter.name)?;
            Some(((Location::Path, parameter.name.clone()), value.clone()))
        })
        .collect();
    let read = Call::new(reader, values, Payload::Empty).request(client);
    let id = call.entry.operation.id;
    let response = read.send::<Value>().await.map_err(|error| {
        Failure::from(error).context(&format!(
            "what {id} is about cannot be read, so nothing was changed"
        ))
    })?;
    let parameter = last_parameter(call.entry).unwrap_or_default();
    Ok(match name(&response.into_inner(), parameter) {
        Some(name) => Expected::Name(name.to_owned()),
        None => Expected::Id(last),
    })
}

/// The name of the last parameter of the path.
fn last_parameter(entry: Entry) -> Option<&'static str> {
    let parameters = entry.description.parameters.iter();
    let mut in_path = parameters.filter(|parameter| parameter.location == Location::Path);
    in_path.next_back().map(|parameter| parameter.name.as_str())
}

/// The operation that reads what a call is about: `GET` of the path up to its last parameter.
fn reader(entry: Entry) -> Option<Entry> {
    let path = entry.operation.path;
    let path = &path[..=path.rfind('}')?];
    let found =
        operations().find(|operation| operation.method == Method::GET && operation.path == path)?;
    let needs_more = |entry: &Entry| {
        let mut parameters = entry.description.parameters.iter();
        parameters.any(|parameter| parameter.location != Location::Path && parameter.is_mandatory())
    };
    catalog::find(found.id).filter(|entry| !needs_more(entry))
}

/// The name in a response: of its object, or of an object in an envelope, which has no id of its own. `id` is the path parameter.
fn name<'a>(response: &'a Value, id: &str) -> Option<&'a str> {
    let object = response.as_object()?;
    let in_envelope = || {
        let mut nested = object.values().filter_map(Value::as_object);
        nested.find_map(|object| own_name(object, id))
    };
    match object.contains_key("id") {
        true => own_name(object, id),
        false => own_name(object, id).or_else(in_envelope),
    }
}

/// The property `name`; of a rule with the id `ruleId`, also `ruleName`.
fn own_name<'a>(object: &'a Map<String, Value>, id: &str) -> Option<&'a str> {
    let long = || object.get(&format!("{}Name", id.strip_suffix("Id")?));
    let name = object.get("name").or_else(long)?.as_str()?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_name_is_that_of_the_object_or_of_the_one_in_an_envelope() {
        for (response, expected) in [
            (
                json!({"id": 1, "name": "Harbour", "ruleName": "East"}),
                Some("Harbour"),
            ),
            (
                json!({"ruleId": 1, "ruleName": "Allow", "creatorName": "Me"}),
                Some("Allow"),
            ),
            (
                json!({"status": {"code": 200}, "data": {"id": 1, "name": "List"}}),
                Some("List"),
            ),
            (json!({"id": 1, "site": {"name": "East"}}), None),
            (json!({"id": 1, "creatorName": "Me"}), None),
            (json!({"id": 1, "name": ""}), None),
            (json!([1]), None),
        ] {
            assert_eq!(name(&response, "ruleId"), expected, "{response}");
        }
    }

    #[test]
    fn what_has_to_be_repeated_follows_from_the_path() {
        for (id, expected) in [
            (
                "delete_site",
                "the current name in the response of get_site, or the value of siteId if it has no name",
            ),
            (
                "remove_destinations",
                "the current name in the response of get_destination_list, or the value of destinationListId if it has no name",
            ),
            ("delete_ztna_user_device", "the value of deviceId"),
            ("delete_alert_rules", "delete_alert_rules"),
        ] {
            let entry = catalog::find(id).unwrap_or_else(|| panic!("{id}"));
            assert_eq!(description(entry), expected);
        }
    }
}
