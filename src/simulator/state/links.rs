//! References and counts: generated ids refer to existing items, and counts match the number of items.

use serde_json::{Map, Value, json};

use crate::simulator::env::Sizes;

/// The number of the first item of a collection.
pub(crate) const FIRST: u64 = 1001;

/// The operation that lists the items to which a property of this name refers.
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

/// The operation that lists the items to which an attribute of a rule refers, derived from the last words of its name.
pub(super) fn list_in(attribute: &str) -> Option<&'static str> {
    let name = attribute.rsplit('.').next().unwrap_or(attribute);
    Some(match name {
        "application_category_ids" => "list_application_categories",
        "application_ids" => "list_applications",
        "application_list_ids" => "list_application_lists",
        "category_ids" => "list_content_categories",
        "destination_list_ids" => "list_destination_lists",
        "identity_ids" => "list_identities",
        "networkObjectGroupIds" => "list_network_object_groups",
        "networkObjectIds" => "list_network_objects",
        "private_resource_group_ids" => "list_private_resource_groups",
        "private_resource_ids" => "list_private_resources",
        "serviceObjectGroupIds" => "list_service_object_groups",
        "serviceObjectIds" => "list_service_objects",
        _ => return None,
    })
}

/// The initial properties of the items of a list that depend on the number of their children.
pub(super) fn counts(list: &str, sizes: &Sizes) -> Map<String, Value> {
    let mut counts = Map::new();
    if list == "list_destination_lists" {
        let count = sizes.of("list_destinations");
        counts.insert("meta".to_owned(), json!({"destinationCount": count}));
    }
    counts
}
