//! The routes from a client to a server: plain TCP, TLS, and TLS in a tunnel.

use std::sync::Arc;

use rustls::ServerConfig;

use super::{Authority, Listener, OK, Peer, Server, agent_with, trusting};
use crate::http::{Agent, Proxy, Settings};

#[derive(Clone)]
pub struct Route {
    pub name: &'static str,
    authority: Arc<Authority>,
    tls: Option<Arc<ServerConfig>>,
    has_tunnel: bool,
}

impl Route {
    pub fn all() -> [Self; 3] {
        [Self::plain(), Self::tls(), Self::tunnel()]
    }

    pub fn plain() -> Self {
        Self {
            name: "plain",
            authority: Arc::new(Authority::new()),
            tls: None,
            has_tunnel: false,
        }
    }

    pub fn tls() -> Self {
        let route = Self::plain();
        Self {
            name: "TLS",
            tls: Some(route.authority.identity().server()),
            ..route
        }
    }

    pub fn tunnel() -> Self {
        Self {
            name: "tunnel",
            has_tunnel: true,
            ..Self::tls()
        }
    }

    pub fn accept(&self, listener: &Listener) -> Peer {
        self.establish(listener.accept())
    }

    /// Opens the tunnel and runs the TLS handshake, if the route has them.
    pub fn establish(&self, mut peer: Peer) -> Peer {
        if self.has_tunnel {
            assert!(peer.head().starts_with("CONNECT "));
            peer.send(b"HTTP/1.1 200 OK\r\n\r\n");
        }
        match &self.tls {
            Some(config) => peer.start_tls(config).expect("a TLS handshake"),
            None => peer,
        }
    }

    /// Accepts a connection that has served one request.
    pub fn accept_reused(&self, listener: &Listener) -> Peer {
        let mut peer = self.accept(listener);
        peer.request();
        peer.send(OK);
        peer
    }

    pub fn agent(&self, server: &Server) -> Agent {
        let port = server.address().port();
        agent_with(Settings {
            proxy: self.has_tunnel.then(|| Proxy::new("127.0.0.1", port, None)),
            ..trusting(&self.authority)
        })
    }

    pub fn url(&self, server: &Server) -> String {
        match self.tls {
            Some(_) => server.tls_url("localhost"),
            None => server.url("/"),
        }
    }
}
