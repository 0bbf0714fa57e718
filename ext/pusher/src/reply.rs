//! Replies: `Pusher::Internal::HTTP::Reply`, which `sync_http_client.request` returns.

use magnus::{
    Class, Error, Module, Object, RArray, RHash, RModule, RString, Ruby, TryConvert, method,
};
use pusher_core::http;

use crate::error::Failure;
use crate::guard::guard;
use crate::ids;
use crate::strings;

/// An HTTP reply. It holds no Ruby values: its methods make them when they are called.
#[magnus::wrap(class = "Pusher::Internal::HTTP::Reply", free_immediately, size)]
pub(crate) struct Reply(http::Reply);

impl From<http::Reply> for Reply {
    fn from(reply: http::Reply) -> Self {
        Self(reply)
    }
}

impl Reply {
    /// The reply of a proxy that refuses a tunnel because it requires credentials.
    pub(crate) fn proxy_authentication() -> Self {
        Self(http::Reply::new(407, http::HeaderMap::new(), Vec::new()))
    }

    /// A reply that middleware returns in place of a server's.
    fn build(status: u16, fields: RArray, body: RString) -> Result<Self, Failure> {
        let mut headers = http::HeaderMap::new();
        for pair in fields {
            let (name, value): (RString, RString) = TryConvert::try_convert(pair)?;
            let name = strings::bytes(name);
            let field = (
                http::HeaderName::from_bytes(&name),
                http::HeaderValue::from_bytes(&strings::bytes(value)),
            );
            let (Ok(name), Ok(value)) = field else {
                let name = String::from_utf8_lossy(&name);
                let reason =
                    format!("{name:?} is not a valid header name, or its value is invalid");
                return Err(pusher_core::Error::InvalidRequest(reason).into());
            };
            headers.append(name, value);
        }
        let body = strings::bytes(body);
        Ok(Self(http::Reply::new(status, headers, body)))
    }

    fn body(&self, ruby: &Ruby) -> RString {
        strings::new_string(ruby, &self.0.body)
    }

    /// Field names in canonical form; the values of a repeated field are joined.
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
                strings::new_string(ruby, &values.join(&b", "[..])),
            )?;
        }
        Ok(headers)
    }
}

/// `Content-Type` for `content-type`.
fn canonical(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| {
            first.to_ascii_uppercase().to_string() + letters.as_str()
        })
    });
    words.collect::<Vec<_>>().join("-")
}

pub(crate) fn define(ruby: &Ruby, http: RModule) -> Result<(), Error> {
    let class = http.define_class("Reply", ruby.class_object())?;
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
        "headers",
        method!(|this: &Reply| guard(|ruby| this.headers(ruby)), 0),
    )?;
    class.define_method(
        "attempts",
        method!(|this: &Reply| guard(|_| Ok(this.0.attempts)), 0),
    )?;
    private_methods!(class,
        "native_close_connection" => |this: &Reply| guard(|_| {
            this.0.connection.close();
            Ok(())
        }), 0;
    );
    Ok(())
}

pub(crate) fn define_leaves(native: RModule) -> Result<(), Error> {
    leaves!(native,
        "reply" => |status: u16, fields: RArray, body: RString| {
            guard(|_| Reply::build(status, fields, body))
        }, 3;
    );
    Ok(())
}
