//! The live test: which responses of a real tenant does the crate read?
//!
//! It makes the read operations one after the other, listings first, through the public API: the generated calls of the conformance suite,
//! with `arguments` from the documents and from the responses so far. A `recorder` under the client keeps the last response whole, so that
//! one which is not read can be kept for a bug report, by the redaction that `cargo xtask report-decode-failure` has. Nothing is changed
//! on the tenant, and nothing of its values gets into the `report`.

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

/// Makes all read operations with a client of these settings. Responses that are not read are kept in `folder`, without their values;
/// `told` gets each row when it is there.
///
/// # Errors
/// When the client cannot be built, when it gets no token, or when a file cannot be read or written.
pub async fn run(
    settings: ClientBuilder,
    folder: &Path,
    mut told: impl FnMut(&Row),
) -> Result<Report, Box<dyn std::error::Error>> {
    let recorder = Arc::new(Recorder::new()?);
    let service = Arc::clone(&recorder);
    let service = service_fn(move |request| Arc::clone(&service).send(request));
    // What differs from its documentation is what the run is for.
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
        folder,
    };
    let mut specifications = BTreeMap::new();
    let mut rows = Rows::default();
    let mut report = Report::default();
    let mut open: Vec<_> = cases::all()
        .filter(|case| case.operation.method == Method::GET)
        .collect();
    // What needs the responses of others comes up again, until there is nothing left that can be asked.
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
                    report.add(row, &mut told);
                }
            }
        }
        if waiting.len() == before {
            for (case, argument) in waiting {
                report.add(Row::not_asked(case, &argument), &mut told);
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
    folder: &'a Path,
}

impl Run<'_> {
    /// Makes a call, and gives what was found out, and the response if there was one.
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
            // What it says has the value in it.
            Err(Failure::Wrong(_)) => {
                let why = "an id of the tenant is of another type than its argument";
                (None, Outcome::NotAsked(why.to_owned()))
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

    /// What a call that failed says of the operation.
    async fn failed(
        &self,
        case: &Case,
        values: &Values,
        error: &Error,
    ) -> Result<Outcome, Box<dyn std::error::Error>> {
        let is_token = |operation: &Operation| operation.security == Security::Basic;
        if error.operation().is_some_and(is_token) {
            // Without a token there is nothing to find out.
            return Err(error.clone().into());
        }
        Ok(match error.kind() {
            ErrorKind::Decode => self.not_decoded(case, values).await?,
            ErrorKind::Service => Outcome::Refused(self.why(case.operation, error)),
            kind => Outcome::NoResponse(format!("{kind:?}")),
        })
    }

    /// Keeps a response that is not read, without its values.
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
        let problem = read_again(case, values, &redacted).await?;
        let failure = DecodeFailure::new(known, redacted, problem);
        let file = self.folder.join(operation.id).with_extension("json");
        failure.save(&file)?;
        Ok(Outcome::NotDecoded {
            problem: failure.problem().to_owned(),
            file: Some(file),
        })
    }

    /// Why the service refuses a call, without what it says itself, which may name things of the tenant.
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
            (Some(404), _) => "there is no such thing here".to_owned(),
            (Some(400 | 422), _) => "the service does not accept these arguments".to_owned(),
            (Some(status), _) if status >= 500 => "the service failed".to_owned(),
            _ => "the service says no".to_owned(),
        }
    }
}

/// What the crate says of a response; `None` where it reads it.
async fn read_again(
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
