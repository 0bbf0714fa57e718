//! What goes in and what comes out: one request, one reply.

use std::time::Duration;

use ureq::http::HeaderMap;

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
}
