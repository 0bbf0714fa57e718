//! What is read of a reply at most.

/// The largest reply head that is read, in bytes.
pub const MAX_HEAD: usize = 64 * 1024;
/// The largest reply body that is read, in bytes.
///
/// The crate's own tests go up to it chunk by chunk, and are not optimized: for them it is smaller.
pub const MAX_BODY: u64 = if cfg!(test) { 1 } else { 32 } * 1024 * 1024;
