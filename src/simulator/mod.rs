//! A Secure Access service on a loopback port, for tests and for trying things out.
//!
//! It checks key and secret, issues tokens and lets them expire, and keeps network tunnel groups that can be created, listed, read,
//! changed and deleted. What it does not know it answers with 404.
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
//! [`Simulator`] is the handle that a test holds; `server` reads requests and writes answers; `tokens` knows keys and tokens;
//! `tunnel_groups` is the state of the one API that it keeps so far.

mod server;
mod tokens;
mod tunnel_groups;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use crate::auth::Credentials;
use crate::client::Client;
use crate::cloud::Cloud;
use crate::error::{Error, Result};
use server::Service;

/// A running simulator; it stops when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    service: Arc<Service>,
    address: SocketAddr,
    server: JoinHandle<()>,
}

/// Settings of a [`Simulator`].
#[derive(Clone, Debug)]
#[must_use = "settings do nothing until the simulator is started"]
pub struct SimulatorBuilder {
    cloud: Cloud,
    port: u16,
    tunnel_groups: usize,
    token_life: Duration,
}

/// A request that reached the simulator. It holds no token and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// `GET`, `POST`…
    pub method: String,
    /// The path as it came, without the query.
    pub path: String,
    /// The query as it came, without the question mark; empty where there is none.
    pub query: String,
    /// Names of the headers, in lower case.
    pub headers: Vec<String>,
    /// The status of the answer.
    pub status: u16,
}

impl Simulator {
    /// Sets up a simulator.
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder {
            cloud: Cloud::Global,
            port: 0,
            tunnel_groups: 0,
            token_life: Duration::from_secs(3600),
        }
    }

    /// Where it listens: `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn base_url(&self) -> Url {
        #[expect(clippy::expect_used, reason = "a socket address always makes a URL")]
        Url::parse(&format!("http://{}", self.address)).expect("a URL")
    }

    /// The key and secret that it accepts.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        Credentials::new(tokens::KEY, tokens::SECRET)
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
        self.service.cloud()
    }

    /// All requests so far, in the order of their answers.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.service.requests()
    }

    /// How many times a token was asked for so far.
    #[must_use]
    pub fn token_requests(&self) -> usize {
        let is_token = |request: &&RecordedRequest| request.path == tokens::PATH;
        self.requests().iter().filter(is_token).count()
    }

    /// Lets all tokens expire now, before the time that their holders were told.
    pub fn expire_tokens(&self) {
        self.service.expire_tokens();
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl SimulatorBuilder {
    /// The cloud to play; [`Cloud::Global`] where none is set.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// The port to listen on; a free one where none is set.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How many network tunnel groups there are at the start.
    pub fn tunnel_groups(mut self, count: usize) -> Self {
        self.tunnel_groups = count;
        self
    }

    /// How long the tokens live that it issues; an hour where nothing is set, as on the real service.
    pub fn token_life(mut self, life: Duration) -> Self {
        self.token_life = life;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when it cannot listen on the port.
    pub async fn start(self) -> Result<Simulator> {
        let listen = |error: io::Error| {
            Error::configuration(format!(
                "the simulator cannot listen on port {}: {error}",
                self.port
            ))
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))
            .await
            .map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let service = Arc::new(Service::new(
            self.cloud,
            self.token_life,
            self.tunnel_groups,
        ));
        let router = server::router(Arc::clone(&service));
        let server = tokio::spawn(async move {
            // It ends when the handle is dropped, and there is no one left to tell of an error.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Simulator {
            service,
            address,
            server,
        })
    }
}
