//! `secure-access simulate`: a local service to try things on.

use std::net::IpAddr;

use cisco_secure_access::Cloud;
use cisco_secure_access::simulator::Simulator;

use crate::failure::{Failure, Result};
use crate::session::Options;

/// Runs a simulated Secure Access service until Ctrl-C
#[derive(clap::Args)]
#[command(after_help = "\
The service responds to every operation, stores what is created, and has the limits of the real one. --cloud selects the cloud whose
documents it follows. It prints the variables that connect a client to it.

Example:
  secure-access simulate --port 8080 &
  export SECURE_ACCESS_CLOUD=http://127.0.0.1:8080 SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=…
  secure-access deployments list-sites")]
pub(crate) struct Arguments {
    /// The port to listen on; 0 for a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    address: IpAddr,
    /// The seed of everything that is made up
    #[arg(long)]
    seed: Option<u64>,
    /// How many items an operation lists; can be repeated
    #[arg(long, value_name = "OPERATION=COUNT", value_parser = items)]
    items: Vec<(String, usize)>,
    /// Enforces the published rate limits
    #[arg(long)]
    rate_limits: bool,
    /// Follows the documents to the letter, without the known differences of the service
    #[arg(long)]
    no_quirks: bool,
}

fn items(text: &str) -> Result<(String, usize), String> {
    let (operation, count) = text.split_once('=').ok_or("expected OPERATION=COUNT")?;
    let count = count.parse().map_err(|_| "expected a number after `=`")?;
    match crate::catalog::find(operation) {
        Some(entry) => Ok((entry.operation.id.to_owned(), count)),
        None => Err(format!("there is no operation `{operation}`")),
    }
}

impl Arguments {
    /// Runs the simulator.
    ///
    /// # Errors
    /// When the port cannot be opened.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        let mut builder = Simulator::builder()
            .port(self.port)
            .address(self.address)
            .real_time();
        match options.cloud() {
            Some(Cloud::Custom(_)) => {
                return Err(Failure::usage(
                    "--cloud: expected global, china or government",
                ));
            }
            Some(cloud) => builder = builder.cloud(cloud.clone()),
            None => {}
        }
        if let Some(seed) = self.seed {
            builder = builder.seed(seed);
        }
        for (operation, count) in &self.items {
            builder = builder.items(operation, *count);
        }
        if self.rate_limits {
            builder = builder.documented_rate_limits();
        }
        if self.no_quirks {
            builder = builder.quirks([]);
        }
        let simulator = builder.start().await?;
        let credentials = simulator.credentials();
        anstream::println!(
            "SECURE_ACCESS_CLOUD={}",
            simulator.base_url().as_str().trim_end_matches('/')
        );
        anstream::println!("SECURE_ACCESS_API_KEY={}", credentials.key());
        anstream::println!("SECURE_ACCESS_API_SECRET={}", simulator.secret());
        tokio::signal::ctrl_c().await?;
        Ok(())
    }
}
