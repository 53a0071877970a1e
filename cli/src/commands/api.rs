//! `secure-access api METHOD PATH`: requests that no document describes.

use cisco_secure_access::{Method, Pagination, operations};
use clap::ValueEnum;
use futures_util::StreamExt as _;
use serde_json::Value;

use crate::failure::{Failure, Result};
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
        let is_safe = matches!(self.method, Method::GET | Method::HEAD);
        if !is_safe {
            options
                .prompt()
                .confirm(&format!("{} {}", self.method, self.path))?;
        }
        let client = options.client()?;
        let mut request = client.request(self.method.clone(), &self.path);
        for (name, value) in &self.query {
            request = request.query(name.clone(), value.clone());
        }
        for (name, value) in &self.header {
            request = request.header(name, value.clone());
        }
        if let Some(text) = &self.body {
            request = request.json(&crate::operation::read_body(text)?);
        }
        let mut printer = options.output.printer(Columns::default())?;
        let Some(style) = self.paginate else {
            let response = request.send_raw().await?;
            if response.body().is_empty() {
                return Ok(());
            }
            return printer.value(&response.json::<Value>()?.into_inner());
        };
        let pagination = self.pagination(style)?;
        let mut items = request.items_at::<Value>(pagination.items, pagination);
        let mut count = 0;
        while self.max_items != Some(count)
            && let Some(item) = items.next().await
        {
            printer.item(&item?)?;
            count += 1;
        }
        printer.end()
    }

    fn pagination(&self, style: Style) -> Result<Pagination> {
        let pagination = match style {
            Style::Documented => self.documented()?,
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

    /// The pagination of the operation that has this path.
    fn documented(&self) -> Result<Pagination> {
        let is_it = |template: &str| {
            let (template, path) = (template.split('/'), self.path.split('/'));
            template.clone().count() == path.clone().count()
                && template
                    .zip(path)
                    .all(|(known, own)| known.starts_with('{') || known == own)
        };
        let mut found = operations()
            .filter(|operation| operation.method == self.method && is_it(operation.path))
            .collect::<Vec<_>>();
        found.sort_by_key(|operation| operation.path.matches('{').count());
        found
            .first()
            .and_then(|operation| operation.pagination)
            .ok_or_else(|| {
                Failure::usage(format!(
                    "--paginate: no document describes {} as a list",
                    self.path
                ))
                .with_hint(
                    "Say what selects a page: --paginate offset, page, cursor, link or single.",
                )
            })
    }
}
