//! The tool `list_items`: items of a list, over its pages, and where to continue.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use cisco_secure_access::{ContinuationToken, Items};
use cisco_secure_access_openapi::Location;
use futures_util::StreamExt as _;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::context::Context;
use super::{arguments, bound, tool};
use crate::catalog::Entry;
use crate::failure::{Failure, Result};
use crate::operation::{item_schema, preview, set_page_size};

pub(super) const NAME: &str = "list_items";

/// How many items a call returns by default.
const DEFAULT_MAX_ITEMS: u64 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    operation: Option<String>,
    arguments: Option<Value>,
    max_items: Option<u64>,
    continuation: Option<String>,
}

/// A list, and the position in it. Its text is the continuation, so that an agent cannot continue another list than the one it began.
#[derive(Serialize, Deserialize)]
struct Position {
    operation: String,
    arguments: Option<Value>,
    /// A position that is the number of a page is one of pages of this size.
    page_size: Option<u64>,
    /// The next item; the first if there is none.
    token: Option<ContinuationToken>,
}

pub(super) fn declaration() -> Tool {
    tool::declare(
        NAME,
        ToolAnnotations::with_title("List items")
            .read_only(true)
            .open_world(true),
        "Lists the items of an operation that is a list, over all its pages. A result has at most `max_items` items, and fewer if they are \
         long. If it is `truncated`, call again with its `continuation`, which replaces `operation` and `arguments`, for the next items.",
        &json!({
            "operation": tool::operation_schema(),
            "arguments": tool::arguments_schema(),
            "max_items": {"type": "integer", "minimum": 1, "description": "The largest number of items to return; 100 by default"},
            "continuation": {"type": "string", "description": "From the result before, without `operation` and `arguments`"},
        }),
        &[],
    )
}

pub(super) async fn run(context: &Context, input: JsonObject) -> Result<Value> {
    let input: Input = tool::input(NAME, input)?;
    let max_items = input.max_items.unwrap_or(DEFAULT_MAX_ITEMS);
    if max_items == 0 {
        return Err(Failure::usage("max_items: expected 1 or more"));
    }
    let mut position = Position::of(input)?;
    let entry = context.guard.find(&position.operation)?;
    let Some(pagination) = entry.operation.pagination else {
        let message = format!("{} is not a list", entry.operation.id);
        return Err(Failure::usage(message).with_hint("Use call_operation."));
    };
    let mut call = arguments::read(entry, position.arguments.clone())?;
    set_page_size(&mut call, pagination, position.page_size, Some(max_items))?;
    if context.options.dry_run {
        return preview(&context.options, &call).await;
    }
    context.guard.check_effect(entry, call.effect())?;
    let request = call.request(&context.client()?);
    let mut items: Items<Value> = request.items_at(pagination.items, pagination);
    if let Some(token) = &position.token {
        items = items.resume(token);
    }
    let page = Page::read(context, entry, items, max_items).await?;
    let size = |name| call.value(Location::Query, name).and_then(Value::as_u64);
    position.page_size = pagination.limit.and_then(size);
    Ok(page.result(position))
}

impl Position {
    /// Where the input of a call begins.
    fn of(input: Input) -> Result<Self> {
        let Some(text) = input.continuation else {
            let message = "`operation` or `continuation` is required";
            return Ok(Self {
                operation: input.operation.ok_or_else(|| Failure::usage(message))?,
                arguments: input.arguments,
                page_size: None,
                token: None,
            });
        };
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let position: Option<Self> = json.and_then(|json| serde_json::from_slice(&json).ok());
        let Some(position) = position else {
            let message = "continuation: this is not one that list_items returned";
            return Err(Failure::usage(message));
        };
        let is_same = input.operation.is_none_or(|id| id == position.operation)
            && (input.arguments.is_none() || input.arguments == position.arguments);
        match is_same {
            true => Ok(position),
            false => Err(Failure::usage(format!(
                "the continuation is that of {} with other arguments",
                position.operation
            ))
            .with_hint("Pass `continuation` without `operation` and `arguments`.")),
        }
    }

    fn text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// The items of one result.
struct Page {
    items: Vec<Value>,
    /// The position of the next item; `None` if there is none.
    next: Option<ContinuationToken>,
    /// Why the list ended before its end.
    failure: Option<Failure>,
}

impl Page {
    /// Reads items until there are enough, or they are too long together.
    ///
    /// # Errors
    /// When there is a failure before the first item.
    async fn read(
        context: &Context,
        entry: Entry,
        mut items: Items<Value>,
        max_items: u64,
    ) -> Result<Self> {
        const HINT: &str = "The item is too long: use an operation that reads it alone.";
        let schema = item_schema(entry);
        let max = context.max_result_bytes;
        let mut page = Self {
            items: Vec::new(),
            next: items.continuation(),
            failure: None,
        };
        let mut length = 0;
        while (page.items.len() as u64) < max_items {
            let mut item = match items.next().await {
                None => {
                    page.next = None;
                    break;
                }
                Some(Ok(item)) => item,
                Some(Err(error)) if page.items.is_empty() => return Err(error.into()),
                Some(Err(error)) => {
                    page.next = items.continuation().filter(|_| error.is_retryable());
                    page.failure = Some(error.into());
                    break;
                }
            };
            context.guard.redact(entry, schema, &mut item);
            let item = bound::bounded(item, "", max, HINT);
            // The comma counts, too.
            length += bound::length(&item) + 1;
            if length > max && !page.items.is_empty() {
                break;
            }
            page.items.push(item);
            page.next = items.continuation();
        }
        Ok(page)
    }

    /// The items, and the continuation at the position of the next one.
    fn result(self, position: Position) -> Value {
        let is_truncated = self.next.is_some() || self.failure.is_some();
        let mut result = json!({
            "count": self.items.len(),
            "truncated": is_truncated,
            "items": self.items,
        });
        if let Some(token) = self.next {
            let next = Position {
                token: Some(token),
                ..position
            };
            result["continuation"] = next.text().into();
        }
        if let Some(failure) = self.failure {
            result["error"] = failure.to_json()["error"].take();
        }
        result
    }
}
