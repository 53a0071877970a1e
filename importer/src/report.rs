//! What an import has to say: places in documents, fixes made, errors found.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::rc::Rc;

use cisco_secure_access_openapi::json::escape;

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

/// Where the nodes of a document stood in its text, and how its numbers and booleans were written.
#[derive(Debug, Default)]
pub struct Marks {
    /// Line and column by pointer, both counted from one.
    pub positions: HashMap<String, (usize, usize)>,
    /// The text of the plain scalars that became numbers or booleans, by pointer.
    pub texts: HashMap<String, String>,
    /// The text of the document.
    pub text: Rc<str>,
}

impl Marks {
    /// The marks of what stands at `pointer`, as a document of its own.
    pub fn below(&self, pointer: &str) -> Self {
        fn below<T: Clone>(all: &HashMap<String, T>, pointer: &str) -> HashMap<String, T> {
            all.iter()
                .filter_map(|(key, value)| {
                    let rest = key.strip_prefix(pointer)?;
                    (rest.is_empty() || rest.starts_with('/'))
                        .then(|| (rest.to_owned(), value.clone()))
                })
                .collect()
        }
        Self {
            positions: below(&self.positions, pointer),
            texts: below(&self.texts, pointer),
            text: self.text.clone(),
        }
    }

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

/// The line of a text, or what is around a column of it if it is long.
pub(crate) fn excerpt(text: &str, line: usize, column: usize) -> Option<String> {
    const AROUND: usize = 60;
    let line = text.split('\n').nth(line.checked_sub(1)?)?;
    let letters: Vec<char> = line.chars().take(column + AROUND).collect();
    let start = column.saturating_sub(AROUND).min(letters.len());
    let piece: String = letters[start..].iter().collect();
    let piece = piece.trim();
    (!piece.is_empty()).then(|| piece.to_owned())
}

/// A place in an upstream document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file name of the document.
    pub document: String,
    /// The JSON pointer of the place.
    pub pointer: String,
    /// Line and column, where the format of the document has them.
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

/// Something that no rule fixes.
#[derive(Debug, Clone)]
pub(crate) struct DocumentError {
    /// Where it is.
    pub place: Place,
    /// What the document says there.
    pub piece: Option<String>,
    /// What is wrong there.
    pub found: String,
    /// What would be right.
    pub expected: String,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.place)?;
        if let Some(piece) = &self.piece {
            write!(out, "\n    | {piece}")?;
        }
        write!(
            out,
            "\n    found {}, expected {}",
            self.found, self.expected
        )
    }
}

/// How many of the places of equal errors are listed.
const LISTED: usize = 5;

/// The messages of the errors of a document, in the order of its lines. Errors that were found and expected alike are one message, at the
/// first of them, with the number of the others and where the next ones are.
pub(crate) fn messages(errors: &[DocumentError]) -> Vec<String> {
    let mut ordered: Vec<&DocumentError> = errors.iter().collect();
    ordered.sort_by_key(|error| error.place.position);
    let mut causes: Vec<Vec<&DocumentError>> = Vec::new();
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    for error in ordered {
        let cause = (error.found.as_str(), error.expected.as_str());
        let index = *known.entry(cause).or_insert(causes.len());
        match causes.get_mut(index) {
            Some(others) => others.push(error),
            None => causes.push(vec![error]),
        }
    }
    causes.iter().map(|errors| message(errors)).collect()
}

/// The message of errors of one cause.
fn message(errors: &[&DocumentError]) -> String {
    let [first, others @ ..] = errors else {
        return String::new();
    };
    let place = |error: &&DocumentError| match error.place.position {
        Some((line, column)) => format!("{line}:{column}"),
        None => format!("#{}", error.place.pointer),
    };
    let mut places: Vec<String> = others.iter().take(LISTED).map(place).collect();
    if others.len() > LISTED {
        places.push("…".to_owned());
    }
    match others.len() {
        0 => first.to_string(),
        count => format!("{first}\n    {count} more, at {}", places.join(", ")),
    }
}

/// One fix: where, and what was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Where it was made.
    pub place: Place,
    /// What was changed, in a few words.
    pub note: String,
}

/// The fixes of an import, by the name of the rule.
pub type Fixes = BTreeMap<&'static str, Vec<Fix>>;

/// Collects the fixes and errors of one document.
pub(crate) struct Diagnostics<'a> {
    /// The file name of the document.
    pub document: &'a str,
    /// Where its nodes stood.
    pub marks: &'a Marks,
    /// Whether examples stay in the document.
    pub keep_examples: bool,
    /// The fixes so far, of all documents.
    pub fixes: &'a mut Fixes,
    /// The errors so far, of all documents.
    pub errors: &'a mut Vec<DocumentError>,
}

impl Diagnostics<'_> {
    /// Records that `rule` changed the node at `at`.
    pub(crate) fn fix(&mut self, rule: &'static str, at: &Pointer, note: impl Into<String>) {
        let fix = Fix {
            place: self.place(at.as_str()),
            note: note.into(),
        };
        self.fixes.entry(rule).or_default().push(fix);
    }

    /// Records that the node at `at` is wrong.
    pub(crate) fn error(
        &mut self,
        at: &Pointer,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        let place = self.place(at.as_str());
        let piece = |(line, column)| excerpt(&self.marks.text, line, column);
        let error = DocumentError {
            piece: place.position.and_then(piece),
            place,
            found: found.into(),
            expected: expected.into(),
        };
        self.errors.push(error);
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
