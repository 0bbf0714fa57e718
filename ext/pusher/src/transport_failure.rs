//! Failures of the transport. A native returns them as values, and Ruby raises them.

use magnus::value::ReprValue;
use magnus::{Exception, Ruby, Value};
use pusher_core::http::Sending;

use crate::error::{self, Failure};

/// The exception for a failure of the transport. Any other error is returned as `Err`, unchanged.
pub(crate) fn exception(ruby: &Ruby, error: pusher_core::Error) -> Result<Exception, Failure> {
    use pusher_core::Error as Core;

    if let Core::Interrupted(_)
    | Core::InvalidRequest(_)
    | Core::UnsupportedProxy { .. }
    | Core::ProxyVariable { .. } = error
    {
        return Err(error.into());
    }
    let error = error::to_ruby(ruby, &error);
    error::exception(ruby, &error).ok_or_else(|| error.into())
}

/// The value that `native_request` returns instead of a reply: the exception, how often the request was sent, and whether
/// the server certainly cannot have read all of it.
pub(crate) fn facts(ruby: &Ruby, exception: Exception, sending: Sending) -> Value {
    let facts = [
        exception.as_value(),
        ruby.into_value(sending.attempts),
        ruby.into_value(sending.not_taken),
    ];
    ruby.ary_new_from_values(&facts).as_value()
}
