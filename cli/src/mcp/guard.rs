//! What agents may call and see: operations of some APIs, changes, secrets.

use std::collections::BTreeSet;

use cisco_secure_access::{Operation, Security};
use serde_json::Value;

use crate::catalog::{self, Entry};
use crate::failure::{ExitStatus, Failure, Result};
use crate::operation::{Effect, alike};

/// What a server permits.
pub(crate) struct Guard {
    /// Whether operations that change something may be called.
    pub(super) may_write: bool,
    /// Whether results have secrets.
    pub(super) shows_secrets: bool,
    /// The scopes and APIs that are permitted; all if there are none.
    pub(super) only: Vec<String>,
    /// The operations of these scopes and APIs.
    operations: BTreeSet<&'static str>,
}

impl Guard {
    /// Permits the operations of the scopes and APIs with these names (`policies`, `destination-lists`); all if there are none.
    ///
    /// # Errors
    /// When there is no scope and no API of a name.
    pub(crate) fn new(may_write: bool, shows_secrets: bool, only: Vec<String>) -> Result<Self> {
        let mut names = BTreeSet::new();
        let mut operations = BTreeSet::new();
        for scope in catalog::scopes() {
            for operation in scope.operations() {
                let Some(entry) = catalog::find(operation.id) else {
                    continue;
                };
                // The token request has the API secret and returns a token.
                if matches!(operation.security, Security::Basic) {
                    continue;
                }
                let own = [scope.name.to_owned(), entry.description.feature_name()];
                if only.is_empty() || own.iter().any(|name| only.contains(name)) {
                    operations.insert(operation.id);
                }
                names.extend(own);
            }
        }
        if let Some(unknown) = only.iter().find(|name| !names.contains(*name)) {
            let names: Vec<String> = names.into_iter().collect();
            return Err(Failure::usage(format!(
                "--only: there is no scope and no API `{unknown}`"
            ))
            .with_hint(format!("Expected some of {}.", names.join(", "))));
        }
        Ok(Self {
            may_write,
            shows_secrets,
            only,
            operations,
        })
    }

    /// Whether an operation may be found and described, and called if its effect is allowed.
    pub(super) fn permits(&self, operation: &Operation) -> bool {
        self.operations.contains(operation.id)
    }

    /// Whether calls with this effect may be made.
    pub(super) fn allows(&self, effect: Effect) -> bool {
        effect == Effect::Read || self.may_write
    }

    /// The operation of an id, if it is permitted.
    ///
    /// # Errors
    /// When there is no such operation, or it is not permitted.
    pub(super) fn find(&self, id: &str) -> Result<Entry> {
        let entry = catalog::find(id).ok_or_else(|| {
            let known = self.operations.iter().map(|id| (*id).to_owned());
            let failure = Failure::new(
                ExitStatus::NotFound,
                format!("there is no operation `{id}`"),
            );
            failure.with_hint(match alike(id, known) {
                Some(alike) => format!("Did you mean `{alike}`? search_operations finds others."),
                None => "search_operations finds operations.".to_owned(),
            })
        })?;
        if self.permits(entry.operation) {
            return Ok(entry);
        }
        let id = entry.operation.id;
        Err(match entry.operation.security {
            Security::Basic => Failure::usage(format!("{id} cannot be called here"))
                .with_hint("The server requests tokens itself."),
            _ => {
                Failure::usage(format!("{id} is not permitted by this server")).with_hint(format!(
                    "It permits only: {}. The user selects this with --only.",
                    self.only.join(", ")
                ))
            }
        })
    }

    /// Rejects a call whose effect is not allowed.
    ///
    /// # Errors
    /// When the server is read-only, and the call is not.
    pub(super) fn check_effect(&self, entry: Entry, effect: Effect) -> Result<()> {
        if self.allows(effect) {
            return Ok(());
        }
        let what = match effect {
            Effect::Destroy => "deletes, replaces or changes in bulk",
            Effect::Read | Effect::Change => "creates or changes something",
        };
        let id = entry.operation.id;
        Err(Failure::usage(format!(
            "{id} {what}, and this server is read-only: nothing was sent"
        ))
        .with_hint("Only the user can change that, with `secure-access mcp --allow-write`."))
    }

    /// Replaces the secrets in a value of a schema, unless they are shown.
    pub(super) fn redact(&self, entry: Entry, schema: Option<&Value>, value: &mut Value) {
        if let (false, Some(schema)) = (self.shows_secrets, schema) {
            entry.document.hide_secrets(schema, value);
        }
    }
}

/// The name of an effect in results.
pub(super) fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "read",
        Effect::Change => "change",
        Effect::Destroy => "destroy",
    }
}
