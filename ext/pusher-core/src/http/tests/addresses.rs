//! Names with several addresses.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::support::{
    ClosedPort, FullBacklog, LONG_TIMEOUT, SHORT_TIMEOUT, Server, TestWaiter, agent_with_waiter,
    get,
};
use crate::Error;

/// The outcome of a request to `api.test`, which has the addresses of this waiter.
fn send(waiter: TestWaiter, connect: Duration) -> Result<u16, Error> {
    send_with(&Arc::new(waiter), connect)
}

fn send_with(waiter: &Arc<TestWaiter>, connect: Duration) -> Result<u16, Error> {
    let mut request = get("http://api.test/");
    request.timeouts.connect = Some(connect);
    let reply = agent_with_waiter(waiter).send(&request);
    reply.map(|reply| reply.status)
}

fn server() -> Server {
    Server::start(|listener| {
        listener.accept().serve();
    })
}

#[test]
fn the_next_address_is_tried_after_a_refusal() {
    for (closed, open) in [
        ("127.0.0.2", "127.0.0.1"),
        ("::1", "127.0.0.1"),
        ("127.0.0.1", "::1"),
    ] {
        let server = Server::start_at(open, |listener| {
            listener.accept().serve();
        });
        // Not every machine has IPv6, or more than one address for loopback.
        let (Some(closed), Some(server)) = (ClosedPort::on(closed), server) else {
            continue;
        };
        let waiter = TestWaiter::resolving_to(vec![closed.address(), server.address()]);
        send(waiter, LONG_TIMEOUT).unwrap();
    }
}

#[test]
fn no_address_is_tried_after_the_first_that_accepts() {
    let servers = [server(), Server::start(|_| {})];
    let waiter = TestWaiter::resolving_to(servers.iter().map(Server::address).collect());
    send(waiter, LONG_TIMEOUT).unwrap();
}

#[test]
fn addresses_that_do_not_respond_leave_time_for_the_next() {
    for count in 1..=3 {
        let silent: Vec<_> = (0..count).map(|_| FullBacklog::new()).collect();
        let server = server();
        let mut addresses: Vec<_> = silent.iter().map(|silent| silent.address).collect();
        addresses.push(server.address());
        send(TestWaiter::resolving_to(addresses), SHORT_TIMEOUT).unwrap();
    }
}

#[test]
fn the_time_left_is_divided_equally_among_the_addresses_left() {
    let silent = [(); 3].map(|()| FullBacklog::new());
    let addresses = silent.iter().map(|silent| silent.address).collect();
    let waiter = Arc::new(TestWaiter::resolving_to(addresses));
    let start = Instant::now();
    send_with(&waiter, SHORT_TIMEOUT).unwrap_err();
    let waits = waiter.waits();
    let deadlines: Vec<_> = waits.iter().map(|wait| wait.deadline.unwrap()).collect();
    let [first, second, whole] = deadlines[..] else {
        panic!("{waits:?}");
    };
    assert!(first >= start + SHORT_TIMEOUT / 3, "{waits:?}");
    assert!(first <= waits[0].began + SHORT_TIMEOUT / 3, "{waits:?}");
    assert!(
        second <= waits[1].began + (whole - waits[0].ended) / 2,
        "{waits:?}"
    );
    assert!(whole <= waits[0].began + SHORT_TIMEOUT, "{waits:?}");
}

#[test]
fn the_last_error_is_returned_with_its_address() {
    let closed = [ClosedPort::new(), ClosedPort::new()];
    let silent = FullBacklog::new();
    let [one, other] = [closed[0].address(), closed[1].address()];
    for (addresses, start, last) in [
        (vec![one, other], "Connection refused", other),
        (vec![other, one], "Connection refused", one),
        (vec![silent.address, one], "Connection refused", one),
        (
            vec![one, silent.address],
            "no connection to",
            silent.address,
        ),
    ] {
        let error = send(TestWaiter::resolving_to(addresses), SHORT_TIMEOUT).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(start), "{text}");
        assert!(text.contains(&named(last)), "{text}");
    }
}

fn named(address: SocketAddr) -> String {
    format!("api.test:{} ({})", address.port(), address.ip())
}

/// A fiber scheduler ends a wait for a timeout around the whole request.
#[test]
fn no_other_address_is_tried_after_a_wait_that_ended_early() {
    let (silent, unused) = (FullBacklog::new(), Server::start(|_| {}));
    let mut waiter = TestWaiter::resolving_to(vec![silent.address, unused.address()]);
    waiter.ends_waits = true;
    let outcome = send(waiter, LONG_TIMEOUT);
    assert!(
        matches!(outcome, Err(Error::ConnectTimeout(_))),
        "{outcome:?}"
    );
}

#[test]
fn no_timeout_is_no_deadline_for_any_address() {
    let (closed, server) = (ClosedPort::new(), server());
    let waiter = Arc::new(TestWaiter::resolving_to(vec![
        closed.address(),
        server.address(),
    ]));
    let mut request = get("http://api.test/");
    request.timeouts.connect = None;
    agent_with_waiter(&waiter).send(&request).unwrap();
}
