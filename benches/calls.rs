//! Measures the cost of the runtime, compared with a handwritten program on reqwest and serde.
//!
//! One program has several roles, so that client and server are separate processes; `benches/calls.sh` runs them and prints the tables.
//!
//! ```text
//! calls server MILLISECONDS              serves on a free port, with a delay before each response; prints the base URL
//! calls sdk|bare URL CALLS               requests one site this number of times, sequentially
//! calls list URL PREFETCH                lists 250,000 destinations, with this number of concurrent requests
//! calls decode                           decodes pages of DNS activity with the types of the crate and with handwritten types, and prints the speed
//! calls decode-sdk|decode-bare PAGES     decodes this number of pages with one of them
//! ```

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints its results, and a panic ends it"
)]

use std::env;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cisco_secure_access::{Client, Cloud, Credentials, service_fn};
use futures_util::TryStreamExt as _;
use http::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// The number of destinations.
const DESTINATIONS: usize = 250_000;

/// The number of rows on a page of DNS activity.
const ROWS: usize = 1000;

fn main() {
    // Cargo adds `--bench`.
    let arguments: Vec<_> = env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    match arguments[..] {
        ["server", delay] => runtime.block_on(serve(Duration::from_millis(delay.parse().unwrap()))),
        ["sdk", url, calls] => timed(|| runtime.block_on(sdk(url, calls.parse().unwrap()))),
        ["bare", url, calls] => timed(|| runtime.block_on(bare(url, calls.parse().unwrap()))),
        ["list", url, prefetch] => {
            timed(|| runtime.block_on(list(url, prefetch.parse().unwrap())));
            println!("{}", peak_memory());
        }
        ["decode"] => decode_times(&runtime),
        ["decode-sdk", pages] => {
            let decoder = Decoder::new(&runtime);
            (0..pages.parse().unwrap()).for_each(|_| assert_eq!(decoder.by_crate(), ROWS));
        }
        ["decode-bare", pages] => {
            let decoder = Decoder::new(&runtime);
            (0..pages.parse().unwrap()).for_each(|_| assert_eq!(decoder.by_hand(), ROWS));
        }
        _ => println!("see benches/calls.sh"),
    }
}

/// Prints the duration of a task, in seconds.
fn timed(work: impl FnOnce()) {
    let start = Instant::now();
    work();
    println!("{:.3}", start.elapsed().as_secs_f64());
}

/// The peak memory of the process, in MiB.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    kilobytes.map_or_else(
        || "-".to_owned(),
        |kilobytes: u64| format!("{}", kilobytes / 1024),
    )
}

// The server.

async fn serve(delay: Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(connection(stream, delay));
    }
}

/// Serves the calls of a connection, which are sequential and have small heads.
async fn connection(mut stream: TcpStream, delay: Duration) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            let mut buffer = [0; 4096];
            let count = stream
                .read(&mut buffer)
                .await
                .ok()
                .filter(|count| *count > 0)?;
            bytes.extend_from_slice(&buffer[..count]);
        };
        let text = String::from_utf8(bytes.drain(..head).collect()).ok()?;
        let target = text.split(' ').nth(1)?;
        let body = if target.starts_with("/auth/") {
            // The body of the token request, which is the last data.
            bytes.clear();
            json!({"token_type": "bearer", "access_token": "t".repeat(2000), "expires_in": 3600})
        } else if target.contains("/destinations") {
            tokio::time::sleep(delay).await;
            destinations(target)
        } else {
            site()
        };
        let body = body.to_string();
        let response = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(response.as_bytes()).await.ok()?;
    }
}

fn site() -> Value {
    json!({
        "originId": 394_051_321,
        "isDefault": false,
        "name": "Harbour",
        "modifiedAt": "2026-03-28T18:17:36.000Z",
        "createdAt": "2026-03-28T18:17:36.000Z",
        "type": "site",
        "internalNetworkCount": 2,
        "vaCount": 4,
        "siteId": 1479,
    })
}

/// One page of the destinations of a list.
fn destinations(target: &str) -> Value {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let number = |name: &str, default: usize| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(known, _)| known == name)
            .map_or(default, |(_, value)| value.parse().unwrap())
    };
    let (page, limit) = (number("page", 1), number("limit", 100));
    let first = (page - 1) * limit;
    let rows: Vec<_> = (first..DESTINATIONS.min(first + limit))
        .map(|id| {
            json!({
                "id": id.to_string(),
                "destination": format!("host-{id}.example.com"),
                "type": "domain",
                "comment": null,
                "createdAt": "2026-04-12 11:39:57",
            })
        })
        .collect();
    let meta = json!({"page": page, "limit": limit, "total": DESTINATIONS});
    json!({"status": {"code": 200, "text": "OK"}, "meta": meta, "data": rows})
}

// Calls.

fn client(url: &str) -> Client {
    Client::builder()
        .cloud(url.parse::<Cloud>().unwrap())
        .credentials(Credentials::new("key", "secret"))
        .build()
        .unwrap()
}

async fn sdk(url: &str, calls: usize) {
    let client = client(url);
    for _ in 0..calls {
        let site = client.deployments().get_site(1479).send().await.unwrap();
        assert_eq!(site.name.as_deref(), Some("Harbour"));
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "the field is only decoded")]
struct Site {
    origin_id: Option<i64>,
    is_default: Option<bool>,
    name: Option<String>,
    modified_at: Option<chrono::DateTime<chrono::Utc>>,
    created_at: Option<chrono::DateTime<chrono::Utc>>,
    #[serde(rename = "type")]
    kind: Option<String>,
    internal_network_count: Option<i64>,
    va_count: Option<i64>,
    site_id: Option<i64>,
}

/// The minimum of a careful program: one token, no redirects, a time limit, a check of the status, a decoded response.
async fn bare(url: &str, calls: usize) {
    #[derive(Deserialize)]
    struct Token {
        access_token: String,
    }
    let http = reqwest::Client::builder()
        .user_agent("bare/1")
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    let token = http
        .post(format!("{url}/auth/v2/token"))
        .basic_auth("key", Some("secret"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials")
        .send()
        .await
        .unwrap();
    let token: Token = serde_json::from_slice(&token.bytes().await.unwrap()).unwrap();
    for _ in 0..calls {
        let response = http
            .get(format!("{url}/deployments/v2/sites/{}", 1479))
            .bearer_auth(&token.access_token)
            .header("accept", "application/json")
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
        let site: Site = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(site.name.as_deref(), Some("Harbour"));
    }
}

async fn list(url: &str, prefetch: usize) {
    let client = client(url);
    let mut items = client
        .policies()
        .list_destinations(7)
        .items()
        .prefetch(prefetch);
    let mut count = 0;
    while let Some(item) = items.try_next().await.unwrap() {
        assert!(item.id.is_some());
        count += 1;
    }
    assert_eq!(count, DESTINATIONS);
}

// Decoding.

#[derive(Deserialize)]
#[allow(dead_code, reason = "the field is only decoded")]
struct Page {
    data: Vec<Row>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "the field is only decoded")]
struct Row {
    allapplications: Vec<Application>,
    allowedapplications: Vec<Application>,
    blockedapplications: Vec<Application>,
    categories: Vec<Category>,
    date: Option<String>,
    domain: Option<String>,
    externalip: Option<String>,
    identities: Vec<Identity>,
    internalip: Option<String>,
    policycategories: Vec<Category>,
    querytype: Option<String>,
    returncode: Option<i64>,
    threats: Vec<Threat>,
    time: Option<String>,
    timestamp: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    verdict: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "the field is only decoded")]
struct Application {
    id: Option<i64>,
    label: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    category: Option<Category>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "the field is only decoded")]
struct Category {
    id: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    label: Option<String>,
    integration: Option<bool>,
    deprecated: Option<bool>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "the field is only decoded")]
struct Identity {
    id: Option<i64>,
    label: Option<String>,
    #[serde(rename = "type")]
    kind: Option<IdentityType>,
    deleted: Option<bool>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "the field is only decoded")]
struct IdentityType {
    id: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    label: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "the field is only decoded")]
struct Threat {
    label: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// A page of a thousand rows.
fn activity() -> Vec<u8> {
    let category = |id: usize| json!({"id": id, "type": "content", "label": format!("Category {id}"), "integration": false, "deprecated": false});
    let rows: Vec<_> = (0..ROWS)
        .map(|row| {
            json!({
                "type": "dns",
                "externalip": "198.51.100.7",
                "internalip": format!("10.0.{}.{}", row / 250, row % 250),
                "categories": [category(row % 90), category(7)],
                "policycategories": [category(7)],
                "verdict": "allowed",
                "domain": format!("host-{row}.example.com"),
                "timestamp": 1_767_225_600_000_i64 + row as i64,
                "time": "08:49:37",
                "date": "2026-01-01",
                "querytype": "A",
                "returncode": 0,
                "identities": [{
                    "id": 300_000 + row,
                    "label": format!("laptop-{row}"),
                    "type": {"id": 9, "type": "anyconnect", "label": "Roaming computers"},
                    "deleted": false,
                }],
                "threats": [{"label": "Wannacry", "type": "Ransomware"}],
                "allapplications": [{"id": 12, "label": "Harbour", "type": "IT", "category": category(3)}],
                "allowedapplications": [],
                "blockedapplications": [],
            })
        })
        .collect();
    json!({"meta": {}, "data": rows}).to_string().into_bytes()
}

/// A page of DNS activity, and two ways to decode it.
struct Decoder<'a> {
    runtime: &'a Runtime,
    page: Bytes,
    client: Client,
}

impl<'a> Decoder<'a> {
    fn new(runtime: &'a Runtime) -> Self {
        let page = Bytes::from(activity());
        let response = page.clone();
        let one_page = service_fn(move |request| {
            let is_token = request.uri().path() == "/auth/v2/token";
            let token = Bytes::from(r#"{"access_token": "t", "expires_in": 3600}"#);
            let body = if is_token { token } else { response.clone() };
            std::future::ready(Ok(Response::new(body)))
        });
        let client = Client::builder()
            .credentials(Credentials::new("key", "secret"))
            .http_service(one_page)
            .build()
            .unwrap();
        Self {
            runtime,
            page,
            client,
        }
    }

    fn by_hand(&self) -> usize {
        let page: Page = serde_json::from_slice(&self.page).unwrap();
        page.data.len()
    }

    /// The complete call, because the decoding is not available separately.
    fn by_crate(&self) -> usize {
        let request = self.client.reports();
        let request = request
            .list_dns_activity()
            .from("-1days")
            .to("now")
            .limit(1000);
        self.runtime.block_on(request.send()).unwrap().data.len()
    }
}

fn decode_times(runtime: &Runtime) {
    let decoder = Decoder::new(runtime);
    let bytes = decoder.page.len();
    let rate = |work: &dyn Fn() -> usize| {
        let mut best = Duration::MAX;
        for _ in 0..200 {
            let start = Instant::now();
            assert_eq!(work(), ROWS);
            best = best.min(start.elapsed());
        }
        bytes as f64 / best.as_secs_f64() / 1e6
    };
    let (by_hand, by_crate) = (|| decoder.by_hand(), || decoder.by_crate());
    // Alternating, so that the load of the machine affects both.
    let (hand, ours) = (rate(&by_hand), rate(&by_crate));
    let (hand, ours) = (hand.max(rate(&by_hand)), ours.max(rate(&by_crate)));
    println!("| {ROWS} rows, {} kB | MB/s |", bytes / 1000);
    println!("| --- | ---: |");
    println!("| types by hand | {hand:.0} |");
    println!("| this crate | {ours:.0} |");
    println!("| ratio | {:.2} |", ours / hand);
}
