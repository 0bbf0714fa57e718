//! The documented steps of a request (`resource`, `Resource`, `Request`): taken only where someone could notice.

use std::sync::atomic::{AtomicBool, Ordering};

use magnus::value::ReprValue;
use magnus::{Error, Module, Object, RClass, RModule, RObject, Ruby, Value, function};

use crate::borrow;
use crate::constants;
use crate::error::Failure;
use crate::names;

/// Whether one of the steps is not as it was made, or has been prepended to.
static IS_ALTERED: AtomicBool = AtomicBool::new(false);

/// Whether a request of this client may skip the steps: it is exactly a `Pusher::Client`, without methods of its
/// own, so is its http client, and the steps are as they were made.
pub(crate) fn is_unobserved(ruby: &Ruby, client: &RObject) -> Result<bool, Failure> {
    if is_altered() {
        return Ok(false);
    }
    let class: RClass = constants::of_pusher(ruby, &constants::CLIENT)?;
    if !borrow::is_exactly(client.as_value(), class) {
        return Ok(false);
    }
    let http: Value = borrow::instance_variable(*client, &names::IV_SYNC_HTTP_CLIENT);
    let class: RClass = constants::of_pusher(ruby, &constants::HTTP_CLIENT)?;
    Ok(http.is_nil() || borrow::is_exactly(http, class))
}

/// The header fields of an API request, one frozen Hash for each kind.
pub(crate) fn headers(ruby: &Ruby, has_body: bool) -> Result<Value, Error> {
    let request: RClass = constants::of_pusher(ruby, &constants::REQUEST)?;
    request.const_get(if has_body {
        *constants::JSON_HEADERS
    } else {
        *constants::HEADERS
    })
}

fn set_altered(is_altered: bool) {
    IS_ALTERED.store(is_altered, Ordering::Relaxed);
}

fn is_altered() -> bool {
    IS_ALTERED.load(Ordering::Relaxed)
}

pub(crate) fn define(_ruby: &Ruby, pusher: RModule) -> Result<(), Error> {
    pusher.define_singleton_method("native_chain_altered=", function!(set_altered, 1))?;
    pusher.define_singleton_method("native_chain_altered?", function!(is_altered, 0))?;
    Ok(())
}
