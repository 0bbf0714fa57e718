//! Natives that panic, only in builds with the feature `panicking-natives`. Specs use them to test the guard.

use magnus::r_hash::ForEach;
use magnus::{Error, Module, Object, RHash, RModule, function};

use crate::error::Failure;
use crate::guard::guard;
use crate::hashes::each_pair;

fn panic(message: String) -> Result<(), Error> {
    guard(|_| panic!("{message}"))
}

/// Panics in the callback of an iteration. The rest of the Hash must not be visited.
fn panic_in_callback(hash: RHash) -> Result<(), Error> {
    guard(|_| {
        let mut visited = 0;
        each_pair(hash, |_, _| -> Result<ForEach, Failure> {
            visited += 1;
            panic!("in pair {visited}")
        })
    })
}

pub(crate) fn define(pusher: RModule) -> Result<(), Error> {
    let natives = pusher.define_module("PanickingNatives")?;
    natives.define_singleton_method("panic", function!(panic, 1))?;
    natives.define_singleton_method("panic_in_callback", function!(panic_in_callback, 1))
}
