//! Headers of responses that follow from the operation.

use http::HeaderMap;
use http::header::{CONTENT_TYPE, HOST, LOCATION};
use serde_json::Value;

use super::handlers::Call;
use super::http::response::JsonResponse;

/// A response with the headers that its operation documents, or that the service sends.
pub(super) fn added(call: &Call<'_>, response: JsonResponse) -> JsonResponse {
    let operation = call.operation().id.as_str();
    let status = response.status.as_u16();
    let response = match call.env.quirks.media_type(operation, status) {
        Some(media_type) => response.with_header(CONTENT_TYPE, media_type),
        None => response,
    };
    match operation {
        "create_integration" | "create_integration_credential" if status == 201 => {
            with_location(call, response)
        }
        _ => response,
    }
}

/// The address of what was created, in the header and in the body.
fn with_location(call: &Call<'_>, mut response: JsonResponse) -> JsonResponse {
    let body = response.body.as_mut();
    let Some((id, href)) = body.and_then(|body| {
        let id = body.get("id")?.as_str()?.to_owned();
        Some((id, body.get_mut("href")?))
    }) else {
        return response;
    };
    let url = format!("{}{}/{id}", origin(call.headers), call.path);
    *href = Value::from(url.as_str());
    response.with_header(LOCATION, &url)
}

/// Where the simulator was called.
fn origin(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    match host {
        Some(host) => format!("http://{host}"),
        None => "https://simulator.invalid".to_owned(),
    }
}
