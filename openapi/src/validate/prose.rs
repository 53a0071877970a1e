//! Rules that a document states only in words, as keywords of JSON Schema that are added to its schemas.
//!
//! Each rule has a row in `docs/simulator.md` of the repository with its source; a test compares both.

use serde_json::{Map, Value};

/// A rule that a document states only in words: for a property of a schema, or for the schema itself.
#[derive(Debug)]
pub struct ProseRule {
    /// The name of the schema.
    pub schema: &'static str,
    /// The property; empty for a rule of the schema itself.
    pub property: &'static str,
    /// A description of valid values.
    pub expected: &'static str,
    /// Keywords of JSON Schema.
    keywords: &'static str,
    /// A valid value in JSON, if generated values may break the rule.
    sample: Option<&'static str>,
}

const fn rule(
    schema: &'static str,
    property: &'static str,
    keywords: &'static str,
    expected: &'static str,
) -> ProseRule {
    ProseRule {
        schema,
        property,
        keywords,
        expected,
        sample: None,
    }
}

const fn sampled(
    schema: &'static str,
    property: &'static str,
    keywords: &'static str,
    expected: &'static str,
    sample: &'static str,
) -> ProseRule {
    ProseRule {
        sample: Some(sample),
        ..rule(schema, property, keywords, expected)
    }
}

/// The member that a report of an error takes its words from.
pub(super) const EXPECTED: &str = "x-expected";

/// Bodies with more properties than those that are documented are rejected.
const CLOSED: &str = r#"{"unevaluatedProperties": false}"#;
const CIDRS: &str = r#"{"items": {"format": "cidr"}}"#;
const ADDRESSES: &str = r#"{"items": {"format": "ip"}}"#;
const RESOURCE_ADDRESSES: &str = r#"{"items": {"format": "resource-address"}}"#;
const DESTINATION: &str = r#"{"format": "destination"}"#;
const IPV4: &str = r#"{"format": "ipv4"}"#;
const TAXII_URL: &str = r#"{"format": "http-url", "pattern": "/$"}"#;

const RULES: &[ProseRule] = &[
    rule("CreateIntegrationRequest", "", CLOSED, "no other property"),
    rule("UpdateIntegrationRequest", "", CLOSED, "no other property"),
    rule(
        "UpdateIntegrationCredentialRequest",
        "",
        CLOSED,
        "no other property",
    ),
    sampled(
        "WebhookConfigInput",
        "url",
        r#"{"format": "http-url"}"#,
        "an HTTP URL",
        r#""https://hooks.example.com/hush""#,
    ),
    sampled(
        "CreateThreatFeedRequest",
        "discovery_url",
        TAXII_URL,
        "an HTTP URL that ends with a slash",
        r#""https://taxii.example.com/taxii2/""#,
    ),
    sampled(
        "CreateThreatFeedRequest",
        "root_url",
        TAXII_URL,
        "an HTTP URL that ends with a slash",
        r#""https://taxii.example.com/root/""#,
    ),
    sampled(
        "DiscoverTaxiiApiRootsRequest",
        "discovery_url",
        TAXII_URL,
        "an HTTP URL that ends with a slash",
        r#""https://taxii.example.com/taxii2/""#,
    ),
    sampled(
        "DiscoverTaxiiCollectionsRequest",
        "root_url",
        TAXII_URL,
        "an HTTP URL that ends with a slash",
        r#""https://taxii.example.com/root/""#,
    ),
    sampled(
        "AlertRuleNotification",
        "recipients",
        r#"{"items": {"format": "email"}}"#,
        "email addresses",
        r#"["operations@example.com"]"#,
    ),
    sampled(
        "DisconnectVpnUsersRequest",
        "usernames",
        r#"{"minItems": 1, "maxItems": 500, "items": {"format": "email"}}"#,
        "1 to 500 email addresses",
        r#"["ada@example.com"]"#,
    ),
    sampled(
        "CreateApiKeyRequest",
        "allowedIPs",
        r#"{"items": {"format": "address-or-cidr"}}"#,
        "IP addresses and networks",
        r#"["198.51.100.0/24"]"#,
    ),
    sampled(
        "CreateNetworkTunnelGroupRequest",
        "name",
        r#"{"pattern": "^[A-Za-z0-9 -]{1,50}$"}"#,
        "1 to 50 letters, digits, spaces and hyphens",
        r#""Harbour 7""#,
    ),
    sampled(
        "CreateNetworkTunnelGroupRequest",
        "passphrase",
        r#"{"pattern": "^(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])[A-Za-z0-9]{16,64}$"}"#,
        "16 to 64 letters and digits with an upper-case letter, a lower-case letter and a digit",
        r#""Simulated7hush42secret""#,
    ),
    sampled(
        "AuthIdPrefix",
        "",
        r#"{
            "if": {"type": "string"},
            "then": {"pattern": "^[A-Za-z0-9._-]{8,100}$"},
            "else": {"minItems": 2, "maxItems": 2, "items": {"format": "ip"}}
        }"#,
        "8 to 100 letters, digits, `.`, `_` and `-`, or a list of two IP addresses",
        r#""harbour-7""#,
    ),
    sampled(
        "StaticRoutingRequest",
        "networkCIDRs",
        CIDRS,
        "networks such as 10.0.0.0/8",
        r#"["10.7.0.0/16"]"#,
    ),
    sampled(
        "BgpRoutingRequest",
        "asNumber",
        r#"{"pattern": "^([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-6])$"}"#,
        "a number from 0 to 65536 as a string",
        r#""64513""#,
    ),
    sampled(
        "BgpRoutingRequest",
        "bgpHopCount",
        r#"{"minimum": 1, "maximum": 64}"#,
        "1 to 64",
        "2",
    ),
    sampled(
        "BgpRoutingRequest",
        "bgpNeighborCIDRs",
        r#"{"maxItems": 20, "items": {"format": "cidr"}}"#,
        "at most 20 networks such as 10.0.0.0/8",
        r#"["10.8.0.0/30"]"#,
    ),
    sampled(
        "InternalNetworkRequest",
        "ipAddress",
        IPV4,
        "an IPv4 address",
        r#""10.9.0.0""#,
    ),
    sampled(
        "CreateNetworkRequest",
        "ipAddress",
        IPV4,
        "an IPv4 address",
        r#""198.51.100.8""#,
    ),
    sampled(
        "UpdateNetworkRequest",
        "ipAddress",
        IPV4,
        "an IPv4 address",
        r#""198.51.100.8""#,
    ),
    sampled(
        "CreateDnsForwarderRequest",
        "internalIPs",
        ADDRESSES,
        "IP addresses",
        r#"["10.10.0.53"]"#,
    ),
    sampled(
        "UpdateDnsForwarderRequest",
        "internalIPs",
        ADDRESSES,
        "IP addresses",
        r#"["10.10.0.53"]"#,
    ),
    sampled(
        "InternalDomainRequest",
        "domain",
        r#"{"format": "domain"}"#,
        "a domain name of at most 253 characters",
        r#""corp.example""#,
    ),
    sampled(
        "CreateDestinationListRequest",
        "access",
        r#"{"not": {"const": "thirdparty_block"}}"#,
        "another value than `thirdparty_block`, which only the service creates",
        r#""none""#,
    ),
    sampled(
        "CreateDestinationListRequest",
        "isGlobal",
        r#"{"const": false}"#,
        "false: global lists cannot be created",
        "false",
    ),
    sampled(
        "CreateDestinationListDestination",
        "destination",
        DESTINATION,
        "a domain of at most 253 characters, a URL or an address",
        r#""host7.example.com""#,
    ),
    sampled(
        "AddDestination",
        "destination",
        DESTINATION,
        "a domain of at most 253 characters, a URL or an address",
        r#""host7.example.com""#,
    ),
    sampled(
        "AddressValue",
        "",
        r#"{
            "if": {"properties": {"type": {"const": "host"}}},
            "then": {"properties": {"addresses": {"items": {"format": "ip"}}}},
            "else": {
                "if": {"properties": {"type": {"const": "network"}}},
                "then": {"properties": {"addresses": {"items": {"format": "cidr"}}}},
                "else": {"properties": {"addresses": {"items": {"format": "address-range"}}}}
            }
        }"#,
        "an address of a `host`, a subnet such as 10.0.0.0/8 of a `network`, two IPv4 addresses with a hyphen of a `range`",
        r#"{"type": "host", "addresses": ["192.0.2.7"]}"#,
    ),
    sampled(
        "FqdnValue",
        "addresses",
        r#"{"items": {"format": "domain"}}"#,
        "a domain name",
        r#"["www.example.com"]"#,
    ),
    sampled(
        "ResourceAddress",
        "destinationAddr",
        RESOURCE_ADDRESSES,
        "IPv4 addresses, networks, domain names or wildcard domain names",
        r#"["10.11.0.0/16"]"#,
    ),
    sampled(
        "ClientBasedAccess",
        "reachableAddresses",
        RESOURCE_ADDRESSES,
        "IPv4 addresses, networks, domain names or wildcard domain names",
        r#"["10.11.0.7"]"#,
    ),
    sampled(
        "CustomDataIdentifierUpdateRequest",
        "",
        r#"{"minProperties": 1}"#,
        "at least one property",
        r#"{"name": "Harbour 7", "description": "Numbers of berths"}"#,
    ),
    sampled(
        "EdmIdentifierUpdateRequest",
        "",
        r#"{"minProperties": 1}"#,
        "at least one property",
        r#"{"name": "Harbour 7", "description": "Numbers of berths"}"#,
    ),
    sampled(
        "CreateIpsProfileRequest",
        "name",
        r#"{"pattern": "^[^%*]{1,50}$"}"#,
        "1 to 50 characters without `%` and `*`",
        r#""Harbour profile""#,
    ),
];

/// All rules that the documents state only in words. A validator of requests checks them.
#[must_use]
pub fn rules() -> &'static [ProseRule] {
    RULES
}

/// A schema with the rules for it.
pub(super) fn ruled(name: &str, mut schema: Value) -> Value {
    for rule in RULES.iter().filter(|rule| rule.schema == name) {
        let target = match rule.property {
            "" => Some(&mut schema),
            property => schema.pointer_mut(&format!("/properties/{property}")),
        };
        if let Some(target) = target {
            *target = rule.add_to(target.take());
        }
    }
    schema
}

/// A value that keeps the [rules](rules) for a property of a schema, or for the schema itself; `None` if there are none, or if they do not
/// restrict the values that follow from the schema.
#[must_use]
pub fn sample(schema: &str, property: &str) -> Option<Value> {
    let mut rules = RULES.iter();
    let rule = rules.find(|rule| rule.schema == schema && rule.property == property)?;
    serde_json::from_str(rule.sample?).ok()
}

impl ProseRule {
    /// A schema that also has the keywords of the rule.
    fn add_to(&self, schema: Value) -> Value {
        let mut keywords: Map<String, Value> =
            serde_json::from_str(self.keywords).unwrap_or_default();
        keywords.insert(EXPECTED.to_owned(), self.expected.into());
        keywords.insert("allOf".to_owned(), Value::Array(vec![schema]));
        Value::Object(keywords)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_and_samples_are_json() {
        for rule in RULES {
            let keywords = serde_json::from_str::<Map<String, Value>>(rule.keywords);
            assert!(
                keywords.is_ok_and(|keywords| !keywords.contains_key("allOf")),
                "{rule:?}"
            );
            let sample = rule.sample.map(serde_json::from_str::<Value>);
            assert!(sample.is_none_or(|sample| sample.is_ok()), "{rule:?}");
        }
    }
}
