//! Waiting in `poll(2)`, without Ruby's lock.

#[cfg(unix)]
use std::ffi::c_int;
use std::ffi::c_void;
#[cfg(not(unix))]
use std::time::{Duration, Instant};

use pusher_core::http::{Deadline, Interest, RawSocket};

#[cfg(unix)]
use super::time_left;

struct Poll {
    socket: RawSocket,
    interest: Interest,
    deadline: Deadline,
    is_ready: bool,
}

/// Whether the socket is ready when the wait ends: at its readiness, at the deadline or at an interrupt.
pub(super) fn poll_without_lock(socket: RawSocket, interest: Interest, deadline: Deadline) -> bool {
    let mut poll = Poll {
        socket,
        interest,
        deadline,
        is_ready: false,
    };
    // SAFETY: `poll_once` uses only `poll`, which outlives the call, and does not call Ruby. Ruby's own unblock function
    // interrupts the system call.
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

#[cfg(unix)]
unsafe extern "C" fn poll_once(argument: *mut c_void) -> *mut c_void {
    // SAFETY: the `Poll` that `poll_without_lock` passed.
    let poll = unsafe { &mut *argument.cast::<Poll>() };
    let events = match poll.interest {
        Interest::Read => libc::POLLIN,
        Interest::Write => libc::POLLOUT,
    };
    let mut entry = libc::pollfd {
        fd: poll.socket,
        events,
        revents: 0,
    };
    // SAFETY: `entry` is one valid pollfd during the call.
    poll.is_ready = unsafe { libc::poll(&mut entry, 1, milliseconds_left(poll.deadline)) } > 0;
    std::ptr::null_mut()
}

#[cfg(not(unix))]
unsafe extern "C" fn poll_once(argument: *mut c_void) -> *mut c_void {
    // SAFETY: the `Poll` that `poll_without_lock` passed.
    let poll = unsafe { &mut *argument.cast::<Poll>() };
    // Without `poll` the caller tries its non-blocking operation again after each millisecond.
    std::thread::sleep(Duration::from_millis(1));
    poll.is_ready = poll
        .deadline
        .is_none_or(|deadline| deadline > Instant::now());
    std::ptr::null_mut()
}

/// Rounded up, so that a wait does not end before its deadline; -1 without a deadline.
#[cfg(unix)]
fn milliseconds_left(deadline: Deadline) -> c_int {
    time_left(deadline).map_or(-1, |left| {
        left.as_micros()
            .div_ceil(1000)
            .try_into()
            .unwrap_or(c_int::MAX)
    })
}
