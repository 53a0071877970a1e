//! The target of an action: a JSONPath, and the alternatives in it, which the JSONPath library does not expose.

use std::ops::Range;

use serde_json::Value;
use serde_json_path::JsonPath;

/// A JSONPath whose alternatives are known: the selectors of a bracket, and the sides of `||` in a filter.
pub(super) struct Target<'a> {
    text: &'a str,
    path: JsonPath,
    alternatives: Vec<Alternative>,
}

/// One of several alternatives.
struct Alternative {
    text: String,
    /// The target with this alternative alone.
    target: String,
}

/// What a target or an alternative does not find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The alternative, if it is one.
    pub alternative: Option<String>,
    /// The longest part of the target that matches anything.
    pub within: String,
    /// The segment after it.
    pub segment: String,
}

impl Missing {
    /// Looks for what is missing for a target to match anything.
    fn of(target: &str, alternative: Option<String>, document: &Value) -> Self {
        let scan = Scan::of(target);
        let ends = scan.segments.iter().copied().chain([target.len()]);
        let mut found = 1;
        for end in ends {
            if matches_nothing(&target[..end], document) {
                let segment = target[found..end].trim().to_owned();
                let within = target[..found].trim().to_owned();
                return Self {
                    alternative,
                    within,
                    segment,
                };
            }
            found = end;
        }
        let (within, segment) = (target.to_owned(), String::new());
        Self {
            alternative,
            within,
            segment,
        }
    }
}

impl<'a> Target<'a> {
    /// Reads a JSONPath.
    pub(super) fn parse(text: &'a str) -> Result<Self, String> {
        let path = JsonPath::parse(text).map_err(|error| format!("is no JSONPath: {error}"))?;
        Ok(Self {
            text,
            path,
            alternatives: alternatives(text),
        })
    }

    /// The JSONPath.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The pointers of what the target matches.
    pub(super) fn pointers(&self, document: &Value) -> Vec<String> {
        let found = self.path.query_located(document);
        found
            .locations()
            .map(|location| location.to_json_pointer())
            .collect()
    }

    /// What is missing for the target to match anything.
    pub(super) fn missing(&self, document: &Value) -> Missing {
        Missing::of(self.text, None, document)
    }

    /// The alternatives without which the target would match the same.
    pub(super) fn idle_alternatives(&self, document: &Value) -> Vec<Missing> {
        let idle = self
            .alternatives
            .iter()
            .filter(|alternative| matches_nothing(&alternative.target, document));
        idle.map(|alternative| {
            let text = alternative.text.clone();
            Missing::of(&alternative.target, Some(text), document)
        })
        .collect()
    }
}

fn matches_nothing(target: &str, document: &Value) -> bool {
    JsonPath::parse(target).is_ok_and(|path| path.query(document).is_empty())
}

/// The alternatives of a target. Of those that an alternative consists of, each stands alone in it, and it alone in the target.
fn alternatives(target: &str) -> Vec<Alternative> {
    let groups = Scan::of(target).groups;
    let mut alternatives = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        if group.separators.is_empty() {
            continue;
        }
        for piece in group.pieces() {
            let mut alone = group.alone(target, &piece);
            let mut inner = group;
            // An inner group ends before those around it.
            for outer in groups[index..].iter().filter(|outer| outer.contains(group)) {
                let around = outer.pieces().find(|piece| piece.contains(&inner.start));
                let around = around.unwrap_or(outer.start..outer.end);
                let (before, after) = (around.start..inner.start, inner.end..around.end);
                let mark = outer.mark(target, &around);
                alone = format!("{mark}{}{alone}{}", &target[before], &target[after]);
                inner = outer;
            }
            alternatives.push(Alternative {
                text: target[piece].trim().trim_start_matches('?').to_owned(),
                target: format!("{}{alone}{}", &target[..inner.start], &target[inner.end..]),
            });
        }
    }
    alternatives
}

/// The parts of a JSONPath: where its segments begin, apart from the first, and what is in brackets.
#[derive(Default)]
struct Scan {
    segments: Vec<usize>,
    groups: Vec<Group>,
}

/// What is between two brackets or parentheses.
struct Group {
    start: usize,
    end: usize,
    is_bracket: bool,
    /// Where the separators of its alternatives are.
    separators: Vec<Range<usize>>,
}

impl Group {
    /// Where the alternatives are.
    fn pieces(&self) -> impl Iterator<Item = Range<usize>> {
        let starts = self.separators.iter().map(|separator| separator.end);
        let ends = self.separators.iter().map(|separator| separator.start);
        let starts = [self.start].into_iter().chain(starts);
        starts
            .zip(ends.chain([self.end]))
            .map(|(start, end)| start..end)
    }

    /// An alternative as the only one.
    fn alone(&self, text: &str, piece: &Range<usize>) -> String {
        format!("{}{}", self.mark(text, piece), text[piece.clone()].trim())
    }

    /// The mark of a filter, which only its first alternative has.
    fn mark(&self, text: &str, piece: &Range<usize>) -> &'static str {
        match self.is_bracket && text[..piece.start].ends_with("||") {
            true => "?",
            false => "",
        }
    }

    /// Whether another group is in this one.
    fn contains(&self, other: &Self) -> bool {
        self.start < other.start && other.end < self.end
    }
}

impl Scan {
    fn of(text: &str) -> Self {
        let mut scan = Self::default();
        let mut open: Vec<Group> = Vec::new();
        let mut quote = None;
        let mut bytes = text.bytes().enumerate().peekable();
        while let Some((at, byte)) = bytes.next() {
            match (quote, byte) {
                (Some(_), b'\\') => drop(bytes.next()),
                (Some(mark), byte) if mark == byte => quote = None,
                (Some(_), _) => {}
                (None, b'\'' | b'"') => quote = Some(byte),
                (None, b'[' | b'(') => {
                    scan.begin_segment(text, at, open.is_empty());
                    open.push(Group {
                        start: at + 1,
                        end: at + 1,
                        is_bracket: byte == b'[',
                        separators: Vec::new(),
                    });
                }
                (None, b']' | b')') => scan.groups.extend(open.pop().map(|mut group| {
                    group.end = at;
                    group
                })),
                (None, b'.') => scan.begin_segment(text, at, open.is_empty()),
                (None, b',') => {
                    if let Some(group) = open.last_mut().filter(|group| group.is_bracket) {
                        group.separators.push(at..at + 1);
                    }
                }
                (None, b'|') if bytes.next_if(|(_, next)| *next == b'|').is_some() => {
                    if let Some(group) = open.last_mut() {
                        group.separators.push(at..at + 2);
                    }
                }
                _ => {}
            }
        }
        scan
    }

    /// Begins a segment, unless it is the first or the second half of `..`.
    fn begin_segment(&mut self, text: &str, at: usize, is_outermost: bool) {
        if is_outermost && at > 1 && !text[..at].ends_with('.') {
            self.segments.push(at);
        }
    }
}
