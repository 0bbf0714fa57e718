//! Leaves for authorising sockets: keys, socket ids and authentication strings.

use magnus::{Error, Object, RModule, RString, Ruby, Symbol, Value};
use pusher_core::auth;

use crate::error::Failure;
use crate::guard::guard;
use crate::signing;
use crate::strings::{self, with_both, with_bytes};

fn authentication_string(
    ruby: &Ruby,
    key: Value,
    secret: Value,
    string_to_sign: RString,
) -> Result<RString, Failure> {
    let key = strings::text(ruby, key)?;
    let secret = signing::secret(ruby, secret)?;
    let string_to_sign = strings::to_utf8(ruby, string_to_sign)?;
    let auth = with_both(key, secret, |key, secret| {
        with_bytes(string_to_sign, |string| {
            auth::authentication_string(key, secret, string)
        })
    });
    Ok(strings::new_string(ruby, &auth))
}

fn is_socket_id(id: Value) -> bool {
    RString::from_value(id).is_some_and(|id| strings::with_bytes(id, auth::is_socket_id))
}

/// Whether a String or Symbol is a valid name of a channel. False for a name in an encoding that ASCII is not a part of.
fn is_channel_name(name: Value) -> bool {
    let name = match Symbol::from_value(name) {
        Some(symbol) => Some(strings::symbol_name(symbol)),
        None => RString::from_value(name),
    };
    name.is_some_and(|name| strings::is_ascii(name) && with_bytes(name, auth::is_channel_name))
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
        "channel_name?" => |name: Value| guard(|_| Ok(is_channel_name(name))), 1;
        "single_line?" => |text: RString| guard(|_| Ok(is_single_line(text))), 1;
        "socket_id?" => |id: Value| guard(|_| Ok(is_socket_id(id))), 1;
    );
    Ok(())
}
