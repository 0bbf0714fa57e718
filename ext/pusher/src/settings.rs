//! The settings of an HTTP client, including those of the `Pusher::Client` that it belongs to.

use std::sync::Arc;
use std::time::Duration;

use magnus::rb_sys::AsRawValue;
use magnus::value::ReprValue;
use magnus::{Error, Fixnum, Float, Module, RHash, RString, Ruby, Value};
use pusher_core::http::{Agent, Proxy, ProxyChoice, Settings, Timeouts, TlsSettings};

use crate::error::Failure;
use crate::http_arguments::Origin;
use crate::ids;
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

    fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect_timeout",
            Self::Send => "send_timeout",
            Self::Receive => "receive_timeout",
            Self::KeepAlive => "keep_alive_timeout",
        }
    }

    /// Seconds as a duration; `None` for nil.
    pub(crate) fn read(self, ruby: &Ruby, seconds: Value) -> Result<Option<Duration>, Failure> {
        if seconds.is_nil() {
            return Ok(None);
        }
        let refuse = || {
            let (name, got) = (self.name(), seconds.inspect());
            let message = format!("{name} must be a number of seconds, nil or 0, got {got}");
            Error::new(ruby.exception_arg_error(), message)
        };
        let number = if let Some(integer) = Fixnum::from_value(seconds) {
            integer.to_i64() as f64
        } else if let Some(float) = Float::from_value(seconds) {
            float.to_f64()
        } else if let Some(text) = RString::from_value(seconds) {
            number_in(&bytes(text)).ok_or_else(refuse)?
        } else if is_real_number(ruby, seconds)? {
            seconds.funcall(*ids::TO_F, ())?
        } else {
            return Err(refuse().into());
        };
        if number >= NO_TIMEOUT {
            return Ok(None);
        }
        let duration = Duration::try_from_secs_f64(number).map_err(|_| refuse())?;
        // A positive number that rounds to zero is not zero, which means no limit.
        let shortest = Duration::from_nanos(u64::from(number > 0.0));
        Ok(Some(duration.max(shortest)))
    }
}

/// A duration for each [`Timeout`], in the order of [`Timeout::ALL`].
type Durations = [Option<Duration>; Timeout::ALL.len()];

/// The settings of a `Pusher::Client` that concern its HTTP client.
pub(crate) struct ClientSettings {
    timeouts: Durations,
    proxy: ProxyChoice,
}

impl ClientSettings {
    /// Reads the settings of a client: its timeouts in the order of [`Timeout::ALL`], the parts of its proxy, and the url
    /// of its proxy.
    pub(crate) fn read(
        ruby: &Ruby,
        timeouts: [Value; Timeout::ALL.len()],
        proxy: Value,
        proxy_url: Value,
    ) -> Result<Self, Failure> {
        let mut durations = Durations::default();
        for ((duration, timeout), seconds) in durations.iter_mut().zip(Timeout::ALL).zip(timeouts) {
            *duration = timeout.read(ruby, seconds)?;
        }
        let proxy = proxy_choice(ruby, proxy, proxy_url)?;
        Ok(Self {
            timeouts: durations,
            proxy,
        })
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
    /// The arguments of the last call that synced these values, if none of them is a heap object.
    synced_immediates: Option<Immediates>,
}

/// The arguments that [`ClientSettings::read`] reads, all of them immediate values: nil, true, false, small numbers. Such a
/// value refers to no object and never changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Immediates([rb_sys::VALUE; Timeout::ALL.len() + 2]);

impl Immediates {
    pub(crate) fn of(timeouts: [Value; Timeout::ALL.len()], proxy: [Value; 2]) -> Option<Self> {
        let [connect, send, receive, keep_alive] = timeouts;
        let [proxy, proxy_url] = proxy;
        let values = [connect, send, receive, keep_alive, proxy, proxy_url].map(AsRawValue::as_raw);
        values
            .into_iter()
            .all(rb_sys::SPECIAL_CONST_P)
            .then_some(Self(values))
    }
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

    /// Whether [`State::sync`] has taken over these values at its last call.
    pub(crate) fn is_synced(&self, immediates: Immediates) -> bool {
        self.synced_immediates == Some(immediates)
    }

    /// Takes over the settings of the client that have changed since the last call.
    pub(crate) fn sync(&mut self, settings: ClientSettings, immediates: Option<Immediates>) {
        self.synced_immediates = immediates;
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
            synced_immediates: self.synced_immediates,
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
        };
        let agent = Agent::new(settings, Arc::new(RubyWaiter));
        self.agents.push((proxy, agent.clone()));
        agent
    }
}

/// The number in a String, such as the value of an environment variable.
fn number_in(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let is_number = text.starts_with(|first: char| first.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// Asks the object, because a duration of `ActiveSupport` is a number only by what its methods return.
fn is_real_number(ruby: &Ruby, value: Value) -> Result<bool, Error> {
    // A `BasicObject` has no such methods.
    if !value.respond_to(*ids::IS_A, false)? || !value.respond_to(*ids::REAL, false)? {
        return Ok(false);
    }
    let numeric: Value = ruby.class_object().const_get(*ids::NUMERIC)?;
    Ok(value.funcall(*ids::IS_A, (numeric,))? && value.funcall(*ids::REAL, ())?)
}

fn proxy_choice(ruby: &Ruby, proxy: Value, url: Value) -> Result<ProxyChoice, Failure> {
    if let Some(proxy) = RHash::from_value(proxy) {
        return Ok(ProxyChoice::Explicit(explicit_proxy(ruby, proxy)?));
    }
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
    let words = |name| -> Result<String, Failure> {
        Ok(field(name)?
            .map(|text| String::from_utf8_lossy(&bytes(text)).into_owned())
            .unwrap_or_default())
    };
    let (scheme, host, port) = (words("scheme")?, words("host")?, words("port")?);
    let refuse = |reason: &str| {
        let given = match (&*scheme, &*host, &*port) {
            ("", "", _) => "***".to_owned(),
            ("", ..) => format!("//{host}"),
            (_, "", _) => format!("{scheme}:***"),
            (_, _, "") => format!("{scheme}://{host}"),
            _ => format!("{scheme}://{host}:{port}"),
        };
        Failure::from(pusher_core::Error::UnsupportedProxy {
            given,
            reason: reason.to_owned(),
        })
    };
    if scheme.is_empty() {
        return Err(refuse("the url has no scheme, expected http://HOST:PORT"));
    }
    if scheme != "http" {
        return Err(refuse("only http proxies are supported"));
    }
    if host.is_empty() {
        return Err(refuse("the url has no host"));
    }
    let port: u16 = match &*port {
        "" => 80,
        port => port
            .parse()
            .map_err(|_| refuse("the port must be a number up to 65535"))?,
    };
    let user = field("user")?.map(bytes);
    let password = field("password")?.map(bytes).unwrap_or_default();
    let credentials = user.as_deref().map(|user| (user, password.as_slice()));
    Ok(Proxy::new(&host, port, credentials))
}
