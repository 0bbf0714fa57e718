//! Converts the core's errors to Ruby exceptions.

use magnus::error::ErrorType;
use magnus::value::ReprValue;
use magnus::{Error, Exception, ExceptionClass, Module, RModule, RString, Ruby, TryConvert, Value};
use pusher_core::Error as Core;

use crate::ids;

/// Why a native method fails.
pub(crate) enum Failure {
    /// An error of the core.
    Core(Core),
    /// A Ruby exception or another jump.
    Ruby(Error),
}

impl Failure {
    pub(crate) fn type_error(ruby: &Ruby, message: impl Into<String>) -> Self {
        Self::Ruby(Error::new(ruby.exception_type_error(), message.into()))
    }
}

impl From<Core> for Failure {
    fn from(error: Core) -> Self {
        Self::Core(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ruby(error)
    }
}

/// The exception for an error of the core.
pub(crate) fn to_ruby(ruby: &Ruby, error: &Core) -> Error {
    let message = error.to_string();
    match error {
        Core::MasterKeyEncoding => Error::new(ruby.exception_arg_error(), "invalid base64"),
        Core::MasterKeyLength(_) => misconfigured(ruby, "encryption_master_key", &message),
        Core::ProxyVariable { name, .. } => misconfigured(ruby, name, &message),
        Core::Random(_) | Core::Decryption => named(ruby, "Error", &message),
        Core::InvalidRequest(_) | Core::UnsupportedProxy { .. } => {
            Error::new(ruby.exception_arg_error(), message)
        }
        Core::Resolve(_) => of_class(ruby, &["SocketError"], &message),
        Core::Connect { peer, source } => {
            let detail = format!("connect(2) for {peer}");
            system_call_error(ruby, source, Some(&detail), &message)
        }
        Core::Io(source) => system_call_error(ruby, source, None, &message),
        Core::Connection { peer, source } => system_call_error(ruby, source, Some(peer), &message),
        Core::ConnectTimeout(_) | Core::HandshakeTimeout(_) => {
            named(ruby, "ConnectTimeoutError", &message)
        }
        Core::SendTimeout => named(ruby, "SendTimeoutError", &message),
        Core::ReceiveTimeout => named(ruby, "ReceiveTimeoutError", &message),
        Core::Tls(_) | Core::TlsSettings(_) => {
            of_class(ruby, &["OpenSSL", "SSL", "SSLError"], &message)
        }
        Core::Truncated | Core::Stale => Error::new(ruby.exception_eof_error(), message),
        Core::ProxyAuthentication
        | Core::ProxyRefused(_)
        | Core::InvalidReply(_)
        | Core::HeadTooLarge(_)
        | Core::BodyTooLarge(_) => named(ruby, "ProtocolError", &message),
        Core::Interrupted(_) => internal(ruby, "an interruption was lost"),
    }
}

/// A `Pusher::Error` for a bug in this library.
pub(crate) fn internal(ruby: &Ruby, message: &str) -> Error {
    named(
        ruby,
        "Error",
        &format!("internal error in the native part: {message}"),
    )
}

/// An error of one of the classes in the module `Pusher`.
pub(crate) fn named(ruby: &Ruby, class: &str, message: &str) -> Error {
    of_class(ruby, &["Pusher", class], message)
}

/// A `Pusher::ConfigurationError` for a setting with an invalid value.
pub(crate) fn misconfigured(ruby: &Ruby, setting: &str, message: &str) -> Error {
    let outcome = exception_class(ruby, &["Pusher", "ConfigurationError"])
        .and_then(|class| class.funcall(*ids::NEW, (ruby.to_symbol(setting), message)));
    outcome.map_or_else(|error| error, |exception: Exception| exception.into())
}

/// The exception of an error; `None` for any other jump.
pub(crate) fn exception(ruby: &Ruby, error: &Error) -> Option<Exception> {
    match error.error_type() {
        ErrorType::Exception(exception) => Some(*exception),
        ErrorType::Error(class, message) => class
            .funcall(*ids::NEW, (ruby.str_new(message),))
            .ok()
            .and_then(|value: Value| Exception::try_convert(value).ok()),
        ErrorType::Jump(_) => None,
    }
}

fn of_class(ruby: &Ruby, path: &[&str], message: &str) -> Error {
    match exception_class(ruby, path) {
        Ok(class) => Error::new(class, message.to_owned()),
        Err(error) => error,
    }
}

fn exception_class(ruby: &Ruby, path: &[&str]) -> Result<ExceptionClass, Error> {
    let mut place = ruby.class_object().as_value();
    for name in path {
        place = match RModule::from_value(place) {
            Some(module) => module.const_get(*name)?,
            None => magnus::RClass::try_convert(place)?.const_get(*name)?,
        };
    }
    ExceptionClass::try_convert(place)
}

/// `Errno::…` for the operating system's error number, `IOError` without a number.
fn system_call_error(
    ruby: &Ruby,
    source: &std::io::Error,
    detail: Option<&str>,
    message: &str,
) -> Error {
    let Some(number) = source.raw_os_error() else {
        return Error::new(ruby.exception_io_error(), message.to_owned());
    };
    let detail: Option<RString> = detail.map(|detail| ruby.str_new(detail));
    let outcome = ruby
        .exception_system_call_error()
        .funcall(*ids::NEW, (detail, number));
    outcome.map_or_else(|error| error, |exception: Exception| exception.into())
}
