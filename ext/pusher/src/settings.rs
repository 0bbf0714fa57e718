//! The settings of an HTTP client, including those of the `Pusher::Client` that it belongs to.

use std::sync::Arc;
use std::time::Duration;

use magnus::value::ReprValue;
use magnus::{Error, Fixnum, Float, RHash, RObject, RString, Ruby, Value};
use pusher_core::http::{Agent, Proxy, ProxyChoice, Settings, Timeouts, TlsSettings};

use crate::error::Failure;
use crate::http_arguments::Origin;
use crate::ids;
use crate::objects::instance_variable;
use crate::strings::{self, bytes};
use crate::waiter::RubyWaiter;

/// Timeouts of this many seconds or more (over a century) count as no timeout, because clocks could overflow.
const NO_TIMEOUT: f64 = u32::MAX as f64;

/// One of the timeouts of an HTTP client.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timeout {
    Connect,
    Send,
    Receive,
    KeepAlive,
}

impl Timeout {
    const ALL: [Self; 4] = [Self::Connect, Self::Send, Self::Receive, Self::KeepAlive];
}

/// A duration for each [`Timeout`], in the order of [`Timeout::ALL`].
type Durations = [Option<Duration>; Timeout::ALL.len()];

/// The settings of a `Pusher::Client` that concern its HTTP client.
pub(crate) struct ClientSettings {
    timeouts: Durations,
    proxy: ProxyChoice,
}

impl ClientSettings {
    /// Reads the current settings of a client.
    pub(crate) fn of(ruby: &Ruby, client: RObject) -> Result<Self, Failure> {
        let variables = [
            &ids::IV_CONNECT_TIMEOUT,
            &ids::IV_SEND_TIMEOUT,
            &ids::IV_RECEIVE_TIMEOUT,
            &ids::IV_KEEP_ALIVE_TIMEOUT,
        ];
        let mut timeouts = Durations::default();
        for (timeout, variable) in timeouts.iter_mut().zip(variables) {
            *timeout = duration(ruby, instance_variable(client, variable))?;
        }
        let proxy = proxy_choice(ruby, client)?;
        Ok(Self { timeouts, proxy })
    }
}

#[derive(Default)]
pub(crate) struct State {
    timeouts: Durations,
    proxy: ProxyChoice,
    /// The origin of the last url. It is nearly always the same.
    last_origin: Option<Origin>,
    pub(crate) tls: TlsSettings,
    pub(crate) agents: Vec<(Option<Proxy>, Agent)>,
    /// The values that the `Pusher::Client` had at the last [`State::sync`]. A value is taken over only if it differs from
    /// these, so that the last writer wins: the client, or code that set the value on the HTTP client.
    synced_timeouts: [Option<Option<Duration>>; Timeout::ALL.len()],
    synced_proxy: Option<ProxyChoice>,
}

impl State {
    pub(crate) fn timeout(&self, timeout: Timeout) -> Option<Duration> {
        self.timeouts[timeout as usize]
    }

    pub(crate) fn set_timeout(&mut self, timeout: Timeout, duration: Option<Duration>) {
        if timeout == Timeout::KeepAlive && self.timeout(timeout) != duration {
            self.agents.clear();
        }
        self.timeouts[timeout as usize] = duration;
    }

    /// Takes over the settings of the client that have changed since the last call.
    pub(crate) fn sync(&mut self, settings: ClientSettings) {
        for (timeout, duration) in Timeout::ALL.into_iter().zip(settings.timeouts) {
            self.sync_timeout(timeout, duration);
        }
        self.sync_proxy(settings.proxy);
    }

    fn sync_timeout(&mut self, timeout: Timeout, duration: Option<Duration>) {
        let synced = &mut self.synced_timeouts[timeout as usize];
        if *synced != Some(duration) {
            *synced = Some(duration);
            self.set_timeout(timeout, duration);
        }
    }

    fn sync_proxy(&mut self, proxy: ProxyChoice) {
        if self.synced_proxy.as_ref() != Some(&proxy) {
            self.proxy.clone_from(&proxy);
            self.synced_proxy = Some(proxy);
        }
    }

    /// The timeouts of a request. Zero is no timeout.
    pub(crate) fn timeouts(&self) -> Timeouts {
        let of = |timeout| self.timeout(timeout).filter(|duration| !duration.is_zero());
        Timeouts {
            connect: of(Timeout::Connect),
            send: of(Timeout::Send),
            receive: of(Timeout::Receive),
        }
    }

    /// The same settings, without the connections.
    pub(crate) fn copy(&self) -> Self {
        Self {
            timeouts: self.timeouts,
            proxy: self.proxy.clone(),
            last_origin: None,
            tls: self.tls.clone(),
            agents: Vec::new(),
            synced_timeouts: self.synced_timeouts,
            synced_proxy: self.synced_proxy.clone(),
        }
    }

    /// The proxy for a url. The environment is read each time: it may have changed.
    pub(crate) fn proxy_of(&mut self, url: &str) -> Result<Option<Proxy>, pusher_core::Error> {
        if !self
            .last_origin
            .as_ref()
            .is_some_and(|last| last.is_of(url))
        {
            self.last_origin = Origin::of(url)?;
        }
        let Some(origin) = &self.last_origin else {
            return Ok(None);
        };
        self.proxy
            .select(origin.is_https, &origin.host, origin.port, |name| {
                std::env::var(name).ok()
            })
    }

    /// The agent for a proxy. Agents that a parent process made are dropped.
    pub(crate) fn agent(&mut self, proxy: Option<Proxy>) -> Agent {
        self.agents.retain(|(_, agent)| !agent.is_inherited());
        if let Some((_, agent)) = self.agents.iter().find(|(other, _)| *other == proxy) {
            return agent.clone();
        }
        let settings = Settings {
            proxy: proxy.clone(),
            tls: self.tls.clone(),
            keep_alive: self.timeout(Timeout::KeepAlive),
            usual_timeouts: self.timeouts(),
        };
        let agent = Agent::new(settings, Arc::new(RubyWaiter));
        self.agents.push((proxy, agent.clone()));
        agent
    }
}

/// Seconds as a duration; `None` for nil.
pub(crate) fn duration(ruby: &Ruby, seconds: Value) -> Result<Option<Duration>, Failure> {
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
    if number >= NO_TIMEOUT {
        return Ok(None);
    }
    let duration = Duration::try_from_secs_f64(number).map_err(|_| {
        let message = format!("a timeout must be a number of seconds, nil or 0, got {number}");
        Error::new(ruby.exception_arg_error(), message)
    })?;
    Ok(Some(duration))
}

fn proxy_choice(ruby: &Ruby, client: RObject) -> Result<ProxyChoice, Failure> {
    let proxy: Value = instance_variable(client, &ids::IV_PROXY);
    if let Some(proxy) = RHash::from_value(proxy) {
        return Ok(ProxyChoice::Explicit(explicit_proxy(ruby, proxy)?));
    }
    let url: Value = instance_variable(client, &ids::IV_HTTP_PROXY);
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
            Ok(Some(strings::text(ruby, value)?))
        }
    };
    if field("scheme")?.map(bytes).as_deref() != Some(b"http") {
        let reason = "only http proxies are supported".to_owned();
        return Err(pusher_core::Error::UnsupportedProxy(reason).into());
    }
    let host = field("host")?.map_or(Ok(String::new()), RString::to_string)?;
    let port: Option<u16> = proxy.lookup(ruby.to_symbol("port"))?;
    let user = field("user")?.map(bytes);
    let password = field("password")?.map(bytes).unwrap_or_default();
    let credentials = user.as_deref().map(|user| (user, password.as_slice()));
    Ok(Proxy::new(&host, port.unwrap_or(80), credentials))
}
