//! Leaves for encrypted channels: master keys, shared secrets, encryption and decryption.

use magnus::{Error, Object, RArray, RModule, RString, Ruby, Value};
use pusher_core::encryption;

use crate::error::Failure;
use crate::guard::guard;
use crate::strings::{self, bytes, with_bytes};

fn decode_master_key(ruby: &Ruby, base64: RString) -> Result<RString, Failure> {
    let key = encryption::decode_master_key(&bytes(base64))?;
    Ok(ruby.str_from_slice(&key))
}

fn shared_secret(ruby: &Ruby, channel: Value, master_key: RString) -> Result<RString, Failure> {
    let channel = bytes(strings::text(ruby, channel)?);
    let secret = encryption::shared_secret(&channel, &bytes(master_key));
    Ok(ruby.str_from_slice(secret.as_slice()))
}

/// Whether one of these names, which are Strings, is that of an encrypted channel.
fn has_encrypted(names: RArray) -> Result<bool, Failure> {
    for index in 0..names.len() {
        let name: RString = names.entry(index as isize)?;
        if with_bytes(name, |name| name.starts_with(encryption::CHANNEL_PREFIX)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Seals the data of an event on an encrypted channel.
fn seal(
    ruby: &Ruby,
    channel: Value,
    master_key: RString,
    data: RString,
) -> Result<RString, Failure> {
    let channel = bytes(strings::text(ruby, channel)?);
    let secret = encryption::shared_secret(&channel, &bytes(master_key));
    let sealed = encryption::seal(&secret, &bytes(strings::to_utf8(ruby, data)?))?;
    Ok(ruby.str_new(&sealed))
}

/// The data of an encrypted event, as it was before it was sealed.
fn decrypt(
    ruby: &Ruby,
    channel: Value,
    master_key: RString,
    sealed: RString,
) -> Result<RString, Failure> {
    let channel = bytes(strings::text(ruby, channel)?);
    let secret = encryption::shared_secret(&channel, &bytes(master_key));
    let data = encryption::open(&secret, &bytes(sealed))?;
    Ok(strings::new_string(ruby, &data))
}

pub(crate) fn define_leaves(native: RModule) -> Result<(), Error> {
    leaves!(native,
        "decode_master_key" => |base64: RString| guard(|ruby| decode_master_key(ruby, base64)), 1;
        "shared_secret" => |channel: Value, master_key: RString| {
            guard(|ruby| shared_secret(ruby, channel, master_key))
        }, 2;
        "encrypted?" => |names: RArray| guard(|_| has_encrypted(names)), 1;
        "seal" => |channel: Value, master_key: RString, data: RString| {
            guard(|ruby| seal(ruby, channel, master_key, data))
        }, 3;
        "decrypt" => |channel: Value, master_key: RString, sealed: RString| {
            guard(|ruby| decrypt(ruby, channel, master_key, sealed))
        }, 3;
    );
    Ok(())
}
