//! Constants of the gem and of the libraries it uses, looked up each time: Rust holds no Ruby values.

use magnus::value::LazyId;
use magnus::{Error, Module, RModule, Ruby, TryConvert, TypedData};

macro_rules! constants {
    ($($constant:ident = $name:literal),* $(,)?) => {
        $(pub(crate) static $constant: LazyId = LazyId::new($name);)*
    };
}

constants! {
    CHANNEL = "Channel",
    CLIENT = "Client",
    FAILURES = "Failures",
    HEADERS = "HEADERS",
    HTTP_CLIENT = "HttpClient",
    JSON = "Json",
    JSON_HEADERS = "JSON_HEADERS",
    NAME_RESOLUTION = "NameResolution",
    REQUEST = "Request",
}

static PUSHER: LazyId = LazyId::new("Pusher");

/// What the module `Pusher` has under a name.
pub(crate) fn of_pusher<T: TryConvert>(ruby: &Ruby, name: &LazyId) -> Result<T, Error> {
    let pusher: RModule = ruby.class_object().const_get(*PUSHER)?;
    pusher.const_get(**name)
}

/// Has magnus look the class of a native type up now, while the library loads.
///
/// It does so once, by a method call under a lock of Rust's: at the first use of the type another thread could run
/// meanwhile, come to the same place, and wait for that lock with Ruby's own in its hands.
pub(crate) fn look_up_class_of<T: TypedData>(ruby: &Ruby) {
    T::class(ruby);
}
