//! Retries of requests on reused connections.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Instant;

use super::support::{
    LARGE_BODY, LONG_TIMEOUT, OK, SHORT_TIMEOUT, Server, agent, agent_with_waiter, get, post,
};
use crate::Error;
use crate::http::{Deadline, Interest, RawSocket, StdWaiter, Waiter};

#[test]
fn a_connection_closed_while_idle_is_not_used() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        drop(peer);
        assert_eq!(listener.accept().serve().body, b"second");
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
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.request();
        drop(peer);
        assert_eq!(listener.accept().serve().body, b"second");
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"first")).unwrap();
    agent.send(&post(&server.url("/"), b"second")).unwrap();
}

#[test]
fn a_connection_reset_under_the_request_is_replaced_once() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.request();
        peer.reset();
        listener.accept().serve();
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"first")).unwrap();
    agent.send(&post(&server.url("/"), b"second")).unwrap();
}

#[test]
fn a_request_is_retried_only_once() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.request();
        drop(peer);
        listener.accept().request();
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"first")).unwrap();
    let outcome = agent.send(&post(&server.url("/"), b"second"));
    assert!(matches!(outcome, Err(Error::Truncated)), "{outcome:?}");
}

#[test]
fn a_retry_uses_a_fresh_connection_even_if_others_are_idle() {
    let server = Server::start(|listener| {
        let (mut one, mut two) = (listener.accept(), listener.accept());
        for peer in [&mut one, &mut two] {
            peer.request();
        }
        for peer in [&mut one, &mut two] {
            peer.send(OK);
        }
        // Close the connection that gets the request.
        let taken = either_with_a_request(one, two);
        drop(taken);
        listener.accept().serve();
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

/// Waits until one of the peers has received a request.
fn either_with_a_request(one: super::support::Peer, two: super::support::Peer) -> impl Sized {
    let peers = [one, two];
    let deadline = Instant::now() + LONG_TIMEOUT;
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
    panic!("no request arrived");
}

#[test]
fn a_request_on_a_fresh_connection_is_not_retried() {
    let server = Server::start(|listener| {
        listener.accept().request();
    });
    let outcome = agent().send(&post(&server.url("/"), b"{}"));
    assert!(matches!(outcome, Err(Error::Truncated)), "{outcome:?}");
}

#[test]
fn a_request_is_not_retried_after_one_byte_of_a_reply() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
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
fn a_request_is_not_retried_after_a_receive_timeout() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.request();
        peer.expect_end();
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"first")).unwrap();
    let url = server.url("/");
    let mut request = post(&url, b"second");
    request.timeouts.receive = Some(SHORT_TIMEOUT);
    let outcome = agent.send(&request);
    assert!(matches!(outcome, Err(Error::ReceiveTimeout)), "{outcome:?}");
}

#[test]
fn bytes_after_a_reply_end_the_connection() {
    for extra in [&b"x"[..], OK] {
        let server = Server::start(move |listener| {
            let mut peer = listener.accept();
            peer.request();
            peer.send(&[OK, extra].concat());
            peer.expect_end();
            assert_eq!(listener.accept().serve().body, b"second");
        });
        let agent = agent();
        agent.send(&post(&server.url("/"), b"first")).unwrap();
        agent.send(&post(&server.url("/"), b"second")).unwrap();
    }
}

#[test]
fn an_unsolicited_reply_ends_the_connection() {
    let (idle, is_idle) = mpsc::channel();
    let (sent, is_sent) = mpsc::channel();
    let server = Server::start(move |listener| {
        let mut peer = listener.accept();
        peer.serve();
        is_idle.recv().unwrap();
        peer.send(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
        sent.send(()).unwrap();
        peer.expect_end();
        listener.accept().serve();
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"first")).unwrap();
    idle.send(()).unwrap();
    is_sent.recv().unwrap();
    let reply = agent.send(&post(&server.url("/"), b"second")).unwrap();
    assert_eq!(reply.status, 200);
}

/// Records its waits for data.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<Wait>>);

#[derive(Debug)]
struct Wait {
    deadline: Instant,
    began: Instant,
    ended: Instant,
}

impl Waiter for Recorder {
    fn resolve(&self, name: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Error> {
        StdWaiter.resolve(name, port, deadline)
    }

    fn wait(
        &self,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let began = Instant::now();
        let outcome = StdWaiter.wait(socket, interest, deadline);
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
fn a_retry_has_only_the_time_left_by_the_first_attempt() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.request();
        std::thread::sleep(SHORT_TIMEOUT);
        drop(peer);
        listener.accept().serve();
    });
    let waiter = Arc::new(Recorder::default());
    let agent = agent_with_waiter(&waiter);
    for _ in 0..2 {
        agent.send(&post(&server.url("/"), b"{}")).unwrap();
    }
    let waits = waiter.0.lock().unwrap();
    let [_, first, second] = &waits[..] else {
        panic!("{waits:?}");
    };
    // The deadlines differ at most by the time it took to connect again.
    let reconnecting = second.began - first.ended;
    assert!(
        second.deadline - first.deadline <= reconnecting,
        "{waits:?}"
    );
}

#[test]
fn there_is_no_retry_without_time_for_a_reply() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.head();
        std::thread::sleep(SHORT_TIMEOUT * 2);
    });
    let agent = agent();
    agent.send(&post(&server.url("/"), b"{}")).unwrap();
    // The server reads only the head, so the client spends all of its time on sending.
    let body = vec![0; LARGE_BODY];
    let url = server.url("/");
    let mut request = post(&url, &body);
    request.timeouts.receive = Some(SHORT_TIMEOUT);
    let outcome = agent.send(&request);
    assert!(matches!(outcome, Err(Error::Stale)), "{outcome:?}");
}
