//! One attempt to send a request on a connection and to receive its reply.

use std::io;

use http::{HeaderMap, header};

use super::connection::Connection;
use super::failure::Failure;
use super::reply_reader::{BodyReader, Head, HeadReader};
use super::request::ValidRequest;
use crate::Error;
use crate::http::bounds::{MAX_BODY, MAX_HEAD};
use crate::http::socket::is_reset;
use crate::http::timeouts::{Deadline, Timeouts, deadline_after, has_passed};

/// The state of an attempt.
pub(crate) struct Attempt<'a> {
    connection: &'a mut Connection,
    request: &'a ValidRequest<'a>,
    is_sent: bool,
    /// How many bytes of the reply have arrived.
    received: u64,
    /// When the reply must be complete.
    deadline: Deadline,
}

/// A reply, and whether its connection can carry another request.
pub(crate) struct Received {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
    pub(crate) is_reusable: bool,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(connection: &'a mut Connection, request: &'a ValidRequest<'a>) -> Self {
        Self {
            connection,
            request,
            is_sent: false,
            received: 0,
            deadline: None,
        }
    }

    /// Sends the request and receives its reply. After an error the connection must be closed. An error after the first
    /// byte of the reply says nothing about whether the server has read the request.
    pub(crate) fn run(mut self, timeouts: Timeouts) -> Result<Received, Failure> {
        self.connection.socket().begin_use();
        if let Err(error) = self.send_and_await_reply(timeouts) {
            return Err(self.failure(error));
        }
        Ok(self.read_reply()?)
    }

    /// Sends the request and receives the first bytes of the reply.
    fn send_and_await_reply(&mut self, timeouts: Timeouts) -> Result<(), Error> {
        let sent = self
            .connection
            .expect_no_reply_yet()
            .and_then(|()| self.send(timeouts));
        self.is_sent = sent.is_ok();
        self.deadline = deadline_after(timeouts.receive);
        match sent {
            Ok(()) if self.receive()? => Ok(()),
            Ok(()) => Err(Error::Truncated),
            Err(Error::Io(error)) => self.receive_after_failed_write(error),
            Err(error) => Err(error),
        }
    }

    fn send(&mut self, timeouts: Timeouts) -> Result<(), Error> {
        self.connection
            .send(self.request, deadline_after(timeouts.send))
    }

    /// Receives the reply of a server that closed the connection before it had read the whole request.
    fn receive_after_failed_write(&mut self, error: io::Error) -> Result<(), Error> {
        match self.receive() {
            Ok(true) => Ok(()),
            Err(interrupt @ Error::Interrupted(_)) => Err(interrupt),
            _ => Err(Error::Io(error)),
        }
    }

    /// Waits for more of the reply. `false` at the end of the connection.
    fn receive(&mut self) -> Result<bool, Error> {
        // Bytes that arrived before the deadline count; after it we stop reading.
        if self.received > 0 && has_passed(self.deadline) {
            return Err(Error::ReceiveTimeout);
        }
        let amount = self.connection.receive(self.deadline)?;
        self.received += amount as u64;
        if self.received > MAX_HEAD as u64 + MAX_BODY {
            return Err(Error::BodyTooLarge(MAX_BODY));
        }
        Ok(amount > 0)
    }

    fn read_reply(&mut self) -> Result<Received, Error> {
        let (head, reader) = self.read_head()?;
        refuse_two_framings(&head.headers)?;
        let (body, must_close) = self.read_body(reader)?;
        let is_reusable = self.is_sent
            && !must_close
            && !self.request.closes()
            && self.connection.input.is_empty();
        Ok(Received {
            head,
            body,
            is_reusable,
        })
    }

    fn read_head(&mut self) -> Result<(Head, BodyReader), Error> {
        let mut reader = HeadReader::new(self.request.method());
        loop {
            let unread = self.connection.input.unread();
            let start = &unread[..unread.len().min(MAX_HEAD)];
            let is_full = start.len() == MAX_HEAD;
            let (amount, head) = reader.read(start)?;
            self.connection.input.consume(amount);
            if let Some(head) = head {
                return Ok((head, reader.body()));
            }
            if amount == 0 && is_full {
                return Err(Error::HeadTooLarge(MAX_HEAD));
            }
            // After an interim reply, the next one may have been received already.
            if amount == 0 && !self.receive()? {
                return Err(Error::Truncated);
            }
        }
    }

    /// The body, and whether the connection must be closed.
    fn read_body(&mut self, mut reader: BodyReader) -> Result<(Vec<u8>, bool), Error> {
        let mut body = Vec::new();
        while !reader.is_at_end() {
            let unread = self.connection.input.unread();
            let amount = reader.read(unread, &mut body)?;
            self.connection.input.consume(amount);
            if body.len() as u64 > MAX_BODY {
                return Err(Error::BodyTooLarge(MAX_BODY));
            }
            if amount == 0 && !self.receive()? {
                return if self.connection.input.is_empty() && reader.may_end_here() {
                    Ok((body, true))
                } else {
                    Err(Error::Truncated)
                };
            }
        }
        Ok((body, reader.must_close()))
    }

    /// The failure for an error before the first byte of the reply.
    fn failure(&self, error: Error) -> Failure {
        let may_retry = self.may_retry(&error);
        let error = if may_retry { Error::Stale } else { error };
        let not_taken = self.is_not_taken(&error);
        if may_retry || not_taken {
            self.connection.abandon();
        }
        Failure { error, not_taken }
    }

    /// Whether a reused connection has ended without a byte of a reply, and the server cannot have read the whole request,
    /// or the request is a query.
    fn may_retry(&self, error: &Error) -> bool {
        // After a fork during the request, only the parent process may retry it.
        if !self.connection.is_reused() || self.connection.socket().is_inherited() {
            return false;
        }
        match error {
            Error::Truncated => {
                self.request.is_safe() || self.connection.has_unacknowledged_bytes()
            }
            Error::Io(error) => self.request.is_safe() || is_reset(error),
            _ => false,
        }
    }

    /// Whether the server cannot have read the whole request: it was not written completely, or the connection had an
    /// orderly end that does not acknowledge all of it.
    fn is_not_taken(&self, error: &Error) -> bool {
        if self.connection.socket().is_inherited() {
            return false;
        }
        match error {
            // A retry was possible, but no time was left for it.
            Error::Stale => !self.request.is_safe() || !self.is_sent,
            Error::Truncated => !self.is_sent || self.connection.has_unacknowledged_bytes(),
            _ => !self.is_sent,
        }
    }
}

/// One of the two headers is wrong, and a proxy may have used the other one (RFC 9112, 6.3).
fn refuse_two_framings(headers: &HeaderMap) -> Result<(), Error> {
    let has = |name| headers.contains_key(name);
    if has(header::TRANSFER_ENCODING) && has(header::CONTENT_LENGTH) {
        let reason = "both a transfer-encoding and a content-length header";
        return Err(Error::InvalidReply(reason.into()));
    }
    Ok(())
}
