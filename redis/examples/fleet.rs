//! Workers on several machines that share one API key: one access token, and one count of requests, on Redis or Valkey.
//!
//! The example simulates four workers that start at the same time, each with its own client and its own connection, against a simulator
//! that enforces the rate limits of the service. Run it with a server on this machine (`apt-get install redis-server`, or any Valkey):
//!
//! ```text
//! redis-server --port 6390 --save "" &
//! cargo run --package cisco-secure-access-redis --example fleet -- redis://127.0.0.1:6390
//! ```

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;
use std::time::Instant;

use cisco_secure_access::auth::TokenCache as _;
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Cloud, RateLimiting, RetryPolicy};
use cisco_secure_access_redis::Redis;
use futures_util::future::try_join_all;

/// The number of workers, and of the calls of each.
const WORKERS: usize = 4;
const CALLS: usize = 3;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1);
    let url = url.unwrap_or_else(|| "redis://127.0.0.1:6379".to_owned());
    let redis = Redis::new(&url)?;
    if let Err(error) = redis.token_cache().get("test").await {
        println!("There is no Redis server: {error}.");
        println!("Start one; the first lines of this example show how.");
        return Ok(());
    }

    let simulator = Simulator::builder().documented_rate_limits().real_time();
    let simulator = simulator.start().await?;
    let start = Instant::now();
    try_join_all((0..WORKERS).map(|_| work(&simulator, &url))).await?;
    let requests = simulator.requests();
    let rejected = requests
        .iter()
        .filter(|request| request.status == Some(429));
    println!(
        "{WORKERS} workers made {} calls in {:.1} s with {} token request; {} calls were rejected.",
        WORKERS * CALLS,
        start.elapsed().as_secs_f64(),
        simulator.token_requests(),
        rejected.count()
    );
    Ok(())
}

/// A worker, as if it ran on a machine of its own.
async fn work(simulator: &Simulator, url: &str) -> Result<(), Box<dyn Error>> {
    let redis = Redis::new(url)?;
    let client = Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials(simulator.credentials())
        .token_cache(redis.token_cache())
        .rate_limiting(RateLimiting::Documented)
        .rate_limit_store(redis.rate_limit_store())
        // A rejected call would be an error.
        .retry(RetryPolicy::none())
        .build()?;
    for _ in 0..CALLS {
        client.deployments().list_regions().send().await?;
    }
    Ok(())
}
