//! Waiting on the reactor of EventMachine.

use magnus::rb_sys::{AsRawId, FromRawValue};
use magnus::value::{LazyId, ReprValue};
use magnus::{Ruby, Value};
use pusher_core::http::{Deadline, Interest, RawSocket};

use super::ruby_calls::call;
use super::seconds_left;
use crate::ids;

/// The Ruby object that a fiber on the reactor waits through. The fiber has it among its fiber variables.
pub(super) struct EventMachineWaiter(Value);

impl EventMachineWaiter {
    /// The waiter of the current fiber; `None` outside of the reactor.
    pub(super) fn of_this_fiber(ruby: &Ruby) -> Option<Self> {
        let name = LazyId::get_inner_with(&ids::EVENT_MACHINE_WAITER, ruby).as_raw();
        // SAFETY: called with the lock; reading a fiber variable runs no Ruby code and raises nothing.
        let waiter = unsafe {
            Value::from_raw(rb_sys::rb_thread_local_aref(
                rb_sys::rb_thread_current(),
                name,
            ))
        };
        (!waiter.is_nil()).then_some(Self(waiter))
    }

    /// Resolves a host name: the arguments and the result are those of `NameResolution.call`. Called under `rb_protect`.
    pub(super) fn resolve(&self, arguments: &[Value; 3]) -> Value {
        call(self.0, "resolve", arguments)
    }

    /// Waits for a socket. Called under `rb_protect`.
    pub(super) fn wait(
        &self,
        ruby: &Ruby,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> bool {
        let arguments = [
            ruby.into_value(socket),
            ruby.into_value(interest == Interest::Write),
            ruby.into_value(seconds_left(deadline)),
        ];
        call(self.0, "wait", &arguments).to_bool()
    }
}
