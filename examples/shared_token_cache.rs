//! Shares one token between several machines, in Redis or Valkey.
//!
//! The example simulates three workers that start at the same time, each with its own client, against the simulator. They request one
//! token. Run it with a server on this machine (`apt-get install redis-server`, or any Valkey):
//!
//! ```text
//! redis-server --port 6390 --save "" &
//! cargo run --example shared_token_cache -- 127.0.0.1:6390
//! ```
//!
//! The example implements the few commands that it needs over plain TCP. In production, use a Redis client with TLS and a password: anyone
//! who can read the entries can make calls until the tokens expire.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use cisco_secure_access::auth::{AccessToken, BoxError, BoxFuture, CacheLock, TokenCache};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Cloud};
use futures_util::future::try_join_all;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// The lifetime of the lock. The server releases it if a worker crashes.
const LOCK_LIFE: Duration = Duration::from_secs(30);
/// The interval between attempts to acquire the lock.
const LOCK_POLL: Duration = Duration::from_millis(50);
/// Releases the lock, if this holder still has it.
const UNLOCK: &str =
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end";

/// Stores tokens on a Redis server.
#[derive(Clone, Debug)]
struct RedisTokenCache {
    address: String,
}

impl RedisTokenCache {
    /// Sends a command, and returns its reply: a string, or nothing.
    async fn command(&self, words: &[&str]) -> Result<Option<String>, BoxError> {
        let mut stream = BufReader::new(TcpStream::connect(&self.address).await?);
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            request.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        stream.write_all(request.as_bytes()).await?;

        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let line = line.trim_end();
        match line.split_at_checked(1) {
            Some(("+" | ":", text)) => Ok(Some(text.to_owned())),
            Some(("$", "-1")) => Ok(None),
            Some(("$", length)) => {
                let mut text = vec![0; length.parse()?];
                stream.read_exact(&mut text).await?;
                Ok(Some(String::from_utf8(text)?))
            }
            _ => Err(format!("unexpected reply of the server: {line}").into()),
        }
    }
}

fn entry(key: &str) -> String {
    format!("secure-access:token:{key}")
}

impl TokenCache for RedisTokenCache {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, BoxError>> {
        Box::pin(async move {
            let text = self.command(&["GET", &entry(key)]).await?;
            Ok(text.as_deref().and_then(AccessToken::from_text))
        })
    }

    fn put<'a>(&'a self, key: &'a str, token: AccessToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            // The server removes the entry when the token expires.
            let life = token.expires_at().duration_since(SystemTime::now())?;
            let life = life.as_millis().max(1).to_string();
            let words = ["SET", &entry(key), &token.to_text(), "PX", &life];
            self.command(&words).await.map(drop)
        })
    }

    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<CacheLock, BoxError>> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        Box::pin(async move {
            let name = format!("{}:lock", entry(key));
            // In production: an id that is unique across all machines, such as a UUID.
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let holder = format!("{}-{number}", std::process::id());
            let life = LOCK_LIFE.as_millis().to_string();
            let give_up = tokio::time::Instant::now() + LOCK_LIFE;
            let words = ["SET", &name, &holder, "NX", "PX", &life];
            while self.command(&words).await?.is_none() {
                if tokio::time::Instant::now() > give_up {
                    return Err("the lock was not released in time".into());
                }
                tokio::time::sleep(LOCK_POLL).await;
            }
            Ok(CacheLock::new(Unlock {
                cache: self.clone(),
                name,
                holder,
            }))
        })
    }
}

/// Releases the lock when it is dropped.
struct Unlock {
    cache: RedisTokenCache,
    name: String,
    holder: String,
}

impl Drop for Unlock {
    fn drop(&mut self) {
        let cache = self.cache.clone();
        let words = [UNLOCK, "1", &self.name, &self.holder].map(str::to_owned);
        tokio::spawn(async move {
            let [script, count, name, holder] = &words;
            // If that fails, the lock expires.
            let _ = cache.command(&["EVAL", script, count, name, holder]).await;
        });
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1);
    let address = address.unwrap_or_else(|| "127.0.0.1:6379".to_owned());
    let cache = RedisTokenCache { address };
    if let Err(error) = cache.command(&["PING"]).await {
        println!("No Redis at {}: {error}.", cache.address);
        println!("Start one; the first lines of this example show how.");
        return Ok(());
    }

    let simulator = Simulator::builder().start().await?;
    let workers = (1..=3).map(|_| work(&simulator, cache.clone()));
    try_join_all(workers).await?;
    println!(
        "3 workers started together; token requests: {}.",
        simulator.token_requests()
    );

    simulator.expire_tokens();
    work(&simulator, cache.clone()).await?;
    work(&simulator, cache).await?;
    println!(
        "The token was rejected and replaced once; token requests: {}.",
        simulator.token_requests()
    );
    Ok(())
}

/// A worker: its own client, and a call.
async fn work(simulator: &Simulator, cache: RedisTokenCache) -> cisco_secure_access::Result<()> {
    let client = Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials(simulator.credentials())
        .token_cache(cache)
        .build()?;
    client.deployments().list_regions().send().await?;
    Ok(())
}
