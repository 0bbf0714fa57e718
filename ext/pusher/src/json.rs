//! Leaves for JSON. Plain values are written natively, all others by the application's own engine; JSON is read natively.

use magnus::value::ReprValue;
use magnus::{Error, Exception, Object, RArray, RModule, RString, Ruby, Value};

use crate::binary::{self, Scope};
use crate::error::{self, Failure};
use crate::guard::guard;
use crate::ids;
use crate::json_reader::{self, Style};
use crate::json_writer;
use crate::strings::{self, bytes};

/// The nesting that Ruby's own JSON accepts.
pub(crate) const MAX_DEPTH: usize = 100;

/// A value as JSON: written natively where the whole value is plain, otherwise by the engine.
fn encode(ruby: &Ruby, value: Value) -> Result<RString, Failure> {
    if let Some(json) = json_writer::write(ruby, value)? {
        if !is_escaped(ruby, &json)? {
            return Ok(ruby.str_new(&json));
        }
    }
    let encoded = dump(ruby, value)?;
    if strings::is_utf8(ruby, encoded) || strings::is_binary_utf8(ruby, encoded) {
        return Ok(encoded);
    }
    let message = "the JSON engine returned a String that is not valid UTF-8";
    Err(error::named(ruby, "Error", message).into())
}

/// Whether ActiveSupport may write some of these characters as escapes: `<`, `>`, `&`, and the two line separators that
/// only JavaScript has.
fn is_escaped(ruby: &Ruby, json: &str) -> Result<bool, Error> {
    let json = json.as_bytes();
    let has_any = json.iter().any(|byte| matches!(byte, b'<' | b'>' | b'&'))
        || contains(json, "\u{2028}".as_bytes())
        || contains(json, "\u{2029}".as_bytes());
    if !has_any {
        return Ok(false);
    }
    ids::json(ruby)?.funcall("escapes?", ())
}

/// A value as the application's engine writes it.
///
/// The engine gets the value itself, unless it holds binary Strings: engines treat these differently, and some print a
/// warning.
fn dump(ruby: &Ruby, value: Value) -> Result<RString, Failure> {
    let value = binary::as_utf8(ruby, value, Scope::Plain)?.unwrap_or(value);
    let text = ids::json(ruby)?.funcall(*ids::DUMP, (value,))?;
    refuse_invalid_json(ruby, text)
}

/// Some engines write NaN and Infinity, which JSON does not have, and bytes that are not UTF-8.
fn refuse_invalid_json(ruby: &Ruby, text: RString) -> Result<RString, Failure> {
    let is_suspect = strings::is_broken(ruby, text)
        || strings::with_bytes(text, |bytes| {
            contains(bytes, b"NaN") || contains(bytes, b"Infinity")
        });
    if !is_suspect {
        return Ok(text);
    }
    let style = Style {
        symbol_keys: false,
        frozen: false,
        max_depth: usize::MAX,
    };
    match json_reader::read(ruby, &bytes(text), &style) {
        Ok(_) => Ok(text),
        Err(reason) => Err(unencodable(ruby, parse_error(ruby, &reason, text)?)),
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.contains(&word[0]) && bytes.windows(word.len()).any(|window| window == word)
}

/// The error that the application's engine raises for invalid JSON.
fn parse_error(ruby: &Ruby, reason: &str, text: RString) -> Result<Exception, Error> {
    ids::json(ruby)?.funcall("parse_error", (reason, text))
}

fn unencodable(ruby: &Ruby, exception: Exception) -> Failure {
    let raised: Result<Value, Error> = ids::failures(ruby)
        .and_then(|failures| failures.funcall("raise_unencodable", (exception,)));
    raised.err().unwrap_or_else(|| exception.into()).into()
}

/// Reads the body of a reply. Keys of the outermost object become Symbols, keys of inner objects Strings. For invalid
/// JSON the result is a Symbol, which no JSON text gives.
fn read_reply(ruby: &Ruby, body: RString) -> Value {
    if strings::with_bytes(body, |bytes| bytes == b"{}") {
        return ruby.hash_new().as_value();
    }
    let style = Style {
        symbol_keys: true,
        frozen: false,
        max_depth: MAX_DEPTH,
    };
    json_reader::read(ruby, &bytes(body), &style)
        .unwrap_or_else(|_| ruby.to_symbol("invalid").as_value())
}

/// Reads JSON with String keys. Returns the value and nil, or nil and the reason why the text is invalid.
fn read_json(
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
    let nil = ruby.qnil().as_value();
    let pair = match json_reader::read(ruby, &bytes(text), &style) {
        Ok(value) => [value, nil],
        Err(reason) => [nil, ruby.str_new(&reason).as_value()],
    };
    Ok(ruby.ary_new_from_values(&pair))
}

pub(crate) fn define_leaves(native: RModule) -> Result<(), Error> {
    leaves!(native,
        "encode" => |value: Value| guard(|ruby| encode(ruby, value)), 1;
        "dump" => |value: Value| guard(|ruby| dump(ruby, value)), 1;
        "as_utf8" => |value: Value| {
            guard(|ruby| Ok(binary::as_utf8(ruby, value, Scope::Subclasses)?))
        }, 1;
        "read_json" => |text: RString, max_depth: Option<usize>, frozen: bool| {
            guard(|ruby| read_json(ruby, text, max_depth, frozen))
        }, 3;
        "read_reply" => |body: RString| guard(|ruby| Ok(read_reply(ruby, body))), 1;
    );
    Ok(())
}
