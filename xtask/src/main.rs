//! The command line of the maintenance commands: `cargo xtask --help`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use xtask::conform::{Effort, Referee};
use xtask::import::Options;
use xtask::import::summary::summary;
use xtask::progress::during;
use xtask::{
    api, check, ci, conform, coverage, decode_failure, diff, examples, expand, features, names,
    package, specs, workspace,
};

/// Maintains the specifications that the crate is generated from.
///
/// The crate is generated when it is built, from specs/*.json. These are made of Cisco's documents, which specs/base/ keeps, and of our
/// corrections and words in specs/overlays/; nobody edits them.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    after_help = "To take in a new document:
  cargo xtask diff DOC       what it changes, and what of it breaks programs
  cargo xtask import DOC     takes it in
  cargo xtask features       brings up to date what is made of the specifications,
  cargo xtask coverage       the features and docs/coverage.md
  cargo xtask check          what is left to do in specs/overlays/, whose README says how
  cargo xtask examples DOC   whether the new code reads the examples of the document

After a change of an overlay:
  cargo xtask import && cargo xtask coverage && cargo xtask check

To report an answer of the service that the crate does not read:
  cargo xtask report-decode-failure --operation OPERATION FILE

Before a change goes in:
  cargo xtask api            writes tests/public-api.txt
  cargo xtask ci             everything that must hold

To look something up:
  cargo xtask names          operations, each with its request
  cargo xtask expand SCOPE   the generated code

`cargo xtask help COMMAND` says more of each.

Exit codes: 0 when all is well, 1 when something is wrong, 2 when the command line is wrong"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes tests/public-api.txt: the public API of the handwritten code, an item on a line
    ///
    /// It is made of the documentation without any API of the service, which takes a minute and Rust 1.95. Says which lines come and go.
    Api {
        /// Writes nothing; the exit code is 1 if the file is not what the code has
        #[arg(long)]
        check: bool,
    },
    /// Turns Cisco's OpenAPI documents into the specifications under specs/
    ///
    /// Reads OpenAPI documents, repairs what rules can repair, puts each in the place that the document with its title has in
    /// specs/base/, merges all documents there, applies the overlays of specs/overlays/ and writes one document for each path scope, and
    /// specs/SOURCES.md. APIs whose documents are not given stay as they are. Of documents that describe the same operation, the one
    /// that was new last describes it, the first of several; the others add what it lacks: OAuth scopes, response headers, the name of
    /// its API.
    ///
    /// If anything is wrong, every defect is printed with document, line, column and JSON pointer, the exit code is 1, and specs/
    /// stays as it was. Importing the same documents twice changes nothing.
    ///
    /// Overlay actions that have nothing to act on any more are left out and listed at the end; `cargo xtask check`, and so CI, does not
    /// pass until they are corrected or removed. See docs/updating.md for all steps of an update.
    #[command(
        after_help = "Examples:\n  cargo xtask import destination-lists.yaml\n  cargo xtask import --all secure-access.yaml devnet/*.yaml"
    )]
    Import {
        /// Prints the document and JSON pointer of every repair, and how each operation pages
        #[arg(short, long)]
        verbose: bool,
        #[command(flatten)]
        options: ImportOptions,
        /// The folder to write, which holds overlays/
        #[arg(long, value_name = "DIR", default_value_os_t = specs())]
        specs: PathBuf,
        /// Upstream documents, the one that describes best first; without any, the base is taken as it is and the overlays are applied
        #[arg(value_name = "DOC")]
        documents: Vec<PathBuf>,
    },
    /// Checks what must hold of the repository, without any upstream document
    ///
    /// The specifications are byte for byte what specs/base/ and specs/overlays/ make; every overlay action finds something;
    /// operations, parameters, bodies, schemas, properties and variants have descriptions that say more than their names; the arguments
    /// of examples have values, which fit their types; names are regular; the table of operations is complete; Cargo.toml and README
    /// list the features; the code that is generated is the same each time.
    ///
    /// All problems are listed, each with file, JSON pointer and the way out, and the exit code is 1 if there are any.
    Check,
    /// Runs the gate: all that must hold before a change goes in
    ///
    /// Tests, lints, documentation, examples, features, the specifications, the public API, the packages, dependencies, words, and the
    /// judgement of others (see `conform`). What needs a program that can be had is installed under target/tools first; what needs
    /// something that this machine cannot have is skipped. All steps are run, and a table at the end says what became of each; the exit
    /// code is 1 if any has failed.
    Ci {
        /// Also what is slow, or looks at the world outside: each feature alone, ten thousand mutants of documents, the soak, each fuzz
        /// target for a minute, the benches, advisories, and the API against that of the last release
        #[arg(long, conflicts_with = "steps")]
        full: bool,
        /// These steps alone
        #[arg(value_name = "STEP", value_parser = PossibleValuesParser::new(ci::names()))]
        steps: Vec<String>,
    },
    /// Lets tools that others wrote judge the crate by its documents
    ///
    /// Prism, a server, checks the requests that the conformance suite makes of every operation, with what is required and with
    /// everything, and its answers are read. Schemathesis, a client, makes up requests of every operation and checks what the simulator
    /// answers, which does what the documents say and has none of the service's quirks.
    ///
    /// Prism needs Node.js and npm, Schemathesis Python 3.10 or newer with venv. They are installed under target/tools, in fixed
    /// versions. What is not as the documents say is listed, and the exit code is 1.
    Conform {
        /// The tool to ask; both where none is named
        referee: Option<Referee>,
        #[command(flatten)]
        effort: Effort,
    },
    /// Runs the examples of Cisco's documents through the crate
    ///
    /// Collects the documented examples of responses with status 2xx and of request bodies, and composes more from the examples of
    /// properties. Each is decoded with the type that the operation has in the crate, and encoded again: without a deviation, and as the
    /// same JSON. To do so it builds the crate with its internal feature `codecs`.
    ///
    /// With --mutate each response that passes is changed in every place, one at a time: null, removed, an undocumented string or
    /// property, a number in quotes, 7.0 for 7, an empty list, a list of one for its element and the reverse, a value of another type.
    /// Each mutant must be decoded, or reported at the path of the change, and encoded as the same JSON. Only a response that has another
    /// type as a whole may be rejected.
    ///
    /// What fails is listed, and the exit code is 1. Examples that are wrong in the document itself are listed in
    /// specs/examples-exceptions.yaml, each with its reason; an exception that does not occur is a failure, too.
    #[command(
        after_help = "Example:\n  cargo xtask examples --mutate secure-access.yaml devnet/*.yaml"
    )]
    Examples {
        /// Changes each response in every place and judges the results
        #[arg(long)]
        mutate: bool,
        /// Upstream documents whose operations are imported
        #[arg(value_name = "DOC", required = true)]
        documents: Vec<PathBuf>,
    },
    /// Shows what an import would change, and writes nothing
    ///
    /// Compares specs/ with what an import of the documents would write, or two folders of specifications, as users of the crate see
    /// them: operations with their arguments, answers and types, OAuth scopes, limits and paging. Of each change it says what programs
    /// notice and why, by API; at the end stands the version that the changes take.
    ///
    /// The marks: `!` breaks programs that use it, `~` lets them act differently, `+` is new, `·` has no effect. A type or an operation
    /// with another name or place is found by what it is like; so a change of names upstream is one line here, not a hundred.
    #[command(after_help = "Examples:
  What a new document of one API brings:
    cargo xtask diff destination-lists.yaml
  What to write into the pull request:
    cargo xtask diff --all --format markdown secure-access.yaml devnet/*.yaml
  What has changed since a release:
    git archive v0.1.0 specs | tar -x -C /tmp/before
    cargo xtask diff --from /tmp/before/specs --to specs --format markdown
  Stop a script if programs would break:
    cargo xtask diff --exit-code=breaking new.yaml

Exit codes: 0 when the comparison is done, 1 when something is wrong or --exit-code asks for it, 2 when the command line is wrong")]
    Diff(diff::command::Arguments),
    /// Prints the code that is generated, formatted for reading
    ///
    /// All of a scope (admin, auth, deployments, investigate, policies, reports), or what one operation has of it: its method, its
    /// request builder, its entry in the table of operations, and the types that these reach.
    #[command(
        after_help = "Examples:\n  cargo xtask expand reports | less\n  cargo xtask expand deployments list_network_tunnel_groups"
    )]
    Expand {
        /// The path scope
        scope: String,
        /// The operation, by the name of its method; `cargo xtask names` lists them
        operation: Option<String>,
        /// The folder of the specifications
        #[arg(long, value_name = "DIR", default_value_os_t = specs())]
        specs: PathBuf,
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
    /// Writes docs/coverage.md: what the crate covers, operation by operation
    ///
    /// Each operation with its request, OAuth scope, clouds and paging, and the documents that have it; counts by scope, cloud and paging,
    /// and against each of Cisco's documents. The page is made from specs/base/ and specs/overlays/, so it is the same each time;
    /// `cargo xtask check` says when it is not up to date.
    Coverage,
    /// Prepares an answer that the crate does not read for a bug report, without its values
    ///
    /// FILE is the answer as the service sent it: what `Error::body()` gives, or `send_raw()` where that is longer than the 64 KiB that an
    /// error keeps. Beside it a file is written that can be attached to an issue. It keeps names of properties and values of enumerations,
    /// where they are documented, and has a placeholder of the same kind for everything else, so that the crate fails at the same place.
    /// To find that place, it builds the crate with its internal feature `codecs`.
    #[command(
        after_help = "Example:\n  cargo xtask report-decode-failure --operation list_sites answer.json"
    )]
    ReportDecodeFailure {
        /// The operation that answered; `cargo xtask names` lists them
        #[arg(long)]
        operation: String,
        /// The answer
        file: PathBuf,
    },
    /// Builds what would be published as its users get it
    ///
    /// Makes the packages, unpacks them into an empty folder, and builds there, offline and without the workspace, the crate and a program
    /// that has it with one API. A package may hold 10 MB.
    Package,
    /// Lists the operations of the specifications: method of the crate, HTTP method, path
    Names {
        /// The folder of the specifications
        #[arg(long, value_name = "DIR", default_value_os_t = specs())]
        specs: PathBuf,
    },
}

/// How to import.
#[derive(Args)]
struct ImportOptions {
    /// The documents are all that there is: what they lack is removed
    #[arg(long)]
    all: bool,
    /// Takes in path scopes that the crate does not have
    #[arg(long)]
    new_scope: bool,
}

impl From<ImportOptions> for Options {
    fn from(options: ImportOptions) -> Self {
        let ImportOptions { all, new_scope } = options;
        Self { all, new_scope }
    }
}

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    let done = match Cli::parse().command {
        Command::Import {
            verbose,
            options,
            specs,
            documents,
        } => during("importing", || {
            Options::from(options).run(&documents, &specs)
        })
        .map(|outcome| summary(&outcome, verbose))
        .map_err(|failure| {
            format!(
                "{failure}\n\nproblems: {}; {} is as it was",
                failure.0.len(),
                specs.display()
            )
        }),
        Command::Api { check } => during("documenting", || api::run(workspace(), check)),
        Command::Ci { full, steps } => ci::run(workspace(), full, &steps),
        Command::Package => during("building", || package::run(workspace())),
        Command::Conform { referee, effort } => conform::run(workspace(), referee, effort),
        Command::Examples { mutate, documents } => {
            match during("running examples", || {
                examples::run(&documents, workspace(), mutate)
            }) {
                Ok(report) if report.is_good() => Ok(report.to_string()),
                Ok(report) => Err(report.to_string()),
                Err(failure) => Err(failure.to_string()),
            }
        }
        Command::Diff(arguments) => arguments.run().map(|answer| {
            code = if answer.is_good {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
            answer.text
        }),
        Command::Expand {
            scope,
            operation,
            specs,
        } => expand::run(&specs, &scope, operation.as_deref()),
        Command::Features { measure } => features::run(workspace(), measure),
        Command::Check => during("checking", || check::run(workspace())),
        Command::Coverage => during("importing", || coverage::run(workspace())),
        Command::ReportDecodeFailure { operation, file } => {
            decode_failure::run(workspace(), &operation, &file)
        }
        Command::Names { specs } => names::list(&specs),
    };
    match done {
        // A reader that has gone away, such as `head`, is no failure.
        Ok(text) => {
            let _ = writeln!(std::io::stdout(), "{text}");
            code
        }
        Err(text) => {
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}
