//! The operations of the API, which the commands and the tools for agents are made of.
//!
//! The table of the SDK lists them without reading a document. The document of a scope is parsed when one of its operations is needed.

use std::sync::OnceLock;

use cisco_secure_access::{Operation, operations, simulator};
use cisco_secure_access_openapi as openapi;
use openapi::Document;

/// How many names are suggested for a misspelt one, and how alike they must be.
const SUGGESTIONS: usize = 3;
const MIN_LIKENESS: f64 = 0.7;

/// A path scope, and its document.
pub(crate) struct Scope {
    pub(crate) name: &'static str,
    text: &'static str,
    document: OnceLock<Document>,
}

impl Scope {
    /// Its document.
    pub(crate) fn document(&self) -> &Document {
        self.document.get_or_init(|| {
            #[expect(clippy::expect_used, reason = "a test parses each of the documents")]
            Document::parse(self.name, self.text).expect("a document of the SDK")
        })
    }

    /// Its operations, in the order of their ids.
    pub(crate) fn operations(&self) -> Vec<&'static Operation> {
        let mut own: Vec<_> = operations()
            .filter(|operation| operation.scope == self.name)
            .collect();
        own.sort_by_key(|operation| operation.id);
        own
    }

    /// The names of the commands that are most like a misspelt one.
    pub(crate) fn similar(&self, misspelt: &str) -> Vec<String> {
        let mut names: Vec<(f64, String)> = self
            .operations()
            .into_iter()
            .map(command_name)
            .map(|name| (likeness(misspelt, &name), name))
            .filter(|(likeness, _)| *likeness > MIN_LIKENESS)
            .collect();
        names.sort_by(|one, other| other.0.total_cmp(&one.0));
        names.truncate(SUGGESTIONS);
        names.into_iter().map(|(_, name)| name).collect()
    }

    /// The names of its APIs.
    pub(crate) fn apis(&self) -> Vec<&'static str> {
        let mut apis: Vec<_> = self
            .operations()
            .iter()
            .map(|operation| operation.api)
            .collect();
        apis.sort_unstable();
        apis.dedup();
        apis
    }
}

/// All path scopes.
pub(crate) fn scopes() -> &'static [Scope] {
    static SCOPES: OnceLock<Vec<Scope>> = OnceLock::new();
    SCOPES.get_or_init(|| {
        simulator::documents()
            .map(|(name, text)| Scope {
                name,
                text,
                document: OnceLock::new(),
            })
            .collect()
    })
}

/// The scope of this name.
pub(crate) fn scope(name: &str) -> Option<&'static Scope> {
    scopes().iter().find(|scope| scope.name == name)
}

/// An operation: its entry in the table of the SDK, and its description in the document.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) operation: &'static Operation,
    pub(crate) description: &'static openapi::Operation,
    pub(crate) document: &'static Document,
}

/// The operation of an id of the SDK (`list_sites`) or a name of a command (`list-sites`).
pub(crate) fn find(name: &str) -> Option<Entry> {
    let id = name.replace('-', "_");
    let operation = operations().find(|operation| operation.id == id)?;
    let document = scope(operation.scope)?.document();
    let description = document.operation(&id)?;
    Some(Entry {
        operation,
        description,
        document,
    })
}

/// The name of the command of an operation: `list-sites`.
pub(crate) fn command_name(operation: &Operation) -> String {
    operation.id.replace('_', "-")
}

/// How alike two names are, from 0 to 1: each word finds the word of the other name that is most like it.
fn likeness(one: &str, other: &str) -> f64 {
    let of_words = |from: &str, to: &str| {
        let best = from.split('-').map(|word| {
            let others = to.split('-').map(|other| strsim::jaro_winkler(word, other));
            others.fold(0.0, f64::max)
        });
        best.sum::<f64>() / from.split('-').count() as f64
    };
    0.7 * of_words(one, other) + 0.3 * of_words(other, one)
}

/// The operations that contain all of these words, in their names, paths, APIs and summaries; the best matches first.
pub(crate) fn search(words: &[String]) -> Vec<&'static Operation> {
    let words: Vec<String> = words
        .iter()
        .flat_map(|words| words.split_whitespace())
        .map(str::to_lowercase)
        .collect();
    let mut found: Vec<_> = operations()
        .filter_map(|operation| Some((score(operation, &words)?, operation)))
        .collect();
    found.sort_by_key(|(score, operation)| (std::cmp::Reverse(*score), operation.id));
    found.into_iter().map(|(_, operation)| operation).collect()
}

/// How well an operation matches; `None` if one of the words is missing.
fn score(operation: &Operation, words: &[String]) -> Option<usize> {
    let places = [
        (4, operation.id.replace('_', " ")),
        (2, operation.summary.to_lowercase()),
        (1, operation.api.to_lowercase()),
        (
            1,
            format!("{} {}", operation.scope, operation.path.to_lowercase()),
        ),
        (1, operation.method.as_str().to_lowercase()),
    ];
    let of_word = |word: &String| {
        let hits = places
            .iter()
            .filter(|(_, text)| text.contains(word.as_str()));
        Some(hits.map(|(weight, _)| weight).sum::<usize>()).filter(|score| *score > 0)
    };
    words.iter().map(of_word).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_the_sdk_is_in_its_document() {
        assert_eq!(scopes().len(), 6);
        for operation in operations() {
            let entry = find(operation.id).unwrap_or_else(|| panic!("{}", operation.id));
            assert_eq!(entry.description.method, operation.method.as_str());
            assert_eq!(entry.description.path, operation.path);
        }
    }

    #[test]
    fn a_misspelt_name_finds_the_right_one_first() {
        let deployments = scope("deployments").expect("a scope");
        for (misspelt, expected) in [
            ("list-tunel-groups", "list-network-tunnel-groups"),
            ("get-sites", "get-site"),
            ("delete-conn", "delete-connector"),
        ] {
            assert_eq!(deployments.similar(misspelt)[0], expected);
        }
        assert!(deployments.similar("xyzzy").is_empty());
    }

    #[test]
    fn a_search_finds_operations_by_words_in_any_order() {
        let found = search(&["tunnel groups".to_owned(), "list".to_owned()]);
        assert_eq!(found[0].id, "list_network_tunnel_groups");
        assert!(search(&["no such word".to_owned()]).is_empty());
    }
}
