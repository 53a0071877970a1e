//! `--dry-run`: the request as it would be sent, without sending it.
//!
//! The client sends it to a service in this process, which records it and breaks off. What is shown is therefore what would be sent.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use cisco_secure_access::http::{Request, Response, header::CONTENT_TYPE};
use cisco_secure_access::{
    Body, Client, Credentials, Request as SdkRequest, RetryPolicy, service_fn,
};
use serde_json::{Value, json};

use super::call::{Call, Payload, Values};
use super::help::quoted;
use crate::catalog;
use crate::failure::Result;
use crate::output::Columns;
use crate::session::Options;

/// A request that was not sent.
#[derive(Clone, Debug, Default)]
struct Recorded {
    method: String,
    url: String,
    content_type: Option<String>,
}

/// Prints the request of a call.
///
/// # Errors
/// When the request cannot be made.
pub(crate) async fn print(options: &Options, call: &Call) -> Result<()> {
    print_request(options, |client| call.request(client), call.payload()).await
}

/// Prints a request with this body, without the secrets that the document of its operation marks.
///
/// # Errors
/// When the request cannot be made.
pub(crate) async fn print_request(
    options: &Options,
    make: impl FnOnce(&Client) -> SdkRequest,
    payload: &Payload,
) -> Result<()> {
    let mut entry = None;
    let make = |client: &Client| {
        let request = make(client);
        entry = request
            .operation()
            .and_then(|operation| catalog::find(operation.id));
        request
    };
    let request = record(options, make).await?;
    let payload = match entry {
        Some(entry) => Call::new(entry, Values::new(), payload.clone()).shown_payload(),
        None => payload.clone(),
    };
    let mut preview = shown_as_json(&request, &payload);
    preview["curl"] = Value::from(curl(&request, &payload));
    let mut printer = options.output.printer(Columns::default())?;
    match options.output.is_selected() {
        true => printer.document(&preview),
        false => printer.text(&shown(&preview)),
    }
}

/// The request of a call as JSON, without its secrets.
///
/// # Errors
/// When the request cannot be made.
pub(crate) async fn preview(options: &Options, call: &Call) -> Result<Value> {
    let request = record(options, |client| call.request(client)).await?;
    Ok(shown_as_json(&request, &call.shown_payload()))
}

/// Makes a request, and does not send it.
async fn record(options: &Options, make: impl FnOnce(&Client) -> SdkRequest) -> Result<Recorded> {
    let recorded = Arc::new(Mutex::new(None));
    let client = client(options, Arc::clone(&recorded))?;
    let sent = make(&client).send_raw().await;
    let request = recorded
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    match (request, sent) {
        (Some(request), _) => Ok(request),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(_)) => Ok(Recorded::default()),
    }
}

fn shown_as_json(request: &Recorded, payload: &Payload) -> Value {
    let mut preview = json!({"method": request.method, "url": request.url});
    match payload {
        Payload::Empty => {}
        Payload::Value(body) => preview["body"] = body.clone(),
        Payload::Files(files) => {
            let path = |path: &PathBuf| Value::from(path.display().to_string());
            let files = files.iter().map(|(name, file)| (name.clone(), path(file)));
            preview["files"] = Value::Object(files.collect());
        }
    }
    preview
}

/// The preview for people.
fn shown(preview: &Value) -> String {
    let text = |name: &str| preview[name].as_str().unwrap_or_default();
    let mut shown = format!("{} {}\n", text("method"), text("url"));
    for part in ["body", "files"] {
        if let Some(value) = preview.get(part) {
            let _ = writeln!(shown, "\n{value:#}");
        }
    }
    let _ = write!(shown, "\n{}", text("curl"));
    shown
}

/// A client whose requests are recorded instead of sent; the last of them is kept.
fn client(options: &Options, recorded: Arc<Mutex<Option<Recorded>>>) -> Result<Client> {
    let service = service_fn(move |request: Request<Body>| {
        let header = |name| {
            request
                .headers()
                .get(name)?
                .to_str()
                .ok()
                .map(str::to_owned)
        };
        *recorded.lock().unwrap_or_else(PoisonError::into_inner) = Some(Recorded {
            method: request.method().to_string(),
            url: request.uri().to_string(),
            content_type: header(CONTENT_TYPE),
        });
        let token = r#"{"access_token": "preview", "expires_in": 3600}"#;
        async move { Ok(Response::new(token)) }
    });
    let builder = Client::builder()
        .credentials(Credentials::new("preview", "preview"))
        .cloud(options.known_cloud()?)
        .retry(RetryPolicy::none())
        .http_service(service);
    Ok(builder.build()?)
}

/// The request as a command line of curl. The program prints the header with the token, so that the secret is not part of it.
fn curl(request: &Recorded, payload: &Payload) -> String {
    let mut line = format!("curl --request {} {}", request.method, quoted(&request.url));
    line.push_str(" --header \"$(secure-access token --header)\"");
    match payload {
        Payload::Empty => {}
        Payload::Value(body) => {
            if let Some(content_type) = &request.content_type {
                let header = format!("content-type: {content_type}");
                let _ = write!(line, " --header {}", quoted(&header));
            }
            let _ = write!(line, " --data {}", quoted(&body.to_string()));
        }
        Payload::Files(files) => {
            for (name, path) in files {
                let _ = write!(
                    line,
                    " --form {}",
                    quoted(&format!("{name}=@{}", path.display()))
                );
            }
        }
    }
    line
}
