//! The socket: requests of HTTP/1.1 in, answers out, and connections that break when they are to.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::answer::Answer;
use super::faults::Delivery;
use super::service::{Reply, Service};

/// No body of the API is longer.
const LARGEST_BODY: usize = 16 * 1024 * 1024;
/// How many pieces a slow answer comes in.
const PIECES: usize = 8;

/// Accepts connections until it is dropped, and all connections with it.
pub(super) async fn serve(listener: TcpListener, service: Arc<Service>) {
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(connection(stream, Arc::clone(&service)));
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, service: Arc<Service>) {
    // Small answers at once: a test makes thousands of calls.
    let _ = stream.set_nodelay(true);
    let is_reset = Arc::new(AtomicBool::new(false));
    let answer = service_fn(|request| {
        let (service, is_reset) = (Arc::clone(&service), Arc::clone(&is_reset));
        async move { answer(&service, &is_reset, request).await }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
    // An error is what the client did, or a fault: there is no one to tell.
    let _ = Pin::new(&mut connection).await;
    if is_reset.load(Ordering::Relaxed) {
        let _ = connection.into_parts().io.inner().set_zero_linger();
    }
}

async fn answer(
    service: &Service,
    is_reset: &AtomicBool,
    request: Request<Incoming>,
) -> io::Result<Response<Sent>> {
    let (head, body) = request.into_parts();
    let reply = match read(body).await? {
        Some(body) => service.reply(Request::from_parts(head, body)).await,
        None => Reply {
            response: Answer::error(413, "The body is too large.").into_response(),
            delivery: Delivery::Whole,
        },
    };
    if reply.delivery == Delivery::Never {
        is_reset.store(true, Ordering::Relaxed);
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    Ok(reply.response.map(|body| Sent::new(body, reply.delivery)))
}

/// The whole body; `None` where it is too long.
async fn read(mut body: Incoming) -> io::Result<Option<Bytes>> {
    let mut whole = BytesMut::new();
    while let Some(frame) = next_frame(&mut body).await {
        let frame = frame.map_err(io::Error::other)?;
        if let Ok(data) = frame.into_data() {
            if whole.len() + data.len() > LARGEST_BODY {
                return Ok(None);
            }
            whole.extend_from_slice(&data);
        }
    }
    Ok(Some(whole.freeze()))
}

async fn next_frame(body: &mut Incoming) -> Option<Result<Frame<Bytes>, hyper::Error>> {
    std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
}

/// The body of an answer as it is sent.
struct Sent {
    rest: Bytes,
    delivery: Delivery,
    piece: usize,
    pause: Option<Pin<Box<tokio::time::Sleep>>>,
    /// Whether what came so far had a chance to leave.
    is_flushed: bool,
}

impl Sent {
    fn new(body: Bytes, delivery: Delivery) -> Self {
        let piece = match delivery {
            Delivery::Slow(_) => body.len().div_ceil(PIECES).max(1),
            Delivery::Half => body.len() / 2,
            _ => body.len(),
        };
        Self {
            rest: body,
            delivery,
            piece,
            pause: None,
            is_flushed: false,
        }
    }

    fn cut(&mut self) -> Frame<Bytes> {
        let length = self.piece.min(self.rest.len());
        Frame::data(self.rest.split_to(length))
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        match self.delivery {
            Delivery::Half if self.piece == 0 => {
                if !self.is_flushed {
                    self.is_flushed = true;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
            }
            Delivery::Half => {
                let frame = self.cut();
                self.piece = 0;
                Poll::Ready(Some(Ok(frame)))
            }
            Delivery::Slow(duration) => {
                let pieces = u32::try_from(PIECES).unwrap_or(1);
                let pause = self
                    .pause
                    .get_or_insert_with(|| Box::pin(tokio::time::sleep(duration / pieces)));
                if pause.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                self.pause = None;
                Poll::Ready(Some(Ok(self.cut())))
            }
            _ => Poll::Ready(Some(Ok(self.cut()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
