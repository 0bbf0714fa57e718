//! HTTP/1.1 over TCP and TLS: one request in, one reply or error out.
//!
//! Sockets are non-blocking. When an operation would block, the code asks its [`Waiter`] to wait, so each
//! program waits in its own way. [`StdWaiter`] waits with [`poll`].
//!
//! Only one file uses the library that parses replies; `tests/adapter.rs` checks that.

mod algorithms;
mod bounds;
mod dialer;
mod poll;
mod protocol;
mod proxy;
mod reply;
mod request;
mod roots;
mod socket;
mod timeouts;
mod tls;
mod tunnel;
mod waiter;
mod wire;

pub use ::http::{HeaderMap, HeaderName, HeaderValue};

pub use bounds::{MAX_BODY, MAX_HEAD};
pub use poll::poll;
pub use protocol::{Agent, Checker, Sending, Settings, check};
pub use proxy::{Proxy, ProxyChoice};
pub use reply::{Reply, ReplyConnection};
pub use request::Request;
pub use roots::{Certificate, read_certificates};
pub use socket::{generation, is_out_of_descriptors};
pub use timeouts::{Deadline, Timeouts};
pub use tls::{Identity, TlsSettings, Verification};
pub use waiter::{Interest, RawSocket, StdWaiter, Waiter};

#[cfg(test)]
mod tests;
