//! Interim (1xx) replies.

use super::support::{OK, Server, agent, get, reply_to};
use crate::Error;

#[test]
fn interim_replies_are_skipped() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n");
        peer.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 9\r\n\r\n");
        peer.send(OK);
        peer.serve();
    });
    let agent = agent();
    let reply = agent.send(&get(&server.url("/"))).unwrap();
    assert_eq!((reply.status, &reply.body[..]), (200, &b"{}"[..]));
    assert!(reply.headers.get("link").is_none());
    agent.send(&get(&server.url("/"))).unwrap();
}

#[test]
fn an_interim_reply_alone_is_truncated() {
    let outcome = reply_to("HTTP/1.1 100 Continue\r\n\r\n");
    assert!(matches!(outcome, Err(Error::Truncated)), "{outcome:?}");
}

#[test]
fn endless_interim_replies_are_refused() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        let many = b"HTTP/1.1 102 Processing\r\n\r\n".repeat(10_000);
        while peer.try_send(&many) {}
    });
    let outcome = agent().send(&get(&server.url("/")));
    assert!(
        matches!(
            outcome,
            Err(Error::HeadTooLarge(_) | Error::BodyTooLarge(_))
        ),
        "{outcome:?}"
    );
}
