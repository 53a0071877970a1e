//! The connection to the server: it is established with the first command, and again after it has broken or a command has timed out.
//!
//! Each command runs in a task of its own. So a caller that waits for a shorter time than the command takes neither stops a connection that is
//! being established, nor hides that the server does not respond.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cisco_secure_access::auth::BoxError;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{
    Client, ConnectionAddr, ConnectionInfo, ErrorKind, FromRedisValue, IntoConnectionInfo as _,
    RedisError, RedisResult, ServerErrorKind, TlsCertificates, Value,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::runtime::Handle;

use crate::script::{Invocation, Script};

/// The default prefix of all keys.
const KEY_PREFIX: &str = "secure-access";
/// The time limit of a connection attempt.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);
/// The time limit of a command.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);
/// The time after a failure of the connection in which commands fail at once, so that no call waits for several time limits.
const FAILURE_PAUSE: Duration = Duration::from_millis(500);

/// A connection to a Redis server, which a [`RedisTokenCache`](crate::RedisTokenCache) and a
/// [`RedisRateLimitStore`](crate::RedisRateLimitStore) share.
///
/// It connects with the first command, and again after the connection has broken. Clones share the connection. `Debug` shows the address
/// of the server, and no password.
#[derive(Clone)]
pub struct Redis {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    key_prefix: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The connection, with the number of earlier ones.
    manager: Option<(u64, ConnectionManager)>,
    next_number: u64,
    failed_at: Option<Instant>,
}

/// The builder of a [`Redis`] connection.
#[derive(Clone)]
#[must_use = "settings do nothing until the connection is built"]
pub struct Builder {
    url: String,
    plaintext_hosts: Vec<String>,
    root_certificates: Option<Vec<u8>>,
    key_prefix: String,
}

/// The reason why a connection cannot be set up. It contains no URL, because a URL may have a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationError(String);

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigurationError {}

impl Redis {
    /// Creates a connection to the server at a URL: `rediss://user:password@host:port/database`. It does not connect yet.
    ///
    /// # Errors
    /// As for [`Builder::build`].
    pub fn new(url: impl Into<String>) -> Result<Self, ConfigurationError> {
        Self::builder(url).build()
    }

    /// Creates a builder for the server at a URL, as for [`new`](Self::new).
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder {
            url: url.into(),
            plaintext_hosts: Vec::new(),
            root_certificates: None,
            key_prefix: KEY_PREFIX.to_owned(),
        }
    }

    /// Returns the key of an entry: the prefix, a hash tag, and a name.
    pub(crate) fn key(&self, tag: &str, name: &str) -> String {
        format!("{}:{{{tag}}}:{name}", self.inner.key_prefix)
    }

    /// Runs a script on the server.
    ///
    /// # Errors
    /// When the server does not respond in time, or with an error. The text begins with the address of the server.
    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        script: &Script,
        keys: &[String],
        arguments: &[&str],
    ) -> Result<T, BoxError> {
        let invocation = script.invocation(keys, arguments);
        let inner = Arc::clone(&self.inner);
        let command = async move { inner.invoke(&invocation).await };
        let result = self.complete(command).await?;
        let value = result.and_then(|value| Ok(T::from_redis_value(value)?));
        value.map_err(|error| self.error(error))
    }

    /// Runs a future in a task of its own, which completes it if the caller does not wait for it any more.
    ///
    /// # Errors
    /// Without a Tokio runtime, and when the runtime ends.
    pub(crate) async fn complete<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, BoxError> {
        let handle = Handle::try_current().map_err(|error| self.error(error))?;
        let result = handle.spawn(future).await;
        result.map_err(|_| self.error("the command was aborted"))
    }

    fn error(&self, error: impl fmt::Display) -> BoxError {
        let address = self.inner.client.get_connection_info().addr();
        format!("the Redis server {address}: {error}").into()
    }
}

impl Inner {
    async fn invoke(&self, invocation: &Invocation) -> RedisResult<Value> {
        let (number, mut connection) = self.connection()?;
        let result = match invocation.invoke(&mut connection).await {
            // The first command after the connection has broken reports that. All scripts can be repeated.
            Err(error) if error.is_connection_dropped() => invocation.invoke(&mut connection).await,
            result => result,
        };
        self.record(number, &result);
        result
    }

    /// Returns the connection and its number. It is created here, because it needs the runtime of the program.
    fn connection(&self) -> RedisResult<(u64, ConnectionManager)> {
        let mut state = self.state();
        if state
            .failed_at
            .is_some_and(|at| at.elapsed() < FAILURE_PAUSE)
        {
            return Err((ErrorKind::Io, "the last command has just failed").into());
        }
        if let Some((number, manager)) = &state.manager {
            return Ok((*number, manager.clone()));
        }
        self.install_cryptography();
        // The next command connects again, so no command waits for several attempts.
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(CONNECTION_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT));
        let manager = ConnectionManager::new_lazy_with_config(self.client.clone(), config)?;
        let number = state.next_number;
        state.next_number += 1;
        state.manager = Some((number, manager.clone()));
        Ok((number, manager))
    }

    /// Records the result of a command. A connection whose server does not respond, or is a replica, is not used again: its machine may be
    /// gone or replaced, and a new connection reaches another one.
    fn record<T>(&self, number: u64, result: &RedisResult<T>) {
        let mut state = self.state();
        match result {
            Err(error) if error.is_io_error() || is_of_replica(error) => {
                state.failed_at = Some(Instant::now());
                let is_current = |(current, _): &(u64, _)| *current == number;
                let is_wrong = error.is_timeout() || is_of_replica(error);
                if is_wrong && state.manager.as_ref().is_some_and(is_current) {
                    state.manager = None;
                }
            }
            _ => state.failed_at = None,
        }
    }

    /// Sets the cryptography of TLS, unless the program has set one. Without one, a connection panics if several are compiled in.
    fn install_cryptography(&self) {
        if let ConnectionAddr::TcpTls { .. } = self.client.get_connection_info().addr() {
            // It fails if the program has set one.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics in the middle of a change while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field(
                "address",
                &self.inner.client.get_connection_info().addr().to_string(),
            )
            .field("key_prefix", &self.inner.key_prefix)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// Allows a connection without TLS to this host, for a network in which nobody else can listen. Loopback addresses and Unix sockets
    /// are always allowed.
    ///
    /// ```
    /// use cisco_secure_access_redis::Redis;
    ///
    /// let redis = Redis::builder("redis://redis.internal").allow_plaintext("redis.internal").build()?;
    /// # Ok::<(), cisco_secure_access_redis::ConfigurationError>(())
    /// ```
    pub fn allow_plaintext(mut self, host: impl Into<String>) -> Self {
        self.plaintext_hosts.push(host.into());
        self
    }

    /// Trusts the certificate authorities in the text of a PEM file, in place of those of the system.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates = Some(pem.into());
        self
    }

    /// Sets the prefix of all keys. (`secure-access`)
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.key_prefix = prefix.into();
        self
    }

    /// Builds the connection. It connects with the first command.
    ///
    /// # Errors
    /// When the URL is not valid, or would send tokens without TLS to another machine.
    pub fn build(self) -> Result<Redis, ConfigurationError> {
        let invalid = |_| {
            ConfigurationError(
                "the URL of the Redis server is not valid: expected `rediss://host`, with `user:password@`, port and `/database` if needed"
                    .to_owned(),
            )
        };
        let info = self.url.as_str().into_connection_info().map_err(invalid)?;
        self.check_address(&info)?;
        let client = match self.root_certificates {
            None => Client::open(info).map_err(invalid)?,
            Some(pem) => client_with_roots(info, pem)?,
        };
        Ok(Redis {
            inner: Arc::new(Inner {
                client,
                key_prefix: self.key_prefix,
                state: Mutex::default(),
            }),
        })
    }

    fn check_address(&self, info: &ConnectionInfo) -> Result<(), ConfigurationError> {
        match info.addr() {
            ConnectionAddr::Tcp(host, _)
                if !is_loopback(host) && !self.plaintext_hosts.contains(host) =>
            {
                Err(ConfigurationError(format!(
                    "the connection to the Redis server {host} has no TLS, and access tokens are secrets: use a URL that begins with `rediss://`, or `.allow_plaintext(\"{host}\")`"
                )))
            }
            ConnectionAddr::TcpTls {
                host,
                insecure: true,
                ..
            } => Err(ConfigurationError(format!(
                "the connection to the Redis server {host} would accept any certificate: remove `#insecure` from its URL"
            ))),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may have a password.
        f.debug_struct("Builder")
            .field("plaintext_hosts", &self.plaintext_hosts)
            .field("key_prefix", &self.key_prefix)
            .finish_non_exhaustive()
    }
}

fn client_with_roots(info: ConnectionInfo, pem: Vec<u8>) -> Result<Client, ConfigurationError> {
    let count = CertificateDer::pem_slice_iter(&pem)
        .filter(Result::is_ok)
        .count();
    let certificates = TlsCertificates {
        client_tls: None,
        root_cert: Some(pem),
    };
    let client = Client::build_with_tls(info, certificates);
    client.ok().filter(|_| count > 0).ok_or_else(|| {
        ConfigurationError(
            "the root certificates are not valid: expected the text of a PEM file with certificates, for a URL that begins with `rediss://`"
                .to_owned(),
        )
    })
}

/// Whether the server rejects a command because it is a replica, such as a primary that was replaced and has kept its connections.
fn is_of_replica(error: &RedisError) -> bool {
    let is_kind = matches!(
        error.kind(),
        ErrorKind::Server(ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown)
    );
    // Before version 7, the server has the error of a command in the text of that of its script.
    is_kind
        || error
            .detail()
            .is_some_and(|text| text.contains("-READONLY"))
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
