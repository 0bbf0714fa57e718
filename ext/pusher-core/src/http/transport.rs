//! A wire as ureq's `Transport`: head and body gathered and sent as one, replies awaited through the host.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{Buffers, NextTimeout, Transport, time};

use super::bounds::{MAX_BODY, MAX_HEAD};
use super::buffers::Gathered;
use super::exchange::ReplyConnection;
use super::host::{Deadline, has_passed};
use super::proxy::AbsoluteForm;
use super::wire::{Unasked, Wire};
use crate::Error;

/// Where one connection stands.
enum State {
    /// Between two requests.
    Idle,
    /// A request gathers; it is flushed when its reply is awaited.
    Sending { limit: Option<Duration> },
    /// The request is on its way; so many bytes of a reply have come.
    Receiving { deadline: Deadline, received: u64 },
}

/// One connection, for one request after the other.
pub(crate) struct Connection {
    wire: Wire,
    buffers: Gathered,
    absolute_form: Option<AbsoluteForm>,
    state: State,
    is_reused: bool,
}

impl Connection {
    pub(crate) fn new(
        wire: Wire,
        absolute_form: Option<AbsoluteForm>,
        longest_line: Arc<AtomicUsize>,
    ) -> Self {
        Self {
            wire,
            buffers: Gathered::new(longest_line),
            absolute_form,
            state: State::Idle,
            is_reused: false,
        }
    }

    /// Sends what has gathered, then starts the clock of the reply.
    fn flush(&mut self, receive_limit: Option<Duration>) -> Result<(), Error> {
        let State::Sending { limit } = self.state else {
            return Ok(());
        };
        let outcome = self
            .expect_no_reply_yet()
            .and_then(|()| self.write_pending(deadline_in(limit)));
        self.buffers.clear_output();
        self.state = State::Receiving {
            deadline: deadline_in(receive_limit),
            received: 0,
        };
        outcome
    }

    /// A reused connection was looked at when it was taken; on a fresh one, too, no reply is to be there already.
    fn expect_no_reply_yet(&mut self) -> Result<(), Error> {
        if self.is_reused {
            return Ok(());
        }
        match self.wire.unasked().map_err(Error::Io)? {
            Unasked::Bytes => Err(Error::InvalidReply("a reply to no request".into())),
            // The end of the connection is found out by whoever sends or reads.
            Unasked::Nothing | Unasked::End => Ok(()),
        }
    }

    fn write_pending(&mut self, deadline: Deadline) -> Result<(), Error> {
        let pending = self.buffers.pending();
        let late = || Error::SendTimeout;
        match &self.absolute_form {
            None => self.wire.write_all(pending, deadline, late),
            Some(form) => self.wire.write_all(&form.rewrite(pending), deadline, late),
        }
    }

    fn receive(&mut self) -> Result<bool, Error> {
        let State::Receiving {
            deadline,
            ref mut received,
        } = self.state
        else {
            return Err(Error::InvalidReply("a reply to no request".into()));
        };
        // What is there by the deadline still counts; a peer that goes on after it is not waited for.
        if *received > 0 && has_passed(deadline) {
            return Err(Error::ReceiveTimeout);
        }
        // ureq uses up all but a line that is not complete yet.
        if self.buffers.input().len() > MAX_HEAD {
            return Err(Error::InvalidReply("a line without an end".into()));
        }
        let room = self.buffers.input_append_buf();
        let amount = self.wire.read(room, deadline, || Error::ReceiveTimeout)?;
        self.buffers.input_appended(amount);
        *received += amount as u64;
        if *received > MAX_HEAD as u64 + MAX_BODY {
            return Err(Error::BodyTooLarge(MAX_BODY));
        }
        Ok(amount > 0)
    }

    /// A peer that closed before it had taken everything may have answered: then that is the reply.
    fn receive_last_words(&mut self, error: io::Error) -> Result<bool, Error> {
        match self.receive() {
            Ok(true) => Ok(true),
            Err(interrupt @ Error::Interrupted(_)) => Err(interrupt),
            _ => Err(Error::Io(error)),
        }
    }

    fn exchange(&mut self, receive_limit: Option<Duration>) -> Result<bool, Error> {
        let outcome = match self.flush(receive_limit) {
            Ok(()) => self.receive(),
            Err(Error::Io(error)) => self.receive_last_words(error),
            Err(error) => Err(error),
        };
        let nothing_came = !matches!(self.state, State::Receiving { received: 1.., .. });
        // In a child forked meanwhile the request is still the parent's.
        let is_stale = self.is_reused && nothing_came && !self.wire.socket().is_inherited();
        match outcome {
            Ok(false) | Err(Error::Io(_) | Error::Truncated) if is_stale => Err(Error::Stale),
            outcome => outcome,
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
            limit: timeout.per_write.and_then(exact),
        };
        self.buffers.keep_output(amount);
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let outcome = self.exchange(timeout.per_read.and_then(exact));
        LAST_RECEIVED.set(Some(ReplyConnection::of(self.wire.socket())));
        outcome.map_err(through_ureq)
    }

    fn is_open(&mut self) -> bool {
        match self.state {
            // Asked when a connection is returned after a whole reply: what follows the reply is looked for
            // when the connection is taken again.
            State::Receiving { .. } => {
                self.state = State::Idle;
                self.is_reused = true;
                true
            }
            State::Idle => matches!(self.wire.unasked(), Ok(Unasked::Nothing)),
            State::Sending { .. } => false,
        }
    }

    fn is_tls(&self) -> bool {
        self.wire.is_tls()
    }
}

thread_local! {
    /// The connection on which this thread received last.
    static LAST_RECEIVED: Cell<Option<ReplyConnection>> = const { Cell::new(None) };
}

/// The connection of the reply that ureq has just returned: ureq says of no reply where it came from, but it does not
/// wait between the last bytes of a head and its return, so no other request of this thread has received meanwhile.
pub(crate) fn connection_of_this_reply() -> ReplyConnection {
    LAST_RECEIVED.take().unwrap_or_default()
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// Our errors travel through ureq untouched; the agent takes them out again.
pub(crate) fn through_ureq(error: Error) -> ureq::Error {
    ureq::Error::Other(Box::new(error))
}

/// A moment that far from now; none where there is no limit, or one beyond what the clock can count.
pub(crate) fn deadline_in(limit: Option<Duration>) -> Deadline {
    Instant::now().checked_add(limit?)
}

pub(crate) fn exact(duration: time::Duration) -> Option<Duration> {
    match duration {
        time::Duration::Exact(duration) => Some(duration),
        time::Duration::NotHappening => None,
    }
}
