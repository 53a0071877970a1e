//! Connections to a server: TLS, passwords, and servers that do not respond.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use cisco_secure_access::auth::TokenCache as _;
use cisco_secure_access_redis::{Redis, RedisTokenCache};
use futures_util::FutureExt as _;
use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::proxy;
use crate::server::RedisServer;

/// The time after which something that should happen is taken to be missing, on a machine however slow.
const LIMIT: Duration = Duration::from_secs(60);

async fn error_of(cache: &RedisTokenCache) -> String {
    cache.get("key").await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_certificate_of_a_private_authority_is_verified() {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let directory = TempDir::new().unwrap();
    let file = |name: &str, text: String| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let root = authority.pem();
    let server = RedisServer::start_with(&[
        "--tls-cert-file",
        &file("certificate.pem", certificate.pem()),
        "--tls-key-file",
        &file("key.pem", key.serialize_pem()),
        "--tls-ca-cert-file",
        &file("root.pem", root.clone()),
        "--tls-auth-clients",
        "no",
    ]);
    let Some(server) = server else {
        return;
    };
    let url = |host: &str| format!("rediss://{host}:{}", server.port());
    let trusting = |host: &str| {
        let builder = Redis::builder(url(host)).root_certificates(root.clone());
        builder.build().unwrap().token_cache()
    };
    assert!(trusting("localhost").get("key").await.unwrap().is_none());
    let unknown = Redis::new(url("localhost")).unwrap().token_cache();
    let error = error_of(&unknown).await;
    assert!(error.contains("certificate"), "{error}");
    let other_name = error_of(&trusting("127.0.0.1")).await;
    assert!(other_name.contains("certificate"), "{other_name}");
}

#[test]
fn a_root_certificate_that_is_none_is_an_error() {
    for text in ["", "hush"] {
        let builder = Redis::builder("rediss://redis.example").root_certificates(text);
        let error = builder.build().unwrap_err().to_string();
        assert!(error.contains("PEM"), "{error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_not_shown() {
    let Some(server) = RedisServer::start_with(&["--requirepass", "hush-right"]) else {
        return;
    };
    let cache = |user: &str| {
        let url = format!("redis://{user}127.0.0.1:{}", server.port());
        Redis::new(url).unwrap().token_cache()
    };
    assert!(cache(":hush-right@").get("key").await.unwrap().is_none());
    for user in [":hush-wrong@", "name:hush-wrong@", ""] {
        let error = error_of(&cache(user)).await;
        let address = format!("127.0.0.1:{}", server.port());
        assert!(error.contains(&address), "{error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

#[tokio::test]
async fn nobody_waits_for_a_server_that_does_not_respond() {
    // Connections are established, because the system accepts them.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let cache = Redis::new(format!("redis://127.0.0.1:{port}"))
        .unwrap()
        .token_cache();
    // A command fails after its time limit, and the next one at once, if it comes in time.
    let fails_at_once = async || while !error_of(&cache).await.contains("just failed") {};
    timeout(LIMIT, fails_at_once()).await.unwrap();
    let lock = timeout(LIMIT, cache.lock("key")).await.unwrap();
    lock.unwrap_err();
}

#[tokio::test]
async fn a_connection_that_does_not_respond_is_replaced() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    let cache = Redis::new(server.url()).unwrap().token_cache();
    assert!(cache.get("key").await.unwrap().is_none());
    let before = connections(&server).await;
    server.stop();
    // The callers give up before their commands have reached the time limit, until one fails at once.
    let patience = Duration::from_millis(200);
    let fails = async || while !matches!(timeout(patience, cache.get("key")).await, Ok(Err(_))) {};
    timeout(LIMIT, fails()).await.unwrap();
    server.go_on();
    let is_back = async || {
        while cache.get("key").await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LIMIT, is_back()).await.unwrap();
    let after = connections(&server).await;
    assert!(after.iter().all(|id| !before.contains(id)), "{after:?}");
}

#[tokio::test]
async fn the_connection_to_a_replica_is_replaced() {
    let (Some(old), Some(new)) = (RedisServer::start(), RedisServer::start()) else {
        return;
    };
    let target = Arc::new(AtomicU16::new(old.port()));
    let port = proxy::start(Arc::clone(&target), Duration::ZERO).await;
    let redis = Redis::new(format!("redis://127.0.0.1:{port}")).unwrap();
    let cache = redis.token_cache();
    drop(cache.lock("first").await.unwrap());
    // The primary is replaced, and its connections stay.
    old.command::<()>(&["REPLICAOF", "127.0.0.1", "1"]).await;
    target.store(new.port(), Ordering::Relaxed);
    let error = cache.lock("second").await.unwrap_err().to_string();
    assert!(error.contains("replica"), "{error}");
    let lock = async || {
        while cache.lock("second").await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LIMIT, lock()).await.unwrap();
    let keys: Vec<String> = new.command(&["KEYS", "*:lock-number"]).await;
    assert_eq!(keys.len(), 1);
}

#[test]
fn a_command_without_a_runtime_is_an_error() {
    let cache = Redis::new("redis://127.0.0.1:1").unwrap().token_cache();
    let error = cache.get("key").now_or_never().unwrap().unwrap_err();
    assert!(error.to_string().contains("Tokio"), "{error}");
}

/// The ids of the connections to a server, without that of the command itself.
async fn connections(server: &RedisServer) -> Vec<String> {
    let list: String = server.command(&["CLIENT", "LIST"]).await;
    let lines = list.lines().filter(|line| !line.contains("cmd=client"));
    let id = |line: &str| line.split(' ').next().map(str::to_owned);
    lines.filter_map(id).collect()
}
