//! Secrets that are planted, and the look whether they turn up where they must not.

use std::error::Error;
use std::fmt::Debug;

/// The access token that the scripted service grants.
pub const TOKEN: &str = "fuzz-hush-token-8f2b61c0";
/// The secret of the API key.
pub const SECRET: &str = "fuzz-hush-secret-77d0a9e4";

/// A text in an answer, which its receiver may show, but no error does.
pub const TEXT: &str = "fuzz-hush-text-51e3c9aa";

/// Whether one of them is in a text.
fn is_told(text: &str) -> bool {
    text.contains(TOKEN) || text.contains(SECRET)
}

/// Stops where a value shows a secret.
pub fn assert_silent(what: &impl Debug) {
    let shown = format!("{what:?}");
    assert!(!is_told(&shown), "a secret is shown: {shown}");
}

/// Stops where an error, or what it comes from, shows a secret.
pub fn assert_silent_error(error: &(dyn Error + 'static)) {
    let mut error = Some(error);
    while let Some(cause) = error {
        let shown = format!("{cause} {cause:?}");
        assert!(!is_told(&shown), "a secret is shown: {shown}");
        error = cause.source();
    }
}
