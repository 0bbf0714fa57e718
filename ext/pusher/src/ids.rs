//! Names of methods, instance variables and constants, interned once.

use magnus::value::LazyId;
use magnus::{Error, Module, RModule, Ruby, TryConvert, TypedData};

macro_rules! ids {
    ($($constant:ident = $name:literal),* $(,)?) => {
        $(pub(crate) static $constant: LazyId = LazyId::new($name);)*
    };
}

ids! {
    IV_CONNECT_TIMEOUT = "@connect_timeout",
    IV_HTTP_PROXY = "@http_proxy",
    IV_KEEP_ALIVE_TIMEOUT = "@keep_alive_timeout",
    IV_PROXY = "@proxy",
    IV_RECEIVE_TIMEOUT = "@receive_timeout",
    IV_SEND_TIMEOUT = "@send_timeout",

    DUMP = "dump",
    NEW = "new",
    REACTOR_HOST = "pusher_event_machine_waiter",
    TO_F = "to_f",
    TO_S = "to_s",

    FAILURES = "Failures",
    HTTP = "HTTP",
    JSON = "Json",
    NAME_RESOLUTION = "NameResolution",
    PUSHER = "Pusher",
}

/// What the module `Pusher` has under a name. Looked up each time: Rust holds no Ruby values.
pub(crate) fn of_pusher<T: TryConvert>(ruby: &Ruby, name: &LazyId) -> Result<T, Error> {
    let pusher: RModule = ruby.class_object().const_get(*PUSHER)?;
    let internal: RModule = pusher.const_get("Internal")?;
    internal.const_get(**name)
}

/// Has magnus look the class of a native type up while the library loads.
///
/// magnus does so once, by a method call under a Rust lock. At the first use of the type another thread could run
/// meanwhile, come to the same place, and wait for that lock while it holds Ruby's own.
pub(crate) fn look_up_class_of<T: TypedData>(ruby: &Ruby) {
    T::class(ruby);
}
