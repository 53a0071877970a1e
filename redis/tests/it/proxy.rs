//! A proxy in front of a server, whose replies it delays.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use futures_util::future::join;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{Instant, sleep_until};

/// Starts a proxy in front of the server at a port, which is another one for later connections if it changes; returns its own port.
pub(crate) async fn start(port: Arc<AtomicU16>, delay: Duration) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let own = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server =
                TcpStream::connect((Ipv4Addr::LOCALHOST, port.load(Ordering::Relaxed))).await;
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.unwrap().into_split();
            tokio::spawn(forward(from_client, to_server, Duration::ZERO));
            tokio::spawn(forward(from_server, to_client, delay));
        }
    });
    own
}

/// Forwards all that arrives, each part after a delay.
async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, delay: Duration) {
    let (sender, mut receiver) = unbounded_channel();
    let receive = async move {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let part = buffer[..length].to_vec();
            if sender.send((Instant::now() + delay, part)).is_err() {
                return;
            }
        }
    };
    let send = async move {
        while let Some((due, part)) = receiver.recv().await {
            sleep_until(due).await;
            if to.write_all(&part).await.is_err() {
                return;
            }
        }
    };
    join(receive, send).await;
}
