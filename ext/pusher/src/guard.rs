//! The wrapper around every native method. Errors, panics and jumps leave a native as a Ruby exception or jump, after
//! every Rust frame has returned.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use magnus::rb_sys::{FromRawValue, protect};
use magnus::{Error, Exception, Ruby, TryConvert, Value};

use crate::allocator;
use crate::error::{self, Failure};

const TAG_RAISE: i32 = 6;

/// Runs the body of a native method.
///
/// A panic becomes a `Pusher::Error`. A jump that the waiter stopped during a wait (an exception from another thread,
/// `Thread#kill`, a `throw`) is resumed.
pub(crate) fn guard<T>(body: impl FnOnce(&Ruby) -> Result<T, Failure>) -> Result<T, Error> {
    // SAFETY: natives are called by Ruby, on its threads and with the lock held.
    let ruby = unsafe { Ruby::get_unchecked() };
    allocator::let_ruby_collect()?;
    // SAFETY: reads the current execution context, which exists while a native runs.
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

/// The jump that `rb_protect` stopped during a wait, as an error that resumes the jump when the native returns.
fn pending_jump(state: i32, errinfo_before: rb_sys::VALUE) -> Error {
    if state != TAG_RAISE {
        // SAFETY: errinfo still holds the jump's data, because no Ruby code has run since the jump was stopped.
        return protect(|| unsafe { rb_sys::rb_jump_tag(state) })
            .expect_err("a jump never returns");
    }
    // SAFETY: with this state errinfo is the exception. The local variable keeps the exception alive.
    let exception = unsafe { Value::from_raw(rb_sys::rb_errinfo()) };
    // Restores `$!` of the caller. In an `ensure` block of a thread that is being killed the old errinfo is not an
    // exception, and Ruby refuses to set it. Then errinfo stays as it is, and the raise overwrites it.
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
