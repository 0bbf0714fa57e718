//! Builds requests for ureq, and refuses those that ureq would reject too late or not at all.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

use crate::Error;
use crate::http::proxy::{has_host, has_valid_port};
use crate::http::request::Request;

const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
];
/// The longest header that is sent, in bytes. The `http` crate limits urls itself.
const MAX_HEADER: usize = 64 * 1024;

/// The header of the last request. Most requests of an agent have the same header fields: these are built once.
#[derive(Default)]
pub(crate) struct LastHeader(Mutex<Option<Header>>);

struct Header {
    fields: Vec<(String, Vec<u8>)>,
    built: HeaderMap,
}

impl LastHeader {
    fn headers(&self, request: &Request<'_>) -> Result<HeaderMap, Error> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = last.as_ref().filter(|last| last.is_of(request)) {
            return Ok(last.built.clone());
        }
        let built = headers(request)?;
        // A content-length is checked against each body.
        let is_reusable = !request
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        if is_reusable {
            let fields = request.headers.iter();
            *last = Some(Header {
                fields: fields
                    .map(|(name, value)| ((*name).into(), (*value).into()))
                    .collect(),
                built: built.clone(),
            });
        }
        Ok(built)
    }
}

impl Header {
    fn is_of(&self, request: &Request<'_>) -> bool {
        self.fields.len() == request.headers.len()
            && self
                .fields
                .iter()
                .zip(request.headers)
                .all(|((name, value), field)| (&**name, &**value) == *field)
    }
}

/// Does not show header fields, which may be secret.
impl fmt::Debug for LastHeader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LastHeader").finish_non_exhaustive()
    }
}

/// Builds a request. `body` must be the request's own body, or `()`.
pub(crate) fn build<B>(
    request: &Request<'_>,
    body: B,
    last_header: &LastHeader,
) -> Result<http::Request<B>, Error> {
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
    let mut built = http::Request::new(body);
    *built.method_mut() = Method::from_bytes(request.method.as_bytes()).map_err(refuse)?;
    *built.uri_mut() = uri;
    *built.headers_mut() = last_header.headers(request)?;
    Ok(built)
}

fn headers(request: &Request<'_>) -> Result<HeaderMap, Error> {
    // ureq adds content-length.
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 1);
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
        if name == header::HOST && headers.contains_key(&name) {
            return Err(refuse("more than one header host"));
        }
        headers.try_append(name, value).map_err(refuse)?;
    }
    Ok(headers)
}

/// Checks that a request can be written.
///
/// # Errors
///
/// [`Error::InvalidRequest`] for an invalid method, url or header.
pub fn check(request: &Request<'_>) -> Result<(), Error> {
    build(request, (), &LastHeader::default()).map(drop)
}

/// An upper bound for the length of a line in the head of this request.
pub(crate) fn longest_line(request: &Request<'_>) -> usize {
    let headers = request.headers.iter();
    let longest_header = headers.map(|(name, value)| name.len() + value.len()).max();
    // The url becomes the request line, the host and, in base64, the credentials.
    longest_header.unwrap_or(0).max(request.url.len() * 2) + 64
}

fn is_usable(authority: &Authority) -> bool {
    has_host(authority) && has_valid_port(authority)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::timeouts::Timeouts;

    fn built(last: &LastHeader, headers: &[(&str, &[u8])], body: &[u8]) -> Result<String, Error> {
        let request = Request {
            method: "POST",
            url: "http://host/",
            headers,
            body: Some(body),
            timeouts: Timeouts::default(),
        };
        build(&request, body, last).map(|built| format!("{:?}", built.headers()))
    }

    #[test]
    fn each_request_has_its_own_header_fields() {
        let last = LastHeader::default();
        let variants: [&[(&str, &[u8])]; 6] = [
            &[],
            &[("a", b"1")],
            &[("a", b"2")],
            &[("b", b"2")],
            &[("a", b"1"), ("b", b"2")],
            &[("b", b"2"), ("a", b"1")],
        ];
        for headers in variants.iter().chain(&variants) {
            let expected = built(&LastHeader::default(), headers, b"{}").unwrap();
            for _ in 0..2 {
                assert_eq!(built(&last, headers, b"{}").unwrap(), expected);
            }
        }
    }

    #[test]
    fn each_body_is_compared_with_its_content_length() {
        let last = LastHeader::default();
        let headers: &[(&str, &[u8])] = &[("Content-Length", b"2")];
        assert!(built(&last, headers, b"{}").is_ok());
        assert!(built(&last, headers, b"{} ").is_err());
    }

    #[test]
    fn header_fields_are_not_shown() {
        let last = LastHeader::default();
        built(&last, &[("Authorization", b"secret")], b"{}").unwrap();
        assert_eq!(format!("{last:?}"), "LastHeader { .. }");
    }
}
