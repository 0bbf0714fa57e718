//! The arguments of `sync_http_client.request`, in the form that the core takes.

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

pub(crate) fn method_name(ruby: &Ruby, verb: Value) -> Result<String, Failure> {
    let mut name = strings::text(ruby, verb)?.to_string()?;
    name.make_ascii_uppercase();
    Ok(name)
}

pub(crate) fn absolute_url(ruby: &Ruby, uri: Value, query: Value) -> Result<String, Failure> {
    let mut url = strings::text(ruby, uri)?.to_string()?;
    // A fragment is not sent. A query that is added after it would become part of it.
    url.truncate(url.find('#').unwrap_or(url.len()));
    let query = query_params::encode(ruby, query)?;
    if !query.is_empty() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&query);
    }
    Ok(url)
}

pub(crate) fn header_fields(
    ruby: &Ruby,
    headers: Value,
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut fields = Vec::with_capacity(4);
    if !headers.is_nil() {
        each_pair(
            RHash::try_convert(headers)?,
            |name, value| -> Result<_, Failure> {
                let name = strings::text(ruby, name)?.to_string()?;
                if !FRAMING
                    .iter()
                    .any(|framing| name.eq_ignore_ascii_case(framing))
                {
                    fields.push((name, bytes(strings::text(ruby, value)?)));
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
            fields.push((name.to_owned(), value.as_bytes().to_vec()));
        }
    }
    Ok(fields)
}

/// Scheme, host and port of an absolute url, which decide about the proxy; `None` for any other url, which the core
/// refuses. An authority that the core would read in another way is refused here.
pub(crate) fn host_and_port(url: &str) -> Result<Option<(bool, &str, u16)>, pusher_core::Error> {
    let refuse = |reason: &str| Err(pusher_core::Error::InvalidRequest(reason.to_owned()));
    let Some((scheme, rest)) = url.split_once("://") else {
        return Ok(None);
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
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
    let default = if is_https { 443 } else { 80 };
    match port.parse() {
        Ok(port) => Ok(Some((is_https, host, port))),
        Err(_) if port.is_empty() => Ok(Some((is_https, host, default))),
        Err(_) => refuse("the port of the url is not a number from 0 to 65535"),
    }
}

/// What middleware sees of a request before it is sent: its absolute url, and its header fields with the default ones.
/// A request that the transport would refuse is refused here.
fn describe_request(
    ruby: &Ruby,
    verb: Value,
    (uri, query): (Value, Value),
    body: Value,
    headers: Value,
) -> Result<RArray, Failure> {
    let method = method_name(ruby, verb)?;
    let url = absolute_url(ruby, uri, query)?;
    let body = Option::<RString>::try_convert(body)?.map(bytes);
    let headers = header_fields(ruby, headers)?;
    let fields: Vec<(&str, &[u8])> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), &value[..]))
        .collect();
    host_and_port(&url)?;
    http::check(&http::Request {
        method: &method,
        url: &url,
        headers: &fields,
        body: body.as_deref(),
        timeouts: http::Timeouts::default(),
    })?;
    let described = ruby.hash_new();
    for (name, value) in &headers {
        described.aset(name.as_str(), strings::new_string(ruby, value))?;
    }
    Ok(ruby.ary_new_from_values(&[ruby.str_new(&url).as_value(), described.as_value()]))
}

pub(crate) fn define_leaves(native: RModule) -> Result<(), Error> {
    leaves!(native,
        "describe_request" => |verb: Value, uri: Value, query: Value, body: Value, headers: Value| {
            guard(|ruby| describe_request(ruby, verb, (uri, query), body, headers))
        }, 5;
    );
    Ok(())
}
