//! Default page sizes, which the documents state only in the descriptions of parameters.

/// Operations by the size of their pages.
pub(crate) const DEFAULT_PAGE_SIZES: &[(u64, &[&str])] = &[
    (
        10,
        &[
            "list_access_rules",
            "list_alerts",
            "list_connector_groups",
            "list_connectors",
            "list_content_categories",
            "list_ips_profile_signatures",
            "list_ips_profiles",
            "list_network_object_groups",
            "list_network_objects",
            "list_network_tunnel_group_states",
            "list_network_tunnel_groups",
            "list_network_tunnel_peer_states",
            "list_private_resource_groups",
            "list_private_resources",
            "list_sample_artifacts",
            "list_sample_behaviors",
            "list_sample_connections",
            "list_samples",
            "list_service_object_groups",
            "list_service_objects",
            "list_tenant_controls_profiles",
            "list_unified_network_objects",
            "list_unified_service_objects",
            "search_domains",
            "search_whois",
        ],
    ),
    (20, &["list_subdomains"]),
    (25, &["list_security_profiles"]),
    (
        50,
        &[
            "list_dlp_ai_guardrails_data_identifiers",
            "list_dlp_ai_guardrails_events",
            "list_dlp_ai_guardrails_rules",
            "list_dlp_built_in_classifications",
            "list_dlp_built_in_data_identifiers",
            "list_dlp_custom_classifications",
            "list_dlp_custom_data_identifiers",
            "list_dlp_edm_data_identifiers",
            "list_dlp_edm_types",
            "list_dlp_idm_data_identifiers",
            "list_dlp_real_time_events",
            "list_dlp_real_time_rules",
            "list_dlp_saas_api_events",
            "list_dlp_saas_api_rules",
        ],
    ),
    (
        100,
        &["list_registered_identities", "list_vpn_user_connections"],
    ),
    (
        500,
        &[
            "get_passive_dns_by_domain",
            "get_passive_dns_by_ip",
            "get_passive_dns_by_name",
            "get_passive_dns_by_raw_data",
            "get_whois_by_email",
        ],
    ),
    (u64::MAX, &["list_api_keys"]),
];

/// The default page size of an operation; `None` if it is not documented.
pub(super) fn default_page_size(operation: &str) -> Option<u64> {
    let mut sizes = DEFAULT_PAGE_SIZES.iter();
    let size = sizes.find(|(_, operations)| operations.contains(&operation));
    size.map(|(size, _)| *size)
}

/// Whether the limit 0 means no limit.
pub(super) fn zero_is_no_limit(operation: &str) -> bool {
    operation == "list_api_keys"
}
