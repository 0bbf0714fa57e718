//! Sends requests over pooled connections. One agent has one set of settings.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::{HeaderMap, Uri, header};
use ureq::config::{AutoHeaderValue, Config};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::connection::connection_of_this_reply;
use super::connector::Connector;
use super::errors::{Failure, from_ureq};
use super::request::{LastRequest, build, longest_line};
use crate::Error;
use crate::http::bounds::{MAX_BODY, MAX_HEAD};
use crate::http::dialer::Dialer;
use crate::http::proxy::Proxy;
use crate::http::reply::Reply;
use crate::http::request::Request;
use crate::http::socket::generation;
use crate::http::timeouts::Timeouts;
use crate::http::tls::{TlsConnector, TlsSettings};
use crate::http::waiter::Waiter;

/// More idle connections than one process uses at once.
const MAX_IDLE: usize = 1024;
/// Stands for "no timeout", and is small enough for the clock.
const NO_TIMEOUT: Duration = Duration::from_secs(u32::MAX as u64);

/// A macro, because ureq's builders for agents and for requests have no trait in common that is public.
macro_rules! with_timeouts {
    ($config:expr, $timeouts:expr) => {
        $config
            .timeout_connect($timeouts.connect.map(|timeout| timeout.min(NO_TIMEOUT)))
            .timeout_per_write($timeouts.send)
            .timeout_per_read($timeouts.receive)
    };
}

/// The settings of all requests of an agent.
#[derive(Debug, Default)]
pub struct Settings {
    /// The proxy of all requests.
    pub proxy: Option<Proxy>,
    /// Root certificates and verification.
    pub tls: TlsSettings,
    /// How long an idle connection is kept for reuse. `None` means as long as the server keeps it.
    pub keep_alive: Option<Duration>,
    /// The timeouts that most requests have. Requests with other timeouts cost a little more.
    pub usual_timeouts: Timeouts,
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
#[derive(Clone, Debug)]
pub struct Agent {
    inner: ureq::Agent,
    /// The length of the longest line in the head of any request so far. Connections have room for it.
    longest_line: Arc<AtomicUsize>,
    last_request: Arc<LastRequest>,
    usual_timeouts: Timeouts,
    /// Host and port of the proxy.
    proxy: Option<Arc<str>>,
    generation: u64,
}

impl Agent {
    /// An agent without connections.
    #[must_use]
    pub fn new(settings: Settings, waiter: Arc<dyn Waiter>) -> Self {
        let config = with_timeouts!(Config::builder(), settings.usual_timeouts)
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .user_agent(AutoHeaderValue::None)
            .max_response_header_size(MAX_HEAD)
            .max_idle_connections(MAX_IDLE)
            .max_idle_connections_per_host(MAX_IDLE)
            .max_idle_age(settings.keep_alive.unwrap_or(NO_TIMEOUT))
            .build();
        let longest_line = Arc::new(AtomicUsize::new(0));
        let tls = TlsConnector::new(settings.tls);
        let proxy = settings.proxy.as_ref().map(Proxy::authority);
        let dialer = Dialer::new(waiter, settings.proxy, tls);
        let connector = Connector::new(dialer, longest_line.clone());
        Self {
            inner: ureq::Agent::with_parts(config, connector, NoResolver),
            longest_line,
            last_request: Arc::default(),
            usual_timeouts: settings.usual_timeouts,
            proxy: proxy.map(Arc::from),
            generation: generation(),
        }
    }

    /// Whether the agent was made before a fork. Its connections then belong to the parent process.
    #[must_use]
    pub fn is_inherited(&self) -> bool {
        self.generation != generation()
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
        let start = Instant::now();
        sending.attempts = 1;
        let outcome = match self.attempt(request, request.timeouts, 1) {
            Err(stale) if matches!(stale.error, Error::Stale) => {
                match request.timeouts.after(start.elapsed()) {
                    Some(timeouts) => {
                        sending.attempts = 2;
                        self.attempt(request, timeouts, 2)
                    }
                    None => Err(stale),
                }
            }
            outcome => outcome,
        };
        outcome.map_err(|failure| {
            sending.not_taken = failure.not_taken;
            failure.error.at(|| self.peer(request.url))
        })
    }

    /// What the connections of requests for a url lead to.
    fn peer(&self, url: &str) -> String {
        let uri = url.parse::<Uri>().unwrap_or_default();
        let host = uri.host().unwrap_or_default();
        let default_port = if uri.scheme_str() == Some("https") {
            443
        } else {
            80
        };
        let port = uri.port_u16().unwrap_or(default_port);
        match &self.proxy {
            Some(proxy) => format!("{host}:{port} through the proxy {proxy}"),
            None => format!("{host}:{port}"),
        }
    }

    fn attempt(
        &self,
        request: &Request<'_>,
        timeouts: Timeouts,
        attempts: u32,
    ) -> Result<Reply, Failure> {
        let is_retry = attempts > 1;
        self.longest_line
            .fetch_max(longest_line(request), Ordering::Relaxed);
        let outcome = match request.body {
            Some(body) => self.run(
                build(request, body, &self.last_request)?,
                timeouts,
                is_retry,
            ),
            None => self.run(build(request, (), &self.last_request)?, timeouts, is_retry),
        };
        let connection = connection_of_this_reply();
        let mut reply = outcome.map_err(from_ureq)?;
        let status = reply.status().as_u16();
        refuse_two_framings(reply.headers())?;
        let body = reply
            .body_mut()
            .with_config()
            .limit(MAX_BODY)
            .read_to_vec()
            .map_err(from_ureq)?;
        let (parts, _) = reply.into_parts();
        Ok(Reply {
            status,
            headers: parts.headers,
            body,
            attempts,
            connection,
        })
    }

    fn run<B: ureq::AsSendBody>(
        &self,
        request: http::Request<B>,
        timeouts: Timeouts,
        is_retry: bool,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        if timeouts == self.usual_timeouts && !is_retry {
            return self.inner.run(request);
        }
        let mut config = with_timeouts!(self.inner.configure_request(request), timeouts);
        if is_retry {
            // With a maximum age of zero no idle connection is used: the retry makes a new one.
            config = config.max_idle_age(Duration::ZERO);
        }
        self.inner.run(config.build())
    }
}

/// One of the two headers is wrong, and a proxy may have used the other one (RFC 9112, 6.3).
fn refuse_two_framings(headers: &HeaderMap) -> Result<(), Error> {
    let has = |name| headers.contains_key(name);
    if has(header::TRANSFER_ENCODING) && has(header::CONTENT_LENGTH) {
        let reason = "both a transfer-encoding and a content-length header";
        return Err(Error::InvalidReply(reason.into()));
    }
    Ok(())
}

/// Resolves nothing. ureq resolves names before every request, also for pooled connections; the dialer resolves them only
/// for new ones.
#[derive(Debug)]
struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
