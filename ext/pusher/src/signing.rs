//! Leaves that sign and verify requests of the HTTP API.

use magnus::{Error, Object, RHash, RModule, RString, Ruby, Value};
use pusher_core::signature::{self, Params};

use crate::error::Failure;
use crate::guard::guard;
use crate::http_arguments;
use crate::query_params;
use crate::strings::{self, with_both, with_bytes};

/// The query of a request: the caller's parameters, the MD5 of the body, and the signature.
pub(crate) fn signed_query(
    ruby: &Ruby,
    (verb, path): (Value, RString),
    params: RHash,
    body: Option<RString>,
    (key, secret_of_key): (Value, Value),
    time: i64,
) -> Result<RString, Failure> {
    let verb = http_arguments::method_name(ruby, verb)?;
    let secret = secret(ruby, secret_of_key)?;
    let key = strings::text(ruby, key)?;
    let path = strings::utf8(ruby, path)?;
    let time = time.to_string();
    let mut unsigned = Params::new();
    if !params.is_empty() {
        query_params::read(ruby, params, &mut unsigned)?;
    }
    if let Some(body) = body {
        with_bytes(body, |body| unsigned.set_body(body));
    }
    let query = with_both(key, secret, |key, secret| {
        let mut signed = unsigned;
        signature::authenticate(&mut signed, &verb, &path, key, secret, &time);
        signed.to_query()
    });
    Ok(ruby.str_new(&query))
}

fn string_to_sign(
    ruby: &Ruby,
    method: RString,
    path: RString,
    params: RHash,
) -> Result<RString, Failure> {
    let mut list = Params::new();
    query_params::read(ruby, params, &mut list)?;
    let string = signature::string_to_sign(&method.to_string()?, &path.to_string()?, &list);
    Ok(strings::new_string(ruby, &string))
}

fn sign(ruby: &Ruby, secret_of_key: Value, string: RString) -> Result<String, Failure> {
    let secret = secret(ruby, secret_of_key)?;
    Ok(with_both(secret, string, signature::sign))
}

fn is_signature(
    ruby: &Ruby,
    secret_of_key: Value,
    string: RString,
    signature: RString,
) -> Result<bool, Failure> {
    let secret = secret(ruby, secret_of_key)?;
    Ok(with_both(secret, string, |secret, string| {
        with_bytes(signature, |signature| {
            signature::verify(secret, string, signature)
        })
    }))
}

/// A secret, which must be a String.
pub(crate) fn secret(ruby: &Ruby, secret: Value) -> Result<RString, Failure> {
    RString::from_value(secret)
        .ok_or_else(|| Failure::type_error(ruby, "the secret must be a String"))
}

pub(crate) fn define_leaves(native: RModule) -> Result<(), Error> {
    leaves!(native,
        "signed_query" => |verb: Value,
                           path: RString,
                           params: RHash,
                           body: Option<RString>,
                           key: Value,
                           secret: Value,
                           time: i64| {
            guard(|ruby| signed_query(ruby, (verb, path), params, body, (key, secret), time))
        }, 7;
        "string_to_sign" => |method: RString, path: RString, params: RHash| {
            guard(|ruby| string_to_sign(ruby, method, path, params))
        }, 3;
        "sign" => |secret: Value, string: RString| guard(|ruby| sign(ruby, secret, string)), 2;
        "signature?" => |secret: Value, string: RString, signature: RString| {
            guard(|ruby| is_signature(ruby, secret, string, signature))
        }, 3;
        "body_md5" => |body: RString| guard(|_| Ok(with_bytes(body, signature::body_md5))), 1;
    );
    Ok(())
}
