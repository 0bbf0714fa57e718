//! A host that resolves as it is told, and can be interrupted.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use super::{PATIENCE, SHORT};
use crate::Error;
use crate::http::{Deadline, Host, Interest, RawSocket, StdHost};

/// Waits like [`StdHost`].
#[derive(Debug, Default)]
pub struct TestHost {
    /// What every name resolves to; nothing resolves where this is empty.
    pub addresses: Vec<SocketAddr>,
    /// Which wait is interrupted, counted from 1; none where this is 0.
    pub interrupt_at: AtomicUsize,
    /// Whether waits for input with a short deadline end only after it, and when something has come.
    pub is_slow: AtomicBool,
    waits: AtomicUsize,
    resolved: Mutex<Vec<String>>,
}

impl TestHost {
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

impl Host for TestHost {
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
        let Some(left) = left.filter(|left| is_slow && *left <= SHORT) else {
            return StdHost.wait(socket, interest, deadline);
        };
        std::thread::sleep(left);
        StdHost.wait(socket, interest, Some(Instant::now() + PATIENCE))
    }
}
