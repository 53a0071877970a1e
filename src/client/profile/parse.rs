//! The text of a configuration file as profiles.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml_edit::Document;

use super::node::{Node, Source, is_word};
use super::origin::Origin;
use super::secret_source::SecretSource;
use super::settings::{NAME, Profile, check_cloud, check_key, check_name};
use crate::client::cloud::{CLOUDS, Cloud, REGIONS};
use crate::error::Result;

/// What a `secret` must be.
const SECRET: &str = "a table with one of the keys `environment`, `command`, `keyring`, `file` and `value`, such as \
                      `{ environment = \"CISCO_SECRET\" }`";

/// The contents of a configuration file.
#[derive(Clone, Default)]
pub(super) struct Parsed {
    /// The name of the default profile, which exists.
    pub(super) default: Option<String>,
    pub(super) profiles: BTreeMap<String, Profile>,
}

/// Parses the text of a configuration file.
///
/// # Errors
/// Name the file, the line and the profile, and contain no secret.
pub(super) fn parse(path: &Arc<Path>, text: &str) -> Result<Parsed> {
    let source = Source { path, text };
    // The error itself shows the line, which may contain a secret; its message does not.
    let document = Document::parse(text)
        .map_err(|error| source.error(error.span(), syntax_error(error.message())))?;
    let mut parsed = Parsed::default();
    let mut default = None;
    for node in Node::of_table(source, document.as_table()) {
        match node.key {
            "default" => default = Some((node.string()?, node)),
            "profiles" => {
                for node in node.entries()? {
                    let profile = profile(path, &node)?;
                    parsed.profiles.insert(node.key.to_owned(), profile);
                }
            }
            _ => return Err(node.unknown("`default` or `profiles`")),
        }
    }
    if let Some((name, node)) = default {
        if !parsed.profiles.contains_key(name) {
            return Err(match is_word(name) {
                true => node.error(format_args!(
                    "`default` names the profile `{name}`, which does not exist"
                )),
                false => node.wrong_type("the name of a profile"),
            });
        }
        parsed.default = Some(name.to_owned());
    }
    Ok(parsed)
}

/// The message of a syntax error, on one line.
fn syntax_error(message: &str) -> String {
    let lines: Vec<_> = message.lines().collect();
    format!("invalid TOML: {}", lines.join(", "))
}

fn profile(path: &Arc<Path>, node: &Node<'_>) -> Result<Profile> {
    if check_name(node.key).is_err() {
        return Err(node.unknown(&format!("the name of a profile: {NAME}")));
    }
    let node = node.as_profile();
    let (mut key, mut secret) = (None, None);
    let (mut cloud, mut organization, mut reports_region) = (Cloud::default(), None, None);
    for node in node.entries()? {
        let invalid = |reason: String| node.error(reason);
        match node.key {
            "cloud" => {
                cloud = parsed(&node, CLOUDS)?;
                check_cloud(&cloud).map_err(invalid)?;
            }
            "organization" => organization = Some(node.natural_number()?),
            "reports_region" => reports_region = Some(parsed(&node, REGIONS)?),
            "key" => {
                let value = node.string()?;
                check_key(value).map_err(invalid)?;
                key = Some(value);
            }
            "secret" => secret = Some(secret_source(&node)?),
            _ => {
                let expected = "`cloud`, `organization`, `reports_region`, `key` or `secret`";
                return Err(node.unknown(expected));
            }
        }
    }
    let missing = |key: &str, expected: &str| {
        node.error(format_args!("`{key}` is missing: expected {expected}"))
    };
    let key = key.ok_or_else(|| missing("key", "the id of the API key"))?;
    Ok(Profile {
        cloud,
        organization,
        reports_region,
        key: key.to_owned(),
        secret: secret.ok_or_else(|| missing("secret", SECRET))?,
        origin: Some(Origin {
            file: Arc::clone(path),
            name: node.key.to_owned(),
        }),
    })
}

/// Parses a string. The error of the parser shows the string.
fn parsed<T>(node: &Node<'_>, expected: &str) -> Result<T>
where
    T: std::str::FromStr<Err = crate::error::Error>,
{
    let value = node.string()?;
    value.parse().map_err(|error| match is_word(value) {
        true => node.error(error),
        false => node.wrong_type(expected),
    })
}

fn secret_source(node: &Node<'_>) -> Result<SecretSource> {
    let invalid = || node.wrong_type(SECRET);
    // The name of an unknown key may be a secret.
    let mut entries = node.entries().map_err(|_| invalid())?;
    let (Some(entry), None) = (entries.next(), entries.next()) else {
        return Err(invalid());
    };
    let source = match entry.key {
        "environment" => SecretSource::Environment(entry.string()?.to_owned()),
        "command" => SecretSource::Command(entry.strings()?),
        "keyring" => SecretSource::Keyring(entry.string()?.to_owned()),
        "file" => SecretSource::File(PathBuf::from(entry.string()?)),
        "value" => SecretSource::Value(entry.string()?.into()),
        _ => return Err(invalid()),
    };
    source.check().map_err(|reason| entry.error(reason))?;
    Ok(source)
}
