//! From a name to a connection, or to the reason why there is none.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use socket2::{Domain, SockAddr, Socket, Type};

use super::support::{Closed, SHORT, Server, TestHost, agent, agent_on, get};
use crate::Error;
use crate::http::Request;

#[test]
fn a_refused_connection_names_its_peer() {
    let closed = Closed::new();
    let address = closed.address();
    let outcome = agent().send(&get(&format!("http://{address}/?secret=1")));
    let Err(error @ Error::Connect { .. }) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(matches!(&error, Error::Connect { source, .. }
            if source.kind() == std::io::ErrorKind::ConnectionRefused));
    let text = error.to_string();
    assert!(
        text.ends_with(&format!("connect(2) for {address}")),
        "{text}"
    );
}

#[test]
fn a_refused_connection_names_name_and_address() {
    let closed = Closed::new();
    let address = closed.address();
    let host = Arc::new(TestHost::resolving_to(vec![address]));
    let url = format!("http://api.test:{}/", address.port());
    let error = agent_on(&host).send(&get(&url)).unwrap_err().to_string();
    let peer = format!("api.test:{} (127.0.0.1)", address.port());
    assert!(error.ends_with(&peer), "{error}");
}

#[test]
fn a_name_that_resolves_to_nothing() {
    let host = Arc::new(TestHost::default());
    let outcome = agent_on(&host).send(&get("http://api.test/"));
    assert!(
        matches!(&outcome, Err(Error::Resolve(text)) if text == "api.test: no such name"),
        "{outcome:?}"
    );
}

#[test]
fn the_standard_host_resolves_localhost() {
    if "localhost:0".to_socket_addrs().is_err() {
        // In a container without /etc/hosts there is no such name.
        return;
    }
    let server = Server::start(|door| {
        assert!(door.accept().serve().head.contains("host: localhost:"));
    });
    let url = format!("http://localhost:{}/", server.address().port());
    agent().send(&get(&url)).unwrap();
}

#[test]
fn a_name_is_resolved_once_for_each_connection() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        peer.serve();
        peer.serve();
    });
    let host = Arc::new(TestHost::resolving_to(vec![server.address()]));
    let agent = agent_on(&host);
    agent.send(&get("http://api.test/")).unwrap();
    agent.send(&get("http://api.test/")).unwrap();
    assert_eq!(host.resolved(), ["api.test:80"]);
}

#[test]
fn an_address_is_not_resolved() {
    let server = Server::start(|door| {
        door.accept().serve();
    });
    let host = Arc::new(TestHost::default());
    agent_on(&host).send(&get(&server.url("/"))).unwrap();
    assert_eq!(host.resolved(), [""; 0]);
}

#[test]
fn where_the_first_address_refuses_the_next_is_tried() {
    let server = Server::start(|door| {
        door.accept().serve();
    });
    let closed = Closed::new();
    let host = Arc::new(TestHost::resolving_to(vec![
        closed.address(),
        server.address(),
    ]));
    agent_on(&host).send(&get("http://api.test/")).unwrap();
}

#[test]
fn where_the_first_address_is_silent_the_next_is_tried() {
    let silent = Silent::new();
    let server = Server::start(|door| {
        door.accept().serve();
    });
    let host = Arc::new(TestHost::resolving_to(vec![
        silent.address,
        server.address(),
    ]));
    let mut request = get("http://api.test/");
    request.timeouts.connect = Some(SHORT);
    agent_on(&host).send(&request).unwrap();
}

#[test]
fn a_silent_address_is_a_connect_timeout() {
    let silent = Silent::new();
    let url = format!("http://{}/", silent.address);
    assert_late(&url, &silent.address.to_string());
}

#[test]
fn a_silent_tls_handshake_is_a_connect_timeout() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        while peer.try_read() {}
    });
    let url = server.tls_url("127.0.0.1");
    assert_late(&url, &server.address().to_string());
}

#[test]
fn a_tls_handshake_that_drips_is_a_connect_timeout() {
    let server = Server::start(|door| {
        let mut peer = door.accept();
        // The start of a handshake record that never ends.
        for byte in [22, 3, 3, 0x3f, 0xff].into_iter().chain([2; 1000]) {
            if !peer.try_send(&[byte]) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    });
    let url = server.tls_url("127.0.0.1");
    assert_late(&url, &server.address().to_string());
}

fn assert_late(url: &str, peer: &str) {
    let mut request: Request<'_> = get(url);
    request.timeouts.connect = Some(SHORT);
    let outcome = agent().send(&request);
    assert!(
        matches!(&outcome, Err(Error::ConnectTimeout(late)) if late == peer),
        "{outcome:?}"
    );
}

/// An address that answers no one: its queue is full.
struct Silent {
    address: SocketAddr,
    _listener: Socket,
    _queue: Vec<Socket>,
}

impl Silent {
    fn new() -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        listener.bind(&SockAddr::from(any)).unwrap();
        listener.listen(1).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let queue = (0..8).map(|_| queue_up(address)).collect();
        Self {
            address,
            _listener: listener,
            _queue: queue,
        }
    }
}

fn queue_up(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket.connect(&SockAddr::from(address)).ok();
    socket
}
