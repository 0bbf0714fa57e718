//! A request, as the caller describes it.

use super::timeouts::Timeouts;

/// A request to send.
#[derive(Debug)]
pub struct Request<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The absolute url with its query.
    pub url: &'a str,
    /// Header fields, in addition to those that HTTP requires.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body, if the request has one.
    pub body: Option<&'a [u8]>,
    /// The timeouts of this request.
    pub timeouts: Timeouts,
}
