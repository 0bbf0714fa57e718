//! Timeouts (durations) and deadlines (points in time).

use std::time::{Duration, Instant};

/// The time at which a wait ends. `None` means never.
pub type Deadline = Option<Instant>;

pub(crate) fn has_passed(deadline: Deadline) -> bool {
    deadline.is_some_and(|deadline| deadline <= Instant::now())
}

/// The deadline of a timeout that starts now. A timeout too large for the clock sets no deadline.
pub(crate) fn deadline_after(timeout: Option<Duration>) -> Deadline {
    Instant::now().checked_add(timeout?)
}

/// The timeouts of one request. `None` means no timeout.
///
/// A request takes at most the sum of the three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// For name resolution, TCP and TLS handshake together.
    pub connect: Option<Duration>,
    /// For sending the request.
    pub send: Option<Duration>,
    /// From the end of sending until the reply is complete.
    pub receive: Option<Duration>,
}

impl Timeouts {
    /// The timeouts of a second attempt, so that both attempts together take no longer than one. `None` if no time is left
    /// for a reply.
    pub(crate) fn after(self, spent: Duration) -> Option<Self> {
        let receive = match self.receive {
            Some(timeout) => Some(timeout.checked_sub(spent).filter(|left| !left.is_zero())?),
            None => None,
        };
        Some(Self { receive, ..self })
    }

    /// The same timeouts, each no longer than `limit`.
    #[must_use]
    pub fn at_most(self, limit: Duration) -> Self {
        let shorter = |timeout: Option<Duration>| Some(timeout.map_or(limit, |it| it.min(limit)));
        Self {
            connect: shorter(self.connect),
            send: shorter(self.send),
            receive: shorter(self.receive),
        }
    }
}
