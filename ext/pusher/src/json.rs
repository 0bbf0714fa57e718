//! JSON ⇄ Ruby values: plain values natively, everything else by the application's own engine.

use magnus::r_hash::ForEach;
use magnus::value::{Qfalse, Qtrue, ReprValue};
use magnus::{
    Class, Error, Exception, ExceptionClass, Float, Integer, Module, RArray, RHash, RModule,
    RString, Ruby, Symbol, Value,
};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::de::{Deserializer, SliceRead};

use crate::borrow;
use crate::constants;
use crate::error::Failure;
use crate::hashes::each_pair;
use crate::names;

/// As deep as Ruby's own JSON nests.
const MAX_DEPTH: usize = 100;

/// A value as JSON: written natively where it is plain, by `MultiJson.dump` where any part of it is not.
pub(crate) fn encode(ruby: &Ruby, value: Value) -> Result<RString, Failure> {
    let mut out = Vec::with_capacity(512);
    if write(ruby, value, &mut out, 0)? {
        // Only valid UTF-8 is written.
        return Ok(ruby.str_new(std::str::from_utf8(&out).unwrap_or_default()));
    }
    let encoded = dump(ruby, value)?;
    if borrow::is_utf8(ruby, encoded) {
        return Ok(encoded);
    }
    Err(crate::error::named(
        ruby,
        "Error",
        "the JSON engine wrote what is not valid UTF-8",
    )
    .into())
}

/// `MultiJson.dump`: how the application's engine sees an object.
pub(crate) fn dump(ruby: &Ruby, value: Value) -> Result<RString, Failure> {
    let outcome: Result<RString, Error> =
        constants::multi_json(ruby)?.funcall(*names::DUMP, (value,));
    let text = outcome.or_else(|error| {
        if is_refused_in_trap(ruby, &error) {
            return dump_aside(ruby, value, error);
        }
        Err(encoding_failure(ruby, error))
    })?;
    refuse_nan(ruby, text)
}

/// Some engines take a lock, which a signal trap may not.
fn is_refused_in_trap(ruby: &Ruby, error: &Error) -> bool {
    error.is_kind_of(ruby.exception_thread_error())
}

/// Once more in a thread of its own, where locks can be taken.
fn dump_aside(ruby: &Ruby, value: Value, error: Error) -> Result<RString, Failure> {
    let aside: RModule = constants::of_pusher(ruby, &constants::ASIDE)?;
    let text: Option<RString> = aside.funcall("dump", (value,))?;
    text.ok_or_else(|| encoding_failure(ruby, error))
}

/// Some engines write numbers that JSON does not have: NaN and Infinity.
fn refuse_nan(ruby: &Ruby, text: RString) -> Result<RString, Failure> {
    let is_suspect =
        borrow::with_bytes(text, |bytes| has(bytes, b"NaN") || has(bytes, b"Infinity"));
    if !is_suspect {
        return Ok(text);
    }
    match decode(ruby, &borrow::bytes(text)) {
        Decoded::NotJson(reason) => {
            let error = parse_error(ruby, &reason, text);
            Err(encoding_failure(ruby, error))
        }
        _ => Ok(text),
    }
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes.contains(&word[0]) && bytes.windows(word.len()).any(|window| window == word)
}

/// `MultiJson.load`.
pub(crate) fn load(ruby: &Ruby, text: RString) -> Result<Value, Error> {
    constants::multi_json(ruby)?.funcall(*names::LOAD, (text,))
}

/// The error that `MultiJson.load` raises for what is no JSON.
pub(crate) fn parse_error(ruby: &Ruby, reason: &str, text: RString) -> Error {
    let original = ruby.exception_arg_error().new_instance((reason,));
    let built = constants::multi_json(ruby).and_then(|multi_json| {
        let class: ExceptionClass = multi_json.const_get("ParseError")?;
        class.funcall("build", (original?, text))
    });
    built.map_or_else(|error| error, |error: Exception| error.into())
}

/// What an engine raises becomes a `Pusher::Error` with that as its cause; what is no failure of an engine stays.
fn encoding_failure(ruby: &Ruby, error: Error) -> Failure {
    let is_engines = error.is_kind_of(ruby.exception_standard_error());
    let Some(exception) = crate::error::exception(ruby, &error).filter(|_| is_engines) else {
        return error.into();
    };
    let raised: Result<Value, Error> = constants::of_pusher::<RModule>(ruby, &constants::FAILURES)
        .and_then(|failures| failures.funcall("raise_unencodable", (exception,)));
    raised.err().unwrap_or(error).into()
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
        let Ok(number) = integer.to_i64() else {
            return Ok(false);
        };
        out.extend_from_slice(number.to_string().as_bytes());
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

/// Only Strings themselves: how a subclass looks is the engine's affair.
fn write_string(ruby: &Ruby, string: RString, out: &mut Vec<u8>) -> bool {
    if !borrow::is_exactly(string.as_value(), ruby.class_string()) || !borrow::is_utf8(ruby, string)
    {
        return false;
    }
    borrow::with_bytes(string, |bytes| write_text(bytes, out));
    true
}

fn write_text(utf8: &[u8], out: &mut Vec<u8>) {
    let text = std::str::from_utf8(utf8).unwrap_or_default();
    serde_json::to_writer(out, text).expect("writing to memory does not fail");
}

fn write_float(number: f64, out: &mut Vec<u8>) -> bool {
    number.is_finite() && serde_json::to_writer(out, &number).is_ok()
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

/// What became of a text that should be JSON.
pub(crate) enum Decoded {
    /// It is JSON.
    Value(Value),
    /// It is JSON with numbers that this reader would round: the application's engine may do better.
    ForEngine,
    /// It is none, or nested too deeply, and why.
    NotJson(String),
}

/// Reads JSON: keys of the outermost object as Symbols, those of deeper ones as Strings.
pub(crate) fn decode(ruby: &Ruby, text: &[u8]) -> Decoded {
    let mut deserializer = Deserializer::new(SliceRead::new(text));
    let reader = Reader {
        ruby,
        is_outermost: true,
    };
    match reader
        .deserialize(&mut deserializer)
        .and_then(|v| deserializer.end().map(|()| v))
    {
        Ok(value) => Decoded::Value(value),
        Err(error) if error.is_data() => Decoded::ForEngine,
        Err(error) => Decoded::NotJson(error.to_string()),
    }
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    ruby: &'a Ruby,
    is_outermost: bool,
}

impl Reader<'_> {
    fn deeper(self) -> Self {
        Self {
            is_outermost: false,
            ..self
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(self.ruby.qnil().as_value())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(self.ruby.into_value(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(self.ruby.into_value(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(self.ruby.into_value(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        // An integer beyond 64 bits arrives here as well, already rounded.
        if value.abs() >= 9.0e15 {
            return Err(E::custom("a number for the engine"));
        }
        Ok(self.ruby.into_value(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(self.ruby.str_new(value).as_value())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let array = self.ruby.ary_new();
        while let Some(item) = items.next_element_seed(self.deeper())? {
            array.push(item).map_err(serde::de::Error::custom)?;
        }
        Ok(array.as_value())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Value, A::Error> {
        let hash = self.ruby.hash_new();
        while let Some(key) = pairs.next_key::<std::borrow::Cow<'_, str>>()? {
            let key = if self.is_outermost {
                self.ruby.to_symbol(&*key).as_value()
            } else {
                self.ruby.str_new(&key).as_value()
            };
            let value = pairs.next_value_seed(self.deeper())?;
            hash.aset(key, value).map_err(serde::de::Error::custom)?;
        }
        Ok(hash.as_value())
    }
}
