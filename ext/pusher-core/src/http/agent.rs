//! One agent for each set of lasting settings: its pool of connections, its timeouts, its bounds.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ureq::config::{AutoHeaderValue, Config};
use ureq::http::{self, HeaderMap, Uri, header};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::bounds::{MAX_BODY, MAX_HEAD};
use super::connector::Dialer;
use super::exchange::{Reply, Request, Timeouts};
use super::host::Host;
use super::outgoing::{build, longest_line};
use super::proxy::Proxy;
use super::socket::generation;
use super::tls::{TlsConnector, TlsSettings};
use super::transport::connection_of_this_reply;
use crate::Error;

/// More idle connections than threads or fibers of one process publish at once.
const MAX_IDLE: usize = 1024;
/// "For ever", small enough for the clock to count.
const NO_LIMIT: Duration = Duration::from_secs(u32::MAX as u64);

/// What lasts from request to request.
#[derive(Debug, Default)]
pub struct Settings {
    /// The proxy all requests go through.
    pub proxy: Option<Proxy>,
    /// Roots and verification.
    pub tls: TlsSettings,
    /// How long an idle connection is kept for reuse; `None` for as long as the server keeps it.
    pub keep_alive: Option<Duration>,
}

/// Sends requests, reusing connections. Cheap to clone; clones share the connections.
#[derive(Clone, Debug)]
pub struct Agent {
    inner: ureq::Agent,
    /// The longest line any request's head had so far: its connections have room for it.
    longest_line: Arc<AtomicUsize>,
    generation: u64,
}

impl Agent {
    /// An agent without connections.
    #[must_use]
    pub fn new(settings: Settings, host: Arc<dyn Host>) -> Self {
        let config = Config::builder()
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
            .max_idle_age(settings.keep_alive.unwrap_or(NO_LIMIT))
            .build();
        let longest_line = Arc::new(AtomicUsize::new(0));
        let tls = TlsConnector::new(settings.tls);
        let dialer = Dialer::new(host, settings.proxy, tls, longest_line.clone());
        Self {
            inner: ureq::Agent::with_parts(config, dialer, NoResolver),
            longest_line,
            generation: generation(),
        }
    }

    /// Whether it was made by a process this one was forked from: its connections are not ours to use.
    #[must_use]
    pub fn is_inherited(&self) -> bool {
        self.generation != generation()
    }

    /// Sends a request and reads its reply, whatever its status.
    ///
    /// A request that went out on a reused connection which turned out to be closed, without one byte of a
    /// reply, goes out once more on a fresh one, in the time that is left; nothing else is ever sent twice.
    ///
    /// # Errors
    ///
    /// Any of the transport's errors. After one the connection is closed.
    pub fn send(&self, request: &Request<'_>) -> Result<Reply, Error> {
        self.send_counting(request, &mut 0)
    }

    /// The same, with the number of attempts written to `attempts`, which tells it of failures as well.
    ///
    /// # Errors
    ///
    /// As [`Agent::send`].
    pub fn send_counting(&self, request: &Request<'_>, attempts: &mut u32) -> Result<Reply, Error> {
        let start = Instant::now();
        *attempts = 1;
        match self.attempt(request, request.timeouts, *attempts) {
            Err(Error::Stale) => match request.timeouts.after(start.elapsed()) {
                Some(timeouts) => {
                    *attempts = 2;
                    self.attempt(request, timeouts, *attempts)
                }
                None => Err(Error::Stale),
            },
            outcome => outcome,
        }
    }

    fn attempt(
        &self,
        request: &Request<'_>,
        timeouts: Timeouts,
        attempts: u32,
    ) -> Result<Reply, Error> {
        let is_retry = attempts > 1;
        self.longest_line
            .fetch_max(longest_line(request), Ordering::Relaxed);
        let outcome = match request.body {
            Some(body) => self.run(build(request, body)?, timeouts, is_retry),
            None => self.run(build(request, ())?, timeouts, is_retry),
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
        let mut config = self
            .inner
            .configure_request(request)
            .timeout_connect(timeouts.connect.map(|limit| limit.min(NO_LIMIT)))
            .timeout_per_write(timeouts.send)
            .timeout_per_read(timeouts.receive);
        if is_retry {
            // No idle connection is young enough: the retry dials.
            config = config.max_idle_age(Duration::ZERO);
        }
        self.inner.run(config.build())
    }
}

/// One of them is wrong, and whoever forwards the reply may believe the other (RFC 9112, 6.3).
fn refuse_two_framings(headers: &HeaderMap) -> Result<(), Error> {
    let has = |name| headers.contains_key(name);
    if has(header::TRANSFER_ENCODING) && has(header::CONTENT_LENGTH) {
        let reason = "both a transfer-encoding and a content-length header";
        return Err(Error::InvalidReply(reason.into()));
    }
    Ok(())
}

fn from_ureq(error: ureq::Error) -> Error {
    match error {
        ureq::Error::Other(error) => match error.downcast() {
            Ok(error) => *error,
            Err(error) => Error::InvalidReply(error.to_string()),
        },
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => Error::Truncated,
        // The end came within a line between two chunks.
        ureq::Error::BodyStalled => Error::Truncated,
        ureq::Error::Io(error) => Error::Io(error),
        ureq::Error::BodyExceedsLimit(limit) => Error::BodyTooLarge(limit),
        ureq::Error::LargeResponseHeader(_, limit) => Error::HeadTooLarge(limit),
        ureq::Error::Http(error) => Error::InvalidRequest(error.to_string()),
        ureq::Error::BadUri(_) => Error::InvalidRequest("not an absolute http url".into()),
        error => Error::InvalidReply(error.to_string()),
    }
}

/// ureq resolves before every request, pooled connections included: the names are left to the dialer.
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
