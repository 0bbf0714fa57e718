//! Writes that fail although the connection is intact, as when the system has no memory for buffers (`ENOBUFS`).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use super::support::{
    Authority, LARGE_BODY, LONG_TIMEOUT, OK, Peer, Server, agent_with_waiter, post, trusting,
};
use crate::Error;
use crate::http::{Agent, Deadline, Interest, RawSocket, StdWaiter, Waiter};

/// Fails the first wait for room in a full buffer.
#[derive(Debug)]
struct FailingWaiter {
    has_failed: AtomicBool,
    failed: Sender<()>,
}

impl FailingWaiter {
    /// A waiter, and a message after its failure.
    fn new() -> (Arc<Self>, Receiver<()>) {
        let (failed, failures) = channel();
        let has_failed = AtomicBool::new(false);
        (Arc::new(Self { has_failed, failed }), failures)
    }
}

impl Waiter for FailingWaiter {
    fn resolve(&self, name: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Error> {
        StdWaiter.resolve(name, port, deadline)
    }

    fn wait(
        &self,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let is_full = interest == Interest::Write
            && !StdWaiter.wait(socket, interest, Some(Instant::now()))?;
        if is_full && !self.has_failed.swap(true, Ordering::SeqCst) {
            self.failed.send(()).ok();
            return Err(Error::Io(io::Error::other("no buffer space")));
        }
        StdWaiter.wait(socket, interest, deadline)
    }
}

/// Replies after the failure, and reads what the client still sends.
fn reply_after(failures: &Receiver<()>, mut peer: Peer) {
    peer.head();
    failures.recv_timeout(LONG_TIMEOUT).expect("a failed write");
    peer.send(OK);
    let received = peer.read_rest();
    assert!(received < LARGE_BODY, "{received} bytes after the head");
}

#[test]
fn a_connection_is_not_reused_after_a_failed_write() {
    let (waiter, failures) = FailingWaiter::new();
    let server = Server::start(move |listener| {
        reply_after(&failures, listener.accept());
        listener.accept().serve();
    });
    let agent = agent_with_waiter(&waiter);
    let url = server.url("/");
    for body in [&vec![0; LARGE_BODY][..], b"{}"] {
        assert_eq!(agent.send(&post(&url, body)).unwrap().status, 200);
    }
}

#[test]
fn nothing_more_of_a_request_is_sent_over_tls_after_a_failed_write() {
    let authority = Authority::new();
    let config = authority.identity().server();
    let (waiter, failures) = FailingWaiter::new();
    let server = Server::start(move |listener| {
        reply_after(&failures, listener.accept_tls(&config));
        listener.accept_tls(&config).serve();
    });
    let agent = Agent::new(trusting(&authority), waiter);
    let url = server.tls_url("localhost");
    for body in [&vec![0; LARGE_BODY][..], b"{}"] {
        assert_eq!(agent.send(&post(&url, body)).unwrap().status, 200);
    }
}
