//! What several examples share: a client of the cloud that the environment names, or else of a simulator; and how an error is shown.

#![allow(clippy::print_stderr, reason = "errors are for people")]

use std::error::Error;
use std::process::ExitCode;

use cisco_secure_access::simulator::{Simulator, SimulatorBuilder};
use cisco_secure_access::{Client, Cloud, Credentials, RateLimiting};

/// A client of the cloud in `SECURE_ACCESS_API_KEY`, `SECURE_ACCESS_API_SECRET` and `SECURE_ACCESS_CLOUD`, each with `suffix` behind its
/// name. Where there is no key, a client of the simulator that comes with it, which runs as long as it is kept.
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
        // Waits in line rather than being refused: examples may be run again and again.
        .rate_limiting(RateLimiting::Documented)
        .build()?;
    Ok((client, None))
}

/// How a program ends: well, or with the message of its error.
pub(crate) fn end(result: Result<(), Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
