//! Which lists are configuration: those whose items the API can create or change.

use std::collections::BTreeSet;

use cisco_secure_access::{Method, Operation, operations};
use cisco_secure_access_openapi::{Location, Parameter};
use serde_json::Value;

use crate::catalog::{self, Entry};
use crate::failure::{Failure, Result};
use crate::operation::{Values, item_schema};

/// The path scopes of configuration; the others report and investigate.
const SCOPES: &[&str] = &["admin", "deployments", "policies"];

/// A list of configuration.
pub(in crate::tasks) struct Collection {
    /// `policies/access_rules`
    pub(in crate::tasks) title: String,
    pub(in crate::tasks) list: Entry,
    /// The parameters that the list requires.
    pub(super) values: Values,
    /// The property that has the id of an item.
    pub(super) id: Option<String>,
    /// The property that has the name of an item.
    pub(super) name: Option<String>,
    /// The operation that reads properties of an item that the list does not have, and where its response has the item.
    pub(super) detail: Option<(Entry, String)>,
    /// The lists of an item.
    pub(super) children: Vec<Collection>,
    /// The properties that a request can set.
    settable: BTreeSet<String>,
}

/// The collections, in the order of their titles: those that the API can change, or all.
fn collections(all: bool) -> Vec<Collection> {
    let is_top = |operation: &&Operation| !operation.path.contains('{');
    let mut collections: Vec<_> = lists()
        .filter(is_top)
        .filter(|list| all || is_changeable(list))
        .filter_map(Collection::new)
        .collect();
    collections.sort_by(|one, other| one.title.cmp(&other.title));
    collections
}

/// The collections of these titles or scopes; all of them if there are none.
///
/// # Errors
/// When there is no such collection.
pub(in crate::tasks) fn select(all: bool, titles: &[String]) -> Result<Vec<Collection>> {
    let is_in = |collection: &Collection, title: &str| {
        collection.title == title || collection.list.operation.scope == title
    };
    let known = collections(all || !titles.is_empty());
    for title in titles {
        if !known.iter().any(|collection| is_in(collection, title)) {
            return Err(Failure::usage(format!("there is no collection `{title}`"))
                .with_hint("`secure-access snapshot . --all --dry-run` lists the collections."));
        }
    }
    if titles.is_empty() {
        return Ok(known);
    }
    let is_selected = |collection: &Collection| {
        let is_changeable = all || is_changeable(collection.list.operation);
        titles
            .iter()
            .any(|title| is_in(collection, title) && (is_changeable || collection.title == *title))
    };
    Ok(known.into_iter().filter(is_selected).collect())
}

/// The lists of the scopes of configuration.
fn lists() -> impl Iterator<Item = &'static Operation> {
    operations().filter(|operation| {
        SCOPES.contains(&operation.scope)
            && operation.method == Method::GET
            && operation.pagination.is_some()
    })
}

/// Whether the API can create items of a list, or change those that exist.
fn is_changeable(list: &Operation) -> bool {
    writes(list).next().is_some()
}

/// The operations that create or change items of a list.
fn writes(list: &Operation) -> impl Iterator<Item = &'static Operation> {
    operations().filter(move |operation| {
        let changes = [Method::PUT, Method::PATCH, Method::DELETE];
        let is_of_item = || item_parameter(list.path, operation.path).is_some();
        (operation.path == list.path && operation.method == Method::POST)
            || (changes.contains(&operation.method) && is_of_item())
    })
}

/// The parameter of the path of an item: `siteId` of `/deployments/v2/sites/{siteId}`.
fn item_parameter(list: &str, path: &'static str) -> Option<&'static str> {
    let parameter = path
        .strip_prefix(list)?
        .strip_prefix("/{")?
        .strip_suffix('}')?;
    (!parameter.contains('/')).then_some(parameter)
}

impl Collection {
    /// The collection of a list; `None` if its parameters or items are not known.
    fn new(list: &'static Operation) -> Option<Self> {
        let entry = catalog::find(list.id)?;
        let names = entry.document.property_names(item_schema(entry)?);
        let parameter = operations().find_map(|known| item_parameter(list.path, known.path));
        let ids = [parameter.unwrap_or("id"), "id"];
        let id = ids.into_iter().find(|id| names.contains(*id));
        let title = list.id.strip_prefix("list_").unwrap_or(list.id);
        Some(Self {
            title: format!("{}/{title}", list.scope),
            list: entry,
            values: required_values(entry)?,
            name: name(&names, id.unwrap_or_default()),
            detail: id.and_then(|id| detail(entry, id, &names)),
            id: id.map(str::to_owned),
            children: children(list),
            settable: writes(list).filter_map(body_names).flatten().collect(),
        })
    }

    /// Whether a request can set a property.
    pub(in crate::tasks) fn can_set(&self, name: &str) -> bool {
        self.settable.contains(name)
    }

    /// The operations that read the collection.
    pub(in crate::tasks) fn operations(&self) -> Vec<String> {
        let detail = self.detail.iter().map(|(detail, _)| *detail);
        let children = self.children.iter().map(|child| child.list);
        let entries = std::iter::once(self.list).chain(detail).chain(children);
        entries
            .map(|entry| catalog::command_name(entry.operation))
            .collect()
    }
}

/// The parameters that a list requires besides those of its path; `None` if one of them has no known values.
fn required_values(list: Entry) -> Option<Values> {
    let required = list.description.parameters.iter();
    let required = required
        .filter(|parameter| parameter.is_mandatory() && parameter.location != Location::Path);
    let value = |parameter: &Parameter| {
        let schema = list.document.resolve(&parameter.schema);
        let values = list.document.resolve(&schema["items"])["enum"].as_array()?;
        let key = (parameter.location, parameter.name.clone());
        Some((key, Value::Array(values.clone())))
    };
    required.map(value).collect()
}

/// The property that names an item.
fn name(names: &BTreeSet<String>, id: &str) -> Option<String> {
    let own = id.strip_suffix("Id").map(|kind| format!("{kind}Name"));
    let candidates = [
        Some("name"),
        own.as_deref(),
        Some(id),
        Some("label"),
        Some("domain"),
        Some("hostname"),
    ];
    let is_name = |name: &&str| names.contains(*name) && (*name != id || id.ends_with("Name"));
    candidates
        .into_iter()
        .flatten()
        .find(is_name)
        .map(str::to_owned)
}

/// The operation that reads an item, if it has properties that the list does not have.
fn detail(list: Entry, id: &str, names: &BTreeSet<String>) -> Option<(Entry, String)> {
    let operation = operations().find(|known| {
        known.method == Method::GET && item_parameter(list.operation.path, known.path).is_some()
    })?;
    let entry = catalog::find(operation.id)?;
    let document = entry.document;
    let response = entry.description.response()?;
    let known = document.property_names(response);
    if known.contains(id) {
        return (!known.is_subset(names)).then(|| (entry, String::new()));
    }
    // The response is an envelope around the item.
    known.iter().find_map(|name| {
        let inner = document.property_names(document.property(response, name)?);
        let is_item = inner.contains(id) && !inner.is_subset(names);
        is_item.then(|| (entry, format!("/{name}")))
    })
}

/// The lists of an item that the API can change.
fn children(list: &Operation) -> Vec<Collection> {
    let is_child = |child: &&Operation| {
        let below = child.path.strip_prefix(list.path);
        let segment = below.and_then(|path| path.strip_prefix("/{")?.split_once("}/"));
        segment.is_some_and(|(_, segment)| !segment.contains('/')) && is_changeable(child)
    };
    lists()
        .filter(is_child)
        .filter_map(Collection::new)
        .collect()
}

/// The names of the properties that a body has.
fn body_names(operation: &Operation) -> Option<BTreeSet<String>> {
    let entry = catalog::find(operation.id)?;
    let schema = entry.description.body.as_ref()?.json()?;
    Some(entry.document.property_names(schema))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(all: bool) -> Vec<String> {
        let collections = collections(all).into_iter();
        collections.map(|collection| collection.title).collect()
    }

    #[test]
    fn configuration_is_what_the_api_can_change() {
        let changeable = titles(false);
        for title in [
            "deployments/sites",
            "deployments/dns_forwarders",
            "policies/access_rules",
            "policies/policy_settings",
            "admin/api_keys",
        ] {
            assert!(
                changeable.contains(&title.to_owned()),
                "{title} is not in {changeable:?}"
            );
        }
        for title in [
            "admin/vpn_user_connections",
            "deployments/network_tunnel_group_states",
            "policies/geolocations",
            "admin/alerts",
        ] {
            assert!(!changeable.contains(&title.to_owned()), "{title}");
        }
        assert!(titles(true).contains(&"policies/geolocations".to_owned()));
    }

    #[test]
    fn items_have_ids_names_details_and_children() {
        let collections = collections(false);
        let of = |title: &str| collections.iter().find(|known| known.title == title);
        let names = |title: &str| of(title).map(|known| (known.id.clone(), known.name.clone()));
        let pair = |id: &str, name: &str| Some((Some(id.to_owned()), Some(name.to_owned())));
        assert_eq!(names("deployments/sites"), pair("siteId", "name"));
        assert_eq!(names("policies/access_rules"), pair("ruleId", "ruleName"));
        assert_eq!(
            names("policies/policy_settings"),
            pair("settingName", "settingName")
        );
        assert_eq!(names("deployments/internal_domains"), pair("id", "domain"));
        let operations = |title: &str| of(title).map(Collection::operations).unwrap_or_default();
        assert_eq!(operations("deployments/sites"), ["list-sites"]);
        assert_eq!(
            operations("policies/access_rules"),
            ["list-access-rules", "get-access-rule"]
        );
        assert_eq!(
            operations("policies/destination_lists"),
            ["list-destination-lists", "list-destinations"]
        );
    }
}
