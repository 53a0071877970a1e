//! Ranks the identities by their requests, as a CSV file and a bar chart.
//!
//! ```text
//! cargo run --example top_identities                         # on a simulator
//! SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… cargo run --example top_identities -- FILE FROM TO
//! ```
//!
//! The default range is `-7days` to `now`. It only reads, with the OAuth scope `reports.aggregations:read`. It requests five pages of 1,000
//! identities at the same time, up to the maximum offset of the service, which is 10,000.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use cisco_secure_access::api::reports::types::TopIdentity;
use cisco_secure_access::simulator::Simulator;
use futures_util::{StreamExt as _, TryStreamExt as _};

/// The page size, and the offset of the last page that the service accepts.
const PAGE_SIZE: i64 = 1_000;
const MAX_IDENTITIES: usize = 11_000;
/// The number of bars, and the maximum width of a bar.
const BARS: usize = 10;
const WIDTH: i64 = 40;

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let (client, _simulator) = common::connect("", Simulator::builder()).await?;
    let mut arguments = std::env::args().skip(1);
    let mut argument = |default: &str| arguments.next().unwrap_or_else(|| default.to_owned());
    let file = argument("target/example-top-identities.csv");
    let top: Vec<_> = client
        .reports()
        .get_top_identities()
        .from(argument("-7days"))
        .to(argument("now"))
        .limit(PAGE_SIZE)
        .items()
        .prefetch(5)
        .take(MAX_IDENTITIES)
        .try_collect()
        .await?;

    let mut rows = BufWriter::new(File::create(&file)?);
    writeln!(rows, "rank,id,type,label,requests,blocked")?;
    for (rank, row) in (1..).zip(&top) {
        let identity = row.identity.as_ref();
        let kind = identity.and_then(|identity| identity.type_.as_ref()?.type_.as_ref());
        let counts = row.counts.as_ref();
        writeln!(
            rows,
            "{rank},{},{},\"{}\",{},{}",
            identity
                .and_then(|identity| identity.id)
                .unwrap_or_default(),
            kind.map_or("", |kind| kind.as_str()),
            label(row).replace('"', "\"\""),
            requests(row),
            counts
                .and_then(|counts| counts.blocked_requests)
                .unwrap_or_default(),
        )?;
    }
    rows.flush()?;
    println!("{} identities are in {file}\n", top.len());

    let most = top.iter().map(requests).max().unwrap_or_default().max(1);
    for row in top.iter().take(BARS) {
        let bar = "█".repeat(usize::try_from(requests(row) * WIDTH / most)?);
        println!("{:24} {bar} {}", label(row), requests(row));
    }
    Ok(())
}

fn label(row: &TopIdentity) -> &str {
    let identity = row.identity.as_ref();
    identity
        .and_then(|identity| identity.label.as_deref())
        .unwrap_or("-")
}

fn requests(row: &TopIdentity) -> i64 {
    row.requests.unwrap_or_default()
}
