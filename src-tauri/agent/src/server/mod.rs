//! The agent's side of the socket.
//!
//! Invariants: a peer of another user gets nothing; a line is bounded before it is read; what a peer sends is never
//! logged; and no connection holds another up.

mod connection;
mod lines;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::service::Service;

pub use socket::{Claim, ClaimError, claim};

/// Idle clients cost a descriptor each; more than these wait until one goes.
const MOST_CONNECTIONS: usize = 8 * 1024;

/// Serves connections until it is dropped, and drops them then.
pub async fn serve(listener: &UnixListener, service: &Arc<Service>) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                if !is_ours(&stream) {
                    tracing::warn!("a process of another user was refused");
                    continue;
                }
                let service = service.clone();
                connections.spawn(async move {
                    connection::serve(stream, service).await;
                    drop(place);
                });
            }
            Err(why) => {
                // Out of descriptors, most likely: those who are here can go on, and some will go.
                tracing::warn!(%why, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// The folder keeps others out already; the kernel's word for who is there is asked on each accept all the same.
fn is_ours(stream: &tokio::net::UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| may_connect(peer.uid(), own))
}

/// Whether a peer with this user ID may connect.
pub(crate) fn may_connect(peer: u32, own: u32) -> bool {
    peer == own
}
