//! Refreshes the secret of an API key, and writes the new secret where only its owner can read it.
//!
//! ```text
//! cargo run --example rotate_api_key                      # on a simulator
//! cargo run --example rotate_api_key                      # with a Key Admin key in the environment: lists the keys
//! cargo run --example rotate_api_key -- NAME              # rotates one; its secret goes into a file
//! cargo run --example rotate_api_key -- NAME --out FILE   # into this file
//! cargo run --example rotate_api_key -- NAME --stdout     # to the standard output, for another program
//! ```
//!
//! The old secret expires with the call, and the new secret is returned only once. So the file is created before the call.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the example prints its results"
)]

mod common;

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cisco_secure_access::Client;
use cisco_secure_access::api::admin::types::ApiKeySummary;
use cisco_secure_access::simulator::Simulator;
use futures_util::TryStreamExt;

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

/// The command line.
struct Options {
    name: Option<String>,
    /// `None` is the standard output.
    file: Option<PathBuf>,
}

impl Options {
    fn read() -> Result<Self, &'static str> {
        let mut options = Self {
            name: None,
            file: Some(PathBuf::from("target/example-api-key.env")),
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--stdout" => options.file = None,
                "--out" => {
                    options.file = Some(arguments.next().ok_or("--out needs a file")?.into())
                }
                _ => options.name = Some(argument),
            }
        }
        Ok(options)
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let Options { name, file } = Options::read()?;
    let (client, simulator) = common::connect("", Simulator::builder()).await?;
    let keys: Vec<_> = client.admin().list_api_keys().items().try_collect().await?;
    let chosen = match &name {
        Some(name) => keys.iter().find(|key| key.name.as_ref() == Some(name)),
        // On a simulator any will do.
        None => keys.first().filter(|_| simulator.is_some()),
    };
    let Some(key) = chosen else {
        list(&keys);
        return match name {
            Some(name) => Err(format!("there is no key with the name `{name}`").into()),
            None => {
                println!("Name the key to rotate: cargo run --example rotate_api_key -- NAME");
                Ok(())
            }
        };
    };
    match file {
        Some(file) => {
            rotate_into(&client, key, &file).await?;
            eprintln!(
                "Its new secret is in {}, which only you can read.",
                file.display()
            );
        }
        None => rotate(&client, key, &mut stdout()).await?,
    }
    Ok(())
}

fn list(keys: &[ApiKeySummary]) {
    println!("{:<34}  {:<24}  SCOPES", "NAME", "LAST REFRESHED");
    for key in keys {
        let refreshed = key.last_refreshed_at.map(|time| time.to_rfc3339());
        println!(
            "{:<34}  {:<24}  {}",
            key.name.as_deref().unwrap_or("-"),
            refreshed.as_deref().unwrap_or("never"),
            key.scopes.join(" "),
        );
    }
}

/// Rotates a key into a file of mode 0600, which replaces the old file only when it contains the secret.
async fn rotate_into(
    client: &Client,
    key: &ApiKeySummary,
    file: &Path,
) -> Result<(), Box<dyn Error>> {
    if let Some(directory) = file.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let new = file.with_extension("new");
    // Removes the file of an interrupted run.
    let _ = std::fs::remove_file(&new);
    let mut output = create(&new).map_err(|error| format!("{}: {error}", new.display()))?;
    rotate(client, key, &mut output).await?;
    output.sync_all()?;
    Ok(std::fs::rename(new, file)?)
}

/// Creates a new file that nobody else can read.
fn create(file: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// Refreshes the secret of a key, and writes both as environment variables.
async fn rotate(
    client: &Client,
    key: &ApiKeySummary,
    output: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let id = key.id.as_deref().ok_or("the key has no id")?;
    let response = client
        .admin()
        .refresh_api_key(id)
        .send()
        .await?
        .into_inner();
    let new = response.key.ok_or("the response has no key")?;
    let secret = new.client_secret.as_ref();
    let secret = secret.ok_or("the response has no secret: refresh the key again")?;
    writeln!(
        output,
        "SECURE_ACCESS_API_KEY={}",
        new.client_id.as_deref().unwrap_or_default()
    )?;
    writeln!(
        output,
        "SECURE_ACCESS_API_SECRET={}",
        secret.expose_secret()
    )?;
    eprintln!(
        "`{}` has a new secret; the old one is over.",
        key.name.as_deref().unwrap_or(id)
    );
    Ok(())
}
