//! Runs the simulator until ctrl-c, for curl and for clients in other languages.
//!
//! ```sh
//! cargo run --example simulator -- --port 8080 --cloud china
//! ```

#![allow(clippy::print_stdout, reason = "this is what it is for")]

use std::error::Error;

use cisco_secure_access::Cloud;
use cisco_secure_access::api::auth::types::CreateTokenBody;
use cisco_secure_access::simulator::Simulator;

const USAGE: &str = "\
usage: simulator [--port <port>] [--cloud global|china|government] [--seed <number>] [--items <operation>=<count>]… [--rate-limits] [--no-quirks]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut builder = Simulator::builder().port(8080);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(USAGE);
        builder = match argument.as_str() {
            "--port" => builder.port(value()?.parse()?),
            "--cloud" => builder.cloud(value()?.parse::<Cloud>()?),
            "--seed" => builder.seed(value()?.parse()?),
            "--items" => {
                let text = value()?;
                let (operation, count) = text.split_once('=').ok_or(USAGE)?;
                builder.items(operation, count.parse()?)
            }
            "--rate-limits" => builder.documented_rate_limits(),
            "--no-quirks" => builder.quirks([]),
            _ => return Err(USAGE.into()),
        };
    }
    let simulator = builder.start().await?;
    let (url, secret) = (simulator.base_url(), simulator.secret());
    let credentials = simulator.credentials();
    let key = credentials.key();
    let grant = CreateTokenBody::new("client_credentials");
    let token = simulator.client()?.auth().create_token(&grant).send();
    let token = token.await?.into_inner().access_token.unwrap_or_default();
    println!("The cloud {} at {url}", simulator.cloud());
    println!("key    {key}");
    println!("secret {secret}\n");
    println!(
        "  token=$(curl -s -u {key}:{secret} -d grant_type=client_credentials {url}auth/v2/token |"
    );
    println!("    sed 's/.*\"access_token\":\"\\([^\"]*\\).*/\\1/')");
    println!(
        "  curl -H \"Authorization: Bearer $token\" {url}deployments/v2/networktunnelgroups\n"
    );
    println!("token  {}", token.expose_secret());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
