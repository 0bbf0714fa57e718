//! What an http client is set to, by itself or by the `Pusher::Client` it belongs to.

use std::sync::Arc;
use std::time::Duration;

use magnus::value::ReprValue;
use magnus::{Error, Fixnum, Float, RHash, RObject, RString, Ruby, Value};
use pusher_core::http::{Agent, Proxy, ProxyChoice, Settings, Timeouts, TlsSettings};

use crate::borrow;
use crate::error::Failure;
use crate::host::RubyHost;
use crate::ids;

/// The timeouts a client has, in the order in which they are pushed.
const TIMEOUTS: usize = 4;
const CONNECT: usize = 0;
const SEND: usize = 1;
const RECEIVE: usize = 2;
const KEEP_ALIVE: usize = 3;

/// So many seconds, more than a century, are no limit: clocks overflow beyond.
const FOR_EVER: f64 = u32::MAX as f64;

/// The limits, in that order.
type Limits = [Option<Duration>; TIMEOUTS];

/// What a `Pusher::Client` is set to.
pub(crate) struct Pushed {
    limits: Limits,
    proxy: ProxyChoice,
}

impl Pushed {
    /// Reads the settings of a client as they are at this moment.
    pub(crate) fn of_client(ruby: &Ruby, client: RObject) -> Result<Self, Failure> {
        let settings = [
            &ids::IV_CONNECT_TIMEOUT,
            &ids::IV_SEND_TIMEOUT,
            &ids::IV_RECEIVE_TIMEOUT,
            &ids::IV_KEEP_ALIVE_TIMEOUT,
        ];
        let mut limits = [None; TIMEOUTS];
        for (slot, name) in limits.iter_mut().zip(settings) {
            *slot = limit(ruby, borrow::instance_variable(client, name))?;
        }
        let proxy = proxy_choice(ruby, client)?;
        Ok(Self { limits, proxy })
    }
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) limits: Limits,
    /// What a `Pusher::Client` last pushed: a value is taken over only when it differs, so that the last writer
    /// wins, be it the client or someone who set it here.
    pushed_limits: [Option<Option<Duration>>; TIMEOUTS],
    pub(crate) proxy: ProxyChoice,
    pushed_proxy: Option<ProxyChoice>,
    pub(crate) tls: TlsSettings,
    pub(crate) agents: Vec<(Option<Proxy>, Agent)>,
}

impl State {
    pub(crate) fn set_limit(&mut self, index: usize, limit: Option<Duration>) {
        if index == KEEP_ALIVE && self.limits[index] != limit {
            self.agents.clear();
        }
        self.limits[index] = limit;
    }

    /// Takes over what a client is set to, where that has changed since the last time.
    pub(crate) fn take_over(&mut self, pushed: Pushed) {
        for (index, limit) in pushed.limits.into_iter().enumerate() {
            self.push_limit(index, limit);
        }
        self.push_proxy(pushed.proxy);
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

    pub(crate) fn timeouts(&self) -> Timeouts {
        let limit = |index: usize| self.limits[index].filter(|limit| !limit.is_zero());
        Timeouts {
            connect: limit(CONNECT),
            send: limit(SEND),
            receive: limit(RECEIVE),
        }
    }

    /// The same settings, without the connections.
    pub(crate) fn copy(&self) -> Self {
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
    pub(crate) fn agent(&mut self, proxy: Option<Proxy>) -> Agent {
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

/// Seconds as a time limit; nil is none.
pub(crate) fn limit(ruby: &Ruby, seconds: Value) -> Result<Option<Duration>, Failure> {
    if seconds.is_nil() {
        return Ok(None);
    }
    let number = if let Some(integer) = Fixnum::from_value(seconds) {
        integer.to_i64() as f64
    } else if let Some(float) = Float::from_value(seconds) {
        float.to_f64()
    } else {
        seconds.funcall(*ids::TO_F, ())?
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
    let proxy: Value = borrow::instance_variable(client, &ids::IV_PROXY);
    if let Some(proxy) = RHash::from_value(proxy) {
        return Ok(ProxyChoice::Explicit(explicit_proxy(ruby, proxy)?));
    }
    let url: Value = borrow::instance_variable(client, &ids::IV_HTTP_PROXY);
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
