//! Leaves that sign and verify requests of the HTTP API.

use magnus::{Error, Object, RHash, RModule, RString, Ruby, Value};
use pusher_core::signature::{self, Params};

use crate::error::Failure;
use crate::guard::guard;
use crate::http_arguments;
use crate::query_params;
use crate::strings::{self, bytes};

/// The query of a request: the caller's parameters, the MD5 of the body, and the signature.
fn signed_query(
    ruby: &Ruby,
    (verb, path): (Value, RString),
    params: RHash,
    body: Option<RString>,
    (key, secret_of_key): (Value, Value),
    time: i64,
) -> Result<RString, Failure> {
    let mut signed = Params::new();
    if !params.is_empty() {
        query_params::read(ruby, params, &mut signed)?;
    }
    if let Some(body) = body {
        let md5 = strings::with_bytes(body, signature::body_md5);
        signed.insert(b"body_md5", md5.as_str());
    }
    let verb = http_arguments::method_name(ruby, verb)?;
    let secret = secret(ruby, secret_of_key)?;
    let key = bytes(strings::text(ruby, key)?);
    let path = path.to_string()?;
    signature::authenticate(&mut signed, &verb, &path, &key, &secret, &time.to_string());
    Ok(ruby.str_new(&signed.to_query()))
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
    Ok(strings::with_bytes(string, |string| {
        signature::sign(&secret, string)
    }))
}

fn is_signature(
    ruby: &Ruby,
    secret_of_key: Value,
    string: RString,
    signature: RString,
) -> Result<bool, Failure> {
    let secret = secret(ruby, secret_of_key)?;
    Ok(signature::verify(
        &secret,
        &bytes(string),
        &bytes(signature),
    ))
}

fn body_md5(body: RString) -> String {
    strings::with_bytes(body, signature::body_md5)
}

/// The bytes of a secret, which must be a String.
pub(crate) fn secret(ruby: &Ruby, secret: Value) -> Result<Vec<u8>, Failure> {
    match RString::from_value(secret) {
        Some(secret) => Ok(bytes(secret)),
        None => Err(Failure::type_error(ruby, "the secret must be a String")),
    }
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
        "body_md5" => |body: RString| guard(|_| Ok(body_md5(body))), 1;
    );
    Ok(())
}
