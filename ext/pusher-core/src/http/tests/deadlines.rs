//! Servers that keep sending after the deadline, so that there is always something to read.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustls::version::TLS13;

use super::support::{
    Authority, SHORT_TIMEOUT, Server, TestWaiter, agent_with_waiter, get, trusting,
};
use crate::Error;
use crate::http::Agent;

#[test]
fn bytes_that_arrived_before_the_deadline_count() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.serve();
    });
    let waiter = Arc::new(TestWaiter::default());
    let agent = agent_with_waiter(&waiter);
    agent.send(&get(&server.url("/"))).unwrap();
    assert_eq!(send_slowly(&agent, &waiter, &server.url("/")).unwrap(), 200);
}

#[test]
fn reading_stops_after_the_deadline() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.request();
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
        peer.try_send(&[&head[..], &[b'x'; 100_000]].concat());
        while peer.try_read() {}
    });
    let waiter = Arc::new(TestWaiter::default());
    let agent = agent_with_waiter(&waiter);
    agent.send(&get(&server.url("/"))).unwrap();
    let outcome = send_slowly(&agent, &waiter, &server.url("/"));
    assert!(matches!(outcome, Err(Error::ReceiveTimeout)), "{outcome:?}");
}

#[test]
fn reading_of_empty_tls_records_stops_after_the_deadline() {
    let authority = Authority::new();
    let mut config = authority.identity().server_speaking(&[&TLS13]);
    // More tickets than one read returns.
    Arc::get_mut(&mut config).unwrap().send_tls13_tickets = 200;
    let server = Server::start(move |listener| {
        let mut peer = listener.accept_tls(&config);
        peer.try_serve();
        while peer.try_read() {}
    });
    let waiter = Arc::new(TestWaiter::default());
    let agent = Agent::new(trusting(&authority), waiter.clone());
    let outcome = send_slowly(&agent, &waiter, &server.tls_url("127.0.0.1"));
    assert!(matches!(outcome, Err(Error::ReceiveTimeout)), "{outcome:?}");
}

fn send_slowly(agent: &Agent, waiter: &TestWaiter, url: &str) -> Result<u16, Error> {
    waiter.is_slow.store(true, Ordering::SeqCst);
    let mut request = get(url);
    request.timeouts.receive = Some(SHORT_TIMEOUT);
    agent.send(&request).map(|reply| reply.status)
}
