//! Sends requests over pooled connections. One agent has one set of settings.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Uri;

use super::attempt::Attempt;
use super::connection::Connection;
use super::failure::Failure;
use super::pool::Pool;
use super::request::{LastRequest, ValidRequest};
use super::server::default_port;
use crate::Error;
use crate::http::dialer::Dialer;
use crate::http::proxy::Proxy;
use crate::http::reply::{Reply, ReplyConnection};
use crate::http::request::Request;
use crate::http::socket::generation;
use crate::http::timeouts::{Timeouts, deadline_after};
use crate::http::tls::{TlsConnector, TlsSettings};
use crate::http::waiter::Waiter;

/// More idle connections than one process uses at once.
const MAX_IDLE: usize = 1024;

/// The settings of all requests of an agent.
#[derive(Debug, Default)]
pub struct Settings {
    /// The proxy of all requests.
    pub proxy: Option<Proxy>,
    /// Root certificates and verification.
    pub tls: TlsSettings,
    /// How long an idle connection is kept for reuse. `None` means as long as the server keeps it.
    pub keep_alive: Option<Duration>,
}

/// What is known about the sending of a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sending {
    /// How often the request was sent: 2 if a reused connection had ended.
    pub attempts: u32,
    /// Whether the request failed and the server certainly cannot have read all of it: there was no connection, the request
    /// was not written completely, or the server's system has not acknowledged all of it.
    pub not_taken: bool,
}

/// Sends requests and reuses connections. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Agent(Arc<Inner>);

struct Inner {
    dialer: Dialer,
    pool: Pool,
    last_request: LastRequest,
    /// Host and port of the proxy.
    proxy: Option<String>,
    generation: u64,
}

impl Agent {
    /// An agent without connections.
    #[must_use]
    pub fn new(settings: Settings, waiter: Arc<dyn Waiter>) -> Self {
        let proxy = settings.proxy.as_ref().map(Proxy::authority);
        let tls = TlsConnector::new(settings.tls);
        Self(Arc::new(Inner {
            dialer: Dialer::new(waiter, settings.proxy, tls),
            pool: Pool::new(MAX_IDLE, settings.keep_alive),
            last_request: LastRequest::default(),
            proxy,
            generation: generation(),
        }))
    }

    /// Whether the agent was made before a fork. Its connections then belong to the parent process.
    #[must_use]
    pub fn is_inherited(&self) -> bool {
        self.0.generation != generation()
    }

    /// Sends a request and reads its reply, with any status.
    ///
    /// A request is sent once more, on a fresh connection and within the time left, if it was sent on a reused connection
    /// that ended without a byte of a reply, and if the server cannot have read all of it: the connection was reset, or the
    /// server's system has not acknowledged every byte. A GET or HEAD is sent again after any end of a reused connection.
    ///
    /// # Errors
    ///
    /// Any error of the transport. The connection is then closed.
    pub fn send(&self, request: &Request<'_>) -> Result<Reply, Error> {
        self.send_tracked(request, &mut Sending::default())
    }

    /// Like [`Agent::send`], and writes to `sending` what is known about the sending, also when it fails.
    ///
    /// # Errors
    ///
    /// As [`Agent::send`].
    pub fn send_tracked(
        &self,
        request: &Request<'_>,
        sending: &mut Sending,
    ) -> Result<Reply, Error> {
        sending.attempts = 1;
        let outcome = self.0.send(request, &mut sending.attempts);
        outcome.map_err(|failure| {
            sending.not_taken = failure.not_taken;
            failure.error.at(|| self.0.peer(request.url))
        })
    }
}

impl Inner {
    fn send(&self, request: &Request<'_>, attempts: &mut u32) -> Result<Reply, Failure> {
        let start = Instant::now();
        let valid = self.last_request.check(request)?;
        let connection = match self.pool.take(&valid.server().origin, start) {
            Some(connection) => connection,
            None => self.dial(&valid, request.timeouts)?,
        };
        match self.attempt(connection, &valid, request.timeouts, *attempts) {
            Err(stale) if matches!(stale.error, Error::Stale) => {
                let Some(timeouts) = request.timeouts.after(start.elapsed()) else {
                    return Err(stale);
                };
                *attempts += 1;
                let connection = self.dial(&valid, timeouts)?;
                self.attempt(connection, &valid, timeouts, *attempts)
            }
            outcome => outcome,
        }
    }

    fn dial(&self, request: &ValidRequest<'_>, timeouts: Timeouts) -> Result<Connection, Failure> {
        let server = request.server();
        let (wire, absolute_form) = self
            .dialer
            .dial(&server.target(), deadline_after(timeouts.connect))
            .map_err(Failure::before_sending)?;
        Ok(Connection::new(server.origin.clone(), wire, absolute_form))
    }

    fn attempt(
        &self,
        mut connection: Connection,
        request: &ValidRequest<'_>,
        timeouts: Timeouts,
        attempts: u32,
    ) -> Result<Reply, Failure> {
        let received = Attempt::new(&mut connection, request).run(timeouts)?;
        let reply = Reply {
            status: received.head.status,
            headers: received.head.headers,
            body: received.body,
            attempts,
            connection: ReplyConnection::of(connection.socket()),
        };
        if received.is_reusable {
            self.pool.put(connection, Instant::now());
        }
        Ok(reply)
    }

    /// What the connections of requests for a url lead to.
    fn peer(&self, url: &str) -> String {
        let uri = url.parse::<Uri>().unwrap_or_default();
        let host = uri.host().unwrap_or_default();
        let default_port = default_port(uri.scheme_str() == Some("https"));
        let port = uri.port_u16().unwrap_or(default_port);
        match &self.proxy {
            Some(proxy) => format!("{host}:{port} through the proxy {proxy}"),
            None => format!("{host}:{port}"),
        }
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Agent")
            .field("dialer", &self.0.dialer)
            .finish_non_exhaustive()
    }
}
