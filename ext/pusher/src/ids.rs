//! Names of methods and constants, interned once; and what Ruby defines under such names.

use magnus::value::LazyId;
use magnus::{Error, Module, RModule, Ruby, TypedData};

macro_rules! ids {
    ($($constant:ident = $name:literal),* $(,)?) => {
        $(pub(crate) static $constant: LazyId = LazyId::new($name);)*
    };
}

ids! {
    EVENT_MACHINE_WAITER = "pusher_event_machine_waiter",
    IS_A = "is_a?",
    NEW = "new",
    REAL = "real?",
    TO_F = "to_f",
    TO_S = "to_s",

    HTTP = "HTTP",
    INTERNAL = "Internal",
    NAME_RESOLUTION = "NameResolution",
    NUMERIC = "Numeric",
    PUSHER = "Pusher",
}

/// `Pusher::Internal::HTTP::NameResolution`.
pub(crate) fn name_resolution(ruby: &Ruby) -> Result<RModule, Error> {
    let http: RModule = internal(ruby)?.const_get(*HTTP)?;
    http.const_get(*NAME_RESOLUTION)
}

/// Looked up at each call: Rust keeps no Ruby values.
fn internal(ruby: &Ruby) -> Result<RModule, Error> {
    let pusher: RModule = ruby.class_object().const_get(*PUSHER)?;
    pusher.const_get(*INTERNAL)
}

/// Makes magnus look up the class of a native type while the library loads.
///
/// magnus looks it up once, by a method call under a Rust lock. If that happened at the first use of the type, another
/// thread could run during the call, reach the same lookup, and wait for the Rust lock while it holds Ruby's lock.
pub(crate) fn look_up_class_of<T: TypedData>(ruby: &Ruby) {
    T::class(ruby);
}
