//! The binding of `pusher-core` to Ruby: magnus and rb-sys live here and nowhere else.
#![allow(
    missing_docs,
    reason = "nothing is public but the init function that magnus writes"
)]

mod allocator;
mod arguments;
mod binary;
mod borrow;
mod chain;
mod client;
mod constants;
mod error;
mod guard;
mod hashes;
mod host;
mod http_client;
mod json;
mod json_reader;
mod names;
mod natives;
#[cfg(feature = "panicking-natives")]
mod panics;
mod query;
mod reply;
mod request;
mod settings;
mod transport_error;

use magnus::{Error, Ruby};

#[magnus::init]
fn init(ruby: &Ruby) -> Result<(), Error> {
    let pusher = ruby.define_module("Pusher")?;
    reply::define(ruby, pusher)?;
    http_client::define(ruby, pusher)?;
    client::define(ruby, pusher)?;
    chain::define(ruby, pusher)?;
    natives::define(ruby, pusher)?;
    #[cfg(feature = "panicking-natives")]
    panics::define(pusher)?;
    Ok(())
}
