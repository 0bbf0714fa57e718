//! A request as ureq takes it. What ureq would find out too late, or never, is refused here.

use ureq::http::uri::Authority;
use ureq::http::{self, HeaderName, HeaderValue, Uri, header};

use super::exchange::Request;
use super::proxy::has_port_or_none;
use crate::Error;

const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
];
/// The longest header that is sent, in bytes. The `http` crate has such a bound for urls.
const MAX_HEADER: usize = 64 * 1024;

/// The request with this body, which must be the request's own.
pub(crate) fn build<B>(request: &Request<'_>, body: B) -> Result<http::Request<B>, Error> {
    if !METHODS.contains(&request.method) {
        return Err(refuse(format!("{:?} is no method", request.method)));
    }
    let uri: Uri = request.url.parse().map_err(refuse)?;
    if !uri.authority().is_some_and(is_callable)
        || !matches!(uri.scheme_str(), Some("http" | "https"))
    {
        return Err(refuse("not an absolute http url"));
    }
    let mut builder = http::Request::builder().method(request.method).uri(uri);
    for (name, value) in request.headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| refuse(format!("{name:?} is no header")))?;
        let value = HeaderValue::from_bytes(value)
            .map_err(|_| refuse(format!("header {name} holds what no header may")))?;
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

/// Whether a request could be sent, as far as that can be told without sending it.
///
/// # Errors
///
/// [`Error::InvalidRequest`] for what cannot be put on the wire.
pub fn check(request: &Request<'_>) -> Result<(), Error> {
    build(request, ()).map(drop)
}

/// Room for any line of this request's head.
pub(crate) fn longest_line(request: &Request<'_>) -> usize {
    let headers = request.headers.iter();
    let longest_header = headers.map(|(name, value)| name.len() + value.len()).max();
    // From the url come the request line, the host and, in base64, credentials.
    longest_header.unwrap_or(0).max(request.url.len() * 2) + 64
}

fn is_callable(authority: &Authority) -> bool {
    !authority.host().is_empty() && has_port_or_none(authority)
}

/// ureq waits for ever for the rest of a body that is shorter than its header says.
fn check_length(value: &HeaderValue, body: Option<&[u8]>) -> Result<(), Error> {
    let said = value.to_str().ok().and_then(|text| text.parse().ok());
    if said.is_some() && said == body.map(<[u8]>::len) {
        return Ok(());
    }
    Err(refuse("header content-length is not the body's length"))
}

fn check_header(name: &HeaderName, value: &HeaderValue) -> Result<(), Error> {
    if [header::TRANSFER_ENCODING, header::EXPECT].contains(name) {
        return Err(refuse(format!("header {name} is not supported")));
    }
    if [header::HOST, header::AUTHORIZATION].contains(name) && value.to_str().is_err() {
        return Err(refuse(format!("header {name} is not in ASCII")));
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
