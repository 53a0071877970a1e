//! `cargo xtask examples`: runs the examples of upstream documents through the code of the crate.
//!
//! collect → decode and encode in the crate → compare; and with mutants: change every place → decode and encode in the crate → judge

pub mod collect;
pub mod compare;
pub mod driver;
pub mod exceptions;
pub mod judge;
pub mod mutate;
pub mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use cisco_secure_access_importer::{Examples, Hosts, read_all};
use cisco_secure_access_importer::{Failure, Fixes};
use clap::Args;
use serde_json::Value;

use collect::{Case, Direction, Source, collect};
use compare::{Difference, differences};
use driver::{Codecs, Driver, Request};
use exceptions::Exceptions;
use judge::{Verdict, judge};
use mutate::{Kind, mutants};
use schema::Api;

use crate::command::CommandResult;
use crate::progress::during;
use crate::{documents, workspace};

/// Runs the examples of Cisco's documents through the crate
///
/// Collects the documented examples of responses with status 2xx and of request bodies, and composes more from the examples of
/// properties. Each is decoded with the type that the operation has in the crate, and encoded again: without a deviation, and as the
/// same JSON. To do so it builds the program `codecs` of the workspace.
///
/// With --mutate each response that passes is changed in every place, one at a time: null, removed, an undocumented string or
/// property, a number in quotes, 7.0 for 7, an empty list, a list of one for its element and the reverse, a value of another type.
/// Each mutant must be decoded, or reported at the path of the change, and encoded as the same JSON. Only a response that has another
/// type as a whole may be rejected.
///
/// What fails is listed, and the exit code is 1. Examples that are wrong in the document itself are listed in
/// specs/examples-exceptions.yaml, each with its reason; an exception of one of the given documents that does not occur is a failure, too.
#[derive(Args)]
#[command(
    after_help = "Example:\n  cargo xtask examples --mutate secure-access.yaml devnet/*.yaml"
)]
pub struct Arguments {
    /// Changes each response in every place and judges the results
    #[arg(long)]
    mutate: bool,
    /// Upstream documents whose operations are imported
    #[arg(value_name = "DOC", required = true)]
    documents: Vec<PathBuf>,
}

impl Arguments {
    /// Runs the examples.
    ///
    /// # Errors
    /// When an example fails, or a document cannot be read.
    pub fn run(self) -> CommandResult {
        let Self { mutate, documents } = self;
        let report = during("running examples", || run(&documents, workspace(), mutate));
        match report {
            Ok(report) if report.is_good() => Ok(report.to_string().into()),
            Ok(report) => Err(report.to_string()),
            Err(failure) => Err(failure.to_string()),
        }
    }
}

/// What became of all examples.
#[derive(Debug, Default)]
pub struct Report {
    /// The number of documents.
    documents: usize,
    /// The operations that have an example.
    operations: BTreeSet<String>,
    /// What became of the examples, by direction and source.
    examples: BTreeMap<(Direction, Source), ExampleCounts>,
    /// The examples that failed, one message each.
    failures: Vec<String>,
    /// What became of the mutants, by kind.
    mutants: BTreeMap<Kind, MutantCounts>,
    /// The number of mutants that failed, by operation, path, kind and message.
    failed_mutants: BTreeMap<(String, String, Kind, String), usize>,
    /// The exceptions that did not occur.
    stale: Vec<String>,
    /// The operations that the specifications lack.
    unknown: Vec<String>,
}

/// The numbers of examples.
#[derive(Debug, Default)]
struct ExampleCounts {
    passed: usize,
    /// Those that exceptions cover.
    excepted: usize,
    failed: usize,
}

/// The numbers of mutants.
#[derive(Debug, Default)]
struct MutantCounts {
    decoded: usize,
    reported: usize,
    left_out: usize,
    rejected: usize,
    failed: usize,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failures.is_empty()
            && self.failed_mutants.is_empty()
            && self.stale.is_empty()
            && self.unknown.is_empty()
    }
}

/// Runs the examples of the `upstream` documents through the crate in `workspace`, and with `mutate` the mutants of the responses.
pub fn run(upstream: &[PathBuf], workspace: &Path, mutate: bool) -> Result<Report, Failure> {
    let specs = workspace.join("specs");
    let api: Api = documents::read(&specs)?.into_iter().collect();
    let exceptions = Exceptions::read(&specs.join("examples-exceptions.yaml"))?;
    let upstream = read_all(
        upstream,
        Examples::Kept,
        Hosts::Any,
        None,
        &mut Fixes::new(),
    )?;
    let titles: Vec<&str> = upstream
        .iter()
        .map(|document| document.title.as_str())
        .collect();
    let mut exceptions = exceptions.of_documents(&titles);
    let (cases, unknown) = collect(&api, &upstream);
    let mut driver = Codecs::start(workspace)?;
    let mut report = check(&cases, &mut exceptions, mutate, &mut driver)?;
    report.documents = upstream.len();
    report.unknown = unknown;
    Ok(report)
}

/// Runs `cases` through the crate.
pub fn check(
    cases: &[Case<'_>],
    exceptions: &mut Exceptions,
    mutate: bool,
    driver: &mut impl Driver,
) -> Result<Report, String> {
    let mut report = Report::default();
    for case in cases {
        report.operations.insert(case.operation.name.clone());
        let problems = problems(case, driver)?;
        let open: Vec<_> = problems
            .iter()
            .filter(|problem| !exceptions.cover(case, &problem.path))
            .collect();
        let counts = report
            .examples
            .entry((case.direction, case.source))
            .or_default();
        match (problems.is_empty(), open.is_empty()) {
            (true, _) => counts.passed += 1,
            (false, true) => counts.excepted += 1,
            (false, false) => counts.failed += 1,
        }
        report
            .failures
            .extend(open.iter().map(|Difference { path, what }| {
                let Case {
                    operation,
                    direction,
                    source,
                    location,
                    ..
                } = case;
                format!(
                    "{} {}, {source}, {location}\n    {path}: {what}",
                    operation.name,
                    direction.as_str()
                )
            }));
        if mutate && problems.is_empty() && case.direction == Direction::Response {
            check_mutants(case, driver, &mut report)?;
        }
    }
    report.stale = exceptions.stale();
    Ok(report)
}

/// The problems of an example: it is rejected, it deviates from its documentation, or it is encoded as another value.
fn problems(case: &Case<'_>, driver: &mut impl Driver) -> Result<Vec<Difference>, String> {
    let operation = &case.operation.name;
    let request = Request {
        operation,
        direction: case.direction,
        json: &case.value.to_string(),
    };
    match driver.recode(&[request])?.pop() {
        Some(Ok(recoded)) => {
            let after: Value = serde_json::from_str(&recoded.json)
                .map_err(|error| format!("{operation}: {:?} is not JSON: {error}", recoded.json))?;
            let deviations = recoded.deviations.into_iter().map(|deviation| Difference {
                what: format!("expected {}, found {}", deviation.expected, deviation.found),
                path: deviation.path,
            });
            let differences = differences(&case.value, &after, &case.schemas, case.direction);
            Ok(deviations.chain(differences).collect())
        }
        Some(Err(what)) => Ok(vec![Difference {
            path: "$".to_owned(),
            what,
        }]),
        None => Err(format!("{operation}: no reply")),
    }
}

fn check_mutants(
    case: &Case<'_>,
    driver: &mut impl Driver,
    report: &mut Report,
) -> Result<(), String> {
    let mutants = mutants(&case.value, &case.schemas);
    let operation = &case.operation.name;
    let requests: Vec<_> = mutants
        .iter()
        .map(|mutant| Request {
            operation,
            direction: Direction::Response,
            json: &mutant.text,
        })
        .collect();
    for (mutant, reply) in mutants.iter().zip(driver.recode(&requests)?) {
        let counts = report.mutants.entry(mutant.kind).or_default();
        match judge(mutant, &reply, &case.schemas) {
            Ok(Verdict::Decoded) => counts.decoded += 1,
            Ok(Verdict::Reported) => counts.reported += 1,
            Ok(Verdict::LeftOut) => counts.left_out += 1,
            Ok(Verdict::Rejected) => counts.rejected += 1,
            Err(message) => {
                counts.failed += 1;
                let key = (operation.clone(), mutant.path.clone(), mutant.kind, message);
                *report.failed_mutants.entry(key).or_default() += 1;
            }
        }
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problems(out)?;
        let Self {
            documents,
            operations,
            ..
        } = self;
        writeln!(
            out,
            "{documents} documents, {} operations with examples",
            operations.len()
        )?;
        writeln!(
            out,
            "{:26} {:>9} {:>9} {:>9}",
            "examples", "passed", "excepted", "failed"
        )?;
        for ((direction, source), counts) in &self.examples {
            let name = format!("{}, {source}", direction.as_str());
            let ExampleCounts {
                passed,
                excepted,
                failed,
            } = counts;
            writeln!(out, "  {name:24} {passed:9} {excepted:9} {failed:9}")?;
        }
        match self.mutants.is_empty() {
            true => Ok(()),
            false => self.mutant_counts(out),
        }
    }
}

impl Report {
    /// Writes what is wrong.
    fn problems(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(out, "{failure}")?;
        }
        for ((operation, path, kind, message), count) in &self.failed_mutants {
            writeln!(
                out,
                "{operation} response, {kind} at {path}, {count} times\n    {message}"
            )?;
        }
        for name in &self.unknown {
            writeln!(
                out,
                "{name}: the specifications have no such operation; import the document first"
            )?;
        }
        for exception in &self.stale {
            writeln!(
                out,
                "{exception}: this exception has not occurred; remove it"
            )?;
        }
        Ok(())
    }

    /// Writes the table of the mutants.
    fn mutant_counts(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{:26} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "mutants of responses", "decoded", "reported", "left out", "rejected", "failed"
        )?;
        let mut total = MutantCounts::default();
        for (kind, counts) in &self.mutants {
            writeln!(out, "  {kind:24} {counts}")?;
            total.decoded += counts.decoded;
            total.reported += counts.reported;
            total.left_out += counts.left_out;
            total.rejected += counts.rejected;
            total.failed += counts.failed;
        }
        writeln!(out, "  {:24} {total}", "all")
    }
}

impl fmt::Display for MutantCounts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            decoded,
            reported,
            left_out,
            rejected,
            failed,
        } = self;
        write!(
            out,
            "{decoded:9} {reported:9} {left_out:9} {rejected:9} {failed:9}"
        )
    }
}
