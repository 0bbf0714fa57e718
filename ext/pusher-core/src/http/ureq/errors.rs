//! Our errors, carried through ureq, and ureq's own errors.

use std::fmt;
use std::io;

use crate::Error;

/// An error, and whether the server certainly cannot have read the whole request.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) not_taken: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            not_taken: false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl std::error::Error for Failure {}

/// Wraps one of our errors so that ureq passes it on unchanged.
pub(crate) fn into_ureq(error: Error, not_taken: bool) -> ureq::Error {
    ureq::Error::Other(Box::new(Failure { error, not_taken }))
}

/// Unwraps our own errors and translates those of ureq.
pub(crate) fn from_ureq(error: ureq::Error) -> Failure {
    match error {
        ureq::Error::Other(error) => match error.downcast() {
            Ok(failure) => *failure,
            Err(error) => Error::InvalidReply(error.to_string()).into(),
        },
        error => translated(error).into(),
    }
}

fn translated(error: ureq::Error) -> Error {
    match error {
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => Error::Truncated,
        // The connection ended within a line between two chunks.
        ureq::Error::BodyStalled => Error::Truncated,
        ureq::Error::Io(error) => Error::Io(error),
        ureq::Error::BodyExceedsLimit(limit) => Error::BodyTooLarge(limit),
        ureq::Error::LargeResponseHeader(_, limit) => Error::HeadTooLarge(limit),
        ureq::Error::Http(error) => Error::InvalidRequest(error.to_string()),
        ureq::Error::BadUri(_) => Error::InvalidRequest("not an absolute http url".into()),
        error => Error::InvalidReply(error.to_string()),
    }
}
