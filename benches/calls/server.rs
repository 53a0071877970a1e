//! The server of the measurements: it serves a token, a site, the destinations of a list, and DNS activity.

use std::collections::HashMap;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{LocalSet, spawn_blocking, spawn_local};

use crate::rows::{Kind, Rows};

/// The number of destinations.
pub(crate) const DESTINATIONS: usize = 250_000;

/// Serves on a free port, and prints the base URL. The delay is that of a response with rows.
pub(crate) async fn serve(delay: Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let service = Rc::new(Service {
        delay,
        destinations: Kind::Destinations.rows(),
        events: Kind::Dns.rows(),
    });
    let accept = async {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            spawn_local(connection(stream, Rc::clone(&service)));
        }
    };
    LocalSet::new().run_until(accept).await;
}

/// Serves the calls of a connection, which are sequential and have small heads.
async fn connection(mut stream: TcpStream, service: Rc<Service>) -> Option<()> {
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
        let arrival = Instant::now();
        let text = String::from_utf8(bytes.drain(..head).collect()).ok()?;
        let target = text.split(' ').nth(1)?;
        if target.starts_with("/auth/") {
            // The body of the token request, which is the last data.
            bytes.clear();
        }
        let body = service.body(target);
        if target.contains('?') && !service.delay.is_zero() {
            // The timer of the runtime would add up to two milliseconds.
            let rest = service.delay.saturating_sub(arrival.elapsed());
            spawn_blocking(move || thread::sleep(rest)).await.ok()?;
        }
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(body.as_bytes()).await.ok()?;
    }
}

struct Service {
    delay: Duration,
    destinations: Rows,
    events: Rows,
}

impl Service {
    /// Returns the body of a response.
    fn body(&self, target: &str) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        let query = query.filter_map(|(name, value)| Some((name, value.parse().ok()?)));
        let query: HashMap<&str, i64> = query.collect();
        match path {
            "/auth/v2/token" => {
                let token = "t".repeat(2000);
                json!({"token_type": "bearer", "access_token": token, "expires_in": 3600})
                    .to_string()
            }
            "/reports/v2/activity/dns" => self.events(&query),
            _ if path.ends_with("/destinations") => self.destinations(&query),
            _ => site().to_string(),
        }
    }

    /// Returns one page of the destinations of a list.
    fn destinations(&self, query: &HashMap<&str, i64>) -> String {
        let number = |name, default| usize::try_from(*query.get(name).unwrap_or(&default)).unwrap();
        let (page, limit) = (number("page", 1), number("limit", 100));
        let first = (page - 1) * limit;
        let rows = (first..DESTINATIONS.min(first + limit)).map(|row| (row, 0));
        let mut body = format!(
            r#"{{"status":{{"code":200,"text":"OK"}},"meta":{{"page":{page},"limit":{limit},"total":{DESTINATIONS}}},"data":["#
        );
        self.destinations.write(rows, &mut body);
        body.push_str("]}");
        body
    }

    /// Returns the newest events of a time range; there is one in each millisecond.
    fn events(&self, query: &HashMap<&str, i64>) -> String {
        let (from, to, limit) = (query["from"], query["to"], query["limit"]);
        let times = (from + 1..to).rev().take(usize::try_from(limit).unwrap());
        let number = |time: i64| usize::try_from(time).unwrap();
        let mut body = String::from(r#"{"meta":{},"data":["#);
        self.events
            .write(times.map(|time| (number(time), time)), &mut body);
        body.push_str("]}");
        body
    }
}

/// A site.
pub(crate) fn site() -> Value {
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
