//! The tool `search_operations`: finds operations by words.

use std::cmp::Reverse;

use cisco_secure_access::{Operation, operations};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde::Deserialize;
use serde_json::{Value, json};

use super::context::Context;
use super::guard::{Guard, effect_name};
use super::tool;
use crate::catalog;
use crate::failure::Result;
use crate::operation::Effect;

pub(super) const NAME: &str = "search_operations";

/// How many operations a search returns by default.
const DEFAULT_LIMIT: usize = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    words: String,
    limit: Option<usize>,
}

pub(super) fn declaration() -> Tool {
    tool::declare(
        NAME,
        ToolAnnotations::with_title("Search operations")
            .read_only(true)
            .open_world(false),
        "Finds operations of the Cisco Secure Access API by words of their names, paths, APIs and summaries, best matches first. \
         If no operation has all words, those with the most of them are returned. `effect` is what a call does: `read` changes nothing, \
         `change` creates or changes, `destroy` deletes, replaces or changes in bulk. `isList` says that list_items pages through it.",
        &json!({
            "words": {"type": "string", "description": "Words, such as: tunnel groups. Empty for all operations"},
            "limit": {"type": "integer", "minimum": 1, "description": "How many operations to return; 20 by default"},
        }),
        &["words"],
    )
}

pub(super) fn run(context: &Context, input: JsonObject) -> Result<Value> {
    let input: Input = tool::input(NAME, input)?;
    let guard = &context.guard;
    let found = found(guard, &input.words);
    let shown = found.iter().take(input.limit.unwrap_or(DEFAULT_LIMIT));
    let shown: Vec<Value> = shown
        .filter_map(|operation| catalog::find(operation.id))
        .map(|entry| {
            let effect = Effect::documented(entry);
            json!({
                "operation": entry.operation.id,
                "scope": entry.operation.scope,
                "api": entry.operation.api,
                "method": entry.operation.method.as_str(),
                "path": entry.operation.path,
                "summary": entry.operation.summary,
                "effect": effect_name(effect),
                "isAllowed": guard.allows(effect),
                "isList": entry.operation.pagination.is_some(),
            })
        })
        .collect();
    Ok(json!({"total": found.len(), "operations": shown}))
}

/// The operations with all words, or else those with the most words.
fn found(guard: &Guard, words: &str) -> Vec<&'static Operation> {
    let permitted = |words: &str| {
        let mut found = catalog::search(&[words.to_owned()]);
        found.retain(|operation| guard.permits(operation));
        found
    };
    let with_all = permitted(words);
    if !with_all.is_empty() {
        return with_all;
    }
    let by_word: Vec<Vec<_>> = words.split_whitespace().map(permitted).collect();
    let count = |operation: &&Operation| {
        let hits = by_word
            .iter()
            .filter(|found| found.iter().any(|hit| hit.id == operation.id));
        hits.count()
    };
    let mut with_some: Vec<_> = operations()
        .filter(|operation| count(operation) > 0)
        .collect();
    with_some.sort_by_key(|operation| (Reverse(count(operation)), operation.id));
    with_some
}
