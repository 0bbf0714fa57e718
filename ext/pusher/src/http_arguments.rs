//! Converts the arguments of `sync_http_client.request` for the core.

use std::borrow::Cow;

use magnus::r_hash::ForEach;
use magnus::value::ReprValue;
use magnus::{Error, Object, RArray, RHash, RModule, RString, Ruby, TryConvert, Value};
use pusher_core::http;

use crate::error::Failure;
use crate::guard::guard;
use crate::hashes::each_pair;
use crate::query_params;
use crate::strings::{self, bytes};

/// Fields that say how a body is framed. Only the transport sets them: a field of the caller that contradicts the body
/// would make the server wait for bytes that are never sent.
const FRAMING: [&str; 3] = ["content-length", "transfer-encoding", "expect"];

/// Names of fields that every event has. They need no copies.
const USUAL_NAMES: [&str; 2] = ["X-Pusher-Library", "Content-Type"];

/// Fields that are sent unless the caller sets fields with these names. Stubs of applications may match them.
const DEFAULT_FIELDS: [(&str, &str); 3] = [
    ("Accept", "*/*"),
    // Without it a server may compress.
    ("Accept-Encoding", "identity"),
    (
        "User-Agent",
        concat!("pusher-http-ruby ", env!("CARGO_PKG_VERSION")),
    ),
];

pub(crate) fn method_name(ruby: &Ruby, verb: Value) -> Result<Cow<'static, str>, Failure> {
    let verb = strings::text(ruby, verb)?;
    for method in ["POST", "GET"] {
        if strings::with_bytes(verb, |verb| verb.eq_ignore_ascii_case(method.as_bytes())) {
            return Ok(method.into());
        }
    }
    let mut name = strings::utf8(ruby, verb)?;
    name.make_ascii_uppercase();
    Ok(name.into())
}

fn absolute_url(ruby: &Ruby, uri: Value, query: Value) -> Result<String, Failure> {
    let uri = strings::text(ruby, uri)?;
    let query_string = RString::from_value(query);
    let mut url = String::with_capacity(uri.len() + 1 + query_string.map_or(0, RString::len));
    strings::push_utf8(ruby, uri, &mut url)?;
    // A fragment is not sent. A query that is added after it would become part of it.
    url.truncate(url.find('#').unwrap_or(url.len()));
    let separator = if url.contains('?') { '&' } else { '?' };
    let end = url.len();
    url.push(separator);
    match query_string {
        Some(query) => strings::push_utf8(ruby, query, &mut url)?,
        None => url.push_str(&query_params::encode(ruby, query)?),
    }
    if url.len() == end + 1 {
        url.pop();
    }
    Ok(url)
}

/// Header fields: names and values.
type Fields = Vec<(Cow<'static, str>, Cow<'static, [u8]>)>;

fn header_fields(ruby: &Ruby, headers: Value) -> Result<Fields, Failure> {
    let mut fields = Fields::with_capacity(8);
    if !headers.is_nil() {
        each_pair(
            RHash::try_convert(headers)?,
            |name, value| -> Result<_, Failure> {
                let name = field_name(ruby, name)?;
                if !FRAMING
                    .iter()
                    .any(|framing| name.eq_ignore_ascii_case(framing))
                {
                    let value = bytes(strings::text(ruby, value)?);
                    fields.push((name, value.into()));
                }
                Ok(ForEach::Continue)
            },
        )?;
    }
    for (name, value) in DEFAULT_FIELDS {
        if !fields
            .iter()
            .any(|(given, _)| given.eq_ignore_ascii_case(name))
        {
            fields.push((name.into(), value.as_bytes().into()));
        }
    }
    Ok(fields)
}

fn field_name(ruby: &Ruby, name: Value) -> Result<Cow<'static, str>, Failure> {
    let name = strings::text(ruby, name)?;
    for usual in USUAL_NAMES {
        if strings::with_bytes(name, |name| name == usual.as_bytes()) {
            return Ok(usual.into());
        }
    }
    Ok(strings::utf8(ruby, name)?.into())
}

/// Scheme, host and port of an absolute url, which determine the proxy.
pub(crate) struct Origin {
    /// The part of the url that the others are read from.
    text: String,
    pub(crate) is_https: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    /// The origin of an absolute url; `None` for any other url, which the core refuses. An authority that the core would
    /// read in another way is refused here.
    pub(crate) fn of(url: &str) -> Result<Option<Self>, pusher_core::Error> {
        let refuse = |reason: &str| Err(pusher_core::Error::InvalidRequest(reason.to_owned()));
        let Some((scheme, rest)) = url.split_once("://") else {
            return Ok(None);
        };
        let authority = rest.split(ENDS_OF_AUTHORITY).next().unwrap_or_default();
        let text = &url[..scheme.len() + 3 + authority.len()];
        let authority = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port),
            _ => (authority, ""),
        };
        if host.is_empty() {
            return refuse("the url has no host");
        }
        let is_https = scheme.eq_ignore_ascii_case("https");
        let port = match port.parse() {
            Ok(port) => port,
            Err(_) if port.is_empty() => {
                if is_https {
                    443
                } else {
                    80
                }
            }
            Err(_) => return refuse("the port of the url is not a number from 0 to 65535"),
        };
        Ok(Some(Self {
            text: text.to_owned(),
            is_https,
            host: host.to_owned(),
            port,
        }))
    }

    /// Whether this is the origin of `url`.
    pub(crate) fn is_of(&self, url: &str) -> bool {
        url.strip_prefix(&self.text)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(ENDS_OF_AUTHORITY))
    }
}

const ENDS_OF_AUTHORITY: [char; 3] = ['/', '?', '#'];

/// Verb, uri, query, body and headers, as Ruby passes them.
pub(crate) type Values = (Value, Value, Value, Value, Value);

/// The arguments of a request.
pub(crate) struct Arguments {
    pub(crate) method: Cow<'static, str>,
    pub(crate) url: String,
    pub(crate) body: Option<Vec<u8>>,
    headers: Fields,
}

impl Arguments {
    pub(crate) fn read(
        ruby: &Ruby,
        (verb, uri, query, body, headers): Values,
    ) -> Result<Self, Failure> {
        Ok(Self {
            method: method_name(ruby, verb)?,
            url: absolute_url(ruby, uri, query)?,
            body: Option::<RString>::try_convert(body)?.map(bytes),
            headers: header_fields(ruby, headers)?,
        })
    }

    /// Refuses what the transport would refuse.
    pub(crate) fn check(&self, checker: &http::Checker) -> Result<(), Failure> {
        Origin::of(&self.url)?;
        let fields = self.fields();
        checker.check(&self.request(&fields, http::Timeouts::default()))?;
        Ok(())
    }

    pub(crate) fn fields(&self) -> Vec<(&str, &[u8])> {
        let fields = self.headers.iter();
        fields.map(|(name, value)| (&**name, &**value)).collect()
    }

    pub(crate) fn request<'a>(
        &'a self,
        fields: &'a [(&'a str, &'a [u8])],
        timeouts: http::Timeouts,
    ) -> http::Request<'a> {
        http::Request {
            method: &self.method,
            url: &self.url,
            headers: fields,
            body: self.body.as_deref(),
            timeouts,
        }
    }
}

/// The absolute url of a request, and its header fields including the default ones, for middleware. Refuses a request that
/// the transport would refuse.
fn describe_request(ruby: &Ruby, values: Values) -> Result<RArray, Failure> {
    let arguments = Arguments::read(ruby, values)?;
    arguments.check(&http::Checker::default())?;
    let described = ruby.hash_new();
    for (name, value) in &arguments.headers {
        described.aset(&**name, strings::new_string(ruby, value))?;
    }
    let url = ruby.str_new(&arguments.url);
    Ok(ruby.ary_new_from_values(&[url.as_value(), described.as_value()]))
}

pub(crate) fn define_leaves(native: RModule) -> Result<(), Error> {
    leaves!(native,
        "describe_request" => |verb: Value, uri: Value, query: Value, body: Value, headers: Value| {
            guard(|ruby| describe_request(ruby, (verb, uri, query, body, headers)))
        }, 5;
    );
    Ok(())
}
