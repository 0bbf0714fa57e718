//! One API request of a client: its url, its signature, its way to `sync_http_client.request`, its failure.

use magnus::value::ReprValue;
use magnus::{Error, Integer, RHash, RModule, RObject, RString, Ruby, Symbol, Value};
use pusher_core::signature::{self, Params};

use crate::borrow;
use crate::chain;
use crate::constants;
use crate::error::{self, Failure};
use crate::http_client;
use crate::names;
use crate::query;
use crate::reply;
use crate::transport_error;

/// Verb, url, query, body and headers, as `sync_http_client.request` takes them.
type Arguments = (Value, Value, Value, Option<RString>, Value);

/// What an API call sends.
pub(crate) struct Call<'a> {
    pub(crate) verb: Verb,
    pub(crate) path: RString,
    pub(crate) params: Option<RHash>,
    pub(crate) body: Option<RString>,
    pub(crate) client: &'a RObject,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }

    pub(crate) fn symbol(self, ruby: &Ruby) -> Value {
        let id = match self {
            Self::Get => &names::GET,
            Self::Post => &names::POST,
        };
        Symbol::from(magnus::value::LazyId::get_inner_with(id, ruby)).as_value()
    }
}

/// Where the credentials and the address of a client lie, as they are at this moment.
struct Address {
    base: String,
    path: String,
    key: Vec<u8>,
    secret: Vec<u8>,
}

impl Call<'_> {
    /// Signs, sends and reads, without the objects of the documented steps between.
    pub(crate) fn run(&self, ruby: &Ruby) -> Result<Value, Failure> {
        let (arguments, path) = self.signed(ruby)?;
        send(ruby, self.client.as_value(), arguments, &path)
    }

    /// Signs, and has the client send in the background.
    pub(crate) fn run_in_background(&self, ruby: &Ruby) -> Result<Value, Failure> {
        let ((verb, url, query, body, headers), path) = self.signed(ruby)?;
        let arguments = (ruby.str_new(&path), verb, url, query, body, headers);
        Ok(self.client.funcall(*names::SEND_IN_BACKGROUND, arguments)?)
    }

    /// What `sync_http_client.request` is called with, and the url's path.
    fn signed(&self, ruby: &Ruby) -> Result<(Arguments, String), Failure> {
        let address = self.address(ruby)?;
        let query = self.signed_query(ruby, &address)?;
        let url = ruby.str_new(&(address.base + &address.path)).as_value();
        let query = ruby.str_new(&query).as_value();
        let headers = chain::headers(ruby, self.body.is_some())?;
        let arguments = (self.verb.symbol(ruby), url, query, self.body, headers);
        Ok((arguments, address.path))
    }

    fn signed_query(&self, ruby: &Ruby, address: &Address) -> Result<String, Failure> {
        let mut params = Params::new();
        if let Some(hash) = self.params {
            query::from_hash(ruby, hash, &mut params)?;
        }
        if let Some(body) = self.body {
            let md5 = borrow::with_bytes(body, signature::body_md5);
            params.insert(b"body_md5", md5.as_str());
        }
        let timestamp = timestamp(ruby)?;
        let Address {
            path, key, secret, ..
        } = address;
        signature::authenticate(&mut params, self.verb.name(), path, key, secret, &timestamp);
        Ok(params.to_query())
    }

    /// Credentials are missed in the documented order: app_id, key, secret.
    fn address(&self, ruby: &Ruby) -> Result<Address, Failure> {
        let client = self.client;
        let app_id = setting(ruby, client, &names::IV_APP_ID, "app_id")?;
        let key = setting(ruby, client, &names::IV_KEY, "key")?;
        let secret = secret(ruby, setting(ruby, client, &names::IV_SECRET, "secret")?)?;
        let base = self.base(ruby)?;
        let app_id = borrow::text(ruby, app_id)?.to_string()?;
        let path = format!("/apps/{app_id}{}", self.path.to_string()?);
        match base {
            Some(base) if is_plain(&path, b"/-_=@,.;:") => {
                let key = sendable(ruby, borrow::bytes(borrow::text(ruby, key)?))?;
                Ok(Address {
                    base,
                    path,
                    key,
                    secret,
                })
            }
            _ => self.checked_address(ruby, key, secret),
        }
    }

    /// Scheme, host and port, where there is no doubt about them.
    fn base(&self, ruby: &Ruby) -> Result<Option<String>, Failure> {
        let part = |name: &magnus::value::LazyId| -> Result<Option<String>, Failure> {
            let value: Value = borrow::instance_variable(*self.client, name);
            match RString::from_value(value) {
                Some(string) if borrow::is_utf8(ruby, string) => Ok(Some(string.to_string()?)),
                _ => Ok(None),
            }
        };
        let (Some(scheme), Some(host)) = (part(&names::IV_SCHEME)?, part(&names::IV_HOST)?) else {
            return Ok(None);
        };
        // Only an Integer is sure: to convert anything else might run code of the application.
        let port: Value = borrow::instance_variable(*self.client, &names::IV_PORT);
        let Some(port) = Integer::from_value(port).and_then(|port| port.to_u16().ok()) else {
            return Ok(None);
        };
        let is_sure = is_plain(&host, b"-.") && matches!(scheme.as_str(), "http" | "https");
        Ok(is_sure.then(|| format!("{scheme}://{host}:{port}")))
    }

    /// By way of `url`, which refuses what is no url, in the words of Ruby's own URI.
    fn checked_address(
        &self,
        ruby: &Ruby,
        key: Value,
        secret: Vec<u8>,
    ) -> Result<Address, Failure> {
        let uri: Value = self.client.funcall(*names::URL, (self.path,))?;
        let path: Value = uri.funcall("path", ())?;
        let path = borrow::text(ruby, path)?.to_string()?;
        let full = borrow::text(ruby, uri)?.to_string()?;
        let base = full.strip_suffix(path.as_str()).unwrap_or(&full).to_owned();
        let key = sendable(ruby, borrow::bytes(borrow::text(ruby, key)?))?;
        Ok(Address {
            base,
            path,
            key,
            secret,
        })
    }
}

/// A setting of a client that must be there.
pub(crate) fn setting(
    ruby: &Ruby,
    client: &RObject,
    variable: &magnus::value::LazyId,
    name: &str,
) -> Result<Value, Failure> {
    let value: Value = borrow::instance_variable(*client, variable);
    if value.is_nil() {
        return Err(error::missing(ruby, name).into());
    }
    Ok(value)
}

/// A key without anything that could end a line of HTTP.
fn sendable(ruby: &Ruby, key: Vec<u8>) -> Result<Vec<u8>, Failure> {
    if key.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(error::misconfigured(ruby, "key", "the key holds a line break or NUL").into());
    }
    Ok(key)
}

/// The bytes of a secret, which must be a String.
pub(crate) fn secret(ruby: &Ruby, secret: Value) -> Result<Vec<u8>, Failure> {
    match RString::from_value(secret) {
        Some(secret) => Ok(borrow::bytes(secret)),
        None => Err(Failure::type_error(ruby, "the secret must be a String")),
    }
}

/// Seconds since the epoch by Ruby's own clock, which tests freeze.
pub(crate) fn timestamp(ruby: &Ruby) -> Result<String, Failure> {
    let now: Value = ruby.class_time().funcall(*names::NOW, ())?;
    let seconds: i64 = now.funcall(*names::TO_I, ())?;
    Ok(seconds.to_string())
}

fn is_plain(text: &str, besides: &[u8]) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || besides.contains(&byte))
}

/// The last steps, which every request takes: to the http client, and from its reply to a result.
pub(crate) fn send(
    ruby: &Ruby,
    client: Value,
    arguments: Arguments,
    path: &str,
) -> Result<Value, Failure> {
    let http: Value = client.funcall(*names::SYNC_HTTP_CLIENT, ())?;
    let reply: Result<Value, Error> = http.funcall(*names::REQUEST, arguments);
    match reply {
        Ok(reply) => reply::outcome(ruby, http, reply, path),
        Err(error) => Err(transport_failure(ruby, http, error)),
    }
}

/// What the transport raised is wrapped; what other code raised into the thread stays what it is.
fn transport_failure(ruby: &Ruby, http: Value, error: Error) -> Failure {
    let Some(exception) = error::exception(ruby, &error) else {
        return error.into();
    };
    let is_native = match http_client::is_native(ruby, http) {
        Ok(is_native) => is_native,
        Err(failure) => return failure,
    };
    let raised: Result<Value, Error> = failures(ruby).and_then(|failures| {
        failures.funcall(
            "raise_for_transport",
            (exception, transport_error::is_marked(exception), is_native),
        )
    });
    match raised {
        Err(error) => error.into(),
        Ok(_) => error.into(),
    }
}

fn failures(ruby: &Ruby) -> Result<RModule, Error> {
    constants::of_pusher(ruby, &constants::FAILURES)
}
