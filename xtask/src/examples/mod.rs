//! `cargo xtask examples`: runs the examples of upstream documents through the code of the crate.
//!
//! collect → read and write in the crate → compare; and with mutants: change at every place → read in the crate → judge

pub mod collect;
pub mod compare;
pub mod driver;
pub mod exceptions;
pub mod mutate;
pub mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::import::report::{Failure, Repairs};
use crate::import::{self, Examples};
use collect::{Case, Direction, Source, collect};
use compare::{Difference, differences};
use driver::{Codecs, Driver, Question};
use exceptions::Exceptions;
use mutate::{Kind, mutants};
use schema::Api;

/// What became of all examples.
#[derive(Debug, Default)]
pub struct Report {
    /// The number of documents.
    documents: usize,
    /// The operations that have an example.
    operations: BTreeSet<String>,
    /// How many examples passed, by direction and source.
    examples: BTreeMap<(Direction, Source), Tally>,
    /// The examples that failed, one message each.
    failures: Vec<String>,
    /// What became of the mutants, by kind.
    mutants: BTreeMap<Kind, Tally>,
    /// The mutants that were judged wrongly, by operation, path, kind and message, with their number.
    wrong: BTreeMap<(String, String, Kind, String), usize>,
    /// The exceptions that did not occur.
    idle: Vec<String>,
    /// The operations that the specifications lack.
    unknown: Vec<String>,
}

/// How many of something came out which way.
#[derive(Debug, Default)]
struct Tally {
    /// As it should be read.
    good: usize,
    /// Refused, and that is right; or let off.
    refused: usize,
    /// A defect.
    wrong: usize,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failures.is_empty()
            && self.wrong.is_empty()
            && self.idle.is_empty()
            && self.unknown.is_empty()
    }
}

/// Runs the examples of `documents` through the crate in `workspace`, and with `mutate` the mutants of the answers.
pub fn run(documents: &[PathBuf], workspace: &Path, mutate: bool) -> Result<Report, Failure> {
    let specs = workspace.join("specs");
    let api = Api::read(&specs)?;
    let mut exceptions = Exceptions::read(&specs.join("examples-exceptions.yaml"))?;
    let documents = import::read_all(documents, Examples::Kept, &mut Repairs::new())?;
    let (cases, unknown) = collect(&api, &documents);
    let mut driver = Codecs::start(workspace)?;
    let mut report = check(&cases, &mut exceptions, mutate, &mut driver)?;
    report.documents = documents.len();
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
        let tally = report
            .examples
            .entry((case.direction, case.source))
            .or_default();
        match (problems.is_empty(), open.is_empty()) {
            (true, _) => tally.good += 1,
            (false, true) => tally.refused += 1,
            (false, false) => tally.wrong += 1,
        }
        report
            .failures
            .extend(open.iter().map(|Difference { path, what }| {
                let Case {
                    operation,
                    direction,
                    source,
                    place,
                    ..
                } = case;
                format!(
                    "{} {}, {source}, {place}\n    {path}: {what}",
                    operation.name,
                    direction.word()
                )
            }));
        if mutate && problems.is_empty() && case.direction == Direction::Answer {
            check_mutants(case, driver, &mut report)?;
        }
    }
    report.idle = exceptions.idle();
    Ok(report)
}

/// What is wrong with an example once it has gone through the crate.
fn problems(case: &Case<'_>, driver: &mut impl Driver) -> Result<Vec<Difference>, String> {
    let json = case.value.to_string();
    let (operation, kind) = (&case.operation.name, case.direction.word());
    let question = Question {
        operation,
        kind,
        json: &json,
    };
    match driver.ask(&[question])?.pop() {
        Some(Ok(text)) => {
            let after: Value = serde_json::from_str(&text)
                .map_err(|error| format!("{operation}: {text:?} is no JSON: {error}"))?;
            let lenient = case.direction == Direction::Answer;
            Ok(differences(&case.value, &after, &case.schema, lenient))
        }
        Some(Err(what)) => {
            let path = path_in(&what).unwrap_or("$").to_owned();
            Ok(vec![Difference { path, what }])
        }
        None => Err(format!("{operation}: no reply")),
    }
}

/// The JSON path in the message of an error.
fn path_in(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("`$")?;
    let end = rest.find('`')?;
    let start = message.len() - rest.len() - 1;
    message.get(start..start + 1 + end)
}

fn check_mutants(
    case: &Case<'_>,
    driver: &mut impl Driver,
    report: &mut Report,
) -> Result<(), String> {
    let mutants = mutants(&case.value, &case.schema);
    let operation = &case.operation.name;
    let questions: Vec<_> = mutants
        .iter()
        .map(|mutant| Question {
            operation,
            kind: "answer",
            json: &mutant.text,
        })
        .collect();
    for (mutant, reply) in mutants.iter().zip(driver.ask(&questions)?) {
        let tally = report.mutants.entry(mutant.kind).or_default();
        let wrong = match (reply, mutant.reads) {
            (Ok(_), Some(true) | None) => {
                tally.good += 1;
                continue;
            }
            (Ok(_), Some(false)) => "is read, and should be refused".to_owned(),
            (Err(what), Some(false) | None) => match path_in(&what) {
                Some(path) if path == mutant.path => {
                    tally.refused += 1;
                    continue;
                }
                _ => format!("is refused without its path: {what}"),
            },
            (Err(what), Some(true)) => what,
        };
        tally.wrong += 1;
        let key = (operation.clone(), mutant.path.clone(), mutant.kind, wrong);
        *report.wrong.entry(key).or_default() += 1;
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(out, "{failure}")?;
        }
        for ((operation, path, kind, what), count) in &self.wrong {
            writeln!(
                out,
                "{operation} answer, {kind} at {path}, {count} times\n    {what}"
            )?;
        }
        for name in &self.unknown {
            writeln!(
                out,
                "{name}: the specifications have no such operation; import the document first"
            )?;
        }
        for exception in &self.idle {
            writeln!(
                out,
                "{exception}: this exception has not occurred; remove it"
            )?;
        }
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
            "{:24} {:>8} {:>8} {:>8}",
            "examples", "passed", "let off", "failed"
        )?;
        for (
            (direction, source),
            Tally {
                good,
                refused,
                wrong,
            },
        ) in &self.examples
        {
            let name = format!("{}, {source}", direction.word());
            writeln!(out, "  {name:22} {good:8} {refused:8} {wrong:8}")?;
        }
        if self.mutants.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "{:24} {:>8} {:>8} {:>8}",
            "mutants of answers", "read", "refused", "wrong"
        )?;
        let mut all = Tally::default();
        for (
            kind,
            Tally {
                good,
                refused,
                wrong,
            },
        ) in &self.mutants
        {
            writeln!(out, "  {kind:22} {good:8} {refused:8} {wrong:8}")?;
            all.good += good;
            all.refused += refused;
            all.wrong += wrong;
        }
        let Tally {
            good,
            refused,
            wrong,
        } = all;
        writeln!(out, "  {:22} {good:8} {refused:8} {wrong:8}", "all")
    }
}
