//! A connection, which carries one request at a time.

use std::sync::Arc;

use super::input::{Input, KEPT};
use super::request::ValidRequest;
use crate::Error;
use crate::http::bounds::MAX_HEAD;
use crate::http::proxy::AbsoluteForm;
use crate::http::socket::Socket;
use crate::http::timeouts::Deadline;
use crate::http::wire::{UnsolicitedData, Wire};

/// A connection to a server, with buffers for both directions.
pub(crate) struct Connection {
    origin: Arc<str>,
    wire: Wire,
    absolute_form: Option<AbsoluteForm>,
    output: Vec<u8>,
    pub(crate) input: Input,
    is_reused: bool,
}

impl Connection {
    /// A fresh connection for urls of this origin.
    pub(crate) fn new(origin: Arc<str>, wire: Wire, absolute_form: Option<AbsoluteForm>) -> Self {
        Self {
            origin,
            wire,
            absolute_form,
            output: Vec::new(),
            input: Input::default(),
            is_reused: false,
        }
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn socket(&self) -> &Arc<Socket> {
        self.wire.socket()
    }

    /// Whether the connection has carried a request before the current one.
    pub(crate) fn is_reused(&self) -> bool {
        self.is_reused
    }

    /// Whether an idle connection can carry a request: the server has neither closed it nor sent anything. Never waits.
    pub(crate) fn is_open(&mut self) -> bool {
        matches!(self.wire.unsolicited_data(), Ok(UnsolicitedData::Nothing))
    }

    /// Sends head and body in one write.
    pub(crate) fn send(
        &mut self,
        request: &ValidRequest<'_>,
        deadline: Deadline,
    ) -> Result<(), Error> {
        self.output.clear();
        request.write(self.absolute_form.as_ref(), &mut self.output);
        self.wire
            .write_all(&self.output, deadline, &|| Error::SendTimeout)
    }

    /// Waits for input. Returns its length, 0 at the end of the connection.
    pub(crate) fn receive(&mut self, deadline: Deadline) -> Result<usize, Error> {
        // Everything is read at once, except an incomplete line.
        if self.input.unread().len() > MAX_HEAD {
            return Err(Error::InvalidReply("a line is too long".into()));
        }
        let room = self.input.room();
        let amount = self.wire.read(room, deadline, &|| Error::ReceiveTimeout)?;
        self.input.add(amount);
        Ok(amount)
    }

    /// Refuses a fresh connection on which data arrived before the request was sent. A reused connection was checked when
    /// it was taken from the pool.
    pub(crate) fn expect_no_reply_yet(&mut self) -> Result<(), Error> {
        if self.is_reused {
            return Ok(());
        }
        match self.wire.unsolicited_data().map_err(Error::Io)? {
            UnsolicitedData::Bytes => Err(Error::InvalidReply("a reply without a request".into())),
            // Sending or reading reports the end of the connection.
            UnsolicitedData::Nothing | UnsolicitedData::End => Ok(()),
        }
    }

    /// Whether the server's system has not acknowledged everything that was sent.
    pub(crate) fn has_unacknowledged_bytes(&self) -> bool {
        self.wire.has_unacknowledged_bytes()
    }

    /// Discards the unsent part of a request that may be sent again, so that it cannot arrive later.
    pub(crate) fn abandon(&self) {
        self.socket().abort_on_close();
    }

    /// Prepares the connection for another request.
    pub(crate) fn become_idle(&mut self) {
        self.is_reused = true;
        self.input.shrink();
        if self.output.capacity() > KEPT {
            self.output = Vec::new();
        }
    }
}
