//! Connections that break.

use std::io::ErrorKind;

use super::support::{MORE_THAN_FITS, OK, Server, agent, get, post};
use crate::Error;

#[test]
fn a_reset_before_the_reply_is_an_error() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.request();
        peer.reset();
    });
    assert_reset(agent().send(&post(&server.url("/"), b"{}")));
}

#[test]
fn a_reset_within_the_reply_is_an_error() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.request();
        peer.send(b"HTTP/1.1 200 OK\r\n");
        peer.reset();
    });
    assert_reset(agent().send(&post(&server.url("/"), b"{}")));
}

#[test]
fn a_reset_within_the_body_is_an_error() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.request();
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nhalf of it");
        peer.reset();
    });
    assert_reset(agent().send(&get(&server.url("/"))));
}

#[test]
fn a_reset_while_the_request_is_sent_is_an_error() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.head();
        peer.reset();
    });
    let body = vec![0; MORE_THAN_FITS];
    let outcome = agent().send(&post(&server.url("/"), &body));
    assert!(
        matches!(&outcome, Err(Error::Io(error))
            if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)),
        "{outcome:?}"
    );
}

fn assert_reset<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(
        matches!(&outcome, Err(Error::Io(error)) if error.kind() == ErrorKind::ConnectionReset),
        "{outcome:?}"
    );
}

#[test]
fn after_a_fault_the_agent_goes_on() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.request();
        peer.send(b"nonsense\r\n");
        peer.expect_end();
        let mut peer = door.accept();
        peer.serve();
        peer.serve();
    });
    let agent = agent();
    agent.send(&get(&server.url("/"))).unwrap_err();
    agent.send(&get(&server.url("/"))).unwrap();
    agent.send(&get(&server.url("/"))).unwrap();
}

#[test]
fn a_peer_that_half_closes_is_still_heard() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.request();
        peer.send(OK);
        peer.end_replies();
        peer.expect_end();
    });
    let agent = agent();
    assert_eq!(agent.send(&get(&server.url("/"))).unwrap().body, b"{}");
}
