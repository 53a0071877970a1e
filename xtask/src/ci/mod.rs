//! `cargo xtask ci`: the gate, which is what has to hold before a change goes in.
//!
//! `steps` is the list of it, and the only one: `.ci/run` and the workflows call this command. All steps are run, also after one has
//! failed. A step that needs something that this machine cannot have is skipped, and the table at the end says so.

mod steps;

use std::env;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;
use clap::builder::PossibleValuesParser;

use steps::{Need, STEPS, Step};

use crate::command::{CommandResult, Printed};
use crate::{tools, workspace};

/// Runs the gate: all that must hold before a change goes in
///
/// Tests, lints, documentation, examples, features, the specifications, the public API, the packages, dependencies, words, and the
/// judgement of others (see `conform`). What needs a program that can be had is installed under target/tools first; what needs
/// something that this machine cannot have is skipped. All steps are run, and a table at the end says what became of each; the exit
/// code is 1 if any has failed.
#[derive(Args)]
pub struct Arguments {
    /// Also what is slow, or looks at the world outside: each feature alone, ten thousand mutants of documents, the soak, each fuzz
    /// target for a minute, the benches, advisories, and the API against that of the last release
    #[arg(long, conflicts_with = "steps")]
    full: bool,
    /// These steps alone
    #[arg(value_name = "STEP", value_parser = PossibleValuesParser::new(names()))]
    steps: Vec<String>,
}

impl Arguments {
    /// Runs the steps.
    ///
    /// # Errors
    /// As for [`run`].
    pub fn run(self) -> CommandResult {
        run(workspace(), self.full, &self.steps).map(Printed::from)
    }
}

/// What a step does not get from outside: with credentials, examples would call a real cloud.
const CREDENTIALS: [&str; 3] = [
    "SECURE_ACCESS_API_KEY",
    "SECURE_ACCESS_API_SECRET",
    "SECURE_ACCESS_CLOUD",
];

/// The names of all steps.
pub fn names() -> impl Iterator<Item = &'static str> {
    STEPS.iter().map(|step| step.name)
}

/// Runs these steps; without names all of the gate, with `full` also the slow ones. The result is a table.
///
/// # Errors
/// The same table, when a step has failed.
pub fn run(workspace: &Path, full: bool, names: &[String]) -> Result<String, String> {
    let is_wanted = |step: &&Step| match names {
        [] => full || !step.is_slow,
        names => names.iter().any(|name| name == step.name),
    };
    let timed = |step: &Step| {
        let start = Instant::now();
        let outcome = perform(step, workspace);
        (step.name, outcome, start.elapsed())
    };
    let runs: Vec<_> = STEPS.iter().filter(is_wanted).map(timed).collect();
    let has_failed = |(_, outcome, _): &Run| matches!(outcome, Err(Stop::Failed(_)));
    let table = table(&runs);
    match runs.iter().any(has_failed) {
        false => Ok(table),
        true => Err(table),
    }
}

/// A step, what became of it, and how long it took.
type Run = (&'static str, Result<(), Stop>, Duration);

/// Why a step did not pass.
#[derive(Debug)]
enum Stop {
    /// It needs this, which cannot be had here.
    Missing(String),
    Failed(String),
}

impl From<String> for Stop {
    fn from(error: String) -> Self {
        Self::Failed(error)
    }
}

fn perform(step: &Step, workspace: &Path) -> Result<(), Stop> {
    say(&format!("\n=== {}", step.name));
    let mut environment = Environment::default();
    for need in step.needs {
        meet(need, workspace, &mut environment)?;
    }
    let own = step.environment.iter();
    environment
        .variables
        .extend(own.map(|(name, value)| (*name, (*value).to_owned())));
    for line in step.lines(workspace)? {
        say(&format!("+ {line}"));
        let status = command(&line, workspace, &environment)?.status();
        let status = status.map_err(|error| format!("{line}: {error}"))?;
        if !status.success() {
            return Err(Stop::Failed(format!("{line}: {status}")));
        }
    }
    Ok(())
}

/// Prints what follows, between the output of the commands.
fn say(what: &str) {
    let _ = writeln!(std::io::stdout(), "{what}");
}

/// What the commands of a step find in their environment besides ours.
#[derive(Default)]
struct Environment {
    directories: Vec<PathBuf>,
    variables: Vec<(&'static str, String)>,
}

/// Brings what a step needs.
fn meet(need: &Need, workspace: &Path, environment: &mut Environment) -> Result<(), Stop> {
    match need {
        Need::Tool(tool) => {
            if let Some(missing) = tool.missing() {
                return Err(Stop::Missing(missing.to_owned()));
            }
            let program = tool.install(workspace)?;
            let directory = program.parent().map(Path::to_owned);
            environment.directories.extend(directory);
        }
        Need::Rust(version) => {
            let variable = tools::rust(version).map_err(Stop::Missing)?;
            environment.variables.extend(variable);
        }
        Need::Success { line, name } => {
            if !tools::succeeds(&mut command(line, workspace, environment)?) {
                return Err(Stop::Missing((*name).to_owned()));
            }
        }
    }
    Ok(())
}

/// A command line as a command: words between spaces.
fn command(line: &str, workspace: &Path, environment: &Environment) -> Result<Command, String> {
    let mut words = line.split_whitespace();
    let program = words.next().ok_or("an empty command line")?;
    let mut command = Command::new(program);
    command
        .args(words)
        .current_dir(workspace)
        .envs(
            environment
                .variables
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .env("PATH", path(&environment.directories)?);
    for name in CREDENTIALS {
        command.env_remove(name);
    }
    Ok(command)
}

/// The search path, with these directories first.
fn path(directories: &[PathBuf]) -> Result<OsString, String> {
    let rest = env::var_os("PATH").unwrap_or_default();
    let all = directories.iter().cloned().chain(env::split_paths(&rest));
    env::join_paths(all).map_err(|error| error.to_string())
}

/// What became of each step, and the count.
fn table(runs: &[Run]) -> String {
    let mut text = String::from("\n");
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (name, outcome, time) in runs {
        let said = match outcome {
            Ok(()) => {
                passed += 1;
                "passed".to_owned()
            }
            Err(Stop::Failed(error)) => {
                failed += 1;
                format!("FAILED: {error}")
            }
            Err(Stop::Missing(missing)) => {
                skipped += 1;
                format!("skipped, it needs {missing}")
            }
        };
        let _ = writeln!(text, "{name:<16} {:>6.1} s  {said}", time.as_secs_f64());
    }
    let _ = write!(
        text,
        "steps: {passed} passed, {failed} failed, {skipped} skipped"
    );
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_step_has_a_name_of_its_own_and_commands() {
        let names: BTreeSet<_> = names().collect();
        assert_eq!(names.len(), STEPS.len());
        // The others look for what this machine may not have.
        for step in STEPS.iter().filter(|step| step.needs.is_empty()) {
            let lines = step.lines(workspace()).unwrap();
            assert!(!lines.is_empty(), "{}", step.name);
        }
    }

    #[test]
    fn examples_and_features_are_found() {
        let lines = |name: &str| {
            let step = STEPS.iter().find(|step| step.name == name).unwrap();
            step.lines(workspace()).unwrap().join("\n")
        };
        let examples = lines("examples");
        assert!(examples.contains("--example quickstart"), "{examples}");
        assert!(!examples.contains("--example simulator"), "{examples}");
        let features = lines("all-features");
        assert!(
            features.contains("--features=network-tunnel-groups "),
            "{features}"
        );
    }

    #[test]
    fn a_step_fails_with_its_commands_and_is_skipped_for_what_is_missing() {
        const NOTHING: &[Need] = &[Need::Success {
            line: "cargo no-such-command",
            name: "what nobody has",
        }];
        let perform = |step: Step| perform(&step, workspace());
        let passed = perform(Step::new("a", &["cargo --version"]));
        let failed = perform(Step::new("b", &["cargo no-such-command"]));
        let skipped = perform(Step::new("c", &["cargo --version"]).needs(NOTHING));
        let runs = [("a", passed), ("b", failed), ("c", skipped)];
        let second = Duration::from_secs(1);
        let table = table(&runs.map(|(name, outcome)| (name, outcome, second)));
        let said: Vec<_> = table
            .lines()
            .map(|line| line.split("  ").last().unwrap())
            .collect();
        assert_eq!(said[1], "passed");
        assert!(
            said[2].starts_with("FAILED: cargo no-such-command: exit"),
            "{table}"
        );
        assert_eq!(said[3], "skipped, it needs what nobody has");
        assert_eq!(said[4], "steps: 1 passed, 1 failed, 1 skipped");
    }
}
