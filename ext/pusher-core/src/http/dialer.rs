//! Makes connections: addresses, proxy, TLS.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use super::proxy::{AbsoluteForm, Proxy};
use super::socket::{Socket, is_out_of_descriptors};
use super::timeouts::Deadline;
use super::tls::TlsConnector;
use super::tunnel;
use super::waiter::Waiter;
use super::wire::Wire;
use crate::Error;

/// Makes the connections of one agent.
pub(crate) struct Dialer {
    waiter: Arc<dyn Waiter>,
    proxy: Option<Proxy>,
    tls: TlsConnector,
}

/// The server of a url. `host` has no brackets.
pub(crate) struct Target<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) is_https: bool,
}

impl Target<'_> {
    fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }
}

impl Dialer {
    pub(crate) fn new(waiter: Arc<dyn Waiter>, proxy: Option<Proxy>, tls: TlsConnector) -> Self {
        Self { waiter, proxy, tls }
    }

    /// A connection to the target, and the form of its requests when they go to a proxy.
    pub(crate) fn dial(
        &self,
        target: &Target<'_>,
        deadline: Deadline,
    ) -> Result<(Wire, Option<AbsoluteForm>), Error> {
        let Some(proxy) = &self.proxy else {
            let wire = self.reach(target.host, target.port, deadline)?;
            return Ok((self.secure(wire, target, deadline)?, None));
        };
        let mut wire = self.reach(&proxy.host, proxy.port, deadline)?;
        if !target.is_https {
            let form = proxy.absolute_form(format!("http://{}", target.authority()));
            return Ok((wire, Some(form)));
        }
        tunnel::open(&mut wire, proxy, &target.authority(), deadline)?;
        Ok((self.secure(wire, target, deadline)?, None))
    }

    fn secure(
        &self,
        mut wire: Wire,
        target: &Target<'_>,
        deadline: Deadline,
    ) -> Result<Wire, Error> {
        if target.is_https {
            let session = self.with_descriptors(|| self.tls.session(target.host))?;
            wire.handshake(session, deadline, &|| {
                Error::ConnectTimeout(target.authority())
            })?;
        }
        Ok(wire)
    }

    /// Connects to the first address that accepts.
    fn reach(&self, name: &str, port: u16, deadline: Deadline) -> Result<Wire, Error> {
        let addresses = self.addresses(name, port, deadline)?;
        let mut failure = Error::Resolve(format!("{name}: no address"));
        for (index, address) in addresses.iter().enumerate() {
            let until = share(deadline, addresses.len() - index);
            match self.connect(*address, name, until) {
                Err(error @ (Error::Connect { .. } | Error::ConnectTimeout(_))) => failure = error,
                outcome => return outcome,
            }
        }
        Err(failure)
    }

    fn addresses(
        &self,
        name: &str,
        port: u16,
        deadline: Deadline,
    ) -> Result<Vec<SocketAddr>, Error> {
        match name.parse::<IpAddr>() {
            Ok(address) => Ok(vec![SocketAddr::new(address, port)]),
            Err(_) => self.waiter.resolve(name, port, deadline),
        }
    }

    fn connect(&self, address: SocketAddr, name: &str, deadline: Deadline) -> Result<Wire, Error> {
        let peer = if address.ip().to_string() == name {
            address.to_string()
        } else {
            format!("{name}:{} ({})", address.port(), address.ip())
        };
        let failed = |source| Error::Connect {
            peer: peer.clone(),
            source,
        };
        let socket = self.with_descriptors(|| Socket::new_for(address).map_err(failed))?;
        let mut is_connected = socket.connect(address).map_err(failed)?;
        let wire = Wire::new(self.waiter.clone(), socket);
        while !is_connected {
            if !wire.await_connected(deadline)? {
                return Err(Error::ConnectTimeout(peer));
            }
            is_connected = wire.socket().is_connected().map_err(failed)?;
        }
        Ok(wire)
    }

    /// Makes an attempt. If there is no descriptor left, lets the waiter close unused ones and tries once more.
    fn with_descriptors<T>(&self, attempt: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
        match attempt() {
            Err(Error::Connect { source, .. } | Error::Io(source))
                if is_out_of_descriptors(&source) =>
            {
                self.waiter.free_descriptors()?;
                attempt()
            }
            outcome => outcome,
        }
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Dialer")
            .field("proxy", &self.proxy)
            .finish_non_exhaustive()
    }
}

/// The deadline of one address: half of the time left, or all of it for the last address.
fn share(deadline: Deadline, addresses_left: usize) -> Deadline {
    let deadline = deadline?;
    if addresses_left <= 1 {
        return Some(deadline);
    }
    let now = Instant::now();
    Some(now + deadline.saturating_duration_since(now) / 2)
}
