//! Converts Ruby's Hashes to query parameters.

use magnus::r_hash::ForEach;
use magnus::value::ReprValue;
use magnus::{RArray, RHash, Ruby, TryConvert, Value};
use pusher_core::signature::{self, Params, Value as ParamValue};

use crate::error::Failure;
use crate::hashes::each_pair;
use crate::strings::{self, bytes};

/// Reads a Hash of parameters: keys and values by `to_s`, nil as an empty value, Arrays element by element.
pub(crate) fn read(ruby: &Ruby, hash: RHash, params: &mut Params<'_>) -> Result<(), Failure> {
    each_param(ruby, hash, |key, value| params.insert(key, value))
}

/// The query of a request whose parameters are sent unchanged and unsigned, from a Hash or nil.
pub(crate) fn encode(ruby: &Ruby, query: Value) -> Result<String, Failure> {
    if query.is_nil() {
        return Ok(String::new());
    }
    let mut pairs = Vec::new();
    each_param(ruby, RHash::try_convert(query)?, |key, value| {
        pairs.push((key, value))
    })?;
    Ok(signature::encode_query(
        pairs.iter().map(|(key, value)| (&key[..], value)),
    ))
}

fn each_param(
    ruby: &Ruby,
    hash: RHash,
    mut take: impl FnMut(Vec<u8>, ParamValue<'static>),
) -> Result<(), Failure> {
    each_pair(hash, |key, value| {
        let (key, value) = pair(ruby, key, value)?;
        take(key, value);
        Ok(ForEach::Continue)
    })
}

fn pair(ruby: &Ruby, key: Value, value: Value) -> Result<(Vec<u8>, ParamValue<'static>), Failure> {
    let key = bytes(strings::text(ruby, key)?);
    let Some(items) = RArray::from_value(value) else {
        return Ok((key, ParamValue::One(text_or_nothing(ruby, value)?.into())));
    };
    let mut values = Vec::with_capacity(items.len());
    for index in 0..items.len() {
        values.push(text_or_nothing(ruby, items.entry(index as isize)?)?.into());
    }
    Ok((key, ParamValue::Many(values)))
}

fn text_or_nothing(ruby: &Ruby, value: Value) -> Result<Vec<u8>, Failure> {
    if value.is_nil() {
        return Ok(Vec::new());
    }
    Ok(bytes(strings::text(ruby, value)?))
}
