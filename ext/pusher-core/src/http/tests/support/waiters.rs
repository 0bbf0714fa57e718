//! A waiter with configurable addresses and interrupts.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use super::{LONG_TIMEOUT, SHORT_TIMEOUT};
use crate::Error;
use crate::http::{Deadline, Interest, RawSocket, StdWaiter, Waiter};

/// Waits like [`StdWaiter`], with exceptions.
#[derive(Debug, Default)]
pub struct TestWaiter {
    /// The addresses of every name. If empty, no name resolves.
    pub addresses: Vec<SocketAddr>,
    /// The number of the wait that is interrupted, counted from 1. 0 for none.
    pub interrupt_at: AtomicUsize,
    /// Whether a wait for data with a short deadline ends only after the deadline, and with data.
    pub is_slow: AtomicBool,
    /// Whether every wait ends at once, as a fiber scheduler can end it.
    pub ends_waits: bool,
    waits: Mutex<Vec<Wait>>,
    resolved: Mutex<Vec<String>>,
}

/// A wait, as it was made.
#[derive(Clone, Copy, Debug)]
pub struct Wait {
    pub interest: Interest,
    pub deadline: Deadline,
    pub began: Instant,
    pub ended: Instant,
}

impl TestWaiter {
    pub fn resolving_to(addresses: Vec<SocketAddr>) -> Self {
        Self {
            addresses,
            ..Self::default()
        }
    }

    pub fn waits(&self) -> Vec<Wait> {
        self.waits.lock().unwrap().clone()
    }

    fn wait_unless_interrupted(
        &self,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        if self.waits().len() + 1 == self.interrupt_at.load(Ordering::SeqCst) {
            return Err(Error::Interrupted(7));
        }
        if self.ends_waits {
            return Ok(false);
        }
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let is_slow = interest == Interest::Read && self.is_slow.load(Ordering::SeqCst);
        let Some(left) = left.filter(|left| is_slow && *left <= SHORT_TIMEOUT) else {
            return StdWaiter.wait(socket, interest, deadline);
        };
        std::thread::sleep(left);
        StdWaiter.wait(socket, interest, Some(Instant::now() + LONG_TIMEOUT))
    }

    pub fn resolved(&self) -> Vec<String> {
        self.resolved.lock().unwrap().clone()
    }
}

impl Waiter for TestWaiter {
    fn resolve(&self, name: &str, port: u16, _: Deadline) -> Result<Vec<SocketAddr>, Error> {
        self.resolved.lock().unwrap().push(format!("{name}:{port}"));
        if self.addresses.is_empty() {
            return Err(Error::Resolve(format!("{name}: no such name")));
        }
        Ok(self.addresses.clone())
    }

    fn wait(
        &self,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let began = Instant::now();
        let outcome = self.wait_unless_interrupted(socket, interest, deadline);
        self.waits.lock().unwrap().push(Wait {
            interest,
            deadline,
            began,
            ended: Instant::now(),
        });
        outcome
    }
}
