//! The gate: the instructions of the runtime, compared with those of a handwritten program, against the committed baseline.
//!
//! Callgrind counts instructions, which are nearly the same in each run, under any load. Another compiler or processor changes them, for
//! the handwritten program as well; so the gate compares the ratio of both. `benches/instructions.json` is the baseline.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use serde::{Deserialize, Serialize};

use crate::rows::Kind;

/// The increase of a ratio that is an error.
const TOLERANCE: f64 = 0.03;

/// The counts of a measurement.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Counts {
    by_hand: u64,
    this_crate: u64,
}

impl Counts {
    fn ratio(self) -> f64 {
        self.this_crate as f64 / self.by_hand as f64
    }
}

/// The committed counts, and where they were measured.
#[derive(Serialize, Deserialize)]
struct Baseline {
    commit: String,
    machine: String,
    rustc: String,
    measurements: BTreeMap<String, Counts>,
}

/// Measures, prints the table, and compares it with the baseline; or writes a new baseline.
///
/// # Errors
/// The measurements that exceed the baseline.
pub(crate) fn check(write: bool) -> Result<(), String> {
    let measurements = measure()?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.json");
    if write {
        let baseline = Baseline {
            commit: output("git", &["describe", "--always", "--dirty"]),
            machine: machine(),
            rustc: output("rustc", &["--version"]),
            measurements,
        };
        let text = serde_json::to_string_pretty(&baseline).map_err(|error| error.to_string())?;
        return fs::write(&file, text + "\n")
            .map_err(|error| format!("{}: {error}", file.display()));
    }
    let text = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let baseline =
        serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    compare(&measurements, &baseline)
}

/// Prints the measurements beside the baseline.
fn compare(measurements: &BTreeMap<String, Counts>, baseline: &Baseline) -> Result<(), String> {
    println!("| instructions | by hand | this crate | ratio | baseline |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let mut exceeded = Vec::new();
    for (name, counts) in measurements {
        let known = baseline.measurements.get(name).map(|counts| counts.ratio());
        let ratio = counts.ratio();
        println!(
            "| {name} | {} | {} | {ratio:.3} | {} |",
            counts.by_hand,
            counts.this_crate,
            known.map_or("-".to_owned(), |known| format!("{known:.3}")),
        );
        if known.is_none_or(|known| ratio > known * (1.0 + TOLERANCE)) {
            exceeded.push(name.as_str());
        }
    }
    if exceeded.is_empty() {
        return Ok(());
    }
    Err(format!(
        "more instructions than in benches/instructions.json, which is of {} ({}, {}): {}. If the increase is intended, write the \
         baseline anew: cargo bench --bench calls -- instructions --write",
        baseline.commit,
        baseline.rustc,
        baseline.machine,
        exceeded.join(", ")
    ))
}

fn measure() -> Result<BTreeMap<String, Counts>, String> {
    let mut measurements = BTreeMap::new();
    let mut add = |name: &str, by_hand, this_crate| {
        measurements.insert(
            name.to_owned(),
            Counts {
                by_hand,
                this_crate,
            },
        );
    };
    let server = Server::start()?;
    let url = server.url.as_str();
    add(
        "call",
        instructions(&["bare", url], [200, 700])?,
        instructions(&["sdk", url], [200, 700])?,
    );
    // What has no counterpart in the handwritten program is compared with the decoding of a site.
    let site = instructions(&["site"], [200, 1200])?;
    add("token", site, instructions(&["token"], [200, 1200])?);
    let (limited, unlimited) = (
        instructions(&["limited"], [50, 550])?,
        instructions(&["unlimited"], [50, 550])?,
    );
    add("rate-limit", site, limited.saturating_sub(unlimited));
    for kind in Kind::ALL {
        add(
            &format!("page-{}", kind.name()),
            instructions(&["decode-bare", kind.name()], [1, 3])?,
            instructions(&["decode-sdk", kind.name()], [1, 3])?,
        );
    }
    Ok(measurements)
}

/// The instructions of one more repetition of a role of this program. It is the difference between few and many repetitions, so that the
/// start does not count.
fn instructions(role: &[&str], [few, many]: [u64; 2]) -> Result<u64, String> {
    let difference = collected(role, many)?.saturating_sub(collected(role, few)?);
    Ok(difference / (many - few))
}

/// The instructions of a role of this program.
fn collected(role: &[&str], repetitions: u64) -> Result<u64, String> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program()?)
        .args(role)
        .arg(repetitions.to_string())
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let report = String::from_utf8_lossy(&output.stderr);
    let count = report.lines().find_map(|line| {
        let (_, count) = line.split_once("Collected : ")?;
        count.trim().parse().ok()
    });
    count
        .filter(|_| output.status.success())
        .ok_or_else(|| format!("{role:?} failed in valgrind: {report}"))
}

fn program() -> Result<PathBuf, String> {
    env::current_exe().map_err(|error| error.to_string())
}

/// The server as a separate process, until it is dropped.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start() -> Result<Self, String> {
        let mut process = Command::new(program()?)
            .args(["server", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("server: {error}"))?;
        let mut url = String::new();
        if let Some(output) = process.stdout.as_mut() {
            let read = BufReader::new(output).read_line(&mut url);
            read.map_err(|error| format!("server: {error}"))?;
        }
        url.truncate(url.trim_end().len());
        Ok(Self { process, url })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The first line that a command prints.
fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().next().unwrap_or_default().to_owned()
}

/// The processor of this machine.
fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": "));
    model
        .map_or(env::consts::ARCH, |(_, model)| model)
        .to_owned()
}
