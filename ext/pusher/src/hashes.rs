//! Iterating over Ruby's Hashes.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use magnus::r_hash::ForEach;
use magnus::{Error, RHash, Value};

/// Why an iteration ended early.
enum Ending<E> {
    Failure(E),
    Panic(Box<dyn Any + Send>),
}

/// Calls `visit` with each pair of a Hash, until it stops or fails.
///
/// `visit` runs inside a callback of Ruby's. There magnus would turn a panic into Ruby's `fatal`, which ends the
/// process, before the guard of the native sees it: so a panic stops the iteration, and goes on after it.
pub(crate) fn each_pair<E: From<Error>>(
    hash: RHash,
    mut visit: impl FnMut(Value, Value) -> Result<ForEach, E>,
) -> Result<(), E> {
    let mut ending = None;
    hash.foreach(|key: Value, value: Value| {
        ending = match catch_unwind(AssertUnwindSafe(|| visit(key, value))) {
            Ok(Ok(next)) => return Ok(next),
            Ok(Err(failure)) => Some(Ending::Failure(failure)),
            Err(panic) => Some(Ending::Panic(panic)),
        };
        Ok::<_, Error>(ForEach::Stop)
    })?;
    match ending {
        None => Ok(()),
        Some(Ending::Failure(failure)) => Err(failure),
        Some(Ending::Panic(panic)) => resume_unwind(panic),
    }
}
