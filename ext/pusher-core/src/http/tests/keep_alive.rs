//! Keep-alive and pooling.

use std::sync::{Arc, Barrier, mpsc};
use std::time::Duration;

use super::support::{OK, Server, agent, agent_with, get, post};
use crate::http::{Request, Settings};

const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

#[test]
fn a_connection_is_reused() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        for _ in 0..5 {
            peer.serve();
        }
        peer.expect_end();
    });
    let agent = agent();
    for _ in 0..5 {
        agent.send(&post(&server.url("/"), b"{}")).unwrap();
    }
}

#[test]
fn a_connection_is_reused_after_any_status_and_framing() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        for reply in [
            "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
            "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 2\r\n\r\nno",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
        ] {
            peer.request();
            peer.send(reply.as_bytes());
        }
        peer.expect_end();
    });
    let agent = agent();
    for _ in 0..6 {
        agent.send(&get(&server.url("/"))).unwrap();
    }
}

#[test]
fn a_connection_is_not_reused_when_the_server_closes_it() {
    for reply in [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ] {
        let server = Server::start(move |listener| {
            let mut peer = listener.accept();
            peer.request();
            peer.send(reply.as_bytes());
            peer.expect_end();
            listener.accept().serve();
        });
        let agent = agent();
        agent.send(&get(&server.url("/"))).unwrap();
        agent.send(&get(&server.url("/"))).unwrap();
    }
}

#[test]
fn a_connection_is_not_reused_when_the_caller_closes_it() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        assert!(peer.serve().head.contains("connection: close\r\n"));
        peer.expect_end();
        listener.accept().serve();
    });
    let agent = agent();
    let url = server.url("/");
    let request = Request {
        headers: &[("Connection", b"close")],
        ..get(&url)
    };
    agent.send(&request).unwrap();
    agent.send(&get(&url)).unwrap();
}

#[test]
fn an_idle_connection_is_closed_after_the_keep_alive_time() {
    let server = Server::start(|listener| {
        let mut first = listener.accept();
        first.serve();
        listener.accept().serve();
        first.expect_end();
    });
    let agent = agent_with(Settings {
        keep_alive: Some(Duration::ZERO),
        ..Settings::default()
    });
    agent.send(&get(&server.url("/"))).unwrap();
    agent.send(&get(&server.url("/"))).unwrap();
}

#[test]
fn an_idle_connection_is_reused_within_the_keep_alive_time() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.serve();
    });
    let agent = agent_with(Settings {
        keep_alive: Some(Duration::from_secs(600)),
        ..Settings::default()
    });
    agent.send(&get(&server.url("/"))).unwrap();
    agent.send(&get(&server.url("/"))).unwrap();
}

#[test]
fn each_server_has_its_own_connections() {
    let serve_twice = |listener: &super::support::Listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.serve();
    };
    let servers = [Server::start(serve_twice), Server::start(serve_twice)];
    let agent = agent();
    for server in servers.iter().chain(&servers) {
        agent.send(&get(&server.url("/"))).unwrap();
    }
}

#[test]
fn concurrent_requests_have_a_connection_each() {
    const THREADS: usize = 8;
    let server = Server::start(|listener| {
        let mut peers: Vec<_> = (0..THREADS).map(|_| listener.accept()).collect();
        for _ in 0..2 {
            for peer in &mut peers {
                peer.request();
            }
            for peer in &mut peers {
                peer.send(OK);
            }
        }
    });
    let agent = agent();
    let url = server.url("/");
    let barrier = Arc::new(Barrier::new(THREADS));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                agent.send(&get(&url)).unwrap();
                barrier.wait();
                agent.send(&get(&url)).unwrap();
            });
        }
    });
}

#[test]
fn dropping_the_agent_closes_its_connections() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.expect_end();
    });
    let agent = agent();
    agent.send(&get(&server.url("/"))).unwrap();
    let clone = agent.clone();
    drop(agent);
    drop(clone);
}

#[test]
fn closing_the_connection_of_a_reply_closes_no_other() {
    let (sender, receiver) = mpsc::channel();
    let server = Server::start(move |listener| {
        let (mut first, mut second) = (listener.accept(), listener.accept());
        first.request();
        second.request();
        second.send(OK);
        // Only once the second connection is idle do we know which reply is which.
        receiver.recv().unwrap();
        first.send(BUSY);
        first.expect_end();
        second.serve();
        second.expect_end();
    });
    let (agent, url) = (agent(), server.url("/"));
    let busy = std::thread::scope(|scope| {
        let threads = [(); 2].map(|()| {
            scope.spawn(|| {
                let reply = agent.send(&get(&url)).unwrap();
                if reply.status == 200 {
                    sender.send(()).unwrap();
                }
                reply
            })
        });
        let replies = threads.map(|thread| thread.join().unwrap());
        replies.into_iter().find(|reply| reply.status == 503)
    });
    busy.unwrap().connection.close();
    assert_eq!(agent.send(&get(&url)).unwrap().status, 200);
}

#[test]
fn the_connection_of_a_reply_stays_open_after_a_later_request() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.send(BUSY);
        peer.serve();
        peer.serve();
        peer.expect_end();
    });
    let (agent, url) = (agent(), server.url("/"));
    let busy = agent.send(&get(&url)).unwrap();
    agent.send(&get(&url)).unwrap();
    busy.connection.close();
    agent.send(&get(&url)).unwrap();
}

#[test]
fn closing_a_closed_connection_does_nothing() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.expect_end();
    });
    let agent = agent();
    let reply = agent.send(&get(&server.url("/"))).unwrap();
    reply.connection.close();
    reply.connection.close();
    drop(agent);
    reply.connection.close();
}
