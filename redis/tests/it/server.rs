//! A Redis server of a test.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// The number of ports that are tried, and of attempts to reach the server.
const PORTS: usize = 5;
const ATTEMPTS: usize = 500;

/// A running server, without persistence. It ends with the test.
pub(crate) struct RedisServer {
    child: Child,
    port: u16,
    options: Vec<String>,
    directory: TempDir,
}

impl RedisServer {
    /// Starts a server; `None` where the program is missing.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// Starts a server with these options; `None` where the program is missing.
    pub(crate) fn start_with(options: &[&str]) -> Option<Self> {
        let options: Vec<String> = options.iter().map(ToString::to_string).collect();
        for _ in 0..PORTS {
            let directory = TempDir::new().expect("a directory");
            let port = free_port();
            let child = match launch(port, &options, &directory) {
                Ok(child) => child,
                Err(error) => {
                    println!("skipped: the program redis-server cannot be started: {error}");
                    return None;
                }
            };
            let mut server = Self {
                child,
                port,
                options: options.clone(),
                directory,
            };
            if server.is_reached() {
                return Some(server);
            }
            // Another program has taken the port.
        }
        panic!("the server does not start");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Kills the server. It forgets everything.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("the server runs");
        self.child.wait().expect("the server ends");
    }

    /// Starts the server on the same port again.
    pub(crate) fn restart(&mut self) {
        self.child = launch(self.port, &self.options, &self.directory).expect("the server starts");
        assert!(self.is_reached(), "the server does not respond");
    }

    /// Stops the server: it accepts connections, and does not respond.
    pub(crate) fn stop(&mut self) {
        self.signal("-STOP");
    }

    /// Lets the server go on after a stop.
    pub(crate) fn go_on(&mut self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let mut kill = Command::new("kill");
        let status = kill.args([signal, &self.child.id().to_string()]).status();
        assert!(status.expect("the program kill runs").success());
    }

    /// Sends a command to the server.
    pub(crate) async fn command<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let client = redis::Client::open(self.url()).expect("an address");
        let connection = client.get_multiplexed_async_connection().await;
        let mut command = redis::Cmd::new();
        for word in words {
            command.arg(word);
        }
        let reply = command
            .query_async(&mut connection.expect("the server runs"))
            .await;
        reply.expect("the server carries out the command")
    }

    /// Waits until the server responds; returns whether it does.
    fn is_reached(&mut self) -> bool {
        for _ in 0..ATTEMPTS {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return false;
            }
            if ping(self.port, has_tls(&self.options)).is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn launch(port: u16, options: &[String], directory: &TempDir) -> std::io::Result<Child> {
    // The port serves TLS if the options have a certificate.
    let ports: &[&str] = match has_tls(options) {
        true => &["--port", "0", "--tls-port"],
        false => &["--port"],
    };
    Command::new("redis-server")
        .args(ports)
        .arg(port.to_string())
        .args(["--bind", "127.0.0.1"])
        .args(options)
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

fn has_tls(options: &[String]) -> bool {
    options.iter().any(|option| option == "--tls-cert-file")
}

/// Whether the server responds. With a password, it responds with an error; with TLS, it accepts connections.
fn ping(port: u16, has_tls: bool) -> Option<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    if has_tls {
        return Some(());
    }
    stream.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
    stream.write_all(b"PING\r\n").ok()?;
    let mut reply = [0; 1];
    stream.read_exact(&mut reply).ok()
}
