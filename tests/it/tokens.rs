//! Access tokens: the number of token requests.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cisco_secure_access::api::auth::types::CreateTokenBody;
use cisco_secure_access::auth::{
    AccessToken, BoxError, BoxFuture, CredentialsProvider, MemoryTokenCache, TokenCache,
};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{
    Client, ClientBuilder, Cloud, Credentials, Error, ErrorKind, PausedClock, RetryPolicy,
    StatusCode, Upload, service_fn,
};
use futures_util::FutureExt as _;
use futures_util::future::{join_all, try_join_all};
use tokio::io::AsyncWriteExt as _;

use crate::clock::paused_clock;
use crate::scripted::{self, Scripted, ScriptedResponse, TOKEN, read_request};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_tasks_on_a_new_client_request_one_token() {
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
async fn fifty_tasks_at_expiry_request_one_more_token() {
    let simulator = Simulator::builder().start().await.unwrap();
    let client = simulator.client().unwrap();
    client.deployments().list_regions().send().await.unwrap();
    simulator.expire_tokens();

    let calls = (0..50).map(|_| client.deployments().list_regions().send());
    for response in join_all(calls).await {
        response.unwrap();
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
        let error = scripted::read(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
        assert!(
            error.to_string().contains("rejected the key and secret"),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("a-wrong-secret"));
    }

    assert_eq!(
        simulator.token_requests(),
        1,
        "rejected once, not sent again"
    );
    assert_eq!(simulator.requests().len(), 1, "no call without a token");
}

#[tokio::test]
async fn a_token_that_has_expired_on_arrival_is_replaced_once() {
    let life = std::time::Duration::ZERO;
    let simulator = Simulator::builder()
        .token_lifetime(life)
        .start()
        .await
        .unwrap();
    let client = simulator.client().unwrap();

    // Each token has expired on arrival; the call is retried once with another token and then fails.
    let error = scripted::read(&client).await.unwrap_err();

    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
    assert_eq!(simulator.token_requests(), 2);
}

/// A client of a simulator, and its clock.
fn with_clock(simulator: &Simulator) -> (Client, PausedClock) {
    let clock = PausedClock::new();
    let client = Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials(simulator.credentials())
        .clock(&clock)
        .build()
        .unwrap();
    (client, clock)
}

/// Runs background tasks until `is_done`.
async fn wait_until(is_done: impl Fn() -> bool) {
    while !is_done() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn two_hundred_calls_request_one_token_and_at_its_expiry_one_more() {
    let simulator = Simulator::builder().start().await.unwrap();
    let (client, clock) = with_clock(&simulator);
    for (wait, tokens) in [(0, 1), (3600, 2)] {
        clock.advance(Duration::from_secs(wait));
        let calls = (0..200).map(|_| scripted::read(&client));
        try_join_all(calls).await.unwrap();
        assert_eq!(simulator.token_requests(), tokens);
    }
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires_while_calls_use_it() {
    let simulator = Simulator::builder().start().await.unwrap();
    let (client, clock) = with_clock(&simulator);
    scripted::read(&client).await.unwrap();

    clock.advance(Duration::from_secs(3600 - 451));
    scripted::read(&client).await.unwrap();
    assert_eq!(simulator.token_requests(), 1, "too early to renew");

    clock.advance(Duration::from_secs(152));
    try_join_all((0..200).map(|_| scripted::read(&client)))
        .await
        .unwrap();
    wait_until(|| simulator.token_requests() == 2).await;
    scripted::read(&client).await.unwrap();

    clock.advance(Duration::from_secs(400));
    scripted::read(&client).await.unwrap();
    assert_eq!(simulator.token_requests(), 2, "the new token is used");
}

#[tokio::test]
async fn a_refresh_that_fails_leaves_the_old_token_in_use() {
    let server = TokenServer::start(&[(200, TOKEN), (500, "{}"), (500, "{}"), (200, TOKEN)]).await;
    let (client, clock) = server.with_clock();
    scripted::read(&client).await.unwrap();

    clock.advance(Duration::from_secs(3600 - 290));
    for _ in 0..20 {
        scripted::read(&client).await.unwrap();
    }
    assert_eq!(
        server.token_requests(),
        2,
        "failed once, not requested again with every call"
    );

    clock.advance(Duration::from_secs(20));
    scripted::read(&client).await.unwrap();
    wait_until(|| server.token_requests() == 3).await;

    clock.advance(Duration::from_secs(265));
    scripted::read(&client).await.unwrap();
    assert_eq!(server.token_requests(), 4, "the old token is over");
}

#[tokio::test]
async fn two_hundred_calls_send_a_rejected_secret_once() {
    let server = TokenServer::start(&[(401, r#"{"message": "no"}"#), (200, TOKEN)]).await;
    let client = server.client();
    for error in join_all((0..200).map(|_| scripted::read(&client))).await {
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Authentication);
    }
    assert_eq!(server.token_requests(), 1);
}

/// A provider whose secret can be changed.
#[derive(Clone, Default)]
struct Vault {
    secret: Arc<Mutex<String>>,
    used: Arc<AtomicUsize>,
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
            self.used.fetch_add(1, Ordering::Relaxed);
            let secret = self.secret.lock().unwrap().clone();
            if secret.is_empty() {
                return Err("the vault is sealed".into());
            }
            Ok(Credentials::new("simulated-key", secret))
        })
    }
}

/// A vault whose API key is known while it is sealed.
#[derive(Debug)]
struct VaultWithKey(Vault);

impl CredentialsProvider for VaultWithKey {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
        self.0.credentials()
    }

    fn key(&self) -> Option<&str> {
        Some("simulated-key")
    }
}

#[tokio::test]
async fn a_provider_that_knows_its_key_is_not_called_for_a_cached_token() {
    let simulator = Simulator::builder().start().await.unwrap();
    let cache = MemoryTokenCache::new();
    let client = |vault: &Vault| {
        Client::builder()
            .cloud(Cloud::Custom(simulator.base_url()))
            .credentials_provider(VaultWithKey(vault.clone()))
            .token_cache(cache.clone())
            .build()
            .unwrap()
    };
    let open = Vault::default();
    simulator
        .secret()
        .clone_into(&mut open.secret.lock().unwrap());
    let call = |client: Client| async move { client.deployments().list_regions().send().await };
    call(client(&open)).await.unwrap();

    let sealed = Vault::default();
    call(client(&sealed)).await.unwrap();
    assert_eq!(simulator.token_requests(), 1);
    assert_eq!(open.used.load(Ordering::Relaxed), 1);
    assert_eq!(sealed.used.load(Ordering::Relaxed), 0);

    // The service rejects the cached token, so the next one needs the secret.
    simulator.expire_tokens();
    let error = call(client(&sealed)).await.unwrap_err();
    assert!(
        error.to_string().ends_with("the vault is sealed"),
        "{error}"
    );
    assert_eq!(sealed.used.load(Ordering::Relaxed), 1);
    call(client(&open)).await.unwrap();
    assert_eq!(simulator.token_requests(), 2);
}

#[tokio::test]
async fn a_provider_is_called_for_each_token_and_may_change_its_secret() {
    let simulator = Simulator::builder().start().await.unwrap();
    let vault = Vault::default();
    let client = Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials_provider(vault.clone())
        .build()
        .unwrap();

    let error = scripted::read(&client).await.unwrap_err();
    assert!(error.to_string().contains("the vault is sealed"), "{error}");

    *vault.secret.lock().unwrap() = "an-old-secret".to_owned();
    for _ in 0..2 {
        let error = scripted::read(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
    }
    assert_eq!(simulator.token_requests(), 1);

    *vault.secret.lock().unwrap() = "simulated-hush-secret".to_owned();
    let used = vault.used.load(Ordering::Relaxed);
    try_join_all((0..20).map(|_| scripted::read(&client)))
        .await
        .unwrap();
    assert_eq!(simulator.token_requests(), 2);
    assert_eq!(vault.used.load(Ordering::Relaxed), used + 1);
}

#[tokio::test]
async fn a_child_organization_has_a_token_of_its_own() {
    let server = TokenServer::start(&[(200, TOKEN), (200, TOKEN), (200, TOKEN)]).await;
    let client = server.client();
    let child = client.for_organization(8_162_517);
    for client in [&client, &child, &child, &client.for_organization("8162517")] {
        scripted::read(client).await.unwrap();
    }
    scripted::read(&client.for_organization(1)).await.unwrap();

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
    try_join_all(clients.iter().map(scripted::read))
        .await
        .unwrap();
    assert_eq!(simulator.token_requests(), 1);

    simulator.expire_tokens();
    try_join_all(clients.iter().map(scripted::read))
        .await
        .unwrap();
    assert_eq!(
        simulator.token_requests(),
        2,
        "a rejected token leaves the cache"
    );
}

#[tokio::test]
async fn debug_output_contains_no_token() {
    let server = TokenServer::start(&[(200, TOKEN)]).await;
    let client = server.client();
    scripted::read(&client).await.unwrap();
    let token = AccessToken::new("scripted-hush-token", SystemTime::UNIX_EPOCH);
    let read = AccessToken::from_text(&token.to_text()).unwrap();
    let shown = format!(
        "{client:?} {token:?} {read:?} {:?}",
        MemoryTokenCache::new()
    );
    assert!(
        !shown.contains("scripted-hush-token") && !shown.contains("scripted-hush-secret"),
        "{shown}"
    );
    assert_eq!(
        (read.expose_secret(), read.expires_at()),
        ("scripted-hush-token", SystemTime::UNIX_EPOCH)
    );
    assert!(AccessToken::from_text("{}").is_none());
}

/// A provider or cache that panics or does not respond.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Failing {
    Hangs,
    Panics,
}

impl Failing {
    /// Fails the first time only.
    async fn fail_once(self, count: &AtomicUsize) {
        if count.fetch_add(1, Ordering::Relaxed) > 0 {
            return;
        }
        match self {
            Self::Hangs => std::future::pending().await,
            Self::Panics => panic!("planted"),
        }
    }
}

/// A provider that fails once.
#[derive(Debug)]
struct FailingVault(Failing, AtomicUsize);

impl CredentialsProvider for FailingVault {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
        Box::pin(async {
            self.0.fail_once(&self.1).await;
            Ok(Credentials::new("scripted-key", "scripted-hush-secret"))
        })
    }
}

/// A cache that fails once.
#[derive(Debug)]
struct FailingCache(Failing, AtomicUsize);

impl TokenCache for FailingCache {
    fn get<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, BoxError>> {
        Box::pin(async {
            self.0.fail_once(&self.1).await;
            Ok(None)
        })
    }

    fn put<'a>(&'a self, _: &'a str, _: AccessToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Advances time until a call has ended.
async fn passing<T>(clock: &PausedClock, call: impl Future<Output = T>) -> T {
    let mut call = std::pin::pin!(call);
    loop {
        // The call itself takes precedence.
        for _ in 0..100 {
            if let Some(result) = call.as_mut().now_or_never() {
                return result;
            }
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(1));
    }
}

#[tokio::test]
async fn a_provider_or_cache_that_does_not_respond_is_named_and_used_again() {
    for failing in [Failing::Hangs, Failing::Panics] {
        for is_vault in [true, false] {
            let server = TokenServer::start(&[(200, TOKEN)]).await;
            let clock = PausedClock::new();
            let builder = server.builder().clock(&clock);
            let (builder, name) = match is_vault {
                true => {
                    let vault = FailingVault(failing, AtomicUsize::new(0));
                    (
                        builder.credentials_provider(vault),
                        "the credentials provider",
                    )
                }
                false => {
                    let cache = FailingCache(failing, AtomicUsize::new(0));
                    (builder.token_cache(cache), "the token cache")
                }
            };
            let client = builder.build().unwrap();
            let calls = join_all((0..20).map(|_| scripted::read(&client)));
            for result in passing(&clock, calls).await {
                let error = result.unwrap_err();
                assert!(error.to_string().contains(name), "{error}");
                let operation = error.operation().unwrap().id;
                assert_eq!((operation, error.attempts()), ("list_regions", 0));
                let is_timeout = failing == Failing::Hangs;
                assert_eq!(error.is_timeout(), is_timeout, "{error}");
            }
            let limit = Duration::from_secs(if failing == Failing::Hangs { 30 } else { 0 });
            assert_eq!(clock.elapsed(), limit);
            scripted::read(&client).await.unwrap();
            assert_eq!(server.token_requests(), 1);
        }
    }
}

#[tokio::test]
async fn the_time_limit_for_tokens_can_be_set() {
    let server = TokenServer::start(&[]).await;
    let clock = PausedClock::new();
    let vault = FailingVault(Failing::Hangs, AtomicUsize::new(0));
    let builder = server.builder().clock(&clock).credentials_provider(vault);
    let client = builder
        .token_timeout(Duration::from_secs(7))
        .build()
        .unwrap();
    let error = passing(&clock, scripted::read(&client)).await.unwrap_err();
    assert!(
        error.to_string().contains("no access token within 7 s"),
        "{error}"
    );
    assert_eq!(clock.elapsed(), Duration::from_secs(7));
}

#[tokio::test]
async fn a_dropped_call_does_not_cancel_the_token_request() {
    let server = TokenServer::start(&[(200, TOKEN)]).await;
    let client = server.client();
    let mut first = Box::pin(scripted::read(&client));
    assert!(futures_util::poll!(&mut first).is_pending());
    drop(first);
    scripted::read(&client).await.unwrap();
    assert_eq!(server.token_requests(), 1);
}

fn single_thread_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn a_token_request_on_a_stopped_runtime_times_out() {
    let (resting, busy) = (single_thread_runtime(), single_thread_runtime());
    let server = busy.block_on(TokenServer::start(&[(200, TOKEN)]));
    let clock = PausedClock::new();
    let vault = FailingVault(Failing::Hangs, AtomicUsize::new(0));
    let builder = server.builder().clock(&clock).credentials_provider(vault);
    let client = builder.build().unwrap();
    // The call starts the token request, and its runtime stops.
    resting.block_on(async {
        let mut call = Box::pin(scripted::read(&client));
        assert!(futures_util::poll!(&mut call).is_pending());
    });
    busy.block_on(async {
        let error = passing(&clock, scripted::read(&client)).await.unwrap_err();
        assert!(error.is_timeout(), "{error}");
        passing(&clock, scripted::read(&client)).await.unwrap_err();
        scripted::read(&client).await.unwrap();
    });
}

#[test]
fn the_wait_for_a_lock_leaves_time_for_a_token_request() {
    let (resting, busy) = (single_thread_runtime(), single_thread_runtime());
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    // The first token request gets no response.
    let service = service_fn(move |request| {
        let is_token = request.uri().path() == "/auth/v2/token";
        let is_lost = is_token && count.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            if is_lost {
                std::future::pending::<()>().await;
            }
            Ok(http::Response::new(if is_token { TOKEN } else { "{}" }))
        }
    });
    let clock = PausedClock::new();
    let client = Client::builder()
        .credentials(Credentials::new("key", "hush"))
        .http_service(service)
        .clock(&clock)
        .build()
        .unwrap();
    // The task that requests a token holds the lock of the cache when its runtime stops.
    resting.block_on(async {
        let mut call = Box::pin(scripted::read(&client));
        while requests.load(Ordering::Relaxed) == 0 {
            assert!(futures_util::poll!(&mut call).is_pending());
            tokio::task::yield_now().await;
        }
    });
    busy.block_on(async {
        let error = passing(&clock, scripted::read(&client)).await.unwrap_err();
        assert!(error.to_string().contains("the token endpoint"), "{error}");
        passing(&clock, scripted::read(&client)).await.unwrap();
    });
}

/// A cache with tokens that the service has revoked, each for one call.
#[derive(Debug)]
struct RevokedTokens(Mutex<Vec<&'static str>>);

impl TokenCache for RevokedTokens {
    fn get<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, BoxError>> {
        let token = self.0.lock().unwrap().pop();
        let expires_at = SystemTime::now() + Duration::from_secs(3600);
        let token = token.map(|token| AccessToken::new(token, expires_at));
        Box::pin(std::future::ready(Ok(token)))
    }

    fn put<'a>(&'a self, _: &'a str, _: AccessToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

#[tokio::test]
async fn revoked_tokens_in_a_cache_do_not_fail_a_call() {
    let server = Scripted::by(|request| match request.contains("revoked") {
        true => ScriptedResponse::json(401, "{}"),
        false => ScriptedResponse::json(200, "{}"),
    })
    .await;
    let cache = RevokedTokens(Mutex::new(vec!["revoked-2", "revoked-1"]));
    let client = server.builder().token_cache(cache).build().unwrap();
    scripted::read(&client).await.unwrap();
    assert_eq!((server.calls().len(), token_requests(&server)), (3, 1));
    scripted::read(&client).await.unwrap();
    assert_eq!(token_requests(&server), 1);
}

#[tokio::test]
async fn an_upload_that_always_responds_with_401_costs_one_token() {
    let (server, client, _) = rejecting(401, "{}", "/objects").await;
    for _ in 0..10 {
        client.deployments().list_sites().send_raw().await.unwrap();
        let file = Upload::reader("objects.csv", std::io::Cursor::new(b"name"));
        let policies = client.policies();
        let error = policies.upload_network_objects(file).await.unwrap_err();
        assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    }
    assert_eq!(token_requests(&server), 2, "one, and one instead of it");
}

#[tokio::test]
async fn an_explicit_token_request_names_its_operation() {
    let vault = FailingVault(Failing::Hangs, AtomicUsize::new(0));
    let server = TokenServer::start(&[]).await;
    let clock = PausedClock::new();
    let builder = server.builder().clock(&clock).credentials_provider(vault);
    let client = builder.build().unwrap();
    let body = CreateTokenBody::new("client_credentials");
    let auth = client.auth();
    let request = auth.create_token(&body).send();
    let error = passing(&clock, request).await.unwrap_err();
    assert_eq!(error.operation().unwrap().id, "create_token");
    assert!(
        error.to_string().contains("the credentials provider"),
        "{error}"
    );
}

/// A service with a valid token that responds with `status` to one operation, and with success to the others.
async fn rejecting(
    status: u16,
    body: &'static str,
    path: &'static str,
) -> (Scripted, Client, PausedClock) {
    let server = Scripted::by(move |request| match request.contains(path) {
        true => ScriptedResponse::json(status, body),
        false => ScriptedResponse::json(200, "{}"),
    })
    .await;
    let clock = paused_clock(&server);
    let client = server.builder().clock(&clock).build().unwrap();
    (server, client, clock)
}

fn token_requests(server: &Scripted) -> usize {
    server.requests().len() - server.calls().len()
}

#[tokio::test]
async fn an_operation_that_always_responds_with_401_costs_one_token() {
    let expired = r#"{"error": "invalid_request"}"#;
    for (status, body) in [(401, "{}"), (400, expired)] {
        for is_proven in [true, false] {
            let (server, client, clock) = rejecting(status, body, "/regions").await;
            for _ in 0..20 {
                if is_proven {
                    client.deployments().list_sites().send_raw().await.unwrap();
                }
                let error = scripted::read(&client).await.unwrap_err();
                assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
                clock.advance(Duration::from_secs(100));
            }
            assert_eq!(token_requests(&server), 2, "one, and one instead of it");
        }
    }
}

#[tokio::test]
async fn many_operations_that_respond_with_401_do_not_each_cost_a_token() {
    let server = Scripted::responding([], ScriptedResponse::json(401, "{}")).await;
    let client = server.client();
    let deployments = client.deployments();
    scripted::read(&client).await.unwrap_err();
    deployments.list_sites().send().await.unwrap_err();
    deployments.list_networks().send().await.unwrap_err();
    client
        .policies()
        .list_access_rules()
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        token_requests(&server),
        2,
        "no call has succeeded with the second"
    );
}

#[tokio::test]
async fn a_token_that_is_revoked_is_replaced_each_time() {
    let simulator = Simulator::builder().start().await.unwrap();
    let client = simulator.client().unwrap();
    for count in 1..5 {
        scripted::read(&client).await.unwrap();
        assert_eq!(simulator.token_requests(), count);
        simulator.expire_tokens();
    }
}

#[tokio::test]
async fn only_rejected_credentials_are_cached_for_a_minute() {
    let page = "<html><body>Access denied by the proxy</body></html>";
    let rejections = [
        (401, r#"{"message": "Unauthorized"}"#),
        (401, ""),
        (400, r#"{"error": "invalid_client"}"#),
        (403, r#"{"error": "unauthorized_client"}"#),
    ];
    let others = [
        (400, r#"{"error": "invalid_request"}"#),
        (400, "{}"),
        (403, page),
        (401, page),
        (403, r#"{"message": "Forbidden"}"#),
        (500, "{}"),
    ];
    for (index, response) in rejections.into_iter().chain(others).enumerate() {
        let is_rejection = index < rejections.len();
        let server = TokenServer::start(&[response, response, (200, TOKEN)]).await;
        let (client, clock) = server.with_clock();
        for _ in 0..2 {
            let error = scripted::read(&client).await.unwrap_err();
            let is_authentication = error.kind() == ErrorKind::Authentication;
            assert_eq!(is_authentication, is_rejection, "{response:?}: {error}");
            assert_eq!(
                error.status().map(|status| status.as_u16()),
                Some(response.0)
            );
        }
        let requests = if is_rejection { 1 } else { 2 };
        assert_eq!(server.token_requests(), requests, "{response:?}");
        clock.advance(Duration::from_secs(60));
        let _ = scripted::read(&client).await;
        assert_eq!(server.token_requests(), requests + 1, "{response:?}");
    }
}

#[tokio::test]
async fn a_memory_cache_is_bounded() {
    let cache = MemoryTokenCache::new();
    let expiry = |number: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(number);
    for number in 0..5000 {
        let key = number.to_string();
        let token = AccessToken::new("hush", expiry(number));
        cache.put(&key, token).await.unwrap();
        drop(cache.lock(&key).await.unwrap());
    }
    let mut kept = Vec::new();
    for number in 0..5000 {
        if cache.get(&number.to_string()).await.unwrap().is_some() {
            kept.push(number);
        }
    }
    assert_eq!(
        kept,
        (4000..5000).collect::<Vec<_>>(),
        "those that expire last"
    );
}

/// A server with a sequence of responses to token requests, and an empty object for every other request.
struct TokenServer {
    address: std::net::SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    server: tokio::task::JoinHandle<()>,
}

impl TokenServer {
    async fn start(responses: &[(u16, &str)]) -> Self {
        let responses: Vec<_> = responses
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
                    responses[heads.len() - 1].clone()
                } else {
                    (200, "{}".to_owned())
                };
                let response = format!(
                    "HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(response.as_bytes()).await.unwrap();
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

    fn with_clock(&self) -> (Client, PausedClock) {
        let clock = PausedClock::new();
        let client = self.builder().clock(&clock).build().unwrap();
        (client, clock)
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder()
            .cloud(format!("http://{}", self.address).parse().unwrap())
            .credentials(Credentials::new("scripted-key", "scripted-hush-secret"))
            .retry(RetryPolicy::none())
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

#[tokio::test]
async fn the_token_of_a_client_is_for_other_programs_too() {
    let simulator = Simulator::builder().start().await.unwrap();
    let client = simulator.client().unwrap();
    let token = client.access_token().await.unwrap();
    client.deployments().list_regions().send().await.unwrap();
    assert_eq!(simulator.token_requests(), 1, "calls use the same token");
    assert!(token.expires_at() > SystemTime::now());
    assert!(!format!("{token:?}").contains(token.expose_secret()));

    let rejected = simulator
        .client_builder()
        .credentials(Credentials::new("no", "hush"));
    let error = rejected.build().unwrap().access_token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
}
