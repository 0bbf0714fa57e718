//! Leaves that verify webhooks.

use magnus::{Error, Object, RModule, RString, Ruby, Value};
use pusher_core::webhook;

use crate::error::Failure;
use crate::guard::guard;
use crate::signing;
use crate::strings::{with_both, with_bytes};

fn is_valid(
    ruby: &Ruby,
    secret: Value,
    body: RString,
    signature: RString,
) -> Result<bool, Failure> {
    let secret = signing::secret(ruby, secret)?;
    Ok(with_both(secret, body, |secret, body| {
        with_bytes(signature, |signature| {
            webhook::is_valid(secret, body, signature)
        })
    }))
}

fn expected_signature(ruby: &Ruby, secret: Value, body: RString) -> Result<String, Failure> {
    let secret = signing::secret(ruby, secret)?;
    Ok(with_both(secret, body, webhook::expected_signature))
}

pub(crate) fn define_leaves(native: RModule) -> Result<(), Error> {
    leaves!(native,
        "webhook_valid?" => |secret: Value, body: RString, signature: RString| {
            guard(|ruby| is_valid(ruby, secret, body, signature))
        }, 3;
        "webhook_signature" => |secret: Value, body: RString| {
            guard(|ruby| expected_signature(ruby, secret, body))
        }, 2;
    );
    Ok(())
}
