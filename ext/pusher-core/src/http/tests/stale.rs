//! Connections that were closed while they were kept: sent again once, or not at all.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Instant;

use super::support::{MORE_THAN_FITS, OK, PATIENCE, SHORT, Server, agent, agent_on, get, post};
use crate::Error;
use crate::http::{Deadline, Host, Interest, RawSocket, StdHost};

#[test]
fn a_connection_closed_while_idle_costs_nothing() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        drop(peer);
        assert_eq!(door.accept().serve().body, b"second");
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"first")).unwrap();
    assert_eq!(
        agent.send(&post(&server.url("/"), b"second")).unwrap().body,
        b"{}"
    );
}

#[test]
fn a_connection_closed_under_the_request_is_replaced_once() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.request();
        drop(peer);
        assert_eq!(door.accept().serve().body, b"second");
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"first")).unwrap();
    agent.send(&post(&server.url("/"), b"second")).unwrap();
}

#[test]
fn a_connection_reset_under_the_request_is_replaced_once() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.request();
        peer.reset();
        door.accept().serve();
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"first")).unwrap();
    agent.send(&post(&server.url("/"), b"second")).unwrap();
}

#[test]
fn the_fresh_connection_is_given_no_third_chance() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.request();
        drop(peer);
        door.accept().request();
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"first")).unwrap();
    let outcome = agent.send(&post(&server.url("/"), b"second"));
    assert!(matches!(outcome, Err(Error::Truncated)), "{outcome:?}");
}

#[test]
fn the_replacement_is_a_fresh_connection_even_where_others_are_idle() {
    let server = Server::start(|door| {
        let (mut one, mut two) = (door.accept(), door.accept());
        for peer in [&mut one, &mut two] {
            peer.request();
        }
        for peer in [&mut one, &mut two] {
            peer.send(OK);
        }
        // Whichever is taken: it is closed under the request.
        let taken = wait_for_either(one, two);
        drop(taken);
        door.accept().serve();
    });
    let agent = agent();
    let url = server.url("/");
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| agent.send(&get(&url)).unwrap());
        }
    });
    agent.send(&post(&url, b"third")).unwrap();
}

/// Both peers, as soon as one of them has got a request.
fn wait_for_either(one: super::support::Peer, two: super::support::Peer) -> impl Sized {
    let peers = [one, two];
    let deadline = Instant::now() + PATIENCE;
    let mut byte = [0];
    for peer in &peers {
        peer.socket().set_nonblocking(true).unwrap();
    }
    while Instant::now() < deadline {
        if peers
            .iter()
            .any(|peer| peer.socket().peek(&mut byte).is_ok())
        {
            return peers;
        }
        std::thread::yield_now();
    }
    panic!("no request came");
}

#[test]
fn closed_on_a_fresh_connection_is_an_error() {
    let server = Server::start(|door| {
        door.accept().request();
    });
    let outcome = agent().send(&post(&server.url("/"), b"{}"));
    assert!(matches!(outcome, Err(Error::Truncated)), "{outcome:?}");
}

#[test]
fn closed_after_one_byte_of_the_reply_is_an_error() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.request();
        peer.send(b"H");
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"first")).unwrap();
    let outcome = agent.send(&post(&server.url("/"), b"second"));
    assert!(matches!(outcome, Err(Error::Truncated)), "{outcome:?}");
}

#[test]
fn a_late_reply_on_a_reused_connection_is_no_reason_to_send_again() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.request();
        peer.expect_end();
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"first")).unwrap();
    let url = server.url("/");
    let mut request = post(&url, b"second");
    request.timeouts.receive = Some(SHORT);
    let outcome = agent.send(&request);
    assert!(matches!(outcome, Err(Error::ReceiveTimeout)), "{outcome:?}");
}

#[test]
fn bytes_behind_a_reply_end_the_connection() {
    for extra in [&b"x"[..], OK] {
        let server = Server::start(move |door| {
            let mut peer = door.accept();
            peer.request();
            peer.send(&[OK, extra].concat());
            peer.expect_end();
            assert_eq!(door.accept().serve().body, b"second");
        });
        let agent = agent();
        agent.send(&post(&server.url("/"), b"first")).unwrap();
        agent.send(&post(&server.url("/"), b"second")).unwrap();
    }
}

#[test]
fn a_reply_nobody_asked_for_ends_the_connection() {
    let (idle, is_idle) = mpsc::channel();
    let (sent, is_sent) = mpsc::channel();
    let server = Server::start(move |door| {
        let mut peer = door.accept();
        peer.serve();
        is_idle.recv().unwrap();
        peer.send(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
        sent.send(()).unwrap();
        peer.expect_end();
        door.accept().serve();
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"first")).unwrap();
    idle.send(()).unwrap();
    is_sent.recv().unwrap();
    let reply = agent.send(&post(&server.url("/"), b"second")).unwrap();
    assert_eq!(reply.status, 200);
}

/// Keeps until when it was asked to wait for input, and from when to when it did.
#[derive(Debug, Default)]
struct Witness(Mutex<Vec<Wait>>);

#[derive(Debug)]
struct Wait {
    deadline: Instant,
    began: Instant,
    ended: Instant,
}

impl Host for Witness {
    fn resolve(&self, name: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Error> {
        StdHost.resolve(name, port, deadline)
    }

    fn wait(
        &self,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let began = Instant::now();
        let outcome = StdHost.wait(socket, interest, deadline);
        if let (Interest::Read, Some(deadline)) = (interest, deadline) {
            let ended = Instant::now();
            let wait = Wait {
                deadline,
                began,
                ended,
            };
            self.0.lock().unwrap().push(wait);
        }
        outcome
    }
}

#[test]
fn the_second_attempt_gets_no_more_time_than_the_first_has_left() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.request();
        std::thread::sleep(SHORT);
        drop(peer);
        door.accept().serve();
    });
    let host = Arc::new(Witness::default());
    let agent = agent_on(&host);
    for _ in 0..2 {
        agent.send(&post(&server.url("/"), b"{}")).unwrap();
    }
    let waits = host.0.lock().unwrap();
    let [_, first, second] = &waits[..] else {
        panic!("{waits:?}");
    };
    // What it took to connect again is all there is between their deadlines.
    let reconnecting = second.began - first.ended;
    assert!(
        second.deadline - first.deadline <= reconnecting,
        "{waits:?}"
    );
}

#[test]
fn without_time_for_a_reply_there_is_no_second_attempt() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.head();
        std::thread::sleep(SHORT * 2);
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"{}")).unwrap();
    // The server takes no more than the head, so that all of the time goes into sending.
    let body = vec![0; MORE_THAN_FITS];
    let url = server.url("/");
    let mut request = post(&url, &body);
    request.timeouts.receive = Some(SHORT);
    let outcome = agent.send(&request);
    assert!(matches!(outcome, Err(Error::Stale)), "{outcome:?}");
}
