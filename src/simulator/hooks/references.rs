//! References between items: members of groups, rules with their conditions, lists with their applications; items in use cannot be deleted.

use serde_json::{Map, Value, json};

use crate::simulator::handlers::{Call, Rejection};
use crate::simulator::http::response::JsonResponse;
use crate::simulator::state::{Store, id_text};

const OBJECTS: &str = "/policies/v2/objects/";
const RULES: &str = "/policies/v2/rules";
const RESOURCES: &str = "/policies/v2/privateResources";
const RESOURCE_GROUPS: &str = "/policies/v2/privateResourceGroups";
const CLASSIFICATIONS: &str = "/policies/v2/dlp/custom/classifications";
const APPLICATION_LISTS: &str = "/policies/v2/applicationLists";

/// All stored items of the collection at a path, with their ids. Generated items have no references here.
fn stored(call: &Call<'_>, store: &mut Store, path: &str) -> Vec<(Value, Map<String, Value>)> {
    let Some(collection) = store.at(path, call.env) else {
        return Vec::new();
    };
    let numbers = collection.stored_numbers().into_iter();
    numbers
        .map(|number| {
            (
                collection.id(number),
                collection.item(call.values(), number),
            )
        })
        .collect()
}

/// The elements of a list.
fn elements<'a>(item: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a Value> {
    item.get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// Whether a rule has a condition on this id in an attribute whose name contains `attribute`.
fn is_used_by(rule: &Map<String, Value>, attribute: &str, id: &str) -> bool {
    elements(rule, "ruleConditions").any(|condition| {
        let name = condition["attributeName"].as_str().unwrap_or_default();
        let has_name = name.to_ascii_lowercase().contains(attribute);
        let values = match &condition["attributeValue"] {
            Value::Array(values) => values.clone(),
            value => vec![value.clone()],
        };
        has_name && values.iter().any(|value| id_text(value) == id)
    })
}

/// The rules that have a condition on this id, with id and name.
fn rules(call: &Call<'_>, store: &mut Store, attribute: &str, id: &str) -> Vec<Value> {
    let rules = stored(call, store, RULES).into_iter();
    rules
        .filter(|(_, rule)| is_used_by(rule, attribute, id))
        .map(|(id, rule)| json!({"id": id, "name": rule.get("ruleName")}))
        .collect()
}

/// The id and name of an item; `None` where it does not exist.
fn named(call: &Call<'_>, store: &mut Store, path: &str, id: &Value) -> Option<Value> {
    let collection = store.at(path, call.env)?;
    let number = collection.find(&id_text(id))?;
    let item = collection.row(call.values(), number);
    Some(json!({"id": id, "name": item["name"]}))
}

/// Adds the members to an object group, by the ids in the body.
pub(super) fn group_saved(call: &Call<'_>, store: &mut Store, path: &str, number: u64) {
    let objects = path.replace("Groups", "s");
    for (ids, members, of) in [
        ("objectIds", "objects", objects.as_str()),
        ("groupIds", "groups", path),
    ] {
        let ids = call.request.body[ids]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let rows: Vec<Value> = ids
            .iter()
            .map(|id| named(call, store, of, id).unwrap_or_else(|| json!({"id": id, "name": ""})))
            .collect();
        if let Some(groups) = store.at(path, call.env) {
            groups.edit(call.values(), number, |group| {
                group.insert(members.to_owned(), json!(rows));
            });
        }
    }
}

/// The groups and rules that refer to an object or a group of objects.
pub(super) fn of_object(
    call: &Call<'_>,
    store: &mut Store,
) -> Result<Option<JsonResponse>, Rejection> {
    let path = call.path_above();
    let Some((collection, id)) = path
        .rsplit_once('/')
        .filter(|(above, _)| above.starts_with(OBJECTS))
    else {
        return Ok(None);
    };
    let known = store.at(collection, call.env).and_then(|objects| {
        let number = objects.find(id)?;
        Some(objects.id(number))
    });
    let missing = || Rejection::Status(404, format!("There is no item with the id {id}."));
    let facts = references(call, store, collection, &known.ok_or_else(missing)?);
    Ok(Some(JsonResponse::new(
        call.operation().success_status,
        facts,
    )))
}

fn references(call: &Call<'_>, store: &mut Store, collection: &str, id: &Value) -> Value {
    let (groups, members) = match collection.ends_with("Groups") {
        true => (collection.to_owned(), "groups"),
        false => (
            format!("{}Groups", collection.trim_end_matches('s')),
            "objects",
        ),
    };
    let groups: Vec<Value> = stored(call, store, &groups)
        .into_iter()
        .filter(|(_, group)| elements(group, members).any(|member| member["id"] == *id))
        .map(|(id, group)| json!({"id": id, "name": group.get("name")}))
        .collect();
    let name = collection.rsplit('/').next().unwrap_or_default();
    let attribute = format!("{}ids", name.to_ascii_lowercase().trim_end_matches('s'));
    let rules = rules(call, store, &attribute, &id_text(id));
    json!({"id": id, "groups": groups, "rules": rules})
}

/// The references to the objects that the query names.
pub(super) fn of_objects(call: &Call<'_>, store: &mut Store) -> Option<JsonResponse> {
    let ids = call.request.query.values().find_map(Value::as_array)?;
    let collection = call.path_above();
    let rows: Vec<Value> = ids
        .iter()
        .filter_map(|id| {
            let objects = store.at(collection, call.env)?;
            let number = objects.find(&id_text(id))?;
            let id = objects.id(number);
            Some(references(call, store, collection, &id))
        })
        .collect();
    let count = rows.len();
    let facts = json!({"count": count, "limit": count, "offset": 0, "results": rows});
    Some(JsonResponse::new(call.operation().success_status, facts))
}

/// The application lists that contain the applications of the query.
pub(super) fn applications(call: &Call<'_>, store: &mut Store) -> Option<JsonResponse> {
    let wanted = call.request.query.get("attributeValue")?;
    let wanted = wanted
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![wanted.clone()]);
    let lists = store.at(APPLICATION_LISTS, call.env)?;
    let numbers = lists.numbers().to_vec();
    let lists: Vec<(Value, Map<String, Value>)> = numbers
        .into_iter()
        .map(|number| (lists.id(number), lists.item(call.values(), number)))
        .collect();
    let rows: Vec<Value> = wanted
        .iter()
        .map(|application| {
            let text = id_text(application);
            let lists: Vec<Value> = lists
                .iter()
                .filter(|(_, list)| elements(list, "applicationIds").any(|id| id_text(id) == text))
                .map(|(id, list)| {
                    let rules = rules(call, store, "application_list_ids", &id_text(id));
                    json!({
                        "applicationListId": id,
                        "applicationListName": list.get("applicationListName"),
                        "applicationIds": list.get("applicationIds"),
                        "isRuleAssociated": !rules.is_empty(),
                        "usedByRules": rules.iter().map(|rule| rule["id"].clone()).collect::<Vec<_>>(),
                    })
                })
                .collect();
            let id = text.parse::<i64>().map_or(json!(text), |id| json!(id));
            json!({"applicationId": id, "usedBy": {"applicationLists": lists}})
        })
        .collect();
    Some(JsonResponse::new(
        call.operation().success_status,
        json!(rows),
    ))
}

/// Adds the ids of credentials to their integration.
pub(super) fn credentials(call: &Call<'_>, store: &mut Store) {
    const INTEGRATIONS: &str = "/admin/v2/integrations";
    let numbers = match store.at(INTEGRATIONS, call.env) {
        Some(integrations) => integrations.stored_numbers(),
        None => Vec::new(),
    };
    for number in numbers {
        let Some(integrations) = store.at(INTEGRATIONS, call.env) else {
            continue;
        };
        let id = id_text(&integrations.id(number));
        let path = format!("{INTEGRATIONS}/{id}/credentials");
        let Some(credentials) = store.at(&path, call.env) else {
            continue;
        };
        let rows: Vec<Value> = credentials
            .numbers()
            .iter()
            .map(|number| {
                let mut row = credentials.row(call.values(), *number);
                row["id"] = credentials.id(*number);
                row
            })
            .collect();
        if let Some(integrations) = store.at(INTEGRATIONS, call.env) {
            integrations.edit(call.values(), number, |integration| {
                integration.insert("credentials".to_owned(), json!(rows));
            });
        }
    }
}

/// Updates `property` of the items at `other` to match the members of one item: those in `ids` have the id of the item, and no others.
fn join(
    call: &Call<'_>,
    store: &mut Store,
    other: &str,
    property: &str,
    id: &Value,
    ids: &[Value],
) {
    let Some(others) = store.at(other, call.env) else {
        return;
    };
    let members = ids.iter().filter_map(|id| others.find(&id_text(id)));
    let mut numbers: Vec<u64> = members.collect();
    numbers.extend(others.stored_numbers());
    for number in numbers {
        let is_member = ids
            .iter()
            .any(|id| id_text(id) == id_text(&others.id(number)));
        others.edit(call.values(), number, |item| {
            let mut known: Vec<Value> = elements(item, property).cloned().collect();
            let has_id = known.contains(id);
            if is_member && !has_id {
                known.push(id.clone());
            } else if !is_member {
                known.retain(|known| known != id);
            }
            if has_id != is_member {
                item.insert(property.to_owned(), Value::Array(known));
            }
        });
    }
}

/// Connects a resource or a group with its groups or members.
pub(super) fn members_saved(call: &Call<'_>, store: &mut Store, path: &str, number: u64) {
    let is_group = path == RESOURCE_GROUPS;
    let (own, other, theirs) = match is_group {
        true => ("resourceIds", RESOURCES, "resourceGroupIds"),
        false => ("resourceGroupIds", RESOURCE_GROUPS, "resourceIds"),
    };
    let Some(collection) = store.at(path, call.env) else {
        return;
    };
    let id = collection.id(number);
    let item = collection.item(call.values(), number);
    let ids: Vec<Value> = elements(&item, own).cloned().collect();
    join(call, store, other, theirs, &id, &ids);
}

/// Rejects the deletion of an item in use, and removes a deleted item from its groups.
pub(super) fn deleting(
    call: &Call<'_>,
    store: &mut Store,
    path: &str,
    number: u64,
) -> Result<(), Rejection> {
    let Some(id) = store
        .at(path, call.env)
        .map(|collection| collection.id(number))
    else {
        return Ok(());
    };
    let text = id_text(&id);
    let is_used = match path {
        RESOURCES | RESOURCE_GROUPS => {
            let attribute = match path {
                RESOURCES => "private_resource_ids",
                _ => "private_resource_group_ids",
            };
            let is_forced = call.request.query.get("force") == Some(&Value::Bool(true));
            !is_forced && !rules(call, store, attribute, &text).is_empty()
        }
        _ if path.starts_with("/policies/v2/dlp/") && path.ends_with("/dataIdentifiers") => {
            let classifications = stored(call, store, CLASSIFICATIONS);
            classifications.iter().any(|(_, classification)| {
                elements(classification, "dataIdentifiers").any(|used| {
                    let used = used.get("id").unwrap_or(used);
                    id_text(used) == text
                })
            })
        }
        _ => false,
    };
    if is_used {
        return Err(Rejection::Status(409, format!("{text} is in use.")));
    }
    if path == RESOURCES {
        remove_empty_groups(call, store, &id);
        join(call, store, RESOURCE_GROUPS, "resourceIds", &id, &[]);
    }
    if path == RESOURCE_GROUPS {
        join(call, store, RESOURCES, "resourceGroupIds", &id, &[]);
    }
    Ok(())
}

/// Removes the groups whose only member is deleted.
fn remove_empty_groups(call: &Call<'_>, store: &mut Store, id: &Value) {
    let Some(groups) = store.at(RESOURCE_GROUPS, call.env) else {
        return;
    };
    for number in groups.stored_numbers() {
        let group = groups.item(call.values(), number);
        let members: Vec<&Value> = elements(&group, "resourceIds").collect();
        if members == [id] {
            groups.remove(number);
        }
    }
}
