//! Runs the simulator until ctrl-c, for curl and for clients in other languages.
//!
//! ```sh
//! cargo run --example simulator -- --port 8080 --cloud china
//! cargo run --example simulator -- --config examples/simulator/config.json
//! ```
//!
//! Each setting is a flag and a property of the configuration file, which is JSON: `--token-lifetime 60` is `"tokenLifetime": 60`. Flags
//! take precedence. `examples/simulator/Dockerfile` builds an image.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::net::IpAddr;
use std::time::Duration;

use cisco_secure_access::Cloud;
use cisco_secure_access::api::auth::types::CreateTokenBody;
use cisco_secure_access::simulator::{Simulator, SimulatorBuilder};
use cisco_secure_access::testing::CannedResponse;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const USAGE: &str = "\
usage: simulator [FLAGS]

  --config FILE            a JSON file with these settings, such as {\"port\": 8080, \"rateLimits\": true}; flags override it
  --address ADDRESS        the address to listen on; 127.0.0.1 by default, 0.0.0.0 in a container
  --port PORT              the port to listen on; 8080 by default, 0 for a free one
  --cloud CLOUD            global (the default), china or government
  --seed NUMBER            the seed of everything that is made up
  --items OPERATION=COUNT  how many items an operation lists; can be repeated
  --token-lifetime SECONDS
  --rate-limits            enforce the published rate limits
  --no-quirks              do what the documents say, without the quirks of the service

  In the file alone:
  \"keys\": {ID: [OAUTH SCOPE, …]}     more keys; the secret of each is `simulated-hush-` and its id
  \"responses\": [{\"operation\": …, \"status\": …, \"body\": …, \"headers\": {…}, \"times\": …}]     canned responses";

/// The settings from the flags and the file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Settings {
    address: IpAddr,
    port: u16,
    cloud: String,
    seed: u64,
    items: BTreeMap<String, usize>,
    token_lifetime: u64,
    rate_limits: bool,
    no_quirks: bool,
    keys: BTreeMap<String, Vec<String>>,
    responses: Vec<Response>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            address: IpAddr::from([127, 0, 0, 1]),
            port: 8080,
            cloud: "global".to_owned(),
            seed: 0,
            items: BTreeMap::new(),
            token_lifetime: 3600,
            rate_limits: false,
            no_quirks: false,
            keys: BTreeMap::new(),
            responses: Vec::new(),
        }
    }
}

/// A canned response.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    operation: String,
    #[serde(default = "ok")]
    status: u16,
    body: Option<Value>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default = "once")]
    times: u64,
}

fn ok() -> u16 {
    200
}

fn once() -> u64 {
    1
}

impl Settings {
    /// Parses the flags and the configuration file.
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let (mut file, mut flags) = (Map::new(), Map::new());
        while let Some(flag) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .ok_or(format!("{flag} needs a value\n\n{USAGE}"))
            };
            let (name, setting) = match flag.as_str() {
                "--config" => {
                    file = serde_json::from_str(&fs::read_to_string(value()?)?)?;
                    continue;
                }
                "--items" => {
                    let text = value()?;
                    let (operation, count) = text.split_once('=').ok_or(USAGE)?;
                    let items = flags.entry("items").or_insert_with(|| json!({}));
                    items[operation] = json!(count.parse::<usize>()?);
                    continue;
                }
                "--address" => ("address", json!(value()?)),
                "--port" => ("port", json!(value()?.parse::<u16>()?)),
                "--cloud" => ("cloud", json!(value()?)),
                "--seed" => ("seed", json!(value()?.parse::<u64>()?)),
                "--token-lifetime" => ("tokenLifetime", json!(value()?.parse::<u64>()?)),
                "--rate-limits" => ("rateLimits", json!(true)),
                "--no-quirks" => ("noQuirks", json!(true)),
                _ => return Err(USAGE.into()),
            };
            flags.insert(name.to_owned(), setting);
        }
        file.extend(flags);
        Ok(serde_json::from_value(Value::Object(file))?)
    }

    fn builder(&self) -> Result<SimulatorBuilder, Box<dyn Error>> {
        let mut builder = Simulator::builder()
            .address(self.address)
            .port(self.port)
            .cloud(self.cloud.parse::<Cloud>()?)
            .seed(self.seed)
            .token_lifetime(Duration::from_secs(self.token_lifetime))
            .real_time();
        for (operation, count) in &self.items {
            builder = builder.items(operation, *count);
        }
        for (id, scopes) in &self.keys {
            builder = builder.key(id, scopes);
        }
        if self.rate_limits {
            builder = builder.documented_rate_limits();
        }
        if self.no_quirks {
            builder = builder.quirks([]);
        }
        Ok(builder)
    }
}

impl From<&Response> for CannedResponse {
    fn from(response: &Response) -> Self {
        let mut canned = Self::new(response.status).times(response.times);
        if let Some(body) = &response.body {
            canned = canned.json(body.clone());
        }
        for (name, value) in &response.headers {
            canned = canned.header(name, value);
        }
        canned
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::read(std::env::args().skip(1))?;
    let simulator = settings.builder()?.start().await?;
    let (url, secret) = (simulator.base_url(), simulator.secret());
    let credentials = simulator.credentials();
    let key = credentials.key();
    let grant = CreateTokenBody::new("client_credentials");
    let token = simulator.client()?.auth().create_token(&grant).send();
    let token = token.await?.into_inner().access_token.unwrap_or_default();
    for response in &settings.responses {
        simulator.on(&response.operation).respond(response);
    }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic fails the test")]

    use super::*;

    fn read(arguments: &[&str]) -> Settings {
        Settings::read(arguments.iter().map(|text| (*text).to_owned())).unwrap()
    }

    #[tokio::test]
    async fn flags_override_the_file() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/examples/simulator/config.json"
        );
        let settings = read(&["--port", "0", "--config", file, "--items", "list_sites=5"]);
        assert_eq!((settings.port, settings.items["list_sites"]), (0, 5));
        assert!(settings.rate_limits);
        let simulator = settings.builder().unwrap().start().await.unwrap();
        for response in &settings.responses {
            simulator.on(&response.operation).respond(response);
        }
        assert_eq!(simulator.ids("/deployments/v2/sites").len(), 5);
    }

    #[test]
    fn an_unknown_setting_is_an_error() {
        let flag = Settings::read(["--colour".to_owned()].into_iter())
            .err()
            .unwrap();
        assert!(flag.to_string().starts_with("usage: "));
        let unknown = serde_json::from_value::<Settings>(json!({"colour": "red"}));
        assert!(unknown.err().unwrap().to_string().contains("`colour`"));
    }
}
