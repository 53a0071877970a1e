//! Secrets that are planted, and the look whether they turn up where they must not.

use std::error::Error;
use std::fmt::Debug;

/// The access token that the scripted service grants.
pub const TOKEN: &str = "fuzz-hush-token-8f2b61c0";
/// The secret of the API key.
pub const SECRET: &str = "fuzz-hush-secret-77d0a9e4";

/// A string in a response. `Debug` of the value may contain it, but errors must not.
pub const TEXT: &str = "fuzz-hush-text-51e3c9aa";

/// Whether a string contains one of them.
fn contains_secret(text: &str) -> bool {
    text.contains(TOKEN) || text.contains(SECRET)
}

/// Panics if the `Debug` output of a value contains a secret.
pub fn assert_silent(what: &impl Debug) {
    let shown = format!("{what:?}");
    assert!(!contains_secret(&shown), "a secret is shown: {shown}");
}

/// Panics if an error or one of its sources contains a secret.
pub fn assert_silent_error(error: &(dyn Error + 'static)) {
    let mut error = Some(error);
    while let Some(cause) = error {
        let shown = format!("{cause} {cause:?}");
        assert!(!contains_secret(&shown), "a secret is shown: {shown}");
        error = cause.source();
    }
}
