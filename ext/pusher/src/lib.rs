//! The binding of `pusher-core` to Ruby. Only this crate uses magnus and rb-sys.
//!
//! A leaf is a native method that does one thing and returns. The leaves without an object are singleton methods of
//! `Pusher::Internal::Native`; each module defines those of its topic.
#![allow(
    missing_docs,
    reason = "only the init function that magnus writes is public"
)]

#[macro_use]
mod leaves;

mod allocator;
mod authentication;
mod binary;
mod encryption;
mod error;
mod guard;
mod hashes;
mod http_arguments;
mod http_client;
mod ids;
mod json;
mod json_reader;
mod json_writer;
mod objects;
#[cfg(feature = "panicking-natives")]
mod panics;
mod query_params;
mod reply;
mod settings;
mod signing;
mod strings;
mod transport_failure;
mod waiter;
mod webhook;

use magnus::value::ReprValue;
use magnus::{Error, Module, RModule, Ruby, Value};

#[magnus::init]
fn init(ruby: &Ruby) -> Result<(), Error> {
    let pusher = ruby.define_module("Pusher")?;
    pusher.define_class("Client", ruby.class_object())?;
    let internal = pusher.define_module("Internal")?;
    // magnus finds the classes of native types by `Object.const_get`, which finds no private constant. Files of the gem
    // may be loaded before this library, and make it private.
    let _: Value = pusher.funcall("public_constant", ("Internal",))?;
    define_http(ruby, internal.define_module("HTTP")?)?;
    let _: Value = pusher.funcall("private_constant", ("Internal",))?;
    define_leaves(internal.define_module("Native")?)?;
    #[cfg(feature = "panicking-natives")]
    panics::define(pusher)?;
    Ok(())
}

fn define_http(ruby: &Ruby, http: RModule) -> Result<(), Error> {
    reply::define(ruby, http)?;
    http_client::define(ruby, http)
}

fn define_leaves(native: RModule) -> Result<(), Error> {
    authentication::define_leaves(native)?;
    encryption::define_leaves(native)?;
    http_arguments::define_leaves(native)?;
    http_client::define_leaves(native)?;
    json::define_leaves(native)?;
    objects::define_leaves(native)?;
    reply::define_leaves(native)?;
    signing::define_leaves(native)?;
    webhook::define_leaves(native)
}
