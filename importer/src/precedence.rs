//! Which of several documents describes an operation that all of them have: the one that comes first.
//!
//! Documents keep the order in which they were given together. One that is new since then, or has a newer version than it had in that
//! order, comes before them, so that the order follows from the documents and not from the imports in between: an older version and then the
//! present one again leave everything as it was.

use std::cmp::{Ordering, Reverse};

use crate::document::{Document, Precedence};

/// Ranks the documents: first those that are not settled, the latest date first, then the others in their order.
pub(crate) fn rank(documents: &mut [Document]) {
    let mut order: Vec<usize> = (0..documents.len()).collect();
    order.sort_by_key(|place| {
        let document = &documents[*place];
        let is_settled = compare_to_settled(document) != Ordering::Greater;
        let date = date(&document.version).filter(|_| !is_settled);
        (is_settled, Reverse(date), document.precedence.order)
    });
    for (rank, place) in order.into_iter().enumerate() {
        documents[place].rank = rank;
    }
}

/// Makes the ranks of the documents, with their present versions, their order.
pub(crate) fn settle(documents: &mut [Document]) {
    for document in documents {
        document.precedence = Precedence {
            order: document.rank,
            settled: document.version.clone(),
        };
    }
}

/// Compares the version of a document to the one that is settled. That of a new document is always newer.
pub(crate) fn compare_to_settled(document: &Document) -> Ordering {
    match document.precedence.settled.as_str() {
        "" => Ordering::Greater,
        settled => compare_versions(&document.version, settled),
    }
}

/// Compares versions by their numbers.
pub(crate) fn compare_versions(one: &str, other: &str) -> Ordering {
    numbers(one).cmp(&numbers(other))
}

/// The numbers of a version, without zeros at the end.
fn numbers(version: &str) -> Vec<u64> {
    let mut numbers: Vec<u64> = runs(version)
        .map(|digits| digits.parse().unwrap_or(u64::MAX))
        .collect();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

fn runs(version: &str) -> impl Iterator<Item = &str> {
    let runs = version.split(|letter: char| !letter.is_ascii_digit());
    runs.filter(|digits| !digits.is_empty())
}

/// The date in a version, as a number that begins with year, month and day: of `2.0.202605140830`, or of `2026-05-14`.
fn date(version: &str) -> Option<u64> {
    const DAY: usize = 8;
    let is_date = |digits: &&str| digits.len() >= DAY && digits.starts_with("20");
    let joined: String = runs(version).take(3).collect();
    let dates = runs(version).chain([joined.as_str()]);
    // With its time, if it has one, to the minute.
    let mut dates = dates.filter(is_date).map(|digits| {
        let digits: String = digits.chars().chain("0000".chars()).take(DAY + 4).collect();
        digits.parse().ok()
    });
    dates.next().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        for (old, new) in [
            ("1.9.0", "1.10.0"),
            ("1.0", "1.0.1"),
            ("2.0.202605140830", "2.0.202606010000"),
            ("", "1"),
        ] {
            assert_eq!(compare_versions(old, new), Ordering::Less, "{old} {new}");
        }
        assert_eq!(compare_versions("2.0", "2.0.0"), Ordering::Equal);
    }

    #[test]
    fn a_version_can_have_a_date() {
        for (version, expected) in [
            ("2.0.202605140830", Some(2026_0514_0830)),
            ("2026-05-14", Some(2026_0514_0000)),
            ("20260514", Some(2026_0514_0000)),
            ("2.0.1", None),
            ("99.0.0", None),
        ] {
            assert_eq!(date(version), expected, "{version}");
        }
    }
}
