//! The live test, which checks that the crate decodes the responses of a real tenant.
//!
//! It calls the read operations one after the other, lists first, through the public API: the generated calls of the conformance suite, with
//! `arguments` from the documents and from earlier responses. A `recorder` under the client stores the last complete response, so that a
//! response that cannot be decoded can be saved for a bug report, with the redaction of `cargo xtask report-decode-failure`. The test changes
//! nothing on the tenant, and the `report` contains none of its values.

mod arguments;
mod recorder;
pub mod report;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cisco_secure_access::{
    Client, ClientBuilder, Cloud, CloudKind, Credentials, Error, ErrorKind, Method, Operation,
    Security, service_fn,
};
use cisco_secure_access_openapi::Redactor;
use conformance::case::{Case, Failure, Values};
use conformance::cases;
use conformance::specification::Specification;
use serde_json::Value;
use xtask::decode_failure::DecodeFailure;
use xtask::examples::schema::Api;
use xtask::{documents, specs};

use arguments::Rows;
use recorder::{Recorder, replay};
use report::{Outcome, Report, Row};

/// Calls all read operations with a client of these settings. Responses that cannot be decoded are saved in `directory`, without their
/// values. `on_row` is called with each row.
///
/// # Errors
/// When the client cannot be built, when it gets no token, or when a file cannot be read or written.
pub async fn run(
    settings: ClientBuilder,
    directory: &Path,
    mut on_row: impl FnMut(&Row),
) -> Result<Report, Box<dyn std::error::Error>> {
    let recorder = Arc::new(Recorder::new()?);
    let service = Arc::clone(&recorder);
    let service = service_fn(move |request| Arc::clone(&service).send(request));
    // The test looks for deviations.
    let client = settings
        .http_service(service)
        .strict_responses(true)
        .build()?;
    let api = documents::read(&specs())?.into_iter().collect::<Api>();
    let run = Run {
        client,
        recorder,
        redactor: Redactor::new(api.documents()),
        api: &api,
        directory,
    };
    let mut specifications = BTreeMap::new();
    let mut rows = Rows::default();
    let mut report = Report::default();
    let mut open: Vec<_> = cases::all()
        .filter(|case| case.operation.method == Method::GET)
        .collect();
    // Calls whose arguments come from other responses are retried until no more calls are possible.
    loop {
        let before = open.len();
        let mut waiting = Vec::new();
        for case in open {
            let specification = specifications
                .entry(case.operation.scope)
                .or_insert_with_key(|scope| Specification::of(scope));
            match rows.arguments(specification, case) {
                Err(argument) => waiting.push((case, argument)),
                Ok(values) => {
                    let (row, response) = run.row(case, &values).await?;
                    if let Some(response) = response {
                        rows.keep(case, &response);
                    }
                    report.add(row, &mut on_row);
                }
            }
        }
        if waiting.len() == before {
            for (case, argument) in waiting {
                report.add(Row::not_called(case, &argument), &mut on_row);
            }
            return Ok(report);
        }
        open = waiting.into_iter().map(|(case, _)| case).collect();
    }
}

struct Run<'a> {
    client: Client,
    recorder: Arc<Recorder>,
    redactor: Redactor<'a>,
    api: &'a Api,
    directory: &'a Path,
}

impl Run<'_> {
    /// Makes a call; returns its row, and the response if there was one.
    async fn row(
        &self,
        case: &Case,
        values: &Values,
    ) -> Result<(Row, Option<Value>), Box<dyn std::error::Error>> {
        let (status, outcome) = match (case.send)(&self.client, values).await {
            Ok(response) => (Some(response.status), Outcome::Decoded),
            Err(Failure::Call(error)) => {
                let outcome = self.failed(case, values, &error).await?;
                (error.status().map(|status| status.as_u16()), outcome)
            }
            // The message contains the value.
            Err(Failure::Wrong(_)) => {
                let why = "an id of the tenant is of another type than its argument";
                (None, Outcome::NotCalled(why.to_owned()))
            }
        };
        let response = match outcome {
            Outcome::Decoded | Outcome::NotDecoded { .. } => self.recorder.last(),
            _ => None,
        };
        let row = Row {
            operation: case.operation.id,
            status,
            outcome,
        };
        Ok((row, response))
    }

    /// Returns the outcome of a failed call.
    async fn failed(
        &self,
        case: &Case,
        values: &Values,
        error: &Error,
    ) -> Result<Outcome, Box<dyn std::error::Error>> {
        let is_token = |operation: &Operation| operation.security == Security::Basic;
        if error.operation().is_some_and(is_token) {
            // No call is possible without a token.
            return Err(error.clone().into());
        }
        Ok(match error.kind() {
            ErrorKind::Decode => self.not_decoded(case, values).await?,
            ErrorKind::Service => Outcome::Rejected(self.why(case.operation, error)),
            kind => Outcome::NoResponse(format!("{kind:?}")),
        })
    }

    /// Saves a response that cannot be decoded, without its values.
    async fn not_decoded(
        &self,
        case: &Case,
        values: &Values,
    ) -> Result<Outcome, Box<dyn std::error::Error>> {
        let operation = case.operation;
        let name = format!("{}.{}", operation.scope, operation.id);
        let known = self.api.named(&name).ok_or(name)?;
        let Some(response) = self.recorder.last() else {
            return Ok(Outcome::NotDecoded {
                problem: "the response is not JSON".to_owned(),
                file: None,
            });
        };
        let redacted = self
            .redactor
            .redact(&response, &self.api.any_response(known));
        let problem = decode_error(case, values, &redacted).await?;
        let failure = DecodeFailure::new(known, redacted, problem);
        let file = self.directory.join(operation.id).with_extension("json");
        failure.save(&file)?;
        Ok(Outcome::NotDecoded {
            problem: failure.problem().to_owned(),
            file: Some(file),
        })
    }

    /// Returns the reason why the service rejects a call, without the message of the service, which may contain values of the tenant.
    fn why(&self, operation: &Operation, error: &Error) -> String {
        match (
            error.status().map(|status| status.as_u16()),
            operation.security,
        ) {
            (Some(401 | 403), Security::Bearer(scopes)) if !scopes.is_empty() => {
                format!("the key may lack {}", scopes.join(", "))
            }
            (Some(404), _) if !is_documented(operation, self.client.cloud()) => {
                "not documented for this cloud".to_owned()
            }
            (Some(404), _) => "the resource does not exist".to_owned(),
            (Some(400 | 422), _) => "the service does not accept these arguments".to_owned(),
            (Some(status), _) if status >= 500 => "the service failed".to_owned(),
            _ => "the service rejects the call".to_owned(),
        }
    }
}

/// Returns the error for a response; `None` if it can be decoded.
async fn decode_error(
    case: &Case,
    values: &Values,
    response: &Value,
) -> Result<Option<String>, cisco_secure_access::Error> {
    let response = response.clone();
    let service = service_fn(move |request| std::future::ready(Ok(replay(&response, &request))));
    let client = Client::builder()
        .credentials(Credentials::new("none", "none"))
        .http_service(service)
        .strict_responses(true)
        .build()?;
    let read = (case.send)(&client, values).await;
    Ok(read.err().map(|failure| failure.to_string()))
}

fn is_documented(operation: &Operation, cloud: &Cloud) -> bool {
    let name = match cloud {
        Cloud::Global => CloudKind::Global,
        Cloud::China => CloudKind::China,
        Cloud::Government => CloudKind::Government,
        _ => return true,
    };
    operation.clouds.is_empty() || operation.clouds.contains(&name)
}
