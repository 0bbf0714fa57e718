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
    waits: AtomicUsize,
    resolved: Mutex<Vec<String>>,
}

impl TestWaiter {
    pub fn resolving_to(addresses: Vec<SocketAddr>) -> Self {
        Self {
            addresses,
            ..Self::default()
        }
    }

    pub fn waits(&self) -> usize {
        self.waits.load(Ordering::SeqCst)
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
        let wait = self.waits.fetch_add(1, Ordering::SeqCst) + 1;
        if wait == self.interrupt_at.load(Ordering::SeqCst) {
            return Err(Error::Interrupted(7));
        }
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let is_slow = interest == Interest::Read && self.is_slow.load(Ordering::SeqCst);
        let Some(left) = left.filter(|left| is_slow && *left <= SHORT_TIMEOUT) else {
            return StdWaiter.wait(socket, interest, deadline);
        };
        std::thread::sleep(left);
        StdWaiter.wait(socket, interest, Some(Instant::now() + LONG_TIMEOUT))
    }
}
