//! The Pusher Channels HTTP API from the server's side, without Ruby.
//!
//! - [`signature`]: the string to sign, signing and verifying of requests
//! - [`auth`]: socket ids and authentication strings of channels and users
//! - [`encryption`]: shared secrets, sealing and opening of events
//! - [`webhook`]: verification of webhooks
//! - [`http`]: one request in, one reply or error out, on a [`http::Host`] that knows how to wait
//! - [`Error`]: everything that can go wrong

pub mod auth;
pub mod encryption;
mod error;
pub mod http;
pub mod signature;
pub mod webhook;

pub use error::Error;
