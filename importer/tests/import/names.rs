//! Names by rule.

use cisco_secure_access_importer::names::{schema_name, summary};

use crate::documents::{Bench, of_paths};

/// The name of the operation of `method` on `path`, which upstream calls `id`.
fn operation(method: &str, path: &str, id: &str) -> String {
    let paths = format!(
        "{path}: {{{method}: {{operationId: {id}, responses: {{'200': {{description: ok}}}}}}}}"
    );
    let spec = Bench::with(&of_paths("Cisco Secure Access Test API", &paths, "")).policies();
    spec["paths"][format!("/policies/v2{path}")][method]["operationId"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn operations_are_verb_and_resource() {
    let cases = [
        ("get", "/apiKeys", "getAPIKeys", "list_api_keys"),
        ("get", "/apiKeys/{id}", "get_api_key_by_id", "get_api_key"),
        ("post", "/apiKeys", "addKey", "create_api_key"),
        ("put", "/apiKeys/{id}", "putKey", "update_api_key"),
        ("patch", "/apiKeys/{id}", "patchKey", "update_api_key"),
        ("delete", "/apiKeys/{id}", "removeKey", "delete_api_key"),
        (
            "post",
            "/apiKeys/{id}/refresh",
            "refreshKey",
            "refresh_api_key",
        ),
        (
            "get",
            "/networktunnelgroups/{id}/peers",
            "listNetworkTunnelGroupPeers",
            "list_network_tunnel_group_peers",
        ),
        (
            "get",
            "/networktunnelgroups",
            "addNetworkTunnelGroup",
            "list_network_tunnel_groups",
        ),
        ("get", "/top-destinations", "getTop", "get_top_destinations"),
        (
            "get",
            "/top-destinations/{type}",
            "getTop",
            "get_top_destinations_by_type",
        ),
        (
            "get",
            "/requests-by-hour/{type}",
            "getRequests",
            "get_requests_by_hour_and_type",
        ),
        ("get", "/identities/{id}", "x", "get_identity"),
        ("get", "/deployment-status", "x", "get_deployment_status"),
        (
            "post",
            "/objects/networkObjects/upload",
            "x",
            "upload_network_objects",
        ),
    ];
    for (method, path, id, expected) in cases {
        assert_eq!(operation(method, path, id), expected, "{method} {path}");
    }
}

#[test]
fn put_replaces_where_patch_updates_and_equal_names_are_numbered() {
    let response = "responses: {'200': {description: ok}}";
    let paths = format!(
        "/things/{{id}}: {{put: {{operationId: a, {response}}}, patch: {{operationId: b, {response}}}}}
/thing/{{id}}: {{patch: {{operationId: c, {response}}}}}"
    );
    let spec = Bench::with(&of_paths("Cisco Secure Access Test API", &paths, "")).policies();
    assert_eq!(
        spec["paths"]["/policies/v2/things/{id}"]["put"]["operationId"],
        "replace_thing"
    );
    let updates = ["/policies/v2/thing/{id}", "/policies/v2/things/{id}"];
    let names = updates.map(|path| spec["paths"][path]["patch"]["operationId"].clone());
    assert_eq!(names, ["update_thing", "update_thing_2"]);
}

#[test]
fn schemas_lose_the_dirt_of_their_generator() {
    let operations = [("GetActivities".to_owned(), "ListActivity".to_owned())];
    let cases = [
        ("GetActivities200Response", "ListActivityResponse"),
        (
            "GetActivities200ResponseDataInner",
            "ListActivityResponseData",
        ),
        ("GetActivitiesRequest", "ListActivityRequest"),
        ("RegionListRegionsInner", "RegionListRegion"),
        ("Model400Error", "BadRequestError"),
        ("Alerting404Error", "AlertingNotFoundError"),
        ("Model400ListErrorOneOf", "BadRequestListErrorVariant1"),
        ("Model400ListErrorOneOf1", "BadRequestListErrorVariant2"),
        ("BgpDataRequestObj", "BgpDataRequest"),
        ("ConnectorGroupReq", "ConnectorGroupRequest"),
        ("NetworkObjectRequestSchema", "NetworkObjectRequest"),
        ("DLPRuleEventByType", "DlpRuleEventByType"),
        ("saaSApiEvents", "SaasApiEvents"),
        ("IdentitiesIdentities", "Identities"),
        ("cert-chain", "CertChain"),
        ("S3Bucket", "S3Bucket"),
    ];
    for (upstream, expected) in cases {
        assert_eq!(schema_name(upstream, &operations), expected);
    }
}

#[test]
fn a_summary_is_made_of_the_name() {
    assert_eq!(summary("list_api_keys"), "List API keys");
    assert_eq!(summary("get_top_internal_ips"), "Get top internal IPs");
    assert_eq!(
        summary("list_dlp_saas_api_rules"),
        "List DLP SaaS API rules"
    );
}
