//! Replies that arrive before the server has read the whole request.

use std::net::SocketAddr;
use std::sync::Arc;

use super::support::{
    Authority, LARGE_BODY, OK, Peer, Server, agent, agent_trusting, agent_with_waiter, post,
};
use crate::Error;
use crate::http::{Deadline, Interest, RawSocket, StdWaiter, Waiter};

const TOO_LARGE: &[u8] = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno";

fn refuse(peer: &mut Peer) {
    peer.head();
    peer.send(TOO_LARGE);
}

#[test]
fn a_reply_before_the_end_of_the_request_is_returned() {
    let server = Server::start(|listener| refuse(&mut listener.accept()));
    let body = vec![0; LARGE_BODY];
    let reply = agent().send(&post(&server.url("/"), &body)).unwrap();
    assert_eq!((reply.status, &reply.body[..]), (413, &b"no"[..]));
}

#[test]
fn a_request_with_an_early_reply_is_not_retried() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        refuse(&mut peer);
        drop(peer);
        listener.accept().serve();
    });
    let agent = agent();
    let url = server.url("/");
    let body = vec![0; LARGE_BODY];
    for (body, status) in [(&b"{}"[..], 200), (&body, 413), (b"{}", 200)] {
        assert_eq!(agent.send(&post(&url, body)).unwrap().status, status);
    }
}

#[test]
fn a_request_with_an_early_reply_over_tls_is_not_retried() {
    let authority = Authority::new();
    let config = authority.identity().server();
    let server = Server::start(move |listener| {
        let mut peer = listener.accept_tls(&config);
        peer.serve();
        refuse(&mut peer);
        drop(peer);
        listener.accept_tls(&config).serve();
    });
    let agent = agent_trusting(&authority);
    let url = server.tls_url("localhost");
    let body = vec![0; LARGE_BODY];
    for (body, status) in [(&b"{}"[..], 200), (&body, 413), (b"{}", 200)] {
        assert_eq!(agent.send(&post(&url, body)).unwrap().status, status);
    }
}

/// Always waits for data, so that the server's first bytes arrive before the request is sent.
#[derive(Debug)]
struct ReadWaiter;

impl Waiter for ReadWaiter {
    fn resolve(&self, name: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Error> {
        StdWaiter.resolve(name, port, deadline)
    }

    fn wait(&self, socket: RawSocket, _: Interest, deadline: Deadline) -> Result<bool, Error> {
        StdWaiter.wait(socket, Interest::Read, deadline)
    }
}

#[test]
fn a_reply_before_the_request_is_an_invalid_reply() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.send(OK);
        peer.expect_end();
    });
    let outcome = agent_with_waiter(&Arc::new(ReadWaiter)).send(&post(&server.url("/"), b"{}"));
    assert!(
        matches!(outcome, Err(Error::InvalidReply(_))),
        "{outcome:?}"
    );
}
