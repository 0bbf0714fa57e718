//! The buffers of one connection: output is collected until it is flushed, input grows up to a bound.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ureq::unversioned::transport::Buffers;

const OUTPUT_ROOM: usize = 4 * 1024;
const INPUT_ROOM: usize = 4 * 1024;
/// The scratch space that ureq needs to send a body in chunks.
const SCRATCH_ROOM: usize = 10 * 1024;

/// Buffers for both directions. The vectors are filled with zeros up to their length; the `filled` fields count the bytes
/// in use.
#[derive(Default)]
pub(crate) struct RequestBuffers {
    output: Vec<u8>,
    output_filled: usize,
    input: Vec<u8>,
    input_start: usize,
    input_filled: usize,
    made_progress: bool,
    /// ureq writes a head line by line and fails if a line does not fit.
    longest_line: Arc<AtomicUsize>,
}

impl RequestBuffers {
    pub(crate) fn new(longest_line: Arc<AtomicUsize>) -> Self {
        Self {
            longest_line,
            ..Self::default()
        }
    }

    /// Keeps the first `amount` bytes written into [`Buffers::output`].
    pub(crate) fn keep_output(&mut self, amount: usize) {
        self.output_filled += amount;
    }

    /// The bytes to send.
    pub(crate) fn pending(&self) -> &[u8] {
        &self.output[..self.output_filled]
    }

    pub(crate) fn clear_output(&mut self) {
        self.output_filled = 0;
        shrink(&mut self.output);
    }

    fn output_room(&mut self) -> usize {
        let room = OUTPUT_ROOM.max(self.longest_line.load(Ordering::Relaxed));
        if self.output.len() - self.output_filled < room {
            let grown = (self.output.len() * 2).max(self.output_filled + room);
            self.output.resize(grown, 0);
        }
        self.output_filled
    }

    fn input_room(&mut self, room: usize) -> usize {
        if self.input_start == self.input_filled {
            self.input_start = 0;
            self.input_filled = 0;
            shrink(&mut self.input);
        }
        if self.input.len() - self.input_filled < room && self.input_start > 0 {
            self.input
                .copy_within(self.input_start..self.input_filled, 0);
            self.input_filled -= self.input_start;
            self.input_start = 0;
        }
        if self.input.len() - self.input_filled < room {
            let grown = (self.input.len() * 2).max(self.input_filled + room);
            self.input.resize(grown, 0);
        }
        self.input_filled
    }
}

/// Frees the memory of a large event or reply, which an idle connection would keep otherwise.
fn shrink(buffer: &mut Vec<u8>) {
    const KEPT: usize = 64 * 1024;
    if buffer.len() > KEPT {
        buffer.truncate(KEPT);
        buffer.shrink_to_fit();
    }
}

impl Buffers for RequestBuffers {
    fn output(&mut self) -> &mut [u8] {
        let start = self.output_room();
        &mut self.output[start..]
    }

    fn input(&self) -> &[u8] {
        &self.input[self.input_start..self.input_filled]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        let start = self.input_room(INPUT_ROOM);
        &mut self.input[start..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.input_filled += amount;
    }

    fn input_consume(&mut self, amount: usize) {
        self.made_progress = amount > 0;
        self.input_start += amount;
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        let output = self.output_room();
        let input = self.input_room(SCRATCH_ROOM);
        (&mut self.input[input..], &mut self.output[output..])
    }

    fn can_use_input(&self) -> bool {
        self.made_progress && !self.input().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_that_is_never_fully_consumed_does_not_accumulate() {
        let mut buffers = RequestBuffers::default();
        buffers.input_append_buf()[0] = b'a';
        buffers.input_appended(1);
        for byte in (b'b'..=b'z').cycle().take(100_000) {
            let room = buffers.input_append_buf();
            room[..1000].fill(byte);
            buffers.input_appended(1000);
            buffers.input_consume(1000);
            assert_eq!(buffers.input(), [byte]);
        }
        assert!(buffers.input.len() <= 4 * INPUT_ROOM);
    }
}
