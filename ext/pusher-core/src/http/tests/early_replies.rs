//! Peers that answer before they have the whole request, and close.

use super::support::{Authority, Peer, Server, agent, agent_trusting, post};

const TOO_LARGE: &[u8] = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno";

fn refuse(peer: &mut Peer) {
    peer.head();
    peer.send(TOO_LARGE);
}

#[test]
fn an_early_reply_is_the_reply() {
    let server = Server::start(|door| refuse(&mut door.accept()));
    let body = vec![0; 64 * 1024 * 1024];
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
    let body = vec![0; 64 * 1024 * 1024];
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
    let body = vec![0; 16 * 1024 * 1024];
    for (body, status) in [(&b"{}"[..], 200), (&body, 413), (b"{}", 200)] {
        assert_eq!(agent.send(&post(&url, body)).unwrap().status, status);
    }
}
