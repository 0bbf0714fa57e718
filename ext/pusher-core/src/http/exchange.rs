//! What goes in and what comes out: one request, one reply.

use std::sync::{Arc, Weak};
use std::time::Duration;

use ureq::http::HeaderMap;

use super::socket::Socket;

/// How long the parts of one request may take; `None` for ever.
///
/// A request takes no longer than their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// Name resolution, TCP and TLS handshake together.
    pub connect: Option<Duration>,
    /// Until the peer has taken the request.
    pub send: Option<Duration>,
    /// From then until the reply is complete.
    pub receive: Option<Duration>,
}

impl Timeouts {
    /// What a second attempt may take, so that both together take no longer than one. None where no time is left
    /// for a reply.
    pub(crate) fn after(self, spent: Duration) -> Option<Self> {
        let receive = match self.receive {
            Some(limit) => Some(limit.checked_sub(spent).filter(|left| !left.is_zero())?),
            None => None,
        };
        Some(Self { receive, ..self })
    }
}

/// What is to be sent.
#[derive(Debug)]
pub struct Request<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The absolute url, query included.
    pub url: &'a str,
    /// Header fields, besides those that HTTP itself needs.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body, if there is one.
    pub body: Option<&'a [u8]>,
    /// How long it may take.
    pub timeouts: Timeouts,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body, as it came.
    pub body: Vec<u8>,
    /// How often the request was sent: more than once where a reused connection was closed already.
    pub attempts: u32,
    /// The connection it came on.
    pub connection: ReplyConnection,
}

impl Reply {
    /// A reply that came on no connection.
    #[must_use]
    pub fn new(status: u16, headers: HeaderMap, body: Vec<u8>) -> Self {
        Self {
            status,
            headers,
            body,
            attempts: 1,
            connection: ReplyConnection::default(),
        }
    }
}

/// The connection that a reply came on, for as long as it is there.
#[derive(Clone, Debug, Default)]
pub struct ReplyConnection {
    socket: Weak<Socket>,
    last_use: u64,
}

impl ReplyConnection {
    pub(crate) fn of(socket: &Arc<Socket>) -> Self {
        Self {
            socket: Arc::downgrade(socket),
            last_use: socket.last_use(),
        }
    }

    /// Closes the connection. One that another request was sent on meanwhile stays: its own reply will tell whether it
    /// is of use.
    pub fn close(&self) {
        if let Some(socket) = self.socket.upgrade() {
            socket.shut_after(self.last_use);
        }
    }
}
