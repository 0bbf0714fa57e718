//! Peers that answer before they have the whole request, or any.

use std::net::SocketAddr;
use std::sync::Arc;

use super::support::{
    Authority, MORE_THAN_FITS, OK, Peer, Server, agent, agent_on, agent_trusting, post,
};
use crate::Error;
use crate::http::{Deadline, Host, Interest, RawSocket, StdHost};

const TOO_LARGE: &[u8] = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno";

fn refuse(peer: &mut Peer) {
    peer.head();
    peer.send(TOO_LARGE);
}

#[test]
fn an_early_reply_is_the_reply() {
    let server = Server::start(|door| refuse(&mut door.accept()));
    let body = vec![0; MORE_THAN_FITS];
    let reply = agent().send(&post(&server.url("/"), &body)).unwrap();
    assert_eq!((reply.status, &reply.body[..]), (413, &b"no"[..]));
}

#[test]
fn after_an_early_reply_on_a_reused_connection_nothing_is_sent_again() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        refuse(&mut peer);
        drop(peer);
        door.accept().serve();
    });
    let agent = agent();
    let url = server.url("/");
    let body = vec![0; MORE_THAN_FITS];
    for (body, status) in [(&b"{}"[..], 200), (&body, 413), (b"{}", 200)] {
        assert_eq!(agent.send(&post(&url, body)).unwrap().status, status);
    }
}

#[test]
fn over_tls_it_is_no_different() {
    let authority = Authority::new();
    let config = authority.identity().server();
    let server = Server::start(move |door| {
        let mut peer = door.accept_tls(&config);
        peer.serve();
        refuse(&mut peer);
        drop(peer);
        door.accept_tls(&config).serve();
    });
    let agent = agent_trusting(&authority);
    let url = server.tls_url("localhost");
    let body = vec![0; MORE_THAN_FITS];
    for (body, status) in [(&b"{}"[..], 200), (&body, 413), (b"{}", 200)] {
        assert_eq!(agent.send(&post(&url, body)).unwrap().status, status);
    }
}

/// Notices that it is connected when the server has spoken.
#[derive(Debug)]
struct Latecomer;

impl Host for Latecomer {
    fn resolve(&self, name: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Error> {
        StdHost.resolve(name, port, deadline)
    }

    fn wait(&self, socket: RawSocket, _: Interest, deadline: Deadline) -> Result<bool, Error> {
        StdHost.wait(socket, Interest::Read, deadline)
    }
}

#[test]
fn a_reply_before_any_request_gets_none() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.send(OK);
        peer.expect_end();
    });
    let outcome = agent_on(&Arc::new(Latecomer)).send(&post(&server.url("/"), b"{}"));
    assert!(
        matches!(outcome, Err(Error::InvalidReply(_))),
        "{outcome:?}"
    );
}
