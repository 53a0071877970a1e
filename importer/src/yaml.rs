//! Reads YAML and JSON texts: a tree of JSON values and the places they stood at.
//!
//! YAML scalars are resolved here and by the JSON-like rules of YAML 1.2 alone, so that `Off`, `NO`, `16:00:00`, dates and
//! octal-looking numbers stay the strings that their authors meant.

use std::borrow::Cow;
use std::collections::HashMap;

use cisco_secure_access_openapi::json::escape;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, StrInput, Tag};
use serde_json::{Map, Number, Value};

use crate::report::{Marks, Pointer, excerpt};

/// The largest number of nodes that a document may have once its aliases are expanded.
pub(crate) const MAX_NODES: usize = 2_000_000;
/// How deeply the nodes of a document may nest.
pub(crate) const MAX_DEPTH: usize = 100;
/// How many closing brackets are indented before the document is given up.
const MAX_INDENTED: usize = 100;

/// A rule, the pointer of the place that it fixed, and what it did.
pub type Note = (&'static str, String, String);

/// Reads any YAML or JSON text.
pub fn parse_any(name: &str, bytes: &[u8]) -> Result<(Value, Marks, Vec<Note>), String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let found = if bytes.starts_with(b"PK") { "a zip archive" } else { "bytes that are not UTF-8" };
        format!(
            "{name}: found {found} at byte {}, expected YAML or JSON text; pass the document itself",
            error.valid_up_to()
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('<') && !text.trim_start().starts_with("<<") {
        return Err(format!(
            "{name}:1:1: found a markup page, expected YAML or JSON; download the document, not the page that shows it"
        ));
    }
    let mut text = Cow::Borrowed(text);
    let mut indented = Vec::new();
    loop {
        let mut reader = Reader::new(name, &text);
        match reader.document() {
            Ok(tree) => {
                reader.notes.extend(indented);
                reader.marks.text = text.as_ref().into();
                return Ok((tree, reader.marks, reader.notes));
            }
            Err(error) => {
                let fixed = reader
                    .misindented
                    .and_then(|line| indent_closing_line(&text, line));
                if let Some(fixed) = fixed.filter(|_| indented.len() < MAX_INDENTED) {
                    let line = reader.misindented.unwrap_or_default();
                    indented.push((
                        "closing-indentation",
                        String::new(),
                        format!("line {line} indented"),
                    ));
                    text = Cow::Owned(fixed);
                    continue;
                }
                let joined = reader.broken.then(|| join_surrogates(&text)).flatten();
                text = Cow::Owned(joined.ok_or(error)?);
            }
        }
    }
}

/// The text with the pairs of surrogates in its escapes, which JSON has and YAML has not, as the escapes of the letters that they stand for.
fn join_surrogates(text: &str) -> Option<String> {
    let escaped = |rest: &str| {
        let digits = rest.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut joined = String::new();
    let mut rest = text;
    let mut found = false;
    while let Some(start) = rest.find('\\') {
        joined.push_str(&rest[..start]);
        rest = &rest[start..];
        let pair = escaped(rest).zip(rest.get(6..).and_then(escaped));
        let letter = pair.and_then(|(high, low)| char::decode_utf16([high, low]).next()?.ok());
        let length = match letter.filter(|letter| u32::from(*letter) > 0xFFFF) {
            Some(letter) => {
                found = true;
                joined.push_str(&format!("\\U{:08x}", u32::from(letter)));
                12
            }
            // A backslash and what it escapes.
            None => {
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                joined.push_str(&rest[..length]);
                length
            }
        };
        rest = &rest[length..];
    }
    joined.push_str(rest);
    found.then_some(joined)
}

/// The text with the line of a closing bracket indented like the line before it, where authors and lenient parsers tolerate
/// less indentation than YAML does.
fn indent_closing_line(text: &str, number: usize) -> Option<String> {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    // YAML counts more line ends than this does, a carriage return for one: there may be no such line.
    let before = lines
        .get(..number.checked_sub(1)?)?
        .iter()
        .rev()
        .find(|line| !line.trim().is_empty())?;
    let line = *lines.get(number - 1)?;
    let closing = line.trim_start();
    let spaces = |line: &str| line.len() - line.trim_start().len();
    if !closing.starts_with(['}', ']']) {
        return None;
    }
    let indented = format!(
        "{}{closing}",
        " ".repeat(spaces(before).max(spaces(line) + 1))
    );
    lines[number - 1] = &indented;
    Some(lines.concat())
}

/// The kind of a value, for messages.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Bool(value) => format!("the boolean {value}"),
        Value::Number(value) => format!("the number {value}"),
        Value::String(text) if text.chars().count() <= 60 => format!("the string {text:?}"),
        Value::String(text) => format!(
            "the string {:?}…",
            text.chars().take(60).collect::<String>()
        ),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(map) => format!("a mapping of {}", map.len()),
    }
}

/// A scalar as text, strings without their quotes.
pub(crate) fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Builds the tree from the events of the YAML parser.
struct Reader<'a> {
    name: &'a str,
    events: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, (Value, usize)>,
    marks: Marks,
    notes: Vec<Note>,
    nodes: usize,
    depth: usize,
    at: Pointer,
    text: &'a str,
    /// The line at which the parser stopped for its indentation.
    misindented: Option<usize>,
    /// Whether the text is no YAML.
    broken: bool,
}

impl<'a> Reader<'a> {
    fn new(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            events: Parser::new_from_str(text),
            anchors: HashMap::new(),
            marks: Marks::default(),
            notes: Vec::new(),
            nodes: 0,
            depth: 0,
            at: Pointer::default(),
            text,
            misindented: None,
            broken: false,
        }
    }

    fn document(&mut self) -> Result<Value, String> {
        let mut tree = None;
        loop {
            let (event, mark) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart
                | Event::DocumentStart(_)
                | Event::DocumentEnd
                | Event::Nothing => {}
                _ if tree.is_some() => {
                    return Err(self.error(
                        mark,
                        "a second document",
                        "one document in a file; split the file",
                    ));
                }
                event => tree = Some(self.node(event, mark)?),
            }
        }
        let mut tree = tree.ok_or_else(|| {
            format!(
                "{}:1:1: found an empty file, expected an OpenAPI document",
                self.name
            )
        })?;
        tree.sort_all_objects();
        Ok(tree)
    }

    fn next(&mut self) -> Result<(Event<'a>, Marker), String> {
        match self.events.next() {
            Some(Ok((event, span))) => Ok((event, span.start)),
            Some(Err(error)) => {
                self.broken = true;
                self.misindented = error
                    .info()
                    .starts_with("invalid indentation")
                    .then(|| error.marker().line());
                if error.info() == "recursion limit exceeded" {
                    return Err(self.too_deep(*error.marker()));
                }
                let found = format!("text that is not YAML ({})", error.info());
                Err(self.error(
                    *error.marker(),
                    &found,
                    "YAML or JSON; is the file complete?",
                ))
            }
            None => Err(format!(
                "{}: found the end of the file, expected more; is the file complete?",
                self.name
            )),
        }
    }

    fn error(&self, mark: Marker, found: &str, expected: &str) -> String {
        let (line, column) = (mark.line(), mark.col() + 1);
        let piece = excerpt(self.text, line, column)
            .map_or_else(String::new, |piece| format!("\n    | {piece}"));
        format!(
            "{}:{line}:{column}: #{}{piece}\n    found {found}, expected {expected}",
            self.name,
            self.at.as_str()
        )
    }

    fn too_deep(&self, mark: Marker) -> String {
        let expected = format!("at most {MAX_DEPTH} levels; is this the right file?");
        self.error(mark, "deeper nesting than any API has", &expected)
    }

    fn node(&mut self, event: Event<'a>, mark: Marker) -> Result<Value, String> {
        self.count(1, mark)?;
        self.marks
            .positions
            .insert(self.at.as_str().to_owned(), (mark.line(), mark.col() + 1));
        let before = self.nodes;
        let (anchor, value) = match event {
            Event::Alias(anchor) => {
                let Some((value, nodes)) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.error(
                        mark,
                        "an alias inside of what it stands for",
                        "a finite document",
                    ));
                };
                self.count(nodes, mark)?;
                (0, value)
            }
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, self.scalar(&text, style, tag.as_deref()))
            }
            Event::SequenceStart(anchor, _) => (anchor, self.nested(mark, Self::sequence)?),
            Event::MappingStart(anchor, _) => (anchor, self.nested(mark, Self::mapping)?),
            event => return Err(self.error(mark, &format!("the event {event:?}"), "a value")),
        };
        if anchor > 0 {
            self.anchors
                .insert(anchor, (value.clone(), self.nodes - before + 1));
        }
        Ok(value)
    }

    fn count(&mut self, nodes: usize, mark: Marker) -> Result<(), String> {
        self.nodes += nodes;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        Err(self.error(
            mark,
            "more nodes than any API has once aliases are expanded",
            &format!("at most {MAX_NODES}"),
        ))
    }

    fn nested(
        &mut self,
        mark: Marker,
        collect: impl FnOnce(&mut Self) -> Result<Value, String>,
    ) -> Result<Value, String> {
        if self.depth == MAX_DEPTH {
            return Err(self.too_deep(mark));
        }
        self.depth += 1;
        let value = collect(self);
        self.depth -= 1;
        value
    }

    fn sequence(&mut self) -> Result<Value, String> {
        let mut items = Vec::new();
        loop {
            let (event, mark) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Value::Array(items));
            }
            items.push(self.step(&items.len().to_string(), event, mark)?);
        }
    }

    fn mapping(&mut self) -> Result<Value, String> {
        let mut map = Map::new();
        let mut merged = Vec::new();
        loop {
            let (event, mark) = self.next()?;
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, style, _, _) => (text, style),
                _ => return Err(self.error(mark, "a key that is not a scalar", "a string as key")),
            };
            let (event, value_mark) = self.next()?;
            let value = self.step(&key.0, event, value_mark)?;
            if key.0 == "<<" && key.1 == ScalarStyle::Plain {
                merged.push((value, mark));
                continue;
            }
            let pointer = format!("{}/{}", self.at.as_str(), escape(&key.0));
            self.marks
                .positions
                .insert(pointer.clone(), (mark.line(), mark.col() + 1));
            if map.insert(key.0.to_string(), value).is_some() {
                self.notes.push((
                    "duplicate-keys",
                    pointer,
                    format!("the last `{}` wins", key.0),
                ));
            }
        }
        for (value, mark) in merged {
            self.merge(&mut map, value, mark)?;
        }
        Ok(Value::Object(map))
    }

    /// Adds what the merge key `<<` brings in and the mapping does not have itself.
    fn merge(
        &self,
        map: &mut Map<String, Value>,
        value: Value,
        mark: Marker,
    ) -> Result<(), String> {
        match value {
            Value::Object(other) => {
                for (key, value) in other {
                    map.entry(key).or_insert(value);
                }
                Ok(())
            }
            Value::Array(values) => values
                .into_iter()
                .try_for_each(|value| self.merge(map, value, mark)),
            value => Err(self.error(
                mark,
                &describe(&value),
                "a mapping under the merge key `<<`",
            )),
        }
    }

    fn step(&mut self, token: &str, event: Event<'a>, mark: Marker) -> Result<Value, String> {
        let length = self.at.enter(token);
        let value = self.node(event, mark);
        self.at.leave(length);
        value
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
        if style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str") {
            return Value::String(text.to_owned());
        }
        let value = match text {
            "" | "~" | "null" => return Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            text => match number(text) {
                Some(number) => Value::Number(number),
                None => return Value::String(text.to_owned()),
            },
        };
        self.marks
            .texts
            .insert(self.at.as_str().to_owned(), text.to_owned());
        value
    }
}

/// The number that `text` is in JSON's notation, if it is one.
pub(crate) fn number(text: &str) -> Option<Number> {
    let first = text.strip_prefix('-').unwrap_or(text).chars().next()?;
    if first.is_ascii_digit() {
        serde_json::from_str(text).ok()
    } else {
        None
    }
}
