//! The simulated service: from a request to its answer, without a socket.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use cisco_secure_access_openapi::Operation;
use http::header::{HOST, LOCATION};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::answer::Answer;
use super::catalog::{self, Endpoint, Route};
use super::collections::{Collection, Store};
use super::faults::{Delivery, Effect, Fault, Faults};
use super::habits::Habit;
use super::limits::Limits;
use super::perform::{Call, Refusal};
use super::record::{RecordedRequest, without_secrets};
use super::tokens::{self, Token, Tokens};
use super::validate::{self, Raw};
use super::values::{Values, World};
use super::{Redirect, special};
use crate::auth::BoxError;
use crate::client::{Body, Cloud};
use crate::operation::CloudKind;

/// The simulated service.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) cloud: Cloud,
    pub(super) world: World,
    pub(super) redirect: Option<Redirect>,
    pub(super) record_bodies: bool,
    pub(super) state: Mutex<State>,
}

/// What changes while it runs.
#[derive(Debug)]
pub(super) struct State {
    pub(super) tokens: Tokens,
    pub(super) store: Store,
    pub(super) faults: Faults,
    pub(super) limits: Limits,
    pub(super) requests: Vec<RecordedRequest>,
    pub(super) rules_are_locked: bool,
    /// How far its clock is ahead.
    pub(super) ahead: Duration,
    /// How many calls were carried out.
    pub(super) turn: u64,
}

impl State {
    fn now(&self) -> Instant {
        Instant::now() + self.ahead
    }
}

/// An answer, and how it is sent.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) response: Response<Bytes>,
    pub(super) delivery: Delivery,
}

impl Service {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A call that panicked leaves a state that is as good as before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request.
    pub(super) async fn reply(&self, request: Request<Bytes>) -> Reply {
        let path = without_region(request.uri().path());
        let route = catalog::route(request.method().as_str(), &path);
        let operation = match &route {
            Route::Found(endpoint, _) => Some(endpoint.operation),
            _ => None,
        };
        let mut record = RecordedRequest::new(&request, operation.map(|found| found.id.as_str()));
        if self.record_bodies
            && let Route::Found(endpoint, _) = &route
        {
            record.body = without_secrets(endpoint.document, endpoint.operation, request.body());
        }
        let id = operation.map(|operation| operation.id.as_str());
        let (pause, effect) = self
            .state()
            .faults
            .next(id.unwrap_or_default(), self.world.dice);
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        let state = self.state();
        let token = state.tokens.check(request.headers(), state.now()).ok();
        record.organization = token.and_then(|token| token.organization);
        drop(state);
        let answer = || match route {
            Route::Found(endpoint, values) => self.answer(&request, &path, endpoint, &values),
            Route::OtherMethod => Answer::error(405, "The path has other methods."),
            Route::Unknown => Answer::error(404, "There is no such path."),
        };
        let (answer, delivery) = match effect {
            Some(Effect::Answer(answer)) => (answer, Delivery::Whole),
            Some(Effect::Reset) => (Answer::new(500, None), Delivery::Never),
            Some(Effect::After(delivery)) => (answer(), delivery),
            Some(Effect::ExpiredToken) => {
                self.state().tokens.expire();
                (answer(), Delivery::Whole)
            }
            None => (answer(), Delivery::Whole),
        };
        record.status = (delivery != Delivery::Never).then(|| answer.status.as_u16());
        self.state().requests.push(record);
        Reply {
            response: answer.into_response(),
            delivery,
        }
    }

    /// Answers a request as a client sees it that gets the answer as a whole or not at all.
    pub(super) async fn deliver(&self, request: Request<Bytes>) -> io::Result<Response<Bytes>> {
        let reply = self.reply(request).await;
        match reply.delivery {
            Delivery::Whole => Ok(reply.response),
            Delivery::Never => Err(io::ErrorKind::ConnectionReset.into()),
            Delivery::Half => Err(io::ErrorKind::UnexpectedEof.into()),
            Delivery::Slow(duration) => {
                tokio::time::sleep(duration).await;
                Ok(reply.response)
            }
        }
    }

    /// Handles the request of a client without a socket.
    pub(super) async fn respond(
        self: Arc<Self>,
        request: Request<Body>,
    ) -> Result<Response<Bytes>, BoxError> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(self.deliver(Request::from_parts(head, body)).await?)
    }

    fn answer(
        &self,
        request: &Request<Bytes>,
        path: &str,
        endpoint: &'static Endpoint,
        path_values: &BTreeMap<String, String>,
    ) -> Answer {
        let Endpoint {
            document,
            operation,
            ..
        } = endpoint;
        let values = Values {
            document,
            world: &self.world,
        };
        let state = &mut *self.state();
        let headers = request.headers();
        let is_token = path == tokens::PATH;
        let token = match is_token {
            true => None,
            false => match state.tokens.check(headers, state.now()) {
                Ok(token) => Some(token),
                Err(refusal) => return *refusal,
            },
        };
        let documented =
            |status, message: &str| Answer::documented_error(values, operation, status, message);
        if let Some((status, message)) = self.forbidden(operation, token.as_ref()) {
            return documented(status, &message);
        }
        let now = state.now();
        let limits = match &operation.rate_limit {
            Some(limit) => {
                let token = token.as_ref();
                let caller = token.map(|token| token.counted(limit.per == "organization"));
                state.limits.count(limit, caller.unwrap_or_default(), now)
            }
            None => Ok(http::HeaderMap::new()),
        };
        let limit_headers = match limits {
            Ok(headers) => headers,
            Err(headers) => {
                let mut refusal = documented(429, "Too many requests.");
                refusal.headers = headers;
                return refusal;
            }
        };
        let query: Vec<(String, String)> = request
            .uri()
            .query()
            .map(|query| {
                url::form_urlencoded::parse(query.as_bytes())
                    .into_owned()
                    .collect()
            })
            .unwrap_or_default();
        let raw = Raw {
            path: path_values,
            query: &query,
            headers,
            body: request.body(),
        };
        let mut answer = match validate::check(document, operation, endpoint.validators(), &raw) {
            Err(problem) => documented(problem.status, &problem.to_string()),
            Ok(_) if is_token => state.tokens.issue(headers, now),
            Ok(input) => {
                let call = Call {
                    world: &self.world,
                    endpoint,
                    path,
                    path_values,
                    headers,
                    input: &input,
                };
                match self.redirected(request, path) {
                    Some(answer) => answer,
                    None => carry_out(state, &call),
                }
            }
        };
        answer.headers.extend(limit_headers);
        answer
    }

    /// Why the operation may not be called: the cloud does not have it, or the key lacks an OAuth scope.
    fn forbidden(&self, operation: &Operation, token: Option<&Token>) -> Option<(u16, String)> {
        let cloud = self.cloud.kind().map(|name| match name {
            CloudKind::Global => "global",
            CloudKind::China => "china",
            CloudKind::Government => "government",
        });
        if cloud.is_some_and(|cloud| !operation.clouds.iter().any(|known| known == cloud)) {
            return Some((404, "This cloud does not have the operation.".to_owned()));
        }
        let is_allowed = token.is_none_or(|token| token.has(operation.security.scopes()));
        let missing = || {
            format!(
                "The key needs the scope {}.",
                operation.security.scopes().join(", ")
            )
        };
        (!is_allowed).then(|| (403, missing()))
    }

    /// The redirect of a report to its storage region, where the simulator is set to redirect.
    fn redirected(&self, request: &Request<Bytes>, path: &str) -> Option<Answer> {
        let redirect = self.redirect?;
        let came = request.uri();
        if came.path() != path || !path.starts_with("/reports/v2/") {
            return None;
        }
        // Without a socket, the address stands in the URL.
        let host = request.headers().get(HOST);
        let host = host.and_then(|host| host.to_str().ok()).or(came.host());
        let (scheme, host) = (came.scheme_str().unwrap_or("http"), host?);
        let rest = came.to_string();
        let rest = rest.split_once("/reports/v2/")?.1;
        let target = format!("{scheme}://{host}/reports.us/v2/{rest}");
        Some(match redirect {
            Redirect::Status(status) => Answer::new(status, None).with_header(LOCATION, &target),
            Redirect::Body => Answer::new(200, json!({"data": {"redirect": target}})),
        })
    }

    /// Does something with the collection at a path.
    pub(super) fn with_collection<T>(
        &self,
        path: &str,
        act: impl FnOnce(&mut Collection, Values<'_>) -> T,
    ) -> Option<T> {
        let state = &mut *self.state();
        let collection = state.store.at(path, &self.world)?;
        let values = Values {
            document: collection.shape.document,
            world: &self.world,
        };
        Some(act(collection, values))
    }

    pub(super) fn add_fault(&self, operation: Option<&str>, fault: Fault) {
        self.state().faults.add(operation.map(str::to_owned), fault);
    }
}

/// Carries out a call that is allowed and valid.
fn carry_out(state: &mut State, call: &Call<'_>) -> Answer {
    let is_locked = state.rules_are_locked
        && call.operation().method != "GET"
        && call.operation().path.starts_with("/policies/v2/rules");
    let outcome = match is_locked {
        true => Err(Refusal::Status(
            409,
            "The set of rules is locked.".to_owned(),
        )),
        false => call.perform(&mut state.store),
    };
    let error = |status, message: &str| {
        Answer::documented_error(call.values(), call.operation(), status, message)
    };
    state.turn += 1;
    match outcome {
        Ok(mut answer) => {
            if let Some((id, key)) = special::new_key(call, &mut answer, state.turn) {
                state.tokens.add_key(id, key);
            }
            answer
        }
        Err(Refusal::Problem(problem)) => error(problem.status, &problem.to_string()),
        Err(Refusal::Status(409, message))
            if !call.operation().responses.contains_key(&409)
                && !call.world.habits.has(Habit::Conflicts) =>
        {
            error(400, &message)
        }
        Err(Refusal::Status(status, message)) => error(status, &message),
    }
}

/// The path of a report without its storage region: `/reports.us/v2/…` is answered as `/reports/v2/…`.
fn without_region(path: &str) -> String {
    for region in ["/reports.us/", "/reports.eu/"] {
        if let Some(rest) = path.strip_prefix(region) {
            return format!("/reports/{rest}");
        }
    }
    path.to_owned()
}

/// An id as it stands in a path.
pub(super) fn as_text(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
