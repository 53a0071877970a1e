//! What an id refers to: so that the ids that are made up are those of things that exist.

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
