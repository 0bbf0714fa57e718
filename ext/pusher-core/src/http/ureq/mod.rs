//! The adapter to ureq, which writes and parses HTTP/1.1 and pools connections.
//!
//! Nothing outside this folder uses ureq. Its transport and resolver traits are outside its semver promise.

mod agent;
mod buffers;
mod connection;
mod connector;
mod errors;
mod request;

pub use agent::{Agent, Sending, Settings};
pub use request::check;
