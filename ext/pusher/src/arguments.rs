//! What `sync_http_client.request` is given, as the core takes it.

use magnus::r_hash::ForEach;
use magnus::value::ReprValue;
use magnus::{RHash, Ruby, TryConvert, Value};

use crate::borrow;
use crate::error::Failure;
use crate::hashes::each_pair;
use crate::query;

/// Fields that say how a body is framed. They are the transport's own: with others it would wait for bytes that
/// nobody sends.
const FRAMING: [&str; 3] = ["content-length", "transfer-encoding", "expect"];

/// Fields of our own, where the caller has none of that name. What is accepted was always said; stubs match it.
const OWN: [(&str, &str); 3] = [
    ("Accept", "*/*"),
    // Without it a server may compress.
    ("Accept-Encoding", "identity"),
    (
        "User-Agent",
        concat!("pusher-http-ruby ", env!("CARGO_PKG_VERSION")),
    ),
];

pub(crate) fn method_name(ruby: &Ruby, verb: Value) -> Result<String, Failure> {
    let mut name = borrow::text(ruby, verb)?.to_string()?;
    name.make_ascii_uppercase();
    Ok(name)
}

pub(crate) fn absolute_url(ruby: &Ruby, uri: Value, query: Value) -> Result<String, Failure> {
    let mut url = borrow::text(ruby, uri)?.to_string()?;
    // A fragment is never sent, and would take the query with it.
    url.truncate(url.find('#').unwrap_or(url.len()));
    let query = query::encode(ruby, query)?;
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
                let name = borrow::text(ruby, name)?.to_string()?;
                if !FRAMING.iter().any(|own| name.eq_ignore_ascii_case(own)) {
                    fields.push((name, borrow::bytes(borrow::text(ruby, value)?)));
                }
                Ok(ForEach::Continue)
            },
        )?;
    }
    for (name, value) in OWN {
        if !fields
            .iter()
            .any(|(given, _)| given.eq_ignore_ascii_case(name))
        {
            fields.push((name.to_owned(), value.as_bytes().to_vec()));
        }
    }
    Ok(fields)
}

/// Scheme, host and port of an absolute url, as far as they decide about a proxy. None of another kind of url, which
/// the core refuses; but what it would take for another place is refused here.
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
        Err(_) => refuse("the url's port is no number up to 65535"),
    }
}
