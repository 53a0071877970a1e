//! Finds the time of the oldest event in the text of a response, so that the next part can be requested before the response is decoded.
//!
//! This is a forecast: the export requests the part again if the decoded events give another one.

use std::sync::LazyLock;

use memchr::memmem::{Finder, FinderRev};

const NAME: &str = r#""timestamp":"#;

/// Returns the time of the last event in epoch milliseconds, if it is older than the first.
pub(super) fn oldest_time(body: &[u8]) -> Option<i64> {
    static FIRST: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(NAME));
    static LAST: LazyLock<FinderRev<'_>> = LazyLock::new(|| FinderRev::new(NAME));

    let time_at = |start: usize| {
        let text = body.get(start + NAME.len()..)?.trim_ascii_start();
        let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        std::str::from_utf8(&text[..length]).ok()?.parse().ok()
    };
    let newest: i64 = time_at(FIRST.find(body)?)?;
    time_at(LAST.rfind(body)?).filter(|oldest| *oldest < newest)
}
