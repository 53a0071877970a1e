//! `secure-access api METHOD PATH`: requests that no document describes.

use cisco_secure_access::{Client, Method, Operation, Pagination, Request};
use clap::ValueEnum;
use serde_json::Value;

use crate::failure::{Failure, Result};
use crate::operation::{Payload, print_items, print_request, read_body};
use crate::output::Columns;
use crate::session::Options;

/// Sends a request to a path, documented or not
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  secure-access api GET /deployments/v2/sites --paginate
  secure-access api GET /deployments/v2/ztna/profiles --paginate cursor --items /items
  secure-access api POST /deployments/v2/somethingNew --body @body.json")]
pub(crate) struct Arguments {
    /// GET, POST, PUT, PATCH, DELETE
    #[arg(value_parser = method)]
    method: Method,
    /// The path from the root of the host: /deployments/v2/sites
    #[arg(value_parser = path)]
    path: String,
    /// A query parameter; can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    query: Vec<(String, String)>,
    /// A header; can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    header: Vec<(String, String)>,
    /// The body: JSON or YAML, @FILE, or - for standard input
    #[arg(long, value_name = "JSON|YAML|@FILE|-", allow_hyphen_values = true)]
    body: Option<String>,
    /// Lists the items of all pages. A documented path needs no style
    #[arg(long, value_name = "STYLE", num_args = 0..=1, default_missing_value = "documented")]
    paginate: Option<Style>,
    /// JSON pointer of the list in a page; the response itself by default
    #[arg(long, value_name = "POINTER", requires = "paginate")]
    items: Option<String>,
    /// Ends after this many items
    #[arg(long, value_name = "COUNT", requires = "paginate")]
    max_items: Option<u64>,
}

/// What selects a page.
#[derive(Clone, Copy, ValueEnum)]
enum Style {
    /// As the documents describe the path
    Documented,
    /// The parameters `offset` and `limit`
    Offset,
    /// The parameters `page` and `limit`
    Page,
    /// The parameter `cursor`, from the property `cursor` of the page before
    Cursor,
    /// The header `Link` of the page before
    Link,
    /// One response has all items
    Single,
}

fn method(text: &str) -> Result<Method, String> {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    known
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(text))
        .ok_or_else(|| "expected GET, HEAD, POST, PUT, PATCH or DELETE".to_owned())
}

fn path(text: &str) -> Result<String, String> {
    match text.split_once('?') {
        None => Ok(text.to_owned()),
        Some((path, query)) => {
            let options = query.replace('&', " --query ");
            Err(format!(
                "a path has no query; expected {path} --query {options}"
            ))
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Arguments {
    /// Sends the request.
    ///
    /// # Errors
    /// When the arguments are not valid, or the call fails.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        let body = self.body.as_deref().map(read_body).transpose()?;
        if options.dry_run {
            let payload = body.clone().map_or(Payload::Empty, Payload::Value);
            let make = |client: &Client| self.request(client, body.as_ref());
            return print_request(options, make, &payload).await;
        }
        let is_safe = matches!(self.method, Method::GET | Method::HEAD);
        if !is_safe {
            options
                .prompt()
                .confirm(&format!("{} {}", self.method, self.path))?;
        }
        let request = self.request(&options.client()?, body.as_ref());
        let mut printer = options.output.printer(Columns::default())?;
        let Some(style) = self.paginate else {
            let response = request.send_raw().await?;
            if response.body().is_empty() {
                return Ok(());
            }
            return printer.value(&response.json::<Value>()?.into_inner());
        };
        let pagination = self.pagination(style, request.operation())?;
        let mut items = request.items_at::<Value>(pagination.items, pagination);
        print_items(&mut items, &mut printer, self.max_items).await?;
        printer.end()
    }

    fn request(&self, client: &Client, body: Option<&Value>) -> Request {
        let mut request = client.request(self.method.clone(), &self.path);
        for (name, value) in &self.query {
            request = request.query(name.clone(), value.clone());
        }
        for (name, value) in &self.header {
            request = request.header(name, value.clone());
        }
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    fn pagination(&self, style: Style, operation: Option<&Operation>) -> Result<Pagination> {
        let pagination = match style {
            Style::Documented => {
                let documented = operation.and_then(|operation| operation.pagination);
                documented.ok_or_else(|| {
                    Failure::usage(format!(
                        "--paginate: no document describes {} as a list",
                        self.path
                    ))
                    .with_hint(
                        "Say what selects a page: --paginate offset, page, cursor, link or single.",
                    )
                })?
            }
            Style::Offset => Pagination::by_offset("offset").limit("limit"),
            Style::Page => Pagination::by_page("page").limit("limit"),
            Style::Cursor => Pagination::by_cursor("cursor").next("/cursor"),
            Style::Link => Pagination::by_link(),
            Style::Single => Pagination::single(),
        };
        Ok(match &self.items {
            // One for the run of the program.
            Some(pointer) => pagination.items(Box::leak(pointer.clone().into_boxed_str())),
            None => pagination,
        })
    }
}
