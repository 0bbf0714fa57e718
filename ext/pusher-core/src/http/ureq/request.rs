//! Builds requests for ureq, and refuses those that ureq would reject too late or not at all.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use http::uri::{self, Authority, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

use crate::Error;
use crate::http::proxy::{has_host, has_valid_port};
use crate::http::request::Request;

const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
];
/// The longest header that is sent, in bytes. The `http` crate limits urls itself.
const MAX_HEADER: usize = 64 * 1024;

/// The longest url whose beginning is compared with that of the last one. It leaves room below the limit of the `http`
/// crate for a whole url, so that the outcome is the same.
const MAX_COMPARED: usize = 32 * 1024;

/// The server and the header of the last request. Most requests of an agent have the same: these are built once.
#[derive(Default)]
pub(crate) struct LastRequest(Mutex<Option<Common>>);

struct Common {
    /// The beginning of the url, up to the path.
    origin: String,
    scheme: Scheme,
    authority: Authority,
    fields: Vec<(String, Vec<u8>)>,
    headers: HeaderMap,
}

impl LastRequest {
    fn uri_and_headers(&self, request: &Request<'_>) -> Result<(Uri, HeaderMap), Error> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((common, path)) = last.as_ref().and_then(|last| last.if_of(request)) {
            return Ok((common.uri(path)?, common.headers.clone()));
        }
        let uri = uri(request.url)?;
        let headers = headers(request, &uri)?;
        if let Some(common) = Common::of(request, &uri, &headers) {
            *last = Some(common);
        }
        Ok((uri, headers))
    }
}

impl Common {
    /// `None` if the header of each request must be checked: a content-length is compared with the body.
    fn of(request: &Request<'_>, uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let mut fields = request.headers.iter();
        if fields.any(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            return None;
        }
        let (scheme, authority) = (uri.scheme()?.clone(), uri.authority()?.clone());
        let fields = request.headers.iter();
        Some(Self {
            origin: format!("{scheme}://{authority}"),
            scheme,
            authority,
            fields: fields
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            headers: headers.clone(),
        })
    }

    /// The path and the query of the request, if it has this server and these header fields.
    fn if_of<'a>(&self, request: &Request<'a>) -> Option<(&Self, &'a str)> {
        let path = request.url.strip_prefix(&self.origin)?;
        let is_same = request.url.len() <= MAX_COMPARED
            && path.starts_with('/')
            && self.fields.len() == request.headers.len()
            && self
                .fields
                .iter()
                .zip(request.headers)
                .all(|((name, value), field)| (&**name, &**value) == *field);
        is_same.then_some((self, path))
    }

    fn uri(&self, path: &str) -> Result<Uri, Error> {
        let mut parts = uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path.parse().map_err(refuse)?);
        Uri::from_parts(parts).map_err(refuse)
    }
}

/// Does not show header fields, which may be secret.
impl fmt::Debug for LastRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LastRequest")
            .finish_non_exhaustive()
    }
}

/// Builds a request. `body` must be the request's own body, or `()`.
pub(crate) fn build<B>(
    request: &Request<'_>,
    body: B,
    last_request: &LastRequest,
) -> Result<http::Request<B>, Error> {
    if !METHODS.contains(&request.method) {
        return Err(refuse(format!(
            "{:?} is not a supported method",
            request.method
        )));
    }
    let (uri, headers) = last_request.uri_and_headers(request)?;
    let mut built = http::Request::new(body);
    *built.method_mut() = Method::from_bytes(request.method.as_bytes()).map_err(refuse)?;
    *built.uri_mut() = uri;
    *built.headers_mut() = headers;
    Ok(built)
}

fn uri(url: &str) -> Result<Uri, Error> {
    let uri: Uri = url.parse().map_err(refuse)?;
    if !uri.authority().is_some_and(is_usable)
        || !matches!(uri.scheme_str(), Some("http" | "https"))
    {
        return Err(refuse("not an absolute http url"));
    }
    Ok(uri)
}

fn headers(request: &Request<'_>, uri: &Uri) -> Result<HeaderMap, Error> {
    // ureq adds content-length.
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 2);
    let has_host = request
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"));
    if !has_host {
        headers.insert(header::HOST, host(uri)?);
    }
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

/// The host header of requests to this server: with a port that is not the default one of the scheme.
fn host(uri: &Uri) -> Result<HeaderValue, Error> {
    let host = uri.host().unwrap_or_default();
    let default_port = if uri.scheme() == Some(&Scheme::HTTPS) {
        443
    } else {
        80
    };
    match uri.port() {
        Some(port) if port != default_port => HeaderValue::try_from(format!("{host}:{port}")),
        _ => HeaderValue::from_str(host),
    }
    .map_err(refuse)
}

/// Checks that a request can be written.
///
/// # Errors
///
/// [`Error::InvalidRequest`] for an invalid method, url or header.
pub fn check(request: &Request<'_>) -> Result<(), Error> {
    build(request, (), &LastRequest::default()).map(drop)
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

    fn built(last: &LastRequest, headers: &[(&str, &[u8])], body: &[u8]) -> Result<String, Error> {
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
        let last = LastRequest::default();
        let variants: [&[(&str, &[u8])]; 6] = [
            &[],
            &[("a", b"1")],
            &[("a", b"2")],
            &[("b", b"2")],
            &[("a", b"1"), ("b", b"2")],
            &[("b", b"2"), ("a", b"1")],
        ];
        for headers in variants.iter().chain(&variants) {
            let expected = built(&LastRequest::default(), headers, b"{}").unwrap();
            for _ in 0..2 {
                assert_eq!(built(&last, headers, b"{}").unwrap(), expected);
            }
        }
    }

    #[test]
    fn each_request_has_its_own_url_and_host() {
        let last = LastRequest::default();
        let long = format!("http://host:81/{}", "a".repeat(MAX_COMPARED));
        let urls = [
            ("http://host:81/a?b=1#c", Some("host:81")),
            ("http://host:81/b", Some("host:81")),
            ("http://host:81", Some("host:81")),
            ("http://host:81?b", Some("host:81")),
            ("http://host:811/b", Some("host:811")),
            ("http://host:80/b", Some("host")),
            ("https://host:80/b", Some("host:80")),
            ("https://host:443/b", Some("host")),
            ("https://host/b", Some("host")),
            ("http://user:secret@[::1]:81/b", Some("[::1]:81")),
            ("http://user:secret@[::1]:81/\u{7f}", None),
            (&long, Some("host:81")),
        ];
        for (url, host) in urls {
            for _ in 0..2 {
                let request = Request {
                    method: "GET",
                    url,
                    headers: &[],
                    body: None,
                    timeouts: Timeouts::default(),
                };
                let built = build(&request, (), &last).ok();
                let uri = built.as_ref().map(http::Request::uri);
                assert_eq!(uri, url.parse().ok().as_ref(), "{url}");
                let headers = built.as_ref().map(http::Request::headers);
                let built_host = headers.map(|headers| headers[header::HOST].to_str().unwrap());
                assert_eq!(built_host, host, "{url}");
            }
        }
    }

    #[test]
    fn a_host_header_of_the_caller_is_the_only_one() {
        let last = LastRequest::default();
        let headers = built(&last, &[("HOST", b"other")], b"{}").unwrap();
        assert_eq!(headers, r#"{"host": "other"}"#);
    }

    #[test]
    fn each_body_is_compared_with_its_content_length() {
        let last = LastRequest::default();
        let headers: &[(&str, &[u8])] = &[("Content-Length", b"2")];
        assert!(built(&last, headers, b"{}").is_ok());
        assert!(built(&last, headers, b"{} ").is_err());
    }

    #[test]
    fn header_fields_are_not_shown() {
        let last = LastRequest::default();
        built(&last, &[("Authorization", b"secret")], b"{}").unwrap();
        assert_eq!(format!("{last:?}"), "LastRequest { .. }");
    }
}
