//! Chooses the proxy of a request, and writes requests for a proxy.

use std::fmt;
use std::net::IpAddr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::Uri;
use http::uri::Authority;

use crate::Error;

/// An HTTP proxy.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Its host name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The value of `Proxy-Authorization`, if there are credentials.
    authorization: Option<String>,
}

impl Proxy {
    /// A proxy. `host` may have brackets. The credentials are not percent-encoded.
    #[must_use]
    pub fn new(host: &str, port: u16, credentials: Option<(&[u8], &[u8])>) -> Self {
        let authorization = credentials.map(|(user, password)| {
            format!(
                "Basic {}",
                BASE64_STANDARD.encode([user, password].join(&b':'))
            )
        });
        Self {
            host: without_brackets(host).to_owned(),
            port,
            authorization,
        }
    }

    /// Parses a proxy url from the environment. The default scheme is http.
    ///
    /// # Errors
    ///
    /// The reason in words, for any scheme but http, and for an invalid url.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        let uri = if url.contains("://") {
            url.parse()
        } else {
            format!("http://{url}").parse()
        };
        let uri: Uri = uri.map_err(|_| "not a url")?;
        if uri.scheme_str() != Some("http") {
            return Err("only http proxies are supported");
        }
        let authority = uri
            .authority()
            .filter(|authority| has_host(authority) && has_valid_port(authority))
            .ok_or("the url has no host, or an invalid port")?;
        let credentials = authority.as_str().rsplit_once('@').map(|(userinfo, _)| {
            let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
            (decode(user), decode(password))
        });
        let credentials = credentials
            .as_ref()
            .map(|(user, password)| (&user[..], &password[..]));
        Ok(Self::new(
            authority.host(),
            authority.port_u16().unwrap_or(80),
            credentials,
        ))
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }

    /// The request that opens a tunnel to `authority`.
    pub(crate) fn connect_request(&self, authority: &str) -> String {
        let authorization = self.authorization_header();
        format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{authorization}\r\n")
    }

    /// The form of requests to this proxy for `origin` (`http://host:port`).
    pub(crate) fn absolute_form(&self, origin: String) -> AbsoluteForm {
        AbsoluteForm {
            origin,
            header: self.authorization_header(),
        }
    }

    fn authorization_header(&self) -> String {
        self.authorization
            .as_ref()
            .map(|value| format!("Proxy-Authorization: {value}\r\n"))
            .unwrap_or_default()
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Proxy({}:{})", self.host, self.port)
    }
}

/// The form of requests to a proxy: `POST http://host/path`, with credentials (RFC 9112, 3.2.2).
pub(crate) struct AbsoluteForm {
    origin: String,
    header: String,
}

impl AbsoluteForm {
    /// What precedes the path, and the header line with the credentials or nothing.
    pub(crate) fn parts(&self) -> (&str, &str) {
        (&self.origin, &self.header)
    }
}

/// An environment variable, in lower and upper case.
type Names = (&'static str, &'static str);

const HTTP_PROXY: Names = ("http_proxy", "HTTP_PROXY");
const HTTPS_PROXY: Names = ("https_proxy", "HTTPS_PROXY");
const CGI_HTTP_PROXY: Names = ("cgi_http_proxy", "CGI_HTTP_PROXY");
const NO_PROXY: Names = ("no_proxy", "NO_PROXY");

/// The proxy setting of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProxyChoice {
    /// Use the environment.
    #[default]
    Environment,
    /// Use no proxy, and ignore the environment.
    Direct,
    /// Use this proxy, unless `no_proxy` lists the host.
    Explicit(Proxy),
}

impl ProxyChoice {
    /// The proxy for a request. `variable` reads an environment variable.
    ///
    /// # Errors
    ///
    /// [`Error::ProxyVariable`] for an unsupported proxy in the environment.
    pub fn select(
        &self,
        is_https: bool,
        host: &str,
        port: u16,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Proxy>, Error> {
        if *self == Self::Direct || host.eq_ignore_ascii_case("localhost") {
            return Ok(None);
        }
        let either = |(lower, upper): Names| {
            variable(lower)
                .map(|value| (lower, value))
                .or_else(|| variable(upper).map(|value| (upper, value)))
                .filter(|(_, value)| !value.is_empty())
        };
        let proxy = match self {
            Self::Explicit(proxy) => Some(proxy.clone()),
            _ => environment_url(is_https, variable("REQUEST_METHOD").is_some(), &either)
                .map(|(name, url)| {
                    Proxy::parse(&url).map_err(|reason| Error::ProxyVariable {
                        name,
                        given: without_credentials(&url),
                        reason,
                    })
                })
                .transpose()?,
        };
        let is_bypassed =
            || either(NO_PROXY).is_some_and(|(_, list)| lists_host(&list, host, port));
        Ok(proxy.filter(|_| !is_bypassed()))
    }
}

/// Under CGI `HTTP_PROXY` may come from a client's `Proxy:` header, so only `cgi_http_proxy` is used.
fn environment_url(
    is_https: bool,
    is_cgi: bool,
    either: &impl Fn(Names) -> Option<(&'static str, String)>,
) -> Option<(&'static str, String)> {
    if is_cgi {
        return either(CGI_HTTP_PROXY);
    }
    is_https
        .then(|| either(HTTPS_PROXY))
        .flatten()
        .or_else(|| either(HTTP_PROXY))
}

/// Whether a `no_proxy` list contains a host: by name, domain, address, network or `*`.
fn lists_host(list: &str, host: &str, port: u16) -> bool {
    list.split([',', ' ', '\t'])
        .filter(|entry| !entry.is_empty())
        .any(|entry| {
            let (name, entry_port) = split_port(entry);
            entry_port.is_none_or(|entry_port| entry_port == port) && matches(name, host)
        })
}

/// A proxy url as error messages show it: scheme, host and port. The credentials may contain any character.
fn without_credentials(url: &str) -> String {
    // Without a scheme, `://` may be a part of the password.
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => (format!("{scheme}://"), rest),
        _ => (String::new(), url),
    };
    let (hidden, host) = match rest.rsplit_once('@') {
        Some((_, host)) => ("***@", host),
        None => ("", rest),
    };
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    // Without a number after the colon it may be a user and a password.
    let is_server = host
        .rsplit_once(':')
        .is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let host = if is_server { host } else { "***" };
    format!("{scheme}{hidden}{host}")
}

fn is_scheme(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.bytes().all(is_allowed)
}

fn split_port(entry: &str) -> (&str, Option<u16>) {
    match entry.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => match port.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

fn matches(entry: &str, host: &str) -> bool {
    if entry == "*" {
        return true;
    }
    let (entry, host) = (without_brackets(entry), without_brackets(host));
    if let Ok(address) = host.parse() {
        return matches_address(entry, address);
    }
    let domain = entry
        .trim_start_matches("*.")
        .trim_start_matches('.')
        .to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    host.strip_suffix(&domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        && !domain.is_empty()
}

fn matches_address(entry: &str, address: IpAddr) -> bool {
    let Some((network, bits)) = entry.split_once('/') else {
        return entry.parse().is_ok_and(|entry: IpAddr| entry == address);
    };
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let shift = 32_u32.saturating_sub(bits);
            (network.to_bits() ^ address.to_bits())
                .checked_shr(shift)
                .unwrap_or(0)
                == 0
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let shift = 128_u32.saturating_sub(bits);
            (network.to_bits() ^ address.to_bits())
                .checked_shr(shift)
                .unwrap_or(0)
                == 0
        }
        _ => false,
    }
}

/// Whether there is a host: `[]` is none.
pub(crate) fn has_host(authority: &Authority) -> bool {
    !without_brackets(authority.host()).is_empty()
}

/// Whether the port is absent or valid. `port_u16` returns `None` for an invalid port, too.
pub(crate) fn has_valid_port(authority: &Authority) -> bool {
    if authority.port_u16().is_some() {
        return true;
    }
    let text = authority.as_str();
    let (_, host_and_port) = text.rsplit_once('@').unwrap_or(("", text));
    matches!(host_and_port.strip_prefix(authority.host()), Some("" | ":"))
}

/// An IPv6 address without its brackets.
pub(crate) fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

fn decode(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let byte = match tail {
            [high, low, ..] if *first == b'%' => hex_pair(*high, *low),
            _ => None,
        };
        decoded.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    decoded
}

fn hex_pair(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(
        choice: &ProxyChoice,
        url: (bool, &str, u16),
        environment: &[(&str, &str)],
    ) -> Option<String> {
        let variable = |name: &str| {
            environment
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        let (is_https, host, port) = url;
        choice
            .select(is_https, host, port, variable)
            .unwrap()
            .map(|proxy| proxy.host)
    }

    const HTTP: (bool, &str, u16) = (false, "api.example", 80);
    const HTTPS: (bool, &str, u16) = (true, "api.example", 443);

    #[test]
    fn the_environment_is_the_default() {
        let choice = ProxyChoice::Environment;
        assert_eq!(select(&choice, HTTP, &[]), None);
        for name in ["http_proxy", "HTTP_PROXY"] {
            let environment = [(name, "http://p:3128")];
            assert_eq!(select(&choice, HTTP, &environment).as_deref(), Some("p"));
            assert_eq!(select(&choice, HTTPS, &environment).as_deref(), Some("p"));
        }
        let both = [("http_proxy", "http://p"), ("HTTPS_PROXY", "http://s")];
        assert_eq!(select(&choice, HTTP, &both).as_deref(), Some("p"));
        assert_eq!(select(&choice, HTTPS, &both).as_deref(), Some("s"));
        assert_eq!(select(&choice, HTTP, &[("http_proxy", "")]), None);
    }

    #[test]
    fn only_cgi_http_proxy_is_used_under_cgi() {
        let choice = ProxyChoice::Environment;
        let environment = [("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "http://evil")];
        assert_eq!(select(&choice, HTTP, &environment), None);
        let environment = [("REQUEST_METHOD", "GET"), ("cgi_http_proxy", "http://p")];
        assert_eq!(select(&choice, HTTPS, &environment).as_deref(), Some("p"));
    }

    #[test]
    fn an_explicit_choice_overrides_the_environment() {
        let environment = [("http_proxy", "http://p")];
        assert_eq!(select(&ProxyChoice::Direct, HTTP, &environment), None);
        let explicit = ProxyChoice::Explicit(Proxy::new("mine", 1, None));
        assert_eq!(
            select(&explicit, HTTP, &environment).as_deref(),
            Some("mine")
        );
        assert_eq!(select(&explicit, HTTP, &[("no_proxy", "example")]), None);
    }

    #[test]
    fn localhost_is_never_proxied() {
        let explicit = ProxyChoice::Explicit(Proxy::new("mine", 1, None));
        assert_eq!(select(&explicit, (false, "localhost", 80), &[]), None);
        assert_eq!(
            select(&explicit, (false, "127.0.0.1", 80), &[]).as_deref(),
            Some("mine")
        );
    }

    #[test]
    fn no_proxy_lists_hosts_domains_addresses_and_networks() {
        for (list, host, port) in [
            ("*", "a.example", 80),
            ("other, a.example", "a.example", 80),
            ("EXAMPLE", "a.example", 80),
            (".example", "a.example", 80),
            ("*.example", "a.example", 80),
            ("a.example:8080", "a.example", 8080),
            ("10.1.2.3", "10.1.2.3", 80),
            ("10.0.0.0/8", "10.1.2.3", 80),
            ("0.0.0.0/0", "10.1.2.3", 80),
            ("::1", "[::1]", 80),
            ("fd00::/8", "[fd12::1]", 80),
        ] {
            assert!(
                lists_host(list, host, port),
                "{list} contains {host}:{port}"
            );
        }
        for (list, host, port) in [
            ("", "a.example", 80),
            (".", "a.example", 80),
            ("ample", "a.example", 80),
            ("a.example:8080", "a.example", 80),
            ("10.0.0.0/8", "11.1.2.3", 80),
            ("10.0.0.0/x", "10.1.2.3", 80),
            ("::/0", "10.1.2.3", 80),
        ] {
            assert!(
                !lists_host(list, host, port),
                "{list} does not contain {host}:{port}"
            );
        }
    }

    #[test]
    fn parses_proxy_urls() {
        let proxy = Proxy::parse("http://us%65r:p%40ss%@[::1]:3128/").unwrap();
        assert_eq!((proxy.host.as_str(), proxy.port), ("::1", 3128));
        let expected = BASE64_STANDARD.encode("user:p@ss%");
        assert!(
            proxy
                .connect_request("x:443")
                .contains(&format!("Basic {expected}\r\n"))
        );
        assert_eq!(Proxy::parse("http://proxy").unwrap().port, 80);
        for url in [
            "https://proxy",
            "socks5://proxy",
            "http://",
            "http://[]:3128",
            "http://proxy:99999",
            "proxy:99999",
            "mailto:proxy",
            "",
        ] {
            assert!(Proxy::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_default_scheme_is_http() {
        for (url, expected) in [
            ("proxy:3128", ("proxy", 3128)),
            ("proxy", ("proxy", 80)),
            ("127.0.0.1:1/", ("127.0.0.1", 1)),
            ("[::1]:3128", ("::1", 3128)),
        ] {
            let proxy = Proxy::parse(url).unwrap();
            assert_eq!((proxy.host.as_str(), proxy.port), expected, "{url}");
        }
        assert!(
            Proxy::parse("u:p@proxy:3128").unwrap()
                == Proxy::new("proxy", 3128, Some((b"u", b"p")))
        );
    }

    #[test]
    fn an_unsupported_proxy_names_its_variable() {
        for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"] {
            let variable = |other: &str| (other == name).then(|| "ftp://u:hush@proxy".to_owned());
            let error = ProxyChoice::Environment
                .select(true, "api.example", 443, variable)
                .unwrap_err()
                .to_string();
            assert!(error.starts_with(name), "{error}");
            assert!(!error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn no_part_of_a_password_is_shown() {
        for (url, shown) in [
            ("ftp://u:hush@proxy", "ftp://***@proxy"),
            ("u:hush://hush@proxy:x", "***@***"),
            ("u:hush@://", "***@:"),
            ("http://u:hush://hush@:99999", "http://***@:99999"),
        ] {
            let error = ProxyChoice::Environment
                .select(false, "api.example", 80, |_| Some(url.to_owned()))
                .unwrap_err()
                .to_string();
            assert!(error.contains(&format!("{shown:?}")), "{url}: {error}");
            assert!(!error.contains("hush"), "{url}: {error}");
        }
    }

    #[test]
    fn an_ipv6_address_has_no_brackets() {
        for host in ["[::1]", "::1"] {
            assert_eq!(Proxy::new(host, 1, None).host, "::1");
        }
    }

    #[test]
    fn debug_output_has_no_credentials() {
        let proxy = Proxy::parse("http://user:pass@proxy").unwrap();
        assert_eq!(format!("{proxy:?}"), "Proxy(proxy:80)");
    }
}
