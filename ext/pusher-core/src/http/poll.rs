//! One wait in the operating system: `poll(2)`, on Windows `WSAPoll`.

use std::io;
use std::time::Instant;

#[cfg(unix)]
use libc::{POLLIN, POLLOUT, pollfd as PollEntry};
#[cfg(windows)]
use windows_sys::Win32::Networking::WinSock::{
    POLLIN, POLLOUT, WSAGetLastError, WSAPOLLFD as PollEntry, WSAPoll,
};

use super::timeouts::Deadline;
use super::waiter::{Interest, RawSocket};

/// Waits until the socket is ready (`true`) or until the deadline (`false`). A socket that has failed is ready.
///
/// On Windows the result may be `false` before the deadline: `WSAPoll` cannot be interrupted, so one wait is short.
/// Windows reports a refused connection since version 2004 of Windows 10. Older ones report the deadline.
///
/// # Errors
///
/// The error of the operating system; [`io::ErrorKind::Interrupted`] when a signal ended the wait.
pub fn poll(socket: RawSocket, interest: Interest, deadline: Deadline) -> io::Result<bool> {
    let events = match interest {
        Interest::Read => POLLIN,
        Interest::Write => POLLOUT,
    };
    poll_entry(socket, events, milliseconds_left(deadline))
}

#[cfg(unix)]
fn poll_entry(fd: RawSocket, events: i16, timeout: i32) -> io::Result<bool> {
    let mut entry = PollEntry {
        fd,
        events,
        revents: 0,
    };
    // SAFETY: `entry` is one valid entry during the call.
    match unsafe { libc::poll(&mut entry, 1, timeout) } {
        0 => Ok(false),
        1.. => Ok(true),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(windows)]
fn poll_entry(socket: RawSocket, events: i16, timeout: i32) -> io::Result<bool> {
    /// In milliseconds.
    const LONGEST_WAIT: i32 = 50;

    let timeout = if timeout < 0 {
        LONGEST_WAIT
    } else {
        timeout.min(LONGEST_WAIT)
    };
    let mut entry = PollEntry {
        // Handles are as wide as pointers.
        fd: socket as usize,
        events,
        revents: 0,
    };
    // SAFETY: `entry` is one valid entry during the call.
    match unsafe { WSAPoll(&mut entry, 1, timeout) } {
        0 => Ok(false),
        1.. => Ok(true),
        // SAFETY: the function has no preconditions.
        _ => Err(io::Error::from_raw_os_error(unsafe { WSAGetLastError() })),
    }
}

/// Rounded up, so that a wait does not end before its deadline; -1 without a deadline.
fn milliseconds_left(deadline: Deadline) -> i32 {
    let Some(deadline) = deadline else { return -1 };
    let left = deadline.saturating_duration_since(Instant::now());
    left.as_micros()
        .div_ceil(1000)
        .try_into()
        .unwrap_or(i32::MAX)
}
