//! Leaves for JSON: writes plain values, checks what the application's engine has written, reads.

use magnus::value::ReprValue;
use magnus::{Error, Object, RArray, RModule, RString, Ruby, Value};

use crate::binary;
use crate::error::Failure;
use crate::guard::guard;
use crate::json_reader::{self, Style};
use crate::json_writer;
use crate::strings::{self, bytes};

/// The nesting that Ruby's own JSON accepts.
pub(crate) const MAX_DEPTH: usize = 100;

/// A plain value as JSON; `None` for a value that is not plain, or whose text ActiveSupport escapes.
fn write_json(
    ruby: &Ruby,
    value: Value,
    active_support_escapes: bool,
) -> Result<Option<RString>, Failure> {
    let json = json_writer::write(ruby, value)?;
    Ok(json
        .filter(|json| !(active_support_escapes && has_escaped(json)))
        .map(|json| ruby.enc_str_new(json, ruby.utf8_encoding())))
}

/// Whether the text has characters that ActiveSupport escapes: `<`, `>`, `&`, and the two line separators that only
/// JavaScript has.
fn has_escaped(json: &[u8]) -> bool {
    // The whole text is searched, because the compiler vectorizes that. 0xE2 begins the line separators.
    let is_suspect = json.iter().fold(false, |found, byte| {
        found | matches!(byte, b'<' | b'>' | b'&' | 0xE2)
    });
    is_suspect
        && (json.iter().any(|byte| matches!(byte, b'<' | b'>' | b'&'))
            || contains(json, "\u{2028}".as_bytes())
            || contains(json, "\u{2029}".as_bytes()))
}

/// Why a text that an engine has written is invalid: some engines write NaN and Infinity, which JSON does not have, and
/// bytes that are not UTF-8.
fn json_error(ruby: &Ruby, text: RString) -> Option<RString> {
    let is_suspect = strings::is_broken(ruby, text)
        || strings::with_bytes(text, |bytes| {
            contains(bytes, b"NaN") || contains(bytes, b"Infinity")
        });
    if !is_suspect {
        return None;
    }
    let style = Style {
        symbol_keys: false,
        frozen: false,
        max_depth: usize::MAX,
    };
    let reason = json_reader::read(ruby, &bytes(text), &style).err()?;
    Some(ruby.str_new(&reason))
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.contains(&word[0]) && bytes.windows(word.len()).any(|window| window == word)
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
        "write_json" => |value: Value, active_support_escapes: bool| {
            guard(|ruby| write_json(ruby, value, active_support_escapes))
        }, 2;
        "json_error" => |text: RString| guard(|ruby| Ok(json_error(ruby, text))), 1;
        "as_utf8" => |value: Value, includes_subclasses: bool| {
            guard(|ruby| Ok(binary::as_utf8(ruby, value, includes_subclasses)?))
        }, 2;
        "read_json" => |text: RString, max_depth: Option<usize>, frozen: bool| {
            guard(|ruby| read_json(ruby, text, max_depth, frozen))
        }, 3;
        "read_reply" => |body: RString| guard(|ruby| Ok(read_reply(ruby, body))), 1;
    );
    Ok(())
}
