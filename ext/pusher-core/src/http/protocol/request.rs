//! Checks requests and writes them.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use http::Uri;
use http::uri::PathAndQuery;

use super::fields::Fields;
use super::server::Server;
use crate::Error;
use crate::http::proxy::AbsoluteForm;
use crate::http::request::Request;

const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
];

/// The longest url whose beginning is compared with that of the last one. It leaves room below the limit of the `http`
/// crate for a whole url, so that the outcome is the same.
const MAX_COMPARED: usize = 32 * 1024;

/// The server and the header of the last request. Most requests of an agent have the same: these are checked and written
/// once.
#[derive(Default)]
pub(crate) struct LastRequest(Mutex<Option<Arc<Common>>>);

/// What most requests of an agent have in common.
struct Common {
    server: Server,
    /// The header fields of the caller.
    given: Vec<(String, Vec<u8>)>,
    fields: Fields,
}

/// A request that can be written.
pub(crate) struct ValidRequest<'a> {
    common: Arc<Common>,
    method: &'a str,
    path: PathAndQuery,
    body: Option<&'a [u8]>,
}

impl LastRequest {
    /// Checks a request.
    pub(crate) fn check<'a>(&self, request: &Request<'a>) -> Result<ValidRequest<'a>, Error> {
        check_method(request)?;
        let (common, path) = self.common_and_path(request)?;
        Ok(ValidRequest {
            common,
            method: request.method,
            path,
            body: request.body,
        })
    }

    fn common_and_path(&self, request: &Request<'_>) -> Result<(Arc<Common>, PathAndQuery), Error> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((common, path)) = last.as_ref().and_then(|last| last.if_of(request)) {
            return Ok((common.clone(), path.parse().map_err(refuse)?));
        }
        let uri = parse(request.url)?;
        let common = Arc::new(Common::of(request, &uri)?);
        // A content-length is compared with each body.
        if !has_content_length(request) {
            *last = Some(common.clone());
        }
        let path = uri.path_and_query().cloned();
        Ok((
            common,
            path.unwrap_or_else(|| PathAndQuery::from_static("/")),
        ))
    }
}

impl Common {
    fn of(request: &Request<'_>, uri: &Uri) -> Result<Self, Error> {
        let given = request.headers.iter();
        Ok(Self {
            server: Server::of(uri)?,
            fields: Fields::of(request, uri)?,
            given: given
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        })
    }

    /// The path and the query of the request, if it has this server and these header fields.
    fn if_of<'a>(self: &Arc<Self>, request: &Request<'a>) -> Option<(&Arc<Self>, &'a str)> {
        let path = request.url.strip_prefix(&*self.server.origin)?;
        let is_same = request.url.len() <= MAX_COMPARED
            && path.starts_with('/')
            && self.given.len() == request.headers.len()
            && self
                .given
                .iter()
                .zip(request.headers)
                .all(|((name, value), field)| (&**name, &**value) == *field);
        is_same.then_some((self, path))
    }
}

impl ValidRequest<'_> {
    pub(crate) fn server(&self) -> &Server {
        &self.common.server
    }

    pub(crate) fn method(&self) -> &str {
        self.method
    }

    /// Whether the method changes nothing on the server (RFC 9110, 9.2.1), so that the request may be sent twice.
    pub(crate) fn is_safe(&self) -> bool {
        matches!(self.method, "GET" | "HEAD")
    }

    /// Whether the server is asked to close the connection after its reply.
    pub(crate) fn closes(&self) -> bool {
        self.common.fields.closes
    }

    /// Writes head and body, so that both can be sent at once.
    pub(crate) fn write(&self, form: Option<&AbsoluteForm>, output: &mut Vec<u8>) {
        let (origin, proxy_authorization) = form.map_or(("", ""), AbsoluteForm::parts);
        let path = self.path.as_str();
        let slash = if path.starts_with('/') { "" } else { "/" };
        let line = [
            self.method,
            " ",
            origin,
            slash,
            path,
            " HTTP/1.1\r\n",
            proxy_authorization,
        ];
        for part in line {
            output.extend_from_slice(part.as_bytes());
        }
        if let Some(body) = self.body {
            write!(output, "content-length: {}\r\n", body.len())
                .expect("writing to memory does not fail");
        }
        output.extend_from_slice(&self.common.fields.lines);
        output.extend_from_slice(b"\r\n");
        output.extend_from_slice(self.body.unwrap_or_default());
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

/// Checks requests. What a request has in common with the last one is not checked again.
#[derive(Debug, Default)]
pub struct Checker(LastRequest);

impl Checker {
    /// Checks that a request can be written.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] for an invalid method, url or header.
    pub fn check(&self, request: &Request<'_>) -> Result<(), Error> {
        self.0.check(request).map(drop)
    }
}

/// Checks that a request can be written.
///
/// # Errors
///
/// [`Error::InvalidRequest`] for an invalid method, url or header.
pub fn check(request: &Request<'_>) -> Result<(), Error> {
    Checker::default().check(request)
}

fn parse(url: &str) -> Result<Uri, Error> {
    url.parse().map_err(|error| {
        if url.contains("://") {
            refuse(error)
        } else {
            refuse("its url has no scheme or no host")
        }
    })
}

fn check_method(request: &Request<'_>) -> Result<(), Error> {
    let method = request.method;
    if !METHODS.contains(&method) {
        return Err(refuse(format!("{method:?} is not a supported method")));
    }
    if method == "HEAD" && request.body.is_some_and(|body| !body.is_empty()) {
        return Err(refuse("a HEAD request has no body"));
    }
    Ok(())
}

fn has_content_length(request: &Request<'_>) -> bool {
    let mut given = request.headers.iter();
    given.any(|(name, _)| name.eq_ignore_ascii_case("content-length"))
}

pub(crate) fn refuse(reason: impl ToString) -> Error {
    Error::InvalidRequest(reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::proxy::Proxy;
    use crate::http::timeouts::Timeouts;

    fn post<'a>(headers: &'a [(&'a str, &'a [u8])], body: &'a [u8]) -> Request<'a> {
        Request {
            method: "POST",
            url: "http://host/",
            headers,
            body: Some(body),
            timeouts: Timeouts::default(),
        }
    }

    fn written(last: &LastRequest, request: &Request<'_>) -> Result<String, Error> {
        let mut output = Vec::new();
        last.check(request)?.write(None, &mut output);
        Ok(String::from_utf8(output).unwrap())
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
            let expected = written(&LastRequest::default(), &post(headers, b"{}")).unwrap();
            for _ in 0..2 {
                assert_eq!(written(&last, &post(headers, b"{}")).unwrap(), expected);
            }
        }
    }

    #[test]
    fn each_request_has_its_own_url_and_host() {
        let last = LastRequest::default();
        let long = format!("http://host:81/{}", "a".repeat(MAX_COMPARED));
        let urls = [
            ("http://host:81/a?b=1#c", Some(("/a?b=1", "host:81"))),
            ("http://host:81/b", Some(("/b", "host:81"))),
            ("http://host:81", Some(("/", "host:81"))),
            ("http://host:81?b", Some(("/?b", "host:81"))),
            ("http://host:811/b", Some(("/b", "host:811"))),
            ("http://host:80/b", Some(("/b", "host"))),
            ("https://host:80/b", Some(("/b", "host:80"))),
            ("https://host:443/b", Some(("/b", "host"))),
            ("https://host/b", Some(("/b", "host"))),
            ("http://[::1]:81/b", Some(("/b", "[::1]:81"))),
            ("http://[::1]:81/\u{7f}", None),
            (&long, Some((&long["http://host:81".len()..], "host:81"))),
        ];
        for (url, expected) in urls {
            for _ in 0..2 {
                let request = Request {
                    method: "GET",
                    url,
                    body: None,
                    ..post(&[], b"")
                };
                let expected = expected
                    .map(|(path, host)| format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n"));
                assert_eq!(written(&last, &request).ok(), expected, "{url}");
            }
        }
    }

    #[test]
    fn a_request_to_a_proxy_has_the_absolute_form() {
        let form = Proxy::new("p", 1, Some((b"u", b"p"))).absolute_form("http://h:81".into());
        let request = Request {
            url: "http://h:81/a?b",
            ..post(&[], b"body")
        };
        let mut output = Vec::new();
        let request = LastRequest::default().check(&request).unwrap();
        request.write(Some(&form), &mut output);
        assert_eq!(
            String::from_utf8(output).unwrap(),
            "POST http://h:81/a?b HTTP/1.1\r\nProxy-Authorization: Basic dTpw\r\ncontent-length: 4\r\nhost: h:81\r\n\r\nbody"
        );
    }

    #[test]
    fn each_body_is_compared_with_its_content_length() {
        let last = LastRequest::default();
        let headers: &[(&str, &[u8])] = &[("Content-Length", b"2")];
        assert!(written(&last, &post(headers, b"{}")).is_ok());
        assert!(written(&last, &post(headers, b"{} ")).is_err());
    }

    #[test]
    fn a_head_request_with_a_body_is_refused() {
        let head = |body| Request {
            method: "HEAD",
            ..post(&[], body)
        };
        assert!(check(&head(b"")).is_ok());
        assert!(check(&head(b"{}")).is_err());
    }

    #[test]
    fn header_fields_are_not_shown() {
        let last = LastRequest::default();
        written(&last, &post(&[("Authorization", b"secret")], b"{}")).unwrap();
        assert_eq!(format!("{last:?}"), "LastRequest { .. }");
    }
}
