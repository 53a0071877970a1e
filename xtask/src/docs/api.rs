//! The APIs of the specifications, the page of each, and the lists of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cisco_secure_access_codegen::names::{pascal, singular};
use cisco_secure_access_codegen::{Method, methods};
use cisco_secure_access_openapi::Document;

use super::operation::{self, Entry};

/// The scope that every build has; it has no feature.
const ALWAYS: &str = "auth";

/// How many objects of an API a list names.
const MAX_OBJECTS: usize = 12;

/// In how many operations a parameter is to be described once for all of them.
const MIN_SHARED: usize = 5;

/// An API: the operations of a feature.
pub(super) struct Api<'a> {
    name: &'a str,
    feature: String,
    operations: Vec<Entry<'a>>,
}

/// The APIs of all documents, by scope and name.
///
/// # Errors
/// When a document is not what an import writes.
pub(super) fn read(documents: &[Document]) -> Result<Vec<Api<'_>>, String> {
    let mut apis: BTreeMap<String, Api<'_>> = BTreeMap::new();
    for document in documents {
        let mut known: BTreeMap<String, Vec<Method>> = BTreeMap::new();
        let methods = methods(document.scope(), document.root());
        for method in methods.map_err(|error| error.to_string())? {
            let own = known.entry(method.operation.clone()).or_default();
            own.push(method);
        }
        for operation in document.operations() {
            let feature = operation.feature_name();
            let api = apis.entry(feature.clone()).or_insert_with(|| Api {
                name: &operation.api,
                feature,
                operations: Vec::new(),
            });
            api.operations.push(Entry {
                document,
                operation,
                methods: known.remove(&operation.id).unwrap_or_default(),
            });
        }
    }
    let mut apis: Vec<_> = apis.into_values().collect();
    for api in &mut apis {
        api.operations.sort_by_key(|entry| &entry.operation.id);
    }
    apis.sort_by(|one, other| (one.scopes(), one.name).cmp(&(other.scopes(), other.name)));
    Ok(apis)
}

/// The table of all APIs.
pub(super) fn table(apis: &[Api<'_>]) -> String {
    let mut text = String::from(
        "| API | path scope | Cargo feature | operations | documented for | objects |\n| --- | --- | --- | ---: | --- | --- |\n",
    );
    for api in apis {
        let _ = writeln!(
            text,
            "| [{}]({}) | {} | {} | {} | {} | {} |",
            api.name,
            api.file(),
            api.scope_names(),
            api.feature_name(),
            api.operations.len(),
            api.clouds(),
            api.objects(),
        );
    }
    text
}

/// A list of links to all APIs.
pub(super) fn links(apis: &[Api<'_>], directory: &str) -> String {
    let mut text = String::new();
    for api in apis {
        let count = match api.operations.len() {
            1 => "1 operation".to_owned(),
            count => format!("{count} operations"),
        };
        let _ = writeln!(
            text,
            "- [{}]({directory}/{}): {count} of {}: {}",
            api.name,
            api.file(),
            api.scope_names(),
            api.objects(),
        );
    }
    text
}

impl Api<'_> {
    /// The name of its page.
    pub(super) fn file(&self) -> String {
        format!("{}.md", self.feature)
    }

    fn scopes(&self) -> BTreeSet<&str> {
        let entries = self.operations.iter();
        entries.map(|entry| entry.document.scope()).collect()
    }

    fn scope_names(&self) -> String {
        let scopes = self.scopes();
        let scopes: Vec<_> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
        scopes.join(", ")
    }

    fn feature_name(&self) -> String {
        match self.scopes().contains(ALWAYS) {
            true => "always enabled".to_owned(),
            false => format!("`{}`", self.feature),
        }
    }

    /// The clouds that document its operations, with their number if it is not all of them.
    fn clouds(&self) -> String {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for cloud in self
            .operations
            .iter()
            .flat_map(|entry| &entry.operation.clouds)
        {
            match counts.iter_mut().find(|(known, _)| known == cloud) {
                Some((_, count)) => *count += 1,
                None => counts.push((cloud, 1)),
            }
        }
        let all = self.operations.len();
        let clouds = counts.iter().map(|(cloud, count)| match *count == all {
            true => pascal(cloud),
            false => format!("{} ({count} of {all})", pascal(cloud)),
        });
        clouds.collect::<Vec<_>>().join(", ")
    }

    /// What its operations are about: their names without the verb, each once, those of lists first.
    fn objects(&self) -> String {
        let mut entries: Vec<_> = self.operations.iter().collect();
        entries.sort_by_key(|entry| !entry.operation.id.starts_with("list_"));
        let mut known = BTreeSet::new();
        let mut objects = Vec::new();
        for entry in entries {
            let object = entry
                .operation
                .id
                .split_once('_')
                .map_or("", |(_, object)| object);
            let one = match singular(object) {
                item if item.ends_with("Item") => object.to_owned(),
                item => item,
            };
            if known.insert(one) {
                objects.push(object.replace('_', " "));
            }
        }
        if objects.len() > MAX_OBJECTS {
            objects.truncate(MAX_OBJECTS);
            objects.push("…".to_owned());
        }
        objects.join(", ")
    }

    /// The page.
    ///
    /// # Errors
    /// When a schema is not supported.
    pub(super) fn page(&self) -> Result<String, String> {
        let mut text = format!(
            "# {}\n\n<!-- Written by `cargo xtask docs` from the specifications. -->\n\n\
             - Path scope: {}\n- Cargo feature: {}\n- Documented for: {}\n\n\
             [All APIs](README.md), and how to read this page.\n\n| operation | |\n| --- | --- |\n",
            self.name,
            self.scope_names(),
            self.feature_name(),
            self.clouds(),
        );
        for Entry { operation, .. } in &self.operations {
            let _ = writeln!(
                text,
                "| [`{0}`](#{0}) | {1} |",
                operation.id, operation.summary
            );
        }
        let shared = self.shared_parameters()?;
        for entry in &self.operations {
            text.push_str(&operation::section(entry, &shared)?);
        }
        if !shared.is_empty() {
            let _ = write!(text, "\n## Shared parameters\n{}", operation::PARAMETERS);
            text.extend(shared);
        }
        Ok(text)
    }

    /// The rows of the optional parameters that many operations have in the same way. Of two with one name, the one of more operations.
    fn shared_parameters(&self) -> Result<BTreeSet<String>, String> {
        let mut counts: BTreeMap<&str, BTreeMap<String, usize>> = BTreeMap::new();
        for entry in &self.operations {
            let parameters = entry.operation.parameters.iter();
            for parameter in parameters.filter(|parameter| !parameter.is_mandatory()) {
                let rows = counts.entry(&parameter.name).or_default();
                *rows
                    .entry(operation::parameter(entry, parameter)?)
                    .or_default() += 1;
            }
        }
        let most = counts
            .into_values()
            .filter_map(|rows| rows.into_iter().max_by_key(|(_, count)| *count));
        let shared = most.filter(|(_, count)| *count >= MIN_SHARED);
        Ok(shared.map(|(row, _)| row).collect())
    }
}
