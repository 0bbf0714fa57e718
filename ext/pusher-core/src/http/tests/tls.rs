//! TLS connections: versions, reuse, ends.

use std::io::Write;
use std::sync::{Arc, mpsc};

use rustls::HandshakeKind;
use rustls::version::{TLS12, TLS13};

use super::support::{
    Authority, Listener, Peer, Server, agent, agent_trusting, encrypted, get, post, reply_by_hand,
};
use crate::Error;

/// A TLS server, and an agent that trusts it.
fn secure(
    script: impl FnOnce(&Listener, &Arc<rustls::ServerConfig>) + Send + 'static,
) -> (Server, crate::http::Agent) {
    let authority = Authority::new();
    let config = authority.identity().server();
    let server = Server::start(move |listener| script(listener, &config));
    (server, agent_trusting(&authority))
}

#[test]
fn tls_1_2_and_1_3_connections_are_reused() {
    for version in [&TLS12, &TLS13] {
        let authority = Authority::new();
        let config = authority.identity().server_speaking(&[version]);
        let server = Server::start(move |listener| {
            let mut peer = listener.accept_tls(&config);
            peer.serve();
            peer.serve();
            peer.expect_end();
        });
        let agent = agent_trusting(&authority);
        for _ in 0..2 {
            agent
                .send(&post(&server.tls_url("localhost"), b"{}"))
                .unwrap();
        }
    }
}

/// The server accepts early data, which could be replayed to it, but gets none.
#[test]
fn the_session_of_an_earlier_connection_is_resumed_without_early_data() {
    for version in [&TLS12, &TLS13] {
        let authority = Authority::new();
        let mut config = authority.identity().server_speaking(&[version]);
        Arc::get_mut(&mut config).unwrap().max_early_data_size = 16 * 1024;
        let server = Server::start(move |listener| {
            for expected in [HandshakeKind::Full, HandshakeKind::Resumed] {
                let (mut session, mut socket) = listener.accept().handshake_by_hand(&config);
                assert_eq!(session.handshake_kind(), Some(expected), "{version:?}");
                assert!(session.early_data().is_none());
                socket.write_all(&encrypted(&mut session)).unwrap();
                reply_by_hand(&mut session, &mut socket);
            }
        });
        let agent = agent_trusting(&authority);
        for _ in 0..2 {
            agent.send(&get(&server.tls_url("localhost"))).unwrap();
        }
    }
}

#[test]
fn large_bodies_are_sent_and_received() {
    let body: Vec<u8> = (0..1_000_000_u32).map(|index| index as u8).collect();
    let (server, agent) = secure(|listener, config| {
        let mut peer = listener.accept_tls(config);
        let request = peer.request();
        let length = request.body.len();
        peer.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").as_bytes());
        peer.send(&request.body);
    });
    let reply = agent
        .send(&post(&server.tls_url("localhost"), &body))
        .unwrap();
    assert!(reply.body == body);
}

#[test]
fn an_idle_connection_is_reused_after_a_key_update() {
    let authority = Authority::new();
    let config = authority.identity().server_speaking(&[&TLS13]);
    let (idle, is_idle) = mpsc::channel();
    let (sent, is_sent) = mpsc::channel();
    let server = Server::start(move |listener| {
        let (mut session, mut socket) = listener.accept().handshake_by_hand(&config);
        reply_by_hand(&mut session, &mut socket);
        is_idle.recv().unwrap();
        session.refresh_traffic_keys().unwrap();
        socket.write_all(&encrypted(&mut session)).unwrap();
        sent.send(()).unwrap();
        reply_by_hand(&mut session, &mut socket);
    });
    let agent = agent_trusting(&authority);
    let url = server.tls_url("localhost");
    agent.send(&get(&url)).unwrap();
    idle.send(()).unwrap();
    is_sent.recv().unwrap();
    agent.send(&get(&url)).unwrap();
}

#[test]
fn a_connection_closed_by_close_notify_while_idle_is_not_used() {
    let (closed, is_closed) = mpsc::channel();
    let (server, agent) = secure(move |listener, config| {
        let mut peer = listener.accept_tls(config);
        peer.serve();
        peer.end_replies();
        closed.send(()).unwrap();
        assert_eq!(listener.accept_tls(config).serve().body, b"second");
    });
    let url = server.tls_url("localhost");
    agent.send(&post(&url, b"first")).unwrap();
    is_closed.recv().unwrap();
    agent.send(&post(&url, b"second")).unwrap();
}

#[test]
fn an_end_without_close_notify_is_truncated() {
    assert!(matches!(
        end_after(b"HTTP/1.1 200 OK\r\n\r\nhalf", |_| {}),
        Err(Error::Truncated)
    ));
    assert!(matches!(end_after(b"", |_| {}), Err(Error::Truncated)));
}

#[test]
fn an_end_with_close_notify_is_an_end() {
    let outcome = end_after(b"HTTP/1.1 200 OK\r\n\r\nall", Peer::end_replies);
    assert_eq!(outcome.unwrap().body, b"all");
    let outcome = end_after(
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nall",
        Peer::end_replies,
    );
    assert!(matches!(outcome, Err(Error::Truncated)), "{outcome:?}");
    let outcome = end_after(b"", Peer::end_replies);
    assert!(matches!(outcome, Err(Error::Truncated)), "{outcome:?}");
}

fn end_after(
    reply: &'static [u8],
    end: impl FnOnce(&mut Peer) + Send + 'static,
) -> Result<crate::http::Reply, Error> {
    let (server, agent) = secure(move |listener, config| {
        let mut peer = listener.accept_tls(config);
        peer.request();
        peer.send(reply);
        end(&mut peer);
    });
    agent.send(&get(&server.tls_url("localhost")))
}

#[test]
fn an_invalid_record_is_a_tls_error() {
    let (server, agent) = secure(|listener, config| {
        let mut peer = listener.accept_tls(config);
        peer.request();
        let mut raw = peer.socket();
        let record = [&[23, 3, 3, 0, 32][..], &[7; 32]].concat();
        raw.write_all(&record).unwrap();
        peer.try_read();
    });
    let outcome = agent.send(&get(&server.tls_url("localhost")));
    assert!(matches!(outcome, Err(Error::Tls(_))), "{outcome:?}");
}

#[test]
fn a_server_that_closes_in_the_handshake_is_a_tls_error() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.try_read();
    });
    let outcome = agent().send(&get(&server.tls_url("localhost")));
    assert!(
        matches!(&outcome, Err(Error::Tls(text)) if text.contains("closed the connection")),
        "{outcome:?}"
    );
}

#[test]
fn a_server_without_tls_is_a_tls_error() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.try_read();
        peer.try_send(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let outcome = agent().send(&get(&server.tls_url("localhost")));
    assert!(matches!(outcome, Err(Error::Tls(_))), "{outcome:?}");
}

#[test]
fn a_scheme_in_capitals_uses_tls() {
    let (server, agent) = secure(|listener, config| {
        listener.accept_tls(config).serve();
    });
    let url = server.tls_url("localhost").replace("https", "HTTPS");
    agent.send(&get(&url)).unwrap();
}
