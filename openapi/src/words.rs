//! The words in names, and singular and plural.

/// Spellings whose capitals do not mark where a word begins.
const WHOLE_WORDS: &[&str] = &["IPv4", "IPv6", "IPsec", "SaaS", "OAuth", "macOS", "iOS"];

/// Splits `networkCIDRs`, `hub_id`, `X-Umbrella-OrgId` or `IPv4Address` into lower-case words.
///
/// A run of capitals is one word (`DNSForwarder` is `dns forwarder`), and a plural `s` behind it belongs to it (`peerIPs` is `peer ips`).
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    split(name)
        .into_iter()
        .map(str::to_ascii_lowercase)
        .collect()
}

/// The same words as they are written: `DNSForwarder` is `DNS Forwarder`.
#[must_use]
pub fn split(name: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for piece in name.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut rest = piece;
        while !rest.is_empty() {
            let (word, tail) = rest.split_at(word_length(rest));
            words.push(word);
            rest = tail;
        }
    }
    words
}

/// The length in bytes of the first word of `text`, which is ASCII and not empty.
fn word_length(text: &str) -> usize {
    if let Some(whole) = WHOLE_WORDS.iter().find(|whole| text.starts_with(**whole)) {
        return match text.as_bytes().get(whole.len()) {
            Some(b's') => whole.len() + 1,
            _ => whole.len(),
        };
    }
    let bytes = text.as_bytes();
    let capitals = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let lower_from = |start: usize| {
        start
            + bytes[start..]
                .iter()
                .take_while(|b| !b.is_ascii_uppercase())
                .count()
    };
    if capitals < 2 {
        return lower_from(capitals);
    }
    let tail_end = lower_from(capitals);
    match &text[capitals..tail_end] {
        "" => capitals,
        "s" => tail_end,
        tail if tail.starts_with(|c: char| c.is_ascii_digit()) => tail_end,
        _ => capitals - 1,
    }
}

/// The Cargo feature of the API called `name`: `network-tunnel-groups` for `Network Tunnel Groups and Regions`.
///
/// The part before an ` and ` is enough if it has two words or more.
///
/// ```
/// use cisco_secure_access_openapi::words::feature;
///
/// for (api, expected) in [
///     ("Network Tunnel Groups and Regions", "network-tunnel-groups"),
///     ("Network and Service Objects", "network-and-service-objects"),
///     ("S3 Bucket Key Rotation", "s3-bucket-key-rotation"),
///     ("DNS Forwarders", "dns-forwarders"),
///     ("Third-Party Integrations", "third-party-integrations"),
/// ] {
///     assert_eq!(feature(api), expected);
/// }
/// ```
#[must_use]
pub fn feature(name: &str) -> String {
    let main = match name.split_once(" and ") {
        Some((main, _)) if main.contains(' ') => main,
        _ => name,
    };
    words(main).join("-")
}

/// The name of one element of a list called `name`.
#[must_use]
pub fn singular(name: &str) -> String {
    for (plural, single) in [("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch")] {
        if let Some(stem) = name.strip_suffix(plural) {
            return format!("{stem}{single}");
        }
    }
    match name.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') && !stem.ends_with('u') && stem.len() > 1 => {
            stem.to_owned()
        }
        _ => format!("{name}Item"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_follow_case_acronyms_and_separators() {
        for (name, expected) in [
            ("networkCIDRs", "network cidrs"),
            ("bgpNeighborCIDRs", "bgp neighbor cidrs"),
            ("peerIPs", "peer ips"),
            ("hub_id", "hub id"),
            ("DNSForwarder", "dns forwarder"),
            ("FiltersNTGsObject", "filters ntgs object"),
            ("IPv4Address", "ipv4 address"),
            ("X-Umbrella-OrgId", "x umbrella org id"),
            ("SWGEnabled", "swg enabled"),
            ("SHA256Hash", "sha256 hash"),
            ("get_saas-API.v2", "get saas api v2"),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn words_are_split_as_they_are_written() {
        assert_eq!(split("DLPRuleEvents"), ["DLP", "Rule", "Events"]);
        assert_eq!(split("TopIPs"), ["Top", "IPs"]);
    }

    #[test]
    fn a_list_names_its_elements() {
        for (list, element) in [
            ("hubs", "hub"),
            ("policies", "policy"),
            ("addresses", "address"),
            ("status", "statusItem"),
            ("data", "dataItem"),
        ] {
            assert_eq!(singular(list), element);
        }
    }
}
