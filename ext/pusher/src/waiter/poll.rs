//! Waiting in the operating system, without Ruby's lock.

use std::ffi::c_void;

use pusher_core::http::{Deadline, Interest, RawSocket};

struct Poll {
    socket: RawSocket,
    interest: Interest,
    deadline: Deadline,
    is_ready: bool,
}

/// Whether the socket is ready when the wait ends: at its readiness, at the deadline or at an interrupt. On Windows the
/// wait may end earlier.
pub(super) fn poll_without_lock(socket: RawSocket, interest: Interest, deadline: Deadline) -> bool {
    let mut poll = Poll {
        socket,
        interest,
        deadline,
        is_ready: false,
    };
    // SAFETY: `poll_once` uses only `poll`, which outlives the call, and does not call Ruby. Ruby's own unblock function
    // interrupts `poll(2)`.
    unsafe {
        rb_sys::rb_thread_call_without_gvl(
            Some(poll_once),
            std::ptr::from_mut(&mut poll).cast(),
            unblock_io(),
            std::ptr::null_mut(),
        );
    }
    poll.is_ready
}

/// `RUBY_UBF_IO`, a constant that Ruby defines as a cast.
fn unblock_io() -> rb_sys::rb_unblock_function_t {
    // SAFETY: Ruby compares the pointer with this value and never calls it.
    unsafe { std::mem::transmute::<isize, rb_sys::rb_unblock_function_t>(-1) }
}

unsafe extern "C" fn poll_once(argument: *mut c_void) -> *mut c_void {
    // SAFETY: the `Poll` that `poll_without_lock` passed.
    let poll = unsafe { &mut *argument.cast::<Poll>() };
    poll.is_ready =
        pusher_core::http::poll(poll.socket, poll.interest, poll.deadline).unwrap_or(false);
    std::ptr::null_mut()
}
