//! The tables in `docs/differences.md` and the tests of this directory are the same list.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The tests of a file, as `<module>::<name>`.
fn tests_of(file: &Path) -> BTreeSet<String> {
    let module = file.file_stem().unwrap().to_str().unwrap();
    let source = fs::read_to_string(file).unwrap();
    let tests = source.split("test]\n").skip(1).map(|after| {
        // Other attributes may be between.
        let (_, name) = after.split_once("fn ").unwrap();
        let (name, _) = name.split_once('(').unwrap();
        format!("{module}::{name}")
    });
    tests.collect()
}

/// The tests of the files of a directory.
fn tests_in(directory: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(directory)
        .unwrap()
        .map(|file| file.unwrap().path());
    let files = files.filter(|file| file.is_file() && !file.ends_with("table.rs"));
    files.flat_map(|file| tests_of(&file)).collect()
}

/// The last cell of each row of the tables: the tests, in code spans.
fn rows(page: &Path) -> BTreeSet<String> {
    let page = fs::read_to_string(page).unwrap();
    let mut names = BTreeSet::new();
    for row in page.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 5, "a row has five cells: {row}");
        let is_head = cells[0] == "operation" || cells[0] == "---";
        let tests: Vec<_> = cells[4].split('`').skip(1).step_by(2).collect();
        assert!(is_head || !tests.is_empty(), "a row without a test: {row}");
        names.extend(tests.into_iter().map(str::to_owned));
    }
    names
}

#[test]
fn each_difference_has_a_test_and_each_test_a_row() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rows = rows(&root.join("docs/differences.md"));
    let tests = tests_in(&root.join("tests/it/differences"));
    assert!(tests.len() > 50, "{tests:?}");
    let unlisted: Vec<_> = tests.difference(&rows).collect();
    assert!(
        unlisted.is_empty(),
        "docs/differences.md does not have these tests: {unlisted:?}"
    );

    // Some differences have their test elsewhere.
    let others = tests_in(&root.join("tests/it"));
    let missing: Vec<_> = rows
        .difference(&tests)
        .filter(|name| !others.contains(*name))
        .collect();
    assert!(
        missing.is_empty(),
        "these tests of docs/differences.md do not exist: {missing:?}"
    );
}
