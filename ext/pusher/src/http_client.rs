//! `Pusher::Internal::HTTP::Client`, the object behind `sync_http_client`. It sends every request of the gem.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use magnus::value::ReprValue;
use magnus::{
    Class, Error, Module, Object, RArray, RClass, RModule, RString, Ruby, TryConvert, Value,
    typed_data::Obj,
};
use pusher_core::http::{
    self, Agent, Certificate, Checker, Identity, Sending, Timeouts, TlsSettings, Verification,
    Waiter,
};

use crate::error::Failure;
use crate::guard::guard;
use crate::http_arguments::{self, Arguments};
use crate::ids;
use crate::reply::Reply;
use crate::settings::{ClientSettings, Immediates, State, Timeout};
use crate::strings::bytes;
use crate::transport_failure;
use crate::waiter::RubyWaiter;

/// The native part of the client. No borrow of a field is held while a request waits.
#[magnus::wrap(class = "Pusher::Internal::HTTP::Client", free_immediately, size)]
#[derive(Default)]
pub(crate) struct Client {
    state: RefCell<State>,
    /// Of requests that are sent later.
    checker: Checker,
}

impl Client {
    fn timeout(&self, timeout: Timeout) -> Option<f64> {
        let duration = self.state.borrow().timeout(timeout);
        duration.map(|duration| duration.as_secs_f64())
    }

    fn set_timeout(&self, ruby: &Ruby, timeout: Timeout, seconds: Value) -> Result<(), Failure> {
        let duration = timeout.read(ruby, seconds)?;
        self.state.borrow_mut().set_timeout(timeout, duration);
        Ok(())
    }

    fn reset_all(&self) {
        self.state.borrow_mut().agents.clear();
    }

    fn copy_settings(&self, original: &Self) {
        let copy = original.state.borrow().copy();
        *self.state.borrow_mut() = copy;
    }

    fn set_tls(&self, change: impl FnOnce(&mut TlsSettings)) {
        let mut state = self.state.borrow_mut();
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

    /// Trusts the certificates in a file or a folder: in addition to others, or exclusively.
    fn trust(&self, ruby: &Ruby, path: &str, only: bool) -> Result<(), Failure> {
        let roots = certificates(ruby, path)?;
        if only {
            self.trust_none();
        }
        self.set_tls(|tls| tls.extra_roots.extend(roots));
        Ok(())
    }

    fn trust_none(&self) {
        self.set_tls(|tls| {
            tls.extra_roots.clear();
            tls.only_extra_roots = true;
        });
    }

    fn trust_system(&self) {
        self.set_tls(|tls| tls.only_extra_roots = false);
    }

    /// Sets the certificates and the key, in DER form, for servers that request a certificate; without a key, none.
    fn identify(&self, chain: RArray, key: Option<RString>) -> Result<(), Failure> {
        let identity = match key {
            Some(key) => Some(identity(chain, key)?),
            None => None,
        };
        self.set_tls(|tls| tls.identity = identity);
        Ok(())
    }

    fn request(
        &self,
        ruby: &Ruby,
        values: http_arguments::Values,
        limit: Option<Duration>,
    ) -> Result<Value, Failure> {
        let mut arguments = Arguments::read(ruby, values)?;
        // Some servers require a content-length from these methods, also without a body.
        if arguments.body.is_none() && matches!(&*arguments.method, "POST" | "PUT" | "PATCH") {
            arguments.body = Some(Vec::new());
        }
        let (agent, timeouts) = self.prepare(&arguments.url)?;
        let timeouts = limit.map_or(timeouts, |limit| timeouts.at_most(limit));
        let fields = arguments.fields();
        let mut sending = Sending::default();
        match agent.send_tracked(&arguments.request(&fields, timeouts), &mut sending) {
            Ok(reply) => Ok(ruby.into_value(Reply::from(reply))),
            Err(pusher_core::Error::ProxyAuthentication) => {
                Ok(ruby.into_value(Reply::proxy_authentication()))
            }
            Err(error) => {
                let exception = transport_failure::exception(ruby, error)?;
                Ok(transport_failure::facts(ruby, exception, sending))
            }
        }
    }

    /// Takes over the settings of a `Pusher::Client` that have changed since the last call.
    fn configure(
        &self,
        ruby: &Ruby,
        timeouts: [Value; 4],
        proxy: Value,
        proxy_url: Value,
    ) -> Result<(), Failure> {
        let immediates = Immediates::of(timeouts, [proxy, proxy_url]);
        if immediates.is_some_and(|immediates| self.state.borrow().is_synced(immediates)) {
            return Ok(());
        }
        let settings = ClientSettings::read(ruby, timeouts, proxy, proxy_url)?;
        self.state.borrow_mut().sync(settings, immediates);
        Ok(())
    }

    fn prepare(&self, url: &str) -> Result<(Agent, Timeouts), Failure> {
        let mut state = self.state.borrow_mut();
        let proxy = state.proxy_of(url)?;
        Ok((state.agent(proxy), state.timeouts()))
    }
}

/// Certificates from a file in PEM form, or from a folder of such files.
fn certificates(ruby: &Ruby, path: &str) -> Result<Vec<Certificate>, Failure> {
    let read = || http::read_certificates(Path::new(path));
    let outcome = match read() {
        Err(error) if http::is_out_of_descriptors(&error) => {
            RubyWaiter.free_descriptors()?;
            read()
        }
        outcome => outcome,
    };
    outcome.map_err(|error| {
        if http::is_out_of_descriptors(&error) {
            return pusher_core::Error::Io(error).into();
        }
        let message = format!("no certificates in {path}: {error}");
        Error::new(ruby.exception_arg_error(), message).into()
    })
}

fn identity(chain: RArray, key: RString) -> Result<Identity, Failure> {
    let chain = chain
        .into_iter()
        .map(|certificate| RString::try_convert(certificate).map(bytes))
        .collect::<Result<Vec<_>, _>>()?;
    let chain = chain.into_iter().map(Certificate::from).collect();
    Ok(Identity::new(chain, bytes(key)))
}

pub(crate) fn define(ruby: &Ruby, http: RModule) -> Result<(), Error> {
    let class = http.define_class("Client", ruby.class_object())?;
    class.define_alloc_func::<Client>();
    ids::look_up_class_of::<Client>(ruby);
    define_timeouts(class)?;
    define_tls(class)?;
    private_methods!(class,
        "native_copy_settings" => |this: &Client, original: &Client| guard(|_| {
            this.copy_settings(original);
            Ok(())
        }), 1;
        "native_reset_all" => |this: &Client| guard(|_| {
            this.reset_all();
            Ok(())
        }), 0;
        "native_request" => |this: Obj<Client>, verb: Value, uri: Value, query: Value, body: Value, headers: Value| {
            guard(|ruby| this.request(ruby, (verb, uri, query, body, headers), None))
        }, 5;
        "native_check" => |this: &Client, verb: Value, uri: Value, query: Value, body: Value, headers: Value| {
            guard(|ruby| Arguments::read(ruby, (verb, uri, query, body, headers))?.check(&this.checker))
        }, 5;
        "native_request_within" => |this: Obj<Client>, seconds: f64, arguments: RArray| {
            guard(|ruby| {
                let arguments = TryConvert::try_convert(arguments.as_value())?;
                let limit = Duration::try_from_secs_f64(seconds.max(0.0)).ok();
                this.request(ruby, arguments, limit)
            })
        }, 2;
    );
    Ok(())
}

/// A leaf, because Ruby calls it faster than a private method of the client.
pub(crate) fn define_leaves(native: RModule) -> Result<(), Error> {
    leaves!(native,
        "configure" => |http: &Client,
                        connect: Value,
                        send: Value,
                        receive: Value,
                        keep_alive: Value,
                        proxy: Value,
                        proxy_url: Value| {
            guard(|ruby| http.configure(ruby, [connect, send, receive, keep_alive], proxy, proxy_url))
        }, 7;
    );
    Ok(())
}

macro_rules! timeouts {
    ($class:ident, $($timeout:ident => $reader:literal, $writer:literal);* $(;)?) => {
        private_methods!($class, $(
            $reader => |this: &Client| guard(|_| Ok(this.timeout(Timeout::$timeout))), 0;
            $writer => |this: &Client, seconds: Value| {
                guard(|ruby| this.set_timeout(ruby, Timeout::$timeout, seconds))
            }, 1;
        )*);
    };
}

fn define_timeouts(class: RClass) -> Result<(), Error> {
    timeouts!(class,
        Connect => "native_connect_timeout", "native_set_connect_timeout";
        Send => "native_send_timeout", "native_set_send_timeout";
        Receive => "native_receive_timeout", "native_set_receive_timeout";
        KeepAlive => "native_keep_alive_timeout", "native_set_keep_alive_timeout";
    );
    Ok(())
}

fn define_tls(class: RClass) -> Result<(), Error> {
    private_methods!(class,
        "native_verify" => |this: &Client, verify: bool| guard(|_| {
            this.verify(verify);
            Ok(())
        }), 1;
        "native_trust" => |this: &Client, path: String, only: bool| guard(|ruby| this.trust(ruby, &path, only)), 2;
        "native_trust_none" => |this: &Client| guard(|_| {
            this.trust_none();
            Ok(())
        }), 0;
        "native_trust_system" => |this: &Client| guard(|_| {
            this.trust_system();
            Ok(())
        }), 0;
        "native_identify" => |this: &Client, chain: RArray, key: Option<RString>| {
            guard(|_| this.identify(chain, key))
        }, 2;
    );
    Ok(())
}
