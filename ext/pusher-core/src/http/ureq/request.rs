//! Builds requests for ureq, and refuses those that ureq would reject too late or not at all.

use http::uri::Authority;
use http::{HeaderName, HeaderValue, Uri, header};

use crate::Error;
use crate::http::proxy::has_valid_port;
use crate::http::request::Request;

const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
];
/// The longest header that is sent, in bytes. The `http` crate limits urls itself.
const MAX_HEADER: usize = 64 * 1024;

/// Builds a request. `body` must be the request's own body, or `()`.
pub(crate) fn build<B>(request: &Request<'_>, body: B) -> Result<http::Request<B>, Error> {
    if !METHODS.contains(&request.method) {
        return Err(refuse(format!(
            "{:?} is not a supported method",
            request.method
        )));
    }
    let uri: Uri = request.url.parse().map_err(refuse)?;
    if !uri.authority().is_some_and(is_usable)
        || !matches!(uri.scheme_str(), Some("http" | "https"))
    {
        return Err(refuse("not an absolute http url"));
    }
    let mut builder = http::Request::builder().method(request.method).uri(uri);
    for (name, value) in request.headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| refuse(format!("{name:?} is not a valid header name")))?;
        let value = HeaderValue::from_bytes(value)
            .map_err(|_| refuse(format!("header {name} contains invalid bytes")))?;
        if name == header::CONTENT_LENGTH {
            check_length(&value, request.body)?;
            continue;
        }
        check_header(&name, &value)?;
        if name == header::HOST
            && builder
                .headers_ref()
                .is_some_and(|map| map.contains_key(&name))
        {
            return Err(refuse("more than one header host"));
        }
        builder = builder.header(name, value);
    }
    builder.body(body).map_err(refuse)
}

/// Checks that a request can be written.
///
/// # Errors
///
/// [`Error::InvalidRequest`] for an invalid method, url or header.
pub fn check(request: &Request<'_>) -> Result<(), Error> {
    build(request, ()).map(drop)
}

/// An upper bound for the length of a line in the head of this request.
pub(crate) fn longest_line(request: &Request<'_>) -> usize {
    let headers = request.headers.iter();
    let longest_header = headers.map(|(name, value)| name.len() + value.len()).max();
    // The url becomes the request line, the host and, in base64, the credentials.
    longest_header.unwrap_or(0).max(request.url.len() * 2) + 64
}

fn is_usable(authority: &Authority) -> bool {
    !authority.host().is_empty() && has_valid_port(authority)
}

/// ureq never finishes a request whose body is shorter than its content-length header.
fn check_length(value: &HeaderValue, body: Option<&[u8]>) -> Result<(), Error> {
    let length = value.to_str().ok().and_then(|text| text.parse().ok());
    if length.is_some() && length == body.map(<[u8]>::len) {
        return Ok(());
    }
    Err(refuse(
        "header content-length differs from the length of the body",
    ))
}

fn check_header(name: &HeaderName, value: &HeaderValue) -> Result<(), Error> {
    if [header::TRANSFER_ENCODING, header::EXPECT].contains(name) {
        return Err(refuse(format!("header {name} is not supported")));
    }
    if [header::HOST, header::AUTHORIZATION].contains(name) && value.to_str().is_err() {
        return Err(refuse(format!("header {name} must be ASCII")));
    }
    if name.as_str().len() + value.len() > MAX_HEADER {
        return Err(refuse(format!(
            "header {name} is larger than {MAX_HEADER} bytes"
        )));
    }
    Ok(())
}

fn refuse(reason: impl ToString) -> Error {
    Error::InvalidRequest(reason.to_string())
}
