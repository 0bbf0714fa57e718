//! Failures of the transport, told from what other code raises into the thread by a mark that only natives see.

use magnus::value::ReprValue;
use magnus::{Error, Exception, Object, RObject, Ruby};

use crate::error::{self, Failure};
use crate::names;

/// The exception for a failure of the transport, marked as one: what other code raises into the thread is not.
pub(crate) fn marked(ruby: &Ruby, error: pusher_core::Error, attempts: u32) -> Failure {
    use pusher_core::Error as Core;

    if let Core::Interrupted(_) | Core::InvalidRequest(_) | Core::UnsupportedProxy(_) = error {
        return error.into();
    }
    let error = error::to_ruby(ruby, &error);
    match error::exception(ruby, &error) {
        Some(exception) => match mark(exception, attempts) {
            Ok(()) => Error::from(exception).into(),
            Err(error) => error.into(),
        },
        None => error.into(),
    }
}

/// Notes on an exception that it is the transport's, or stands for one, after so many attempts. One that is frozen
/// takes no note.
pub(crate) fn mark(exception: Exception, attempts: u32) -> Result<(), Error> {
    match RObject::from_value(exception.as_value()) {
        Some(object) if !object.is_frozen() => object.ivar_set(*names::TRANSPORT, attempts),
        _ => Ok(()),
    }
}

/// Whether an exception is a failure of the transport.
pub(crate) fn is_marked(exception: Exception) -> bool {
    attempts(exception).is_some()
}

/// How often a request was sent before it failed; none where the failure is not the transport's.
pub(crate) fn attempts(exception: Exception) -> Option<u32> {
    RObject::from_value(exception.as_value())
        .and_then(|object| object.ivar_get::<_, Option<u32>>(*names::TRANSPORT).ok())
        .flatten()
}
