//! Plain HTTP requests through a proxy.

use super::support::{ClosedPort, Server, agent_with, get, post};
use crate::Error;
use crate::http::{Agent, Proxy, Settings};

fn agent_through(server: &Server, credentials: Option<(&[u8], &[u8])>) -> Agent {
    agent_with(Settings {
        proxy: Some(Proxy::new(
            "127.0.0.1",
            server.address().port(),
            credentials,
        )),
        ..Settings::default()
    })
}

#[test]
fn a_request_has_its_target_in_absolute_form() {
    let proxy = Server::start(|listener| {
        let mut peer = listener.accept();
        for _ in 0..2 {
            let request = peer.serve();
            let (line, headers) = request.head.split_once("\r\n").unwrap();
            assert_eq!(line, "POST http://api.test:80/apps/1/events?a=b HTTP/1.1");
            assert!(headers.contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n"));
            assert!(headers.contains("host: api.test\r\n"));
            assert_eq!(request.body, b"{}");
        }
    });
    let agent = agent_through(&proxy, Some((b"user", b"pass")));
    for _ in 0..2 {
        agent
            .send(&post("http://api.test/apps/1/events?a=b", b"{}"))
            .unwrap();
    }
}

#[test]
fn no_authorization_header_is_sent_without_credentials() {
    let proxy = Server::start(|listener| {
        let head = listener.accept().serve().head;
        assert!(
            head.starts_with("GET http://[::1]:8080/ HTTP/1.1\r\n"),
            "{head}"
        );
        assert!(!head.to_lowercase().contains("authorization"), "{head}");
    });
    agent_through(&proxy, None)
        .send(&get("http://[::1]:8080/"))
        .unwrap();
}

#[test]
fn a_407_of_a_proxy_is_an_ordinary_reply() {
    let proxy = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.send(b"HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n\r\n");
    });
    let reply = agent_through(&proxy, None)
        .send(&get("http://api.test/"))
        .unwrap();
    assert_eq!(reply.status, 407);
}

#[test]
fn the_error_for_a_closed_proxy_port_names_the_proxy() {
    let closed = ClosedPort::new();
    let gone = closed.address();
    let agent = agent_with(Settings {
        proxy: Some(Proxy::new(
            "127.0.0.1",
            gone.port(),
            Some((b"user", b"pass")),
        )),
        ..Settings::default()
    });
    let outcome = agent.send(&get("http://api.test/"));
    assert!(
        matches!(&outcome, Err(Error::Connect { peer, .. }) if *peer == gone.to_string()),
        "{outcome:?}"
    );
}

#[test]
fn each_target_has_its_own_connection_through_a_proxy() {
    let proxy = Server::start(|listener| {
        let (mut one, mut two) = (listener.accept(), None);
        one.serve();
        two.get_or_insert_with(|| listener.accept()).serve();
        one.serve();
    });
    let agent = agent_through(&proxy, None);
    for url in ["http://one.test/", "http://two.test/", "http://one.test/"] {
        agent.send(&get(url)).unwrap();
    }
}
