//! Servers that are slow to read a request or to reply.

use std::time::Duration;

use super::support::{LARGE_BODY, SHORT_TIMEOUT, Server, agent, get, post};
use crate::Error;
use crate::http::Timeouts;

#[test]
fn a_server_that_does_not_read_is_a_send_timeout() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let server = Server::start(move |listener| {
        let _peer = listener.accept();
        // Wait until the client has failed.
        receiver.recv().unwrap_err();
    });
    let body = vec![0; LARGE_BODY];
    let url = server.url("/");
    let mut request = post(&url, &body);
    request.timeouts.send = Some(SHORT_TIMEOUT);
    let outcome = agent().send(&request);
    assert!(matches!(outcome, Err(Error::SendTimeout)), "{outcome:?}");
    drop(sender);
}

#[test]
fn a_server_that_does_not_reply_is_a_receive_timeout() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.expect_end();
    });
    assert_receive_timeout(&server);
}

#[test]
fn a_missing_body_is_a_receive_timeout() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}");
        peer.expect_end();
    });
    assert_receive_timeout(&server);
}

#[test]
fn a_slow_head_is_a_receive_timeout() {
    trickle(b"HTTP/1.1 200 OK\r\nX: ", b"x");
}

#[test]
fn a_slow_body_is_a_receive_timeout() {
    trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b"x");
}

#[test]
fn slow_chunks_are_a_receive_timeout() {
    trickle(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\nx\r\n",
    );
}

#[test]
fn slow_interim_replies_are_a_receive_timeout() {
    trickle(b"", b"HTTP/1.1 102 Processing\r\n\r\n");
}

/// Sends `start`, then `piece` again and again, for much longer than the client's timeout.
fn trickle(start: &'static [u8], piece: &'static [u8]) {
    let server = Server::start(move |listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.send(start);
        for _ in 0..1000 {
            if !peer.try_send(piece) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the client did not close");
    });
    assert_receive_timeout(&server);
}

fn assert_receive_timeout(server: &Server) {
    let url = server.url("/");
    let mut request = get(&url);
    request.timeouts.receive = Some(SHORT_TIMEOUT);
    let outcome = agent().send(&request);
    assert!(matches!(outcome, Err(Error::ReceiveTimeout)), "{outcome:?}");
}

#[test]
fn each_request_has_its_own_timeouts() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.serve();
        peer.request();
        peer.expect_end();
        listener.accept().serve();
    });
    let agent = agent();
    let url = server.url("/");
    agent.send(&get(&url)).unwrap();
    let mut request = get(&url);
    request.timeouts.receive = Some(SHORT_TIMEOUT);
    let outcome = agent.send(&request);
    assert!(matches!(outcome, Err(Error::ReceiveTimeout)), "{outcome:?}");
    agent.send(&get(&url)).unwrap();
}

#[test]
fn timeouts_may_be_absent_or_too_large_for_the_clock() {
    for timeout in [
        None,
        Some(Duration::MAX),
        Some(Duration::from_secs(1 << 62)),
    ] {
        let server = Server::start(|listener| {
            listener.accept().serve();
        });
        let url = server.url("/");
        let mut request = get(&url);
        request.timeouts = Timeouts {
            connect: timeout,
            send: timeout,
            receive: timeout,
        };
        agent().send(&request).unwrap();
    }
}
