//! Checks that logs, spans, errors and `Debug` output contain no secrets.
//!
//! All secrets and tokens of these tests contain the word `hush`. From the first server of a test on, everything that any crate logs at any
//! level is searched for that word, plain and in Base64. A match aborts the complete run.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once};
use std::time::SystemTime;

use cisco_secure_access::api::deployments::types::CreateNetworkTunnelGroupRequest;
use cisco_secure_access::api::reports::types::Activity;
use cisco_secure_access::auth::{AccessToken, FileTokenCache};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{
    Client, Cloud, ContinuationToken, Credentials, Error, Method, RetryPolicy, Upload,
};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::clock::paused_clock;
use crate::scripted::{Scripted, ScriptedResponse, TOKEN, create, read};

/// The word, plain and in Base64 after one and two other bytes.
const HUSH: [&str; 4] = ["hush", "aHVza", "h1c2", "odXNo"];

fn is_secret(text: &str) -> bool {
    HUSH.iter().any(|word| text.contains(word))
}

/// Searches log output.
#[derive(Clone, Copy)]
struct Watch;

impl Write for Watch {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        if is_secret(&text) {
            let mut out = io::stderr().lock();
            let _ = writeln!(out, "a secret is logged: {text}");
            std::process::exit(1);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Searches all log output from now on.
pub(crate) fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| Watch)
            .init();
    });
}

/// Collects log output.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Collects the log output of this thread from now on.
pub(crate) fn log() -> (Log, tracing::subscriber::DefaultGuard) {
    // The search must be installed first: a callsite without a subscriber stays disabled.
    watch();
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}

#[test]
fn the_search_finds_a_secret_in_every_field() {
    for before in ["", "k", "ke", "key:"] {
        let pair = format!("{before}hush-secret");
        assert!(is_secret(&pair));
        // A request like that of curl.
        let encoded = base64(pair.as_bytes());
        assert!(is_secret(&encoded), "{encoded}");
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut number = 0_u32;
        for index in 0..3 {
            number = (number << 8) | u32::from(chunk.get(index).copied().unwrap_or_default());
        }
        for shift in [18, 12, 6, 0] {
            text.push(char::from(DIGITS[(number >> shift) as usize & 63]));
        }
    }
    text
}

#[tokio::test]
async fn a_call_is_a_span_with_the_names_of_opentelemetry() {
    let (log, _guard) = log();
    let server = Scripted::responding(
        [ScriptedResponse::json(503, "{}")],
        ScriptedResponse::json(200, "{}"),
    )
    .await;
    let policy = RetryPolicy::new().initial_backoff(std::time::Duration::ZERO);
    let client = server.builder().retry(policy).build().unwrap();
    let request = client.deployments().get_network_tunnel_group(4711);
    request.query("name", "Harbour").send().await.unwrap();
    let text = log.text();
    let closed = text
        .lines()
        .find(|line| line.contains("close") && line.contains("get_network_tunnel_group"))
        .unwrap_or_else(|| panic!("no span in {text}"));
    for field in [
        r#"otel.name=GET /deployments/v2/networktunnelgroups/{id}"#,
        r#"otel.kind="client""#,
        r#"http.request.method="GET""#,
        r#"url.template="/deployments/v2/networktunnelgroups/{id}""#,
        r#"server.address="127.0.0.1""#,
        "http.response.status_code=200",
        "http.request.resend_count=1",
    ] {
        assert!(closed.contains(field), "{field} is not in {closed}");
    }
    assert!(text.contains("retry in 0.0 s"), "{text}");
    for line in text
        .lines()
        .filter(|line| line.contains("cisco_secure_access"))
    {
        assert!(
            !line.contains("Harbour") && !line.contains("4711"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn the_span_names_the_failure() {
    let (log, _guard) = log();
    let server =
        Scripted::responding([], ScriptedResponse::json(404, r#"{"message": "no"}"#)).await;
    read(&server.client()).await.unwrap_err();
    let text = log.text();
    assert!(text.contains(r#"error.type="404""#), "{text}");
    assert!(text.contains(r#"otel.status_code="ERROR""#), "{text}");
}

#[tokio::test]
async fn events_contain_no_message_of_the_service() {
    let (log, _guard) = log();
    let words = ["harbourmaster", "lighthouse"];
    let body = r#"{"message": "harbourmaster", "code": "lighthouse"}"#;
    for status in [400, 404, 409, 429, 503] {
        let server = Scripted::responding([], ScriptedResponse::json(status, body)).await;
        let clock = paused_clock(&server);
        let client = server.builder().clock(&clock).build().unwrap();
        let error = read(&client).await.unwrap_err();
        assert!(error.to_string().contains("harbourmaster"), "{error}");
    }
    let own = log.text();
    let own = own
        .lines()
        .filter(|line| line.contains("cisco_secure_access"));
    for line in own {
        assert!(!words.iter().any(|word| line.contains(word)), "{line}");
    }
    assert!(log.text().contains("retry in"));
}

#[tokio::test]
async fn control_characters_of_the_service_are_escaped() {
    let message = "no\u{1b}[31m\nsuch\r\u{7}rule\u{9b}2J\u{2028}\u{202e}elur";
    let body = serde_json::json!({ "message": message }).to_string();
    let server = Scripted::responding([], ScriptedResponse::json(404, &body)).await;
    let error = read(&server.client()).await.unwrap_err();
    assert_eq!(error.service_message(), Some(message));
    for text in [error.to_string(), format!("{error:?}")] {
        let is_control = |c: char| c.is_control() || "\u{202e}\u{2028}".contains(c);
        assert!(!text.chars().any(is_control), "{text:?}");
    }
    assert!(error.to_string().contains(r"no\u{1b}[31m\nsuch"), "{error}");
}

#[tokio::test]
async fn debug_of_a_request_shows_sizes_and_no_values() {
    let server = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    let client = server.client();
    let secret = "harbourmaster";
    let request = client
        .request(Method::POST, &format!("/deployments/v2/{secret}"))
        .header("x-key", secret)
        .query("filter", secret)
        .json(&serde_json::json!({ "name": secret }));
    let group = CreateNetworkTunnelGroupRequest::builder()
        .auth_id_prefix(secret)
        .name(secret)
        .passphrase(secret)
        .region(secret)
        .build();
    let group = client.deployments().create_network_tunnel_group(&group);
    let file = Upload::bytes("objects.csv", secret);
    let upload = client.policies().upload_network_objects(file);
    let texts = [
        format!("{request:?} {request:#?}"),
        format!("{group:?} {group:#?} {:?}", group.clone().send()),
        format!("{upload:?}"),
    ];
    for text in &texts {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(texts[0].contains("JSON, 24 bytes"), "{}", texts[0]);
    assert!(
        texts[1].contains("create_network_tunnel_group"),
        "{}",
        texts[1]
    );
}

#[test]
fn debug_of_a_listing_shows_no_cursor() {
    let saved = r#"{"operation": "request", "position": "filter=harbourmaster"}"#;
    let continuation: ContinuationToken = serde_json::from_str(saved).unwrap();
    let shown = format!("{continuation:?}");
    assert!(!shown.contains("harbourmaster"), "{shown}");
    assert!(shown.contains("20 bytes"), "{shown}");
}

#[test]
fn debug_of_an_undocumented_variant_shows_no_values() {
    let received = r#"{"type": "cloud", "keys": ["hush", {"token": "hush"}], "id": 7}"#;
    let event: Activity = serde_json::from_str(received).unwrap();
    assert!(matches!(event, Activity::Unknown(_)));
    assert_eq!(format!("{event:?}"), r#"Unknown({"id", "keys", "type"})"#);
    let events: Activity = serde_json::from_str(&format!("[{received}, \"hush\", 7]")).unwrap();
    assert_eq!(
        format!("{events:?}"),
        r#"Unknown([{"id", "keys", "type"}, a string, a number])"#
    );
}

/// All output of an error.
fn shown(error: &Error) -> String {
    let body = String::from_utf8_lossy(error.body());
    format!("{error} {error:?} {error:#?} {:?} {body}", error.headers())
}

/// A token that is truncated, of a wrong type, or nested in another value.
const DAMAGED: [&str; 5] = [
    r#"{"token_type": "bearer", "access_token": "scripted-hush-tok"#,
    r#"{"access_token": ["scripted-hush-token"]}"#,
    r#"["scripted-hush-token"]"#,
    r#""scripted-hush-token""#,
    r#"{"access_token": {"value": "scripted-hush-token"}}"#,
];

#[tokio::test]
async fn no_error_and_no_debug_shows_a_secret() {
    watch();
    let mut texts = Vec::new();
    for damaged in DAMAGED {
        let server = Scripted::with([ScriptedResponse::json(200, damaged)]).await;
        let error = read(&server.client()).await.unwrap_err();
        texts.push(shown(&error));
    }
    for response in [
        ScriptedResponse::json(401, r#"{"message": "Unauthorized"}"#),
        ScriptedResponse::json(403, "{}"),
        ScriptedResponse::json(500, r#"{"error": "broken"}"#),
        ScriptedResponse::json(200, "<html>"),
        ScriptedResponse::Reset("HTTP/1.1 200 OK\r\n".to_owned()),
        ScriptedResponse::new(302, &[("location", "https://evil.example/")], ""),
    ] {
        let server = Scripted::responding([], response).await;
        texts.push(shown(&read(&server.client()).await.unwrap_err()));
        texts.push(shown(&create(&server.client()).await.unwrap_err()));
    }
    let simulator = Simulator::builder().start().await.unwrap();
    let client = Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials(Credentials::new("simulated-key", "a-wrong-hush"))
        .build()
        .unwrap();
    texts.push(shown(&read(&client).await.unwrap_err()));
    texts.push(format!("{client:?} {simulator:?}"));

    let client = simulator.client().unwrap();
    let request = client.deployments().list_network_tunnel_groups();
    texts.push(format!("{request:?} {:?}", request.clone().send()));
    texts.push(format!("{:?}", request.send().await.unwrap()));
    texts.push(format!("{:?} {:?}", client, simulator.requests()));
    texts.push(format!("{:?}", simulator.credentials()));
    let token = AccessToken::new("hush", SystemTime::UNIX_EPOCH);
    texts.push(format!("{token:?}"));

    let raw = server_token().await;
    texts.push(format!("{raw:?}"));
    for text in texts {
        assert!(!is_secret(&text), "{text}");
    }
}

/// The response to a token request, not decoded.
async fn server_token() -> cisco_secure_access::RawResponse {
    let server = Scripted::with([ScriptedResponse::json(200, TOKEN)]).await;
    let body = cisco_secure_access::api::auth::types::CreateTokenBody::new("client_credentials");
    let request = server.client().auth().create_token(&body);
    request.send_raw().await.unwrap()
}

#[tokio::test]
async fn a_failing_cache_is_logged_and_does_not_fail_the_call() {
    let (log, _guard) = log();
    let directory = std::env::temp_dir().join(format!("no-directory-{}", std::process::id()));
    let cache = FileTokenCache::new(&directory).unwrap();
    // From now on, the directory of the cache is a file.
    std::fs::remove_dir_all(&directory).unwrap();
    std::fs::write(&directory, "").unwrap();
    let server = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    let client = server.builder().token_cache(cache).build().unwrap();
    let done = read(&client).await;
    std::fs::remove_file(&directory).unwrap();
    done.unwrap();
    // A separate task on the same thread requests the token. Each operation of the cache has failed.
    let failures = log.text().matches("the token cache failed").count();
    assert_eq!(failures, 1, "{}", log.text());
}
