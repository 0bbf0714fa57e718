//! Statuses that affect how a reply is read.

use super::support::{Server, agent, get, reply_to};
use crate::http::Request;

#[test]
fn replies_of_some_statuses_have_no_body() {
    for (status, length) in [(204, ""), (304, "Content-Length: 5\r\n"), (101, "")] {
        let reply = reply_to(format!("HTTP/1.1 {status} x\r\n{length}\r\n")).unwrap();
        assert_eq!((reply.status, &reply.body[..]), (status, &b""[..]));
    }
}

#[test]
fn an_unexpected_body_ends_the_connection() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.send(b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}");
        peer.expect_end();
        listener.accept().serve();
    });
    let agent = agent();
    assert_eq!(agent.send(&get(&server.url("/"))).unwrap().body, b"");
    agent.send(&get(&server.url("/"))).unwrap();
}

#[test]
fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let reply = reply_to(format!(
            "HTTP/1.1 {status} x\r\nLocation: /elsewhere\r\nContent-Length: 4\r\n\r\nthis"
        ));
        let reply = reply.unwrap();
        assert_eq!((reply.status, &reply.body[..]), (status, &b"this"[..]));
        assert_eq!(reply.headers["location"], "/elsewhere");
    }
}

#[test]
fn the_reply_to_head_has_no_body() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        assert!(peer.request().head.starts_with("HEAD / "));
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        peer.serve();
    });
    let agent = agent();
    let url = server.url("/");
    let request = Request {
        method: "HEAD",
        ..get(&url)
    };
    assert_eq!(agent.send(&request).unwrap().body, b"");
    agent.send(&get(&url)).unwrap();
}

#[test]
fn a_401_or_407_is_an_ordinary_reply() {
    for status in [401, 407] {
        let reply = reply_to(format!(
            "HTTP/1.1 {status} x\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno"
        ));
        assert_eq!(reply.unwrap().status, status);
    }
}
