//! A port where nobody listens.

use std::net::{Ipv4Addr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// Keeps a port that refuses connections: one that was free a moment ago may be anyone's now.
pub struct Closed(Socket);

impl Closed {
    pub fn new() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        socket.bind(&any.into()).expect("a port");
        Self(socket)
    }

    pub fn address(&self) -> SocketAddr {
        let address = self.0.local_addr().expect("its address");
        address.as_socket().expect("an internet address")
    }
}
