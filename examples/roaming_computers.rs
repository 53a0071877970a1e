//! Backs up the roaming computers to a file, and reports their operating systems and versions, and the computers that did not synchronize
//! recently.
//!
//! ```text
//! cargo run --example roaming_computers                      # on a simulator
//! SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… \
//!   cargo run --example roaming_computers -- FILE name=LAPTOP status=Off swgStatus=Protected lastSyncBefore=2026-01-31T00:00:00Z
//! ```
//!
//! Each filter is optional, and the service applies it; `lastSyncAfter` is also available. Any other filter is a closure over the
//! computers. It only reads, with the OAuth scope `deployments.roamingcomputers:read`, and takes one call for each 100 computers.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::process::ExitCode;

use chrono::{Days, Utc};
use cisco_secure_access::simulator::Simulator;
use futures_util::TryStreamExt as _;

/// The number of days without synchronization after which a computer is reported.
const STALE: Days = Days::new(30);

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let (client, _simulator) = common::connect("", Simulator::builder()).await?;
    let mut arguments = std::env::args().skip(1);
    let file = arguments
        .next()
        .unwrap_or_else(|| "target/example-roaming-computers.json".to_owned());
    let mut request = client.deployments().list_roaming_computers().limit(100);
    for argument in arguments {
        request = match argument.split_once('=') {
            Some(("name", name)) => request.name(name),
            Some(("status", status)) => request.status(status.parse()?),
            Some(("swgStatus", status)) => request.swg_status(status.parse()?),
            Some(("lastSyncBefore", time)) => request.last_sync_before(time.parse()?),
            Some(("lastSyncAfter", time)) => request.last_sync_after(time.parse()?),
            _ => return Err(format!("`{argument}` is not a filter").into()),
        };
    }
    let computers: Vec<_> = request.items().prefetch(4).try_collect().await?;
    fs::write(&file, serde_json::to_vec_pretty(&computers)?)?;
    println!("{} roaming computers are in {file}", computers.len());

    let mut counts = BTreeMap::<_, usize>::new();
    for computer in &computers {
        let status = computer.status.as_ref().map(|status| status.as_str());
        let swg = computer.swg_status.as_ref().map(|status| status.as_str());
        for (what, value) in [
            ("version", computer.version.as_deref()),
            ("operating system", computer.os_version_name.as_deref()),
            ("status", status),
            ("status of the secure web gateway", swg),
        ] {
            *counts.entry((what, value.unwrap_or("-"))).or_default() += 1;
        }
    }
    for ((what, value), count) in counts {
        println!("{count:6} {what}: {value}");
    }

    let limit = Utc::now() - STALE;
    for computer in computers {
        if let Some(time) = computer.last_sync.filter(|time| *time < limit) {
            let name = computer.name.as_deref().unwrap_or("-");
            println!("{name} synchronized last at {time}");
        }
    }
    Ok(())
}
