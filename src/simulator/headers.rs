//! Response headers that depend on the operation.

use super::handlers::Call;
use super::http::response::JsonResponse;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HOST, LOCATION};

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

/// The address of what was created. The one in the body is that of the service, as in every response: it does not depend on the port.
fn with_location(call: &Call<'_>, response: JsonResponse) -> JsonResponse {
    let id = response.body.as_ref().and_then(|body| body["id"].as_str());
    match id {
        Some(id) => {
            let url = format!("{}{}/{id}", origin(call.headers), call.path);
            response.with_header(LOCATION, &url)
        }
        None => response,
    }
}

/// The address of the simulator in the request.
fn origin(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    match host {
        Some(host) => format!("http://{host}"),
        None => "https://simulator.invalid".to_owned(),
    }
}
