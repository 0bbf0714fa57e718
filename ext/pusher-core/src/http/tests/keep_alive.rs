//! Connections are kept, and for how long.

use std::sync::{Arc, Barrier, mpsc};
use std::time::Duration;

use super::support::{OK, Server, agent, agent_with, get, post};
use crate::http::{Request, Settings};

const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

#[test]
fn a_connection_serves_one_request_after_the_other() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
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
fn any_status_and_any_framing_leaves_it_usable() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
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
fn where_the_server_means_to_close_it_is_not_kept() {
    for reply in [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ] {
        let server = Server::start(move |door| {
            let mut peer = door.accept();
            peer.request();
            peer.send(reply.as_bytes());
            peer.expect_end();
            door.accept().serve();
        });
        let agent = agent();
        agent.send(&get(&server.url("/"))).unwrap();
        agent.send(&get(&server.url("/"))).unwrap();
    }
}

#[test]
fn where_the_caller_means_to_close_it_is_not_kept() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        assert!(peer.serve().head.contains("connection: close\r\n"));
        peer.expect_end();
    });
    let agent = agent();
    let url = server.url("/");
    let request = Request {
        headers: &[("Connection", b"close")],
        ..get(&url)
    };
    agent.send(&request).unwrap();
}

#[test]
fn an_idle_connection_is_kept_no_longer_than_told() {
    let server = Server::start(|door| {
        let mut first = door.accept();
        first.serve();
        door.accept().serve();
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
fn within_its_time_an_idle_connection_is_kept() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
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
fn servers_do_not_share_connections() {
    let serve_twice = |door: &super::support::Door| {
        let mut peer = door.accept();
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
fn as_many_connections_as_requests_at_once() {
    const THREADS: usize = 8;
    let server = Server::start(|door| {
        let mut peers: Vec<_> = (0..THREADS).map(|_| door.accept()).collect();
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
    let server = Server::start(|door| {
        let mut peer = door.accept();
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
fn the_connection_of_one_reply_is_closed_alone() {
    let (sender, receiver) = mpsc::channel();
    let server = Server::start(move |door| {
        let (mut first, mut second) = (door.accept(), door.accept());
        first.request();
        second.request();
        second.send(OK);
        // Unless the second one is idle by now it might be taken for the first.
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
fn the_connection_of_one_reply_stays_where_another_request_was_sent_on_it() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
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
fn the_connection_of_a_reply_can_be_gone() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
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
