//! The lock on the set of access rules.

use crate::simulator::handlers::{Call, Rejection};

/// Rejects a call that changes rules while they are locked.
pub(crate) fn check_lock(call: &Call<'_>, is_locked: bool) -> Result<(), Rejection> {
    let changes_rules =
        call.operation().method != "GET" && call.operation().path.starts_with("/policies/v2/rules");
    match is_locked && changes_rules {
        true => Err(Rejection::Status(
            409,
            "The set of rules is locked.".to_owned(),
        )),
        false => Ok(()),
    }
}
