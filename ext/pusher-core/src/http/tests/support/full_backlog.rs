//! An address that does not respond.

use std::net::SocketAddr;

use socket2::{Domain, SockAddr, Socket, Type};

/// An address that does not respond, because its listener's backlog is full.
pub struct FullBacklog {
    pub address: SocketAddr,
    _listener: Socket,
    _queue: Vec<Socket>,
}

impl FullBacklog {
    pub fn new() -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        listener.bind(&SockAddr::from(any)).unwrap();
        listener.listen(1).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let queue = (0..8).map(|_| fill_backlog(address)).collect();
        Self {
            address,
            _listener: listener,
            _queue: queue,
        }
    }
}

fn fill_backlog(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket.connect(&SockAddr::from(address)).ok();
    socket
}
