//! Storage regions of reports: redirects to them, and the paths under which they are requested.

use bytes::Bytes;
use http::Request;
use http::header::{HOST, LOCATION};
use serde_json::json;

use super::http::response::JsonResponse;

/// How reports redirect to their storage region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Redirect {
    /// With this status and a `location`: 301, 302, 307 or 308.
    Status(u16),
    /// With 200 and `{"data": {"redirect": "http://…"}}`.
    Body,
}

impl Redirect {
    /// The redirect of a request; `None` if it is not a report, or is already sent to a region. `path` is its path without a region.
    pub(super) fn response(self, request: &Request<Bytes>, path: &str) -> Option<JsonResponse> {
        let uri = request.uri();
        if uri.path() != path || !path.starts_with("/reports/v2/") {
            return None;
        }
        // Without a socket, the URL contains the address.
        let host = request.headers().get(HOST);
        let host = host.and_then(|host| host.to_str().ok()).or(uri.host());
        let (scheme, host) = (uri.scheme_str().unwrap_or("http"), host?);
        let url = uri.to_string();
        let (_, report) = url.split_once("/reports/v2/")?;
        let target = format!("{scheme}://{host}/reports.us/v2/{report}");
        Some(match self {
            Self::Status(status) => JsonResponse::new(status, None).with_header(LOCATION, &target),
            Self::Body => JsonResponse::new(200, json!({"data": {"redirect": target}})),
        })
    }
}

/// The path of a report without its storage region: `/reports.us/v2/…` is `/reports/v2/…`.
pub(super) fn without_region(path: &str) -> String {
    for region in ["/reports.us/", "/reports.eu/"] {
        if let Some(rest) = path.strip_prefix(region) {
            return format!("/reports/{rest}");
        }
    }
    path.to_owned()
}
