//! Texts and numbers that fit the name of their property: an address where an address is expected, a time where a time is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::dice::Dice;

/// The time at which everything happens, in epoch seconds: 2026-01-15T08:30:00Z.
pub(super) const NOW: i64 = 1_768_465_800;

/// The organization to which everything belongs.
pub(super) const ORGANIZATION: i64 = 8_000_123;

/// A time of the last thirty days.
pub(super) fn time(mut dice: Dice) -> DateTime<Utc> {
    let age = i64::try_from(dice.below(30 * 86_400)).unwrap_or_default();
    DateTime::UNIX_EPOCH + TimeDelta::seconds(NOW - age)
}

/// A text for a property of this name.
pub(super) fn text(name: &str, regions: &[&str], mut dice: Dice) -> String {
    let (byte, number) = (dice.below(254) + 1, dice.below(10_000));
    let lower = name.to_ascii_lowercase();
    let has = |part: &str| lower.contains(part);
    let ends = |part: &str| lower.ends_with(part);
    let hex = |length: usize| -> String {
        let mut dice = dice;
        (0..length)
            .map(|_| {
                char::from(b"0123456789abcdef"[usize::from(dice.roll().to_le_bytes()[0] % 16)])
            })
            .collect()
    };
    if has("secret") || has("password") || has("passphrase") || has("token") {
        return secret(dice);
    }
    if has("ipv6") {
        return format!("2001:db8:0:0:0:0:{byte:x}:{number:x}");
    }
    if has("cidr") || has("prefix") {
        return format!("10.{byte}.{}.0/24", number % 250);
    }
    if has("internalip") || has("sourceip") || has("localip") {
        return format!("10.{byte}.{}.{}", number % 250, number / 40);
    }
    if lower == "ip" || ends("ip") || has("ipaddress") {
        return format!("198.51.100.{byte}");
    }
    match () {
        () if lower == "path" => "/name".to_owned(),
        () if has("email") => format!("user{number}@example.com"),
        () if has("region") => dice.pick(regions).copied().unwrap_or_default().to_owned(),
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
        () if ends("time") => time(dice).format("%H:%M:%S").to_string(),
        () if ends("date") => time(dice).format("%Y-%m-%d").to_string(),
        () if ends("at") && name.ends_with("At") || ends("_at") => {
            time(dice).format("%Y-%m-%dT%H:%M:%SZ").to_string()
        }
        () if has("version") => format!("{}.{}.{}", byte % 9, number % 20, number % 7),
        () if ends("id") => (100_000 + number).to_string(),
        () if has("number") || ends("by") => number.to_string(),
        () => format!("{} {number}", words(name)),
    }
}

/// A secret; the word in it lets a search find secrets where they must not be.
pub(super) fn secret(mut dice: Dice) -> String {
    format!("simulated-hush-{:016x}", dice.roll())
}

/// A whole number for a property of this name, where its schema has no bounds.
pub(super) fn integer(name: &str, mut dice: Dice) -> i64 {
    let lower = name.to_ascii_lowercase();
    let number = i64::try_from(dice.below(1000)).unwrap_or_default();
    match lower.as_str() {
        "organizationid" | "organization_id" => ORGANIZATION,
        "statuscode" | "code" => 200,
        _ if lower.ends_with("timestamp") => time(dice).timestamp_millis(),
        _ if name.ends_with("At") || lower.ends_with("_at") => time(dice).timestamp(),
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

/// A pattern of a schema, read once.
#[derive(Debug)]
pub(super) struct Pattern {
    regex: Regex,
    syntax: Hir,
}

impl Pattern {
    /// The pattern of this text; `None` where it cannot be read.
    pub(super) fn of(text: &str) -> Option<Arc<Self>> {
        static KNOWN: OnceLock<Mutex<BTreeMap<String, Option<Arc<Pattern>>>>> = OnceLock::new();
        let known = KNOWN.get_or_init(Mutex::default);
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || {
            let (regex, syntax) = (Regex::new(text).ok()?, regex_syntax::parse(text).ok()?);
            Some(Arc::new(Self { regex, syntax }))
        };
        if let Some(pattern) = known.get(text) {
            return pattern.clone();
        }
        let pattern = read();
        known.insert(text.to_owned(), pattern.clone());
        pattern
    }

    pub(super) fn fits(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// A text that fits.
    pub(super) fn make(&self, mut dice: Dice) -> String {
        let mut text = Vec::new();
        write(&self.syntax, &mut dice, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    }
}

fn write(syntax: &Hir, dice: &mut Dice, text: &mut Vec<u8>) {
    match syntax.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.extend_from_slice(&literal.0),
        HirKind::Class(Class::Unicode(class)) => {
            if let Some(range) = dice.pick(class.ranges()) {
                let size = u32::from(range.end()) - u32::from(range.start()) + 1;
                let offset = u32::try_from(dice.below(u64::from(size))).unwrap_or_default();
                let letter = char::from_u32(u32::from(range.start()) + offset);
                let letter = letter.unwrap_or(range.start());
                text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        HirKind::Class(Class::Bytes(class)) => {
            text.extend(dice.pick(class.ranges()).map(|range| range.start()));
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min + 4);
            let least = repetition.min.max(1).min(most);
            let count = u64::from(least) + dice.below(u64::from(most - least).min(8) + 1);
            for _ in 0..count {
                write(&repetition.sub, dice, text);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, dice, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, dice, text)),
        HirKind::Alternation(parts) => {
            if let Some(part) = dice.pick(parts) {
                write(part, dice, text);
            }
        }
    }
}
