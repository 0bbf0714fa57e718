//! A wire as ureq's `Transport`. Head and body are collected and sent in one write.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use ureq::unversioned::transport::{Buffers, NextTimeout, Transport, time};

use super::buffers::RequestBuffers;
use super::errors::into_ureq;
use crate::Error;
use crate::http::bounds::{MAX_BODY, MAX_HEAD};
use crate::http::proxy::AbsoluteForm;
use crate::http::reply::ReplyConnection;
use crate::http::socket::is_reset;
use crate::http::timeouts::{Deadline, deadline_after, has_passed};
use crate::http::wire::{UnsolicitedData, Wire};

/// The state of a connection.
enum State {
    /// Between two requests.
    Idle,
    /// A request is collected. It is flushed when its reply is awaited.
    Sending { timeout: Option<Duration> },
    /// The request was sent, unless writing it failed. `received` counts the bytes of the reply.
    Receiving {
        deadline: Deadline,
        received: u64,
        is_sent: bool,
    },
}

/// A connection, which carries one request at a time.
pub(crate) struct Connection {
    wire: Wire,
    buffers: RequestBuffers,
    absolute_form: Option<AbsoluteForm>,
    state: State,
    is_reused: bool,
    /// Whether the current request is a query, which may be sent twice.
    is_query: bool,
}

impl Connection {
    pub(crate) fn new(
        wire: Wire,
        absolute_form: Option<AbsoluteForm>,
        longest_line: Arc<AtomicUsize>,
    ) -> Self {
        Self {
            wire,
            buffers: RequestBuffers::new(longest_line),
            absolute_form,
            state: State::Idle,
            is_reused: false,
            is_query: false,
        }
    }

    /// Sends the collected request, then starts the receive timeout.
    fn flush(&mut self, receive_timeout: Option<Duration>) -> Result<(), Error> {
        let State::Sending { timeout } = self.state else {
            return Ok(());
        };
        self.is_query = is_query(self.buffers.pending());
        let outcome = self
            .expect_no_reply_yet()
            .and_then(|()| self.write_pending(deadline_after(timeout)));
        self.buffers.clear_output();
        self.state = State::Receiving {
            deadline: deadline_after(receive_timeout),
            received: 0,
            is_sent: outcome.is_ok(),
        };
        outcome
    }

    /// Refuses a fresh connection on which data arrived before the request was sent. A reused connection was checked when
    /// it was taken from the pool.
    fn expect_no_reply_yet(&mut self) -> Result<(), Error> {
        if self.is_reused {
            return Ok(());
        }
        match self.wire.unsolicited_data().map_err(Error::Io)? {
            UnsolicitedData::Bytes => Err(Error::InvalidReply("a reply without a request".into())),
            // Sending or reading reports the end of the connection.
            UnsolicitedData::Nothing | UnsolicitedData::End => Ok(()),
        }
    }

    fn write_pending(&mut self, deadline: Deadline) -> Result<(), Error> {
        let pending = self.buffers.pending();
        let timeout_error = || Error::SendTimeout;
        match &self.absolute_form {
            None => self.wire.write_all(pending, deadline, &timeout_error),
            Some(form) => {
                let rewritten = form.rewrite(pending);
                self.wire.write_all(&rewritten, deadline, &timeout_error)
            }
        }
    }

    fn receive(&mut self) -> Result<bool, Error> {
        let State::Receiving {
            deadline,
            ref mut received,
            ..
        } = self.state
        else {
            return Err(Error::InvalidReply("a reply without a request".into()));
        };
        // Bytes that arrived before the deadline count; after it we stop reading.
        if *received > 0 && has_passed(deadline) {
            return Err(Error::ReceiveTimeout);
        }
        // ureq consumes everything except an incomplete line.
        if self.buffers.input().len() > MAX_HEAD {
            return Err(Error::InvalidReply("a line is too long".into()));
        }
        let room = self.buffers.input_append_buf();
        let amount = self.wire.read(room, deadline, &|| Error::ReceiveTimeout)?;
        self.buffers.input_appended(amount);
        *received += amount as u64;
        if *received > MAX_HEAD as u64 + MAX_BODY {
            return Err(Error::BodyTooLarge(MAX_BODY));
        }
        Ok(amount > 0)
    }

    /// Reads the reply of a server that closed the connection before it had read the whole request.
    fn receive_after_failed_write(&mut self, error: io::Error) -> Result<bool, Error> {
        match self.receive() {
            Ok(true) => Ok(true),
            Err(interrupt @ Error::Interrupted(_)) => Err(interrupt),
            _ => Err(Error::Io(error)),
        }
    }

    fn send_and_receive(&mut self, receive_timeout: Option<Duration>) -> Result<bool, Error> {
        let outcome = match self.flush(receive_timeout) {
            Ok(()) => self.receive(),
            Err(Error::Io(error)) => self.receive_after_failed_write(error),
            Err(error) => Err(error),
        };
        if self.may_retry(&outcome) {
            self.abandon();
            return Err(Error::Stale);
        }
        outcome
    }

    /// Discards the unsent part of a request that may be sent again, so that it cannot arrive later.
    fn abandon(&self) {
        self.wire.socket().abort_on_close();
    }

    fn has_received_nothing(&self) -> bool {
        !matches!(self.state, State::Receiving { received: 1.., .. })
    }

    /// Whether a reused connection has ended without a byte of a reply, and the server cannot have read the whole request,
    /// or the request is a query.
    fn may_retry(&self, outcome: &Result<bool, Error>) -> bool {
        // After a fork during the request, only the parent process may retry it.
        if !self.is_reused || !self.has_received_nothing() || self.wire.socket().is_inherited() {
            return false;
        }
        match outcome {
            Ok(false) | Err(Error::Truncated) => {
                self.is_query || self.wire.has_unacknowledged_bytes()
            }
            Err(Error::Io(error)) => self.is_query || is_reset(error),
            _ => false,
        }
    }

    /// Whether the server cannot have read the whole request: it was not written completely, or the connection had an
    /// orderly end that does not acknowledge all of it. Only before the first byte of a reply.
    fn is_not_taken(&self, error: &Error) -> bool {
        let State::Receiving {
            received: 0,
            is_sent,
            ..
        } = self.state
        else {
            return false;
        };
        if self.wire.socket().is_inherited() {
            return false;
        }
        match error {
            // A retry was possible, but no time was left for it.
            Error::Stale => !self.is_query || !is_sent,
            Error::Truncated => !is_sent || self.wire.has_unacknowledged_bytes(),
            _ => !is_sent,
        }
    }
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if !matches!(self.state, State::Sending { .. }) {
            self.wire.socket().begin_use();
        }
        self.state = State::Sending {
            timeout: timeout.per_write.and_then(exact),
        };
        self.buffers.keep_output(amount);
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let outcome = self.send_and_receive(timeout.per_read.and_then(exact));
        LAST_RECEIVED.set(Some(ReplyConnection::of(self.wire.socket())));
        // An end without a byte is ureq's error otherwise, which does not say whether the request was taken.
        let outcome = match outcome {
            Ok(false) if self.has_received_nothing() => Err(Error::Truncated),
            outcome => outcome,
        };
        outcome.map_err(|error| {
            let not_taken = self.is_not_taken(&error);
            if not_taken {
                self.abandon();
            }
            into_ureq(error, not_taken)
        })
    }

    fn is_open(&mut self) -> bool {
        match self.state {
            // After a complete reply ureq returns the connection to its pool. When the connection is taken again, it is
            // checked for unsolicited data.
            State::Receiving { .. } => {
                self.state = State::Idle;
                self.is_reused = true;
                true
            }
            State::Idle => matches!(self.wire.unsolicited_data(), Ok(UnsolicitedData::Nothing)),
            State::Sending { .. } => false,
        }
    }

    fn is_tls(&self) -> bool {
        self.wire.is_tls()
    }
}

thread_local! {
    /// The connection on which this thread received data last.
    static LAST_RECEIVED: Cell<Option<ReplyConnection>> = const { Cell::new(None) };
}

/// The connection of the reply that ureq has just returned. ureq does not expose it, but it does not wait between the last
/// bytes of a head and its return, so no other request of this thread has received data in between.
pub(crate) fn connection_of_this_reply() -> ReplyConnection {
    LAST_RECEIVED.take().unwrap_or_default()
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// Whether a request has a method that changes nothing on the server (RFC 9110, 9.2.1).
fn is_query(request: &[u8]) -> bool {
    let is = |method: &[u8]| request.starts_with(method);
    is(b"GET ") || is(b"HEAD ")
}

pub(crate) fn exact(duration: time::Duration) -> Option<Duration> {
    match duration {
        time::Duration::Exact(duration) => Some(duration),
        time::Duration::NotHappening => None,
    }
}
