//! `Pusher::HttpClient`, the object behind `sync_http_client`: the one seam through which every request goes.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use magnus::r_hash::ForEach;
use magnus::rb_sys::AsRawValue;
use magnus::value::ReprValue;
use magnus::{
    Class, Error, Exception, Fixnum, Float, Module, Object, RClass, RHash, RModule, RObject,
    RString, Ruby, TryConvert, Value, method, typed_data::Obj,
};
use pusher_core::http::{
    Agent, Proxy, ProxyChoice, Request, Settings, Timeouts, TlsSettings, Verification,
};

use crate::borrow;
use crate::constants;
use crate::error::Failure;
use crate::guard::guard;
use crate::host::RubyHost;
use crate::names;
use crate::query;
use crate::reply::Reply;

/// The timeouts a client has, in the order in which they are pushed.
const TIMEOUTS: usize = 4;
const CONNECT: usize = 0;
const SEND: usize = 1;
const RECEIVE: usize = 2;
const KEEP_ALIVE: usize = 3;

/// So many seconds, more than a century, are no limit: clocks overflow beyond.
const FOR_EVER: f64 = u32::MAX as f64;

/// Fields that say how a body is framed. They are the transport's own: with others it would wait for bytes that
/// nobody sends.
const FRAMING: [&str; 3] = ["content-length", "transfer-encoding", "expect"];

/// The native state. No borrow of it is held while a request waits.
#[magnus::wrap(class = "Pusher::HttpClient", free_immediately, size)]
#[derive(Default)]
pub(crate) struct HttpClient(RefCell<State>);

#[derive(Default)]
struct State {
    limits: [Option<Duration>; TIMEOUTS],
    /// What a `Pusher::Client` last pushed: a value is taken over only when it differs, so that the last writer
    /// wins, be it the client or someone who set it here.
    pushed_limits: [Option<Option<Duration>>; TIMEOUTS],
    proxy: ProxyChoice,
    pushed_proxy: Option<ProxyChoice>,
    tls: TlsSettings,
    agents: Vec<(Option<Proxy>, Agent)>,
}

impl State {
    fn set_limit(&mut self, index: usize, limit: Option<Duration>) {
        if index == KEEP_ALIVE && self.limits[index] != limit {
            self.agents.clear();
        }
        self.limits[index] = limit;
    }

    fn push_limit(&mut self, index: usize, limit: Option<Duration>) {
        if self.pushed_limits[index] != Some(limit) {
            self.pushed_limits[index] = Some(limit);
            self.set_limit(index, limit);
        }
    }

    fn push_proxy(&mut self, proxy: ProxyChoice) {
        if self.pushed_proxy.as_ref() != Some(&proxy) {
            self.proxy.clone_from(&proxy);
            self.pushed_proxy = Some(proxy);
        }
    }

    fn timeouts(&self) -> Timeouts {
        let limit = |index: usize| self.limits[index].filter(|limit| !limit.is_zero());
        Timeouts {
            connect: limit(CONNECT),
            send: limit(SEND),
            receive: limit(RECEIVE),
        }
    }

    /// The same settings, without the connections.
    fn copy(&self) -> Self {
        Self {
            limits: self.limits,
            pushed_limits: self.pushed_limits,
            proxy: self.proxy.clone(),
            pushed_proxy: self.pushed_proxy.clone(),
            tls: self.tls.clone(),
            agents: Vec::new(),
        }
    }

    /// The agent for a proxy; one that a parent process made is forgotten.
    fn agent(&mut self, proxy: Option<Proxy>) -> Agent {
        self.agents.retain(|(_, agent)| !agent.is_inherited());
        if let Some((_, agent)) = self.agents.iter().find(|(other, _)| *other == proxy) {
            return agent.clone();
        }
        let settings = Settings {
            proxy: proxy.clone(),
            tls: self.tls.clone(),
            keep_alive: self.limits[KEEP_ALIVE],
        };
        let agent = Agent::new(settings, Arc::new(RubyHost));
        self.agents.push((proxy, agent.clone()));
        agent
    }
}

impl HttpClient {
    fn set_limit(&self, ruby: &Ruby, index: usize, seconds: Value) -> Result<(), Failure> {
        let limit = limit(ruby, seconds)?;
        self.0.borrow_mut().set_limit(index, limit);
        Ok(())
    }

    fn limit(&self, index: usize) -> Option<f64> {
        self.0.borrow().limits[index].map(|limit| limit.as_secs_f64())
    }

    fn reset_all(&self) {
        self.0.borrow_mut().agents.clear();
    }

    fn copy_settings(&self, original: &Self) {
        let copy = original.0.borrow().copy();
        *self.0.borrow_mut() = copy;
    }

    fn set_tls(&self, change: impl FnOnce(&mut TlsSettings)) {
        let mut state = self.0.borrow_mut();
        change(&mut state.tls);
        state.agents.clear();
    }

    fn verify(&self, verify: bool) {
        let verification = if verify {
            Verification::Full
        } else {
            Verification::None
        };
        self.set_tls(|tls| tls.verification = verification);
    }

    /// Trusts the certificates in a file, besides others or alone.
    fn trust(&self, ruby: &Ruby, path: &str, only: bool) -> Result<(), Failure> {
        let roots = certificates(ruby, path)?;
        self.set_tls(|tls| {
            if only {
                tls.extra_roots.clear();
                tls.only_extra_roots = true;
            }
            tls.extra_roots.extend(roots);
        });
        Ok(())
    }

    fn request(
        &self,
        ruby: &Ruby,
        (method, uri, query, body, headers): (Value, Value, Value, Value, Value),
    ) -> Result<Reply, Failure> {
        let method = method_name(ruby, method)?;
        let url = absolute_url(ruby, uri, query)?;
        let body = Option::<RString>::try_convert(body)?.map(borrow::bytes);
        // These say how long their body is even where there is none: some servers insist.
        let body =
            body.or_else(|| matches!(method.as_str(), "POST" | "PUT" | "PATCH").then(Vec::new));
        let headers = header_fields(ruby, headers)?;
        let fields: Vec<(&str, &[u8])> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), &value[..]))
            .collect();
        let (agent, timeouts) = self.prepare(&url)?;
        let request = Request {
            method: &method,
            url: &url,
            headers: &fields,
            body: body.as_deref(),
            timeouts,
        };
        match agent.send(&request) {
            Ok(reply) => Ok(Reply::from(reply)),
            Err(pusher_core::Error::ProxyAuthentication) => Ok(Reply::proxy_authentication()),
            Err(error) => Err(transport_failure(ruby, error)),
        }
    }

    fn prepare(&self, url: &str) -> Result<(Agent, Timeouts), Failure> {
        let mut state = self.0.borrow_mut();
        let proxy = match host_and_port(url)? {
            Some((is_https, host, port)) => state
                .proxy
                .select(is_https, host, port, |name| std::env::var(name).ok())?,
            None => None,
        };
        Ok((state.agent(proxy), state.timeouts()))
    }
}

/// The exception for a failure of the transport, marked as one: what other code raises into the thread is not.
fn transport_failure(ruby: &Ruby, error: pusher_core::Error) -> Failure {
    use pusher_core::Error as Core;

    if let Core::Interrupted(_) | Core::InvalidRequest(_) | Core::UnsupportedProxy(_) = error {
        return error.into();
    }
    let error = crate::error::to_ruby(ruby, &error);
    match crate::error::exception(ruby, &error) {
        Some(exception) => match mark(exception) {
            Ok(()) => Error::from(exception).into(),
            Err(error) => error.into(),
        },
        None => error.into(),
    }
}

fn mark(exception: Exception) -> Result<(), Error> {
    match RObject::from_value(exception.as_value()) {
        Some(object) => object.ivar_set(*names::TRANSPORT, true),
        None => Ok(()),
    }
}

/// Whether an exception was raised by the transport itself.
pub(crate) fn is_marked(exception: Exception) -> bool {
    RObject::from_value(exception.as_value())
        .and_then(|object| object.ivar_get::<_, Option<bool>>(*names::TRANSPORT).ok())
        .flatten()
        .unwrap_or(false)
}

/// Takes over what a `Pusher::Client` is set to, where that has changed since the last time.
pub(crate) fn push_settings(
    ruby: &Ruby,
    http: &HttpClient,
    client: RObject,
) -> Result<(), Failure> {
    let settings = [
        &names::IV_CONNECT_TIMEOUT,
        &names::IV_SEND_TIMEOUT,
        &names::IV_RECEIVE_TIMEOUT,
        &names::IV_KEEP_ALIVE_TIMEOUT,
    ];
    let mut limits = [None; TIMEOUTS];
    for (slot, name) in limits.iter_mut().zip(settings) {
        *slot = limit(ruby, borrow::instance_variable(client, name))?;
    }
    let proxy = proxy_choice(ruby, client)?;
    let mut state = http.0.borrow_mut();
    for (index, limit) in limits.into_iter().enumerate() {
        state.push_limit(index, limit);
    }
    state.push_proxy(proxy);
    Ok(())
}

/// Seconds as a time limit; nil is none.
fn limit(ruby: &Ruby, seconds: Value) -> Result<Option<Duration>, Failure> {
    if seconds.is_nil() {
        return Ok(None);
    }
    let number = if let Some(integer) = Fixnum::from_value(seconds) {
        integer.to_i64() as f64
    } else if let Some(float) = Float::from_value(seconds) {
        float.to_f64()
    } else {
        seconds.funcall(*names::TO_F, ())?
    };
    if number >= FOR_EVER {
        return Ok(None);
    }
    let limit = Duration::try_from_secs_f64(number).map_err(|_| {
        let message = format!("a timeout must be a number of seconds, nil or 0, got {number}");
        Error::new(ruby.exception_arg_error(), message)
    })?;
    Ok(Some(limit))
}

fn proxy_choice(ruby: &Ruby, client: RObject) -> Result<ProxyChoice, Failure> {
    let proxy: Value = borrow::instance_variable(client, &names::IV_PROXY);
    if let Some(proxy) = RHash::from_value(proxy) {
        return Ok(ProxyChoice::Explicit(explicit_proxy(ruby, proxy)?));
    }
    let url: Value = borrow::instance_variable(client, &names::IV_HTTP_PROXY);
    let is_empty = RString::from_value(url).is_some_and(RString::is_empty);
    Ok(if is_empty {
        ProxyChoice::Direct
    } else {
        ProxyChoice::Environment
    })
}

fn explicit_proxy(ruby: &Ruby, proxy: RHash) -> Result<Proxy, Failure> {
    let field = |name: &str| -> Result<Option<RString>, Failure> {
        let value: Value = proxy.lookup(ruby.to_symbol(name))?;
        if value.is_nil() {
            Ok(None)
        } else {
            Ok(Some(borrow::text(ruby, value)?))
        }
    };
    if field("scheme")?.map(borrow::bytes).as_deref() != Some(b"http") {
        let reason = "only http proxies are supported".to_owned();
        return Err(pusher_core::Error::UnsupportedProxy(reason).into());
    }
    let host = field("host")?.map_or(Ok(String::new()), RString::to_string)?;
    let port: Option<u16> = proxy.lookup(ruby.to_symbol("port"))?;
    let user = field("user")?.map(borrow::bytes);
    let password = field("password")?.map(borrow::bytes).unwrap_or_default();
    let credentials = user.as_deref().map(|user| (user, password.as_slice()));
    Ok(Proxy::new(&host, port.unwrap_or(80), credentials))
}

fn method_name(ruby: &Ruby, verb: Value) -> Result<String, Failure> {
    let mut name = borrow::text(ruby, verb)?.to_string()?;
    name.make_ascii_uppercase();
    Ok(name)
}

fn absolute_url(ruby: &Ruby, uri: Value, query: Value) -> Result<String, Failure> {
    let mut url = borrow::text(ruby, uri)?.to_string()?;
    // A fragment is never sent, and would take the query with it.
    url.truncate(url.find('#').unwrap_or(url.len()));
    let query = query::encode(ruby, query)?;
    if !query.is_empty() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&query);
    }
    Ok(url)
}

fn header_fields(ruby: &Ruby, headers: Value) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut fields = Vec::with_capacity(4);
    if !headers.is_nil() {
        RHash::try_convert(headers)?.foreach(|name: Value, value: Value| {
            let text = |value| borrow::text(ruby, value).map_err(|failure| raised(ruby, failure));
            let name = text(name)?.to_string()?;
            if !FRAMING.iter().any(|own| name.eq_ignore_ascii_case(own)) {
                fields.push((name, borrow::bytes(text(value)?)));
            }
            Ok(ForEach::Continue)
        })?;
    }
    if !fields
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("user-agent"))
    {
        let agent = concat!("pusher-http-ruby ", env!("CARGO_PKG_VERSION"));
        fields.push(("User-Agent".to_owned(), agent.as_bytes().to_vec()));
    }
    Ok(fields)
}

fn raised(ruby: &Ruby, failure: Failure) -> Error {
    match failure {
        Failure::Ruby(error) => error,
        Failure::Core(error) => crate::error::to_ruby(ruby, &error),
    }
}

/// Scheme, host and port of an absolute url, as far as they decide about a proxy. None of another kind of url, which
/// the core refuses; but what it would take for another place is refused here.
fn host_and_port(url: &str) -> Result<Option<(bool, &str, u16)>, pusher_core::Error> {
    let refuse = |reason: &str| Err(pusher_core::Error::InvalidRequest(reason.to_owned()));
    let Some((scheme, rest)) = url.split_once("://") else {
        return Ok(None);
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    if host.is_empty() {
        return refuse("the url has no host");
    }
    let is_https = scheme.eq_ignore_ascii_case("https");
    let default = if is_https { 443 } else { 80 };
    match port.parse() {
        Ok(port) => Ok(Some((is_https, host, port))),
        Err(_) if port.is_empty() => Ok(Some((is_https, host, default))),
        Err(_) => refuse("the url's port is no number up to 65535"),
    }
}

/// Whether this is a client of ours whose `request` nobody has redefined.
pub(crate) fn is_native(ruby: &Ruby, http: Value) -> Result<bool, Failure> {
    let Ok(class) = class(ruby) else {
        return Ok(false);
    };
    if !http.is_kind_of(class) {
        return Ok(false);
    }
    let owner: Value = http
        .funcall::<_, _, Value>("method", (ruby.to_symbol("request"),))?
        .funcall("owner", ())?;
    Ok(owner.as_raw() == class.as_raw())
}

fn class(ruby: &Ruby) -> Result<RClass, Error> {
    constants::of_pusher(ruby, &constants::HTTP_CLIENT)
}

/// A `Pusher::HttpClient` for a client, made on first use.
pub(crate) fn of_client(ruby: &Ruby, client: RObject) -> Result<Value, Failure> {
    let mut http: Value = borrow::instance_variable(client, &names::IV_SYNC_HTTP_CLIENT);
    if http.is_nil() {
        let made: Value = class(ruby)?.funcall(*names::NEW, ())?;
        // Another thread may have been faster.
        http = client.ivar_get(*names::IV_SYNC_HTTP_CLIENT)?;
        if http.is_nil() {
            client.ivar_set(*names::IV_SYNC_HTTP_CLIENT, made)?;
            http = made;
        }
    }
    if let Ok(native) = Obj::<HttpClient>::try_convert(http) {
        push_settings(ruby, &native, client)?;
    }
    Ok(http)
}

/// Certificates from a file in PEM form.
fn certificates(ruby: &Ruby, path: &str) -> Result<Vec<pusher_core::http::Certificate>, Failure> {
    pusher_core::http::read_certificates(Path::new(path)).map_err(|reason| {
        Error::new(
            ruby.exception_arg_error(),
            format!("no certificates in {path}: {reason}"),
        )
        .into()
    })
}

macro_rules! natives {
    ($class:ident, $($name:literal => $body:expr, $arity:tt);* $(;)?) => {
        $($class.define_private_method($name, method!($body, $arity))?;)*
    };
}

pub(crate) fn define(ruby: &Ruby, pusher: RModule) -> Result<(), Error> {
    let class = pusher.define_class("HttpClient", ruby.class_object())?;
    class.define_alloc_func::<HttpClient>();
    natives!(class,
        "native_limit" => |this: &HttpClient, index: usize| guard(|_| Ok(this.limit(index))), 1;
        "native_set_limit" => |this: &HttpClient, index: usize, seconds: Value| {
            guard(|ruby| this.set_limit(ruby, index, seconds))
        }, 2;
        "native_copy_settings" => |this: &HttpClient, original: &HttpClient| guard(|_| {
            this.copy_settings(original);
            Ok(())
        }), 1;
        "native_reset_all" => |this: &HttpClient| guard(|_| {
            this.reset_all();
            Ok(())
        }), 0;
        "native_verify" => |this: &HttpClient, verify: bool| guard(|_| {
            this.verify(verify);
            Ok(())
        }), 1;
        "native_trust" => |this: &HttpClient, path: String, only: bool| guard(|ruby| this.trust(ruby, &path, only)), 2;
        "native_request" => |this: Obj<HttpClient>, verb: Value, uri: Value, query: Value, body: Value, headers: Value| {
            guard(|ruby| this.request(ruby, (verb, uri, query, body, headers)))
        }, 5;
    );
    Ok(())
}
