//! What a failure says about the request: whether the server certainly cannot have read all of it.

use super::support::{LARGE_BODY, Listener, Peer, Route, SHORT_TIMEOUT, Server, agent, post};
use crate::Error;
use crate::http::Sending;

/// Sends a post on each route to a server that fails it as `script` says. Returns the failures.
fn failures(body: &[u8], script: fn(&Route, &Listener)) -> Vec<(&'static str, Error, Sending)> {
    let send = |route: Route| {
        let server = {
            let route = route.clone();
            Server::start_with_small_buffers(move |listener| script(&route, listener))
        };
        let url = route.url(&server);
        let mut request = post(&url, body);
        request.timeouts.receive = Some(SHORT_TIMEOUT);
        request.timeouts.send = Some(SHORT_TIMEOUT);
        let mut sending = Sending::default();
        let outcome = route.agent(&server).send_tracked(&request, &mut sending);
        (route.name, outcome.expect_err(route.name), sending)
    };
    Route::all().into_iter().map(send).collect()
}

fn assert_not_taken(body: &[u8], script: fn(&Route, &Listener)) {
    for (route, error, sending) in failures(body, script) {
        assert!(sending.not_taken, "{route}: {error:?}");
    }
}

fn assert_perhaps_taken(script: fn(&Route, &Listener)) {
    for (route, error, sending) in failures(b"{}", script) {
        assert!(!sending.not_taken, "{route}: {error:?}");
    }
}

fn accept_request(route: &Route, listener: &Listener) -> Peer {
    let mut peer = route.accept(listener);
    assert_eq!(peer.request().body, b"{}");
    peer
}

#[test]
fn a_refused_connection_takes_nothing() {
    let server = Server::start(|_| {});
    let url = server.url("/");
    drop(server);
    let mut sending = Sending::default();
    let outcome = agent().send_tracked(&post(&url, b"{}"), &mut sending);
    assert!(matches!(outcome, Err(Error::Connect { .. })), "{outcome:?}");
    assert!(sending.not_taken);
}

#[test]
fn a_connection_that_ends_before_the_request_takes_nothing() {
    for route in [Route::tls(), Route::tunnel()] {
        let server = Server::start(|listener| drop(listener.accept()));
        let url = route.url(&server);
        let mut sending = Sending::default();
        let outcome = route
            .agent(&server)
            .send_tracked(&post(&url, b"{}"), &mut sending);
        assert!(outcome.is_err());
        assert!(sending.not_taken, "{}: {outcome:?}", route.name);
    }
}

#[test]
fn a_request_that_was_not_written_completely_is_not_taken() {
    let body = vec![0; LARGE_BODY];
    assert_not_taken(&body, |route, listener| {
        let mut peer = route.accept(listener);
        peer.head();
        peer.reset();
    });
    // The send timeout passes.
    assert_not_taken(&body, |route, listener| {
        let mut peer = route.accept(listener);
        peer.head();
        std::thread::sleep(SHORT_TIMEOUT * 2);
    });
}

/// More than a small receive buffer holds, and less than the send buffer of a connection on loopback.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: usize = 400_000;

/// The rest of the request never arrives.
#[cfg(target_os = "linux")]
#[test]
fn a_request_with_unacknowledged_bytes_is_not_taken() {
    assert_not_taken(&[0; UNACKNOWLEDGED], |route, listener| {
        let mut peer = route.accept(listener);
        peer.await_data();
        peer.end_replies();
        peer.await_reset();
        assert!(peer.read_rest() < UNACKNOWLEDGED, "{}", route.name);
    });
}

#[test]
fn a_request_that_was_read_is_perhaps_taken() {
    assert_perhaps_taken(|route, listener| drop(accept_request(route, listener)));
    assert_perhaps_taken(|route, listener| accept_request(route, listener).reset());
    assert_perhaps_taken(|route, listener| accept_request(route, listener).send(b"H"));
    assert_perhaps_taken(|route, listener| {
        accept_request(route, listener).send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    });
    // The receive timeout passes.
    assert_perhaps_taken(|route, listener| {
        let peer = accept_request(route, listener);
        std::thread::sleep(SHORT_TIMEOUT * 2);
        drop(peer);
    });
}
