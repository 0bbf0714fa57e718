//! How to wait, and how to resolve a name: the one thing that differs between plain Rust and Ruby.

use std::fmt::Debug;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::time::Instant;

use crate::Error;

/// The moment at which a wait ends; `None` waits for ever.
pub type Deadline = Option<Instant>;

/// Whether a deadline is behind us.
pub(crate) fn has_passed(deadline: Deadline) -> bool {
    deadline.is_some_and(|deadline| deadline <= Instant::now())
}

/// The operating system's own handle of a socket.
#[cfg(unix)]
pub type RawSocket = std::os::fd::RawFd;
/// The operating system's own handle of a socket.
#[cfg(windows)]
pub type RawSocket = std::os::windows::io::RawSocket;

/// What a socket is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Until there is something to read, or the peer has closed.
    Read,
    /// Until there is room to write, or a connection is established or refused.
    Write,
}

/// The surroundings in which requests run.
pub trait Host: Debug + Send + Sync + 'static {
    /// The addresses of a host name, in the order in which they are to be tried.
    ///
    /// # Errors
    ///
    /// [`Error::Resolve`] for a name without addresses, [`Error::ConnectTimeout`] after the deadline,
    /// [`Error::Interrupted`] where the host was interrupted.
    fn resolve(&self, name: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Error>;

    /// Waits until the socket is ready (`true`), or the deadline has passed or the host has a reason of its own to end the
    /// wait (`false`). May return `true` early.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] where the host was interrupted, [`Error::Io`] where waiting is impossible.
    fn wait(
        &self,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error>;

    /// Closes descriptors that nobody uses any more, where the host can find such: called when the process, or the
    /// system, has no descriptor left for a new connection. Then that is tried once more.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] where the host was interrupted.
    fn free_descriptors(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// A host for plain Rust programs: threads that block in `poll(2)`, names from the standard library.
#[derive(Debug, Default)]
pub struct StdHost;

impl Host for StdHost {
    fn resolve(&self, name: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Error> {
        let (sender, receiver) = mpsc::channel();
        let owned = name.to_owned();
        // The standard library cannot interrupt a look-up: a thread that is late is left behind.
        std::thread::spawn(move || {
            let addresses = (owned.as_str(), port)
                .to_socket_addrs()
                .map(Iterator::collect);
            sender.send(addresses).ok();
        });
        let outcome = match deadline {
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                receiver
                    .recv_timeout(left)
                    .map_err(|_| Error::ConnectTimeout(name.to_owned()))?
            }
            None => receiver
                .recv()
                .map_err(|error| Error::Resolve(error.to_string()))?,
        };
        outcome.map_err(|error| Error::Resolve(format!("{name}: {error}")))
    }

    #[cfg(unix)]
    fn wait(
        &self,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let events = match interest {
            Interest::Read => libc::POLLIN,
            Interest::Write => libc::POLLOUT,
        };
        let mut entry = libc::pollfd {
            fd: socket,
            events,
            revents: 0,
        };
        loop {
            // SAFETY: `entry` is one valid pollfd for the length of the call.
            let ready = unsafe { libc::poll(&mut entry, 1, milliseconds_left(deadline)) };
            match ready {
                1.. => return Ok(true),
                0 if has_passed(deadline) => return Ok(false),
                0 => {}
                _ => {
                    let error = std::io::Error::last_os_error();
                    if error.kind() != std::io::ErrorKind::Interrupted {
                        return Err(Error::Io(error));
                    }
                }
            }
        }
    }

    #[cfg(not(unix))]
    fn wait(
        &self,
        _socket: RawSocket,
        _interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        // Without `poll` the callers' non-blocking operation is the probe: it is tried again in short slices.
        std::thread::sleep(std::time::Duration::from_millis(1));
        Ok(!has_passed(deadline))
    }
}

/// The time left as `poll(2)` wants it: rounded up, so that a wait is not over before its deadline; -1 for ever.
#[cfg(unix)]
fn milliseconds_left(deadline: Deadline) -> libc::c_int {
    let Some(deadline) = deadline else { return -1 };
    let left = deadline.saturating_duration_since(Instant::now());
    left.as_micros()
        .div_ceil(1000)
        .try_into()
        .unwrap_or(libc::c_int::MAX)
}
