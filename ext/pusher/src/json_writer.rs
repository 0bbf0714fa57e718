//! Writes plain Ruby values as JSON. For these values all JSON engines write the same text.

use magnus::r_hash::ForEach;
use magnus::value::{Qfalse, Qtrue, ReprValue};
use magnus::{Error, Float, Integer, RArray, RHash, RString, Ruby, Symbol, Value};

use crate::hashes::each_pair;
use crate::ids;
use crate::json::MAX_DEPTH;
use crate::objects::is_exactly;
use crate::strings;

/// A plain value as JSON in UTF-8; `None` for a value that is not plain, or that contains one that is not.
pub(crate) fn write(ruby: &Ruby, value: Value) -> Result<Option<Vec<u8>>, Error> {
    let mut out = Vec::with_capacity(512);
    let is_plain = write_value(ruby, value, &mut out, 0)?;
    Ok(is_plain.then_some(out))
}

fn write_value(ruby: &Ruby, value: Value, out: &mut Vec<u8>, depth: usize) -> Result<bool, Error> {
    if value.is_nil() {
        out.extend_from_slice(b"null");
    } else if let Some(string) = RString::from_value(value) {
        return Ok(write_string(ruby, string, out));
    } else if let Some(symbol) = Symbol::from_value(value) {
        return Ok(write_string(ruby, strings::symbol_name(symbol), out));
    } else if let Some(integer) = Integer::from_value(value) {
        write_integer(integer, out)?;
    } else if let Some(float) = Float::from_value(value) {
        return Ok(write_float(float.to_f64(), out));
    } else if let Some(hash) = RHash::from_value(value) {
        return write_hash(ruby, hash, out, depth);
    } else if let Some(array) = RArray::from_value(value) {
        return write_array(ruby, array, out, depth);
    } else if Qtrue::from_value(value).is_some() {
        out.extend_from_slice(b"true");
    } else if Qfalse::from_value(value).is_some() {
        out.extend_from_slice(b"false");
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// Subclasses of String are not plain: engines may write them in another way.
fn write_string(ruby: &Ruby, string: RString, out: &mut Vec<u8>) -> bool {
    let is_plain = is_exactly(string.as_value(), ruby.class_string())
        && (strings::is_utf8(ruby, string) || strings::is_binary_utf8(ruby, string));
    if is_plain {
        strings::with_bytes(string, |bytes| write_text(bytes, out));
    }
    is_plain
}

fn write_text(utf8: &[u8], out: &mut Vec<u8>) {
    let text = std::str::from_utf8(utf8).unwrap_or_default();
    serde_json::to_writer(out, text).expect("writing to memory does not fail");
}

fn write_integer(integer: Integer, out: &mut Vec<u8>) -> Result<(), Error> {
    if let Ok(number) = integer.to_i64() {
        out.extend_from_slice(number.to_string().as_bytes());
        return Ok(());
    }
    let digits: RString = integer.funcall(*ids::TO_S, ())?;
    strings::with_bytes(digits, |digits| out.extend_from_slice(digits));
    Ok(())
}

/// Writes only numbers without an exponent: engines write exponents in different ways.
fn write_float(number: f64, out: &mut Vec<u8>) -> bool {
    let is_common = number == 0.0 || (1e-4..1e15).contains(&number.abs());
    is_common && serde_json::to_writer(out, &number).is_ok()
}

fn write_array(ruby: &Ruby, array: RArray, out: &mut Vec<u8>, depth: usize) -> Result<bool, Error> {
    if depth >= MAX_DEPTH || !is_exactly(array.as_value(), ruby.class_array()) {
        return Ok(false);
    }
    out.push(b'[');
    for index in 0..array.len() {
        if index > 0 {
            out.push(b',');
        }
        if !write_value(ruby, array.entry(index as isize)?, out, depth + 1)? {
            return Ok(false);
        }
    }
    out.push(b']');
    Ok(true)
}

fn write_hash(ruby: &Ruby, hash: RHash, out: &mut Vec<u8>, depth: usize) -> Result<bool, Error> {
    if depth >= MAX_DEPTH || !is_exactly(hash.as_value(), ruby.class_hash()) {
        return Ok(false);
    }
    out.push(b'{');
    let mut is_plain = true;
    let mut is_first = true;
    each_pair(hash, |key, value| -> Result<_, Error> {
        if !std::mem::take(&mut is_first) {
            out.push(b',');
        }
        is_plain = write_key(ruby, key, out);
        if is_plain {
            out.push(b':');
            is_plain = write_value(ruby, value, out, depth + 1)?;
        }
        Ok(if is_plain {
            ForEach::Continue
        } else {
            ForEach::Stop
        })
    })?;
    out.push(b'}');
    Ok(is_plain)
}

fn write_key(ruby: &Ruby, key: Value, out: &mut Vec<u8>) -> bool {
    let string =
        RString::from_value(key).or_else(|| Symbol::from_value(key).map(strings::symbol_name));
    string.is_some_and(|string| write_string(ruby, string, out))
}
