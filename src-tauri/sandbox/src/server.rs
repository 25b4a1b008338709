//! Listening on loopback.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::front::Front;
use crate::shape::Paced;

/// A server that listens and is not yet serving.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Takes a free port of 127.0.0.1.
    ///
    /// # Errors
    /// The operating system gives none.
    pub async fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` says so, then breaks every connection.
    pub async fn serve(self, front: Front, mut stop: watch::Receiver<bool>) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    if let Ok((stream, _)) = accepted {
                        connections.spawn(connection(stream, front.clone()));
                    }
                }
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                _ = stop.changed() => break,
            }
        }
        connections.shutdown().await;
    }
}

async fn connection(stream: TcpStream, front: Front) {
    // Only a hint: without it small answers wait for the client's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let paced = Paced::new(stream, &front.shape);
    let service = service_fn(move |request| front.clone().answer(request));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(paced), service);
    if let Err(error) = serving.await {
        tracing::debug!(%error, "connection ended");
    }
}
