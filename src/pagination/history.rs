//! Detects repeated pages and cursors.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, Hash, Hasher as _};

use foldhash::fast::{FixedState, FoldHasher};

use crate::response::JsonReader;

/// The maximum number of lists and cursors that a listing remembers. A longer cycle is not detected.
const REMEMBERED: usize = 65_536;

/// The maximum number of consecutive pages without new rows: pages without rows, and pages whose rows equal those before and have no id.
const MAX_IDLE_PAGES: u32 = 100;

/// The rows of a page, for comparison with those of another page.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rows {
    pub(super) count: usize,
    /// The number of rows that are not null.
    pub(super) values: usize,
    /// The hash of all rows.
    hash: u64,
    /// The identity of the first and of the last row, if they have one.
    ends: Option<(u64, u64)>,
    /// Whether all rows are equal and have no id, so that different items can look the same.
    is_ambiguous: bool,
}

/// Collects the rows of a page, each as JSON.
pub(super) struct RowsBuilder<'de> {
    count: usize,
    values: usize,
    hasher: FoldHasher<'static>,
    first: Option<&'de str>,
    last: Option<&'de str>,
    is_varied: bool,
}

impl Default for RowsBuilder<'_> {
    fn default() -> Self {
        Self {
            count: 0,
            values: 0,
            hasher: hasher(),
            first: None,
            last: None,
            is_varied: false,
        }
    }
}

impl<'de> RowsBuilder<'de> {
    pub(super) fn add(&mut self, row: &'de str) {
        self.count += 1;
        row.hash(&mut self.hasher);
        if row == "null" {
            return;
        }
        self.values += 1;
        let first = *self.first.get_or_insert(row);
        self.is_varied |= row != first;
        self.last = Some(row);
    }

    /// Creates a page of one row.
    pub(super) fn one(row: &'de str) -> Self {
        let mut rows = Self::default();
        rows.add(row);
        rows
    }

    /// Returns the first row that is not null.
    pub(super) fn first(&self) -> Option<&'de str> {
        self.first
    }

    /// Returns the last row that is not null.
    pub(super) fn last(&self) -> Option<&'de str> {
        self.last
    }

    pub(super) fn build(self) -> Rows {
        let identity = |row: Option<&str>| identity(row?).map(|id| hash(&id));
        let first = identity(self.first);
        Rows {
            count: self.count,
            values: self.values,
            hash: self.hasher.finish(),
            ends: first.zip(identity(self.last)),
            is_ambiguous: !self.is_varied && first.is_none(),
        }
    }
}

/// The relation of a page to the previous pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Repetition {
    /// It is a new page.
    #[default]
    None,
    /// All its rows are equal to those of the previous page and have no id, so they may be different items.
    Ambiguous,
    /// It equals the previous page.
    Identical,
    /// Its rows are repeated.
    Repeated,
}

/// The previous pages of a listing.
#[derive(Default)]
pub(super) struct History {
    pages: u64,
    previous: Rows,
    lists: HashSet<u64>,
    cursors: HashSet<u64>,
    idle_pages: u32,
    longest: usize,
}

impl History {
    /// Compares a page with the previous ones.
    pub(super) fn compare(&self, rows: &Rows) -> Repetition {
        if rows.count == 0 || self.previous.count == 0 {
            return Repetition::None;
        }
        let previous = &self.previous;
        let is_equal = rows.hash == previous.hash;
        let is_whole = rows.count == previous.count
            && (is_equal || (rows.ends.is_some() && rows.ends == previous.ends));
        let first = |rows: &Rows| rows.ends.map(|(first, _)| first);
        let begins_equal = first(rows).is_some() && first(rows) == first(previous);
        if rows.is_ambiguous && is_equal {
            Repetition::Ambiguous
        } else if is_whole {
            Repetition::Identical
        } else if is_equal || begins_equal || self.lists.contains(&rows.hash) {
            Repetition::Repeated
        } else {
            Repetition::None
        }
    }

    /// Returns the number of rows of the previous page.
    pub(super) fn previous_count(&self) -> Option<u64> {
        (self.pages > 0).then_some(self.previous.count as u64)
    }

    /// Returns the number of rows of the longest page.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Whether there is exactly one page so far.
    pub(super) fn has_one_page(&self) -> bool {
        self.pages == 1
    }

    /// Adds a page.
    pub(super) fn add(&mut self, rows: &Rows, repetition: Repetition) {
        self.pages += 1;
        self.longest = self.longest.max(rows.count);
        self.idle_pages = match rows.count == 0 || repetition == Repetition::Ambiguous {
            true => self.idle_pages + 1,
            false => 0,
        };
        if rows.count > 0 {
            self.previous = *rows;
            if !rows.is_ambiguous {
                remember(&mut self.lists, rows.hash);
            }
        }
    }

    /// Whether there are too many consecutive pages without new rows.
    pub(super) fn is_idle(&self) -> bool {
        self.idle_pages >= MAX_IDLE_PAGES
    }

    /// Adds a cursor that was used.
    pub(super) fn add_cursor(&mut self, cursor: &str) {
        remember(&mut self.cursors, hash(&cursor));
    }

    /// Whether a cursor was already used.
    pub(super) fn has_cursor(&self, cursor: &str) -> bool {
        self.cursors.contains(&hash(&cursor))
    }
}

/// A fast hash, because each byte of a listing is hashed. It need not resist attacks: the service gains nothing by a collision.
fn hasher() -> FoldHasher<'static> {
    FixedState::default().build_hasher()
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = hasher();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Inserts into a set of limited size.
fn remember(set: &mut HashSet<u64>, value: u64) {
    if set.len() == REMEMBERED {
        set.clear();
    }
    set.insert(value);
}

/// Returns the id of a row, or the complete row if the name of the property does not show whether it is an id; `None` if the row has no id.
fn identity(row: &str) -> Option<&str> {
    let mut reader = JsonReader::new(row);
    reader.open(b'{').ok()?;
    let mut is_first = true;
    let mut identity = None;
    while reader.next(b'}', &mut is_first).ok()? {
        let name = reader.name().ok()?;
        let value = reader.skip().ok()?;
        if value.starts_with(['{', '[']) || value == "null" {
            continue;
        }
        if name == "id" {
            return Some(value);
        }
        if ["Id", "ID", "_id"].iter().any(|end| name.ends_with(end)) {
            identity = Some(row);
        }
    }
    identity
}
