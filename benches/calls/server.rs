//! The server of the measurements: it serves a token, a site, and the destinations of a list.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The number of destinations.
pub(crate) const DESTINATIONS: usize = 250_000;

/// Serves on a free port, and prints the base URL.
pub(crate) async fn serve(delay: Duration) {
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
