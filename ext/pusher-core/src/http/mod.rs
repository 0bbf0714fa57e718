//! One request in, one reply or error out, over ureq.
//!
//! Sockets never block here: whatever would block asks the [`Host`] to wait, so that a host with threads of its
//! own making, with fibers or with signals waits in its own way. [`StdHost`] waits with `poll(2)`.

mod agent;
mod bounds;
mod buffers;
mod connector;
mod exchange;
mod host;
mod outgoing;
mod proxy;
mod roots;
mod socket;
mod tls;
mod transport;
mod wire;

pub use agent::{Agent, Settings};
pub use bounds::{MAX_BODY, MAX_HEAD};
pub use exchange::{Reply, ReplyConnection, Request, Timeouts};
pub use host::{Deadline, Host, Interest, RawSocket, StdHost};
pub use outgoing::check;
pub use proxy::{Proxy, ProxyChoice};
pub use roots::{Certificate, read_certificates};
pub use socket::generation;
pub use tls::{Identity, TlsSettings, Verification};
pub use ureq::http::{HeaderMap, HeaderName, HeaderValue};

#[cfg(test)]
mod tests;
