//! The socket: HTTP/1.1 requests and responses, and connections that break on demand.
//!
//! It uses hyper directly, because frameworks cannot break a connection in the middle of a response.

use std::io;
use std::pin::Pin;
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

use super::response::{Delivered, Delivery, JsonResponse};
use crate::simulator::clock::Clock;

/// The maximum size of a body.
const MAX_BODY: usize = 16 * 1024 * 1024;
/// The number of pieces of a slow response.
const PIECES: usize = 8;

/// Accepts connections until it is dropped, and all connections with it.
pub(crate) async fn serve<H, F>(listener: TcpListener, clock: Clock, handler: H)
where
    H: Fn(Request<Bytes>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Delivered> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(connection(stream, clock.clone(), handler.clone()));
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection<H, F>(stream: TcpStream, clock: Clock, handler: H)
where
    H: Fn(Request<Bytes>) -> F,
    F: Future<Output = Delivered>,
{
    // Small responses at once: a test makes thousands of calls.
    let _ = stream.set_nodelay(true);
    let is_reset = AtomicBool::new(false);
    let service = service_fn(|request| respond(&handler, &clock, &is_reset, request));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // An error is caused by the client or by a fault, and is not reported.
    let _ = Pin::new(&mut connection).await;
    if is_reset.load(Ordering::Relaxed) {
        let _ = connection.into_parts().io.inner().set_zero_linger();
    }
}

async fn respond<H, F>(
    handler: &H,
    clock: &Clock,
    is_reset: &AtomicBool,
    request: Request<Incoming>,
) -> io::Result<Response<ResponseBody>>
where
    H: Fn(Request<Bytes>) -> F,
    F: Future<Output = Delivered>,
{
    let (head, body) = request.into_parts();
    let Delivered { response, delivery } = match read(body).await? {
        Some(body) => handler(Request::from_parts(head, body)).await,
        None => Delivered {
            response: JsonResponse::error(413, "The body is too large.").into_response(),
            delivery: Delivery::Complete,
        },
    };
    if delivery == Delivery::Never {
        is_reset.store(true, Ordering::Relaxed);
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    Ok(response.map(|body| ResponseBody::new(body, delivery, clock)))
}

/// The complete body; `None` where it is too long.
async fn read(mut body: Incoming) -> io::Result<Option<Bytes>> {
    let mut complete = BytesMut::new();
    while let Some(frame) = next_frame(&mut body).await {
        let frame = frame.map_err(io::Error::other)?;
        if let Ok(data) = frame.into_data() {
            if complete.len() + data.len() > MAX_BODY {
                return Ok(None);
            }
            complete.extend_from_slice(&data);
        }
    }
    Ok(Some(complete.freeze()))
}

async fn next_frame(body: &mut Incoming) -> Option<Result<Frame<Bytes>, hyper::Error>> {
    std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
}

/// The body of a response as it is sent.
struct ResponseBody {
    remaining: Bytes,
    delivery: Delivery,
    piece: usize,
    clock: Clock,
    pause: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// Whether the data so far had a chance to be sent.
    is_flushed: bool,
}

impl ResponseBody {
    fn new(body: Bytes, delivery: Delivery, clock: &Clock) -> Self {
        let piece = match delivery {
            Delivery::Slow(_) => body.len().div_ceil(PIECES).max(1),
            Delivery::Half => body.len() / 2,
            _ => body.len(),
        };
        Self {
            remaining: body,
            delivery,
            piece,
            clock: clock.clone(),
            pause: None,
            is_flushed: false,
        }
    }

    fn cut(&mut self) -> Frame<Bytes> {
        let length = self.piece.min(self.remaining.len());
        Frame::data(self.remaining.split_to(length))
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.remaining.is_empty() {
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
                let this = &mut *self;
                let pause = this
                    .pause
                    .get_or_insert_with(|| this.clock.sleep(duration / pieces));
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
        self.remaining.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining.len() as u64)
    }
}
