//! Replies: `Pusher::Reply` as `sync_http_client.request` gives it.

use magnus::{Class, Error, Module, RHash, RModule, RString, Ruby, method};
use pusher_core::http;

use crate::borrow;
use crate::error::Failure;
use crate::guard::guard;
use crate::ids;

/// A reply as it came. It holds no Ruby values: these are made when they are asked for.
#[magnus::wrap(class = "Pusher::Internal::HTTP::Reply", free_immediately, size)]
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

pub(crate) fn define(ruby: &Ruby, pusher: RModule) -> Result<(), Error> {
    let class = pusher.define_module("Internal")?.define_module("HTTP")?.define_class("Reply", ruby.class_object())?;
    class.undef_default_alloc_func();
    ids::look_up_class_of::<Reply>(ruby);
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
