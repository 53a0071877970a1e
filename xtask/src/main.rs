//! The command line of the maintenance commands: `cargo xtask --help`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::import::{self, Outcome};
use xtask::{examples, features, names};

/// Maintains the specifications that the crate is generated from.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Turns Cisco's OpenAPI documents into the specifications under specs/
    ///
    /// Reads any number of OpenAPI 3.0 documents, YAML or JSON, repairs what rules can repair, merges them, applies the overlays of
    /// specs/overlays/ and writes one document for each path scope, and specs/SOURCES.md. The first document that describes an
    /// operation describes it; later ones add what it lacks: OAuth scopes, response headers, the name of its API.
    ///
    /// If anything is wrong, every defect is printed with document, line, column and JSON pointer, the exit code is 1, and specs/
    /// stays as it was. Importing the same documents twice changes nothing.
    #[command(after_help = "Example:\n  cargo xtask import secure-access.yaml devnet/*.yaml")]
    Import {
        /// Prints the document and JSON pointer of every repair, and how each operation pages
        #[arg(short, long)]
        verbose: bool,
        /// The folder to write, which holds overlays/
        #[arg(long, value_name = "DIR", default_value_os_t = specs())]
        specs: PathBuf,
        /// Upstream documents, the one that describes best first
        #[arg(value_name = "DOC", required = true)]
        documents: Vec<PathBuf>,
    },
    /// Runs the examples of Cisco's documents through the crate
    ///
    /// Collects the documented examples of answers of status 2xx and of request bodies, and composes more from the examples
    /// of properties. Each answer is read with the type that the operation has in the crate, each body is read and written again; what
    /// comes out has to be the same JSON, but for properties that the specification does not describe and for scalars in another
    /// notation. To do so it builds the crate with its internal feature `codecs`.
    ///
    /// With --mutate each answer that passes is changed at every place, one at a time: null, removed, an unknown text, an extra
    /// property, a number between quotes, 7.0 for 7, an empty list, null for a list, a value of another type. All mutants must be read,
    /// but one of another type must be refused, with an error that names the place.
    ///
    /// What fails is listed, and the exit code is 1. Examples that are wrong in the document itself are let off by
    /// specs/examples-exceptions.yaml, each with its reason; an exception that does not occur is a failure, too.
    #[command(
        after_help = "Example:\n  cargo xtask examples --mutate secure-access.yaml devnet/*.yaml"
    )]
    Examples {
        /// Changes each answer at every place and judges what becomes of it
        #[arg(long)]
        mutate: bool,
        /// Upstream documents whose operations are imported
        #[arg(value_name = "DOC", required = true)]
        documents: Vec<PathBuf>,
    },
    /// Brings the Cargo features, one for each API, up to date in Cargo.toml and in the README
    ///
    /// With --measure it builds the crate with each feature alone, which takes some minutes, and keeps what each costs in
    /// benches/feature-costs.json; the README shows the costs that are kept there.
    Features {
        /// Measures anew what each feature costs to build
        #[arg(long)]
        measure: bool,
    },
    /// Lists the operations of the specifications: method of the crate, HTTP method, path
    Names {
        /// The folder of the specifications
        #[arg(long, value_name = "DIR", default_value_os_t = specs())]
        specs: PathBuf,
    },
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// The folder of the specifications in this workspace.
fn specs() -> PathBuf {
    workspace().join("specs")
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Import {
            verbose,
            specs,
            documents,
        } => import::run(&documents, &specs)
            .map(|outcome| summary(&outcome, verbose))
            .map_err(|failure| {
                format!(
                    "{failure}\n\nproblems: {}; {} is as it was",
                    failure.0.len(),
                    specs.display()
                )
            }),
        Command::Examples { mutate, documents } => {
            match examples::run(&documents, workspace(), mutate) {
                Ok(report) if report.is_good() => Ok(report.to_string()),
                Ok(report) => Err(report.to_string()),
                Err(failure) => Err(failure.to_string()),
            }
        }
        Command::Features { measure } => features::run(workspace(), measure),
        Command::Names { specs } => names::list(&specs),
    };
    match done {
        // A reader that has gone away, such as `head`, is no failure.
        Ok(text) => {
            let _ = writeln!(std::io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}

fn summary(outcome: &Outcome, verbose: bool) -> String {
    let mut lines = Vec::new();
    let total: usize = outcome.operations.values().sum();
    lines.push(format!("{total} operations"));
    lines.extend(
        outcome
            .operations
            .iter()
            .map(|(scope, count)| format!("  {count:5}  {scope}")),
    );
    let total: usize = outcome.repairs.values().map(Vec::len).sum();
    lines.push(format!("{total} repairs"));
    let rules = import::rules();
    for (rule, repairs) in &outcome.repairs {
        lines.push(format!(
            "  {:5}  {rule}: {}",
            repairs.len(),
            rules.get(rule).copied().unwrap_or("")
        ));
        if verbose {
            lines.extend(
                repairs
                    .iter()
                    .map(|repair| format!("           {}: {}", repair.place, repair.note)),
            );
        }
    }
    let paged = outcome
        .pagination
        .values()
        .filter(|found| found.is_ok())
        .count();
    lines.push(format!(
        "{paged} operations page, of {} with a parameter of paging",
        outcome.pagination.len()
    ));
    for (operation, found) in &outcome.pagination {
        match found {
            Ok(rule) if verbose => lines.push(format!("         {operation}: {rule}")),
            Ok(_) => {}
            Err(reason) => lines.push(format!("         {operation} does not: {reason}")),
        }
    }
    lines.push(format!("{} overlays applied", outcome.overlays));
    lines.push(format!(
        "{} paths with other names of placeholders",
        outcome.renamed_paths
    ));
    lines.push(format!(
        "{} numbers that are integers, {} real ones",
        outcome.numbers.integers, outcome.numbers.reals
    ));
    lines.push(format!(
        "{} choices of forms that do not rule each other out",
        outcome.open_choices
    ));
    lines.push(format!(
        "{} operations without `x-clouds`",
        outcome.without_clouds.len()
    ));
    lines.extend(
        outcome
            .without_clouds
            .iter()
            .map(|operation| format!("         {operation}")),
    );
    for file in &outcome.files {
        lines.push(format!(
            "{:>9}  {file}",
            if outcome.changed.contains(file) {
                "written"
            } else {
                "unchanged"
            }
        ));
    }
    lines.join("\n")
}
