//! Checks every operation, prints the results as a table, and stores the table in the target directory.
//!
//! `cargo test -p conformance` checks all operations; `cargo test -p conformance -- list_sites` checks those whose names contain the word.
//! `CONFORMANCE_SEED=2` in the environment selects other values.

#![allow(
    clippy::print_stdout,
    reason = "the table is the output of this program"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use conformance::case::Case;
use conformance::report::{Report, Row};
use conformance::server::Server;
use conformance::specification::Specification;
use conformance::values::Extent;
use conformance::{calls, cases, conversions, errors, exactness, paging, simulated};

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let words: Vec<_> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word));
    let server = Server::start().await;
    let mut specifications = BTreeMap::new();
    let mut report = Report::default();
    for case in cases::all().filter(|case| is_wanted(case.method)) {
        let scope = case.operation.scope;
        let specification = specifications
            .entry(scope)
            .or_insert_with(|| Specification::of(scope));
        report.add(row(&server, specification, case).await);
    }
    let mut is_carried = true;
    println!("| body of what was read | compared |\n| --- | ---: |");
    for (scope, conversion) in cases::conversions().filter(|(_, found)| is_wanted(found.name)) {
        let specification = specifications
            .entry(scope)
            .or_insert_with(|| Specification::of(scope));
        let findings = conversions::conversion(specification, conversion);
        println!("| {scope}.{} | {} |", conversion.name, findings.compared);
        for finding in findings.wrong {
            is_carried = false;
            println!("\n{scope}.{}: {finding}\n", conversion.name);
        }
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance.md");
    std::fs::write(&file, report.to_string())?;
    println!("{report}\nThis table is also in {}.", file.display());
    Ok(match report.is_good() && is_carried {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Runs all checks of one operation.
async fn row(server: &Server, specification: &Specification, case: &'static Case) -> Row {
    let mut decoded = Vec::new();
    let mut sent = [Extent::Required, Extent::Full].map(|extent| (extent, Vec::new()));
    for (extent, sent) in &mut sent {
        let played = calls::call(server, specification, case, *extent).await;
        let simulated = simulated::call(server.http(), specification, case, *extent).await;
        for findings in [played, simulated] {
            sent.extend(findings.sent);
            decoded.extend(findings.decoded);
        }
    }
    let [required, full] = sent.map(|(_, sent)| Some(sent));
    let exact = exactness::exactness(server, specification, case).await;
    let (paged, faults) = match paging::paging(server, specification, case).await {
        Some(paging) => (Some(paging.findings), paging.outcomes),
        None => (None, Vec::new()),
    };
    let errors = errors::errors(server, specification, case).await;
    Row::new(
        case,
        [required, full, Some(decoded), exact, paged, Some(errors)],
    )
    .with_faults(faults)
}
