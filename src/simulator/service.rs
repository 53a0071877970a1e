//! The simulated service, which maps a request to its response, without a socket.
//!
//! A request passes faults, token, cloud, OAuth scopes and rate limit, is validated against its document and dispatched. It is recorded.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use cisco_secure_access_openapi::Operation;
use http::header::ALLOW;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::catalog::{self, Endpoint, Route};
use super::dispatch::dispatch;
use super::env::Env;
use super::faults::{Effect, Fault, Faults};
use super::handlers::{Call, Rejection, documented_error, invalid};
use super::headers;
use super::hooks;
use super::http::response::{Delivered, Delivery, JsonResponse};
use super::limits::Limits;
use super::quirks::Quirk;
use super::record::RecordedRequest;
use super::redirect::{Redirect, without_region};
use super::state::{Collection, Store, ValueMaker, id_text};
use super::tokens::{self, Token, TokenError, Tokens};
use super::validate::{self, RawRequest, Strictness, ValidRequest, ValidationError};
use crate::auth::BoxError;
use crate::client::{Body, Cloud};
use crate::error::Error;
use crate::operation::CloudKind;
use crate::testing::CannedResponses;

/// The simulated service.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) cloud: Cloud,
    pub(super) env: Env,
    pub(super) redirect: Option<Redirect>,
    pub(super) record_bodies: bool,
    pub(super) canned: CannedResponses,
    pub(super) strictness: Strictness,
    pub(super) state: Mutex<State>,
}

/// The mutable state.
#[derive(Debug)]
pub(super) struct State {
    pub(super) tokens: Tokens,
    pub(super) store: Store,
    pub(super) faults: Faults,
    pub(super) limits: Limits,
    pub(super) requests: Vec<RecordedRequest>,
    pub(super) rules_are_locked: bool,
    /// The number of calls that were carried out.
    pub(super) turn: u64,
}

impl Service {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A panic in a call leaves a consistent state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Handles a request.
    pub(super) async fn handle(&self, request: Request<Bytes>) -> Delivered {
        let path = without_region(request.uri().path());
        let method = tokens::method(request.method(), &path);
        let route = catalog::route(method.as_str(), &path);
        let endpoint = match &route {
            Route::Found(endpoint, _) => Some(*endpoint),
            _ => None,
        };
        let mut record = self.record(&request, endpoint);
        let id = endpoint.map_or("", |endpoint| endpoint.operation.id.as_str());
        let (delay, effect) = self.state().faults.next(id, self.env.rng);
        let effect = effect.or_else(|| self.canned.take(id).map(Effect::Respond));
        if !delay.is_zero() {
            self.env.clock.sleep(delay).await;
        }
        let state = self.state();
        let token = state
            .tokens
            .check(request.headers(), self.env.clock.instant())
            .ok();
        record.organization = token.and_then(|token| token.organization);
        drop(state);
        let mut ignored = Vec::new();
        let respond = || {
            let response = match route {
                Route::Found(endpoint, values) => {
                    self.call(&request, &path, endpoint, &values, &mut ignored)
                }
                Route::OtherMethods(methods) => {
                    let methods = Vec::from_iter(methods).join(", ");
                    let text = format!("The path supports the methods {methods}.");
                    JsonResponse::text(405, &text).with_header(ALLOW, &methods)
                }
                Route::Unknown => JsonResponse::error(404, "The path does not exist."),
            };
            response.into_response()
        };
        let (response, delivery) = match effect {
            Some(Effect::Respond(response)) => (response, Delivery::Complete),
            Some(Effect::Reset) => (Response::default(), Delivery::Never),
            Some(Effect::After(delivery)) => (respond(), delivery),
            Some(Effect::ExpiredToken) => {
                self.state().tokens.expire();
                (respond(), Delivery::Complete)
            }
            None => (respond(), Delivery::Complete),
        };
        record.ignored = ignored;
        if delivery != Delivery::Never {
            record.record_response(&response);
            if self.record_bodies {
                record.record_response_body(endpoint, response.body());
            }
        }
        self.state().requests.push(record);
        Delivered { response, delivery }
    }

    /// Handles a request, with the result that a client sees: the complete response, or none.
    pub(super) async fn deliver(&self, request: Request<Bytes>) -> io::Result<Response<Bytes>> {
        let Delivered { response, delivery } = self.handle(request).await;
        match delivery {
            Delivery::Complete => Ok(response),
            Delivery::Never => Err(io::ErrorKind::ConnectionReset.into()),
            Delivery::Half => Err(io::ErrorKind::UnexpectedEof.into()),
            Delivery::Slow(duration) => {
                self.env.clock.sleep(duration).await;
                Ok(response)
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

    fn record(
        &self,
        request: &Request<Bytes>,
        endpoint: Option<&'static Endpoint>,
    ) -> RecordedRequest {
        let id = endpoint.map(|endpoint| endpoint.operation.id.as_str());
        let mut record = RecordedRequest::new(request, id);
        if let Some(endpoint) = endpoint.filter(|_| self.record_bodies) {
            record.record_body(endpoint, request.body());
        }
        record
    }

    /// The response of an operation.
    fn call(
        &self,
        request: &Request<Bytes>,
        path: &str,
        endpoint: &'static Endpoint,
        path_values: &BTreeMap<String, String>,
        ignored: &mut Vec<String>,
    ) -> JsonResponse {
        let state = &mut *self.state();
        let headers = request.headers();
        let is_token = path == tokens::PATH;
        let limit_headers = match self.admit(state, headers, endpoint, is_token) {
            Ok(headers) => headers,
            Err(rejection) => return *rejection,
        };
        let query = request.uri().query().unwrap_or_default();
        let query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let raw = RawRequest {
            path: path_values,
            query: &query,
            headers,
            body: request.body(),
        };
        let Endpoint {
            document,
            operation,
            ..
        } = endpoint;
        let validators = endpoint.validators();
        let checked = match is_token && request.method() == Method::GET {
            true => Ok(ValidRequest::default()),
            false => validate::check(document, operation, validators, &raw, self.strictness),
        };
        let mut response = match checked {
            Err(error) => self.invalid(endpoint, &error),
            Ok(_) if is_token => {
                let issued = state.tokens.issue(headers, self.env.clock.instant());
                issued.unwrap_or_else(|(status, text)| self.error(endpoint, status, text))
            }
            Ok(mut valid) => {
                *ignored = std::mem::take(&mut valid.ignored);
                let call = Call {
                    env: &self.env,
                    endpoint,
                    path,
                    path_values,
                    headers,
                    request: &valid,
                    now: self.env.now().timestamp(),
                };
                let redirect = self.redirect;
                match redirect.and_then(|redirect| redirect.response(request, path)) {
                    Some(response) => response,
                    None => carry_out(state, &call),
                }
            }
        };
        response.headers.extend(limit_headers);
        response
    }

    /// Checks the token, cloud, OAuth scopes and rate limit of a request. Gives the headers about the rate limit, or the response of a
    /// request that is rejected.
    fn admit(
        &self,
        state: &mut State,
        headers: &HeaderMap,
        endpoint: &Endpoint,
        is_token: bool,
    ) -> Result<HeaderMap, Box<JsonResponse>> {
        let now = self.env.clock.instant();
        let token = match is_token {
            true => None,
            false => {
                let token = state.tokens.check(headers, now);
                let rejected = |error| Box::new(self.unauthorized(endpoint, error));
                Some(token.map_err(rejected)?)
            }
        };
        if let Some((status, message)) = self.forbidden(endpoint.operation, token.as_ref()) {
            return Err(Box::new(self.error(endpoint, status, &message)));
        }
        let Some(limit) = &endpoint.operation.rate_limit else {
            return Ok(HeaderMap::new());
        };
        let caller = token
            .as_ref()
            .map(|token| token.counted(limit.per == "organization"));
        let counted = state.limits.count(limit, caller.unwrap_or_default(), now);
        counted.map_err(|headers| {
            let mut rejection = self.error(endpoint, 429, "Too many requests.");
            rejection.headers = headers;
            Box::new(rejection)
        })
    }

    /// Why an operation cannot be called: the cloud does not have it, or the key lacks an OAuth scope.
    fn forbidden(&self, operation: &Operation, token: Option<&Token>) -> Option<(u16, String)> {
        if let Some(cloud) = self.cloud.kind() {
            let (word, name) = match cloud {
                CloudKind::Global => ("global", "Global"),
                CloudKind::China => ("china", "China"),
                CloudKind::Government => ("government", "Government"),
            };
            if !operation.clouds.iter().any(|known| known == word) {
                let id = &operation.id;
                return Some((404, format!("The {name} cloud does not have `{id}`.")));
            }
        }
        let scopes = operation.security.scopes();
        let is_allowed = token.is_none_or(|token| token.has(scopes));
        let missing = || format!("The key needs the scope {}.", scopes.join(", "));
        (!is_allowed).then(|| (403, missing()))
    }

    /// The rejection of a call without a valid token. The service rejects an expired token with 400.
    fn unauthorized(&self, endpoint: &Endpoint, error: TokenError) -> JsonResponse {
        match error {
            TokenError::Missing => self.error(endpoint, 401, "The call has no access token."),
            TokenError::Invalid => JsonResponse::new(400, json!({"error": "invalid_request"})),
        }
    }

    /// The rejection of a request that is not as documented.
    fn invalid(&self, endpoint: &Endpoint, error: &ValidationError) -> JsonResponse {
        invalid(self.values(endpoint), endpoint.operation, error)
    }

    fn values(&self, endpoint: &Endpoint) -> ValueMaker<'_> {
        ValueMaker {
            document: endpoint.document,
            env: &self.env,
        }
    }

    /// An error as the operation documents it.
    fn error(&self, endpoint: &Endpoint, status: u16, message: &str) -> JsonResponse {
        documented_error(self.values(endpoint), endpoint.operation, status, message)
    }

    /// Calls a function with the collection at a path, if there is one.
    pub(super) fn with_collection<T>(
        &self,
        path: &str,
        act: impl FnOnce(&mut Collection, ValueMaker<'_>) -> T,
    ) -> Option<T> {
        let state = &mut *self.state();
        let collection = state.store.at(path, &self.env)?;
        let values = ValueMaker {
            document: collection.shape.document,
            env: &self.env,
        };
        Some(act(collection, values))
    }

    /// Adds an item to the collection at a path, or sets properties of the item with this id; returns the id.
    pub(super) fn put(
        &self,
        path: &str,
        id: Option<&str>,
        properties: &Value,
    ) -> crate::error::Result<String> {
        let reject = |text: String| Error::configuration(format!("{path}: {text}"));
        let state = &mut *self.state();
        if id.is_none()
            && let Some(id) = hooks::add(&mut state.store, path, properties)
        {
            return Ok(id);
        }
        let now = self.env.now().timestamp();
        let collection = state.store.at(path, &self.env);
        let collection =
            collection.ok_or_else(|| reject("there is no collection at this path".to_owned()))?;
        let values = ValueMaker {
            document: collection.shape.document,
            env: &self.env,
        };
        let Value::Object(properties) = properties else {
            return Err(reject(format!("expected an object, not {properties}")));
        };
        for (name, value) in properties {
            let property = collection.shape.properties.get(name);
            let property =
                property.ok_or_else(|| reject(format!("/{name}: the property does not exist")))?;
            property
                .validator(collection.shape.document, name)
                .check(value)
                .map_err(|error| reject(ValidationError::from(error).to_string()))?;
        }
        let number = match id {
            None => {
                let own = properties.get(&collection.shape.id).map(id_text);
                if let Some(own) = own.filter(|own| collection.find(own).is_some()) {
                    return Err(reject(format!("the id {own} already exists")));
                }
                if !collection.has_room() {
                    return Err(reject("the maximum number of items is reached".to_owned()));
                }
                collection.add(values, properties.clone(), now)
            }
            Some(id) => {
                let number = collection.find(id);
                let number =
                    number.ok_or_else(|| reject(format!("there is no item with the id {id}")))?;
                let properties = properties.clone();
                collection.edit(values, number, |item| item.extend(properties));
                number
            }
        };
        Ok(id_text(&collection.id(number)))
    }

    /// The items of all collections that were looked at, by path.
    pub(super) fn snapshot(&self) -> Value {
        let state = self.state();
        let collections = state.store.collections().map(|(path, collection)| {
            let values = ValueMaker {
                document: collection.shape.document,
                env: &self.env,
            };
            let items = collection.numbers().iter().map(|number| {
                let mut item = collection.item(values, *number);
                item.retain(|name, _| collection.shape.is_shown(name));
                item.insert(collection.shape.id.clone(), collection.id(*number));
                Value::Object(item)
            });
            (path.to_owned(), items.collect())
        });
        Value::Object(collections.collect())
    }

    /// Replaces the items of the collections of a snapshot.
    pub(super) fn restore(&self, snapshot: &Value) -> crate::error::Result<()> {
        let Value::Object(collections) = snapshot else {
            return Err(Error::configuration(
                "a snapshot must be an object of lists",
            ));
        };
        for (path, items) in collections {
            self.with_collection(path, |collection, _| collection.clear());
            for item in items.as_array().into_iter().flatten() {
                self.put(path, None, item)?;
            }
        }
        Ok(())
    }

    pub(super) fn add_fault(&self, operation: Option<&str>, fault: Fault) {
        self.state().faults.add(operation.map(str::to_owned), fault);
    }
}

/// Carries out a call that is allowed and valid.
fn carry_out(state: &mut State, call: &Call<'_>) -> JsonResponse {
    let outcome = hooks::check_lock(call, state.rules_are_locked)
        .and_then(|()| dispatch(call, &mut state.store));
    let error =
        |status, message: &str| documented_error(call.values(), call.operation(), status, message);
    state.turn += 1;
    let response = match outcome {
        Ok(mut response) => {
            if let Some((id, key)) = hooks::new_key(call, &mut response, state.turn) {
                state.tokens.add_key(id, key);
            }
            response
        }
        Err(Rejection::Invalid(error)) => invalid(call.values(), call.operation(), &error),
        Err(Rejection::Status(409, message))
            if !call.operation().responses.contains_key(&409)
                && !call.env.quirks.has(Quirk::Conflicts) =>
        {
            error(400, &message)
        }
        Err(Rejection::Status(status, message)) => error(status, &message),
    };
    headers::added(call, response)
}
