//! Exports the activity of one day to a file, one JSON event on each line, with a progress bar. An interrupted export resumes at the end of
//! the file.
//!
//! ```text
//! cargo run --example export_activity                    # on a simulator, which interrupts the first run
//! SECURE_ACCESS_CLOUD=china SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… \
//!   cargo run --example export_activity -- FILE DAY
//! ```
//!
//! The format of the day is `2026-01-31`, in UTC. The default is yesterday (on the simulator, the day is always 2026-01-15). It only reads,
//! with the OAuth scope `reports.granularEvents:read`, and takes one call for each 1,000 events.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use cisco_secure_access::Client;
use cisco_secure_access::api::reports::types::{Activity, ListActivityResponse};
use cisco_secure_access::jobs::activity::{EventPage, export};
use cisco_secure_access::simulator::{Fault, Simulator};
use futures_util::TryStreamExt;
use indicatif::{ProgressBar, ProgressStyle};

/// The time range, from the start (inclusive) to the end (exclusive).
type Time = Range<DateTime<Utc>>;

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder().fault("list_activity", Fault::status(403).on_call(4));
    let (client, simulator) = common::connect("", simulator).await?;
    let (today, limit) = match simulator {
        Some(_) => ("2026-01-15".parse()?, 50),
        None => (Utc::now().date_naive(), 1000),
    };
    let mut arguments = std::env::args().skip(1);
    let file = arguments
        .next()
        .map_or_else(|| "target/example-activity.ndjson".into(), PathBuf::from);
    let day = match arguments.next() {
        Some(day) => day.parse()?,
        None => today - Days::new(1),
    };
    match write(&client, &file, day, limit).await {
        Err(error) if simulator.is_some() => {
            println!("Interrupted: {error}\nRunning again:");
            write(&client, &file, day, limit).await
        }
        result => result,
    }
}

/// Exports the events of a day that the file does not have, with at most `limit` events in each call.
async fn write(
    client: &Client,
    file: &Path,
    day: NaiveDate,
    limit: usize,
) -> Result<(), Box<dyn Error>> {
    let start = day.and_time(NaiveTime::MIN).and_utc();
    let day = start..start + TimeDelta::days(1);
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory)?;
    }
    let (lines, rest) = go_on(file, day.clone())?;
    let mut lines = BufWriter::new(lines);

    let style = ProgressStyle::with_template("{wide_bar} {percent}% {msg} {eta}")?;
    let bar = ProgressBar::new(passed(&day, day.start)).with_style(style);
    bar.set_position(passed(&day, rest.end));
    let reports = client.reports();
    let mut events = export(rest, move |from, to, limit| {
        reports
            .list_activity()
            .from(from)
            .to(to)
            .limit(limit)
            .send()
    })
    .limit(limit);
    let mut count = 0;
    while let Some(event) = events.try_next().await? {
        serde_json::to_writer(&mut lines, &event)?;
        lines.write_all(b"\n")?;
        count += 1;
        bar.set_message(format!("{count} events"));
        bar.set_position(passed(&day, events.rest().end));
    }
    lines.flush()?;
    bar.finish_and_clear();
    println!("Events added to {}: {count}.", file.display());
    Ok(())
}

/// The progress of an export that has reached this time. It starts with the newest event, at the end of the day.
fn passed(day: &Time, time: DateTime<Utc>) -> u64 {
    let passed = (day.end - time).num_milliseconds();
    u64::try_from(passed).unwrap_or_default()
}

/// Opens the file at its end, and returns the range that it does not have.
///
/// The events of its last millisecond and its last line may be incomplete. They are removed from the file and exported again.
fn go_on(file: &Path, day: Time) -> Result<(File, Time), Box<dyn Error>> {
    let mut options = OpenOptions::new();
    let mut file = options
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(file)?;
    let mut reader = BufReader::new(&file);
    let mut line = String::new();
    // The position of the last millisecond in the file, and its time.
    let mut last = (0, None);
    let mut place = 0;
    while reader.read_line(&mut line)? > 0 && line.ends_with('\n') {
        let event: Activity = serde_json::from_str(&line)?;
        let time = ListActivityResponse::time(&event);
        if time != last.1 {
            last = (place, time);
        }
        place += line.len() as u64;
        line.clear();
    }
    file.set_len(last.0)?;
    file.seek(SeekFrom::End(0))?;
    let end = match last.1 {
        Some(time) if day.contains(&time) => time + TimeDelta::milliseconds(1),
        Some(time) => {
            return Err(format!("the file contains another day: it ends at {time}").into());
        }
        None => day.end,
    };
    Ok((file, day.start..end))
}
