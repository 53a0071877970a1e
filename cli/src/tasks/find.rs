//! Finds what a command line names: by its id, or by its name.

use cisco_secure_access::{Items, Named};
use futures_util::TryStreamExt as _;

use crate::failure::{ExitStatus, Failure, Result};

/// How alike a name must be to be suggested.
const LIKENESS: f64 = 0.8;

/// An item of the service.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) name: String,
}

/// Finds the only item that has this id or this name. `kind` is what it is: `destination list`.
///
/// # Errors
/// When there is none, when there are several (the failure lists their ids), and when the list cannot be read.
pub(super) async fn find<T: Named + Unpin>(
    kind: &str,
    wanted: &str,
    mut items: Items<T>,
    id: impl Fn(&T) -> Option<i64>,
) -> Result<Found> {
    let mut found = Vec::new();
    let mut alike: Option<(f64, String)> = None;
    while let Some(item) = items.try_next().await? {
        let Some(id) = id(&item) else {
            continue;
        };
        let name = item.name().unwrap_or_default().to_owned();
        if name == wanted || id.to_string() == wanted {
            found.push(Found { id, name });
            continue;
        }
        let likeness = strsim::jaro_winkler(&name.to_lowercase(), &wanted.to_lowercase());
        if likeness >= LIKENESS && alike.as_ref().is_none_or(|(best, _)| likeness > *best) {
            alike = Some((likeness, name));
        }
    }
    if found.len() > 1 {
        let ids: Vec<_> = found.iter().map(|item| item.id.to_string()).collect();
        let message = format!("`{wanted}` is more than one {kind}: {}", ids.join(", "));
        return Err(Failure::usage(message).with_hint("Use the id."));
    }
    found.pop().ok_or_else(|| {
        let missing = Failure::new(
            ExitStatus::NotFound,
            format!("there is no {kind} with the id or the name `{wanted}`"),
        );
        match alike {
            Some((_, name)) => missing.with_hint(format!("Did you mean `{name}`?")),
            None => missing,
        }
    })
}
