//! What an id refers to, and what a count counts: so that the ids that are made up are those of things that exist, and as many.

use serde_json::{Map, Value, json};

use crate::simulator::env::Sizes;

/// The first item of a collection has this number.
pub(crate) const FIRST: u64 = 1001;

/// The operation that lists what a property of this name refers to.
pub(super) fn list_of(property: &str) -> Option<&'static str> {
    Some(match property {
        "siteId" | "siteIds" => "list_sites",
        "networkId" => "list_networks",
        "tunnelId" | "networkTunnelGroupId" => "list_network_tunnel_groups",
        "groupId" => "list_connector_groups",
        "resourceIds" | "privateResourceId" => "list_private_resources",
        "resourceGroupIds" => "list_private_resource_groups",
        "applicationIds" | "applicationId" => "list_applications",
        "applicationCategoryIds" => "list_application_categories",
        "destinationListId" | "destinationListIds" => "list_destination_lists",
        "rule_id" => "list_alert_rules",
        "objectIds" => "list_network_objects",
        _ => return None,
    })
}

/// What the items of a list have from the start, because of how many items are under each of them.
pub(super) fn counts(list: &str, sizes: &Sizes) -> Map<String, Value> {
    let mut counts = Map::new();
    if list == "list_destination_lists" {
        let count = sizes.of("list_destinations");
        counts.insert("meta".to_owned(), json!({"destinationCount": count}));
    }
    counts
}
