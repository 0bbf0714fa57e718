//! The server side of the Pusher Channels HTTP API, without Ruby.
//!
//! - [`signature`]: signs and verifies requests
//! - [`auth`]: validates socket ids, makes authentication strings for channels and users
//! - [`encryption`]: derives shared secrets, encrypts and decrypts events
//! - [`webhook`]: verifies webhooks
//! - [`http`]: sends a request and receives its reply, and waits with a [`http::Waiter`]
//! - [`Error`]: all errors

pub mod auth;
pub mod encryption;
mod error;
pub mod http;
pub mod signature;
mod signers;
pub mod webhook;

pub use error::Error;
