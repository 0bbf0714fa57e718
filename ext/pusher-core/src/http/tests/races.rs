//! Servers that close while a request is sent: many times, with varying delays.

use std::collections::HashMap;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use super::support::{Listener, OK, Route, Server, post};
use crate::Error;

/// The number of times that the server has read each request, by body.
type Counts = HashMap<Vec<u8>, usize>;

#[test]
fn a_post_is_never_read_twice_while_its_server_closes() {
    assert_read_once(&Route::plain(), 2000);
}

#[test]
fn a_post_over_tls_is_never_read_twice_while_its_server_closes() {
    assert_read_once(&Route::tls(), 500);
}

#[test]
fn a_post_in_a_tunnel_is_never_read_twice_while_its_server_closes() {
    assert_read_once(&Route::tunnel(), 500);
}

/// Every request is read exactly once, also if its outcome is an error.
fn assert_read_once(route: &Route, requests: usize) {
    let is_over = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = mpsc::channel();
    let server = {
        let (route, is_over) = (route.clone(), is_over.clone());
        Server::start(move |listener| {
            sender.send(serve(&route, listener, &is_over)).unwrap();
        })
    };
    let (agent, url) = (route.agent(&server), route.url(&server));
    let outcomes: Vec<_> = (0..requests)
        .map(|number| agent.send(&post(&url, number.to_string().as_bytes())))
        .collect();
    is_over.store(true, Ordering::SeqCst);
    // Ends the loop of the server.
    drop(TcpStream::connect(server.address()).unwrap());
    let counts = receiver.recv().unwrap();
    for (number, outcome) in outcomes.iter().enumerate() {
        assert!(
            matches!(outcome, Ok(_) | Err(Error::Truncated)),
            "{number}: {outcome:?}"
        );
        let count = counts.get(number.to_string().as_bytes());
        assert_eq!(count, Some(&1), "{number}: {outcome:?}");
    }
}

/// Replies to the first request of each connection and closes the connection soon after, in two of three cases after
/// reading what has arrived by then.
fn serve(route: &Route, listener: &Listener, is_over: &AtomicBool) -> Counts {
    let mut counts = Counts::new();
    for number in 0.. {
        let peer = listener.accept();
        if is_over.load(Ordering::SeqCst) {
            break;
        }
        let mut peer = route.establish(peer);
        *counts.entry(peer.request().body).or_default() += 1;
        peer.send(OK);
        thread::sleep(Duration::from_micros(number * 7 % 100));
        if number % 3 == 0 {
            continue;
        }
        if let Some(request) = peer.request_without_waiting() {
            *counts.entry(request.body).or_default() += 1;
        }
    }
    counts
}
