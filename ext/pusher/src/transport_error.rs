//! Failures of the transport, told from what other code raises into the thread by a mark that only natives see.

use magnus::value::ReprValue;
use magnus::{Error, Exception, Object, RObject, Ruby};

use crate::error::{self, Failure};
use crate::names;

/// The exception for a failure of the transport, marked as one: what other code raises into the thread is not.
pub(crate) fn marked(ruby: &Ruby, error: pusher_core::Error) -> Failure {
    use pusher_core::Error as Core;

    if let Core::Interrupted(_) | Core::InvalidRequest(_) | Core::UnsupportedProxy(_) = error {
        return error.into();
    }
    let error = error::to_ruby(ruby, &error);
    match error::exception(ruby, &error) {
        Some(exception) => match mark(exception) {
            Ok(()) => Error::from(exception).into(),
            Err(error) => error.into(),
        },
        None => error.into(),
    }
}

fn mark(exception: Exception) -> Result<(), Error> {
    match RObject::from_value(exception.as_value()) {
        Some(object) => object.ivar_set(*names::TRANSPORT, true),
        None => Ok(()),
    }
}

/// Whether an exception was raised by the transport itself.
pub(crate) fn is_marked(exception: Exception) -> bool {
    RObject::from_value(exception.as_value())
        .and_then(|object| object.ivar_get::<_, Option<bool>>(*names::TRANSPORT).ok())
        .flatten()
        .unwrap_or(false)
}
