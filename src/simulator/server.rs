//! Requests in, answers out: who may call, what is called, and the record of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::RecordedRequest;
use super::tokens::{self, Tokens};
use super::tunnel_groups::TunnelGroups;
use crate::cloud::Cloud;

/// No body of the API is longer.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// The simulated service.
#[derive(Debug)]
pub(super) struct Service {
    cloud: Cloud,
    state: Mutex<Memory>,
}

#[derive(Debug)]
struct Memory {
    tokens: Tokens,
    tunnel_groups: TunnelGroups,
    requests: Vec<RecordedRequest>,
}

/// What is answered: a status, and a JSON body unless there is none.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Option<Value>,
}

impl Answer {
    pub(super) fn new(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            body: Some(body),
        }
    }

    pub(super) fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: None,
        }
    }

    /// An error in the shape that most operations document.
    pub(super) fn error(status: StatusCode, message: &str) -> Self {
        let error = status.canonical_reason().unwrap_or_default();
        let body = json!({"statusCode": status.as_u16(), "error": error, "message": message});
        Self::new(status, body)
    }
}

impl Service {
    pub(super) fn new(cloud: Cloud, token_life: Duration, tunnel_groups: usize) -> Self {
        let memory = Memory {
            tokens: Tokens::new(token_life),
            tunnel_groups: TunnelGroups::new(&cloud, tunnel_groups),
            requests: Vec::new(),
        };
        Self {
            cloud,
            state: Mutex::new(memory),
        }
    }

    pub(super) fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    pub(super) fn requests(&self) -> Vec<RecordedRequest> {
        self.memory().requests.clone()
    }

    pub(super) fn expire_tokens(&self) {
        self.memory().tokens.expire();
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // A handler that panicked leaves a state that is as good as before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &Request<Body>, body: &[u8]) -> Answer {
        let mut memory = self.memory();
        let authorization = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let (method, path) = (request.method().as_str(), request.uri().path());
        if path == tokens::PATH {
            return memory.tokens.issue(method, authorization, body);
        }
        if let Err(refusal) = memory.tokens.check(authorization) {
            return refusal;
        }
        let query: Vec<(String, String)> = request.uri().query().map_or_else(Vec::new, |query| {
            url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect()
        });
        memory
            .tunnel_groups
            .answer(method, path, &query, body)
            .unwrap_or_else(|| Answer::error(StatusCode::NOT_FOUND, "There is no such resource."))
    }

    fn record(&self, request: &Request<Body>, status: StatusCode) {
        let headers = request
            .headers()
            .keys()
            .map(|name| name.as_str().to_owned());
        let record = RecordedRequest {
            method: request.method().as_str().to_owned(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            headers: headers.collect(),
            status: status.as_u16(),
        };
        self.memory().requests.push(record);
    }
}

pub(super) fn router(service: Arc<Service>) -> Router {
    Router::new().fallback(handle).with_state(service)
}

async fn handle(State(service): State<Arc<Service>>, mut request: Request<Body>) -> Response<Body> {
    let body = std::mem::take(request.body_mut());
    let answer = match to_bytes(body, LARGEST_BODY).await {
        Ok(body) => service.answer(&request, &body),
        Err(_) => Answer::error(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."),
    };
    service.record(&request, answer.status);
    let mut response = Response::new(match &answer.body {
        Some(body) => Body::from(body.to_string()),
        None => Body::empty(),
    });
    *response.status_mut() = answer.status;
    if answer.body.is_some() {
        let json = header::HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
    }
    response
}
