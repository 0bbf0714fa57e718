//! The header fields of a request: those of the caller, and those that HTTP requires.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use super::request::refuse;
use super::server::default_port;
use crate::Error;
use crate::http::request::Request;

/// The longest header that is sent, in bytes. The `http` crate limits urls itself.
const MAX_HEADER: usize = 64 * 1024;

/// All fields of a request, as lines, except its content-length and the credentials for a proxy.
pub(crate) struct Fields {
    pub(crate) lines: Vec<u8>,
    /// Whether the server is asked to close the connection.
    pub(crate) closes: bool,
}

impl Fields {
    pub(crate) fn of(request: &Request<'_>, uri: &Uri) -> Result<Self, Error> {
        let headers = headers(request, uri)?;
        let mut lines = Vec::new();
        if !headers.contains_key(header::AUTHORIZATION) {
            lines.extend_from_slice(authorization_line(uri).as_bytes());
        }
        for (name, value) in &headers {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                lines.extend_from_slice(part);
            }
        }
        Ok(Self {
            lines,
            closes: closes(&headers),
        })
    }
}

fn headers(request: &Request<'_>, uri: &Uri) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 1);
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
    let default_port = default_port(uri.scheme_str() == Some("https"));
    match uri.port() {
        Some(port) if port != default_port => HeaderValue::try_from(format!("{host}:{port}")),
        _ => HeaderValue::from_str(host),
    }
    .map_err(refuse)
}

/// The line for the user and the password in the url, or nothing.
fn authorization_line(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let Some((user, _)) = authority.rsplit_once('@') else {
        return String::new();
    };
    let colon = if user.contains(':') { "" } else { ":" };
    let credentials = BASE64_STANDARD.encode(format!("{user}{colon}"));
    format!("authorization: Basic {credentials}\r\n")
}

/// The length of the body is written without the header of the caller, which must agree with it.
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

fn closes(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|option| option.trim().eq_ignore_ascii_case("close"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::timeouts::Timeouts;

    fn fields(url: &str, headers: &[(&str, &[u8])]) -> Fields {
        let request = Request {
            method: "GET",
            url,
            headers,
            body: None,
            timeouts: Timeouts::default(),
        };
        Fields::of(&request, &url.parse().unwrap()).unwrap()
    }

    fn lines(url: &str, headers: &[(&str, &[u8])]) -> String {
        String::from_utf8(fields(url, headers).lines).unwrap()
    }

    #[test]
    fn the_host_has_the_port_of_the_url() {
        for (url, host) in [
            ("http://host", "host"),
            ("http://host:80", "host"),
            ("https://host:80", "host:80"),
            ("https://host:443", "host"),
            ("http://[::1]:81", "[::1]:81"),
        ] {
            assert_eq!(lines(url, &[]), format!("host: {host}\r\n"), "{url}");
        }
    }

    #[test]
    fn a_host_header_of_the_caller_is_the_only_one() {
        assert_eq!(
            lines("http://host", &[("HOST", b"other")]),
            "host: other\r\n"
        );
    }

    #[test]
    fn credentials_of_the_url_become_a_header() {
        for (url, credentials) in [
            ("http://user:a:b@host", "user:a:b"),
            ("http://user@host", "user:"),
            ("http://a%20b:c@host", "a%20b:c"),
        ] {
            let encoded = BASE64_STANDARD.encode(credentials);
            assert_eq!(
                lines(url, &[]),
                format!("authorization: Basic {encoded}\r\nhost: host\r\n")
            );
        }
    }

    #[test]
    fn an_authorization_header_replaces_the_credentials_of_the_url() {
        let url = "http://user:password@host";
        assert_eq!(
            lines(url, &[("Authorization", b"token")]),
            "host: host\r\nauthorization: token\r\n"
        );
    }

    #[test]
    fn a_connection_header_can_close_the_connection() {
        for (value, expected) in [
            (&b"close"[..], true),
            (b"x, Close ", true),
            (b"keep-alive", false),
            (b"closed", false),
        ] {
            let fields = fields("http://host", &[("Connection", value)]);
            assert_eq!(fields.closes, expected, "{value:?}");
        }
    }
}
