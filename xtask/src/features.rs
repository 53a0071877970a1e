//! `cargo xtask features`: the Cargo features of the crate, one for each API, as the specifications have them.
//!
//! Written into `Cargo.toml` and, with what each costs to build, into the README, between markers. The costs are measured on request
//! and kept in `benches/feature-costs.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use cisco_secure_access_codegen::{Api, apis};
use clap::Args;

use crate::command::{CommandResult, Printed};
use crate::marks::{Marks, between};
use crate::{documents, workspace};

/// Brings the Cargo features, one for each API, up to date in Cargo.toml and in the README
///
/// With --measure it builds the crate with each feature alone, which takes some minutes, and keeps what each costs in
/// benches/feature-costs.json; the README shows the costs that are kept there.
#[derive(Args)]
pub struct Arguments {
    /// Measures anew what each feature costs to build
    #[arg(long)]
    measure: bool,
}

impl Arguments {
    /// Writes the features.
    ///
    /// # Errors
    /// As for [`run`].
    pub fn run(self) -> CommandResult {
        run(workspace(), self.measure).map(Printed::from)
    }
}

const COSTS: &str = "benches/feature-costs.json";
const MANIFEST_MARKS: Marks = (
    "# Path scopes and APIs, written by `cargo xtask features`.\n",
    "# End of the features of `cargo xtask features`.\n",
);
const README_MARKS: Marks = (
    "<!-- written by `cargo xtask features` -->\n",
    "<!-- end of what `cargo xtask features` writes -->\n",
);

/// The scope that every build has; it has no feature.
const ALWAYS: &str = "auth";

/// Scopes with their APIs.
type Scopes = BTreeMap<String, Vec<Api>>;

/// Seconds by feature.
type Costs = BTreeMap<String, f64>;

/// Brings the features in `Cargo.toml` and the README up to date, after measuring what they cost if requested.
///
/// # Errors
/// When a file cannot be read or written, has lost its markers, or a feature does not build.
pub fn run(workspace: &Path, measure: bool) -> Result<String, String> {
    let scopes = read_scopes(&workspace.join("specs"))?;
    let mut written = BTreeSet::new();
    let mut write = || -> Result<(), String> {
        for (file, text) in changes(workspace, &scopes)? {
            fs::write(workspace.join(file), text).map_err(|error| format!("{file}: {error}"))?;
            written.insert(file);
        }
        Ok(())
    };
    write()?;
    if measure {
        let costs = measure_all(workspace, &scopes)?;
        let text = serde_json::to_string_pretty(&costs).map_err(|error| error.to_string())?;
        fs::write(workspace.join(COSTS), text + "\n").map_err(|error| error.to_string())?;
        write()?;
    }
    if written.is_empty() {
        return Ok("everything is up to date".to_owned());
    }
    let written: Vec<&str> = written.into_iter().collect();
    Ok(format!("written: {}", written.join(", ")))
}

/// The files that [`run`] would change.
///
/// # Errors
/// When a file cannot be read or has lost its markers.
pub fn outdated(workspace: &Path) -> Result<Vec<&'static str>, String> {
    let scopes = read_scopes(&workspace.join("specs"))?;
    let changes = changes(workspace, &scopes)?;
    Ok(changes.into_iter().map(|(file, _)| file).collect())
}

/// The features that the manifest declares.
///
/// # Errors
/// When it cannot be read.
pub fn declared(workspace: &Path) -> Result<BTreeSet<String>, String> {
    let manifest = read(&workspace.join("Cargo.toml"))?;
    let (_, features) = manifest.split_once("[features]\n").unwrap_or_default();
    let lines = features.lines().take_while(|line| !line.starts_with("[["));
    let features = lines.filter_map(|line| line.split_once(" = "));
    Ok(features.map(|(feature, _)| feature.to_owned()).collect())
}

/// The files that are not up to date, and what they should hold.
fn changes(workspace: &Path, scopes: &Scopes) -> Result<Vec<(&'static str, String)>, String> {
    let costs = match fs::read_to_string(workspace.join(COSTS)) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| format!("{COSTS}: {error}"))?,
        Err(_) => Costs::new(),
    };
    let wanted = [
        ("Cargo.toml", MANIFEST_MARKS, manifest(scopes)),
        ("README.md", README_MARKS, table(scopes, &costs)),
    ];
    let mut changes = Vec::new();
    for (file, marks, text) in wanted {
        let before = read(&workspace.join(file))?;
        let after = between(&before, marks, &text)
            .ok_or_else(|| format!("{file}: the line `{}` is missing", marks.0.trim_end()))?;
        if after != before {
            changes.push((file, after));
        }
    }
    Ok(changes)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn read_scopes(specs: &Path) -> Result<Scopes, String> {
    let mut scopes = Scopes::new();
    for document in documents::read(specs)? {
        let scope = document.scope();
        if scope != ALWAYS {
            let apis = apis(scope, document.root()).map_err(|error| error.to_string())?;
            scopes.insert(scope.to_owned(), apis);
        }
    }
    Ok(scopes)
}

fn manifest(scopes: &Scopes) -> String {
    let all: Vec<String> = scopes.keys().map(|scope| format!("\"{scope}\"")).collect();
    let mut text = format!("all-apis = [{}]\n", all.join(", "));
    // An API can have operations in several scopes.
    let mut written = BTreeSet::new();
    for (scope, apis) in scopes {
        // An API that is its scope needs no feature of its own.
        let features: Vec<_> = apis
            .iter()
            .map(|api| &api.feature)
            .filter(|feature| *feature != scope)
            .collect();
        let list: Vec<_> = features
            .iter()
            .map(|feature| format!("    \"{feature}\",\n"))
            .collect();
        let list = match list.as_slice() {
            [] => "[]".to_owned(),
            list => format!("[\n{}]", list.concat()),
        };
        let _ = writeln!(text, "{scope} = {list}");
        for feature in features
            .into_iter()
            .filter(|feature| written.insert(*feature))
        {
            let _ = writeln!(text, "{feature} = []");
        }
    }
    text
}

fn table(scopes: &Scopes, costs: &Costs) -> String {
    let mut text =
        String::from("| Feature | API | Operations | Build |\n| --- | --- | ---: | ---: |\n");
    let base = costs.get("").copied().unwrap_or_default();
    let cost = |feature: &str| match costs.get(feature) {
        Some(seconds) => format!("{:.1} s", (seconds - base).max(0.0)),
        None => String::new(),
    };
    for (scope, apis) in scopes {
        let operations: usize = apis.iter().map(|api| api.operations).sum();
        let _ = writeln!(
            text,
            "| **`{scope}`** | all of the scope | {operations} | {} |",
            cost(scope)
        );
        for api in apis.iter().filter(|api| api.feature != *scope) {
            let Api {
                name,
                feature,
                operations,
            } = api;
            let _ = writeln!(
                text,
                "| `{feature}` | {name} | {operations} | {} |",
                cost(feature)
            );
        }
    }
    text
}

/// Builds the crate with each feature alone and measures how long the crate itself takes.
fn measure_all(workspace: &Path, scopes: &Scopes) -> Result<Costs, String> {
    let features = scopes.iter().flat_map(|(scope, apis)| {
        let apis = apis.iter().map(|api| api.feature.as_str());
        std::iter::once(scope.as_str()).chain(apis.filter(move |api| *api != scope))
    });
    let mut costs = Costs::new();
    for feature in std::iter::once("").chain(features) {
        let cargo = |arguments: &[&str]| {
            let status = Command::new(env!("CARGO"))
                .args(arguments)
                .args(["--quiet", "--target-dir", "target/feature-costs"])
                .args(["--package", "cisco-secure-access"])
                .current_dir(workspace)
                .status();
            match status {
                Ok(status) if status.success() => Ok(()),
                Ok(status) => Err(format!("feature `{feature}`: cargo ended with {status}")),
                Err(error) => Err(format!("cargo cannot be run: {error}")),
            }
        };
        let build = ["build", "--no-default-features", "--features", feature];
        cargo(&build)?;
        cargo(&["clean"])?;
        let start = Instant::now();
        cargo(&build)?;
        costs.insert(feature.to_owned(), start.elapsed().as_secs_f64());
    }
    Ok(costs)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use cisco_secure_access_codegen::names::HANDWRITTEN_FEATURES;

    use super::*;

    #[test]
    fn no_api_can_have_the_name_of_a_handwritten_feature() {
        let manifest = read(&workspace().join("Cargo.toml")).unwrap();
        let (_, features) = manifest.split_once("[features]\n").unwrap();
        let (handwritten, _) = features.split_once(MANIFEST_MARKS.0).unwrap();
        let features = handwritten
            .lines()
            .filter_map(|line| line.split_once(" = "));
        let mut features: Vec<&str> = features.map(|(feature, _)| feature).collect();
        features.push("all-apis");
        features.sort();
        assert_eq!(features, HANDWRITTEN_FEATURES);
    }

    #[test]
    fn an_api_of_two_scopes_has_one_feature() {
        let feeds = || {
            vec![Api {
                name: "Feeds".to_owned(),
                feature: "feeds".to_owned(),
                operations: 1,
            }]
        };
        let scopes = Scopes::from([
            ("admin".to_owned(), feeds()),
            ("policies".to_owned(), feeds()),
        ]);
        assert_eq!(
            manifest(&scopes),
            "all-apis = [\"admin\", \"policies\"]\nadmin = [\n    \"feeds\",\n]\nfeeds = []\npolicies = [\n    \"feeds\",\n]\n"
        );
    }

    #[test]
    fn an_api_that_is_its_scope_has_no_feature_of_its_own() {
        let api = |feature: &str| Api {
            name: feature.to_owned(),
            feature: feature.to_owned(),
            operations: 1,
        };
        let scopes = Scopes::from([
            ("investigate".to_owned(), vec![api("investigate")]),
            ("reports".to_owned(), vec![api("metering")]),
        ]);
        assert_eq!(
            manifest(&scopes),
            "all-apis = [\"investigate\", \"reports\"]\ninvestigate = []\nreports = [\n    \"metering\",\n]\nmetering = []\n"
        );
    }
}
