//! Leaves for authorising sockets: keys, socket ids and authentication strings.

use magnus::{Error, Object, RModule, RString, Ruby, Value};
use pusher_core::auth;

use crate::error::Failure;
use crate::guard::guard;
use crate::signing;
use crate::strings::{self, bytes};

fn authentication_string(
    ruby: &Ruby,
    key: Value,
    secret: Value,
    string_to_sign: RString,
) -> Result<RString, Failure> {
    let key = bytes(strings::text(ruby, key)?);
    let secret = signing::secret(ruby, secret)?;
    let string_to_sign = bytes(strings::to_utf8(ruby, string_to_sign)?);
    let auth = auth::authentication_string(&key, &secret, &string_to_sign);
    Ok(strings::new_string(ruby, &auth))
}

fn is_socket_id(id: Value) -> bool {
    RString::from_value(id).is_some_and(|id| strings::with_bytes(id, auth::is_socket_id))
}

/// Whether a text has no line break and no NUL, so it can be part of a header or a url.
fn is_single_line(text: RString) -> bool {
    strings::with_bytes(text, |bytes| {
        !bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0))
    })
}

pub(crate) fn define_leaves(native: RModule) -> Result<(), Error> {
    leaves!(native,
        "authentication_string" => |key: Value, secret: Value, string_to_sign: RString| {
            guard(|ruby| authentication_string(ruby, key, secret, string_to_sign))
        }, 3;
        "single_line?" => |text: RString| guard(|_| Ok(is_single_line(text))), 1;
        "socket_id?" => |id: Value| guard(|_| Ok(is_socket_id(id))), 1;
    );
    Ok(())
}
