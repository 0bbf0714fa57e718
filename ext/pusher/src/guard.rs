//! The wrapper around every native: whatever happens inside leaves as a Ruby exception, after every Rust frame
//! has been left in the ordinary way.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use magnus::rb_sys::{FromRawValue, protect};
use magnus::{Error, Exception, Ruby, TryConvert, Value};

use crate::allocator;
use crate::error::{self, Failure};

const TAG_RAISE: i32 = 6;

/// Runs the body of a native.
///
/// A panic becomes a `Pusher::Error`. A jump that the host noted while it waited (an exception from another
/// thread, `Thread#kill`, a `throw`) is resumed.
pub(crate) fn guard<T>(body: impl FnOnce(&Ruby) -> Result<T, Failure>) -> Result<T, Error> {
    let ruby = Ruby::get().expect("natives are called by Ruby");
    allocator::let_ruby_look()?;
    // SAFETY: reads the current execution context, which a native always has.
    let errinfo_before = unsafe { rb_sys::rb_errinfo() };
    match catch_unwind(AssertUnwindSafe(|| body(&ruby))) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Failure::Ruby(error))) => Err(error),
        Ok(Err(Failure::Core(pusher_core::Error::Interrupted(state)))) => {
            Err(pending_jump(state, errinfo_before))
        }
        Ok(Err(Failure::Core(error))) => Err(error::to_ruby(&ruby, &error)),
        Err(panic) => Err(error::internal(&ruby, panic_message(&*panic))),
    }
}

/// The jump that `rb_protect` stopped at a wait, as an error that resumes it when the native returns.
fn pending_jump(state: i32, errinfo_before: rb_sys::VALUE) -> Error {
    if state != TAG_RAISE {
        // SAFETY: the jump's own data still lies in errinfo: no Ruby code has run since it was stopped.
        return protect(|| unsafe { rb_sys::rb_jump_tag(state) })
            .expect_err("a jump never returns");
    }
    // SAFETY: with this state errinfo is the exception; the local below keeps it alive from here on.
    let exception = unsafe { Value::from_raw(rb_sys::rb_errinfo()) };
    // What was being handled before is being handled again. In an `ensure` block of a dying thread that is no
    // exception, and Ruby refuses to have it set: then errinfo stays, and the raise overwrites it.
    // SAFETY: plain calls under `protect`.
    protect(|| unsafe {
        rb_sys::rb_set_errinfo(errinfo_before);
        rb_sys::special_consts::Qnil as rb_sys::VALUE
    })
    .ok();
    match Exception::try_convert(exception) {
        Ok(exception) => exception.into(),
        Err(error) => error,
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&'static str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic")
}
