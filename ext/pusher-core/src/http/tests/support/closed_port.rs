//! A port that refuses connections.

use std::net::{IpAddr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// Binds a port without listening, so that no other process can listen on it.
pub struct ClosedPort(Socket);

impl ClosedPort {
    pub fn new() -> Self {
        Self::on("127.0.0.1").expect("a port")
    }

    /// `None` if the machine does not have the address.
    pub fn on(address: &str) -> Option<Self> {
        let address: IpAddr = address.parse().expect("an address");
        let any = SocketAddr::from((address, 0));
        let socket = Socket::new(Domain::for_address(any), Type::STREAM, None).ok()?;
        socket.bind(&any.into()).ok()?;
        Some(Self(socket))
    }

    pub fn address(&self) -> SocketAddr {
        let address = self.0.local_addr().expect("its address");
        address.as_socket().expect("an internet address")
    }
}
