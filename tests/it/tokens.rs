//! Access tokens: how often one is asked for.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use cisco_secure_access::auth::{
    BoxError, BoxFuture, CachedToken, CredentialsProvider, MemoryTokenCache,
};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{
    BoxSleep, Client, Cloud, Credentials, Error, ErrorKind, RetryPolicy, Runtime,
};
use futures_util::future::{join_all, try_join_all};
use tokio::io::AsyncWriteExt as _;

use crate::scripted::{TOKEN, read_request};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_tasks_on_a_new_client_ask_for_one_token() {
    let simulator = Simulator::builder().tunnel_groups(3).start().await.unwrap();
    let client = simulator.client().unwrap();

    let tasks = (0..50).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let page = client
                .deployments()
                .list_network_tunnel_groups()
                .send()
                .await?;
            Ok::<_, Error>(page.data.len())
        })
    });
    for result in try_join_all(tasks).await.unwrap() {
        assert_eq!(result.unwrap(), 3);
    }

    assert_eq!(simulator.token_requests(), 1);
    assert_eq!(simulator.requests().len(), 51);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_tasks_at_expiry_ask_for_one_more_token() {
    let simulator = Simulator::builder().start().await.unwrap();
    let client = simulator.client().unwrap();
    client.deployments().list_regions().send().await.unwrap();
    simulator.expire_tokens();

    let calls = (0..50).map(|_| client.deployments().list_regions().send());
    for answer in join_all(calls).await {
        answer.unwrap();
    }

    assert_eq!(simulator.token_requests(), 2);
}

#[tokio::test]
async fn a_wrong_secret_is_final() {
    let simulator = Simulator::builder().start().await.unwrap();
    let client = Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials(Credentials::new("simulated-key", "a-wrong-secret"))
        .build()
        .unwrap();

    for _ in 0..3 {
        let error = client
            .deployments()
            .list_regions()
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert_eq!(error.status(), Some(401));
        assert!(
            error.to_string().contains("rejected the key and secret"),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("a-wrong-secret"));
    }

    assert_eq!(
        simulator.token_requests(),
        1,
        "refused once, not asked again"
    );
    assert_eq!(simulator.requests().len(), 1, "no call without a token");
}

#[tokio::test]
async fn a_short_lived_token_is_renewed_before_it_ends() {
    let life = std::time::Duration::ZERO;
    let simulator = Simulator::builder().token_life(life).start().await.unwrap();
    let client = simulator.client().unwrap();

    // Each token is over when it comes; the call is replayed once with another and then fails.
    let error = client
        .deployments()
        .list_regions()
        .send()
        .await
        .unwrap_err();

    assert_eq!(error.status(), Some(400));
    assert_eq!(simulator.token_requests(), 2);
}

/// The real time, and as much more as a test lets pass.
#[derive(Clone, Debug, Default)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn pass(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }

    fn passed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

impl Runtime for Clock {
    fn now(&self) -> Instant {
        Instant::now() + self.passed()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now() + self.passed()
    }

    fn sleep(&self, duration: Duration) -> BoxSleep {
        self.timeout(duration)
    }

    fn timeout(&self, duration: Duration) -> BoxSleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self) -> f64 {
        0.5
    }
}

/// A client of a simulator, and its clock.
fn with_clock(simulator: &Simulator) -> (Client, Clock) {
    let clock = Clock::default();
    let client = Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials(simulator.credentials())
        .runtime(Arc::new(clock.clone()))
        .build()
        .unwrap();
    (client, clock)
}

async fn list_regions(client: &Client) -> Result<(), Error> {
    client.deployments().list_regions().send().await.map(drop)
}

/// Lets tasks in the background run until `is_done`.
async fn wait_until(is_done: impl Fn() -> bool) {
    while !is_done() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn two_hundred_calls_ask_for_one_token_and_at_its_end_for_one_more() {
    let simulator = Simulator::builder().start().await.unwrap();
    let (client, clock) = with_clock(&simulator);
    for (wait, tokens) in [(0, 1), (3600, 2)] {
        clock.pass(wait);
        let calls = (0..200).map(|_| list_regions(&client));
        try_join_all(calls).await.unwrap();
        assert_eq!(simulator.token_requests(), tokens);
    }
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_end_while_calls_go_on() {
    let simulator = Simulator::builder().start().await.unwrap();
    let (client, clock) = with_clock(&simulator);
    list_regions(&client).await.unwrap();

    clock.pass(3600 - 451);
    list_regions(&client).await.unwrap();
    assert_eq!(simulator.token_requests(), 1, "too early to renew");

    clock.pass(152);
    try_join_all((0..200).map(|_| list_regions(&client)))
        .await
        .unwrap();
    wait_until(|| simulator.token_requests() == 2).await;
    list_regions(&client).await.unwrap();

    clock.pass(400);
    list_regions(&client).await.unwrap();
    assert_eq!(simulator.token_requests(), 2, "the new token is used");
}

#[tokio::test]
async fn a_refresh_that_fails_leaves_the_old_token_in_use() {
    let server = TokenServer::start(&[(200, TOKEN), (500, "{}"), (500, "{}"), (200, TOKEN)]).await;
    let (client, clock) = server.with_clock();
    list_regions(&client).await.unwrap();

    clock.pass(3600 - 290);
    for _ in 0..20 {
        list_regions(&client).await.unwrap();
    }
    assert_eq!(
        server.token_requests(),
        2,
        "failed once, not asked again with every call"
    );

    clock.pass(20);
    list_regions(&client).await.unwrap();
    wait_until(|| server.token_requests() == 3).await;

    clock.pass(265);
    list_regions(&client).await.unwrap();
    assert_eq!(server.token_requests(), 4, "the old token is over");
}

#[tokio::test]
async fn a_refused_secret_is_asked_for_once_by_two_hundred_calls() {
    let server = TokenServer::start(&[(401, r#"{"message": "no"}"#), (200, TOKEN)]).await;
    let client = server.client();
    for error in join_all((0..200).map(|_| list_regions(&client))).await {
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Authentication);
    }
    assert_eq!(server.token_requests(), 1);
}

/// A vault whose secret can be changed.
#[derive(Clone, Default)]
struct Vault {
    secret: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl CredentialsProvider for Vault {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            self.asked.fetch_add(1, Ordering::Relaxed);
            let secret = self.secret.lock().unwrap().clone();
            if secret.is_empty() {
                return Err("the vault is sealed".into());
            }
            Ok(Credentials::new("simulated-key", secret))
        })
    }
}

#[tokio::test]
async fn a_vault_is_asked_for_each_token_and_may_change_its_mind() {
    let simulator = Simulator::builder().start().await.unwrap();
    let vault = Vault::default();
    let client = Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials_provider(vault.clone())
        .build()
        .unwrap();

    let error = list_regions(&client).await.unwrap_err();
    assert!(error.to_string().contains("the vault is sealed"), "{error}");

    *vault.secret.lock().unwrap() = "an-old-secret".to_owned();
    for _ in 0..2 {
        let error = list_regions(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
    }
    assert_eq!(simulator.token_requests(), 1);

    *vault.secret.lock().unwrap() = "simulated-hush-secret".to_owned();
    let asked = vault.asked.load(Ordering::Relaxed);
    try_join_all((0..20).map(|_| list_regions(&client)))
        .await
        .unwrap();
    assert_eq!(simulator.token_requests(), 2);
    assert_eq!(vault.asked.load(Ordering::Relaxed), asked + 1);
}

#[tokio::test]
async fn a_child_organization_has_a_token_of_its_own() {
    let server = TokenServer::start(&[(200, TOKEN), (200, TOKEN), (200, TOKEN)]).await;
    let client = server.client();
    let child = client.for_organization(8_162_517);
    for client in [&client, &child, &child, &client.for_organization("8162517")] {
        list_regions(client).await.unwrap();
    }
    list_regions(&client.for_organization(1)).await.unwrap();

    let heads = server.token_heads();
    let organization = |head: &String| {
        let header = head
            .lines()
            .find_map(|line| line.strip_prefix("x-umbrella-orgid: "));
        header.map(str::to_owned)
    };
    let organizations: Vec<_> = heads.iter().map(organization).collect();
    assert_eq!(
        organizations,
        [None, Some("8162517".to_owned()), Some("1".to_owned())]
    );
}

#[tokio::test]
async fn clients_that_share_a_cache_share_a_token() {
    let simulator = Simulator::builder().start().await.unwrap();
    let cache = MemoryTokenCache::new();
    let client = || {
        Client::builder()
            .cloud(Cloud::Custom(simulator.base_url()))
            .credentials(simulator.credentials())
            .token_cache(cache.clone())
            .build()
            .unwrap()
    };
    let clients = [client(), client(), client()];
    try_join_all(clients.iter().map(list_regions))
        .await
        .unwrap();
    assert_eq!(simulator.token_requests(), 1);

    simulator.expire_tokens();
    try_join_all(clients.iter().map(list_regions))
        .await
        .unwrap();
    assert_eq!(
        simulator.token_requests(),
        2,
        "a rejected token leaves the cache"
    );
}

#[tokio::test]
async fn no_token_is_shown() {
    let server = TokenServer::start(&[(200, TOKEN)]).await;
    let client = server.client();
    list_regions(&client).await.unwrap();
    let token = CachedToken::new("scripted-hush-token", SystemTime::UNIX_EPOCH);
    let read = CachedToken::from_text(&token.to_text()).unwrap();
    let shown = format!(
        "{client:?} {token:?} {read:?} {:?}",
        MemoryTokenCache::new()
    );
    assert!(
        !shown.contains("scripted-hush-token") && !shown.contains("scripted-hush-secret"),
        "{shown}"
    );
    assert_eq!(
        (read.secret(), read.expires_at()),
        ("scripted-hush-token", SystemTime::UNIX_EPOCH)
    );
    assert!(CachedToken::from_text("{}").is_none());
}

/// A server that answers token requests as told, one after the other, and every other call with an empty object.
struct TokenServer {
    address: std::net::SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    server: tokio::task::JoinHandle<()>,
}

impl TokenServer {
    async fn start(answers: &[(u16, &str)]) -> Self {
        let answers: Vec<_> = answers
            .iter()
            .map(|(status, body)| (*status, (*body).to_owned()))
            .collect();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&heads);
        let server = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                let (status, body) = if request.starts_with("POST /auth/v2/token ") {
                    let mut heads = record.lock().unwrap();
                    heads.push(request);
                    answers[heads.len() - 1].clone()
                } else {
                    (200, "{}".to_owned())
                };
                let answer = format!(
                    "HTTP/1.1 {status} Told\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self {
            address,
            heads,
            server,
        }
    }

    fn client(&self) -> Client {
        self.with_clock().0
    }

    fn with_clock(&self) -> (Client, Clock) {
        let clock = Clock::default();
        let client = Client::builder()
            .cloud(format!("http://{}", self.address).parse().unwrap())
            .credentials(Credentials::new("scripted-key", "scripted-hush-secret"))
            .retry(RetryPolicy::none())
            .runtime(Arc::new(clock.clone()))
            .build()
            .unwrap();
        (client, clock)
    }

    fn token_heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    fn token_requests(&self) -> usize {
        self.token_heads().len()
    }
}

impl Drop for TokenServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}
