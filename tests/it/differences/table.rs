//! The table in `docs/differences.md` and the tests of this directory are the same list.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The tests of this directory, as `<file>::<name>`.
fn tests() -> BTreeSet<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/differences");
    let mut tests = BTreeSet::new();
    for file in fs::read_dir(directory).unwrap() {
        let file = file.unwrap().path();
        let module = file.file_stem().unwrap().to_str().unwrap().to_owned();
        if module == "table" {
            continue;
        }
        let source = fs::read_to_string(file).unwrap();
        for after in source.split("test]\n").skip(1) {
            // Other attributes can stand between.
            let (_, name) = after.split_once("fn ").unwrap();
            let (name, _) = name.split_once('(').unwrap();
            tests.insert(format!("{module}::{name}"));
        }
    }
    tests
}

/// The last cell of each row of the tables: the tests, in code spans.
fn rows() -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/differences.md");
    let page = fs::read_to_string(page).unwrap();
    let mut names = BTreeSet::new();
    for row in page.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").collect();
        assert_eq!(cells.len(), 5, "a row has five cells: {row}");
        let is_head = cells[0].trim() == "operation" || cells[0].starts_with("---");
        let tests: Vec<_> = cells[4]
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        assert!(is_head || !tests.is_empty(), "a row without a test: {row}");
        names.extend(tests);
    }
    names
}

#[test]
fn each_difference_has_a_test_and_each_test_a_row() {
    let (tests, rows) = (tests(), rows());
    assert!(tests.len() > 50, "{tests:?}");
    let missing: Vec<_> = rows.difference(&tests).collect();
    assert!(
        missing.is_empty(),
        "these tests of docs/differences.md do not exist: {missing:?}"
    );
    let unlisted: Vec<_> = tests.difference(&rows).collect();
    assert!(
        unlisted.is_empty(),
        "docs/differences.md does not have these tests: {unlisted:?}"
    );
}
