//! `cargo xtask docs`: every operation has its part on a page, the pages in the repository are current, and all links lead somewhere.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cisco_secure_access_openapi::Document;
use serde_json::json;
use tempfile::TempDir;
use xtask::{docs, documents, specs, workspace};

/// The pages of the APIs in the repository.
fn pages() -> Vec<PathBuf> {
    let entries = fs::read_dir(workspace().join("docs/api")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn every_operation_has_its_part_on_one_page() {
    let mut parts: BTreeMap<String, usize> = BTreeMap::new();
    for page in pages() {
        let text = fs::read_to_string(page).unwrap();
        let headings = text.lines().filter_map(|line| line.strip_prefix("## `"));
        for heading in headings {
            *parts
                .entry(heading.trim_end_matches('`').to_owned())
                .or_default() += 1;
        }
    }
    let documents = documents::read(&specs()).unwrap();
    let operations = documents.iter().flat_map(Document::operations);
    let expected = operations.map(|operation| (operation.id.clone(), 1));
    assert_eq!(parts, expected.collect());
    assert!(docs::outdated(workspace()).unwrap().is_empty());
}

#[test]
fn every_link_leads_to_a_file() {
    let mut dead = Vec::new();
    for page in pages().into_iter().chain([workspace().join("llms.txt")]) {
        let text = fs::read_to_string(&page).unwrap();
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once(')')?.0));
        for link in links.filter(|link| !link.starts_with('#')) {
            let (file, _) = link.split_once('#').unwrap_or((link, ""));
            if !page.parent().unwrap().join(file).exists() {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// A repository with a document of one operation, files with markers, and a page of an API that does not exist.
fn repository() -> TempDir {
    let directory = TempDir::new().unwrap();
    let write = |file: &str, text: &str| {
        let path = directory.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let body = json!({"$ref": "#/components/schemas/Pier"});
    let operation = json!({
        "operationId": "create_pier",
        "summary": "Create a pier",
        "description": "Adds a pier to a harbour.",
        "tags": ["Piers"],
        "security": [{"oauth2": ["harbour.piers:write"]}],
        "x-clouds": ["global", "china"],
        "x-rate-limit": {"class": "harbour", "per": "key", "windows": [{"requests": 5, "seconds": 1}]},
        "parameters": [
            {"name": "harbourId", "in": "path", "required": true, "schema": {"type": "integer"}, "example": 7, "description": "Id of the harbour."},
            {"name": "dryRun", "in": "query", "required": true, "schema": {"type": "boolean"}, "example": true},
            {"name": "side", "in": "query", "schema": {"type": "string", "enum": ["east", "west"]}, "description": "East | west."},
        ],
        "requestBody": {"required": true, "content": {"application/json": {
            "schema": body, "example": {"name": "It's north", "code": "hush"},
        }}},
        "responses": {"200": {"content": {"application/json": {"schema": body}}}},
    });
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Harbour", "version": "1"},
        "paths": {"/harbour/v1/harbours/{harbourId}/piers": {"post": operation}},
        "components": {"schemas": {
            "Pier": {"type": "object", "required": ["name"], "properties": {
                "id": {"type": "integer", "readOnly": true},
                "name": {"type": "string", "maxLength": 50, "description": "Name of the pier."},
                "code": {"type": "string", "x-secret": true},
                "machines": {"type": "array", "items": {"$ref": "#/components/schemas/Machine"}},
                "neighbours": {"type": "array", "items": {"$ref": "#/components/schemas/Pier"}},
            }},
            "Machine": {"oneOf": [
                {"$ref": "#/components/schemas/Crane"}, {"$ref": "#/components/schemas/Tug"},
            ]},
            "Crane": {"type": "object", "required": ["load", "label"], "properties": {
                "load": {"type": "integer", "minimum": 1, "maximum": 9}, "label": {"type": "string"},
            }},
            "Tug": {"type": "object", "required": ["power"], "properties": {
                "power": {"type": "number"}, "label": {"type": "string"},
            }},
        }},
    });
    write("specs/harbour.json", &document.to_string());
    let marked = "# Title\n<!-- written by `cargo xtask docs` -->\n<!-- end of what `cargo xtask docs` writes -->\nThe end.\n";
    write("docs/api/README.md", marked);
    write("docs/api/gone.md", "# Gone");
    write("llms.txt", marked);
    directory
}

fn read(repository: &Path, file: &str) -> String {
    fs::read_to_string(repository.join(file)).unwrap()
}

#[test]
fn a_page_has_the_calls_the_parameters_and_the_properties_at_every_depth() {
    let directory = repository();
    docs::run(directory.path()).unwrap();
    let page = read(directory.path(), "docs/api/piers.md");
    for expected in [
        "# Piers\n",
        "- Cargo feature: `piers`\n",
        "| [`create_pier`](#create_pier) | Create a pier |\n",
        "## `create_pier`\n\nCreate a pier. Adds a pier to a harbour.\n",
        "- Rust: `client.harbour().create_pier(harbour_id, &body).dry_run(dry_run)`\n",
        "- Command: `secure-access harbour create-pier <HARBOUR_ID> --dry-run <DRY_RUN> --body <BODY>`\n",
        "- OAuth scope: `harbour.piers:write`\n",
        "- Clouds: Global, China\n",
        "- Rate limit: 5 a second for each key\n",
        "| `harbourId` | path | integer | yes | Id of the harbour. |\n",
        "| `side` | query | `east`, `west` |  | East \\| west. |\n",
        "| `name` | string, at most 50 characters | yes | Name of the pier. |\n",
        "| `code` | string, secret |  |  |\n",
        "| `machines` | list of (object `Crane`, or object `Tug`) |  |  |\n",
        "| `machines[].load` | integer, 1 to 9 | yes | Of `Crane`. |\n",
        "| `machines[].label` | string |  |  |\n",
        "| `machines[].power` | number | yes | Of `Tug`. |\n",
        "| `neighbours` | list of objects `Pier` |  |  |\n",
        "secure-access harbour create-pier 7 --dry-run true --body - <<'JSON'\n",
        "{\n  \"code\": \"hush\",\n  \"name\": \"It's north\"\n}\nJSON\n",
        "client\n    .harbour()\n    .create_pier(7, &body)\n",
    ] {
        assert!(page.contains(expected), "{expected:?} is not in\n{page}");
    }
    // What is not sent, what repeats itself, and a secret on a command line.
    for unexpected in ["| `id` |", "neighbours[].name", "--body '{"] {
        assert!(!page.contains(unexpected), "{unexpected:?} is in\n{page}");
    }
}

#[test]
fn the_pages_the_index_and_the_links_are_brought_up_to_date() {
    let directory = repository();
    let repository = directory.path();
    let files = [
        "docs/api/README.md",
        "docs/api/gone.md",
        "docs/api/piers.md",
        "llms.txt",
    ];
    assert_eq!(docs::outdated(repository).unwrap(), files);
    assert!(docs::run(repository).unwrap().starts_with("written: "));
    assert!(docs::run(repository).unwrap().contains("up to date"));
    assert!(!repository.join("docs/api/gone.md").exists());
    let links = read(repository, "llms.txt");
    assert!(links.starts_with("# Title\n") && links.ends_with("The end.\n"));
    let link = "- [Piers](docs/api/piers.md): 1 operation of `harbour`: pier\n";
    assert!(links.contains(link), "{links}");
    let index = read(repository, "docs/api/README.md");
    let row = "| [Piers](piers.md) | `harbour` | `piers` | 1 | Global, China | pier |\n";
    assert!(index.contains(row), "{index}");

    fs::write(repository.join("llms.txt"), "# Title\n").unwrap();
    let error = docs::run(repository).unwrap_err();
    assert!(
        error.starts_with("llms.txt: the line `<!-- written by"),
        "{error}"
    );
}
