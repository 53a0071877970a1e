//! Generated strings and numbers that match the name of their property, such as an address or a time.
//!
//! It knows names, patterns and a seed; `state::values` handles schemas and calls it for each scalar.

use chrono::{DateTime, TimeDelta, Utc};

mod pattern;
mod rng;
mod settings;

pub(crate) use pattern::Pattern;
pub(crate) use rng::SeededRng;
pub(crate) use settings::setting;

/// The start time of the simulator, in epoch seconds: 2026-01-15T08:30:00Z.
pub(crate) const NOW: i64 = 1_768_465_800;

/// The organization that owns everything.
pub(crate) const ORGANIZATION: i64 = 8_000_123;

/// The author of changes by callers, in the format of the service.
pub(crate) const AUTHOR: &str = "5417";

/// A time of the last thirty days.
pub(crate) fn time(mut rng: SeededRng) -> DateTime<Utc> {
    let age = i64::try_from(rng.below(30 * 86_400)).unwrap_or_default();
    DateTime::UNIX_EPOCH + TimeDelta::seconds(NOW - age)
}

/// An event in the life cycle of an item, whose time a property contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Created,
    Modified,
}

impl Moment {
    /// The event that a property of this name has the time of, if it is one of them: `createdAt`, `modificationTime`.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let has = |part: &str| lower.contains(part);
        match () {
            () if !(lower.ends_with("at") || has("time") || has("date")) => None,
            () if has("creat") => Some(Self::Created),
            () if has("modifi") || lower.starts_with("updated") => Some(Self::Modified),
            () => None,
        }
    }

    /// The time of the event, in epoch seconds: nothing is modified before it is created.
    pub(crate) fn time(self, mut rng: SeededRng) -> i64 {
        let created = time(rng).timestamp();
        rng.next_u64();
        let age = u64::try_from(NOW - created).unwrap_or_default();
        match self {
            Self::Created => created,
            Self::Modified => created + i64::try_from(rng.below(age.max(1))).unwrap_or_default(),
        }
    }
}

/// A string for a property of this name.
pub(crate) fn text(name: &str, regions: &[&str], rng: SeededRng) -> String {
    let number = rng.fork("number").below(10_000);
    formed_text(name, regions, rng).unwrap_or_else(|| format!("{} {number}", words(name)))
}

/// One of the values that the description of a property gives as an example, in backquotes: "for example `bgp`", "always `group`".
pub(crate) fn example_in(description: &str, mut rng: SeededRng) -> Option<String> {
    const LEADS: [&str; 4] = ["for example `", "such as `", "lways `", "or example: `"];
    let start = LEADS.iter().filter_map(|lead| {
        let start = description.find(lead)?;
        Some(start + lead.len() - 1)
    });
    let start = match description.starts_with('`') {
        true => 0,
        false => start.min()?,
    };
    let mut rest = &description[start..];
    let mut examples = Vec::new();
    while let Some((example, after)) = rest.strip_prefix('`').and_then(|rest| rest.split_once('`'))
    {
        examples.push(example);
        rest = [", ", " or ", " and "]
            .iter()
            .find_map(|separator| after.strip_prefix(separator))
            .unwrap_or_default();
    }
    rng.choose(&examples).map(|example| (*example).to_owned())
}

/// A string in the format that the name of the property implies.
pub(crate) fn formed_text(name: &str, regions: &[&str], mut rng: SeededRng) -> Option<String> {
    let (byte, number) = (rng.below(254) + 1, rng.below(10_000));
    let lower = name.to_ascii_lowercase();
    let has = |part: &str| lower.contains(part);
    let ends = |part: &str| lower.ends_with(part);
    let hex = |length: usize| -> String {
        let mut rng = rng;
        (0..length)
            .map(|_| {
                char::from(b"0123456789abcdef"[usize::from(rng.next_u64().to_le_bytes()[0] % 16)])
            })
            .collect()
    };
    if has("secret") || has("password") || has("passphrase") || has("token") {
        return Some(secret(rng));
    }
    if has("ipv6") {
        return Some(format!("2001:db8:0:0:0:0:{byte:x}:{number:x}"));
    }
    if has("cidr") || has("prefix") {
        return Some(format!("10.{byte}.{}.0/24", number % 250));
    }
    if has("internalip") || has("sourceip") || has("localip") {
        return Some(format!("10.{byte}.{}.{}", number % 250, number / 40));
    }
    if is_address(name) {
        return Some(format!("198.51.100.{byte}"));
    }
    let text = match () {
        () if lower == "path" => "/name".to_owned(),
        () if has("email") => format!("user{number}@example.com"),
        () if has("region") => rng.choose(regions).copied().unwrap_or_default().to_owned(),
        () if ends("url") || ends("uri") || ends("href") => {
            format!("https://www.example.com/{number}")
        }
        () if has("domain") || has("host") || has("fqdn") || lower == "destination" => {
            format!("host{number}.example.com")
        }
        () if has("mac") && has("address") => hex(12),
        () if has("sha256") => hex(64),
        () if has("sha1") => hex(40),
        () if has("md5") || has("hash") => hex(32),
        () if ends("time") => time(rng).format("%H:%M:%S").to_string(),
        () if ends("date") => time(rng).format("%Y-%m-%d").to_string(),
        () if ends("at") && name.ends_with("At") || ends("_at") => {
            time(rng).format("%Y-%m-%dT%H:%M:%SZ").to_string()
        }
        () if has("version") => format!("{}.{}.{}", byte % 9, number % 20, number % 7),
        () if ends("id") => (100_000 + number).to_string(),
        () if has("number") || ends("by") => number.to_string(),
        () => return None,
    };
    Some(text)
}

/// Whether a property of this name has an IP address.
pub(crate) fn is_address(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower == "ip" || lower.ends_with("ip") || lower.contains("ipaddress")
}

/// A secret; the word in it lets a search find leaked secrets.
pub(crate) fn secret(mut rng: SeededRng) -> String {
    format!("simulated-hush-{:016x}", rng.next_u64())
}

/// An integer for a property of this name, if its schema has no bounds.
pub(crate) fn integer(name: &str, mut rng: SeededRng) -> i64 {
    let lower = name.to_ascii_lowercase();
    let number = i64::try_from(rng.below(1000)).unwrap_or_default();
    match lower.as_str() {
        "organizationid" | "organization_id" => ORGANIZATION,
        "statuscode" | "code" => 200,
        _ if lower.ends_with("timestamp") => time(rng).timestamp_millis(),
        _ if name.ends_with("At") || lower.ends_with("_at") => time(rng).timestamp(),
        _ if lower.ends_with("port") => 1024 + number,
        _ if lower.ends_with("id") => 100_000 + number,
        _ => number,
    }
}

/// A name as words: `createdBy` is `created by`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        match letter {
            'A'..='Z' if !words.is_empty() => {
                words.push(' ');
                words.push(letter.to_ascii_lowercase());
            }
            'a'..='z' | 'A'..='Z' | '0'..='9' => words.push(letter),
            _ => words.push(' '),
        }
    }
    words
}

/// A version 4 UUID of these bits.
pub(crate) fn uuid(high: u64, low: u64) -> String {
    let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xfff);
    let (d, e) = ((low >> 48) & 0x3fff | 0x8000, low & 0xffff_ffff_ffff);
    format!("{a:08x}-{b:04x}-4{c:03x}-{d:04x}-{e:012x}")
}
