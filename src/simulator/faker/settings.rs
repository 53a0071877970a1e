//! The values of settings, whose types depend on their names.

use serde_json::{Value, json};

use super::SeededRng;

/// A value for a setting of this name.
pub(crate) fn setting(name: &str, mut rng: SeededRng) -> Value {
    let number = rng.below(1000);
    let ends = |part: &str| name.ends_with(part);
    match name {
        "umbrella.logLevel" => json!("LOG_ALL"),
        "umbrella.default.traffic" => json!("PUBLIC_INTERNET"),
        "umbrella.advancedApplicationIds" => json!([1000 + number]),
        "global.setting.disableDecryptionSource" => json!([format!("source {number}")]),
        _ if ends("Minutes") => json!(60 + number),
        _ if ends("ProfileId") || name.contains(".profileId") => json!(1000 + number),
        _ => json!(number.is_multiple_of(2)),
    }
}
