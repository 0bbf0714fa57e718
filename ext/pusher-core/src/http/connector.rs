//! From a url to a connection: names, addresses, proxies, TLS.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use ureq::unversioned::transport::{ConnectionDetails, Connector};

use super::host::{Deadline, Host};
use super::proxy::{AbsoluteForm, Proxy, bare};
use super::socket::{Socket, is_out_of_descriptors};
use super::tls::TlsConnector;
use super::transport::{Connection, deadline_in, exact, through_ureq};
use super::wire::Wire;
use crate::Error;

const MAX_TUNNEL_HEAD: usize = 16 * 1024;

/// Makes the connections of one agent.
pub(crate) struct Dialer {
    host: Arc<dyn Host>,
    proxy: Option<Proxy>,
    tls: TlsConnector,
    longest_line: Arc<AtomicUsize>,
}

/// The server a url names.
struct Target<'a> {
    host: &'a str,
    port: u16,
    is_https: bool,
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
    pub(crate) fn new(
        host: Arc<dyn Host>,
        proxy: Option<Proxy>,
        tls: TlsConnector,
        longest_line: Arc<AtomicUsize>,
    ) -> Self {
        Self {
            host,
            proxy,
            tls,
            longest_line,
        }
    }

    fn dial(&self, target: &Target<'_>, deadline: Deadline) -> Result<Connection, Error> {
        let Some(proxy) = &self.proxy else {
            let wire = self.reach(target.host, target.port, deadline)?;
            return self.secure(wire, target, deadline);
        };
        let mut wire = self.reach(&proxy.host, proxy.port, deadline)?;
        if !target.is_https {
            let form = proxy.absolute_form(format!("http://{}", target.authority()));
            return Ok(self.connection(wire, Some(form)));
        }
        open_tunnel(&mut wire, proxy, &target.authority(), deadline)?;
        self.secure(wire, target, deadline)
    }

    fn connection(&self, wire: Wire, absolute_form: Option<AbsoluteForm>) -> Connection {
        Connection::new(wire, absolute_form, self.longest_line.clone())
    }

    fn secure(
        &self,
        mut wire: Wire,
        target: &Target<'_>,
        deadline: Deadline,
    ) -> Result<Connection, Error> {
        if target.is_https {
            let session = self.with_descriptors(|| self.tls.session(target.host))?;
            with_late(target.authority(), |late| {
                wire.handshake(session, deadline, late)
            })?;
        }
        Ok(self.connection(wire, None))
    }

    /// Connects to the first address that answers.
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
            Err(_) => self.host.resolve(name, port, deadline),
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
        let wire = Wire::new(self.host.clone(), socket);
        while !is_connected {
            if !wire.await_connected(deadline)? {
                return Err(Error::ConnectTimeout(peer));
            }
            is_connected = wire.socket().is_connected().map_err(failed)?;
        }
        Ok(wire)
    }

    /// Makes an attempt; and another one, once the host has closed what it can, where there was no descriptor left.
    fn with_descriptors<T>(&self, attempt: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
        match attempt() {
            Err(Error::Connect { source, .. } | Error::Io(source))
                if is_out_of_descriptors(&source) =>
            {
                self.host.free_descriptors()?;
                attempt()
            }
            outcome => outcome,
        }
    }
}

impl Connector<()> for Dialer {
    type Out = Connection;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _chained: Option<()>,
    ) -> Result<Option<Connection>, ureq::Error> {
        let uri = details.uri;
        let is_https = details.needs_tls();
        let target = Target {
            host: bare(uri.host().unwrap_or_default()),
            port: uri.port_u16().unwrap_or(if is_https { 443 } else { 80 }),
            is_https,
        };
        let deadline = deadline_in(exact(details.timeout.after));
        self.dial(&target, deadline).map(Some).map_err(through_ureq)
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

/// Half of what is left for an address with others behind it, all of it for the last.
fn share(deadline: Deadline, addresses_left: usize) -> Deadline {
    let deadline = deadline?;
    if addresses_left <= 1 {
        return Some(deadline);
    }
    let now = Instant::now();
    Some(now + deadline.saturating_duration_since(now) / 2)
}

/// Asks the proxy for a tunnel (RFC 9110, 9.3.6).
fn open_tunnel(
    wire: &mut Wire,
    proxy: &Proxy,
    authority: &str,
    deadline: Deadline,
) -> Result<(), Error> {
    let request = proxy.connect_request(authority);
    let status = with_late(authority.to_owned(), |late| {
        wire.write_all(request.as_bytes(), deadline, late)?;
        read_tunnel_status(wire, deadline, late)
    })?;
    match status {
        200..=299 => Ok(()),
        407 => Err(Error::ProxyAuthentication),
        status => Err(Error::ProxyRefused(status)),
    }
}

fn read_tunnel_status(
    wire: &mut Wire,
    deadline: Deadline,
    late: fn() -> Error,
) -> Result<u16, Error> {
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    loop {
        let amount = wire.read(&mut chunk, deadline, late)?;
        if amount == 0 {
            return Err(Error::Truncated);
        }
        head.extend_from_slice(&chunk[..amount]);
        let end = head.windows(4).position(|window| window == b"\r\n\r\n");
        if end.is_some() || head.len() > MAX_TUNNEL_HEAD {
            return tunnel_status(&head, end.map(|end| end + 4));
        }
    }
}

/// A tunnel is silent until the client speaks: bytes behind the head of a success come from someone else.
fn tunnel_status(head: &[u8], end: Option<usize>) -> Result<u16, Error> {
    let invalid = || Error::InvalidReply("the proxy's answer to CONNECT is no HTTP".into());
    let end = end.ok_or(Error::HeadTooLarge(MAX_TUNNEL_HEAD))?;
    let line = head.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let mut words = std::str::from_utf8(line).map_err(|_| invalid())?.split(' ');
    let version = words.next().unwrap_or_default();
    let status = words
        .next()
        .and_then(|word| word.parse().ok())
        .ok_or_else(invalid)?;
    if !version.starts_with("HTTP/1.") || ((200..300).contains(&status) && head.len() > end) {
        return Err(invalid());
    }
    Ok(status)
}

/// The wire reports lateness as a plain error; here it gets the name of the peer that was late.
fn with_late<T>(
    peer: String,
    attempt: impl FnOnce(fn() -> Error) -> Result<T, Error>,
) -> Result<T, Error> {
    match attempt(|| Error::ConnectTimeout(String::new())) {
        Err(Error::ConnectTimeout(_)) => Err(Error::ConnectTimeout(peer)),
        outcome => outcome,
    }
}
