//! Shared code of the examples: a client of the cloud in the environment, or of a simulator, and the output of errors.

#![allow(clippy::print_stderr, reason = "errors are for people")]

use std::error::Error;
use std::process::ExitCode;

use cisco_secure_access::simulator::{Simulator, SimulatorBuilder};
use cisco_secure_access::{Client, Cloud, Credentials, RateLimiting};

/// Creates a client of the cloud in `SECURE_ACCESS_API_KEY`, `SECURE_ACCESS_API_SECRET` and `SECURE_ACCESS_CLOUD`, each with `suffix` after
/// its name. Without a key, it creates a client of the returned simulator, which runs until it is dropped.
pub(crate) async fn connect(
    suffix: &str,
    simulator: SimulatorBuilder,
) -> Result<(Client, Option<Simulator>), Box<dyn Error>> {
    let variable = |name: &str| {
        let name = format!("SECURE_ACCESS_{name}{suffix}");
        std::env::var(&name).map_err(|_| format!("{name} is not in the environment"))
    };
    let key = match variable("API_KEY") {
        Ok(key) => key,
        Err(missing) => {
            let simulator = simulator.start().await?;
            eprintln!("{missing}: this is a simulator.\n");
            return Ok((simulator.client()?, Some(simulator)));
        }
    };
    let cloud = match variable("CLOUD") {
        Ok(cloud) => cloud.parse()?,
        Err(_) => Cloud::Global,
    };
    let client = Client::builder()
        .cloud(cloud)
        .credentials(Credentials::new(key, variable("API_SECRET")?))
        // Rate limiting delays calls instead of failing, so that you can run examples repeatedly.
        .rate_limiting(RateLimiting::Documented)
        .build()?;
    Ok((client, None))
}

/// Returns the exit code, and prints the message of an error.
pub(crate) fn end(result: Result<(), Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
