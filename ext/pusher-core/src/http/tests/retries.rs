//! Retries of requests on reused connections.

use std::io::Write;
use std::sync::{Arc, mpsc};
use std::time::Instant;

use rustls::version::TLS13;

use super::support::{
    Authority, LARGE_BODY, LONG_TIMEOUT, Listener, OK, Peer, Route, SHORT_TIMEOUT, Server,
    TestWaiter, agent, agent_trusting, agent_with_waiter, encrypted, get, post, read_by_hand,
    reply_by_hand,
};
use crate::Error;
use crate::http::{Interest, Sending};

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

/// Sends two posts on each route. `script` gets the connection after the first one. Returns the outcomes of the second one.
fn second_posts(
    body: &[u8],
    script: fn(&Route, &Listener, Peer),
) -> Vec<(&'static str, Result<u32, Error>)> {
    let send = |route: Route| {
        let server = start(&route, script);
        let (agent, url) = (route.agent(&server), route.url(&server));
        agent.send(&post(&url, b"first")).unwrap();
        let outcome = agent.send(&post(&url, body));
        (route.name, outcome.map(|reply| reply.attempts))
    };
    Route::all().into_iter().map(send).collect()
}

fn start(route: &Route, script: fn(&Route, &Listener, Peer)) -> Server {
    let route = route.clone();
    Server::start(move |listener| {
        let peer = route.accept_reused(listener);
        script(&route, listener, peer);
    })
}

/// The server fails the test if there is a second connection.
fn assert_not_retried(script: fn(&Route, &Listener, Peer)) {
    for (route, outcome) in second_posts(b"second", script) {
        assert!(
            matches!(outcome, Err(Error::Truncated)),
            "{route}: {outcome:?}"
        );
    }
}

fn assert_retried(body: &[u8], script: fn(&Route, &Listener, Peer)) {
    for (route, outcome) in second_posts(body, script) {
        assert!(matches!(outcome, Ok(2)), "{route}: {outcome:?}");
    }
}

#[test]
fn a_post_that_was_read_is_not_sent_again_after_the_end_of_the_connection() {
    assert_not_retried(|_, _, mut peer| {
        assert_eq!(peer.request().body, b"second");
    });
}

#[test]
fn a_post_that_was_read_is_not_sent_again_after_the_end_of_the_servers_side() {
    assert_not_retried(|_, _, mut peer| {
        assert_eq!(peer.request().body, b"second");
        peer.end_replies();
        peer.expect_end();
    });
}

#[test]
fn a_post_that_was_not_read_is_sent_again() {
    assert_retried(b"second", |route, listener, peer| {
        peer.await_data();
        drop(peer);
        assert_eq!(route.accept(listener).serve().body, b"second");
    });
}

#[test]
fn a_post_that_was_partly_read_is_sent_again() {
    assert_retried(&vec![0; LARGE_BODY], |route, listener, mut peer| {
        peer.head();
        drop(peer);
        assert_eq!(route.accept(listener).serve().body.len(), LARGE_BODY);
    });
    assert_retried(&vec![0; LARGE_BODY], |route, listener, mut peer| {
        peer.head();
        peer.reset();
        assert_eq!(route.accept(listener).serve().body.len(), LARGE_BODY);
    });
}

#[test]
fn a_post_is_sent_again_after_a_reset() {
    assert_retried(b"second", |route, listener, mut peer| {
        peer.request();
        peer.reset();
        assert_eq!(route.accept(listener).serve().body, b"second");
    });
}

/// More than a small receive buffer holds, and less than the send buffer of a connection on loopback.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: usize = 400_000;

#[cfg(target_os = "linux")]
#[test]
fn a_post_with_unacknowledged_bytes_is_sent_again_and_the_rest_never_arrives() {
    for route in Route::all() {
        let name = route.name;
        let server = {
            let route = route.clone();
            Server::start_with_small_buffers(move |listener| {
                let mut peer = route.accept_reused(listener);
                peer.await_data();
                peer.end_replies();
                assert_eq!(route.accept(listener).serve().body.len(), UNACKNOWLEDGED);
                assert!(peer.read_rest() < UNACKNOWLEDGED, "{name}");
            })
        };
        let (agent, url) = (route.agent(&server), route.url(&server));
        agent.send(&post(&url, b"first")).unwrap();
        let reply = agent.send(&post(&url, &[0; UNACKNOWLEDGED]));
        assert_eq!(reply.unwrap().attempts, 2, "{name}");
    }
}

/// A reply to the key update could be unacknowledged, or cause a reset.
#[test]
fn a_post_that_was_read_is_not_sent_again_after_a_key_update() {
    let authority = Authority::new();
    let config = authority.identity().server_speaking(&[&TLS13]);
    let server = Server::start(move |listener| {
        let (mut session, mut socket) = listener.accept().handshake_by_hand(&config);
        reply_by_hand(&mut session, &mut socket);
        read_by_hand(&mut session, &mut socket);
        session.refresh_traffic_keys().unwrap();
        socket.write_all(&encrypted(&mut session)).unwrap();
    });
    let agent = agent_trusting(&authority);
    let url = server.tls_url("localhost");
    agent.send(&post(&url, b"")).unwrap();
    let outcome = agent.send(&post(&url, b""));
    assert!(matches!(outcome, Err(Error::Truncated)), "{outcome:?}");
}

#[test]
fn a_query_is_sent_again_after_any_end_of_the_connection() {
    for route in Route::all() {
        let server = start(&route, |route, listener, mut peer| {
            peer.request();
            drop(peer);
            route.accept(listener).serve();
        });
        let (agent, url) = (route.agent(&server), route.url(&server));
        agent.send(&get(&url)).unwrap();
        let reply = agent.send(&get(&url)).unwrap();
        assert_eq!(reply.attempts, 2, "{}", route.name);
    }
}

#[test]
fn a_request_is_retried_only_once() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.await_data();
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
fn a_retry_uses_no_idle_connection() {
    let (sender, receiver) = mpsc::channel();
    let server = Server::start(move |listener| {
        let (mut first, mut second) = (listener.accept(), listener.accept());
        first.request();
        second.request();
        first.send(OK);
        // The first is idle before the second, so the second is used next.
        receiver.recv().unwrap();
        second.send(OK);
        second.request();
        drop(second);
        listener.accept().serve();
        first.expect_end();
    });
    let (agent, url) = (agent(), server.url("/"));
    std::thread::scope(|scope| {
        for sender in [sender.clone(), sender] {
            let (agent, url) = (&agent, &url);
            scope.spawn(move || {
                agent.send(&get(url)).unwrap();
                sender.send(()).ok();
            });
        }
    });
    assert_eq!(agent.send(&get(&url)).unwrap().attempts, 2);
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

#[test]
fn a_retry_has_only_the_time_left_by_the_first_attempt() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.request();
        std::thread::sleep(SHORT_TIMEOUT);
        peer.reset();
        listener.accept().serve();
    });
    let waiter = Arc::new(TestWaiter::default());
    let agent = agent_with_waiter(&waiter);
    for _ in 0..2 {
        agent.send(&post(&server.url("/"), b"{}")).unwrap();
    }
    let mut waits = waiter.waits();
    waits.retain(|wait| wait.interest == Interest::Read);
    let [_, first, second] = &waits[..] else {
        panic!("{waits:?}");
    };
    // The deadlines differ at most by the time it took to connect again.
    let reconnecting = second.began - first.ended;
    assert!(
        second.deadline.unwrap() - first.deadline.unwrap() <= reconnecting,
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
    let mut sending = Sending::default();
    let outcome = agent.send_tracked(&request, &mut sending);
    assert!(matches!(outcome, Err(Error::Stale)), "{outcome:?}");
    // The caller may send it again.
    assert!(sending.not_taken);
    assert_eq!(sending.attempts, 1);
}
