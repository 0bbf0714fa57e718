//! Failures of a request.

use crate::Error;

/// An error, and whether the server certainly cannot have read the whole request.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) not_taken: bool,
}

impl Failure {
    /// There was no connection for the request.
    pub(crate) fn before_sending(error: Error) -> Self {
        Self {
            error,
            not_taken: true,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            not_taken: false,
        }
    }
}
