//! HTTP/1.1: requests over pooled connections.

mod agent;
mod attempt;
mod connection;
mod failure;
mod fields;
mod input;
mod pool;
mod reply_reader;
mod request;
mod server;

pub use agent::{Agent, Sending, Settings};
pub use request::{Checker, check};
