//! Requests with arbitrary paths, and redirects to arbitrary locations, to check which hosts receive a token.
//!
//! The host of every request is checked by the string of its URL, independently of the code of the crate.

#![no_main]

use bytes::Bytes;
use cisco_secure_access::{Cloud, Error, Method};
use cisco_secure_access_fuzz::script::{Script, Seen, client, clock, run};
use cisco_secure_access_fuzz::secrets::assert_silent_error;
use http::Response;
use http::header::{HeaderValue, LOCATION};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

/// Parts of paths and URLs, and strings that resemble them.
const PIECES: &[&str] = &[
    "https://",
    "http://",
    "HTTPS://",
    "https:",
    "//",
    "/",
    "///",
    "\\",
    "/\\",
    "@",
    ":",
    ":443",
    ":8443",
    ":80",
    "?",
    "#",
    "%",
    "%2e",
    "%2E%2e",
    "%2f",
    "%5c",
    "%00",
    "%40",
    ".",
    "..",
    "/../",
    "/./",
    ";",
    "\t",
    "\n",
    "\r",
    " ",
    "\u{0}",
    "\u{a0}",
    "\u{ad}",
    "\u{3002}",
    "\u{ff0e}",
    "\u{ff0f}",
    "\u{2024}",
    "ⓒisco.com",
    "cіsco.com",
    "api.sse.cisco.com",
    "api.sse.cisco.com.",
    ".cisco.com",
    "cisco.com",
    "evilcisco.com",
    "umbrella.com",
    "x.umbrella.com",
    "api.ciscosecureaccess.cn",
    "ciscosecureaccess.cn",
    "evil.example",
    "proxy.example",
    "user",
    "user:secret",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "localhost",
    "xn--isco-9ra.com",
    "reports",
    "reports.eu",
    "v2",
    "activity",
    "deployments",
    "sites",
    "auth",
    "token",
    "a=b",
    "&",
    "javascript:",
    "data:",
    "file:///",
];

fuzz_target!(|data: &[u8]| {
    let _ = request(&mut Unstructured::new(data));
});

fn request(input: &mut Unstructured<'_>) -> Result<()> {
    const METHODS: [Method; 5] = [
        Method::GET,
        Method::PUT,
        Method::POST,
        Method::DELETE,
        Method::PATCH,
    ];
    let method = input.choose(&METHODS)?.clone();
    let (cloud, is_trusted) = cloud(input)?;
    let path = match input.int_in_range(0..=3)? {
        0 => "/reports/v2/activity".to_owned(),
        1 => "/auth/v2/token".to_owned(),
        _ => format!("/{}", text(input)?),
    };
    let responses = (0..input.int_in_range(0..=7)?)
        .map(|_| redirect(input))
        .collect::<Result<Vec<_>>>()?;

    let service = Script::new(responses);
    let base = cloud.base_url();
    let client = client(cloud, &service, &clock());
    let client = client.build().expect("the settings are good");
    let result = run(client.request(method, &path).send_raw());

    if let Err(error) = &result {
        assert_silent_error(error);
    }
    let seen = service.seen();
    for request in &seen {
        let url = request.uri.to_string();
        assert!(is_trusted(&url), "{url} got {}", request.authorization);
        if request.is_for_token() {
            let token = format!("{}/auth/v2/token", base.as_str().trim_end_matches('/'));
            assert_eq!(url, token, "the secret goes only to the token endpoint");
        }
    }
    check_path(&path, base.path(), &seen, &result.map(drop));
    Ok(())
}

/// Whether a URL may receive a token.
type IsTrusted = fn(&str) -> bool;

/// A cloud, and the check for the URLs that may receive its token.
fn cloud(input: &mut Unstructured<'_>) -> Result<(Cloud, IsTrusted)> {
    fn is_below(url: &str, domains: &[&str]) -> bool {
        let Some(rest) = url.strip_prefix("https://") else {
            return false;
        };
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
        // Any label is a subdomain of the domain.
        let is_name = |c: char| c.is_ascii_graphic() && !"@:%[]".contains(c);
        port.parse::<u16>().is_ok()
            && host.chars().all(is_name)
            && domains.iter().any(|domain| host.ends_with(domain))
    }
    fn cisco(url: &str) -> bool {
        is_below(url, &[".cisco.com", ".umbrella.com"])
    }
    fn china(url: &str) -> bool {
        is_below(url, &[".ciscosecureaccess.cn"])
    }
    fn proxy(url: &str) -> bool {
        url.starts_with("https://proxy.example/")
    }
    fn loopback(url: &str) -> bool {
        url.starts_with("http://[::1]:9/")
    }
    let custom = |url: &str| Cloud::Custom(url.parse().expect("a URL"));
    Ok(match input.int_in_range(0..=4)? {
        0 => (Cloud::Global, cisco as IsTrusted),
        1 => (Cloud::Government, cisco),
        2 => (Cloud::China, china),
        3 => (custom("https://proxy.example/sse"), proxy),
        _ => (custom("http://[::1]:9/"), loopback),
    })
}

fn text(input: &mut Unstructured<'_>) -> Result<String> {
    let mut text = String::new();
    for _ in 0..input.int_in_range(0..=10)? {
        match input.ratio(7, 8)? {
            true => text.push_str(input.choose(PIECES)?),
            false => text.push_str(input.arbitrary()?),
        }
    }
    Ok(text)
}

/// A redirect to an arbitrary location.
fn redirect(input: &mut Unstructured<'_>) -> Result<Option<Response<Bytes>>> {
    let status = *input.choose(&[301, 302, 307, 308, 200])?;
    let location = text(input)?;
    let body = json!({"data": {"redirect": location}}).to_string();
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
    if let Ok(value) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(LOCATION, value);
    }
    Ok(Some(response))
}

/// The first request goes to the requested path, segment by segment, or is not sent.
fn check_path(path: &str, prefix: &str, seen: &[Seen], result: &std::result::Result<(), Error>) {
    let is_call = |request: &&Seen| !request.is_for_token() || path == "/auth/v2/token";
    let Some(first) = seen.iter().find(is_call) else {
        assert!(result.is_err(), "{path}: a response without a request");
        return;
    };
    let expected = format!("{}{path}", prefix.trim_end_matches('/'));
    let segments = |path: &str| path.split('/').map(plain).collect::<Vec<_>>();
    assert_eq!(segments(first.uri.path()), segments(&expected));
    assert_eq!(first.uri.query(), None);
}

/// Decodes the percent-encoding of a segment.
fn plain(segment: &str) -> Vec<u8> {
    let mut rest = segment.as_bytes();
    let mut plain = Vec::new();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, escaped) {
            (b'%', Some(byte)) => {
                plain.push(byte);
                rest = &tail[2..];
            }
            _ => {
                plain.push(first);
                rest = tail;
            }
        }
    }
    plain
}
