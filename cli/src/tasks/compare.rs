//! `secure-access compare`: how the configurations of two organizations differ.

use std::collections::{BTreeMap, BTreeSet};
use std::env;

use cisco_secure_access::Client;
use cisco_secure_access_openapi::words::words;
use serde_json::{Map, Value, json};

use super::configuration::{Collection, Item, is_on, is_volatile, read, select};
use super::snapshot::read_failures;
use super::{interruptible, message};
use crate::failure::{ExitStatus, Failure, Result};
use crate::output::{Columns, Printer};
use crate::progress::Progress;
use crate::session::Options;

/// Compares the configurations of two profiles, for example of organizations on China and Global
#[derive(clap::Args)]
#[command(after_help = "\
Items are compared by their names, collection by collection. Ids, times, organizations, counts and states are ignored, and so is the order
of lists. Of a list of ids, the number is compared, because the ids of two organizations differ.

The exit status is 1 if the configurations differ, and 0 if they do not. If a collection cannot be read, it is reported at the end, and the
exit status is that of the first failure. Collections that one of the clouds does not have are left out.

Examples:
  secure-access compare china global
  secure-access compare china global --only policies/destination_lists,deployments --output json")]
pub(crate) struct Arguments {
    /// A profile
    #[arg(value_name = "PROFILE")]
    one: String,
    /// The profile to compare it with
    #[arg(value_name = "PROFILE")]
    other: String,
    /// Only these collections or scopes
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
}

impl Arguments {
    /// Runs the task.
    ///
    /// # Errors
    /// When the configurations differ, or cannot be read.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        // They would replace a setting of both profiles, which would then be compared with itself.
        for name in ["SECURE_ACCESS_CLOUD", "SECURE_ACCESS_API_KEY"] {
            if env::var_os(name).is_some_and(|value| !value.is_empty()) {
                let message = format!("{name} is set, and replaces that of both profiles");
                return Err(Failure::usage(message).with_hint("Unset it for this command."));
            }
        }
        if options.replaces_profile() {
            let message = "--cloud and --organization replace those of both profiles";
            return Err(Failure::usage(message));
        }
        let collections = select(false, &self.only)?;
        interruptible(self.compare(options, &collections)).await
    }

    async fn compare(&self, options: &Options, collections: &[Collection]) -> Result<()> {
        let one = options.with_profile(&self.one).client()?;
        let other = options.with_profile(&self.other).client()?;
        let columns = [
            "collection",
            "name",
            "difference",
            "property",
            &self.one,
            &self.other,
        ];
        let mut printer = options.output.printer(Columns::named(&columns))?;
        let mut progress = Progress::new("collections", Some(collections.len() as u64));
        let (mut differences, mut failures) = (0, Vec::new());
        for (done, collection) in (1..).zip(collections) {
            if !(is_on(one.cloud(), collection) && is_on(other.cloud(), collection)) {
                options.note(&format!("{}: a cloud does not have it", collection.title));
                continue;
            }
            match read_both(&one, &other, collection).await {
                Ok((one, other)) => {
                    differences += self.print(&mut printer, collection, one, other)?;
                }
                Err(failure) => failures.push((collection, failure)),
            }
            progress.set(done);
        }
        progress.finish();
        printer.end()?;
        message(&format!("{differences} differences"));
        read_failures(failures)?;
        match differences {
            0 => Ok(()),
            _ => Err(Failure::new(
                ExitStatus::Failure,
                "the configurations differ",
            )),
        }
    }

    /// Prints the differences of a collection; returns how many there are.
    fn print(
        &self,
        printer: &mut Printer,
        collection: &Collection,
        mut one: Named,
        mut other: Named,
    ) -> Result<usize> {
        let names: BTreeSet<String> = one.keys().chain(other.keys()).cloned().collect();
        let mut count = 0;
        for name in names {
            for (property, one, other) in differences(one.remove(&name), other.remove(&name)) {
                let difference = match (&property, &one) {
                    (Some(_), _) => "differs".to_owned(),
                    (None, Value::Null) => format!("only in {}", self.other),
                    (None, _) => format!("only in {}", self.one),
                };
                let mut row = Map::new();
                row.insert("collection".to_owned(), json!(collection.title));
                row.insert("name".to_owned(), json!(name));
                row.insert("difference".to_owned(), json!(difference));
                row.insert("property".to_owned(), json!(property));
                row.insert(self.one.clone(), one);
                row.insert(self.other.clone(), other);
                printer.item(&Value::Object(row))?;
                count += 1;
            }
        }
        Ok(count)
    }
}

/// The items of a collection by name.
type Named = BTreeMap<String, Map<String, Value>>;

/// A difference: the property, if both sides have the item, and the values.
type Difference = (Option<String>, Value, Value);

async fn read_both(
    one: &Client,
    other: &Client,
    collection: &Collection,
) -> Result<(Named, Named)> {
    let (one, other) = tokio::try_join!(read(one, collection), read(other, collection))?;
    Ok((named(one), named(other)))
}

/// The comparable properties of items by name; further items of a name are numbered.
fn named(items: Vec<Item>) -> Named {
    let mut named = Named::new();
    for item in items {
        let properties = match comparable(item.value) {
            Value::Object(properties) => properties,
            other => Map::from_iter([("value".to_owned(), other)]),
        };
        let mut name = item.name.clone();
        for number in 2.. {
            if !named.contains_key(&name) {
                break;
            }
            name = format!("{} ({number})", item.name);
        }
        named.insert(name, properties);
    }
    named
}

/// A value without what always differs between organizations.
fn comparable(value: Value) -> Value {
    match value {
        Value::Object(properties) => {
            // A condition of a rule names the things whose ids are its value.
            let is_of_ids = properties
                .get("attributeName")
                .and_then(Value::as_str)
                .is_some_and(is_id);
            let property = |(name, value): (String, Value)| {
                let is_ids = is_id(&name) || (is_of_ids && name == "attributeValue");
                match value {
                    _ if is_volatile(&name) || is_metadata(&name) => None,
                    Value::Array(ids) if is_ids => {
                        Some((name, json!(format!("{} ids", ids.len()))))
                    }
                    _ if is_ids => None,
                    value => Some((name, comparable(value))),
                }
            };
            Value::Object(properties.into_iter().filter_map(property).collect())
        }
        Value::Array(list) => {
            let mut list: Vec<Value> = list.into_iter().map(comparable).collect();
            list.sort_by_cached_key(Value::to_string);
            Value::Array(list)
        }
        scalar => scalar,
    }
}

/// Whether a property has ids: `siteId`, `umbrella.source.identity_ids`.
fn is_id(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    matches!(last, "id" | "ids" | "uuid" | "uuids")
}

/// Whether a property says who and when: `createdAt`, `modifiedBy`, `organizationName`.
fn is_metadata(name: &str) -> bool {
    let words = words(name);
    let first = words.first().map_or("", String::as_str);
    matches!(
        first,
        "created"
            | "creation"
            | "creator"
            | "modified"
            | "modification"
            | "updated"
            | "organization"
            | "org"
    )
}

/// The differences of an item.
fn differences(
    one: Option<Map<String, Value>>,
    other: Option<Map<String, Value>>,
) -> Vec<Difference> {
    let (mut one, mut other) = match (one, other) {
        (Some(one), Some(other)) => (one, other),
        (Some(one), None) => return vec![(None, Value::Object(one), Value::Null)],
        (None, Some(other)) => return vec![(None, Value::Null, Value::Object(other))],
        (None, None) => return Vec::new(),
    };
    let names: BTreeSet<String> = one.keys().chain(other.keys()).cloned().collect();
    let difference = |name: String| {
        let take =
            |properties: &mut Map<String, Value>| properties.remove(&name).unwrap_or_default();
        let (one, other) = (take(&mut one), take(&mut other));
        let (one, other) = match (one, other) {
            (one, other) if one == other => return None,
            (Value::Array(one), Value::Array(other)) => own_elements(one, other),
            pair => pair,
        };
        Some((Some(name), one, other))
    };
    names.into_iter().filter_map(difference).collect()
}

/// The elements of each of two lists that the other does not have.
fn own_elements(one: Vec<Value>, other: Vec<Value>) -> (Value, Value) {
    let texts = |list: &[Value]| list.iter().map(Value::to_string).collect::<BTreeSet<_>>();
    let (of_one, of_other) = (texts(&one), texts(&other));
    let without = |list: Vec<Value>, known: &BTreeSet<String>| {
        let own = list
            .into_iter()
            .filter(|value| !known.contains(&value.to_string()));
        Value::Array(own.collect())
    };
    (without(one, &of_other), without(other, &of_one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(value: Value) -> Option<Map<String, Value>> {
        comparable(value).as_object().cloned()
    }

    #[test]
    fn what_always_differs_is_ignored() {
        let rule = |id: i64, list: Value| {
            json!({
                "ruleId": id, "organizationId": id, "modifiedAt": id, "meta": {"destinationCount": id},
                "ruleConditions": [{"attributeName": "umbrella.destination.destination_list_ids", "attributeValue": list}],
            })
        };
        let one = || properties(rule(1, json!([17, 18])));
        assert_eq!(differences(one(), properties(rule(2, json!([3, 4])))), []);
        assert_eq!(differences(one(), properties(rule(2, json!([3])))).len(), 1);
    }

    #[test]
    fn lists_differ_in_their_elements() {
        let one = properties(
            json!({"name": "a", "destinations": [{"id": 1, "destination": "x"}, {"id": 2, "destination": "y"}]}),
        );
        let other = properties(
            json!({"name": "a", "destinations": [{"id": 9, "destination": "y"}, {"id": 7, "destination": "z"}]}),
        );
        let expected = (
            Some("destinations".to_owned()),
            json!([{"destination": "x"}]),
            json!([{"destination": "z"}]),
        );
        assert_eq!(differences(one, other), [expected]);
    }
}
