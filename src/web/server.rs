//! Connections, from the first byte to the last: each has a place and an end, and none of them delays a stop.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::door::{Door, Limits, Place, Visit};

/// Headers of a request: a platform behind two proxies sends about thirty.
const HEADERS: usize = 64;
/// What a connection may hold of what was not read yet.
const BUFFER: usize = 64 * 1024;
/// After the machine had no room for a connection.
const AFTER_FAULT: Duration = Duration::from_millis(50);

/// Answers until asked to end; then lets answers under way come to their end for a moment.
pub(super) async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    let (door, mut open) = (Door::new(limits), JoinSet::new());
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = open.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Without a place it is closed at once.
                if let Some(place) = door.enter(peer.ip()) {
                    open.spawn(connection(stream, peer, router.clone(), place, (limits, stop.clone())));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "web.not_accepted");
                door.make_room();
                tokio::time::sleep(AFTER_FAULT).await;
            }
        }
    }
    drop(listener);
    door.end_waiting();
    let ended = async { while open.join_next().await.is_some() {} };
    // What is still open is cut with the set.
    let _ = tokio::time::timeout(limits.stop, ended).await;
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    place: Place,
    (limits, stop): (Limits, CancellationToken),
) {
    // Only a matter of speed.
    let _ = stream.set_nodelay(true);
    let cut = place.cut.clone();
    let room = Room { router: TowerToHyperService::new(router), peer, place: Arc::new(place) };
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.header).max_headers(HEADERS).max_buf_size(BUFFER);
    let mut serving = pin!(http.serve_connection(TokioIo::new(stream), room));
    tokio::select! {
        _ = serving.as_mut() => return,
        () = cut.cancelled() => return,
        () = tokio::time::sleep(limits.connection) => return,
        () = stop.cancelled() => serving.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        _ = serving => {}
        () = cut.cancelled() => {}
    }
}

/// What answers on one connection.
struct Room {
    router: TowerToHyperService<Router>,
    peer: SocketAddr,
    place: Arc<Place>,
}

impl Service<Request<Incoming>> for Room {
    type Response = Response<Held>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let visit = self.place.visit();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        request.extensions_mut().insert(visit.clone());
        let answering = self.router.call(request);
        Box::pin(async move { Ok(answering.await?.map(|body| Held { body, _visit: visit })) })
    }
}

/// A body whose request is under way until the last of it has been handed over.
struct Held {
    body: Body,
    _visit: Visit,
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
