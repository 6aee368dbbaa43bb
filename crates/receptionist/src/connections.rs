//! Accepts connections and serves each: `axum::serve`, with an end to whoever says nothing and a bound to how many are open.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::settings::Server;

/// Until told to stop; then what runs is finished. A handler's own time, its body included, is bounded by the router.
pub(crate) async fn serve(
    router: Router,
    mut listener: TcpListener,
    limits: &Server,
    stop: CancellationToken,
) {
    let mut http = Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(Duration::from_millis(limits.headers_wait_ms));
    let (places, running) = (Arc::new(Semaphore::new(limits.connections_max)), TaskTracker::new());
    loop {
        // Whoever comes when all places are taken waits in the system's own queue.
        let accepted = async {
            let place = places.clone().acquire_owned().await;
            (Listener::accept(&mut listener).await, place)
        };
        let ((stream, address), place) = tokio::select! {
            accepted = accepted => accepted,
            () = stop.cancelled() => break,
        };
        let (http, router, stop) = (http.clone(), router.clone(), stop.clone());
        running.spawn(async move {
            answer(&http, router, (stream, address), stop).await;
            drop(place);
        });
    }
    drop(listener);
    running.close();
    running.wait().await;
}

/// Answers what is asked on one connection, until it ends or becomes a call's socket.
async fn answer(
    http: &Builder,
    router: Router,
    (stream, address): (TcpStream, SocketAddr),
    stop: CancellationToken,
) {
    without_delay(&stream);
    let service = TowerToHyperService::new(router.map_request(move |request| from(request, address)));
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection ended");
    }
}

fn from(request: hyper::Request<Incoming>, address: SocketAddr) -> Request {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(address));
    request
}

/// A token leaves when it is there, not when the one before it was acknowledged.
fn without_delay(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::warn!(error = %error, "a connection keeps Nagle's delay");
    }
}
