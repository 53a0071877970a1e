//! `secure-access activity export`: the events of a time range, however many there are.

mod kinds;
mod output;
mod state;
mod time;

use std::cell::RefCell;
use std::ops::Range;
use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::interruptible;
use crate::failure::{ExitStatus, Failure, Result};
use crate::operation::quoted;
use crate::progress::Progress;
use crate::session::Options;
use kinds::Kind;
use output::Output;
use state::State;

/// How many events are written between two writes of the state.
const STATE_INTERVAL: u64 = 1000;

/// Activity reports
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Export(Export),
}

/// Exports the events of a time range, newest first
#[derive(clap::Args)]
#[command(after_help = "\
Times are in UTC unless they have an offset: 2026-01-14, 2026-01-14T08:30, 2026-01-14T08:30:00.250+08:00, now, -1days, -6hours, -30minutes,
-2weeks. The range includes --from and excludes --to. The events of the last minutes may not have reached the reports yet.

The output is NDJSON, or CSV with --output csv. A request gets up to --page-size events, and a range of any length has any number of
requests. After an interruption or a failure, the message has the --to with which the command continues: no event is missing or repeated.
With --resume-file, the command itself remembers where it was, also if it was killed: run it again until it succeeds, for example from cron.

Examples:
  secure-access activity export --from -1days --type dns > dns.ndjson
  secure-access activity export --from 2026-01-01 --to 2026-02-01 --output csv --file january.csv --resume-file january.state
  secure-access activity export --from -6hours --type proxy --jq 'select(.verdict == \"blocked\") | .url'")]
struct Export {
    /// The start of the range
    #[arg(long, value_name = "TIME", value_parser = time::parse, allow_hyphen_values = true)]
    from: DateTime<Utc>,
    /// The end of the range
    #[arg(long, value_name = "TIME", value_parser = time::parse, allow_hyphen_values = true, default_value = "now")]
    to: DateTime<Utc>,
    /// The events to export
    #[arg(long = "type", value_enum, value_name = "TYPE", default_value = "all")]
    kind: Kind,
    /// Appends to a file instead of writing to standard output
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// A file that remembers where an interrupted export was; it is removed at the end
    #[arg(long, value_name = "PATH", requires = "file")]
    resume_file: Option<PathBuf>,
    /// How many events a response has at most
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    page_size: u32,
}

impl Arguments {
    /// Runs the task.
    ///
    /// # Errors
    /// When the output cannot be written, or a call fails.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        match self.command {
            Command::Export(export) => export.run(options).await,
        }
    }
}

/// How far an export is.
struct Position {
    output: Output,
    state: State,
    events: u64,
}

impl Export {
    async fn run(self, options: &Options) -> Result<()> {
        if self.from >= self.to {
            return Err(Failure::usage("--from: the range ends before it starts"));
        }
        let state = State {
            kind: self.kind.name(),
            from: self.from,
            to: self.to,
            length: None,
        };
        let state = match &self.resume_file {
            Some(path) => state.resumed(path)?,
            None => state,
        };
        if options.dry_run {
            let Range { start, end } = state.from..state.to;
            super::message(&format!(
                "{}: {} to {}",
                self.kind.name(),
                text(start),
                text(end)
            ));
            return Ok(());
        }
        let output = Output::open(options, self.kind, self.file.as_deref(), state.length)?;
        let position = RefCell::new(Position {
            output,
            state,
            events: 0,
        });
        let exported = interruptible(self.export(options, &position)).await;
        let mut position = position.into_inner();
        match exported {
            Ok(()) => {
                position.output.end()?;
                self.resume_file.as_deref().map_or(Ok(()), State::remove)
            }
            Err(failure) if failure.is_closed_output() => Err(failure),
            Err(failure) => {
                self.save(&mut position)?;
                Err(self.with_continuation(failure, &position))
            }
        }
    }

    /// Writes the events. Those of one time are written together, so that an export can continue between two times.
    async fn export(&self, options: &Options, position: &RefCell<Position>) -> Result<()> {
        let client = options.client()?;
        let range = position.borrow().state.range();
        let limit = self.page_size as usize;
        let mut events = kinds::events(self.kind, &client, range.clone(), limit);
        let seconds = |time: DateTime<Utc>| {
            u64::try_from((range.end - time).num_seconds()).unwrap_or_default()
        };
        let mut progress = Progress::new("seconds of the range", Some(seconds(range.start)));
        let mut pending: Vec<Value> = Vec::new();
        let mut pending_time = range.end;
        while let Some((time, event)) = events.try_next().await? {
            if time != pending_time {
                self.write(&mut position.borrow_mut(), &mut pending, pending_time)?;
                progress.set(seconds(time));
                pending_time = time;
            }
            pending.push(event);
        }
        self.write(&mut position.borrow_mut(), &mut pending, pending_time)?;
        progress.finish();
        Ok(())
    }

    /// Writes the events of a time.
    fn write(
        &self,
        position: &mut Position,
        events: &mut Vec<Value>,
        time: DateTime<Utc>,
    ) -> Result<()> {
        let before = position.events;
        for event in events.drain(..) {
            position.output.event(&event)?;
            position.events += 1;
        }
        position.state.to = time;
        match before / STATE_INTERVAL == position.events / STATE_INTERVAL {
            true => Ok(()),
            false => self.save(position),
        }
    }

    /// Completes the output so far, and remembers where it ends.
    fn save(&self, position: &mut Position) -> Result<()> {
        position.state.length = position.output.flush()?;
        match &self.resume_file {
            Some(path) => position.state.save(path),
            None => Ok(()),
        }
    }

    /// Adds how to continue.
    fn with_continuation(&self, failure: Failure, position: &Position) -> Failure {
        if matches!(
            failure.status(),
            ExitStatus::Usage | ExitStatus::Authentication
        ) && position.events == 0
        {
            return failure;
        }
        let events = position.events;
        let Range { start, end } = position.state.range();
        failure.with_hint(match &self.resume_file {
            Some(path) => format!(
                "{events} events are written. To continue, run the same command again: {} has the rest of the range.",
                path.display()
            ),
            None => format!(
                "{events} events are written. To continue, repeat the command with --from {} --to {}{}",
                text(start),
                text(end),
                self.file.as_ref().map_or(String::new(), |path| {
                    format!(" --file {}", quoted(&path.display().to_string()))
                }),
            ),
        })
    }
}

/// A time in the form that `--from` and `--to` accept.
fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
