//! A Secure Access service on a loopback port, for tests and for trying things out.
//!
//! It is driven by the documents of the API: every operation of every scope responds, requests are validated against the documents, and
//! collections keep what is put into them. Three lines start it:
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
//! # What it does
//!
//! - **Validation.** Parameters and bodies must be as the document of the operation says, in keywords or in words: a passphrase has its 16 to
//!   64 characters, and an address is one. The response 400 names the parameter, or the property, the variant and the permitted values; it
//!   has the shape of its API. What the operation does not document is ignored, as the service does, and
//!   [`RecordedRequest::ignored`] names it; with [`strict_queries`](SimulatorBuilder::strict_queries), an unknown query parameter is a 400.
//!   [`ignore_enum_case`](SimulatorBuilder::ignore_enum_case) is for clients that write values in another case. Tokens expire
//!   ([`token_lifetime`](SimulatorBuilder::token_lifetime)), a key may do what its OAuth scopes say ([`key`](SimulatorBuilder::key)), and an
//!   operation that the [cloud](SimulatorBuilder::cloud) does not document is a 404 whose message names the cloud.
//! - **State.** What is created can be listed, read, changed and deleted. An item has the properties that a request sent and those that the
//!   service assigns: ids, times on the clock of the simulator, the organization, counts, and defaults that a document states. Nothing else is
//!   added to it. A `PUT` removes what its body leaves out; the changes of a `PATCH` are carried out in their order. A name that is in use
//!   is a 409 where names are unique, and a missing item is a 404. Children belong to their parents, and members to their groups. A bulk call
//!   reports the ids that are none. Tunnels of a new tunnel group are established two minutes after its creation: [`Simulator::advance`].
//! - **State for tests.** At the start every collection has three items, or as many as [`items`](SimulatorBuilder::items) says, or those of
//!   a [`snapshot`](SimulatorBuilder::snapshot). A test can read, add, change and remove items at any time: [`Simulator::items`],
//!   [`Simulator::add_item`], [`Simulator::set_item`], [`Simulator::remove_item`], [`Simulator::snapshot`].
//! - **Limits.** A page, a request and an organization have no more than the service allows: 500 destinations at a time and 250,000 in all,
//!   an offset of 10,000 and 30 days in reports, 1000 private resources.
//! - **Reports** describe a log of events that follows from the seed, so that summaries and top lists agree with the activity. Reports of all
//!   kinds of traffic can [lack some](SimulatorBuilder::failed_reports), which is a 207.
//! - **Time.** It starts on the morning of 2026-01-15, so that `-1days` means the same every day, and moves when a test
//!   [advances](Simulator::advance) it. With [`clock`](SimulatorBuilder::clock), client and simulator have one clock.
//! - **Quirks.** It does what the service does and the documents do not say; each [`Quirk`] can be switched off.
//! - **Determinism.** The same [seed](SimulatorBuilder::seed) and the same calls give the same responses, byte for byte.
//!
//! `docs/simulator.md` in the repository lists the rules that are written by hand, with the facts that they come from.
//!
//! # Faults
//!
//! A [`Fault`] is what fails, on which calls: a status, a delay, a reset, a lost, truncated or slow response, an expired token.
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
//! Rate limits are enforced where [`rate_limit`](SimulatorBuilder::rate_limit) sets them, or
//! [as they are published](SimulatorBuilder::documented_rate_limits). [`Simulator::advance`] advances the clock, so that no test has
//! to sleep until a limit has recovered, a token has expired or a delayed response arrives.
//!
//! # Assertions
//!
//! [`Simulator::requests`] is the record of all requests and their responses, with operation, status, headers and, where they are
//! [kept](SimulatorBuilder::record_bodies), bodies. It has no token and no secret. All of these contain the word `hush`: where it turns up
//! in a log, something has leaked.
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
//! [`Simulator::on`] gives the next calls of an operation a response of the test's own. A [`Recorder`] writes the calls of a client to a
//! cassette, without a value of the organization, and a [`Replay`] responds from it.
//!
//! # Without a socket, and from the shell
//!
//! [`start_without_socket`](SimulatorBuilder::start_without_socket) opens no port; [`Simulator::client`] then calls it directly. For curl
//! and other languages there is an example: `cargo run --example simulator -- --port 8080 --cloud china`.

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
            // A wildcard address is none to connect to.
            Some(Socket { address, .. }) if address.ip().is_unspecified() => {
                format!("http://127.0.0.1:{}", address.port())
            }
            Some(Socket { address, .. }) => format!("http://{address}"),
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

    /// The key of this id, which [`SimulatorBuilder::key`] added, with its secret; a secret that is rejected where there is no such key.
    #[must_use]
    pub fn credentials_of(&self, id: &str) -> Credentials {
        let secret = self.keys.get(id).map_or("hush", |key| &key.secret);
        Credentials::new(id, secret)
    }

    /// A new client that talks to it, over the socket if there is one.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn client(&self) -> Result<Client> {
        self.client_builder().build()
    }

    /// The settings of [`client`](Self::client), to be completed.
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
        self.service.deliver(request).await
    }

    /// All requests so far, in the order of their responses.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.service.state().requests.clone()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.service.state().requests.clear();
    }

    /// How many tokens were requested so far.
    #[must_use]
    pub fn token_requests(&self) -> usize {
        let state = self.service.state();
        let is_token = |request: &&RecordedRequest| request.path == tokens::PATH;
        state.requests.iter().filter(is_token).count()
    }

    /// Lets all tokens expire now, before the time that their responses had.
    pub fn expire_tokens(&self) {
        self.service.state().tokens.expire();
    }

    /// Advances its clock, so that no test sleeps: tokens grow older, rate limits recover, delayed responses arrive, and all times in
    /// responses move.
    pub fn advance(&self, time: Duration) {
        self.service.env.clock.advance(time);
    }

    /// The calendar time of its clock. It starts at 2026-01-15T08:30:00Z.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.service.env.now()
    }

    /// The calls of an operation, to give them a response: the next calls get it and are not carried out; then the simulator responds as
    /// usual. Faults come first.
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
    /// When there is no such operation: the test would test nothing.
    #[must_use = "nothing changes until `respond` is called"]
    pub fn on(&self, operation: &str) -> On {
        assert_known(operation);
        let target = Target::Operation(operation.to_owned());
        self.service.canned.on(target)
    }

    /// The calls of every operation but the token request, to give them a response.
    #[must_use = "nothing changes until `respond` is called"]
    pub fn on_any(&self) -> On {
        self.service.canned.on(Target::Any)
    }

    /// Adds a fault on calls of an operation. Faults are tried in the order in which they were added.
    ///
    /// # Panics
    /// When there is no such operation: the test would test nothing.
    pub fn fault(&self, operation: &str, fault: Fault) {
        assert_known(operation);
        self.service.add_fault(Some(operation), fault);
    }

    /// Adds a fault on calls of every operation, the token request included.
    pub fn fault_everywhere(&self, fault: Fault) {
        self.service.add_fault(None, fault);
    }

    /// Forgets all faults and canned responses.
    pub fn clear_faults(&self) {
        self.service.canned.clear();
        self.service.state().faults.clear();
    }

    /// Locks the access rules, as when somebody else changes them: calls that change rules get 409 until they are unlocked.
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
                .map(|number| id_text(&collection.id(*number)))
                .collect()
        });
        ids.unwrap_or_default()
    }

    /// Adds an item to the collection at a path, as if somebody else did, and returns its id. The item has these properties, and what the
    /// service assigns to it; an id that is among them is its id. Sets that no operation adds to, such as regions, can be added to as well.
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
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when there is no collection at the path, when a property is not one that
    /// the document has for the item (the message has the property), or when there is an item of the id.
    pub fn add_item(&self, path: &str, properties: &Value) -> Result<String> {
        self.service.put(path, None, properties)
    }

    /// Sets properties of an item of the collection at a path, as if the service did: other properties stay, the time of the last change
    /// too.
    ///
    /// # Errors
    /// As for [`add_item`](Self::add_item), and when there is no item of the id.
    pub fn set_item(&self, path: &str, id: &str, properties: &Value) -> Result<()> {
        self.service.put(path, Some(id), properties).map(drop)
    }

    /// The items of all collections that were called or looked at so far: a JSON object of lists, by the paths of the collections.
    /// [`SimulatorBuilder::snapshot`] starts a simulator with them. Secrets that were sent are not part of it.
    #[must_use]
    pub fn snapshot(&self) -> Value {
        self.service.snapshot()
    }

    /// Removes an item from the collection at a path, as if somebody else did; returns whether it existed.
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
        let endpoint = catalog::all().find(|known| known.operation.id == operation)?;
        let store = &mut self.service.state().store;
        example::request(store, &self.service.env, endpoint, everything)
    }
}

/// A test that names an operation which does not exist tests nothing.
fn assert_known(operation: &str) {
    assert!(
        catalog::is_operation(operation),
        "the simulator knows no operation `{operation}`"
    );
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
