//! A host that is interrupted while it waits.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::support::{OK, Server, TestHost, agent_on, get, post};
use crate::Error;

#[test]
fn an_interrupt_while_a_reply_is_awaited() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.request();
        peer.expect_end();
        door.accept().serve();
    });
    let host = Arc::new(TestHost::default());
    let agent = agent_on(&host);
    let url = server.url("/");
    // A connection on loopback may be there before it is waited for.
    assert_interrupted_where(&host, || agent.send(&get(&url)), 2);
    agent.send(&get(&url)).unwrap();
}

#[test]
fn an_interrupt_on_a_reused_connection_sends_nothing_again() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.request();
        peer.expect_end();
    });
    let host = Arc::new(TestHost::default());
    let agent = agent_on(&host);
    let url = server.url("/");
    agent.send(&post(&url, b"first")).unwrap();
    assert_interrupted_where(&host, || agent.send(&post(&url, b"second")), 1);
}

#[test]
fn an_interrupt_within_a_body() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.request();
        peer.send(&OK[..OK.len() - 1]);
        peer.expect_end();
        door.accept().serve();
    });
    let host = Arc::new(TestHost::default());
    let agent = agent_on(&host);
    let url = server.url("/");
    agent.send(&get(&url)).unwrap();
    assert_interrupted_where(&host, || agent.send(&get(&url)), 2);
    agent.send(&get(&url)).unwrap();
}

#[test]
fn an_interrupt_while_connecting_tries_no_other_address() {
    let servers = [Server::start(|_| {}), Server::start(|_| {})];
    let mut host = TestHost::resolving_to(servers.iter().map(Server::address).collect());
    host.interrupt_at = 1.into();
    let outcome = agent_on(&Arc::new(host)).send(&get("http://api.test/"));
    assert!(matches!(outcome, Err(Error::Interrupted(7))), "{outcome:?}");
    // The first one was connected to, and found that nobody was there any more.
    let [first, _second] = servers;
    first.forget();
}

#[test]
fn an_interrupt_in_a_tls_handshake() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.bytes(1);
        while peer.try_read() {}
    });
    let mut host = TestHost::default();
    host.interrupt_at = 2.into();
    let outcome = agent_on(&Arc::new(host)).send(&get(&server.tls_url("127.0.0.1")));
    assert!(matches!(outcome, Err(Error::Interrupted(7))), "{outcome:?}");
}

fn assert_interrupted_where<T: std::fmt::Debug>(
    host: &TestHost,
    attempt: impl FnOnce() -> Result<T, Error>,
    wait: usize,
) {
    host.interrupt_at
        .store(host.waits() + wait, Ordering::SeqCst);
    let outcome = attempt();
    assert!(matches!(outcome, Err(Error::Interrupted(7))), "{outcome:?}");
}
