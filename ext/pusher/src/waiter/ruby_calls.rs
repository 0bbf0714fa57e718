//! Calls into Ruby that may end in a jump: an exception, `Thread#kill`, a `throw`.
//!
//! A jump is stopped by `rb_protect` and becomes [`Error::Interrupted`]. Its data stays in Ruby's `errinfo`, and the
//! guard resumes the jump when every Rust frame has returned.

use std::ffi::{c_int, c_long};

use magnus::Value;
use magnus::rb_sys::{AsRawValue, FromRawValue};
use pusher_core::Error;
use rb_sys::VALUE;

/// Runs `body` under `rb_protect`. `body` may end in a jump, which runs no destructors, so it must own nothing.
pub(super) fn protected<T>(body: impl FnOnce() -> T) -> Result<T, Error> {
    unsafe extern "C" fn call<T, F: FnOnce() -> T>(argument: VALUE) -> VALUE {
        // SAFETY: `argument` is the address of `slots`, which outlives `rb_protect`.
        let slots = unsafe { &mut *(argument as *mut (Option<F>, Option<T>)) };
        slots.1 = slots.0.take().map(|body| body());
        rb_sys::special_consts::Qnil as VALUE
    }

    fn run<T, F: FnOnce() -> T>(slots: &mut (Option<F>, Option<T>)) -> c_int {
        let mut state = 0;
        // SAFETY: the callback's type matches its argument, and `state` is writable.
        unsafe {
            rb_sys::rb_protect(
                Some(call::<T, F>),
                std::ptr::from_mut(slots) as VALUE,
                &mut state,
            );
        }
        state
    }

    let mut slots = (Some(body), None);
    let state = run(&mut slots);
    match slots.1 {
        Some(value) if state == 0 => Ok(value),
        _ => Err(Error::Interrupted(state)),
    }
}

/// Calls a method. A jump leaves this function, unlike magnus' `funcall`. Called under `rb_protect`.
pub(super) fn call(receiver: Value, method: &str, arguments: &[Value]) -> Value {
    // SAFETY: a `Value` has the layout of a VALUE; the arguments are on the caller's stack.
    unsafe {
        Value::from_raw(rb_sys::rb_funcallv(
            receiver.as_raw(),
            intern(method),
            arguments.len() as c_int,
            arguments.as_ptr().cast(),
        ))
    }
}

/// The same, with a Hash of keywords as the last argument.
pub(super) fn call_with_keywords(receiver: Value, method: &str, arguments: &[Value]) -> Value {
    // SAFETY: as in `call`; the last argument is a Hash, as `RB_PASS_KEYWORDS` requires.
    unsafe {
        Value::from_raw(rb_sys::rb_funcallv_kw(
            receiver.as_raw(),
            intern(method),
            arguments.len() as c_int,
            arguments.as_ptr().cast(),
            rb_sys::RB_PASS_KEYWORDS as c_int,
        ))
    }
}

fn intern(name: &str) -> rb_sys::ID {
    // SAFETY: the pointer and the length are those of a string.
    unsafe { rb_sys::rb_intern2(name.as_ptr().cast(), name.len() as c_long) }
}
