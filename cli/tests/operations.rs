//! Every operation is called through the program, on the simulator: with all parameters and properties, and with those that are required.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod program;

use std::collections::BTreeMap;

use cisco_secure_access::http::header::CONTENT_TYPE;
use cisco_secure_access::http::{HeaderMap, Request};
use cisco_secure_access::simulator::{self, RecordedRequest, Simulator};
use cisco_secure_access_openapi::{Document, Encoding, Location, Operation, Segment, words};
use percent_encoding::percent_decode_str;
use program::{Finished, Program};

/// The one flag whose name the program uses itself.
const RENAMED: &[(&str, &str)] = &[("columns", "body-columns")];

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_admin() {
    every_operation("admin").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_auth() {
    every_operation("auth").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_deployments() {
    every_operation("deployments").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_investigate() {
    every_operation("investigate").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_policies() {
    every_operation("policies").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_reports() {
    every_operation("reports").await;
}

async fn every_operation(scope: &str) {
    let (_, text) = simulator::documents()
        .find(|(name, _)| *name == scope)
        .unwrap();
    let document = Document::parse(scope, text).unwrap();
    let mut failures = Vec::new();
    for operation in document.operations() {
        for everything in [false, true] {
            if let Err(why) = call(&document, operation, everything).await {
                let kind = if everything { "everything" } else { "required" };
                failures.push(format!("{} ({kind}): {why}", operation.id));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Calls an operation through the program, with the values of a valid request.
async fn call(document: &Document, operation: &Operation, everything: bool) -> Result<(), String> {
    let simulator = Simulator::builder()
        .quirks([])
        .record_bodies()
        .start()
        .await
        .unwrap();
    let Some(request) = simulator.example_request(&operation.id, everything) else {
        return Err("there is no example".to_owned());
    };
    let program = Program::on(&simulator);
    let (arguments, input) = command_line(document, operation, &request, &program);
    let finished = program.run_with(&arguments, input).await;
    let sent = simulator
        .requests()
        .into_iter()
        .rfind(|request| request.operation == Some(&operation.id));
    let line = arguments.join(" ");
    let Some(sent) = sent else {
        return Err(format!("nothing was sent by `{line}`: {}", finished.stderr));
    };
    check(&sent, &finished).map_err(|why| format!("{why}\n  {line}\n  {}", finished.stderr))
}

/// The request is valid, and the exit status is that of its response.
fn check(sent: &RecordedRequest, finished: &Finished) -> Result<(), String> {
    if !sent.ignored.is_empty() {
        return Err(format!("undocumented: {:?}", sent.ignored));
    }
    let success = sent
        .response_body
        .as_ref()
        .and_then(|body| body["success"].as_bool());
    let expected = match sent.status.unwrap() {
        // The example names things that the simulator does not have.
        200 if success == Some(false) => 1,
        200..=299 => 0,
        404 => 4,
        409 => 5,
        status => return Err(format!("the service responded with {status}")),
    };
    match finished.status == expected {
        true => Ok(()),
        false => Err(format!(
            "exit status {} instead of {expected}",
            finished.status
        )),
    }
}

/// The command line of a request, and its standard input.
fn command_line(
    document: &Document,
    operation: &Operation,
    request: &Request<cisco_secure_access::bytes::Bytes>,
    program: &Program,
) -> (Vec<String>, Vec<u8>) {
    let mut line = vec![
        document.scope().to_owned(),
        operation.id.replace('_', "-"),
        "--yes".to_owned(),
    ];
    let path = request.uri().path().split('/').skip(1);
    let mut values = Vec::new();
    for (segment, text) in operation.segments.iter().zip(path) {
        if let Segment::Parameter { suffix, .. } = segment {
            values.push(decoded(text.strip_suffix(suffix.as_str()).unwrap()));
        }
    }
    let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in request
        .uri()
        .query()
        .into_iter()
        .flat_map(|query| query.split('&'))
    {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        query.entry(decoded(name)).or_default().push(decoded(value));
    }
    for parameter in &operation.parameters {
        let flag = format!("--{}", flag(&parameter.rust_name));
        let texts = match parameter.location {
            Location::Path => continue,
            Location::Query => query.remove(&parameter.name).unwrap_or_default(),
            Location::Header => header(request.headers(), &parameter.name),
        };
        for text in texts {
            line.push(flag.clone());
            if parameter.encoding != Encoding::Flag {
                line.push(text);
            }
        }
    }
    let content_type = header(request.headers(), CONTENT_TYPE.as_str()).concat();
    let mut input = Vec::new();
    if content_type.starts_with("application/json") {
        line.extend(["--body".to_owned(), "-".to_owned()]);
        input = request.body().to_vec();
    } else if content_type.starts_with("application/x-www-form-urlencoded") {
        let text = String::from_utf8(request.body().to_vec()).unwrap();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap();
            line.extend([
                format!("--{}", flag(name)),
                decoded(&value.replace('+', " ")),
            ]);
        }
    } else if content_type.starts_with("multipart/form-data") {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        for part in body.split("name=\"").skip(1) {
            let (name, rest) = part.split_once('"').unwrap();
            let content = rest.split_once("\r\n\r\n").unwrap().1;
            let content = content.split("\r\n--").next().unwrap();
            line.extend([
                format!("--{}", flag(name)),
                program.file("upload.csv", content),
            ]);
        }
    }
    // The values of the path can begin with a hyphen.
    if !values.is_empty() {
        line.push("--".to_owned());
        line.extend(values);
    }
    (line, input)
}

fn flag(name: &str) -> String {
    let name = words::words(name).join("-");
    let renamed = RENAMED.iter().find(|(own, _)| *own == name);
    renamed.map_or(name, |(_, renamed)| (*renamed).to_owned())
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

fn header(headers: &HeaderMap, name: &str) -> Vec<String> {
    let value = headers
        .get(name)
        .map(|value| value.to_str().unwrap().to_owned());
    value.into_iter().collect()
}
