//! Reads all pages of a list, and prints its items as they come.

use std::pin::pin;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use cisco_secure_access::{ContinuationToken, Items, Pagination};
use cisco_secure_access_openapi::Location;
use clap::ArgMatches;
use futures_util::StreamExt as _;
use serde_json::Value;

use super::call::Call;
use super::flags::{MAX_ITEMS, PAGE_SIZE, RESUME};
use crate::catalog::Entry;
use crate::failure::{ExitStatus, Failure, Result};
use crate::output::{Columns, Printer};
use crate::progress::Progress;
use crate::session::Options;

/// How many pages are requested at the same time.
const PREFETCH: usize = 4;

/// Prints the items of a list.
///
/// # Errors
/// When a page cannot be read, or the output cannot be written.
pub(super) async fn run(
    options: &Options,
    mut call: Call,
    pagination: Pagination,
    matches: &ArgMatches,
) -> Result<()> {
    let max_items = matches.get_one::<u64>(MAX_ITEMS).copied();
    let page_size = matches.get_one::<u64>(PAGE_SIZE).copied();
    let resume = matches
        .get_one::<String>(RESUME)
        .map(|token| decode_token(token))
        .transpose()?;
    set_page_size(&mut call, pagination, page_size, max_items)?;
    let client = options.client()?;
    let request = call.request(&client);
    let mut items: Items<Value> = request
        .items_at(pagination.items, pagination)
        .prefetch(PREFETCH);
    if let Some(token) = &resume {
        items = items.resume(token);
    }
    let mut printer = options.output.printer(columns(call.entry))?;
    let printed = print_items(&mut items, &mut printer, max_items).await;
    match printed {
        Ok(()) => printer.end(),
        Err(failure) if failure.is_closed_output() => Err(failure),
        Err(failure) => {
            printer.flush()?;
            Err(with_token(failure, &items))
        }
    }
}

/// Sets the page size: the requested one, or one that is no larger than the number of items.
///
/// # Errors
/// When one is requested, and the list has none.
pub(crate) fn set_page_size(
    call: &mut Call,
    pagination: Pagination,
    page_size: Option<u64>,
    max_items: Option<u64>,
) -> Result<()> {
    let Some(name) = pagination.limit else {
        return match page_size {
            Some(_) => Err(Failure::usage("--page-size: this list has no page size")),
            None => Ok(()),
        };
    };
    let fitting = || Some(max_items?.min(pagination.max_page_size?));
    if let Some(size) = page_size.or_else(fitting) {
        call.set_default(Location::Query, name, Value::from(size));
    }
    Ok(())
}

/// The columns of the items of a list.
pub(crate) fn columns(entry: Entry) -> Columns {
    let schema = item_schema(entry);
    schema.map_or_else(Columns::default, |schema| {
        Columns::of_schema(entry.document, schema)
    })
}

/// The schema of the items of a list.
pub(crate) fn item_schema(entry: Entry) -> Option<&'static Value> {
    let document = entry.document;
    let response = entry.description.response()?;
    let list = document.schema_at(response, entry.operation.pagination?.items)?;
    document.resolve(list).get("items")
}

/// Prints items as they come, at most this many.
///
/// # Errors
/// When an item cannot be read, the output cannot be written, or the user presses Ctrl-C.
pub(crate) async fn print_items(
    items: &mut Items<Value>,
    printer: &mut Printer,
    max_items: Option<u64>,
) -> Result<()> {
    let mut progress = Progress::new("items", max_items);
    let mut count = 0;
    // One listener for all items: a new one would miss a signal that came before it.
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    while max_items != Some(count) {
        let next = tokio::select! {
            biased;
            _ = &mut interrupted => return Err(Failure::interrupted()),
            next = items.next() => next,
        };
        let Some(item) = next else {
            break;
        };
        printer.item(&item?)?;
        count += 1;
        progress.set(count);
    }
    Ok(())
}

/// Adds how to continue.
fn with_token(failure: Failure, items: &Items<Value>) -> Failure {
    let is_worth_it = !matches!(
        failure.status(),
        ExitStatus::Usage | ExitStatus::Authentication
    );
    match items.continuation().filter(|_| is_worth_it) {
        Some(token) => failure.with_resume(encode_token(&token)),
        None => failure,
    }
}

/// The text of a continuation.
pub(crate) fn encode_token(token: &ContinuationToken) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(token).unwrap_or_default())
}

/// Reads the text of a continuation.
///
/// # Errors
/// When it is not one.
pub(crate) fn decode_token(text: &str) -> Result<ContinuationToken> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    json.and_then(|json| serde_json::from_slice(&json).ok())
        .ok_or_else(|| {
            Failure::usage("--resume: this is not a token that an interrupted list printed")
        })
}
