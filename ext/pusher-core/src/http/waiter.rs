//! The interface for waiting and for resolving names: the part that differs between plain Rust and Ruby.

use std::fmt::Debug;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::time::Instant;

use super::poll::poll;
use super::timeouts::{Deadline, has_passed};
use crate::Error;

/// The operating system's handle of a socket.
#[cfg(unix)]
pub type RawSocket = std::os::fd::RawFd;
/// The operating system's handle of a socket.
#[cfg(windows)]
pub type RawSocket = std::os::windows::io::RawSocket;

/// The event to wait for on a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Data to read, or the end of the connection.
    Read,
    /// Room to write, or the outcome of a connect.
    Write,
}

/// Waits for sockets and resolves names.
pub trait Waiter: Debug + Send + Sync + 'static {
    /// The addresses of a host name, in the order in which to try them.
    ///
    /// # Errors
    ///
    /// [`Error::Resolve`] for a name without addresses, [`Error::ConnectTimeout`] after the deadline,
    /// [`Error::Interrupted`] when the waiter was interrupted.
    fn resolve(&self, name: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Error>;

    /// Waits until the socket is ready (`true`), or until the deadline has passed or the waiter ends the wait for another
    /// reason (`false`). May return `true` early.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] when the waiter was interrupted, [`Error::Io`] when waiting failed.
    fn wait(
        &self,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error>;

    /// Closes unused descriptors, if the waiter can find any. Called when the process or the system has no descriptor
    /// left for a new connection; the connection is then tried once more.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] when the waiter was interrupted.
    fn free_descriptors(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// A waiter for plain Rust programs: it blocks in [`poll`] and resolves names with the standard library.
#[derive(Debug, Default)]
pub struct StdWaiter;

impl Waiter for StdWaiter {
    fn resolve(&self, name: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Error> {
        let (sender, receiver) = mpsc::channel();
        let owned = name.to_owned();
        // The standard library cannot interrupt a lookup. After the deadline the thread finishes on its own.
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

    fn wait(
        &self,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        loop {
            match poll(socket, interest, deadline) {
                Ok(false) if !has_passed(deadline) => {}
                Ok(is_ready) => return Ok(is_ready),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::Io(error)),
            }
        }
    }
}
