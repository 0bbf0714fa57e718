//! Name resolution and connecting.

use std::net::ToSocketAddrs;
use std::sync::Arc;

use super::support::{
    ClosedPort, FullBacklog, SHORT_TIMEOUT, Server, TestWaiter, agent, agent_with_waiter, get,
};
use crate::Error;
use crate::http::Request;

#[test]
fn the_error_for_a_refused_connection_names_the_address() {
    let closed = ClosedPort::new();
    let address = closed.address();
    let outcome = agent().send(&get(&format!("http://{address}/?secret=1")));
    let Err(error @ Error::Connect { .. }) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(matches!(&error, Error::Connect { source, .. }
            if source.kind() == std::io::ErrorKind::ConnectionRefused));
    let text = error.to_string();
    assert!(
        text.ends_with(&format!("connect(2) for {address}")),
        "{text}"
    );
}

#[test]
fn the_error_for_a_refused_connection_names_the_host_and_the_address() {
    let closed = ClosedPort::new();
    let address = closed.address();
    let waiter = Arc::new(TestWaiter::resolving_to(vec![address]));
    let url = format!("http://api.test:{}/", address.port());
    let error = agent_with_waiter(&waiter)
        .send(&get(&url))
        .unwrap_err()
        .to_string();
    let peer = format!("api.test:{} (127.0.0.1)", address.port());
    assert!(error.ends_with(&peer), "{error}");
}

#[test]
fn a_name_without_addresses_is_a_resolve_error() {
    let waiter = Arc::new(TestWaiter::default());
    let outcome = agent_with_waiter(&waiter).send(&get("http://api.test/"));
    assert!(
        matches!(&outcome, Err(Error::Resolve(text)) if text == "api.test: no such name"),
        "{outcome:?}"
    );
}

#[test]
fn the_standard_waiter_resolves_localhost() {
    if "localhost:0".to_socket_addrs().is_err() {
        // A container without /etc/hosts does not have this name.
        return;
    }
    let server = Server::start(|listener| {
        assert!(listener.accept().serve().head.contains("host: localhost:"));
    });
    let url = format!("http://localhost:{}/", server.address().port());
    agent().send(&get(&url)).unwrap();
}

#[test]
fn a_name_is_resolved_once_for_each_connection() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.serve();
    });
    let waiter = Arc::new(TestWaiter::resolving_to(vec![server.address()]));
    let agent = agent_with_waiter(&waiter);
    agent.send(&get("http://api.test/")).unwrap();
    agent.send(&get("http://api.test/")).unwrap();
    assert_eq!(waiter.resolved(), ["api.test:80"]);
}

#[test]
fn an_address_is_not_resolved() {
    let server = Server::start(|listener| {
        listener.accept().serve();
    });
    let waiter = Arc::new(TestWaiter::default());
    agent_with_waiter(&waiter)
        .send(&get(&server.url("/")))
        .unwrap();
    assert_eq!(waiter.resolved(), [""; 0]);
}

#[test]
fn an_address_that_does_not_respond_is_a_connect_timeout() {
    let full = FullBacklog::new();
    let url = format!("http://{}/", full.address);
    let error = connect_error(&url);
    assert!(
        matches!(&error, Error::ConnectTimeout(peer) if *peer == full.address.to_string()),
        "{error:?}"
    );
}

#[test]
fn a_tls_handshake_without_a_reply_times_out() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        while peer.try_read() {}
    });
    let url = server.tls_url("127.0.0.1");
    assert_handshake_timeout(&url, &server.address().to_string());
}

#[test]
fn a_slow_tls_handshake_times_out() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        // The start of an endless handshake record.
        for byte in [22, 3, 3, 0x3f, 0xff].into_iter().chain([2; 1000]) {
            if !peer.try_send(&[byte]) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    });
    let url = server.tls_url("127.0.0.1");
    assert_handshake_timeout(&url, &server.address().to_string());
}

fn assert_handshake_timeout(url: &str, peer: &str) {
    let error = connect_error(url);
    assert!(
        matches!(&error, Error::HandshakeTimeout(address) if address == peer),
        "{error:?}"
    );
}

fn connect_error(url: &str) -> Error {
    let mut request: Request<'_> = get(url);
    request.timeouts.connect = Some(SHORT_TIMEOUT);
    agent().send(&request).expect_err("a timeout")
}
