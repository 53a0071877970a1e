//! The tool `call_operation`: makes one call, and returns its response.

use cisco_secure_access::RawResponse;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde::Deserialize;
use serde_json::{Value, json};

use super::context::Context;
use super::{arguments, bound, confirm, tool};
use crate::failure::{ExitStatus, Failure, Result};
use crate::operation::{Call, Effect, preview};

pub(super) const NAME: &str = "call_operation";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    operation: String,
    arguments: Option<Value>,
    confirm: Option<Value>,
    pointer: Option<String>,
}

pub(super) fn declaration(may_write: bool) -> Tool {
    tool::declare(
        NAME,
        ToolAnnotations::with_title("Call an operation")
            .read_only(!may_write)
            .destructive(may_write)
            .open_world(true),
        match may_write {
            true => {
                "Calls an operation, and returns the status and the body of its response. Operations with the effect `destroy` need `confirm`. \
                 For lists, list_items is better: it returns items of all pages. A response that is too long is replaced by its outline."
            }
            false => {
                "Calls an operation that reads, and returns the status and the body of its response. This server makes no changes. \
                 For lists, list_items is better: it returns items of all pages. A response that is too long is replaced by its outline."
            }
        },
        &json!({
            "operation": tool::operation_schema(),
            "arguments": tool::arguments_schema(),
            "confirm": {
                "type": "string",
                "description": "For the effect `destroy`: the current name of what is deleted, replaced or changed, as describe_operation says",
            },
            "pointer": {
                "type": "string",
                "description": "JSON pointer of a part of the response, to return it alone: /data/0. For operations that read",
            },
        }),
        &["operation"],
    )
}

pub(super) async fn run(context: &Context, input: JsonObject) -> Result<Value> {
    let input: Input = tool::input(NAME, input)?;
    let call = arguments::read(context.guard.find(&input.operation)?, input.arguments)?;
    if input.pointer.is_some() && call.effect() != Effect::Read {
        let message = "`pointer` is for operations that read: nothing was sent";
        return Err(Failure::usage(message));
    }
    if context.options.dry_run {
        return preview(&context.options, &call).await;
    }
    context.guard.check_effect(call.entry, call.effect())?;
    let client = context.client()?;
    confirm::check(&client, &call, input.confirm.as_ref()).await?;
    let response = call.request(&client).send_raw().await?;
    result(context, &call, &response, input.pointer.as_deref())
}

/// The status and the body of a response.
fn result(
    context: &Context,
    call: &Call,
    response: &RawResponse,
    pointer: Option<&str>,
) -> Result<Value> {
    let status = response.status().as_u16();
    let Some(body) = body(context, call, response) else {
        return Ok(json!({"status": status}));
    };
    let pointer = pointer.unwrap_or_default();
    let part = body.pointer(pointer).ok_or_else(|| {
        let message = format!("the response has nothing at `{pointer}`");
        Failure::new(ExitStatus::NotFound, message)
            .with_hint("Call without `pointer` to see what it has.")
    })?;
    let hint = match call.effect() {
        Effect::Read => "The response is too long. Call again with the `pointer` of a part.",
        Effect::Change | Effect::Destroy => {
            "The call succeeded, and its response is too long. Do not repeat the call."
        }
    };
    let part = bound::bounded(part.clone(), pointer, context.max_result_bytes, hint);
    Ok(json!({"status": status, "body": part}))
}

/// The body: JSON without its secrets, or text.
fn body(context: &Context, call: &Call, response: &RawResponse) -> Option<Value> {
    let bytes = response.body();
    if bytes.is_empty() {
        return None;
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else {
        let text = String::from_utf8_lossy(bytes).into_owned();
        return Some(Value::from(text));
    };
    let description = call.entry.description;
    let status = response.status().as_u16();
    let documented = description.responses.get(&status).and_then(Option::as_ref);
    let schema = documented.or_else(|| description.response());
    context.guard.redact(call.entry, schema, &mut value);
    Some(value)
}
