//! Makes connections: addresses, proxy, TLS.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::proxy::{AbsoluteForm, Proxy};
use super::socket::{Socket, is_out_of_descriptors, is_unreachable};
use super::timeouts::Deadline;
use super::tls::TlsConnector;
use super::tunnel;
use super::waiter::Waiter;
use super::wire::Wire;
use crate::Error;

/// How much earlier than its deadline a wait may end.
const TIMER_PRECISION: Duration = Duration::from_millis(10);

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
                Error::HandshakeTimeout(target.authority())
            })?;
        }
        Ok(wire)
    }

    /// Connects to the first address that accepts.
    fn reach(&self, name: &str, port: u16, deadline: Deadline) -> Result<Wire, Error> {
        let addresses = self.addresses(name, port, deadline)?;
        let mut failure = None;
        for (index, address) in addresses.iter().enumerate() {
            let until = share(deadline, addresses.len() - index);
            match self.connect(*address, name, until) {
                Ok(wire) => return Ok(wire),
                Err(error) if !concerns_one_address(&error, until) => return Err(error),
                Err(error) => failure = Some(more_telling(failure, error)),
            }
        }
        Err(failure.unwrap_or_else(|| Error::Resolve(format!("{name}: no address"))))
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

/// The deadline of the next address. The remaining time is divided equally among the remaining addresses, so that an
/// address that does not respond leaves time for the others.
fn share(deadline: Deadline, addresses_left: usize) -> Deadline {
    let now = Instant::now();
    let left = deadline?.saturating_duration_since(now);
    let divisor = addresses_left.try_into().unwrap_or(u32::MAX);
    Some(now + left / divisor)
}

/// Whether another address may succeed. If a wait ended before its deadline, the waiter ended it, and would end a wait for
/// another address as well.
fn concerns_one_address(error: &Error, deadline: Deadline) -> bool {
    match error {
        Error::Connect { source, .. } => !is_out_of_descriptors(source),
        Error::ConnectTimeout(_) => {
            deadline.is_some_and(|deadline| deadline <= Instant::now() + TIMER_PRECISION)
        }
        _ => false,
    }
}

/// The later error, unless it only says that there is no route to its address.
fn more_telling(earlier: Option<Error>, later: Error) -> Error {
    match (earlier, &later) {
        (Some(earlier), Error::Connect { source, .. }) if is_unreachable(source) => earlier,
        _ => later,
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    fn failed(kind: ErrorKind) -> Error {
        Error::Connect {
            peer: format!("{kind:?}"),
            source: kind.into(),
        }
    }

    #[test]
    fn an_unreachable_address_does_not_replace_another_error() {
        let timeout = || Error::ConnectTimeout("late".into());
        for (earlier, later, expected) in [
            (
                None,
                failed(ErrorKind::NetworkUnreachable),
                "NetworkUnreachable",
            ),
            (
                Some(ErrorKind::ConnectionRefused),
                failed(ErrorKind::NetworkUnreachable),
                "ConnectionRefused",
            ),
            (
                Some(ErrorKind::ConnectionRefused),
                failed(ErrorKind::HostUnreachable),
                "ConnectionRefused",
            ),
            (
                Some(ErrorKind::ConnectionRefused),
                failed(ErrorKind::AddrNotAvailable),
                "ConnectionRefused",
            ),
            (
                Some(ErrorKind::AddrNotAvailable),
                failed(ErrorKind::ConnectionRefused),
                "ConnectionRefused",
            ),
            (Some(ErrorKind::ConnectionRefused), timeout(), "late"),
        ] {
            match more_telling(earlier.map(failed), later) {
                Error::Connect { peer, .. } | Error::ConnectTimeout(peer) => {
                    assert_eq!(peer, expected);
                }
                error => panic!("{error:?}"),
            }
        }
    }
}
