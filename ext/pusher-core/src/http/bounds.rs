//! The maximum size of a reply.

/// The largest reply head, in bytes.
pub const MAX_HEAD: usize = 64 * 1024;
/// The largest reply body, in bytes.
///
/// It is smaller in the crate's own tests, which are not optimized and fill it chunk by chunk.
pub const MAX_BODY: u64 = if cfg!(test) { 1 } else { 32 } * 1024 * 1024;
