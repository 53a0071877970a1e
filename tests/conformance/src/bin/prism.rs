//! Calls every operation, with what is required and with everything, against Stoplight Prism; `cargo xtask conform prism` runs it.
//!
//! Its arguments are where each Prism listens, as in `admin=http://127.0.0.1:4010`, and words that the names of operations have to contain.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use conformance::specification::Specification;
use conformance::values::Extent;
use conformance::{cases, prism};

#[tokio::main]
async fn main() -> ExitCode {
    let (addresses, words): (Vec<_>, Vec<_>) = std::env::args()
        .skip(1)
        .partition(|text| text.contains('='));
    let addresses = addresses.iter().filter_map(|text| text.split_once('='));
    let mut clients = BTreeMap::new();
    for (scope, url) in addresses {
        clients.insert(scope, (prism::client(url), Specification::of(scope)));
    }
    let is_wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word));
    let mut operations = BTreeSet::new();
    let [mut calls, mut rejected, mut not_decoded] = [0; 3];
    for case in cases::all().filter(|case| is_wanted(case.method)) {
        let scope = case.operation.scope;
        let Some((client, specification)) = clients.get(scope) else {
            continue;
        };
        operations.insert((scope, case.operation.id));
        for extent in [Extent::Required, Extent::Full] {
            let findings = prism::call(client, specification, case, extent).await;
            calls += 1;
            rejected += usize::from(!findings.sent.is_empty());
            not_decoded += usize::from(!findings.decoded.is_empty());
            for finding in findings.sent.iter().chain(&findings.decoded) {
                println!("{scope}.{}, {extent:?}: {finding}", case.method);
            }
        }
    }
    println!(
        "Prism: {calls} calls of {} operations: {rejected} rejected, {not_decoded} responses not decoded",
        operations.len()
    );
    match (calls > 0, rejected + not_decoded) {
        (true, 0) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
