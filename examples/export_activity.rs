//! Exports the activity of a day to a file, one event in JSON to a line, with a progress bar. What was interrupted goes on where the file
//! ends.
//!
//! `cargo run --example export_activity -- FILE DAY`, the day as `2026-01-31`, in UTC; yesterday where none is given. With credentials in
//! the environment it reads from the real cloud; without, from the simulator, where it is always 2026-01-15, and the first run is
//! interrupted.

#![allow(clippy::print_stdout, reason = "this is what it is for")]

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use cisco_secure_access::api::reports::types::{Activity, ListActivityResponse};
use cisco_secure_access::jobs::activity::{EventPage, export};
use cisco_secure_access::simulator::{Fault, Simulator};
use cisco_secure_access::{Client, ClientBuilder, Pacing};
use futures_util::TryStreamExt;
use indicatif::{ProgressBar, ProgressStyle};

/// From here to before there.
type Time = Range<DateTime<Utc>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next();
    let file = file.map_or_else(
        || PathBuf::from("target/example-activity.ndjson"),
        PathBuf::from,
    );
    let day: Option<NaiveDate> = arguments.next().map(|day| day.parse()).transpose()?;
    let day_before = |today: NaiveDate| day.unwrap_or(today - Days::new(1));

    if std::env::var_os("SECURE_ACCESS_API_KEY").is_some() {
        // As fast as the rate limits allow, and no faster.
        let client = ClientBuilder::from_env()?
            .pacing(Pacing::Documented)
            .build()?;
        return run(&client, &file, day_before(Utc::now().date_naive()), 1000).await;
    }
    let simulator = Simulator::builder().start().await?;
    simulator.fault("list_activity", Fault::status(403).on_call(4));
    let client = simulator.client()?;
    let day = day_before("2026-01-15".parse()?);
    while let Err(error) = run(&client, &file, day, 50).await {
        println!("Interrupted: {error}\nOnce more:");
    }
    println!(
        "This was the simulator: {} requests.",
        simulator.requests().len()
    );
    Ok(())
}

/// Exports what the file does not have of a day; `limit` events with each call.
async fn run(
    client: &Client,
    file: &Path,
    day: NaiveDate,
    limit: usize,
) -> Result<(), Box<dyn Error>> {
    let start = day.and_time(NaiveTime::MIN).and_utc();
    let day = start..start + TimeDelta::days(1);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let (lines, rest) = go_on(file, day.clone())?;
    let mut lines = BufWriter::new(lines);

    let style = ProgressStyle::with_template("{wide_bar} {percent}% {msg} {eta}")?;
    let bar = ProgressBar::new(passed(&day, day.start)).with_style(style);
    bar.set_position(passed(&day, rest.end));
    let reports = client.reports();
    let mut events = export(rest, move |from, to, limit| {
        reports.list_activity(from, to, limit).send()
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
    println!("{count} events more in {}.", file.display());
    Ok(())
}

/// How far an export is that has come to this time: it begins with the newest, at the end of the day.
fn passed(day: &Time, time: DateTime<Utc>) -> u64 {
    let passed = (day.end - time).num_milliseconds();
    u64::try_from(passed).unwrap_or_default()
}

/// The file, to be written on at its end, and the range that it does not have.
///
/// Its last millisecond may not be complete, and its last line neither: they are dropped and come again.
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
    // Where the last millisecond begins in the file, and which it is.
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
    let end = match last.1.and_then(DateTime::from_timestamp_millis) {
        Some(time) if day.contains(&time) => time + TimeDelta::milliseconds(1),
        Some(time) => return Err(format!("the file is not of that day: it ends at {time}").into()),
        None => day.end,
    };
    Ok((file, day.start..end))
}
