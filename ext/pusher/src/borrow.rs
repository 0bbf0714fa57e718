//! Looking into Ruby's objects: bytes of Strings, borrowed for as long as no Ruby code runs, or copied.

use magnus::encoding::{Coderange, EncodingCapable};
use magnus::rb_sys::{AsRawId, AsRawValue, FromRawValue};
use magnus::value::{LazyId, ReprValue};
use magnus::{RObject, RString, Ruby, Symbol, Value};

use crate::error::Failure;
use crate::ids;

/// Calls `look` with the bytes of a String. It must not call into Ruby: neither run code, nor allocate.
pub(crate) fn with_bytes<T>(string: RString, look: impl FnOnce(&[u8]) -> T) -> T {
    // SAFETY: the lock is held and no Ruby code runs meanwhile, so the String is neither changed nor collected.
    look(unsafe { string.as_slice() })
}

/// A copy of the bytes of a String.
pub(crate) fn bytes(string: RString) -> Vec<u8> {
    with_bytes(string, <[u8]>::to_vec)
}

/// Bytes as a String: UTF-8 where they are that, binary where not.
pub(crate) fn string(ruby: &Ruby, bytes: &[u8]) -> RString {
    std::str::from_utf8(bytes)
        .map_or_else(|_| ruby.str_from_slice(bytes), |text| ruby.str_new(text))
}

/// Whether the bytes of a String, as they are, are valid UTF-8 to Ruby as well.
pub(crate) fn is_utf8(ruby: &Ruby, string: RString) -> bool {
    match string.enc_coderange_scan() {
        Coderange::SevenBit => true,
        Coderange::Valid => string.enc_get() == ruby.utf8_encindex(),
        _ => false,
    }
}

/// Whether a String is UTF-8 that Ruby takes for bytes of no particular text.
pub(crate) fn is_binary_utf8(ruby: &Ruby, string: RString) -> bool {
    string.enc_get() == ruby.ascii8bit_encindex()
        && with_bytes(string, |bytes| {
            !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok()
        })
}

/// Whether a String is not what its encoding says, or binary and no UTF-8.
pub(crate) fn is_broken(ruby: &Ruby, string: RString) -> bool {
    match string.enc_coderange_scan() {
        Coderange::SevenBit => false,
        Coderange::Valid => {
            string.enc_get() == ruby.ascii8bit_encindex() && !is_binary_utf8(ruby, string)
        }
        _ => true,
    }
}

/// A String with the text of `string` in UTF-8; the very String where it is so already, or is bytes of no
/// particular text.
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

/// The name of a Symbol: the frozen String that Ruby keeps for it.
pub(crate) fn name(symbol: Symbol) -> RString {
    // SAFETY: a Symbol has a name, which is a String.
    let name = unsafe { Value::from_raw(rb_sys::rb_sym2str(symbol.as_raw())) };
    RString::from_value(name).expect("a name is a String")
}

/// An instance variable; nil where it is not set.
pub(crate) fn instance_variable(object: RObject, variable: &LazyId) -> Value {
    // SAFETY: the object and the name are what they should be, and reading runs no Ruby code and raises nothing.
    unsafe { Value::from_raw(rb_sys::rb_ivar_get(object.as_raw(), id(variable))) }
}

fn id(name: &LazyId) -> rb_sys::ID {
    let ruby = Ruby::get().expect("natives are called by Ruby");
    LazyId::get_inner_with(name, &ruby).as_raw()
}

/// What `to_s` gives, in UTF-8.
pub(crate) fn text(ruby: &Ruby, value: Value) -> Result<RString, Failure> {
    let string = match RString::from_value(value) {
        Some(string) => string,
        None => match Symbol::from_value(value) {
            Some(symbol) => name(symbol),
            None => value.funcall(*ids::TO_S, ())?,
        },
    };
    to_utf8(ruby, string)
}

/// Whether an object's class is exactly this one: neither a subclass nor a singleton class.
pub(crate) fn is_exactly(value: Value, class: impl ReprValue) -> bool {
    if rb_sys::SPECIAL_CONST_P(value.as_raw()) {
        return false;
    }
    // SAFETY: every object that is no immediate starts with an RBasic.
    let klass = unsafe { (*(value.as_raw() as *const rb_sys::RBasic)).klass };
    klass == class.as_value().as_raw()
}
