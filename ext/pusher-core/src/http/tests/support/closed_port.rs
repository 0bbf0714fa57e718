//! A port that refuses connections.

use std::net::{Ipv4Addr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// Binds a port without listening, so that no other process can listen on it.
pub struct ClosedPort(Socket);

impl ClosedPort {
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
