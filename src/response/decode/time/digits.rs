//! The fast way to read a time: all numbers have the full number of digits, as the format writes them.
//!
//! chrono parses the pattern again for each value, and is lenient about digits: whether a time was written as the pattern says shows only
//! when it is formatted and compared. A listing has several times in each row. What is not read here is left to chrono.

use chrono::{DateTime, NaiveDate, Utc};

/// The time that is written exactly as the pattern writes it.
pub(super) fn read(pattern: &str, text: &str) -> Option<DateTime<Utc>> {
    let mut pattern = pattern.bytes();
    let mut text = text.as_bytes();
    // Month and day of a pattern without a date are not valid, which leaves it to chrono.
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

/// The number of this many digits at the front, which is taken off.
#[inline]
fn take(text: &mut &[u8], digits: u8) -> Option<u32> {
    let (number, rest) = text.split_at_checked(digits.into())?;
    *text = rest;
    number.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u32::from(byte - b'0'))
    })
}
