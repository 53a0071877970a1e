//! Documents changed at random, but as documents change: types swapped, keys dropped, references broken, names collided. Each ends in
//! specifications that generate code, or in an error that names the place; none in a panic.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use cisco_secure_access_codegen::{Options, generate};
use cisco_secure_access_importer::parse_any;
use cisco_secure_access_importer::preview;
use serde_json::{Value, json};

use crate::documents::Bench;

/// A document with one of everything that upstream uses.
const DOCUMENT: &str = include_str!("mutations.yaml");

/// Numbers that only look random: the same on every machine.
pub(crate) struct Chance(u64);

impl Chance {
    /// Those of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        // The constants of Knuth's MMIX; the high bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    pub(crate) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// The pointers of all nodes below `value`.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, item)| (escaped(key), item)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(n, item)| (n.to_string(), item))
            .collect(),
        _ => Vec::new(),
    };
    for (key, item) in children {
        let below = format!("{at}/{key}");
        pointers(item, &below, found);
        found.push(below);
    }
}

fn mutate(tree: &mut Value, chance: &mut Chance) {
    let mut all = Vec::new();
    pointers(tree, "", &mut all);
    let pointer = chance.of(&all).clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(""),
        json!("Off"),
        json!("a b/c~{}"),
        json!([]),
        json!({}),
        json!([{}]),
        json!({"$ref": "#/components/schemas/Car"}),
        json!({"$ref": "#/components/schemas/None"}),
        json!({"$ref": "#/"}),
        json!(["string", "null"]),
        json!({"type": "object", "properties": {"": {"type": "string"}}}),
    ];
    let words = [
        "string",
        "integer",
        "number",
        "boolean",
        "array",
        "object",
        "null",
        "file",
        "date-time",
        "query",
        "path",
        "header",
        "2XX",
        "default",
        "type",
        "self",
    ];
    let donor = chance.of(&all).clone();
    let donor = tree.pointer(&donor).cloned().unwrap();
    let way = chance.below(7);
    if let (5, Some(Value::Object(map))) = (way, tree.pointer_mut(parent)) {
        // A key takes the name of another, or one that is nobody's.
        let names: Vec<String> = map
            .keys()
            .cloned()
            .chain(["x".into(), "Self".into(), "a/b".into(), String::new()])
            .collect();
        let value = map.remove(&key).unwrap();
        map.insert(chance.of(&names).clone(), value);
        return;
    }
    if way == 0 {
        match tree.pointer_mut(parent) {
            Some(Value::Object(map)) => drop(map.remove(&key)),
            Some(Value::Array(items)) => drop(items.remove(key.parse().unwrap())),
            _ => {}
        }
        return;
    }
    let node = tree.pointer_mut(&pointer).unwrap();
    match (way, &mut *node) {
        (1, _) => *node = chance.of(&odd).clone(),
        (2 | 3, Value::String(text)) => *text = (*chance.of(&words)).to_owned(),
        (2 | 3, Value::Array(items)) if !items.is_empty() => {
            let again = chance.of(items).clone();
            items.push(again);
        }
        (4, Value::String(text)) if text.starts_with('#') => {
            *text = format!("{text}{}", chance.of(&["x", "/properties", "/items/0"]))
        }
        _ => *node = donor,
    }
}

/// The documents to change: the one above for every other seed, and those that the specifications are made of.
fn documents() -> &'static [Value] {
    static DOCUMENTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let made = parse_any("x", DOCUMENT.as_bytes()).unwrap().0;
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/base");
        let mut files: Vec<_> = std::fs::read_dir(base)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| !path.ends_with("index.json"))
            .collect();
        files.sort();
        let texts = files.iter().map(|path| std::fs::read(path).unwrap());
        // The two that are as large as all others together would take most of the time.
        let small = texts.filter(|text| text.len() < 200_000);
        let upstream = small.map(|text| serde_json::from_slice(&text).unwrap());
        [made].into_iter().chain(upstream).collect()
    });
    &DOCUMENTS
}

/// A document with some changes.
fn mutant(seed: u64) -> Value {
    let documents = documents();
    let place = usize::try_from(seed).unwrap();
    let place = (place % 2) * (1 + (place / 2) % (documents.len() - 1));
    let mut tree = documents[place].clone();
    let mut chance = Chance::new(seed);
    for _ in 0..=chance.below(4) {
        mutate(&mut tree, &mut chance);
    }
    tree
}

/// Imports a document and generates what comes of it: the specifications if that goes well, nothing if it is rejected, or an error that
/// does not name a place.
fn judge(document: &Value) -> Result<Option<BTreeMap<String, Value>>, String> {
    let bench = Bench::new().document("mutant.json", document.to_string());
    let rejected = |message: String| message.contains('#').then_some(None).ok_or(message);
    let preview = match preview(bench.documents(), &bench.specs()) {
        Ok(preview) => preview,
        Err(failure) => return rejected(failure.to_string()),
    };
    let options = Options {
        enabled: &|_| true,
        schemars: true,
    };
    for (file, spec) in &preview.specs {
        if let Err(error) = generate(file.trim_end_matches(".json"), spec, &options) {
            return rejected(error.to_string());
        }
    }
    Ok(Some(preview.specs))
}

/// The first mutants that are sound, with what is made of them.
pub(crate) fn sound(count: usize) -> impl Iterator<Item = (u64, BTreeMap<String, Value>)> {
    (0..)
        .filter_map(|seed| Some((seed, judge(&mutant(seed)).ok()??)))
        .take(count)
}

/// Tries all seeds and returns how many are taken in.
fn try_all(seeds: std::ops::Range<u64>) -> usize {
    let mut sound = 0;
    let mut problems = Vec::new();
    for seed in seeds {
        match std::panic::catch_unwind(|| judge(&mutant(seed))) {
            Ok(Ok(taken)) => sound += usize::from(taken.is_some()),
            Ok(Err(problem)) => problems.push(format!("seed {seed}: {problem}")),
            Err(_) => problems.push(format!("seed {seed}: a panic, whose message is above")),
        }
    }
    assert!(
        problems.is_empty(),
        "{}\n{} problems",
        problems.join("\n"),
        problems.len()
    );
    sound
}

#[test]
fn the_documents_themselves_are_sound() {
    for document in documents() {
        assert!(judge(document).unwrap().is_some());
    }
}

#[test]
fn three_hundred_mutants() {
    let sound = try_all(0..300);
    assert!(
        (60..280).contains(&sound),
        "{sound} of 300 are sound: the changes are too wild, or too tame"
    );
}

#[test]
#[ignore = "takes some minutes"]
fn ten_thousand_mutants() {
    try_all(1_000..11_000);
}
