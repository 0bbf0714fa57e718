//! Plain http through a proxy.

use super::support::{Closed, Server, agent_with, get, post};
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
fn a_request_names_its_target_in_full() {
    let proxy = Server::start(|door| {
        let mut peer = door.accept();
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
fn without_credentials_there_is_no_header_for_them() {
    let proxy = Server::start(|door| {
        let head = door.accept().serve().head;
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
fn a_proxy_that_wants_credentials_answers_as_any_server() {
    let proxy = Server::start(|door| {
        let mut peer = door.accept();
        peer.request();
        peer.send(b"HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n\r\n");
    });
    let reply = agent_through(&proxy, None)
        .send(&get("http://api.test/"))
        .unwrap();
    assert_eq!(reply.status, 407);
}

#[test]
fn a_proxy_that_refuses_connections_is_named() {
    let closed = Closed::new();
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
fn targets_do_not_share_a_connection_through_a_proxy() {
    let proxy = Server::start(|door| {
        let (mut one, mut two) = (door.accept(), None);
        one.serve();
        two.get_or_insert_with(|| door.accept()).serve();
        one.serve();
    });
    let agent = agent_through(&proxy, None);
    for url in ["http://one.test/", "http://two.test/", "http://one.test/"] {
        agent.send(&get(url)).unwrap();
    }
}
