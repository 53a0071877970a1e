//! Strings that match the pattern of a schema.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::rng::SeededRng;

/// A pattern of a schema, read once.
#[derive(Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    syntax: Hir,
}

impl Pattern {
    /// The pattern of this regular expression; `None` where it cannot be read.
    pub(crate) fn of(text: &str) -> Option<Arc<Self>> {
        static KNOWN: OnceLock<Mutex<BTreeMap<String, Option<Arc<Pattern>>>>> = OnceLock::new();
        let known = KNOWN.get_or_init(Mutex::default);
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || {
            let (regex, syntax) = (Regex::new(text).ok()?, regex_syntax::parse(text).ok()?);
            Some(Arc::new(Self { regex, syntax }))
        };
        if let Some(pattern) = known.get(text) {
            return pattern.clone();
        }
        let pattern = read();
        known.insert(text.to_owned(), pattern.clone());
        pattern
    }

    pub(crate) fn fits(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// A string that matches.
    pub(crate) fn make(&self, mut rng: SeededRng) -> String {
        let mut text = Vec::new();
        write(&self.syntax, &mut rng, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    }
}

fn write(syntax: &Hir, rng: &mut SeededRng, text: &mut Vec<u8>) {
    match syntax.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.extend_from_slice(&literal.0),
        HirKind::Class(Class::Unicode(class)) => {
            if let Some(range) = rng.choose(class.ranges()) {
                let size = u32::from(range.end()) - u32::from(range.start()) + 1;
                let offset = u32::try_from(rng.below(u64::from(size))).unwrap_or_default();
                let letter = char::from_u32(u32::from(range.start()) + offset);
                let letter = letter.unwrap_or(range.start());
                text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        HirKind::Class(Class::Bytes(class)) => {
            text.extend(rng.choose(class.ranges()).map(|range| range.start()));
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min + 4);
            let least = repetition.min.max(1).min(most);
            let count = u64::from(least) + rng.below(u64::from(most - least).min(8) + 1);
            for _ in 0..count {
                write(&repetition.sub, rng, text);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, rng, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, rng, text)),
        HirKind::Alternation(parts) => {
            if let Some(part) = rng.choose(parts) {
                write(part, rng, text);
            }
        }
    }
}
