//! A simulated Secure Access service on a loopback port, for tests and experiments.
//!
//! The API documents define its behavior: it responds to every operation of every scope, validates requests against the documents, and
//! stores created items. To start it:
//!
//! ```
//! use cisco_secure_access::simulator::Simulator;
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let simulator = Simulator::builder().tunnel_groups(2).start().await?;
//! let client = simulator.client()?;
//! # #[cfg(feature = "network-tunnel-groups")] {
//! let page = client.deployments().list_network_tunnel_groups().send().await?;
//! assert_eq!(page.total, Some(2));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! - **Validation.** Parameters and bodies must match the document of the operation, including rules in words: a passphrase has 16 to 64
//!   characters, and an address is valid. The 400 response names the parameter, or the property, the variant and the permitted values, in
//!   the error schema of the API. Undocumented parameters are ignored, as the service does, and [`RecordedRequest::ignored`] names them;
//!   with [`strict_queries`](SimulatorBuilder::strict_queries), an unknown query parameter is a 400.
//!   [`ignore_enum_case`](SimulatorBuilder::ignore_enum_case) is for clients that use another case for enumeration values. Tokens expire
//!   ([`token_lifetime`](SimulatorBuilder::token_lifetime)), a key has OAuth scopes ([`key`](SimulatorBuilder::key)), and an operation that
//!   is not documented for the [cloud](SimulatorBuilder::cloud) is a 404 whose message names the cloud.
//! - **State.** Created items can be listed, read, changed and deleted. An item has the properties of the request and those that the
//!   service assigns: ids, times on the clock of the simulator, the organization, counts, and documented defaults. It has no other
//!   properties. A `PUT` removes the properties that its body does not have; the changes of a `PATCH` are applied in order. A duplicate
//!   name is a 409 if names are unique, and a missing item is a 404. Children belong to their parents, and members to their groups. A bulk
//!   call reports invalid ids. Tunnels of a new tunnel group are established two minutes after its creation: [`Simulator::advance`].
//! - **State for tests.** At the start, every collection has three items, or the number in [`items`](SimulatorBuilder::items), or the items
//!   of a [`snapshot`](SimulatorBuilder::snapshot). A test can read, add, change and remove items at any time: [`Simulator::items`],
//!   [`Simulator::add_item`], [`Simulator::set_item`], [`Simulator::remove_item`], [`Simulator::snapshot`].
//! - **Limits.** A page, a request and an organization have the limits of the service: 500 destinations in a request and 250,000 in total,
//!   an offset of 10,000 and 30 days in reports, 1000 private resources.
//! - **Reports** are based on a log of events that is generated from the seed, so that summaries and top lists agree with the activity.
//!   Reports of all kinds of traffic can [lack some](SimulatorBuilder::failed_reports), which is a 207.
//! - **Time.** The calendar starts on the morning of 2026-01-15, so that `-1days` always means the same day, and changes when a test
//!   [advances](Simulator::advance) it. With [`clock`](SimulatorBuilder::clock), client and simulator share one clock.
//! - **Quirks.** It imitates behavior of the service that contradicts the documents. Each [`Quirk`] can be switched off.
//! - **Determinism.** With the same [seed](SimulatorBuilder::seed), the same calls get the same responses, byte for byte.
//!
//! `docs/simulator.md` in the repository lists the handwritten rules, with their sources.
//!
//! # Faults
//!
//! A [`Fault`] defines a failure and the calls that fail: a status, a delay, a reset, a lost, truncated or slow response, an expired token.
//!
//! ```
//! use cisco_secure_access::simulator::{Fault, Simulator};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let simulator = Simulator::builder().start().await?;
//! simulator.fault("list_regions", Fault::reset().on_call(2));
//! simulator.fault("list_sites", Fault::status(503).times(2));
//! simulator.fault_everywhere(Fault::expired_token().with_probability(0.01));
//! # Ok::<(), cisco_secure_access::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`rate_limit`](SimulatorBuilder::rate_limit) enforces a rate limit, and
//! [`documented_rate_limits`](SimulatorBuilder::documented_rate_limits) enforces the published ones. [`Simulator::advance`] advances the
//! clock, so that no test sleeps until a limit has recovered, a token has expired or a delayed response arrives.
//!
//! # Assertions
//!
//! [`Simulator::requests`] returns all requests and their responses, with operation, status, headers and, if
//! [enabled](SimulatorBuilder::record_bodies), bodies. It contains no token and no secret. Every token and secret contains the word `hush`:
//! if the word occurs in a log, a secret has leaked.
//!
//! ```
//! # use cisco_secure_access::simulator::{Fault, Simulator};
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let simulator = Simulator::builder().start().await?;
//! # #[cfg(feature = "network-tunnel-groups")] {
//! simulator.fault("list_regions", Fault::reset());
//! simulator.client()?.deployments().list_regions().send().await?;
//!
//! let requests = simulator.requests();
//! let statuses: Vec<_> = requests.iter().map(|request| (request.operation, request.status)).collect();
//! let (token, regions) = (Some("create_token"), Some("list_regions"));
//! assert_eq!(statuses, [(token, Some(200)), (regions, None), (regions, Some(200))]);
//! # }
//! # Ok::<(), cisco_secure_access::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Canned responses, and cassettes
//!
//! [`Simulator::on`] defines a response for the next calls of an operation. A [`Recorder`] writes the calls of a client to a cassette,
//! without values of the organization, and a [`Replay`] responds from it.
//!
//! # Without a socket, and from the shell
//!
//! [`start_without_socket`](SimulatorBuilder::start_without_socket) opens no port; [`Simulator::client`] then calls the simulator directly.
//! For curl and clients in other languages, run the example: `cargo run --example simulator -- --port 8080 --cloud china`.
//!
//! [`documents`] returns the OpenAPI documents for other tools.

// Inside, a request goes from `http::server` (the socket) to `service` (token, cloud, OAuth scopes, limits, faults, record), through `catalog`
// (which operation it means) and `validate` to `dispatch`, which calls `hooks`, `reports` or `handlers`; these change `state` and make
// responses with its values. Imports run in one direction:
//
//   cassette → catalog
//   builder → service → dispatch → hooks, quotas, reports, time_range → handlers → state → catalog → validate → http
//   all of them → env → clock, quirks → faker; service → headers → handlers

mod builder;
mod cassette;
mod catalog;
mod clock;
mod dispatch;
mod env;
mod example;
mod faker;
mod faults;
mod handlers;
mod headers;
mod hooks;
mod http;
mod limits;
mod quirks;
mod quotas;
mod record;
mod redirect;
mod reports;
mod service;
mod state;
mod tests;
mod time_range;
mod tokens;
mod validate;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ::http::{Request, Response};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::task::JoinHandle;
use url::Url;

use crate::auth::Credentials;
use crate::client::{Client, ClientBuilder, Cloud, service_fn};
use crate::error::Result;
use crate::testing::{On, Target};
use clock::Clock;
use service::Service;
use state::id_text;
use tokens::Key;

pub use builder::SimulatorBuilder;
pub use cassette::{Recorder, RecorderService, Replay};
pub use faults::Fault;
pub use quirks::Quirk;
pub use record::RecordedRequest;
pub use redirect::Redirect;

/// Returns the OpenAPI documents that the simulator responds from: the path scope of each, such as `deployments`, and its JSON.
///
/// They are part of a program with the feature `simulator`, for other tools that read OpenAPI 3.0: a validator, a mock server, a generator
/// of clients in another language, a browser of the API. All scopes are included, whichever APIs are enabled. Besides the keywords of
/// OpenAPI they have extensions that begin with `x-`, which other tools ignore. The documents change with each version of the crate.
///
/// ```
/// use cisco_secure_access::simulator;
/// use serde_json::Value;
///
/// let (_, text) = simulator::documents().find(|(scope, _)| *scope == "deployments").ok_or("no such scope")?;
/// let document: Value = serde_json::from_str(text)?;
/// assert_eq!(document["openapi"], "3.0.3");
/// assert_eq!(document["paths"]["/deployments/v2/sites"]["get"]["operationId"], "list_sites");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn documents() -> impl ExactSizeIterator<Item = (&'static str, &'static str)> {
    catalog::texts()
}

/// A running simulator, which stops when it is dropped.
pub struct Simulator {
    service: Arc<Service>,
    keys: BTreeMap<String, Key>,
    /// `None` without a socket.
    socket: Option<Socket>,
}

struct Socket {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Simulator {
    /// Creates a builder with default settings.
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::default()
    }

    /// Returns the base URL: `http://127.0.0.1:<port>`, or `https://simulator.invalid` without a socket.
    #[must_use]
    pub fn base_url(&self) -> Url {
        let url = match &self.socket {
            // A client cannot connect to a wildcard address.
            Some(Socket { address, .. }) if address.ip().is_unspecified() => {
                format!("http://127.0.0.1:{}", address.port())
            }
            Some(Socket { address, .. }) => format!("http://{address}"),
            None => "https://simulator.invalid".to_owned(),
        };
        #[expect(clippy::expect_used, reason = "a socket address always makes a URL")]
        Url::parse(&url).expect("a URL")
    }

    /// Returns the key and secret with all permissions.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        Credentials::new(tokens::KEY, tokens::SECRET)
    }

    /// Returns the secret of [`credentials`](Self::credentials), for clients other than this crate.
    #[must_use]
    pub fn secret(&self) -> &str {
        tokens::SECRET
    }

    /// Returns the key with this id, which [`SimulatorBuilder::key`] added, and its secret. If there is no such key, the secret is
    /// rejected.
    #[must_use]
    pub fn credentials_of(&self, id: &str) -> Credentials {
        let secret = self.keys.get(id).map_or("hush", |key| &key.secret);
        Credentials::new(id, secret)
    }

    /// Creates a client of the simulator, which uses the socket if there is one.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn client(&self) -> Result<Client> {
        self.client_builder().build()
    }

    /// Creates the builder of [`client`](Self::client), for further settings.
    pub fn client_builder(&self) -> ClientBuilder {
        let builder = Client::builder()
            .cloud(Cloud::Custom(self.base_url()))
            .credentials(self.credentials());
        let builder = match &self.service.env.clock {
            Clock::System { .. } => builder,
            Clock::Paused(clock) => builder.clock(clock),
        };
        match self.socket {
            Some(_) => builder,
            None => {
                let service = Arc::clone(&self.service);
                builder.http_service(service_fn(move |request| {
                    Arc::clone(&service).respond(request)
                }))
            }
        }
    }

    /// Returns the simulated cloud.
    #[must_use]
    pub fn cloud(&self) -> &Cloud {
        &self.service.cloud
    }

    /// Handles a request without a socket.
    ///
    /// # Errors
    /// The error that a client gets for a connection that a [`Fault`] breaks.
    pub async fn call(&self, request: Request<Bytes>) -> io::Result<Response<Bytes>> {
        self.service.deliver(request).await
    }

    /// Returns all requests so far, in the order of their responses.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.service.state().requests.clone()
    }

    /// Clears the recorded requests.
    pub fn clear_requests(&self) {
        self.service.state().requests.clear();
    }

    /// Returns the number of token requests.
    #[must_use]
    pub fn token_requests(&self) -> usize {
        let state = self.service.state();
        let is_token = |request: &&RecordedRequest| request.path == tokens::PATH;
        state.requests.iter().filter(is_token).count()
    }

    /// Expires all tokens now, before the expiry in their responses.
    pub fn expire_tokens(&self) {
        self.service.state().tokens.expire();
    }

    /// Advances the clock, so that tests do not sleep: tokens expire, rate limits recover, delayed responses arrive, and all times in
    /// responses change.
    pub fn advance(&self, time: Duration) {
        self.service.env.clock.advance(time);
    }

    /// Returns the calendar time of the clock. It starts at 2026-01-15T08:30:00Z.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.service.env.now()
    }

    /// Selects the calls of an operation, to define a response. The next calls get it and are not carried out; then the simulator responds
    /// as usual. Faults take precedence.
    ///
    /// ```
    /// # use cisco_secure_access::simulator::Simulator;
    /// # use serde_json::json;
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// let simulator = Simulator::builder().start().await?;
    /// simulator.on("list_sites").respond(json!([{"siteId": 17, "name": "Harbour"}]));
    /// # #[cfg(feature = "sites")] {
    /// let client = simulator.client()?;
    /// assert_eq!(client.deployments().list_sites().await?[0].name.as_deref(), Some("Harbour"));
    /// assert_eq!(client.deployments().list_sites().await?.len(), 3);
    /// # }
    /// # Ok::<(), cisco_secure_access::Error>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// When there is no such operation: the response would never be used.
    #[must_use = "nothing changes until `respond` is called"]
    pub fn on(&self, operation: &str) -> On {
        assert_known(operation);
        let target = Target::Operation(operation.to_owned());
        self.service.canned.on(target)
    }

    /// Selects the calls of every operation except the token request, to define a response.
    #[must_use = "nothing changes until `respond` is called"]
    pub fn on_any(&self) -> On {
        self.service.canned.on(Target::Any)
    }

    /// Adds a fault to calls of an operation. Faults are applied in the order in which they were added.
    ///
    /// # Panics
    /// When there is no such operation: the fault would never occur.
    pub fn fault(&self, operation: &str, fault: Fault) {
        assert_known(operation);
        self.service.add_fault(Some(operation), fault);
    }

    /// Adds a fault to calls of every operation, including the token request.
    pub fn fault_everywhere(&self, fault: Fault) {
        self.service.add_fault(None, fault);
    }

    /// Removes all faults and canned responses.
    pub fn clear_faults(&self) {
        self.service.canned.clear();
        self.service.state().faults.clear();
    }

    /// Locks the access rules, as during a change by another client: calls that change rules get 409 until they are unlocked.
    pub fn lock_rules(&self, locked: bool) {
        self.service.state().rules_are_locked = locked;
    }

    /// Returns the items of the collection at a path, such as `/deployments/v2/sites`, as rows of its list. Without a collection at the
    /// path, there are none.
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

    /// Returns the ids of the items of the collection at a path, as they occur in paths.
    #[must_use]
    pub fn ids(&self, path: &str) -> Vec<String> {
        let ids = self.service.with_collection(path, |collection, _| {
            let numbers = collection.numbers().iter();
            numbers
                .map(|number| id_text(&collection.id(*number)))
                .collect()
        });
        ids.unwrap_or_default()
    }

    /// Adds an item to the collection at a path, as another client would, and returns its id. The item has these properties and those that
    /// the service assigns. An id in the properties is the id of the item. You can also add to collections without a create operation, such
    /// as regions.
    ///
    /// ```
    /// use cisco_secure_access::simulator::Simulator;
    /// use serde_json::json;
    ///
    /// # fn main() -> cisco_secure_access::Result<()> {
    /// let simulator = Simulator::builder().start_without_socket()?;
    /// let id = simulator.add_item("/deployments/v2/sites", &json!({"name": "Harbour"}))?;
    /// assert_eq!(id, "1004");
    /// let error = simulator.add_item("/deployments/v2/sites", &json!({"colour": "red"})).unwrap_err();
    /// assert!(error.to_string().contains("/colour"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when there is no collection at the path, when a property does not
    /// match the document of the item (the message names it), or when the id already exists.
    pub fn add_item(&self, path: &str, properties: &Value) -> Result<String> {
        self.service.put(path, None, properties)
    }

    /// Sets properties of an item of the collection at a path, as the service would: other properties do not change, including the time of
    /// the last change.
    ///
    /// # Errors
    /// As for [`add_item`](Self::add_item), and when there is no item with the id.
    pub fn set_item(&self, path: &str, id: &str, properties: &Value) -> Result<()> {
        self.service.put(path, Some(id), properties).map(drop)
    }

    /// Returns the items of all collections that were used so far: a JSON object of lists, by the paths of the collections.
    /// [`SimulatorBuilder::snapshot`] starts a simulator with them. Secrets of requests are not included.
    #[must_use]
    pub fn snapshot(&self) -> Value {
        self.service.snapshot()
    }

    /// Removes an item from the collection at a path, as another client would; returns whether it existed.
    pub fn remove_item(&self, path: &str, id: &str) -> bool {
        let removed = self.service.with_collection(path, |collection, _| {
            let number = collection.find(id);
            number.is_some_and(|number| collection.remove(number))
        });
        removed.unwrap_or_default()
    }

    /// Creates a valid request of an operation, for existing items, without a token; with `everything`, it has all parameters and
    /// properties, otherwise only the required ones. `None` if there is no such operation.
    #[must_use]
    pub fn example_request(&self, operation: &str, everything: bool) -> Option<Request<Bytes>> {
        let endpoint = catalog::all().find(|known| known.operation.id == operation)?;
        let store = &mut self.service.state().store;
        example::request(store, &self.service.env, endpoint, everything)
    }
}

/// Panics if an operation does not exist, because the test would test nothing.
fn assert_known(operation: &str) {
    assert!(
        catalog::is_operation(operation),
        "the simulator has no operation `{operation}`"
    );
}

impl fmt::Debug for Simulator {
    /// Omits the state, which may contain secrets.
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
