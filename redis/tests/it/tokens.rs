//! Shared access tokens.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cisco_secure_access::auth::{AccessToken, TokenCache as _};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Cloud};
use cisco_secure_access_redis::{Redis, RedisTokenCache};
use futures_util::FutureExt as _;
use futures_util::future::try_join_all;
use tokio::time::timeout;

use crate::server::RedisServer;

/// The time after which something that should happen is taken to be missing, on a machine however slow.
const LIMIT: Duration = Duration::from_secs(60);
/// The cache key of a token: a hash.
const KEY: &str = "0123456789abcdef";

fn cache(server: &RedisServer) -> RedisTokenCache {
    // A connection of its own, as another process has.
    Redis::new(server.url()).unwrap().token_cache()
}

fn token(name: &str, lifetime: Duration) -> AccessToken {
    AccessToken::new(format!("hush-{name}"), SystemTime::now() + lifetime)
}

#[tokio::test]
async fn machines_that_start_together_request_one_token() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let simulator = Simulator::builder().start().await.unwrap();
    let clients: Vec<Client> = (0..20)
        .map(|_| {
            Client::builder()
                .cloud(Cloud::Custom(simulator.base_url()))
                .credentials(simulator.credentials())
                .token_cache(cache(&server))
                .build()
                .unwrap()
        })
        .collect();
    let call = async |client: &Client| {
        let regions = client.deployments().list_regions();
        regions.send().await.map(drop)
    };
    try_join_all(clients.iter().map(call)).await.unwrap();
    assert_eq!(simulator.token_requests(), 1);
    simulator.expire_tokens();
    try_join_all(clients.iter().map(call)).await.unwrap();
    assert_eq!(simulator.token_requests(), 2);
}

#[tokio::test]
async fn a_token_is_returned_until_it_expires() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let cache = cache(&server);
    assert!(cache.get(KEY).await.unwrap().is_none());
    let hour = Duration::from_secs(3600);
    cache.put(KEY, token("one", hour)).await.unwrap();
    let found = cache.get(KEY).await.unwrap().unwrap();
    assert_eq!(found.expose_secret(), "hush-one");
    let lifetime = found.expires_at().duration_since(SystemTime::now());
    assert!(hour - lifetime.unwrap() < Duration::from_secs(60));

    // The lifetime is that of the server, whatever the clock of the machine says that stored the token.
    let name = format!("secure-access:{{{KEY}}}:token");
    let text = r#"{"access_token": "hush-two", "expires_at": 5}"#;
    server
        .command::<()>(&["SET", &name, text, "PX", "60000"])
        .await;
    let found = cache.get(KEY).await.unwrap().unwrap();
    let lifetime = found.expires_at().duration_since(SystemTime::now());
    assert!(lifetime.unwrap() > Duration::from_secs(30));
    server.command::<()>(&["PEXPIRE", &name, "0"]).await;
    assert!(cache.get(KEY).await.unwrap().is_none());
    server
        .command::<()>(&["SET", &name, "garbage", "PX", "60000"])
        .await;
    assert!(cache.get(KEY).await.unwrap().is_none());
    // An expired token is not stored.
    cache
        .put("other", token("three", Duration::ZERO))
        .await
        .unwrap();
    assert!(cache.get("other").await.unwrap().is_none());
}

#[tokio::test]
async fn a_lock_has_one_holder_and_is_released() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let (one, other) = (cache(&server), cache(&server));
    let lock = one.lock(KEY).await.unwrap();
    let same = other.clone();
    let waiting = tokio::spawn(async move { other.lock(KEY).await.map(drop) });
    // The server has responded to the attempts before these commands on the same connection.
    for _ in 0..20 {
        same.get(KEY).await.unwrap();
    }
    assert!(!waiting.is_finished());
    drop(lock);
    timeout(LIMIT, waiting).await.unwrap().unwrap().unwrap();
}

/// Waits until the server has granted a number of locks, and the last of them is released before it expires.
async fn is_released(server: &RedisServer, granted: u64) {
    let name = |name: &str| format!("secure-access:{{{KEY}}}:{name}");
    let check = async || {
        let number = name("lock-number");
        while server.command::<Option<u64>>(&["GET", &number]).await != Some(granted) {}
        let _: u64 = server.command(&["PERSIST", &name("lock")]).await;
        while server.command::<u64>(&["EXISTS", &name("lock")]).await == 1 {}
    };
    timeout(LIMIT, check()).await.unwrap();
}

#[tokio::test]
async fn a_lock_whose_number_does_not_arrive_is_released() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    let cache = cache(&server);
    // The caller goes away after it has sent the command.
    assert!(cache.lock(KEY).now_or_never().is_none());
    is_released(&server, 1).await;
    // The server executes the command after its time limit.
    server.stop();
    cache.lock(KEY).await.unwrap_err();
    server.go_on();
    is_released(&server, 2).await;
    let hour = Duration::from_secs(3600);
    cache.put(KEY, token("own", hour)).await.unwrap();
}

#[tokio::test]
async fn only_the_holder_of_the_newest_lock_stores_a_token() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let hour = Duration::from_secs(3600);
    let (one, other) = (cache(&server), cache(&server));
    // The server has the script that releases a lock, so that it runs before the next command.
    drop(one.lock("first").await.unwrap());
    drop(one.lock("first").await.unwrap());
    let old = one.lock(KEY).await.unwrap();
    // The holder is stopped for so long that its lock expires.
    let lock_key = format!("secure-access:{{{KEY}}}:lock");
    server.command::<()>(&["PEXPIRE", &lock_key, "0"]).await;
    let new = other.lock(KEY).await.unwrap();
    let late = one.put_locked(KEY, token("late", hour), &old).await;
    let late = late.unwrap_err().to_string();
    assert!(
        late.contains("not stored, because another client"),
        "{late}"
    );
    one.put(KEY, token("without", hour)).await.unwrap_err();
    other
        .put_locked(KEY, token("new", hour), &new)
        .await
        .unwrap();
    one.put_locked(KEY, token("later", hour), &old)
        .await
        .unwrap_err();
    let found = other.get(KEY).await.unwrap().unwrap();
    assert_eq!(found.expose_secret(), "hush-new");
    // The old holder does not release the lock of the new one.
    drop(old);
    one.get(KEY).await.unwrap();
    assert!(one.put(KEY, token("without", hour)).await.is_err());
    drop(new);
    let one = Arc::new(one);
    drop(one.lock(KEY).await.unwrap());
}

#[tokio::test]
async fn calls_go_on_without_the_server() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    let simulator = Simulator::builder().start().await.unwrap();
    let cache = cache(&server);
    let client = Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials(simulator.credentials())
        .token_cache(cache.clone())
        .build()
        .unwrap();
    let call = async || client.deployments().list_regions().send().await.map(drop);
    call().await.unwrap();
    server.kill();
    call().await.unwrap();
    assert_eq!(simulator.token_requests(), 1, "the token is in memory");
    simulator.expire_tokens();
    call().await.unwrap();
    assert_eq!(simulator.token_requests(), 2);
    server.restart();
    let is_back = async || {
        while cache.get(KEY).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LIMIT, is_back()).await.unwrap();
    simulator.expire_tokens();
    call().await.unwrap();
    assert_eq!(simulator.token_requests(), 3);
    let tokens: usize = server
        .command::<Vec<String>>(&["KEYS", "*:token"])
        .await
        .len();
    assert_eq!(tokens, 1, "the server has the token");
}
