//! The binding of `pusher-core` to Ruby: magnus and rb-sys live here and nowhere else.
#![allow(
    missing_docs,
    reason = "nothing is public but the init function that magnus writes"
)]

mod allocator;
mod arguments;
mod binary;
mod borrow;
mod error;
mod guard;
mod hashes;
mod host;
mod http_client;
mod ids;
mod json;
mod json_reader;
mod natives;
#[cfg(feature = "panicking-natives")]
mod panics;
mod query;
mod reply;
mod settings;
mod signing;
mod transport_error;

use magnus::{Error, Module, Ruby};

#[magnus::init]
fn init(ruby: &Ruby) -> Result<(), Error> {
    let pusher = ruby.define_module("Pusher")?;
    reply::define(ruby, pusher)?;
    http_client::define(ruby, pusher)?;
    pusher.define_class("Client", ruby.class_object())?;
    signing::define(ruby, pusher)?;
    natives::define(ruby, pusher)?;
    #[cfg(feature = "panicking-natives")]
    panics::define(pusher)?;
    Ok(())
}
