//! The bytes that a connection has received and that are not read yet.

/// What one read of the socket returns at most. A record of TLS has this length at most, too.
const ROOM: usize = 16 * 1024;
/// What an idle connection keeps of its buffers. The rest belonged to a large event or reply.
pub(crate) const KEPT: usize = 64 * 1024;

/// A buffer. `bytes` is filled with zeros up to its length; `start..end` is in use.
#[derive(Default)]
pub(crate) struct Input {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Input {
    pub(crate) fn unread(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    pub(crate) fn consume(&mut self, amount: usize) {
        self.start += amount;
    }

    /// Room for more bytes, behind the unread ones.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        if self.is_empty() {
            (self.start, self.end) = (0, 0);
        }
        if self.bytes.len() - self.end < ROOM && self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.bytes.len() - self.end < ROOM {
            let grown = (self.bytes.len() * 2).max(self.end + ROOM);
            self.bytes.resize(grown, 0);
        }
        &mut self.bytes[self.end..]
    }

    /// Counts bytes that were written to the beginning of the room.
    pub(crate) fn add(&mut self, amount: usize) {
        self.end += amount;
    }

    /// Frees the memory of a large reply. Only without unread bytes.
    pub(crate) fn shrink(&mut self) {
        debug_assert!(self.is_empty());
        if self.bytes.len() > KEPT {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_that_is_never_fully_consumed_does_not_accumulate() {
        let mut input = Input::default();
        input.room()[0] = b'a';
        input.add(1);
        for byte in (b'b'..=b'z').cycle().take(100_000) {
            input.room()[..1000].fill(byte);
            input.add(1000);
            input.consume(1000);
            assert_eq!(input.unread(), [byte]);
        }
        assert!(input.bytes.len() <= 4 * ROOM);
    }

    #[test]
    fn the_memory_of_a_large_reply_is_freed() {
        let mut input = Input::default();
        while input.bytes.len() <= KEPT {
            let amount = input.room().len();
            input.add(amount);
        }
        input.consume(input.unread().len());
        input.shrink();
        assert!(input.bytes.capacity() <= KEPT);
    }
}
