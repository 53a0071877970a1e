//! The fast parser for times, in which all numbers have the full number of digits.
//!
//! chrono parses the pattern again for each value, and is lenient about digits: to know whether a time has the form of the pattern, it must
//! be formatted and compared. Each row of a list has several times. chrono parses the times that this parser does not support.

use chrono::{DateTime, NaiveDate, Utc};

/// Parses a time that has exactly the form of the pattern.
pub(super) fn read(pattern: &str, text: &str) -> Option<DateTime<Utc>> {
    let mut pattern = pattern.bytes();
    let mut text = text.as_bytes();
    // Month and day are not valid for a pattern without a date, which chrono then parses.
    let (mut year, mut month, mut day) = (0, 0, 0);
    let (mut hour, mut minute, mut second, mut nanosecond) = (0, 0, 0, 0);
    while let Some(byte) = pattern.next() {
        if byte != b'%' {
            text = text.strip_prefix(&[byte])?;
            continue;
        }
        match pattern.next()? {
            b'Y' => year = take(&mut text, 4)?,
            b'm' => month = take(&mut text, 2)?,
            b'd' => day = take(&mut text, 2)?,
            b'H' => hour = take(&mut text, 2)?,
            b'M' => minute = take(&mut text, 2)?,
            b'S' => second = take(&mut text, 2)?,
            b'.' => {
                let digits = pattern.next()?.wrapping_sub(b'0');
                text = text.strip_prefix(b".")?;
                if !matches!(digits, 1..=9) || pattern.next()? != b'f' {
                    return None;
                }
                nanosecond = take(&mut text, digits)? * 10_u32.pow(9 - u32::from(digits));
            }
            _ => return None,
        }
    }
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let time = date.and_hms_nano_opt(hour, minute, second, nanosecond)?;
    text.is_empty().then(|| time.and_utc())
}

/// Takes a number with this number of digits from the front.
#[inline]
fn take(text: &mut &[u8], digits: u8) -> Option<u32> {
    let (number, rest) = text.split_at_checked(digits.into())?;
    *text = rest;
    number.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u32::from(byte - b'0'))
    })
}
