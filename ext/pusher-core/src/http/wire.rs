//! Sends and receives bytes over TCP or TLS, and waits with the waiter.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::ClientConnection;

use super::socket::Socket;
use super::timeouts::{Deadline, has_passed};
use super::tls;
use super::waiter::{Interest, Waiter};
use crate::Error;

/// A connected socket and, for https, the TLS session on it.
pub(crate) struct Wire {
    waiter: Arc<dyn Waiter>,
    socket: Arc<Socket>,
    session: Option<Box<ClientConnection>>,
    /// Nothing more is written after a failed write: the request counts as not sent.
    has_write_failed: bool,
}

/// Data that the peer has sent although no reply is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnsolicitedData {
    Nothing,
    Bytes,
    End,
}

impl UnsolicitedData {
    fn from_read(outcome: io::Result<usize>) -> io::Result<Self> {
        match outcome {
            Ok(0) => Ok(Self::End),
            Ok(_) => Ok(Self::Bytes),
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock => Ok(Self::Nothing),
                io::ErrorKind::UnexpectedEof => Ok(Self::End),
                _ => Err(error),
            },
        }
    }
}

impl Wire {
    pub(crate) fn new(waiter: Arc<dyn Waiter>, socket: Socket) -> Self {
        Self {
            waiter,
            socket: Arc::new(socket),
            session: None,
            has_write_failed: false,
        }
    }

    /// Waits until a connect has succeeded or failed.
    pub(crate) fn await_connected(&self, deadline: Deadline) -> Result<bool, Error> {
        let socket = self.socket.raw().map_err(Error::Io)?;
        self.waiter.wait(socket, Interest::Write, deadline)
    }

    pub(crate) fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    /// Runs the TLS handshake.
    pub(crate) fn handshake(
        &mut self,
        mut session: ClientConnection,
        deadline: Deadline,
        timeout_error: &dyn Fn() -> Error,
    ) -> Result<(), Error> {
        session.set_buffer_limit(None);
        self.session = Some(Box::new(session));
        while self.session().is_handshaking() {
            self.flush_tls(deadline, timeout_error)?;
            if has_passed(deadline) {
                return Err(timeout_error());
            }
            if self.session().is_handshaking() && !self.receive_tls(deadline, timeout_error)? {
                return Err(Error::Tls(
                    "the peer closed the connection in the TLS handshake".into(),
                ));
            }
        }
        self.flush_tls(deadline, timeout_error)
    }

    /// Whether the peer's system has not acknowledged everything that was written. At an orderly end of the connection this
    /// proves that the peer has not read everything, because the end acknowledges what was read before. In TLS nothing
    /// follows the request on its own: rustls postpones replies to key updates.
    pub(crate) fn has_unacknowledged_bytes(&self) -> bool {
        self.socket.unacknowledged().is_some_and(|bytes| bytes > 0)
    }

    /// Writes all of `bytes`.
    pub(crate) fn write_all(
        &mut self,
        bytes: &[u8],
        deadline: Deadline,
        timeout_error: &dyn Fn() -> Error,
    ) -> Result<(), Error> {
        if self.session.is_some() {
            self.session()
                .writer()
                .write_all(bytes)
                .map_err(Error::Io)?;
            let flushed = self.flush_tls(deadline, timeout_error);
            self.has_write_failed = flushed.is_err();
            return flushed;
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            match (&*self.socket).write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) => self.wait_or_fail(error, Interest::Write, deadline, timeout_error)?,
            }
        }
        Ok(())
    }

    /// Waits for bytes and reads some. 0 at the end of the connection.
    pub(crate) fn read(
        &mut self,
        buffer: &mut [u8],
        deadline: Deadline,
        timeout_error: &dyn Fn() -> Error,
    ) -> Result<usize, Error> {
        if self.session.is_some() {
            return self.read_tls(buffer, deadline, timeout_error);
        }
        loop {
            // Nearly every reply comes later than this point, so a read before the wait would be wasted.
            self.wait(Interest::Read, deadline, timeout_error)?;
            match (&*self.socket).read(buffer) {
                Ok(read) => return Ok(read),
                Err(error) if is_transient(&error) => {}
                Err(error) => return Err(Error::Io(error)),
            }
        }
    }

    /// Looks for data on an idle connection. Never waits.
    pub(crate) fn unsolicited_data(&mut self) -> io::Result<UnsolicitedData> {
        let Some(session) = &mut self.session else {
            return UnsolicitedData::from_read(self.socket.peek());
        };
        match session.read_tls(&mut &*self.socket) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
            Ok(_) if session.process_new_packets().is_err() => return Ok(UnsolicitedData::Bytes),
            Ok(_) => {}
        }
        // Session tickets and key updates are not data. A close_notify is the end.
        UnsolicitedData::from_read(session.reader().read(&mut [0]))
    }

    fn read_tls(
        &mut self,
        buffer: &mut [u8],
        deadline: Deadline,
        timeout_error: &dyn Fn() -> Error,
    ) -> Result<usize, Error> {
        let mut has_received = false;
        loop {
            match self.session().reader().read(buffer) {
                Ok(read) => return Ok(read),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // Closed without close_notify: an attacker may have cut off the reply.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err(Error::Truncated);
                }
                Err(error) => return Err(Error::Io(error)),
            }
            // Records without data could arrive without end.
            if has_received && has_passed(deadline) {
                return Err(timeout_error());
            }
            if !self.has_write_failed {
                match self.flush_tls(deadline, timeout_error) {
                    Ok(()) => {}
                    // A peer that no longer reads may have sent a reply before.
                    Err(Error::Io(_)) => self.has_write_failed = true,
                    Err(error) => return Err(error),
                }
            }
            self.receive_tls(deadline, timeout_error)?;
            has_received = true;
        }
    }

    /// Reads and processes one batch of TLS records. `false` at the end of the connection.
    fn receive_tls(
        &mut self,
        deadline: Deadline,
        timeout_error: &dyn Fn() -> Error,
    ) -> Result<bool, Error> {
        loop {
            self.wait(Interest::Read, deadline, timeout_error)?;
            let session = self.session.as_mut().expect("a TLS session");
            match session.read_tls(&mut &*self.socket) {
                Ok(0) => return Ok(false),
                Ok(_) => break,
                Err(error) if is_transient(&error) => {}
                Err(error) => return Err(Error::Io(error)),
            }
        }
        let Err(error) = self.session().process_new_packets() else {
            return Ok(true);
        };
        // Send the alert if there is room, but do not wait for it.
        let session = self.session.as_mut().expect("a TLS session");
        session.write_tls(&mut &*self.socket).ok();
        Err(tls::explain(error))
    }

    fn flush_tls(
        &mut self,
        deadline: Deadline,
        timeout_error: &dyn Fn() -> Error,
    ) -> Result<(), Error> {
        while self.session().wants_write() {
            let session = self.session.as_mut().expect("a TLS session");
            if let Err(error) = session.write_tls(&mut &*self.socket) {
                self.wait_or_fail(error, Interest::Write, deadline, timeout_error)?;
            }
        }
        Ok(())
    }

    fn session(&mut self) -> &mut ClientConnection {
        self.session.as_mut().expect("a TLS session")
    }

    fn wait_or_fail(
        &self,
        error: io::Error,
        interest: Interest,
        deadline: Deadline,
        timeout_error: &dyn Fn() -> Error,
    ) -> Result<(), Error> {
        match error.kind() {
            io::ErrorKind::WouldBlock => self.wait(interest, deadline, timeout_error),
            io::ErrorKind::Interrupted => Ok(()),
            _ => Err(Error::Io(error)),
        }
    }

    fn wait(
        &self,
        interest: Interest,
        deadline: Deadline,
        timeout_error: &dyn Fn() -> Error,
    ) -> Result<(), Error> {
        let socket = self.socket.raw().map_err(Error::Io)?;
        if self.waiter.wait(socket, interest, deadline)? {
            Ok(())
        } else {
            Err(timeout_error())
        }
    }
}

/// Whether the same call can simply be made again.
fn is_transient(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
