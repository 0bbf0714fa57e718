//! Iteration over Ruby's Hashes.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use magnus::r_hash::ForEach;
use magnus::{Error, RHash, Value};

/// Why an iteration ended early.
enum Interruption<E> {
    Failure(E),
    Panic(Box<dyn Any + Send>),
}

/// Calls `visit` with each pair of a Hash, until it stops or fails.
///
/// `visit` runs inside a callback of Ruby. magnus turns a panic in such a callback into Ruby's `fatal`, which ends the
/// process. So a panic is caught inside the callback, stops the iteration, and is resumed after it, for the guard.
pub(crate) fn each_pair<E: From<Error>>(
    hash: RHash,
    mut visit: impl FnMut(Value, Value) -> Result<ForEach, E>,
) -> Result<(), E> {
    let mut interruption = None;
    hash.foreach(|key: Value, value: Value| {
        interruption = match catch_unwind(AssertUnwindSafe(|| visit(key, value))) {
            Ok(Ok(next)) => return Ok(next),
            Ok(Err(failure)) => Some(Interruption::Failure(failure)),
            Err(panic) => Some(Interruption::Panic(panic)),
        };
        Ok::<_, Error>(ForEach::Stop)
    })?;
    match interruption {
        None => Ok(()),
        Some(Interruption::Failure(failure)) => Err(failure),
        Some(Interruption::Panic(panic)) => resume_unwind(panic),
    }
}
