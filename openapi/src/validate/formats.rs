//! Formats of strings that `jsonschema` does not know: addresses, networks, and what the service takes for a destination.

use std::net::{IpAddr, Ipv4Addr};

use chrono::DateTime;
use jsonschema::ValidationOptions;
use url::Url;

/// A time as in RFC 3339, or an empty string for none.
pub(super) const TIME_OR_EMPTY: &str = "date-time-or-empty";

/// Adds the formats of the documents and of the rules in `prose`.
pub(super) fn with_formats(options: ValidationOptions<'_>) -> ValidationOptions<'_> {
    options
        .should_validate_formats(true)
        .with_format("ip", is_address)
        .with_format("cidr", is_network)
        .with_format("address-or-cidr", |text: &str| {
            is_address(text) || is_network(text)
        })
        .with_format("address-range", is_range)
        .with_format("domain", is_domain)
        .with_format("resource-address", is_resource_address)
        .with_format("destination", is_destination)
        .with_format("http-url", is_http_url)
        .with_format(TIME_OR_EMPTY, is_time_or_empty)
}

fn is_time_or_empty(text: &str) -> bool {
    text.is_empty() || DateTime::parse_from_rfc3339(text).is_ok()
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

fn is_network(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else {
        return false;
    };
    let most = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    let is_number = length.bytes().all(|byte| byte.is_ascii_digit());
    is_number && length.parse::<u8>().is_ok_and(|length| length <= most)
}

/// Two IPv4 addresses with a hyphen, the lower one first.
fn is_range(text: &str) -> bool {
    let ends = text.split_once('-').and_then(|(first, last)| {
        let address = |text: &str| text.trim().parse::<Ipv4Addr>().ok();
        Some((address(first)?, address(last)?))
    });
    ends.is_some_and(|(first, last)| first <= last)
}

/// A domain name: at most 253 characters, in labels of at most 63 letters, digits, hyphens and underscores. A string in the format of an
/// IPv4 address is not a domain name.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let mut letters = label.chars();
        let is_plain =
            letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'));
        let is_short = (1..=63).contains(&label.len());
        is_plain && is_short && !label.starts_with('-') && !label.ends_with('-')
    };
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    name.len() <= 253
        && name.split('.').all(is_label)
        && !name.rsplit('.').next().is_some_and(is_number)
}

/// An IPv4 address, a range of them, a domain name or a wildcard domain name.
fn is_resource_address(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_v4 = !text.contains(':') && (is_address(text) || is_network(text));
    is_v4 || is_domain(name)
}

/// A domain name, a URL, an address or a network. A number after an address is the length of a network prefix, and no path of a URL.
fn is_destination(text: &str) -> bool {
    let (host, path) = match text.split_once("://") {
        Some(_) => return is_http_url(text),
        None => text.split_once('/').unwrap_or((text, "")),
    };
    let is_number = !path.is_empty() && path.bytes().all(|byte| byte.is_ascii_digit());
    if is_address(host) && is_number {
        return is_network(text);
    }
    let host = host.split(':').next().unwrap_or_default();
    let is_plain = !path.contains(char::is_whitespace);
    is_address(text) || (is_plain && (is_domain(host) || is_address(host)))
}

fn is_http_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_formats() {
        type Check = fn(&str) -> bool;
        let cases: [(Check, &[&str], &[&str]); 8] = [
            (
                is_time_or_empty,
                &["2027-01-01T00:00:00Z", "2027-01-01T00:00:00.5+01:00", ""],
                &["2027-01-01", "tomorrow", "2027-02-30T00:00:00Z"],
            ),
            (
                is_address,
                &["192.0.2.1", "2001:db8::1"],
                &["192.0.2.256", "host", ""],
            ),
            (
                is_network,
                &["10.0.0.0/8", "2001:db8::/32"],
                &["10.0.0.0", "10.0.0.0/33", "10.0.0.0/+8"],
            ),
            (
                is_range,
                &["10.0.0.1-10.0.0.9"],
                &["10.0.0.9-10.0.0.1", "10.0.0.1"],
            ),
            (
                is_domain,
                &["example.com", "corp", "_tcp.example"],
                &["-a.example", "a b", "192.0.2.300", ""],
            ),
            (
                is_resource_address,
                &["10.0.0.0/8", "*.example.com"],
                &["2001:db8::1", "a/b", "*"],
            ),
            (
                is_destination,
                &[
                    "example.com",
                    "example.com/path",
                    "192.0.2.1",
                    "192.0.2.0/24",
                    "192.0.2.1/path",
                    "192.0.2.1:8080/33",
                    "2001:db8::/32",
                    "https://a.example/b",
                ],
                &[
                    "no host",
                    "://",
                    "/",
                    "192.0.2.0/33",
                    "2001:db8::/129",
                    "192.0.2.1/a b",
                ],
            ),
            (
                is_http_url,
                &["https://a.example/"],
                &["a.example", "ftp://a.example", "https://"],
            ),
        ];
        for (check, good, bad) in cases {
            for text in good {
                assert!(check(text), "{text}");
            }
            for text in bad {
                assert!(!check(text), "{text}");
            }
        }
        assert!(!is_domain(&format!("{}.example", "a.".repeat(130))));
    }
}
