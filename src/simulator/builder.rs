//! Settings of a simulator.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;

use super::clock::Clock;
use super::env::{Env, Sizes};
use super::faker::SeededRng;
use super::faults::{Fault, Faults};
use super::http::server;
use super::limits::Limits;
use super::quirks::{Quirk, Quirks};
use super::redirect::Redirect;
use super::service::{Service, State};
use super::state::Store;
use super::tokens::{self, Key, Tokens};
use super::validate::Strictness;
use super::{Simulator, Socket, catalog};
use crate::client::Cloud;
use crate::error::{Error, Result};
use crate::runtime::PausedClock;
use crate::testing::CannedResponses;

/// How many items a collection has of which nothing is said.
const ITEMS: usize = 3;

/// Settings of a [`Simulator`].
#[derive(Clone, Debug)]
#[must_use = "settings do nothing until the simulator is started"]
pub struct SimulatorBuilder {
    cloud: Cloud,
    address: IpAddr,
    port: u16,
    seed: u64,
    token_lifetime: Duration,
    keys: BTreeMap<String, Key>,
    sizes: Sizes,
    quirks: Quirks,
    faults: Faults,
    documented_limits: bool,
    limits: BTreeMap<String, Vec<(u64, u64)>>,
    redirect: Option<Redirect>,
    record_bodies: bool,
    snapshot: Option<Value>,
    clock: Option<PausedClock>,
    real_time: bool,
    strictness: Strictness,
    failed_reports: Vec<String>,
    /// Operations that were named, to be looked up at the start.
    named: Vec<String>,
}

impl Default for SimulatorBuilder {
    fn default() -> Self {
        let key = Key {
            secret: tokens::SECRET.to_owned(),
            scopes: None,
        };
        Self {
            cloud: Cloud::Global,
            address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            seed: 0,
            token_lifetime: Duration::from_secs(3600),
            keys: BTreeMap::from([(tokens::KEY.to_owned(), key)]),
            sizes: Sizes {
                listed: BTreeMap::new(),
                others: ITEMS,
            },
            quirks: Quirks::usual(),
            faults: Faults::default(),
            documented_limits: false,
            limits: BTreeMap::new(),
            redirect: None,
            record_bodies: false,
            snapshot: None,
            clock: None,
            real_time: false,
            strictness: Strictness::default(),
            failed_reports: Vec::new(),
            named: Vec::new(),
        }
    }
}

impl SimulatorBuilder {
    /// The cloud to play; [`Cloud::Global`] where none is set. What a cloud does not document is a 404; a custom cloud has all.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// The address to listen on; the loopback address where none is set. A container needs `0.0.0.0`, which other machines reach.
    pub fn address(mut self, address: IpAddr) -> Self {
        self.address = address;
        self
    }

    /// The port to listen on; a free one where none is set.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The seed of everything that is random: the same seed and the same calls give the same responses, byte for byte.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The clock of the simulator, which its [clients](Simulator::client) share: their delays before retries and for rate limits advance it,
    /// so that a limit recovers while a client waits, and so do the delays of [faults](Fault::delay): nothing sleeps. Without it, tokens,
    /// rate limits and faults follow the clock of Tokio, and [`Simulator::advance`] adds to it.
    pub fn clock(mut self, clock: &PausedClock) -> Self {
        self.clock = Some(clock.clone());
        self
    }

    /// Lets the times in responses move with the time of the system, as a server that runs for hours needs it. Without this, they move
    /// when the test [advances](Simulator::advance) the clock, so that responses do not depend on how fast a test runs.
    pub fn real_time(mut self) -> Self {
        self.real_time = true;
        self
    }

    /// How long the tokens live that it issues; an hour where nothing is set, as on the real service.
    pub fn token_lifetime(mut self, life: Duration) -> Self {
        self.token_lifetime = life;
        self
    }

    /// Adds a key with these OAuth scopes, such as `deployments.sites:read`; [`Simulator::credentials_of`] gives its secret. The key that
    /// [`Simulator::credentials`] gives may do everything.
    pub fn key<S: Into<String>>(mut self, id: &str, scopes: impl IntoIterator<Item = S>) -> Self {
        let key = Key {
            secret: format!("simulated-hush-{id}"),
            scopes: Some(scopes.into_iter().map(Into::into).collect()),
        };
        self.keys.insert(id.to_owned(), key);
        self
    }

    /// How many items the operation lists at the start; three where nothing is set. Items are made when they are looked at, so that a
    /// quarter of a million cost next to nothing.
    pub fn items(mut self, operation: &str, count: usize) -> Self {
        self.sizes.listed.insert(operation.to_owned(), count);
        self.named.push(operation.to_owned());
        self
    }

    /// How many network tunnel groups there are at the start: [`items`](Self::items) of `list_network_tunnel_groups`.
    pub fn tunnel_groups(self, count: usize) -> Self {
        self.items("list_network_tunnel_groups", count)
    }

    /// Which of the service's [quirks](Quirk) it has; all but [`Quirk::LateDestinations`] where nothing is set.
    pub fn quirks(mut self, quirks: impl IntoIterator<Item = Quirk>) -> Self {
        self.quirks = Quirks::only(quirks);
        self
    }

    /// A fault on calls of an operation, from the start; [`Simulator::fault`] adds more.
    pub fn fault(mut self, operation: &str, fault: Fault) -> Self {
        self.faults.add(Some(operation.to_owned()), fault);
        self.named.push(operation.to_owned());
        self
    }

    /// A fault on calls of every operation, the token request included.
    pub fn fault_everywhere(mut self, fault: Fault) -> Self {
        self.faults.add(None, fault);
        self
    }

    /// Enforces the rate limits that are published for the service. Without this, a test may call as often as it likes.
    pub fn documented_rate_limits(mut self) -> Self {
        self.documented_limits = true;
        self
    }

    /// Enforces a rate limit for a class of operations ([`RateLimit::class`](crate::RateLimit::class)): so many requests in so many
    /// seconds. Given more than once, all of them hold.
    pub fn rate_limit(mut self, class: &str, requests: u64, seconds: u64) -> Self {
        let windows = self.limits.entry(class.to_owned()).or_default();
        windows.push((requests, seconds));
        self
    }

    /// Leads calls of reports on to their storage region, as the service may do.
    pub fn redirect_reports(mut self, redirect: Redirect) -> Self {
        self.redirect = Some(redirect);
        self
    }

    /// Keeps the JSON bodies of requests and responses, without their secrets, in [`RecordedRequest::body`](super::RecordedRequest::body) and
    /// [`RecordedRequest::response_body`](super::RecordedRequest::response_body).
    pub fn record_bodies(mut self) -> Self {
        self.record_bodies = true;
        self
    }

    /// Starts with the items of a snapshot: a JSON object of lists, by the paths of their collections. Collections that it does not have
    /// start as they do without it. [`Simulator::snapshot`] makes one.
    ///
    /// ```
    /// use cisco_secure_access::simulator::Simulator;
    /// use serde_json::json;
    ///
    /// # fn main() -> cisco_secure_access::Result<()> {
    /// let snapshot = json!({"/deployments/v2/sites": [{"siteId": 7, "name": "Harbour"}]});
    /// let simulator = Simulator::builder().snapshot(snapshot).start_without_socket()?;
    /// assert_eq!(simulator.ids("/deployments/v2/sites"), ["7"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn snapshot(mut self, snapshot: Value) -> Self {
        self.snapshot = Some(snapshot);
        self
    }

    /// Lets reports of all kinds of traffic lack these, such as `proxy`: the activity and the number of all requests are 207, with what
    /// failed and what succeeded.
    pub fn failed_reports<S: Into<String>>(mut self, kinds: impl IntoIterator<Item = S>) -> Self {
        self.failed_reports = kinds.into_iter().map(Into::into).collect();
        self
    }

    /// Whether a query parameter that the operation does not document is a 400. Otherwise it is ignored, as the service does, and
    /// [`RecordedRequest::ignored`](super::RecordedRequest::ignored) names it.
    pub fn strict_queries(mut self, strict: bool) -> Self {
        self.strictness.rejects_unknown_queries = strict;
        self
    }

    /// Whether values of enumerations are accepted in any case, for clients that write `read_only` where `READ_ONLY` is documented. The
    /// state has the documented value.
    pub fn ignore_enum_case(mut self, ignore: bool) -> Self {
        self.strictness.ignores_case = ignore;
        self
    }

    /// Starts it on a port, of the loopback address where no other is set.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when it cannot listen on the port, or when an operation that was
    /// named does not exist.
    pub async fn start(self) -> Result<Simulator> {
        let (host, port) = (self.address, self.port);
        let mut simulator = self.start_without_socket()?;
        let listen = |error: io::Error| {
            Error::configuration(format!(
                "the simulator cannot listen on {host}, port {port}: {error}"
            ))
        };
        let listener = TcpListener::bind((host, port)).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let service = Arc::clone(&simulator.service);
        let clock = service.env.clock.clone();
        let server = tokio::spawn(server::serve(listener, clock, move |request| {
            let service = Arc::clone(&service);
            async move { service.handle(request).await }
        }));
        simulator.socket = Some(Socket { address, server });
        Ok(simulator)
    }

    /// Starts it without a socket: [`Simulator::call`] is the way to it.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when an operation that was named does not exist, or when an
    /// item of the snapshot does not fit.
    pub fn start_without_socket(self) -> Result<Simulator> {
        if let Some(unknown) = self.named.iter().find(|name| !catalog::is_operation(name)) {
            return Err(Error::configuration(format!(
                "the simulator knows no operation `{unknown}`"
            )));
        }
        let (keys, snapshot) = (self.keys.clone(), self.snapshot.clone());
        let service = self.service();
        if let Some(snapshot) = snapshot {
            service.restore(&snapshot)?;
        }
        Ok(Simulator {
            keys,
            service: Arc::new(service),
            socket: None,
        })
    }

    fn service(self) -> Service {
        let regions: &[_] = match self.cloud {
            Cloud::China => &["cn-north-1", "cn-east-1"],
            _ => &["us-east-1", "us-west-1", "eu-central-1"],
        };
        let state = State {
            tokens: Tokens::new(self.token_lifetime, self.keys),
            store: Store::default(),
            faults: self.faults,
            limits: Limits::new(self.documented_limits, self.limits),
            requests: Vec::new(),
            rules_are_locked: false,
            turn: 0,
        };
        let strictness = Strictness {
            unlisted: self.quirks.unlisted(),
            ..self.strictness
        };
        Service {
            cloud: self.cloud,
            env: Env {
                rng: SeededRng::new(self.seed),
                regions,
                quirks: self.quirks,
                sizes: self.sizes,
                clock: match self.clock {
                    Some(clock) => Clock::Paused(clock),
                    None => Clock::system(self.real_time),
                },
                failed_reports: self.failed_reports,
            },
            redirect: self.redirect,
            record_bodies: self.record_bodies,
            canned: CannedResponses::default(),
            strictness,
            state: Mutex::new(state),
        }
    }
}
