//! Signing the parameters of a request.

use magnus::{Error, Module, Object, RHash, RModule, RString, Ruby, Value, function};
use pusher_core::signature::{self, Params};

use crate::arguments;
use crate::borrow;
use crate::error::Failure;
use crate::guard::guard;
use crate::query;

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
        query::from_hash(ruby, params, &mut signed)?;
    }
    if let Some(body) = body {
        let md5 = borrow::with_bytes(body, signature::body_md5);
        signed.insert(b"body_md5", md5.as_str());
    }
    let verb = arguments::method_name(ruby, verb)?;
    let secret = secret(ruby, secret_of_key)?;
    let key = borrow::bytes(borrow::text(ruby, key)?);
    let path = path.to_string()?;
    signature::authenticate(&mut signed, &verb, &path, &key, &secret, &time.to_string());
    Ok(ruby.str_new(&signed.to_query()))
}

/// The bytes of a secret, which must be a String.
pub(crate) fn secret(ruby: &Ruby, secret: Value) -> Result<Vec<u8>, Failure> {
    match RString::from_value(secret) {
        Some(secret) => Ok(borrow::bytes(secret)),
        None => Err(Failure::type_error(ruby, "the secret must be a String")),
    }
}

pub(crate) fn define(_ruby: &Ruby, pusher: RModule) -> Result<(), Error> {
    let native = pusher.define_module("Internal")?.define_module("Native")?;
    native.define_singleton_method(
        "signed_query",
        function!(
            |verb: Value,
             path: RString,
             params: RHash,
             body: Option<RString>,
             key: Value,
             secret: Value,
             time: i64| {
                guard(|ruby| signed_query(ruby, (verb, path), params, body, (key, secret), time))
            },
            7
        ),
    )
}
