//! Binary Strings that contain UTF-8. JSON engines treat them differently: some refuse them, some print a warning.

use magnus::encoding::EncodingCapable;
use magnus::r_hash::ForEach;
use magnus::value::ReprValue;
use magnus::{Error, RArray, RHash, RString, Ruby, Symbol, Value};

use crate::hashes::each_pair;
use crate::objects::is_exactly;
use crate::strings;

/// The nesting that Ruby's own JSON accepts. Values that are nested deeper, or contain themselves, are left to the engine.
const MAX_DEPTH: usize = 100;

/// A copy of a value in which binary Strings that contain UTF-8 are marked as UTF-8; `None` if there are none. Instances of
/// subclasses of String, Array and Hash are searched only if they are included.
pub(crate) fn as_utf8(
    ruby: &Ruby,
    value: Value,
    includes_subclasses: bool,
) -> Result<Option<Value>, Error> {
    let search = Search {
        ruby,
        includes_subclasses,
    };
    let mut has_binary = false;
    let is_searched = search.search(value, &mut has_binary, 0)?;
    if is_searched && has_binary {
        return search.copy(value).map(Some);
    }
    Ok(None)
}

struct Search<'a> {
    ruby: &'a Ruby,
    includes_subclasses: bool,
}

impl Search<'_> {
    /// Sets `has_binary` if there are binary Strings with UTF-8. Returns `false` for a value that is nested too deeply.
    fn search(&self, value: Value, has_binary: &mut bool, depth: usize) -> Result<bool, Error> {
        if let Some(string) = self.text(value) {
            *has_binary |= strings::is_binary_utf8(self.ruby, string);
            return Ok(true);
        }
        let array = self.array(value);
        let hash = self.hash(value);
        if array.is_none() && hash.is_none() {
            return Ok(true);
        }
        if depth == MAX_DEPTH {
            return Ok(false);
        }
        if let Some(array) = array {
            for index in 0..array.len() {
                if !self.search(array.entry(index as isize)?, has_binary, depth + 1)? {
                    return Ok(false);
                }
            }
        }
        hash.map_or(Ok(true), |hash| {
            self.search_hash(hash, has_binary, depth + 1)
        })
    }

    fn search_hash(&self, hash: RHash, has_binary: &mut bool, depth: usize) -> Result<bool, Error> {
        let mut is_searched = true;
        each_pair(hash, |key: Value, value: Value| {
            is_searched =
                self.search(key, has_binary, depth)? && self.search(value, has_binary, depth)?;
            Ok::<_, Error>(if is_searched {
                ForEach::Continue
            } else {
                ForEach::Stop
            })
        })?;
        Ok(is_searched)
    }

    fn copy(&self, value: Value) -> Result<Value, Error> {
        if let Some(string) = self.text(value) {
            return self.copy_text(value, string);
        }
        if let Some(array) = self.array(value) {
            let copy: RArray = array.funcall("dup", ())?;
            for index in 0..array.len() {
                copy.store(index as isize, self.copy(array.entry(index as isize)?)?)?;
            }
            return Ok(copy.as_value());
        }
        if let Some(hash) = self.hash(value) {
            let copy: RHash = hash.funcall("dup", ())?;
            copy.clear()?;
            each_pair(hash, |key: Value, value: Value| {
                copy.aset(self.copy(key)?, self.copy(value)?)?;
                Ok::<_, Error>(ForEach::Continue)
            })?;
            return Ok(copy.as_value());
        }
        Ok(value)
    }

    fn copy_text(&self, value: Value, text: RString) -> Result<Value, Error> {
        if !strings::is_binary_utf8(self.ruby, text) {
            return Ok(value);
        }
        let copy: RString = text.funcall("dup", ())?;
        copy.enc_associate(self.ruby.utf8_encindex())?;
        Ok(copy.as_value())
    }

    /// The text of a String or a Symbol.
    fn text(&self, value: Value) -> Option<RString> {
        match Symbol::from_value(value) {
            Some(symbol) => Some(strings::symbol_name(symbol)),
            None => RString::from_value(value)
                .filter(|_| self.includes(value, self.ruby.class_string().as_value())),
        }
    }

    fn array(&self, value: Value) -> Option<RArray> {
        RArray::from_value(value)
            .filter(|_| self.includes(value, self.ruby.class_array().as_value()))
    }

    fn hash(&self, value: Value) -> Option<RHash> {
        RHash::from_value(value).filter(|_| self.includes(value, self.ruby.class_hash().as_value()))
    }

    fn includes(&self, value: Value, class: Value) -> bool {
        self.includes_subclasses || is_exactly(value, class)
    }
}
