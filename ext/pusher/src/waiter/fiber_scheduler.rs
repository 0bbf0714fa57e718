//! Waiting through a fiber scheduler.

use std::time::Instant;

use magnus::rb_sys::{AsRawValue, FromRawValue};
use magnus::value::ReprValue;
use magnus::{Ruby, Value};
use pusher_core::http::{Deadline, Interest, RawSocket};
use rb_sys::VALUE;

use super::poll::poll_without_lock;
use super::ruby_calls::call_with_keywords;
use super::{Waited, seconds_left};

/// The scheduler of the current thread; `None` in a blocking fiber, and on Windows.
pub(super) fn current() -> Option<Value> {
    if cfg!(windows) {
        // No `IO` can be created from the handle of a socket, so the thread waits.
        return None;
    }
    // SAFETY: called under `rb_protect`, with the lock.
    let scheduler = unsafe { Value::from_raw(rb_sys::rb_fiber_scheduler_current()) };
    (!scheduler.is_nil()).then_some(scheduler)
}

/// Suspends the fiber until the socket is ready. Called under `rb_protect`.
pub(super) fn wait(
    ruby: &Ruby,
    scheduler: Value,
    socket: RawSocket,
    interest: Interest,
    deadline: Deadline,
) -> Waited {
    let events = match interest {
        Interest::Read => rb_sys::RB_WAITFD_IN,
        Interest::Write => rb_sys::RB_WAITFD_OUT,
    };
    let io = io_of(ruby, socket);
    // SAFETY: the scheduler is the current one, and all arguments are Ruby values.
    let events: VALUE = unsafe {
        rb_sys::rb_fiber_scheduler_io_wait(
            scheduler.as_raw(),
            io.as_raw(),
            ruby.into_value(events).as_raw(),
            ruby.into_value(seconds_left(deadline)).as_raw(),
        )
    };
    // SAFETY: a Ruby value, returned by the scheduler.
    let events = unsafe { Value::from_raw(events) };
    if events.to_bool() {
        // 0, no event: the fiber was resumed for another reason.
        return Waited::from_readiness(events.as_raw() != ruby.into_value(0).as_raw());
    }
    // Bytes that arrived before the deadline count.
    if poll_without_lock(socket, interest, Some(Instant::now())) {
        Waited::Ready
    } else {
        Waited::TimeUp
    }
}

/// An `IO` for the socket that never closes it: the descriptor belongs to the connection. Called under `rb_protect`.
///
/// Passes `autoclose: false` to `for_fd`. If an exception came between `for_fd` and `autoclose = false`, the collector
/// would later close the descriptor, which could belong to another file by then.
fn io_of(ruby: &Ruby, socket: RawSocket) -> Value {
    let options = ruby.hash_new().as_value();
    let autoclose = ruby.to_symbol("autoclose").as_value();
    // SAFETY: called under `rb_protect`, with a Hash and two Ruby values.
    unsafe {
        rb_sys::rb_hash_aset(options.as_raw(), autoclose.as_raw(), ruby.qfalse().as_raw());
    }
    let arguments = [ruby.into_value(socket), options];
    call_with_keywords(ruby.class_io().as_value(), "for_fd", &arguments)
}
