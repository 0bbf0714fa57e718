//! Peers that go on after the deadline: each time they are looked at, there is something to read.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustls::version::TLS13;

use super::support::{Authority, SHORT, Server, TestHost, agent_on, get, trusting};
use crate::Error;
use crate::http::Agent;

#[test]
fn what_is_there_by_the_deadline_counts() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.serve();
    });
    let host = Arc::new(TestHost::default());
    let agent = agent_on(&host);
    agent.send(&get(&server.url("/"))).unwrap();
    assert_eq!(send_slowly(&agent, &host, &server.url("/")).unwrap(), 200);
}

#[test]
fn what_is_left_to_read_after_the_deadline_is_not_waited_for() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.request();
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
        peer.try_send(&[&head[..], &[b'x'; 100_000]].concat());
        while peer.try_read() {}
    });
    let host = Arc::new(TestHost::default());
    let agent = agent_on(&host);
    agent.send(&get(&server.url("/"))).unwrap();
    let outcome = send_slowly(&agent, &host, &server.url("/"));
    assert!(matches!(outcome, Err(Error::ReceiveTimeout)), "{outcome:?}");
}

#[test]
fn records_that_hold_nothing_are_not_waited_for() {
    let authority = Authority::new();
    let mut config = authority.identity().server_speaking(&[&TLS13]);
    // Tickets enough for more than one look.
    Arc::get_mut(&mut config).unwrap().send_tls13_tickets = 200;
    let server = Server::start(move |door| {
        let mut peer = door.accept_tls(&config);
        peer.try_serve();
        while peer.try_read() {}
    });
    let host = Arc::new(TestHost::default());
    let agent = Agent::new(trusting(&authority), host.clone());
    let outcome = send_slowly(&agent, &host, &server.tls_url("127.0.0.1"));
    assert!(matches!(outcome, Err(Error::ReceiveTimeout)), "{outcome:?}");
}

fn send_slowly(agent: &Agent, host: &TestHost, url: &str) -> Result<u16, Error> {
    host.is_slow.store(true, Ordering::SeqCst);
    let mut request = get(url);
    request.timeouts.receive = Some(SHORT);
    agent.send(&request).map(|reply| reply.status)
}
