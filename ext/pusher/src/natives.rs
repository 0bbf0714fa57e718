//! `Pusher::Native`: the functions that Ruby's side of the gem calls without an object.

use magnus::value::ReprValue;
use magnus::{
    Error, Module, Object, RArray, RClass, RHash, RModule, RString, Ruby, TryConvert, Value,
    function,
};
use pusher_core::signature::{self, Params};
use pusher_core::{auth, encryption, http, webhook};

use crate::arguments;
use crate::binary::{self, Scope};
use crate::borrow::{self, bytes};
use crate::error::Failure;
use crate::guard::guard;
use crate::json;
use crate::query;
use crate::reply::Reply;
use crate::signing;

/// The string to sign of a request.
fn string_to_sign(
    ruby: &Ruby,
    method: RString,
    path: RString,
    params: RHash,
) -> Result<RString, Failure> {
    let mut list = Params::new();
    query::from_hash(ruby, params, &mut list)?;
    let string = signature::string_to_sign(&method.to_string()?, &path.to_string()?, &list);
    Ok(borrow::string(ruby, &string))
}

fn sign(ruby: &Ruby, secret: Value, string: RString) -> Result<String, Failure> {
    let secret = signing::secret(ruby, secret)?;
    Ok(borrow::with_bytes(string, |string| {
        signature::sign(&secret, string)
    }))
}

fn is_signature(
    ruby: &Ruby,
    secret: Value,
    string: RString,
    signature: RString,
) -> Result<bool, Failure> {
    let secret = signing::secret(ruby, secret)?;
    Ok(signature::verify(
        &secret,
        &bytes(string),
        &bytes(signature),
    ))
}

fn authentication_string(
    ruby: &Ruby,
    key: Value,
    secret: Value,
    string: RString,
) -> Result<RString, Failure> {
    let key = bytes(borrow::text(ruby, key)?);
    let secret = signing::secret(ruby, secret)?;
    let string = bytes(borrow::to_utf8(ruby, string)?);
    let auth = auth::authentication_string(&key, &secret, &string);
    Ok(borrow::string(ruby, &auth))
}

fn is_socket_id(id: Value) -> bool {
    RString::from_value(id).is_some_and(|id| borrow::with_bytes(id, auth::is_socket_id))
}

fn shared_secret(ruby: &Ruby, channel: Value, master_key: RString) -> Result<RString, Failure> {
    let channel = bytes(borrow::text(ruby, channel)?);
    let secret = encryption::shared_secret(&channel, &bytes(master_key));
    Ok(ruby.str_from_slice(secret.as_slice()))
}

fn decode_master_key(ruby: &Ruby, base64: RString) -> Result<RString, Failure> {
    let key = encryption::decode_master_key(&bytes(base64))?;
    Ok(ruby.str_from_slice(&key))
}

/// The data of an encrypted event, as it was before it was sealed.
fn decrypt(
    ruby: &Ruby,
    channel: Value,
    master_key: RString,
    sealed: RString,
) -> Result<RString, Failure> {
    let channel = bytes(borrow::text(ruby, channel)?);
    let secret = encryption::shared_secret(&channel, &bytes(master_key));
    let data = encryption::open(&secret, &bytes(sealed))?;
    Ok(borrow::string(ruby, &data))
}

fn is_webhook_valid(
    ruby: &Ruby,
    secret: Value,
    body: RString,
    signature: RString,
) -> Result<bool, Failure> {
    let secret = signing::secret(ruby, secret)?;
    Ok(webhook::is_valid(&secret, &bytes(body), &bytes(signature)))
}

fn expected_webhook_signature(
    ruby: &Ruby,
    secret: Value,
    body: RString,
) -> Result<String, Failure> {
    Ok(webhook::expected_signature(
        &signing::secret(ruby, secret)?,
        &bytes(body),
    ))
}

fn body_md5(body: RString) -> String {
    borrow::with_bytes(body, signature::body_md5)
}

/// What of a request can be seen before it is sent: its absolute url, and its header fields with those of our own. What
/// the transport would refuse is refused.
fn visible(
    ruby: &Ruby,
    verb: Value,
    (uri, query): (Value, Value),
    body: Value,
    headers: Value,
) -> Result<RArray, Failure> {
    let method = arguments::method_name(ruby, verb)?;
    let url = arguments::absolute_url(ruby, uri, query)?;
    let body = Option::<RString>::try_convert(body)?.map(bytes);
    let headers = arguments::header_fields(ruby, headers)?;
    let fields: Vec<(&str, &[u8])> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), &value[..]))
        .collect();
    arguments::host_and_port(&url)?;
    http::check(&http::Request {
        method: &method,
        url: &url,
        headers: &fields,
        body: body.as_deref(),
        timeouts: http::Timeouts::default(),
    })?;
    let seen = ruby.hash_new();
    for (name, value) in &headers {
        seen.aset(name.as_str(), borrow::string(ruby, value))?;
    }
    Ok(ruby.ary_new_from_values(&[ruby.str_new(&url).as_value(), seen.as_value()]))
}

/// Seals the data of an event on an encrypted channel.
fn seal(
    ruby: &Ruby,
    channel: Value,
    master_key: RString,
    data: RString,
) -> Result<RString, Failure> {
    let channel = bytes(borrow::text(ruby, channel)?);
    let secret = encryption::shared_secret(&channel, &bytes(master_key));
    let sealed = encryption::seal(&secret, &bytes(borrow::to_utf8(ruby, data)?))?;
    Ok(ruby.str_new(&sealed))
}

fn define_seam(native: RModule) -> Result<(), Error> {
    native.define_singleton_method(
        "describe_request",
        function!(
            |verb: Value, uri: Value, query: Value, body: Value, headers: Value| {
                guard(|ruby| visible(ruby, verb, (uri, query), body, headers))
            },
            5
        ),
    )?;
    native.define_singleton_method(
        "reply",
        function!(
            |status: u16, fields: RArray, body: RString| {
                guard(|_| Reply::made_up(status, &fields.to_vec()?, body))
            },
            3
        ),
    )
}

pub(crate) fn define(_ruby: &Ruby, pusher: RModule) -> Result<(), Error> {
    let native = pusher.define_module("Internal")?.define_module("Native")?;
    define_seam(native)?;
    native.define_singleton_method(
        "string_to_sign",
        function!(
            |method: RString, path: RString, params: RHash| guard(|ruby| string_to_sign(
                ruby, method, path, params
            )),
            3
        ),
    )?;
    native.define_singleton_method(
        "sign",
        function!(
            |secret: Value, string: RString| guard(|ruby| sign(ruby, secret, string)),
            2
        ),
    )?;
    native.define_singleton_method(
        "signature?",
        function!(
            |secret: Value, string: RString, signature: RString| {
                guard(|ruby| is_signature(ruby, secret, string, signature))
            },
            3
        ),
    )?;
    native.define_singleton_method(
        "authentication_string",
        function!(
            |key: Value, secret: Value, string: RString| {
                guard(|ruby| authentication_string(ruby, key, secret, string))
            },
            3
        ),
    )?;
    native.define_singleton_method(
        "socket_id?",
        function!(|id: Value| guard(|_| Ok(is_socket_id(id))), 1),
    )?;
    native.define_singleton_method(
        "shared_secret",
        function!(
            |channel: Value, key: RString| guard(|ruby| shared_secret(ruby, channel, key)),
            2
        ),
    )?;
    native.define_singleton_method(
        "decrypt",
        function!(
            |channel: Value, key: RString, sealed: RString| {
                guard(|ruby| decrypt(ruby, channel, key, sealed))
            },
            3
        ),
    )?;
    native.define_singleton_method(
        "decode_master_key",
        function!(
            |base64: RString| guard(|ruby| decode_master_key(ruby, base64)),
            1
        ),
    )?;
    native.define_singleton_method(
        "webhook_valid?",
        function!(
            |secret: Value, body: RString, signature: RString| {
                guard(|ruby| is_webhook_valid(ruby, secret, body, signature))
            },
            3
        ),
    )?;
    native.define_singleton_method(
        "webhook_signature",
        function!(
            |secret: Value, body: RString| guard(|ruby| expected_webhook_signature(
                ruby, secret, body
            )),
            2
        ),
    )?;
    native.define_singleton_method(
        "body_md5",
        function!(|body: RString| guard(|_| Ok(body_md5(body))), 1),
    )?;
    native.define_singleton_method(
        "encode",
        function!(|value: Value| guard(|ruby| json::encode(ruby, value)), 1),
    )?;
    native.define_singleton_method(
        "dump",
        function!(|value: Value| guard(|ruby| json::dump(ruby, value)), 1),
    )?;
    native.define_singleton_method(
        "read_json",
        function!(
            |text: RString, max_depth: Option<usize>, frozen: bool| {
                guard(|ruby| json::read(ruby, text, max_depth, frozen))
            },
            3
        ),
    )?;
    native.define_singleton_method(
        "as_utf8",
        function!(
            |value: Value| guard(|ruby| Ok(binary::as_utf8(ruby, value, Scope::Subclasses)?)),
            1
        ),
    )?;
    native.define_singleton_method(
        "exactly?",
        function!(
            |object: Value, class: RClass| guard(|_| Ok(borrow::is_exactly(object, class))),
            2
        ),
    )?;
    native.define_singleton_method(
        "read_reply",
        function!(
            |body: RString| guard(|ruby| Ok(json::read_reply(ruby, body))),
            1
        ),
    )?;
    native.define_singleton_method(
        "seal",
        function!(
            |channel: Value, key: RString, data: RString| {
                guard(|ruby| seal(ruby, channel, key, data))
            },
            3
        ),
    )
}
