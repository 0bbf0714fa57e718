//! Interrupts during a wait.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::support::{LARGE_BODY, OK, Server, TestWaiter, agent_with_waiter, get, post};
use crate::Error;
use crate::http::{Deadline, Interest, RawSocket, StdWaiter, Waiter};

#[test]
fn an_interrupt_while_waiting_for_a_reply_closes_the_connection() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.expect_end();
        listener.accept().serve();
    });
    let waiter = Arc::new(TestWaiter::default());
    let agent = agent_with_waiter(&waiter);
    let url = server.url("/");
    // On loopback the first wait, for the connect, may be skipped.
    assert_interrupted_at(&waiter, || agent.send(&get(&url)), 2);
    agent.send(&get(&url)).unwrap();
}

#[test]
fn an_interrupted_request_on_a_reused_connection_is_not_retried() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.request();
        peer.expect_end();
    });
    let waiter = Arc::new(TestWaiter::default());
    let agent = agent_with_waiter(&waiter);
    let url = server.url("/");
    agent.send(&post(&url, b"first")).unwrap();
    assert_interrupted_at(&waiter, || agent.send(&post(&url, b"second")), 1);
}

#[test]
fn an_interrupt_within_a_body_closes_the_connection() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.request();
        peer.send(&OK[..OK.len() - 1]);
        peer.expect_end();
        listener.accept().serve();
    });
    let waiter = Arc::new(TestWaiter::default());
    let agent = agent_with_waiter(&waiter);
    let url = server.url("/");
    agent.send(&get(&url)).unwrap();
    assert_interrupted_at(&waiter, || agent.send(&get(&url)), 2);
    agent.send(&get(&url)).unwrap();
}

/// Interrupts every wait for data.
#[derive(Debug)]
struct InterruptedReads;

impl Waiter for InterruptedReads {
    fn resolve(&self, name: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Error> {
        StdWaiter.resolve(name, port, deadline)
    }

    fn wait(
        &self,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        match interest {
            Interest::Read => Err(Error::Interrupted(7)),
            Interest::Write => StdWaiter.wait(socket, interest, deadline),
        }
    }
}

#[test]
fn an_interrupt_after_a_failed_write_is_returned() {
    let server = Server::start(|listener| {
        listener.accept().head();
    });
    let agent = agent_with_waiter(&Arc::new(InterruptedReads));
    let outcome = agent.send(&post(&server.url("/"), &vec![0; LARGE_BODY]));
    assert!(matches!(outcome, Err(Error::Interrupted(7))), "{outcome:?}");
}

#[test]
fn no_other_address_is_tried_after_an_interrupt() {
    let servers = [Server::start(|_| {}), Server::start(|_| {})];
    let mut waiter = TestWaiter::resolving_to(servers.iter().map(Server::address).collect());
    waiter.interrupt_at = 1.into();
    let outcome = agent_with_waiter(&Arc::new(waiter)).send(&get("http://api.test/"));
    assert!(matches!(outcome, Err(Error::Interrupted(7))), "{outcome:?}");
    // The first server got a connection, which its script does not expect.
    let [first, _second] = servers;
    first.forget();
}

#[test]
fn an_interrupt_in_a_tls_handshake_is_returned() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.bytes(1);
        while peer.try_read() {}
    });
    let mut waiter = TestWaiter::default();
    waiter.interrupt_at = 2.into();
    let outcome = agent_with_waiter(&Arc::new(waiter)).send(&get(&server.tls_url("127.0.0.1")));
    assert!(matches!(outcome, Err(Error::Interrupted(7))), "{outcome:?}");
}

fn assert_interrupted_at<T: std::fmt::Debug>(
    waiter: &TestWaiter,
    attempt: impl FnOnce() -> Result<T, Error>,
    wait: usize,
) {
    waiter
        .interrupt_at
        .store(waiter.waits().len() + wait, Ordering::SeqCst);
    let outcome = attempt();
    assert!(matches!(outcome, Err(Error::Interrupted(7))), "{outcome:?}");
}
