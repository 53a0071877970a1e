//! Changes of a configuration file, which keep its comments, its order and its other profiles.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::comments;
use super::parse::Parsed;
use super::secret_source::SecretSource;
use super::settings::Profile;
use crate::client::cloud::Cloud;

/// A change of a configuration file.
#[derive(Clone)]
pub(super) enum Change {
    Set(String, Box<Profile>),
    Remove(String),
    Default(Option<String>),
}

impl Change {
    /// Changes profiles.
    pub(super) fn apply(&self, profiles: &mut Parsed) {
        match self {
            Self::Set(name, profile) => {
                profiles
                    .profiles
                    .insert(name.clone(), Profile::clone(profile));
            }
            Self::Remove(name) => {
                profiles.profiles.remove(name);
                profiles.default.take_if(|default| default == name);
            }
            Self::Default(name) => profiles.default.clone_from(name),
        }
    }

    /// Changes the text of the file without its header, which has these profiles.
    pub(super) fn write(&self, document: &mut DocumentMut, before: &Parsed) {
        match self {
            Self::Set(name, profile) => {
                let before = before.profiles.get(name);
                set_profile(document, name, before, profile);
            }
            Self::Remove(name) => {
                if before.default.as_ref() == Some(name) {
                    document.remove("default");
                }
                comments::remove_profile(document, name);
            }
            Self::Default(Some(name)) => {
                if document.contains_key("default") {
                    put(document.as_table_mut(), "default", name.as_str().into());
                } else {
                    comments::insert_default(document, name);
                }
            }
            Self::Default(None) => {
                document.remove("default");
            }
        }
    }
}

/// Writes a profile. Values that stay the same keep their text.
fn set_profile(
    document: &mut DocumentMut,
    name: &str,
    before: Option<&Profile>,
    profile: &Profile,
) {
    let profiles = document.entry("profiles").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let empty = if profiles.is_inline_table() {
        Item::Value(InlineTable::new().into())
    } else {
        Item::Table(Table::new())
    };
    let table = profiles
        .as_table_like_mut()
        .map(|profiles| profiles.entry(name).or_insert(empty))
        .and_then(Item::as_table_like_mut);
    let Some(table) = table else {
        // The document was parsed, so both are tables.
        return;
    };
    let before = before.map(values);
    for (index, (key, value)) in values(profile).into_iter().enumerate() {
        let is_same = before.as_ref().is_some_and(|before| {
            let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
            text(&before[index].1) == text(&value)
        });
        match value {
            _ if is_same => {}
            Some(value) => put(table, key, value),
            None => {
                table.remove(key);
            }
        }
    }
}

/// The values of a profile in the order in which they are written.
fn values(profile: &Profile) -> [(&'static str, Option<Value>); 5] {
    let organization = profile
        .organization
        .and_then(|id| i64::try_from(id).ok())
        .map(Value::from);
    let region = profile.reports_region.map(|region| region.as_str().into());
    [
        ("cloud", Some(cloud(&profile.cloud).into())),
        ("organization", organization),
        ("reports_region", region),
        ("key", Some(profile.key.as_str().into())),
        ("secret", Some(secret(&profile.secret))),
    ]
}

fn cloud(cloud: &Cloud) -> String {
    match cloud {
        Cloud::Custom(url) => url.to_string(),
        name => name.to_string(),
    }
}

fn secret(source: &SecretSource) -> Value {
    let (key, value): (_, Value) = match source {
        SecretSource::Environment(name) => ("environment", name.as_str().into()),
        SecretSource::Command(arguments) => {
            let arguments: Array = arguments.iter().collect();
            ("command", arguments.into())
        }
        SecretSource::Keyring(entry) => ("keyring", entry.as_str().into()),
        SecretSource::File(path) => ("file", path.to_string_lossy().as_ref().into()),
        SecretSource::Value(secret) => ("value", secret.expose_secret().into()),
    };
    InlineTable::from_iter([(key, value)]).into()
}

/// Sets a value. The comments around it stay.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key) {
        Some(item) => {
            if let Some(before) = item.as_value() {
                *value.decor_mut() = before.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}
