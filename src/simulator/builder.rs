//! The builder of a simulator.

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

/// The default number of items of a collection.
const ITEMS: usize = 3;

/// The builder of a [`Simulator`].
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
    /// Named operations, which are looked up at the start.
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
    /// Sets the simulated cloud. An operation that is not documented for the cloud is a 404; a custom cloud has all operations.
    /// ([`Cloud::Global`])
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Sets the address to listen on. A container needs `0.0.0.0`, which other machines can reach. (the loopback address)
    pub fn address(mut self, address: IpAddr) -> Self {
        self.address = address;
        self
    }

    /// Sets the port to listen on. (a free port)
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the seed of all random values: with the same seed, the same calls get the same responses, byte for byte.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the clock of the simulator, which its [clients](Simulator::client) share. Delays of clients before retries and for rate limits
    /// advance it, so that a limit recovers while a client waits. Delays of [faults](Fault::delay) advance it, too, so nothing sleeps.
    /// Without it, tokens, rate limits and faults use the clock of Tokio, and [`Simulator::advance`] adds to that.
    pub fn clock(mut self, clock: &PausedClock) -> Self {
        self.clock = Some(clock.clone());
        self
    }

    /// Lets the times in responses follow the system time, for a server that runs for hours. By default, they change only when the test
    /// [advances](Simulator::advance) the clock, so that responses do not depend on the speed of a test.
    pub fn real_time(mut self) -> Self {
        self.real_time = true;
        self
    }

    /// Sets the lifetime of issued tokens. (one hour, as on the service)
    pub fn token_lifetime(mut self, life: Duration) -> Self {
        self.token_lifetime = life;
        self
    }

    /// Adds a key with these OAuth scopes, such as `deployments.sites:read`; [`Simulator::credentials_of`] returns its secret. The key of
    /// [`Simulator::credentials`] has all permissions.
    pub fn key<S: Into<String>>(mut self, id: &str, scopes: impl IntoIterator<Item = S>) -> Self {
        let key = Key {
            secret: format!("simulated-hush-{id}"),
            scopes: Some(scopes.into_iter().map(Into::into).collect()),
        };
        self.keys.insert(id.to_owned(), key);
        self
    }

    /// Sets the number of items that the operation lists at the start. Items are generated on demand, so a quarter of a million take almost
    /// no memory. (3)
    pub fn items(mut self, operation: &str, count: usize) -> Self {
        self.sizes.listed.insert(operation.to_owned(), count);
        self.named.push(operation.to_owned());
        self
    }

    /// Sets the number of network tunnel groups at the start, like [`items`](Self::items) with `list_network_tunnel_groups`.
    pub fn tunnel_groups(self, count: usize) -> Self {
        self.items("list_network_tunnel_groups", count)
    }

    /// Sets the [quirks](Quirk) of the service. (all except [`Quirk::LateDestinations`])
    pub fn quirks(mut self, quirks: impl IntoIterator<Item = Quirk>) -> Self {
        self.quirks = Quirks::only(quirks);
        self
    }

    /// Adds a fault to calls of an operation, from the start; [`Simulator::fault`] adds more.
    pub fn fault(mut self, operation: &str, fault: Fault) -> Self {
        self.faults.add(Some(operation.to_owned()), fault);
        self.named.push(operation.to_owned());
        self
    }

    /// Adds a fault to calls of every operation, including the token request.
    pub fn fault_everywhere(mut self, fault: Fault) -> Self {
        self.faults.add(None, fault);
        self
    }

    /// Enforces the published rate limits of the service. By default, there are no rate limits.
    pub fn documented_rate_limits(mut self) -> Self {
        self.documented_limits = true;
        self
    }

    /// Enforces a rate limit for a class of operations ([`RateLimit::class`](crate::RateLimit::class)): a number of requests in a number of
    /// seconds. If you call it several times, all limits apply.
    pub fn rate_limit(mut self, class: &str, requests: u64, seconds: u64) -> Self {
        let windows = self.limits.entry(class.to_owned()).or_default();
        windows.push((requests, seconds));
        self
    }

    /// Redirects calls of reports to their storage region, as the service may do.
    pub fn redirect_reports(mut self, redirect: Redirect) -> Self {
        self.redirect = Some(redirect);
        self
    }

    /// Records the JSON bodies of requests and responses, without their secrets, in [`RecordedRequest::body`](super::RecordedRequest::body)
    /// and [`RecordedRequest::response_body`](super::RecordedRequest::response_body).
    pub fn record_bodies(mut self) -> Self {
        self.record_bodies = true;
        self
    }

    /// Starts with the items of a snapshot: a JSON object of lists, by the paths of their collections. Other collections start as usual.
    /// [`Simulator::snapshot`] creates a snapshot.
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

    /// Removes these kinds of traffic, such as `proxy`, from reports of all kinds of traffic: the activity and the number of all requests
    /// have the status 207, with the failed and the successful kinds.
    pub fn failed_reports<S: Into<String>>(mut self, kinds: impl IntoIterator<Item = S>) -> Self {
        self.failed_reports = kinds.into_iter().map(Into::into).collect();
        self
    }

    /// Rejects undocumented query parameters with 400. By default, they are ignored, as the service does, and
    /// [`RecordedRequest::ignored`](super::RecordedRequest::ignored) names them.
    pub fn strict_queries(mut self, strict: bool) -> Self {
        self.strictness.rejects_unknown_queries = strict;
        self
    }

    /// Accepts enumeration values in any case, for clients that send `read_only` instead of the documented `READ_ONLY`. The state has the
    /// documented value.
    pub fn ignore_enum_case(mut self, ignore: bool) -> Self {
        self.strictness.values.ignores_case = ignore;
        self
    }

    /// Starts the simulator on a port, by default of the loopback address.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when it cannot listen on the port, or when a named operation does not
    /// exist.
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

    /// Starts the simulator without a socket; [`Simulator::call`] handles requests.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when a named operation does not exist, or when an item of the snapshot
    /// is not valid.
    pub fn start_without_socket(self) -> Result<Simulator> {
        if let Some(unknown) = self.named.iter().find(|name| !catalog::is_operation(name)) {
            return Err(Error::configuration(format!(
                "the simulator has no operation `{unknown}`"
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
        let mut strictness = self.strictness;
        strictness.values.unlisted = self.quirks.unlisted();
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
