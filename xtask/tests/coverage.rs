//! `cargo xtask coverage`: the page has a row for each operation, is the same each time, and is the one in the repository.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use cisco_secure_access_importer::rebuild;
use xtask::{coverage, names, specs, workspace};

#[test]
fn the_page_has_a_row_for_each_operation() {
    let preview = rebuild(&specs()).unwrap();
    let page = coverage::page(&preview, &[]).unwrap();
    let rows: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | `"))
        .filter_map(|(_, rest)| Some(rest.split_once('`')?.0))
        .collect();
    let listed = names::list(&specs()).unwrap();
    let requests: BTreeSet<String> = listed
        .lines()
        .filter(|line| line.starts_with("  "))
        .map(|line| {
            line.split_whitespace()
                .skip(1)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    assert_eq!(
        rows,
        requests.iter().map(String::as_str).collect::<BTreeSet<_>>()
    );
    assert!(coverage::is_current(workspace(), &preview).unwrap());
}
