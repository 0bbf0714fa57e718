//! Our errors, carried through ureq, and ureq's own errors.

use std::io;

use crate::Error;

/// Wraps one of our errors so that ureq passes it on unchanged.
pub(crate) fn into_ureq(error: Error) -> ureq::Error {
    ureq::Error::Other(Box::new(error))
}

/// Unwraps our own errors and translates those of ureq.
pub(crate) fn from_ureq(error: ureq::Error) -> Error {
    match error {
        ureq::Error::Other(error) => match error.downcast() {
            Ok(error) => *error,
            Err(error) => Error::InvalidReply(error.to_string()),
        },
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
