//! `cargo xtask coverage`: the page `docs/coverage.md`, which says what the crate covers: each operation, and what it was made of.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use cisco_secure_access_codegen::surface::{Operation, PaginationStyle, Surface, surface};
use cisco_secure_access_importer::Document;
use cisco_secure_access_importer::api_name;
use cisco_secure_access_importer::{Preview, rebuild};
use cisco_secure_access_openapi::path_shape;
use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use crate::command::{CommandResult, Printed};
use crate::progress::during;
use crate::workspace;

/// Writes docs/coverage.md: what the crate covers, operation by operation
///
/// Each operation with its request, OAuth scope, clouds and paging, and the documents that have it; counts by scope, cloud and paging,
/// and against each of Cisco's documents. The page is made from specs/base/ and specs/overlays/, so it is the same each time;
/// `cargo xtask check` says when it is not up to date.
#[derive(Args)]
pub struct Arguments {}

impl Arguments {
    /// Writes the page.
    ///
    /// # Errors
    /// As for [`run`].
    pub fn run(self) -> CommandResult {
        during("importing", || run(workspace())).map(Printed::from)
    }
}

/// The page, from the root of the repository.
pub const PAGE: &str = "docs/coverage.md";

/// The operations of other clients, from the root of the repository; kept by hand.
const OTHERS: &str = "docs/other-clients.json";

const CLOUDS: [&str; 3] = ["global", "china", "government"];

/// Brings the page up to date.
///
/// # Errors
/// When base and overlays make nothing, or the page cannot be written.
pub fn run(workspace: &Path) -> Result<String, String> {
    let preview = rebuild(&workspace.join("specs")).map_err(|failure| failure.to_string())?;
    if is_current(workspace, &preview)? {
        return Ok(format!("{PAGE} is up to date"));
    }
    fs::write(workspace.join(PAGE), page(&preview, &others(workspace)?)?)
        .map_err(|error| format!("{PAGE}: {error}"))?;
    Ok(format!("written: {PAGE}"))
}

/// Whether the page says what base and overlays make.
///
/// # Errors
/// When they make what cannot be generated.
pub fn is_current(workspace: &Path, preview: &Preview) -> Result<bool, String> {
    let before = fs::read_to_string(workspace.join(PAGE)).unwrap_or_default();
    Ok(before == page(preview, &others(workspace)?)?)
}

/// Another client of the same API.
#[derive(Debug, Deserialize)]
pub struct Client {
    name: String,
    language: String,
    version: String,
    date: Option<String>,
    url: String,
    /// Its operations, as `GET /policies/v2/…`.
    operations: Vec<String>,
}

impl Client {
    fn places(&self) -> BTreeSet<Place> {
        let operations = self.operations.iter();
        let split = operations.filter_map(|operation| operation.split_once(' '));
        split
            .map(|(method, path)| (path_shape(path), method.to_owned()))
            .collect()
    }
}

/// The other clients that are known.
fn others(workspace: &Path) -> Result<Vec<Client>, String> {
    let text = fs::read(workspace.join(OTHERS)).map_err(|error| format!("{OTHERS}: {error}"))?;
    serde_json::from_slice(&text).map_err(|error| format!("{OTHERS}: {error}"))
}

/// The page for what base and overlays make, compared with other clients.
///
/// # Errors
/// When they make what cannot be generated.
pub fn page(preview: &Preview, others: &[Client]) -> Result<String, String> {
    let scopes = preview
        .specs
        .iter()
        .filter_map(|(file, spec)| Some((file.strip_suffix(".json")?, spec)))
        .map(|(scope, spec): (&str, &Value)| match surface(scope, spec) {
            Ok(surface) => Ok((scope, surface)),
            Err(error) => Err(error.to_string()),
        })
        .collect::<Result<_, String>>()?;
    let coverage = Coverage {
        preview,
        others,
        scopes,
        places: preview.documents.iter().map(places).collect(),
    };
    Ok(coverage.page())
}

/// Where an operation is, whatever its placeholders are called: path and method in upper case.
type Place = (String, String);

fn places(document: &Document) -> BTreeSet<Place> {
    let operations = document.operations.iter();
    operations
        .map(|operation| {
            (
                path_shape(&operation.path),
                operation.method.to_ascii_uppercase(),
            )
        })
        .collect()
}

struct Coverage<'a> {
    preview: &'a Preview,
    others: &'a [Client],
    scopes: BTreeMap<&'a str, Surface>,
    /// The operations of each document.
    places: Vec<BTreeSet<Place>>,
}

impl Coverage<'_> {
    fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.scopes.values().flat_map(|surface| &surface.operations)
    }

    fn count(&self, is_counted: impl Fn(&Operation) -> bool) -> usize {
        let operations = self.operations();
        operations.filter(|operation| is_counted(operation)).count()
    }

    fn page(&self) -> String {
        let mut page = format!(
            "# Coverage\n\nWhat the crate covers: {} operations of {} APIs. Written by `cargo xtask coverage`.\n",
            self.count(|_| true),
            self.operations()
                .map(|operation| &operation.api)
                .collect::<BTreeSet<_>>()
                .len(),
        );
        self.by_scope(&mut page);
        self.by_cloud(&mut page);
        self.by_paging(&mut page);
        self.by_document(&mut page);
        self.by_client(&mut page);
        for (scope, surface) in &self.scopes {
            self.scope(&mut page, scope, surface);
        }
        page
    }

    fn by_scope(&self, page: &mut String) {
        page.push_str(
            "\n## By scope\n\n| scope | APIs | operations | types | operations that list | with an OAuth scope | with a rate limit |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        );
        for (scope, surface) in &self.scopes {
            let operations = &surface.operations;
            let apis: BTreeSet<_> = operations.iter().map(|operation| &operation.api).collect();
            let count = |is_counted: fn(&Operation) -> bool| {
                operations
                    .iter()
                    .filter(|operation| is_counted(operation))
                    .count()
            };
            let _ = writeln!(
                page,
                "| `{scope}` | {} | {} | {} | {} | {} | {} |",
                apis.len(),
                operations.len(),
                surface.types.len(),
                count(|operation| operation.pagination.is_some()),
                count(has_oauth_scope),
                count(|operation| operation.rate_limit.is_some()),
            );
        }
    }

    fn by_cloud(&self, page: &mut String) {
        page.push_str("\n## By cloud\n\nOperations that a cloud documents. Calls are sent to every cloud.\n\n| cloud | operations |\n| --- | ---: |\n");
        for cloud in CLOUDS {
            let count = self.count(|operation| operation.clouds.iter().any(|known| known == cloud));
            let _ = writeln!(page, "| {cloud} | {count} |");
        }
    }

    fn by_paging(&self, page: &mut String) {
        page.push_str("\n## By paging\n\n| pages | operations |\n| --- | ---: |\n");
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for operation in self.operations() {
            *counts.entry(paging(operation)).or_default() += 1;
        }
        for (paging, count) in counts {
            let paging = if paging.is_empty() { "none" } else { &paging };
            let _ = writeln!(page, "| {paging} | {count} |");
        }
    }

    fn by_document(&self, page: &mut String) {
        page.push_str(
            "\n## Against Cisco's documents\n\nThe documents that the specifications were made of. An operation that several of them have is \
             described by one of them.\n\n| | document | version | operations | in the crate | described by it | only there |\n\
             | ---: | --- | --- | ---: | ---: | ---: | ---: |\n",
        );
        let known: BTreeSet<Place> = self.operations().map(place).collect();
        for (index, document) in self.preview.documents.iter().enumerate() {
            let places = &self.places[index];
            let described = self
                .preview
                .origins
                .values()
                .filter(|origins| origins.first() == Some(&index))
                .count();
            let alone = places
                .iter()
                .filter(|place| self.documents(place).len() == 1)
                .count();
            let api = match api_name(&document.title) {
                api if api.is_empty() => "all APIs".to_owned(),
                api => api,
            };
            let _ = writeln!(
                page,
                "| {} | {api} | {} | {} | {} | {described} | {alone} |",
                index + 1,
                document.version,
                places.len(),
                places.intersection(&known).count(),
            );
        }
    }

    fn by_client(&self, page: &mut String) {
        page.push_str(
            "\n## Against other clients\n\nThe operations in the source of each, compared by method and path. Those that the crate lacks are \
             in no document that it is made of.\n\n| client | language | version | operations | in the crate | the crate has besides |\n\
             | --- | --- | --- | ---: | ---: | ---: |\n",
        );
        let known: BTreeSet<Place> = self.operations().map(place).collect();
        for client in self.others {
            let Client {
                name,
                language,
                version,
                date,
                url,
                ..
            } = client;
            let places = client.places();
            let common = places.intersection(&known).count();
            let date = date
                .as_ref()
                .map_or_else(String::new, |date| format!(", {date}"));
            let _ = writeln!(
                page,
                "| [{name}]({url}) | {language} | {version}{date} | {} | {common} | {} |",
                places.len(),
                known.len() - common,
            );
        }
    }

    /// The indices of the documents that have an operation.
    fn documents(&self, place: &Place) -> Vec<usize> {
        let documents = self.places.iter().enumerate();
        documents
            .filter(|(_, places)| places.contains(place))
            .map(|(index, _)| index)
            .collect()
    }

    fn scope(&self, page: &mut String, scope: &str, surface: &Surface) {
        let _ = writeln!(page, "\n## `{scope}`");
        let mut apis: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
        for operation in &surface.operations {
            apis.entry(&operation.api).or_default().push(operation);
        }
        for (api, mut operations) in apis {
            operations.sort_by_key(|operation| &operation.id);
            let _ = writeln!(
                page,
                "\n### {api}\n\n| operation | request | OAuth scope | clouds | paging | documents |\n| --- | --- | --- | --- | --- | --- |"
            );
            for operation in operations {
                let scopes = operation.oauth_scopes.as_deref().unwrap_or_default();
                let scopes: Vec<_> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
                let _ = writeln!(
                    page,
                    "| `{}` | `{} {}` | {} | {} | {} | {} |",
                    operation.id,
                    operation.method,
                    operation.path,
                    scopes.join(", "),
                    operation.clouds.join(", "),
                    paging(operation),
                    self.sources(scope, operation),
                );
            }
        }
    }

    /// The numbers of the documents that have an operation, first the one that describes it.
    fn sources(&self, scope: &str, operation: &Operation) -> String {
        let name = format!("{scope}::{}", operation.id);
        let origins = self.preview.origins.get(&name);
        let first = origins.and_then(|origins| origins.first()).copied();
        let mut documents = self.documents(&place(operation));
        documents.sort_by_key(|index| (Some(*index) != first, *index));
        let numbers: Vec<_> = documents
            .iter()
            .map(|index| (index + 1).to_string())
            .collect();
        numbers.join(", ")
    }
}

fn place(operation: &Operation) -> Place {
    (path_shape(&operation.path), operation.method.clone())
}

fn has_oauth_scope(operation: &Operation) -> bool {
    let scopes = operation.oauth_scopes.as_ref();
    scopes.is_some_and(|scopes| !scopes.is_empty())
}

/// How an operation lists, with its parameters; nothing where it does not.
fn paging(operation: &Operation) -> String {
    let Some(pagination) = &operation.pagination else {
        return String::new();
    };
    let style = match pagination.style {
        PaginationStyle::Offset => "offset",
        PaginationStyle::Page => "page",
        PaginationStyle::Cursor => "cursor",
        PaginationStyle::Single => "one response",
    };
    let mut text = style.to_owned();
    if !pagination.offset_param.is_empty() && pagination.offset_param != style {
        let _ = write!(text, " (`{}`)", pagination.offset_param);
    }
    if let Some(limit) = &pagination.limit {
        let _ = write!(text, " and {limit}");
    }
    text
}
