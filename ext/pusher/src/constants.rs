//! Constants of the gem and of the libraries it uses, looked up each time: Rust holds no Ruby values.

use magnus::value::LazyId;
use magnus::{Error, Module, RModule, Ruby, TryConvert};

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
    JSON_HEADERS = "JSON_HEADERS",
    REQUEST = "Request",
}

static MULTI_JSON: LazyId = LazyId::new("MultiJson");
static PUSHER: LazyId = LazyId::new("Pusher");

/// What the module `Pusher` has under a name.
pub(crate) fn of_pusher<T: TryConvert>(ruby: &Ruby, name: &LazyId) -> Result<T, Error> {
    let pusher: RModule = ruby.class_object().const_get(*PUSHER)?;
    pusher.const_get(**name)
}

/// The module `MultiJson`.
pub(crate) fn multi_json(ruby: &Ruby) -> Result<RModule, Error> {
    ruby.class_object().const_get(*MULTI_JSON)
}
