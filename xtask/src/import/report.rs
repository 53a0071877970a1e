//! What an import has to say: places in documents, repairs made, defects found.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// A JSON pointer that follows a walk through a document.
#[derive(Debug, Default)]
pub struct Pointer(String);

impl Pointer {
    /// A pointer to an absolute position, such as `/components/schemas`.
    pub fn at(pointer: impl Into<String>) -> Self {
        Self(pointer.into())
    }

    /// Runs `walk` with the pointer one step deeper, at `token`.
    pub fn within<T>(&mut self, token: &str, walk: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.enter(token);
        let result = walk(self);
        self.leave(length);
        result
    }

    /// Goes one step deeper and returns what [`Pointer::leave`] needs to come back.
    pub fn enter(&mut self, token: &str) -> usize {
        let length = self.0.len();
        self.0.push('/');
        self.0.push_str(&escape(token));
        length
    }

    /// Comes back from a deeper step.
    pub fn leave(&mut self, length: usize) {
        self.0.truncate(length);
    }

    /// The pointer as RFC 6901 writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last step of the pointer, and the one before it.
    pub fn ends(&self) -> (&str, &str) {
        let mut steps = self.0.rsplit('/');
        (steps.next().unwrap_or(""), steps.next().unwrap_or(""))
    }
}

/// Escapes one step of a JSON pointer.
pub fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// Where the nodes of a document stood in its text, and how its numbers and booleans were written.
#[derive(Debug, Default)]
pub struct Marks {
    /// Line and column by pointer, both counted from one.
    pub positions: HashMap<String, (usize, usize)>,
    /// The text of the plain scalars that became numbers or booleans, by pointer.
    pub texts: HashMap<String, String>,
}

impl Marks {
    /// The position of the node, or else of the nearest node around it.
    fn position(&self, pointer: &str) -> Option<(usize, usize)> {
        let mut pointer = pointer;
        loop {
            if let Some(position) = self.positions.get(pointer) {
                return Some(*position);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }
}

/// A place in an upstream document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file name of the document.
    pub document: String,
    /// The JSON pointer of the place.
    pub pointer: String,
    /// Line and column, where the document's format tells.
    pub position: Option<(usize, usize)>,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.document)?;
        if let Some((line, column)) = self.position {
            write!(out, ":{line}:{column}")?;
        }
        write!(out, ": #{}", self.pointer)
    }
}

/// Something that no rule repairs.
#[derive(Debug, Clone)]
pub struct Defect {
    /// Where it is.
    pub place: Place,
    /// What is wrong there.
    pub found: String,
    /// What would be right.
    pub expected: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}\n    found {}, expected {}",
            self.place, self.found, self.expected
        )
    }
}

/// One repair: where, and what was changed.
#[derive(Debug, Clone)]
pub struct Repair {
    /// Where it was made.
    pub place: Place,
    /// What was changed, in a few words.
    pub note: String,
}

/// The repairs of an import, by the name of the rule.
pub type Repairs = BTreeMap<&'static str, Vec<Repair>>;

/// Collects the repairs and defects of one document.
pub struct Log<'a> {
    /// The file name of the document.
    pub document: &'a str,
    /// Where its nodes stood.
    pub marks: &'a Marks,
    /// Whether examples stay in the document.
    pub keep_examples: bool,
    /// The repairs so far, of all documents.
    pub repairs: &'a mut Repairs,
    /// The defects so far, of all documents.
    pub defects: &'a mut Vec<Defect>,
}

impl Log<'_> {
    /// Records that `rule` changed the node at `at`.
    pub fn repair(&mut self, rule: &'static str, at: &Pointer, note: impl Into<String>) {
        let repair = Repair {
            place: self.place(at.as_str()),
            note: note.into(),
        };
        self.repairs.entry(rule).or_default().push(repair);
    }

    /// Records that the node at `at` is wrong.
    pub fn defect(&mut self, at: &Pointer, found: impl Into<String>, expected: impl Into<String>) {
        let defect = Defect {
            place: self.place(at.as_str()),
            found: found.into(),
            expected: expected.into(),
        };
        self.defects.push(defect);
    }

    fn place(&self, pointer: &str) -> Place {
        Place {
            document: self.document.to_owned(),
            pointer: pointer.to_owned(),
            position: self.marks.position(pointer),
        }
    }
}

/// Why an import stopped: one message for each thing that is wrong.
#[derive(Debug)]
pub struct Failure(pub Vec<String>);

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0.join("\n"))
    }
}

impl std::error::Error for Failure {}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self(vec![message])
    }
}
