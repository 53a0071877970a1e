//! An index of property names by their length.
//!
//! Each name in each object is looked up. A binary search compares four or five strings; this index compares one or two. The compiler
//! computes the index for the types that a program decodes.

/// The maximum number of properties in an index; larger objects use another search.
const CAPACITY: usize = 256;

/// Names with at least this length share a bucket.
const LONGEST: usize = 63;

/// The properties of a type, by the length of their names.
pub(crate) struct PropertyIndex {
    /// Sorted.
    names: &'static [&'static str],
    /// The numbers of the properties, the short ones first.
    properties: [u8; CAPACITY],
    /// For each length, the number of shorter properties.
    starts: [u16; LONGEST + 2],
}

impl PropertyIndex {
    /// Creates the index of sorted names.
    pub(crate) const fn new(names: &'static [&'static str]) -> Self {
        let mut starts = [0; LONGEST + 2];
        let mut properties = [0; CAPACITY];
        if names.len() <= CAPACITY {
            let mut number = 0;
            while number < names.len() {
                starts[bucket(names[number]) + 1] += 1;
                number += 1;
            }
            let mut length = 1;
            while length < starts.len() {
                starts[length] += starts[length - 1];
                length += 1;
            }
            let mut next = starts;
            let mut number = 0;
            while number < names.len() {
                let bucket = bucket(names[number]);
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "it is below the capacity, 256"
                )]
                {
                    properties[next[bucket] as usize] = number as u8;
                }
                next[bucket] += 1;
                number += 1;
            }
        }
        Self {
            names,
            properties,
            starts,
        }
    }

    /// Returns the number of the property with this name.
    #[inline]
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        if self.names.len() > CAPACITY {
            return self.names.binary_search(&name).ok();
        }
        let bucket = bucket(name);
        let range = usize::from(self.starts[bucket])..usize::from(self.starts[bucket + 1]);
        let candidates = self.properties.get(range)?.iter();
        candidates
            .map(|property| usize::from(*property))
            .find(|property| self.names[*property] == name)
    }
}

const fn bucket(name: &str) -> usize {
    if name.len() < LONGEST {
        name.len()
    } else {
        LONGEST
    }
}
