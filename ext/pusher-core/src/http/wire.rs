//! Bytes to and from a peer, in the clear or through TLS, waiting through the host.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::ClientConnection;

use super::host::{Deadline, Host, Interest, has_passed};
use super::socket::Socket;
use super::tls;
use crate::Error;

/// A connected socket and, for https, the TLS session on it.
pub(crate) struct Wire {
    host: Arc<dyn Host>,
    socket: Arc<Socket>,
    session: Option<Box<ClientConnection>>,
}

/// What a peer may do without having been asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unasked {
    Nothing,
    Bytes,
    End,
}

impl Unasked {
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
    pub(crate) fn new(host: Arc<dyn Host>, socket: Socket) -> Self {
        Self {
            host,
            socket: Arc::new(socket),
            session: None,
        }
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.session.is_some()
    }

    /// Waits until a connect has succeeded or failed.
    pub(crate) fn await_connected(&self, deadline: Deadline) -> Result<bool, Error> {
        let socket = self.socket.raw().map_err(Error::Io)?;
        self.host.wait(socket, Interest::Write, deadline)
    }

    pub(crate) fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    /// Runs the TLS handshake.
    pub(crate) fn handshake(
        &mut self,
        mut session: ClientConnection,
        deadline: Deadline,
        late: fn() -> Error,
    ) -> Result<(), Error> {
        session.set_buffer_limit(None);
        self.session = Some(Box::new(session));
        while self.session().is_handshaking() {
            self.flush_tls(deadline, late)?;
            if has_passed(deadline) {
                return Err(late());
            }
            if self.session().is_handshaking() && !self.receive_tls(deadline, late)? {
                return Err(Error::Tls(
                    "the peer closed the connection in the TLS handshake".into(),
                ));
            }
        }
        self.flush_tls(deadline, late)
    }

    /// Writes all of `bytes`.
    pub(crate) fn write_all(
        &mut self,
        bytes: &[u8],
        deadline: Deadline,
        late: fn() -> Error,
    ) -> Result<(), Error> {
        if self.session.is_some() {
            self.session()
                .writer()
                .write_all(bytes)
                .map_err(Error::Io)?;
            return self.flush_tls(deadline, late);
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            match (&*self.socket).write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) => self.wait_or_fail(error, Interest::Write, deadline, late)?,
            }
        }
        Ok(())
    }

    /// Waits for bytes and reads some; 0 at the end of the connection.
    pub(crate) fn read(
        &mut self,
        buffer: &mut [u8],
        deadline: Deadline,
        late: fn() -> Error,
    ) -> Result<usize, Error> {
        if self.session.is_some() {
            return self.read_tls(buffer, deadline, late);
        }
        loop {
            // Waiting first spares the read that would come too early for nearly every reply.
            self.wait(Interest::Read, deadline, late)?;
            match (&*self.socket).read(buffer) {
                Ok(read) => return Ok(read),
                Err(error) if is_passing(&error) => {}
                Err(error) => return Err(Error::Io(error)),
            }
        }
    }

    /// What has come on a connection on which nothing was asked. Never waits.
    pub(crate) fn unasked(&mut self) -> io::Result<Unasked> {
        let Some(session) = &mut self.session else {
            return Unasked::from_read(self.socket.peek());
        };
        match session.read_tls(&mut &*self.socket) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
            Ok(_) if session.process_new_packets().is_err() => return Ok(Unasked::Bytes),
            Ok(_) => {}
        }
        // Session tickets and key updates are no reply; a close_notify reads as the end.
        Unasked::from_read(session.reader().read(&mut [0]))
    }

    fn read_tls(
        &mut self,
        buffer: &mut [u8],
        deadline: Deadline,
        late: fn() -> Error,
    ) -> Result<usize, Error> {
        let mut has_received = false;
        loop {
            match self.session().reader().read(buffer) {
                Ok(read) => return Ok(read),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // Closed without close_notify: someone on the way may have cut the reply short.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err(Error::Truncated);
                }
                Err(error) => return Err(Error::Io(error)),
            }
            // Records without a byte of a reply may come for ever.
            if has_received && has_passed(deadline) {
                return Err(late());
            }
            match self.flush_tls(deadline, late) {
                // A peer that takes nothing any more may still have said something.
                Ok(()) | Err(Error::Io(_)) => {}
                Err(error) => return Err(error),
            }
            self.receive_tls(deadline, late)?;
            has_received = true;
        }
    }

    /// Feeds one batch of TLS records; `false` at the end of the connection.
    fn receive_tls(&mut self, deadline: Deadline, late: fn() -> Error) -> Result<bool, Error> {
        loop {
            self.wait(Interest::Read, deadline, late)?;
            let session = self.session.as_mut().expect("a TLS session");
            match session.read_tls(&mut &*self.socket) {
                Ok(0) => return Ok(false),
                Ok(_) => break,
                Err(error) if is_passing(&error) => {}
                Err(error) => return Err(Error::Io(error)),
            }
        }
        let Err(error) = self.session().process_new_packets() else {
            return Ok(true);
        };
        // The alert that tells the peer why is a courtesy: it is sent if there is room, not waited for.
        let session = self.session.as_mut().expect("a TLS session");
        session.write_tls(&mut &*self.socket).ok();
        Err(tls::explain(error))
    }

    fn flush_tls(&mut self, deadline: Deadline, late: fn() -> Error) -> Result<(), Error> {
        while self.session().wants_write() {
            let session = self.session.as_mut().expect("a TLS session");
            if let Err(error) = session.write_tls(&mut &*self.socket) {
                self.wait_or_fail(error, Interest::Write, deadline, late)?;
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
        late: fn() -> Error,
    ) -> Result<(), Error> {
        match error.kind() {
            io::ErrorKind::WouldBlock => self.wait(interest, deadline, late),
            io::ErrorKind::Interrupted => Ok(()),
            _ => Err(Error::Io(error)),
        }
    }

    fn wait(
        &self,
        interest: Interest,
        deadline: Deadline,
        late: fn() -> Error,
    ) -> Result<(), Error> {
        let socket = self.socket.raw().map_err(Error::Io)?;
        if self.host.wait(socket, interest, deadline)? {
            Ok(())
        } else {
            Err(late())
        }
    }
}

/// Errors after which the same call is simply made again.
fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
