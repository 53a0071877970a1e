//! Listings in every style, against a server with scripted pages.

mod continuation;
mod cursors;
mod ends;
mod failures;
mod prefetch;
mod random;
mod repetition;
mod single;

use cisco_secure_access::api::deployments::requests::{ListNetworkTunnelGroups, ListSites};
use cisco_secure_access::{Client, Error, Items, Method, Pagination, Result, RetryPolicy};
use futures_util::{Stream, StreamExt as _};
use serde_json::{Value, json};

use crate::scripted::{Scripted, ScriptedResponse};

/// The query of a request.
struct Query(Vec<(String, String)>);

impl Query {
    fn text(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(known, _)| known == name);
        values.next().map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str, default: usize) -> usize {
        self.text(name)
            .map_or(default, |value| value.parse().unwrap())
    }
}

/// The response of the server for a page.
struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl From<Value> for Reply {
    fn from(body: Value) -> Self {
        (200, body).into()
    }
}

impl From<(u16, Value)> for Reply {
    fn from((status, body): (u16, Value)) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_string(),
        }
    }
}

impl Reply {
    fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A server that maps the query of each page request to a response, and a client of it that does not retry.
struct Listing {
    server: Scripted,
    client: Client,
}

impl Listing {
    async fn start<R: Into<Reply>>(mut page: impl FnMut(&Query) -> R + Send + 'static) -> Self {
        let server = Scripted::by(move |request| {
            let pairs = url::form_urlencoded::parse(query(request).as_bytes());
            let reply: Reply = page(&Query(pairs.into_owned().collect())).into();
            let mut headers = vec![("content-type", "application/json")];
            headers.extend(
                reply
                    .headers
                    .iter()
                    .map(|(name, value)| (*name, value.as_str())),
            );
            ScriptedResponse::new(reply.status, &headers, &reply.body)
        })
        .await;
        let client = server.builder().retry(RetryPolicy::none()).build().unwrap();
        Self { server, client }
    }

    /// Groups have pages by offset, a documented total, and no maximum page size.
    fn groups(&self) -> ListNetworkTunnelGroups {
        self.client.deployments().list_network_tunnel_groups()
    }

    /// Sites have numbered pages, as bare arrays of up to 100.
    fn sites(&self) -> ListSites {
        self.client.deployments().list_sites()
    }

    /// Items of an undocumented operation.
    fn items_at(&self, pointer: &'static str, pagination: Pagination) -> Items<Value> {
        let request = self.client.request(Method::GET, "/deployments/v2/things");
        request.items_at(pointer, pagination)
    }

    /// The queries of the requests for pages so far.
    fn queries(&self) -> Vec<String> {
        let calls = self.server.calls();
        calls.iter().map(|call| query(call).to_owned()).collect()
    }

    fn requests(&self) -> usize {
        self.server.calls().len()
    }
}

/// The query of a request, empty if there is none.
fn query(request: &str) -> &str {
    let target = request.split(' ').nth(1).unwrap();
    target.split_once('?').map_or("", |(_, query)| query)
}

/// At most `limit` rows from `start` on, out of `total`.
fn rows(start: usize, limit: usize, total: usize) -> Vec<Value> {
    (start..total.min(start.saturating_add(limit)))
        .map(|index| json!({"id": index, "name": format!("{index}")}))
        .collect()
}

/// The names of the rows, in order.
fn names(total: usize) -> Vec<String> {
    (0..total).map(|index| index.to_string()).collect()
}

/// The result of a listing: the names of its items, and its errors. A stream that does not end is a failure.
async fn drain<T>(
    items: impl Stream<Item = Result<T>>,
    name: fn(T) -> String,
) -> (Vec<String>, Vec<Error>) {
    let mut items = std::pin::pin!(items);
    let (mut names, mut errors) = (Vec::new(), Vec::new());
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => names.push(name(item)),
            Err(error) => errors.push(error),
        }
        assert!(names.len() + errors.len() < 10_000, "it does not end");
    }
    (names, errors)
}

/// Like [`drain`], for rows without a type.
async fn drain_values(items: Items<Value>) -> (Vec<String>, Vec<Error>) {
    drain(items, |row| row["name"].as_str().unwrap_or("?").to_owned()).await
}

/// Like [`drain`], for groups.
async fn drain_groups(request: ListNetworkTunnelGroups) -> (Vec<String>, Vec<Error>) {
    drain(request.items(), |group| group.name.unwrap_or_default()).await
}

/// Like [`drain`], for sites.
async fn drain_sites(request: ListSites) -> (Vec<String>, Vec<Error>) {
    drain(request.items(), |site| site.name.unwrap_or_default()).await
}

/// The only error of a listing.
fn only(errors: &[Error]) -> &Error {
    assert_eq!(errors.len(), 1, "{errors:?}");
    &errors[0]
}
