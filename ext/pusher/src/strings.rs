//! Ruby's Strings: their bytes, borrowed while no Ruby code runs, or copied; their encodings.

use magnus::encoding::{Coderange, EncodingCapable};
use magnus::rb_sys::{AsRawValue, FromRawValue};
use magnus::value::ReprValue;
use magnus::{Error, RString, Ruby, Symbol, Value};

use crate::error::Failure;
use crate::ids;

/// Calls `look` with the bytes of a String. `look` must not call Ruby: it must neither run Ruby code nor allocate Ruby
/// objects.
pub(crate) fn with_bytes<T>(string: RString, look: impl FnOnce(&[u8]) -> T) -> T {
    // SAFETY: the lock is held and no Ruby code runs during `look`, so the String is neither changed nor collected.
    look(unsafe { string.as_slice() })
}

/// As [`with_bytes`], for two Strings.
pub(crate) fn with_both<T>(
    first: RString,
    second: RString,
    look: impl FnOnce(&[u8], &[u8]) -> T,
) -> T {
    with_bytes(first, |first| {
        with_bytes(second, |second| look(first, second))
    })
}

/// A copy of the bytes of a String.
pub(crate) fn bytes(string: RString) -> Vec<u8> {
    with_bytes(string, <[u8]>::to_vec)
}

/// A new String of these bytes: UTF-8 if they are valid UTF-8, binary otherwise.
pub(crate) fn new_string(ruby: &Ruby, bytes: &[u8]) -> RString {
    std::str::from_utf8(bytes)
        .map_or_else(|_| ruby.str_from_slice(bytes), |text| ruby.str_new(text))
}

/// Whether a String has only ASCII characters.
pub(crate) fn is_ascii(string: RString) -> bool {
    matches!(string.enc_coderange_scan(), Coderange::SevenBit)
}

/// Whether a String is valid UTF-8, and Ruby sees it as UTF-8 or ASCII.
pub(crate) fn is_utf8(ruby: &Ruby, string: RString) -> bool {
    match string.enc_coderange_scan() {
        Coderange::SevenBit => true,
        Coderange::Valid => string.enc_get() == ruby.utf8_encindex(),
        _ => false,
    }
}

/// Whether a String is binary to Ruby, but its bytes are valid UTF-8 and not only ASCII.
pub(crate) fn is_binary_utf8(ruby: &Ruby, string: RString) -> bool {
    string.enc_get() == ruby.ascii8bit_encindex()
        && with_bytes(string, |bytes| {
            !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok()
        })
}

/// Whether a String is invalid in its encoding, or is binary and not valid UTF-8.
pub(crate) fn is_broken(ruby: &Ruby, string: RString) -> bool {
    match string.enc_coderange_scan() {
        Coderange::SevenBit => false,
        Coderange::Valid => {
            string.enc_get() == ruby.ascii8bit_encindex() && !is_binary_utf8(ruby, string)
        }
        _ => true,
    }
}

/// A String with the text of `string` in UTF-8. It is `string` itself if that is UTF-8, ASCII or binary.
pub(crate) fn to_utf8(ruby: &Ruby, string: RString) -> Result<RString, Failure> {
    let encoding = string.enc_get();
    if encoding == ruby.utf8_encindex()
        || encoding == ruby.ascii8bit_encindex()
        || encoding == ruby.usascii_encindex()
    {
        return Ok(string);
    }
    Ok(string.conv_enc(ruby.utf8_encoding())?)
}

/// A copy of the text of a String.
///
/// # Errors
///
/// `EncodingError` if it cannot be converted to UTF-8.
pub(crate) fn utf8(ruby: &Ruby, string: RString) -> Result<String, Error> {
    let mut text = String::with_capacity(string.len());
    push_utf8(ruby, string, &mut text)?;
    Ok(text)
}

/// Appends the text of a String.
///
/// # Errors
///
/// As [`utf8`].
pub(crate) fn push_utf8(ruby: &Ruby, string: RString, out: &mut String) -> Result<(), Error> {
    let is_pushed = is_utf8(ruby, string)
        && with_bytes(string, |bytes| {
            std::str::from_utf8(bytes).map(|text| out.push_str(text))
        })
        .is_ok();
    if !is_pushed {
        out.push_str(&string.to_string()?);
    }
    Ok(())
}

/// The name of a Symbol: the frozen String that Ruby keeps for it.
pub(crate) fn symbol_name(symbol: Symbol) -> RString {
    // SAFETY: the argument is a Symbol, and the name of a Symbol is a String.
    let name = unsafe { Value::from_raw(rb_sys::rb_sym2str(symbol.as_raw())) };
    RString::from_value(name).expect("a name is a String")
}

/// The text of a value in UTF-8, as `to_s` returns it.
pub(crate) fn text(ruby: &Ruby, value: Value) -> Result<RString, Failure> {
    let string = match RString::from_value(value) {
        Some(string) => string,
        None => match Symbol::from_value(value) {
            Some(symbol) => symbol_name(symbol),
            None => value.funcall(*ids::TO_S, ())?,
        },
    };
    to_utf8(ruby, string)
}
