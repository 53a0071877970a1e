//! A Secure Access service on a loopback port, for tests and for trying things out.
//!
//! It is driven by the documents of the API: every operation answers, requests are checked against them, and collections keep what is put
//! into them.
//!
//! ```
//! use cisco_secure_access::simulator::Simulator;
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let simulator = Simulator::builder().tunnel_groups(2).start().await?;
//! let client = simulator.client()?;
//! # #[cfg(feature = "deployments")] {
//! let page = client.deployments().list_network_tunnel_groups().send().await?;
//! assert_eq!(page.total, Some(2));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Inside, a request goes from `server` (the socket) to `service` (token, cloud, OAuth scope, limits, faults, record), `validate` and
//! `perform`, which changes `collections` and makes answers with `values`. `document` reads the documents, `shape` tells by rule which
//! paths form a collection, `special` and `reports` know what no rule tells.

mod answer;
mod builder;
mod collections;
mod dice;
mod document;
mod example;
mod faults;
mod habits;
mod limits;
mod multipart;
mod paging;
mod perform;
mod plausible;
mod record;
mod reports;
mod server;
mod service;
mod shape;
mod special;
mod tests;
mod tokens;
mod validate;
mod values;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;
use tokio::task::JoinHandle;
use url::Url;

use crate::auth::Credentials;
use crate::client::Client;
use crate::cloud::Cloud;
use crate::error::Result;
use faults::Delivery;
use service::Service;
use tokens::Key;

pub use builder::{Redirect, SimulatorBuilder};
pub use faults::Fault;
pub use habits::Habit;
pub use record::RecordedRequest;

/// A running simulator; it stops when it is dropped.
pub struct Simulator {
    service: Arc<Service>,
    keys: BTreeMap<String, Key>,
    /// `None` where it has no socket.
    socket: Option<Socket>,
}

struct Socket {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Simulator {
    /// Sets up a simulator.
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::default()
    }

    /// Where it listens: `http://127.0.0.1:<port>`; `https://simulator.invalid` where it has no socket.
    #[must_use]
    pub fn base_url(&self) -> Url {
        let url = match &self.socket {
            Some(socket) => format!("http://{}", socket.address),
            None => "https://simulator.invalid".to_owned(),
        };
        #[expect(clippy::expect_used, reason = "a socket address always makes a URL")]
        Url::parse(&url).expect("a URL")
    }

    /// The key and secret that it accepts for everything.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        Credentials::new(tokens::KEY, tokens::SECRET)
    }

    /// The secret in [`credentials`](Self::credentials), for programs that are no clients of this crate.
    #[must_use]
    pub fn secret(&self) -> &str {
        tokens::SECRET
    }

    /// The key of this id, which [`SimulatorBuilder::key`] added, with its secret; a secret that is refused where there is no such key.
    #[must_use]
    pub fn credentials_of(&self, id: &str) -> Credentials {
        let secret = self.keys.get(id).map_or("hush", |key| &key.secret);
        Credentials::new(id, secret)
    }

    /// A new client that talks to it.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn client(&self) -> Result<Client> {
        Client::builder()
            .cloud(Cloud::Custom(self.base_url()))
            .credentials(self.credentials())
            .build()
    }

    /// The cloud that it plays.
    #[must_use]
    pub fn cloud(&self) -> &Cloud {
        &self.service.cloud
    }

    /// Answers a request without the socket.
    ///
    /// # Errors
    /// What a client would see of a connection that a [`Fault`] breaks.
    pub async fn call(&self, request: Request<Bytes>) -> io::Result<Response<Bytes>> {
        let reply = self.service.call(request).await;
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

    /// All requests so far, in the order of their answers.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.service.state().requests.clone()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.service.state().requests.clear();
    }

    /// How many times a token was asked for so far.
    #[must_use]
    pub fn token_requests(&self) -> usize {
        let state = self.service.state();
        let is_token = |request: &&RecordedRequest| request.path == tokens::PATH;
        state.requests.iter().filter(is_token).count()
    }

    /// Lets all tokens expire now, before the time that their holders were told.
    pub fn expire_tokens(&self) {
        self.service.state().tokens.expire();
    }

    /// Puts its clock forward: tokens grow older and rate limits recover without a test that sleeps.
    pub fn advance(&self, time: Duration) {
        self.service.state().ahead += time;
    }

    /// Adds a fault on calls of an operation. Faults are asked in the order in which they were added.
    ///
    /// # Panics
    /// When there is no such operation: the test would test nothing.
    pub fn fault(&self, operation: &str, fault: Fault) {
        assert!(
            document::is_operation(operation),
            "the simulator knows no operation `{operation}`"
        );
        self.service.add_fault(Some(operation), fault);
    }

    /// Adds a fault on calls of every operation, the token request included.
    pub fn fault_everywhere(&self, fault: Fault) {
        self.service.add_fault(None, fault);
    }

    /// Forgets all faults.
    pub fn clear_faults(&self) {
        self.service.state().faults.clear();
    }

    /// Locks the access rules, as when somebody else changes them: changing calls are answered with 409 until they are unlocked.
    pub fn lock_rules(&self, locked: bool) {
        self.service.state().rules_are_locked = locked;
    }

    /// The items of the collection at a path, such as `/deployments/v2/sites`, as rows of its list. There are none where no collection is.
    #[must_use]
    pub fn items(&self, path: &str) -> Vec<Value> {
        let rows = self.service.with_collection(path, |collection, values| {
            let numbers = collection.numbers().iter();
            numbers
                .map(|number| collection.row(values, *number))
                .collect()
        });
        rows.unwrap_or_default()
    }

    /// The ids of the items of the collection at a path, as they stand in paths.
    #[must_use]
    pub fn ids(&self, path: &str) -> Vec<String> {
        let ids = self.service.with_collection(path, |collection, _| {
            let numbers = collection.numbers().iter();
            numbers
                .map(|number| service::as_text(&collection.id(*number)))
                .collect()
        });
        ids.unwrap_or_default()
    }

    /// Adds an item to the collection at a path, as if somebody else did; gives its id. `None` where no collection is.
    pub fn add_item(&self, path: &str, properties: &Value) -> Option<String> {
        let told = properties.as_object().cloned().unwrap_or_default();
        self.service.with_collection(path, |collection, _| {
            let number = collection.add(told);
            service::as_text(&collection.id(number))
        })
    }

    /// Removes an item from the collection at a path, as if somebody else did; tells whether it was there.
    pub fn remove_item(&self, path: &str, id: &str) -> bool {
        let removed = self.service.with_collection(path, |collection, _| {
            let number = collection.find(id);
            number.is_some_and(|number| collection.remove(number))
        });
        removed.unwrap_or_default()
    }

    /// A request of an operation that its document allows, for items that are there, without a token; with `everything`, with all
    /// parameters and properties, otherwise with those that are required. `None` where there is no such operation.
    #[must_use]
    pub fn example_request(&self, operation: &str, everything: bool) -> Option<Request<Bytes>> {
        let (document, operation) = document::all().find(|(_, known)| known.id == operation)?;
        let store = &mut self.service.state().store;
        example::request(store, &self.service.world, document, operation, everything)
    }
}

impl fmt::Debug for Simulator {
    /// Without what it keeps: callers send it secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("cloud", &self.service.cloud)
            .field("base_url", &self.base_url().as_str())
            .finish_non_exhaustive()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if let Some(socket) = &self.socket {
            socket.server.abort();
        }
    }
}
