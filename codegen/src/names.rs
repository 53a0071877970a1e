//! Rust names from the names in a document: words are split once, then joined for the kind of name.

pub use cisco_secure_access_openapi::words::{feature, singular, words};

/// The Cargo features of the crate that no document makes. No API can have one of these names.
pub const HANDWRITTEN_FEATURES: [&str; 13] = [
    "all-apis",
    "blocking",
    "default",
    "keyring",
    "metrics",
    "native-tls",
    "opentelemetry",
    "profiles",
    "rustls",
    "rustls-no-provider",
    "schemars",
    "simulator",
    "test-util",
];

/// `networkCIDRs` as a field, method or argument name; a keyword or a name that begins with a digit is made legal.
#[must_use]
pub fn snake(name: &str) -> String {
    let joined = words(name).join("_");
    let legal = if joined.is_empty() || joined.starts_with(|c: char| c.is_ascii_digit()) {
        format!("n{joined}")
    } else {
        joined
    };
    if syn::parse_str::<syn::Ident>(&legal).is_ok() {
        legal
    } else {
        format!("{legal}_")
    }
}

/// `networkCIDRs` as a type or variant name.
#[must_use]
pub fn pascal(name: &str) -> String {
    let joined: String = words(name)
        .iter()
        .map(|word| word[..1].to_ascii_uppercase() + &word[1..])
        .collect();
    if joined.is_empty() || joined.starts_with(|c: char| c.is_ascii_digit()) {
        format!("N{joined}")
    } else if joined == "Self" {
        "Self_".to_owned()
    } else {
        joined
    }
}

/// `name` as a variant of the type `owner`, which it does not repeat: `DnsActivity` of an `Activity` is `Dns`, `UnifiedObjectGroup` of a
/// `UnifiedObject` is `Group`. The words that it loses are the most of `owner`, in its order, at the end or at the beginning.
#[must_use]
pub fn variant(name: &str, owner: &str) -> String {
    let (words, owner) = (words(name), self::words(owner));
    let is_of_owner = |run: &[String]| owner.windows(run.len()).any(|window| window == run);
    let begins_with_letter = |rest: &[String]| !rest[0].starts_with(|c: char| c.is_ascii_digit());
    let mut splits = (1..words.len()).flat_map(|kept| {
        let (start, end) = words.split_at(kept);
        let (other_start, other_end) = words.split_at(words.len() - kept);
        [(start, end), (other_end, other_start)]
    });
    let rest = splits.find(|(rest, lost)| is_of_owner(lost) && begins_with_letter(rest));
    pascal(&rest.map_or(words.as_slice(), |(rest, _)| rest).join("_"))
}

/// `networkCIDRs` as the name of a constant.
#[must_use]
pub fn constant(name: &str) -> String {
    words(name).join("_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_follow_case_acronyms_and_separators() {
        for (name, expected) in [
            ("networkCIDRs", "network_cidrs"),
            ("bgpNeighborCIDRs", "bgp_neighbor_cidrs"),
            ("peerIPs", "peer_ips"),
            ("hub_id", "hub_id"),
            ("DNSForwarder", "dns_forwarder"),
            ("FiltersNTGsObject", "filters_ntgs_object"),
            ("IPv4Address", "ipv4_address"),
            ("X-Umbrella-OrgId", "x_umbrella_org_id"),
            ("SWGEnabled", "swg_enabled"),
            ("type", "type_"),
            ("3des", "n3des"),
            ("amp-score", "amp_score"),
            ("saasApi", "saas_api"),
            ("SHA256Hash", "sha256_hash"),
        ] {
            assert_eq!(snake(name), expected, "{name}");
        }
        assert_eq!(pascal("FiltersNTGsObject"), "FiltersNtgsObject");
        assert_eq!(pascal("self"), "Self_");
        assert_eq!(constant("listAPIKeys"), "LIST_API_KEYS");
    }

    #[test]
    fn a_variant_does_not_repeat_its_type() {
        for (name, owner, expected) in [
            ("DnsActivity", "Activity", "Dns"),
            ("RegisteredDevice", "RegisteredIdentity", "Device"),
            ("UnifiedObjectGroup", "UnifiedObject", "Group"),
            ("StaticRoutingRequest", "RoutingRequestData", "Static"),
            ("RoutingRequest", "RoutingRequest", "Routing"),
            ("CompositeIp", "RuleValue", "CompositeIp"),
            ("Registered3d", "RegisteredDevice", "Registered3d"),
        ] {
            assert_eq!(variant(name, owner), expected, "{name} of {owner}");
        }
    }
}
