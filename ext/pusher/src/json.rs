//! JSON ⇄ Ruby values: plain values natively, everything else by the application's own engine.

use magnus::r_hash::ForEach;
use magnus::value::{Qfalse, Qtrue, ReprValue};
use magnus::{
    Error, Exception, Float, Integer, RArray, RHash, RModule, RString, Ruby, Symbol, Value,
};

use crate::binary::{self, Scope};
use crate::borrow;
use crate::error::Failure;
use crate::hashes::each_pair;
use crate::ids;
use crate::json_reader::{self, Style};

/// As deep as Ruby's own JSON nests.
const MAX_DEPTH: usize = 100;

/// A value as JSON: written natively where it is plain, by the engine where any part of it is not.
pub(crate) fn encode(ruby: &Ruby, value: Value) -> Result<RString, Failure> {
    let mut out = Vec::with_capacity(512);
    if write(ruby, value, &mut out, 0)? && !is_escaped(ruby, &out)? {
        // Only valid UTF-8 is written.
        return Ok(ruby.str_new(std::str::from_utf8(&out).unwrap_or_default()));
    }
    let encoded = dump(ruby, value)?;
    if is_text(ruby, encoded) {
        return Ok(encoded);
    }
    Err(crate::error::named(
        ruby,
        "Error",
        "the JSON engine wrote what is not valid UTF-8",
    )
    .into())
}

/// Whether ActiveSupport may write some of this as escapes: `<`, `>`, `&`, and the line ends that JavaScript has besides.
fn is_escaped(ruby: &Ruby, json: &[u8]) -> Result<bool, Error> {
    let has_any = json.iter().any(|byte| matches!(byte, b'<' | b'>' | b'&'))
        || has(json, "\u{2028}".as_bytes())
        || has(json, "\u{2029}".as_bytes());
    if !has_any {
        return Ok(false);
    }
    ruby_json(ruby)?.funcall("escapes?", ())
}

/// How the application's engine sees an object.
///
/// It gets the very object, unless that holds binary Strings: engines differ about them, and some print a warning.
pub(crate) fn dump(ruby: &Ruby, value: Value) -> Result<RString, Failure> {
    let value = binary::as_utf8(ruby, value, Scope::Plain)?.unwrap_or(value);
    let text = ruby_json(ruby)?.funcall(*ids::DUMP, (value,))?;
    refuse_what_is_no_json(ruby, text)
}

/// `Pusher::Json`, which knows the engine.
fn ruby_json(ruby: &Ruby) -> Result<RModule, Error> {
    ids::of_pusher(ruby, &ids::JSON)
}

/// Some engines write numbers that JSON does not have, NaN and Infinity, and bytes that are no UTF-8.
fn refuse_what_is_no_json(ruby: &Ruby, text: RString) -> Result<RString, Failure> {
    let is_suspect = borrow::is_broken(ruby, text)
        || borrow::with_bytes(text, |bytes| has(bytes, b"NaN") || has(bytes, b"Infinity"));
    if !is_suspect {
        return Ok(text);
    }
    let style = Style {
        symbol_keys: false,
        frozen: false,
        max_depth: usize::MAX,
    };
    match json_reader::read(ruby, &borrow::bytes(text), &style) {
        Ok(_) => Ok(text),
        Err(reason) => Err(unencodable(ruby, parse_error(ruby, &reason, text)?)),
    }
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes.contains(&word[0]) && bytes.windows(word.len()).any(|window| window == word)
}

/// The error that the application's engine has for what is no JSON.
pub(crate) fn parse_error(ruby: &Ruby, reason: &str, text: RString) -> Result<Exception, Error> {
    ruby_json(ruby)?.funcall("parse_error", (reason, text))
}

fn unencodable(ruby: &Ruby, exception: Exception) -> Failure {
    let raised: Result<Value, Error> = ids::of_pusher::<RModule>(ruby, &ids::FAILURES)
        .and_then(|failures| failures.funcall("raise_unencodable", (exception,)));
    raised.err().unwrap_or_else(|| exception.into()).into()
}

/// Reads JSON of the service, keys of the outermost object as Symbols, those of deeper ones as Strings. A String that is
/// no JSON gives a Symbol, which no JSON does.
pub(crate) fn read_reply(ruby: &Ruby, body: RString) -> Value {
    if borrow::with_bytes(body, |bytes| bytes == b"{}") {
        return ruby.hash_new().as_value();
    }
    let style = Style {
        symbol_keys: true,
        frozen: false,
        max_depth: MAX_DEPTH,
    };
    json_reader::read(ruby, &borrow::bytes(body), &style)
        .unwrap_or_else(|_| ruby.to_symbol("invalid").as_value())
}

fn pair(ruby: &Ruby, outcome: Result<Value, String>) -> RArray {
    let nil = ruby.qnil().as_value();
    let pair = match outcome {
        Ok(value) => [value, nil],
        Err(reason) => [nil, ruby.str_new(&reason).as_value()],
    };
    ruby.ary_new_from_values(&pair)
}

/// Reads JSON with String keys: the value and nil, or nil and the reason why it is none.
pub(crate) fn read(
    ruby: &Ruby,
    text: RString,
    max_depth: Option<usize>,
    frozen: bool,
) -> Result<RArray, Failure> {
    let style = Style {
        symbol_keys: false,
        frozen,
        max_depth: max_depth.unwrap_or(usize::MAX),
    };
    Ok(pair(
        ruby,
        json_reader::read(ruby, &borrow::bytes(text), &style),
    ))
}

/// Writes a plain value; `false` for one that is not, or holds one that is not.
fn write(ruby: &Ruby, value: Value, out: &mut Vec<u8>, depth: usize) -> Result<bool, Error> {
    if value.is_nil() {
        out.extend_from_slice(b"null");
    } else if let Some(string) = RString::from_value(value) {
        return Ok(write_string(ruby, string, out));
    } else if let Some(symbol) = Symbol::from_value(value) {
        return Ok(write_string(ruby, borrow::name(symbol), out));
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

/// Whether a String is UTF-8, also where Ruby takes it for binary.
fn is_text(ruby: &Ruby, string: RString) -> bool {
    borrow::is_utf8(ruby, string) || borrow::is_binary_utf8(ruby, string)
}

/// Only Strings themselves: how a subclass looks is the engine's affair.
fn write_string(ruby: &Ruby, string: RString, out: &mut Vec<u8>) -> bool {
    if !borrow::is_exactly(string.as_value(), ruby.class_string()) || !is_text(ruby, string) {
        return false;
    }
    borrow::with_bytes(string, |bytes| write_text(bytes, out));
    true
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
    borrow::with_bytes(digits, |digits| out.extend_from_slice(digits));
    Ok(())
}

/// Without an exponent, as every engine writes it; engines differ about those that need one.
fn write_float(number: f64, out: &mut Vec<u8>) -> bool {
    let is_common = number == 0.0 || (1e-4..1e15).contains(&number.abs());
    is_common && serde_json::to_writer(out, &number).is_ok()
}

fn write_array(ruby: &Ruby, array: RArray, out: &mut Vec<u8>, depth: usize) -> Result<bool, Error> {
    if depth >= MAX_DEPTH || !borrow::is_exactly(array.as_value(), ruby.class_array()) {
        return Ok(false);
    }
    out.push(b'[');
    for index in 0..array.len() {
        if index > 0 {
            out.push(b',');
        }
        if !write(ruby, array.entry(index as isize)?, out, depth + 1)? {
            return Ok(false);
        }
    }
    out.push(b']');
    Ok(true)
}

fn write_hash(ruby: &Ruby, hash: RHash, out: &mut Vec<u8>, depth: usize) -> Result<bool, Error> {
    if depth >= MAX_DEPTH || !borrow::is_exactly(hash.as_value(), ruby.class_hash()) {
        return Ok(false);
    }
    out.push(b'{');
    let mut is_plain = true;
    let mut is_first = true;
    each_pair(hash, |key, value| -> Result<_, Error> {
        if !std::mem::take(&mut is_first) {
            out.push(b',');
        }
        is_plain = write_key(ruby, key, out)?;
        if is_plain {
            out.push(b':');
            is_plain = write(ruby, value, out, depth + 1)?;
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

fn write_key(ruby: &Ruby, key: Value, out: &mut Vec<u8>) -> Result<bool, Error> {
    if let Some(string) = RString::from_value(key) {
        return Ok(write_string(ruby, string, out));
    }
    match Symbol::from_value(key) {
        Some(symbol) => Ok(write_string(ruby, borrow::name(symbol), out)),
        None => Ok(false),
    }
}
