//! Lets requests wait in Ruby.
//!
//! - A fiber on the reactor of EventMachine waits through the reactor: [`event_machine`].
//! - With a fiber scheduler, the fiber waits through the scheduler: [`fiber_scheduler`].
//! - Otherwise the thread polls without Ruby's lock, so that other threads run, and `Thread#kill`, `Thread#raise`,
//!   `Timeout` and signals end the wait: [`poll`]. No other code of this crate releases the lock.
//!
//! Everything that may raise runs under `rb_protect`: [`ruby_calls`].

mod event_machine;
mod fiber_scheduler;
mod poll;
mod ruby_calls;

use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::time::{Duration, Instant};

use magnus::value::ReprValue;
use magnus::{RArray, RString, Ruby, Value};
use pusher_core::Error;
use pusher_core::http::{Deadline, Interest, RawSocket, Waiter, generation};

use crate::ids;
use event_machine::EventMachineWaiter;
use ruby_calls::{call, protected};

/// Waits in the same way as the Ruby code that makes the request.
#[derive(Debug)]
pub(crate) struct RubyWaiter;

impl Waiter for RubyWaiter {
    fn resolve(&self, name: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Error> {
        let ruby = Ruby::get().expect("requests are made by Ruby");
        let arguments: [Value; 3] = [
            ruby.str_new(name).as_value(),
            ruby.into_value(port),
            ruby.into_value(seconds_left(deadline)),
        ];
        let resolved = match EventMachineWaiter::of_this_fiber(&ruby) {
            Some(waiter) => protected(|| waiter.resolve(&arguments)),
            None => {
                let resolution = ids::name_resolution(&ruby)
                    .map_err(|error| Error::Resolve(error.to_string()))?
                    .as_value();
                protected(|| call(resolution, "call", &arguments))
            }
        }?;
        addresses(name, port, resolved)
    }

    fn wait(
        &self,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let process = generation();
        loop {
            let is_over = deadline.is_some_and(|deadline| deadline <= Instant::now());
            let waited = protected(|| wait_once(socket, interest, deadline, is_over))?;
            if generation() != process {
                // A signal handler or another fiber forked during the wait, and this is the child. The descriptor was
                // closed in the child, and its number may belong to another file.
                let reason = "it belongs to the process that this one was forked from";
                return Err(Error::InvalidReply(reason.into()));
            }
            match waited {
                Waited::Ready => return Ok(true),
                Waited::TimeUp => return Ok(false),
                Waited::Nothing if is_over => return Ok(false),
                Waited::Nothing => {}
            }
        }
    }

    /// Collects garbage, as Ruby does when its own sockets find no free descriptor: clients that are no longer used
    /// close theirs.
    fn free_descriptors(&self) -> Result<(), Error> {
        // SAFETY: called under `rb_protect`, because finalizers run as well, and with the lock.
        protected(|| unsafe { rb_sys::rb_gc() })
    }
}

/// The result of one wait.
#[derive(Clone, Copy)]
enum Waited {
    Ready,
    /// The wait ended for another reason, or the deadline has passed.
    Nothing,
    /// A fiber scheduler ended the wait: at our deadline, or at an earlier deadline of the scheduler.
    TimeUp,
}

impl Waited {
    fn from_readiness(is_ready: bool) -> Self {
        if is_ready { Self::Ready } else { Self::Nothing }
    }
}

/// Waits once. Called under `rb_protect`.
///
/// After the deadline the socket itself is asked: a scheduler that always reports it as ready would otherwise keep the
/// request waiting for ever.
fn wait_once(socket: RawSocket, interest: Interest, deadline: Deadline, is_over: bool) -> Waited {
    let ruby = Ruby::get().expect("requests are made by Ruby");
    if !is_over {
        if let Some(waiter) = EventMachineWaiter::of_this_fiber(&ruby) {
            let is_ready = waiter.wait(&ruby, socket, interest, deadline);
            return Waited::from_readiness(is_ready);
        }
        if let Some(scheduler) = fiber_scheduler::current() {
            return fiber_scheduler::wait(&ruby, scheduler, socket, interest, deadline);
        }
    }
    let is_ready = poll::poll_without_lock(socket, interest, deadline);
    // SAFETY: called under `rb_protect`, with the lock.
    unsafe { rb_sys::rb_thread_check_ints() };
    Waited::from_readiness(is_ready)
}

fn time_left(deadline: Deadline) -> Option<Duration> {
    deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
}

fn seconds_left(deadline: Deadline) -> Option<f64> {
    time_left(deadline).map(|left| left.as_secs_f64())
}

/// Reads the result of a resolver: an Array of addresses, an error message, or nil after the deadline.
fn addresses(name: &str, port: u16, resolved: Value) -> Result<Vec<SocketAddr>, Error> {
    if let Some(message) = RString::from_value(resolved) {
        return Err(Error::Resolve(
            message.to_string().unwrap_or_else(|_| name.to_owned()),
        ));
    }
    let Some(list) = RArray::from_value(resolved) else {
        return Err(Error::ConnectTimeout(name.to_owned()));
    };
    let texts: Vec<String> = list
        .to_vec()
        .map_err(|error| Error::Resolve(format!("{name}: {error}")))?;
    let address = |text: &String| socket_address(text, port);
    Ok(texts.iter().filter_map(address).collect())
}

/// An address, for a link-local one with the number of its interface: `fe80::1%2`.
fn socket_address(text: &str, port: u16) -> Option<SocketAddr> {
    let (address, scope) = text.split_once('%').unwrap_or((text, "0"));
    Some(match address.parse().ok()? {
        IpAddr::V6(address) => SocketAddrV6::new(address, port, 0, scope.parse().ok()?).into(),
        address => SocketAddr::new(address, port),
    })
}
