//! Peers that are slow to take a request, or to answer it.

use std::time::Duration;

use super::support::{MORE_THAN_FITS, SHORT, Server, agent, get, post};
use crate::Error;
use crate::http::Timeouts;

#[test]
fn a_peer_that_takes_nothing_is_a_send_timeout() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let server = Server::start(move |door| {
        let _peer = door.accept();
        // Until the client has given up.
        receiver.recv().unwrap_err();
    });
    let body = vec![0; MORE_THAN_FITS];
    let url = server.url("/");
    let mut request = post(&url, &body);
    request.timeouts.send = Some(SHORT);
    let outcome = agent().send(&request);
    assert!(matches!(outcome, Err(Error::SendTimeout)), "{outcome:?}");
    drop(sender);
}

#[test]
fn a_peer_that_says_nothing_is_a_receive_timeout() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.request();
        peer.expect_end();
    });
    assert_receive_timeout(&server);
}

#[test]
fn a_body_that_does_not_come_is_a_receive_timeout() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.request();
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}");
        peer.expect_end();
    });
    assert_receive_timeout(&server);
}

#[test]
fn a_head_that_drips_is_a_receive_timeout() {
    drip(b"HTTP/1.1 200 OK\r\nX: ", b"x");
}

#[test]
fn a_body_that_drips_is_a_receive_timeout() {
    drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b"x");
}

#[test]
fn chunks_that_drip_are_a_receive_timeout() {
    drip(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\nx\r\n",
    );
}

#[test]
fn interim_replies_that_drip_are_a_receive_timeout() {
    drip(b"", b"HTTP/1.1 102 Processing\r\n\r\n");
}

/// A peer that goes on long after the client should have gone.
fn drip(start: &'static [u8], drop: &'static [u8]) {
    let server = Server::start(move |door| {
        let mut peer = door.accept();
        peer.request();
        peer.send(start);
        for _ in 0..1000 {
            if !peer.try_send(drop) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the client stayed");
    });
    assert_receive_timeout(&server);
}

fn assert_receive_timeout(server: &Server) {
    let url = server.url("/");
    let mut request = get(&url);
    request.timeouts.receive = Some(SHORT);
    let outcome = agent().send(&request);
    assert!(matches!(outcome, Err(Error::ReceiveTimeout)), "{outcome:?}");
}

#[test]
fn each_request_brings_its_own_timeouts() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.request();
        peer.expect_end();
        door.accept().serve();
    });
    let agent = agent();
    let url = server.url("/");
    agent.send(&get(&url)).unwrap();
    let mut request = get(&url);
    request.timeouts.receive = Some(SHORT);
    let outcome = agent.send(&request);
    assert!(matches!(outcome, Err(Error::ReceiveTimeout)), "{outcome:?}");
    agent.send(&get(&url)).unwrap();
}

#[test]
fn no_limit_and_limits_beyond_counting_are_waited_out() {
    for limit in [
        None,
        Some(Duration::MAX),
        Some(Duration::from_secs(1 << 62)),
    ] {
        let server = Server::start(|door| {
            door.accept().serve();
        });
        let url = server.url("/");
        let mut request = get(&url);
        request.timeouts = Timeouts {
            connect: limit,
            send: limit,
            receive: limit,
        };
        agent().send(&request).unwrap();
    }
}
