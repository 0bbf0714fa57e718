//! Broken connections.

use std::io::ErrorKind;

use super::support::{LARGE_BODY, OK, Server, agent, get, post};
use crate::Error;

#[test]
fn a_reset_before_the_reply_is_an_error() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.reset();
    });
    assert_reset(agent().send(&post(&server.url("/"), b"{}")));
}

#[test]
fn the_error_names_the_server() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.reset();
    });
    let url = server.url("/?secret");
    let error = agent().send(&post(&url, b"{}")).unwrap_err();
    let authority = url.trim_start_matches("http://").split('/').next();
    assert!(
        error
            .to_string()
            .ends_with(&format!(" - {}", authority.unwrap())),
        "{error}"
    );
}

#[test]
fn a_reset_within_the_head_is_an_error() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.send(b"HTTP/1.1 200 OK\r\n");
        peer.reset();
    });
    assert_reset(agent().send(&post(&server.url("/"), b"{}")));
}

#[test]
fn a_reset_within_the_body_is_an_error() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nhalf of it");
        peer.reset();
    });
    assert_reset(agent().send(&get(&server.url("/"))));
}

#[test]
fn a_reset_while_the_request_is_sent_is_an_error() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.head();
        peer.reset();
    });
    let body = vec![0; LARGE_BODY];
    let outcome = agent().send(&post(&server.url("/"), &body));
    assert!(
        matches!(&outcome, Err(Error::Connection { source, .. })
            if matches!(source.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)),
        "{outcome:?}"
    );
}

fn assert_reset<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(
        matches!(&outcome, Err(Error::Connection { source, .. }) if source.kind() == ErrorKind::ConnectionReset),
        "{outcome:?}"
    );
}

#[test]
fn the_agent_works_after_an_error() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.send(b"nonsense\r\n");
        peer.expect_end();
        let mut peer = listener.accept();
        peer.serve();
        peer.serve();
    });
    let agent = agent();
    agent.send(&get(&server.url("/"))).unwrap_err();
    agent.send(&get(&server.url("/"))).unwrap();
    agent.send(&get(&server.url("/"))).unwrap();
}

#[test]
fn a_reply_followed_by_a_half_close_is_returned() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.send(OK);
        peer.end_replies();
        peer.expect_end();
    });
    let agent = agent();
    assert_eq!(agent.send(&get(&server.url("/"))).unwrap().body, b"{}");
}
