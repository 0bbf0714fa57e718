//! Reads JSON (RFC 8259) into Ruby values, without the application's engine. Integers are exact.

use magnus::value::ReprValue;
use magnus::{Integer, RArray, RHash, RString, Ruby, Value};

/// How values are created.
pub(crate) struct Style {
    /// Whether the keys of the outermost object are Symbols. Keys of inner objects are always Strings.
    pub(crate) symbol_keys: bool,
    /// Whether Strings, Arrays and Hashes are frozen.
    pub(crate) frozen: bool,
    /// How many containers may be open at the same time.
    pub(crate) max_depth: usize,
}

/// Reads a text that is one JSON value. The error says why the text is invalid, and where.
pub(crate) fn read(ruby: &Ruby, bytes: &[u8], style: &Style) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        located("invalid UTF-8", &valid)
    })?;
    let mut reader = Reader {
        ruby,
        text,
        at: 0,
        style,
    };
    reader
        .document()
        .map_err(|problem| located(problem, &text[..reader.at]))
}

fn located(problem: &str, before: &str) -> String {
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    format!("{problem} at line {line} column {column}")
}

type Read<T> = Result<T, &'static str>;

struct Reader<'a> {
    ruby: &'a Ruby,
    text: &'a str,
    /// The position of the next byte. At an error, the position of the error.
    at: usize,
    style: &'a Style,
}

impl Reader<'_> {
    fn document(&mut self) -> Read<Value> {
        // The open containers, outermost first. It is an Array because Ruby's collector does not mark the values in a `Vec`.
        let open = self.ruby.ary_new();
        let outermost = self.begin_value(open)?;
        while let Some(container) = innermost(open) {
            self.continue_container(open, container)?;
        }
        self.skip_whitespace();
        match self.peek() {
            None => Ok(outermost),
            Some(_) => Err("unexpected character"),
        }
    }

    /// Reads a scalar, or the beginning of a container.
    fn begin_value(&mut self, open: RArray) -> Read<Value> {
        self.skip_whitespace();
        match self.peek() {
            Some(b'{') => self.begin_container(open, self.ruby.hash_new().as_value()),
            Some(b'[') => self.begin_container(open, self.ruby.ary_new().as_value()),
            Some(b'"') => Ok(self.string()?.as_value()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", self.ruby.qtrue().as_value()),
            Some(b'f') => self.word("false", self.ruby.qfalse().as_value()),
            Some(b'n') => self.word("null", self.ruby.qnil().as_value()),
            other => Err(unexpected(other)),
        }
    }

    fn begin_container(&mut self, open: RArray, container: Value) -> Read<Value> {
        if open.len() == self.style.max_depth {
            return Err("nested too deeply");
        }
        self.at += 1;
        open.push(container).map_err(|_| "out of memory")?;
        Ok(container)
    }

    /// Reads the next member of the innermost container, or the container's end.
    fn continue_container(&mut self, open: RArray, container: Value) -> Read<()> {
        match RHash::from_value(container) {
            Some(hash) => self.continue_object(open, hash),
            None => self.continue_array(open, container),
        }
    }

    fn continue_array(&mut self, open: RArray, container: Value) -> Read<()> {
        let array = RArray::from_value(container).ok_or("not a container")?;
        if self.is_at_end(b']', array.is_empty())? {
            return self.end_container(open, container);
        }
        let value = self.begin_value(open)?;
        array.push(value).map_err(|_| "out of memory")
    }

    fn continue_object(&mut self, open: RArray, hash: RHash) -> Read<()> {
        if self.is_at_end(b'}', hash.is_empty())? {
            return self.end_container(open, hash.as_value());
        }
        self.skip_whitespace();
        if self.peek() != Some(b'"') {
            return Err(unexpected(self.peek()));
        }
        let mut key = self.string()?.as_value();
        if self.style.symbol_keys && open.len() == 1 {
            key = key.funcall("to_sym", ()).map_err(|_| "invalid key")?;
        }
        self.skip_whitespace();
        self.expect(b':')?;
        let value = self.begin_value(open)?;
        hash.aset(key, value).map_err(|_| "out of memory")
    }

    /// Whether a container ends here. Otherwise the comma before its next member has been read.
    fn is_at_end(&mut self, end: u8, is_empty: bool) -> Read<bool> {
        self.skip_whitespace();
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(true);
        }
        if !is_empty {
            self.expect(b',')?;
        }
        Ok(false)
    }

    fn end_container(&self, open: RArray, container: Value) -> Read<()> {
        if self.style.frozen {
            container.freeze();
        }
        open.pop::<Value>()
            .map(|_| ())
            .map_err(|_| "not a container")
    }

    fn string(&mut self) -> Read<RString> {
        let start = self.at;
        self.at += 1;
        let mut has_escapes = false;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    has_escapes = true;
                    self.at += 1;
                    self.skip_char()?;
                }
                Some(0..=0x1F) => return Err("control character in a string"),
                Some(_) => self.at += 1,
                None => return Err(unexpected(None)),
            }
        }
        self.at += 1;
        let quoted = &self.text[start..self.at];
        if !has_escapes {
            return Ok(self.new_string(&quoted[1..quoted.len() - 1]));
        }
        let Ok(text) = serde_json::from_str::<String>(quoted) else {
            self.at = start;
            return Err("invalid escape in a string");
        };
        Ok(self.new_string(&text))
    }

    fn new_string(&self, text: &str) -> RString {
        let string = self.ruby.str_new(text);
        if self.style.frozen {
            string.freeze();
        }
        string
    }

    /// Skips the character after a backslash.
    fn skip_char(&mut self) -> Read<()> {
        let char = self.text[self.at..].chars().next();
        self.at += char.ok_or(unexpected(None))?.len_utf8();
        Ok(())
    }

    fn number(&mut self) -> Read<Value> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        let mut is_integer = true;
        if self.peek() == Some(b'.') {
            is_integer = false;
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            is_integer = false;
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        let number = &self.text[start..self.at];
        if is_integer {
            return self.integer(number);
        }
        // A number that is too large becomes infinite, as in Ruby's own JSON.
        let float: f64 = number.parse().map_err(|_| "invalid number")?;
        Ok(self.ruby.into_value(float))
    }

    fn integer(&self, digits: &str) -> Read<Value> {
        if let Ok(number) = digits.parse::<i64>() {
            return Ok(self.ruby.into_value(number));
        }
        let large: Integer = self
            .ruby
            .str_new(digits)
            .funcall("to_i", ())
            .map_err(|_| "invalid number")?;
        Ok(large.as_value())
    }

    fn digits(&mut self) -> Read<()> {
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 {
            return Err(unexpected(self.peek()));
        }
        Ok(())
    }

    fn word(&mut self, word: &str, value: Value) -> Read<Value> {
        for byte in word.bytes() {
            self.expect(byte)?;
        }
        Ok(value)
    }

    fn expect(&mut self, byte: u8) -> Read<()> {
        if self.peek() != Some(byte) {
            return Err(unexpected(self.peek()));
        }
        self.at += 1;
        Ok(())
    }

    fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

fn innermost(open: RArray) -> Option<Value> {
    open.entry(-1)
        .ok()
        .filter(|container: &Value| !container.is_nil())
}

fn unexpected(byte: Option<u8>) -> &'static str {
    if byte.is_some() {
        "unexpected character"
    } else {
        "unexpected end"
    }
}
