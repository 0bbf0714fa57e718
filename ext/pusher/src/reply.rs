//! Replies: `Pusher::Reply` as `sync_http_client.request` gives it, and what the API makes of any reply.

use magnus::value::ReprValue;
use magnus::{
    Class, Error, Exception, Module, RHash, RModule, RString, Ruby, TryConvert, Value, method,
    typed_data::Obj,
};
use pusher_core::http;

use crate::borrow;
use crate::constants;
use crate::error::Failure;
use crate::guard::guard;
use crate::json;
use crate::names;

/// Statuses after which the connections are kept.
const EXPECTED: [u16; 8] = [200, 202, 400, 401, 403, 404, 407, 413];

/// A reply as it came. It holds no Ruby values: these are made when they are asked for.
#[magnus::wrap(class = "Pusher::Reply", free_immediately, size)]
pub(crate) struct Reply(http::Reply);

impl From<http::Reply> for Reply {
    fn from(reply: http::Reply) -> Self {
        Self(reply)
    }
}

impl Reply {
    /// What a proxy that wants credentials says when it is asked for a tunnel.
    pub(crate) fn proxy_authentication() -> Self {
        Self(http::Reply::new(407, http::HeaderMap::new(), Vec::new()))
    }

    /// A reply that no server gave.
    pub(crate) fn made_up(
        status: u16,
        fields: &[(String, String)],
        body: RString,
    ) -> Result<Self, Failure> {
        let mut headers = http::HeaderMap::new();
        for (name, value) in fields {
            let field = (
                http::HeaderName::from_bytes(name.as_bytes()),
                http::HeaderValue::from_bytes(value.as_bytes()),
            );
            let (Ok(name), Ok(value)) = field else {
                let reason = format!("{name:?} is no header, or its value is none");
                return Err(pusher_core::Error::InvalidRequest(reason).into());
            };
            headers.append(name, value);
        }
        let body = borrow::bytes(body);
        Ok(Self(http::Reply::new(status, headers, body)))
    }

    fn body(&self, ruby: &Ruby) -> RString {
        borrow::string(ruby, &self.0.body)
    }

    /// Names as they are usually written, values joined where a field came several times.
    fn headers(&self, ruby: &Ruby) -> Result<RHash, Failure> {
        let headers = ruby.hash_new();
        for name in self.0.headers.keys() {
            let values: Vec<&[u8]> = self
                .0
                .headers
                .get_all(name)
                .iter()
                .map(http::HeaderValue::as_bytes)
                .collect();
            headers.aset(
                canonical(name.as_str()),
                borrow::string(ruby, &values.join(&b", "[..])),
            )?;
        }
        Ok(headers)
    }
}

/// `content-type` as `Content-Type`.
fn canonical(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| {
            first.to_ascii_uppercase().to_string() + letters.as_str()
        })
    });
    words.collect::<Vec<_>>().join("-")
}

/// What the API has to say about a reply, as the two things every kind of reply tells.
struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl Answer {
    /// Of a reply of ours, or of any object that answers like one.
    fn of(ruby: &Ruby, reply: Value) -> Result<Self, Failure> {
        if let Ok(native) = Obj::<Reply>::try_convert(reply) {
            return Ok(Self {
                status: native.0.status,
                body: chomp(&native.0.body).to_vec(),
            });
        }
        let code = if reply.respond_to(*names::CODE, false)? {
            &names::CODE
        } else {
            &names::STATUS
        };
        let status: Value = reply.funcall(**code, ())?;
        let body: Value = reply.funcall(*names::BODY, ())?;
        let body = match RString::from_value(body) {
            Some(body) => borrow::with_bytes(body, |bytes| chomp(bytes).to_vec()),
            None if body.is_nil() => Vec::new(),
            None => borrow::with_bytes(borrow::text(ruby, body)?, |bytes| chomp(bytes).to_vec()),
        };
        Ok(Self {
            status: status.funcall(*names::TO_I, ())?,
            body,
        })
    }
}

/// One line end less, as `String#chomp`.
fn chomp(bytes: &[u8]) -> &[u8] {
    [&b"\r\n"[..], b"\n", b"\r"]
        .iter()
        .find_map(|line_end| bytes.strip_suffix(*line_end))
        .unwrap_or(bytes)
}

/// The result of an API call, or the exception for its failure.
pub(crate) fn outcome(
    ruby: &Ruby,
    http: Value,
    reply: Value,
    path: &str,
) -> Result<Value, Failure> {
    let answer = Answer::of(ruby, reply)?;
    match answer.status {
        202 if answer.body.is_empty() => return Ok(ruby.qtrue().as_value()),
        200 | 202 => return parsed(ruby, &answer, reply),
        status if !EXPECTED.contains(&status) => {
            http.funcall::<_, _, Value>(*names::RESET_ALL, ())?;
        }
        _ => {}
    }
    let (class, message) = describe(&answer, path);
    Err(raise(
        ruby,
        class,
        borrow::string(ruby, &message),
        &answer,
        reply,
        None,
    ))
}

/// The exception's class and message for each status. What the server wrote is quoted as it is.
fn describe(answer: &Answer, path: &str) -> (&'static str, Vec<u8>) {
    let quoting = |words: &str| [words.as_bytes(), &answer.body].concat();
    match answer.status {
        400 => ("Error", quoting("Bad request: ")),
        401 => ("AuthenticationError", answer.body.clone()),
        404 => ("Error", format!("404 Not found ({path})").into_bytes()),
        407 => ("Error", b"Proxy Authentication Required".to_vec()),
        413 => ("Error", b"Payload Too Large > 10KB".to_vec()),
        status => (
            "Error",
            quoting(&format!("Unknown error (status code {status}): ")),
        ),
    }
}

/// The Hash in a reply's body.
fn parsed(ruby: &Ruby, answer: &Answer, reply: Value) -> Result<Value, Failure> {
    if answer.body == b"{}" {
        return Ok(ruby.hash_new().as_value());
    }
    let value = match json::read_reply(ruby, &answer.body) {
        Ok(value) => value,
        Err(reason) => {
            let error = json::parse_error(ruby, &reason, borrow::string(ruby, &answer.body))?;
            return Err(unreadable(ruby, answer, reply, error));
        }
    };
    if RHash::from_value(value).is_some() {
        return Ok(value);
    }
    if matches!(answer.body.as_slice(), b"[]" | b"\"\"") {
        return Ok(ruby.hash_new().as_value());
    }
    let message = "the reply's body is JSON, but no object";
    let error = ruby.exception_type_error().new_instance((message,))?;
    Err(unreadable(ruby, answer, reply, error))
}

fn unreadable(ruby: &Ruby, answer: &Answer, reply: Value, original: Exception) -> Failure {
    raise(
        ruby,
        "HTTPError",
        ruby.str_new(""),
        answer,
        reply,
        Some(original.as_value()),
    )
}

/// Has Ruby raise an error with its facts: status, body, when to try again.
fn raise(
    ruby: &Ruby,
    class: &str,
    message: RString,
    answer: &Answer,
    reply: Value,
    original: Option<Value>,
) -> Failure {
    let facts = (answer.status, borrow::string(ruby, &answer.body), reply);
    let arguments = (ruby.to_symbol(class), message, facts, original);
    let raised: Result<Value, Error> = constants::of_pusher::<RModule>(ruby, &constants::FAILURES)
        .and_then(|failures| failures.funcall("raise_for_reply", arguments));
    match raised {
        Err(error) => error.into(),
        Ok(value) => Failure::type_error(ruby, format!("raising returned {value}")),
    }
}

pub(crate) fn define(ruby: &Ruby, pusher: RModule) -> Result<(), Error> {
    let class = pusher.define_class("Reply", ruby.class_object())?;
    class.undef_default_alloc_func();
    constants::look_up_class_of::<Reply>(ruby);
    class.define_method(
        "status",
        method!(|this: &Reply| guard(|_| Ok(this.0.status)), 0),
    )?;
    class.define_method(
        "body",
        method!(|this: &Reply| guard(|ruby| Ok(this.body(ruby))), 0),
    )?;
    class.define_method(
        "attempts",
        method!(|this: &Reply| guard(|_| Ok(this.0.attempts)), 0),
    )?;
    class.define_private_method(
        "native_close_connection",
        method!(
            |this: &Reply| guard(|_| {
                this.0.connection.close();
                Ok(())
            }),
            0
        ),
    )?;
    class.define_method(
        "headers",
        method!(|this: &Reply| guard(|ruby| this.headers(ruby)), 0),
    )?;
    Ok(())
}
