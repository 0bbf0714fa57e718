//! `Pusher::HttpClient`, the object behind `sync_http_client`: the one seam through which every request goes.

use std::cell::RefCell;
use std::path::Path;

use magnus::{
    Class, Error, Module, RArray, RModule, RObject, RString, Ruby, TryConvert, Value, method,
    typed_data::Obj,
};
use pusher_core::http::{
    Agent, Certificate, Identity, Request, Timeouts, TlsSettings, Verification,
};

use crate::arguments;
use crate::borrow;
use crate::error::Failure;
use crate::guard::guard;
use crate::ids;
use crate::reply::Reply;
use crate::settings::{self, Pushed, State};
use crate::transport_error;

/// The native state. No borrow of it is held while a request waits.
#[magnus::wrap(class = "Pusher::Internal::HTTP::Client", free_immediately, size)]
#[derive(Default)]
pub(crate) struct HttpClient(RefCell<State>);

impl HttpClient {
    fn set_limit(&self, ruby: &Ruby, index: usize, seconds: Value) -> Result<(), Failure> {
        let limit = settings::limit(ruby, seconds)?;
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

    /// Trusts the certificates in a file or a folder, besides others or alone.
    fn trust(&self, ruby: &Ruby, path: &str, only: bool) -> Result<(), Failure> {
        let roots = certificates(ruby, path)?;
        if only {
            self.trust_nobody();
        }
        self.set_tls(|tls| tls.extra_roots.extend(roots));
        Ok(())
    }

    fn trust_nobody(&self) {
        self.set_tls(|tls| {
            tls.extra_roots.clear();
            tls.only_extra_roots = true;
        });
    }

    fn trust_the_system(&self) {
        self.set_tls(|tls| tls.only_extra_roots = false);
    }

    /// What servers that ask for a certificate are shown: certificates and a key in DER form, or nothing.
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
        (method, uri, query, body, headers): (Value, Value, Value, Value, Value),
    ) -> Result<Value, Failure> {
        let method = arguments::method_name(ruby, method)?;
        let url = arguments::absolute_url(ruby, uri, query)?;
        let body = Option::<RString>::try_convert(body)?.map(borrow::bytes);
        // These say how long their body is even where there is none: some servers insist.
        let body =
            body.or_else(|| matches!(method.as_str(), "POST" | "PUT" | "PATCH").then(Vec::new));
        let headers = arguments::header_fields(ruby, headers)?;
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
        let mut attempts = 0;
        match agent.send_counting(&request, &mut attempts) {
            Ok(reply) => Ok(ruby.into_value(Reply::from(reply))),
            Err(pusher_core::Error::ProxyAuthentication) => {
                Ok(ruby.into_value(Reply::proxy_authentication()))
            }
            Err(error) => {
                let exception = transport_error::exception(ruby, error)?;
                Ok(transport_error::pair(ruby, exception, attempts))
            }
        }
    }

    fn configure(&self, ruby: &Ruby, client: RObject) -> Result<(), Failure> {
        let pushed = Pushed::of_client(ruby, client)?;
        self.0.borrow_mut().take_over(pushed);
        Ok(())
    }

    fn prepare(&self, url: &str) -> Result<(Agent, Timeouts), Failure> {
        let mut state = self.0.borrow_mut();
        let proxy = match arguments::host_and_port(url)? {
            Some((is_https, host, port)) => state
                .proxy
                .select(is_https, host, port, |name| std::env::var(name).ok())?,
            None => None,
        };
        Ok((state.agent(proxy), state.timeouts()))
    }
}

/// Certificates from a file in PEM form, or a folder of such files.
fn certificates(ruby: &Ruby, path: &str) -> Result<Vec<Certificate>, Failure> {
    pusher_core::http::read_certificates(Path::new(path)).map_err(|reason| {
        Error::new(
            ruby.exception_arg_error(),
            format!("no certificates in {path}: {reason}"),
        )
        .into()
    })
}

fn identity(chain: RArray, key: RString) -> Result<Identity, Failure> {
    let chain = chain
        .into_iter()
        .map(|certificate| RString::try_convert(certificate).map(borrow::bytes))
        .collect::<Result<Vec<_>, _>>()?;
    let chain = chain.into_iter().map(Certificate::from).collect();
    Ok(Identity::new(chain, borrow::bytes(key)))
}

macro_rules! natives {
    ($class:ident, $($name:literal => $body:expr, $arity:tt);* $(;)?) => {
        $($class.define_private_method($name, method!($body, $arity))?;)*
    };
}

pub(crate) fn define(ruby: &Ruby, pusher: RModule) -> Result<(), Error> {
    let class = pusher.define_module("Internal")?.define_module("HTTP")?.define_class("Client", ruby.class_object())?;
    class.define_alloc_func::<HttpClient>();
    ids::look_up_class_of::<HttpClient>(ruby);
    natives!(class,
        "native_limit" => |this: &HttpClient, index: usize| guard(|_| Ok(this.limit(index))), 1;
        "native_set_limit" => |this: &HttpClient, index: usize, seconds: Value| {
            guard(|ruby| this.set_limit(ruby, index, seconds))
        }, 2;
        "native_configure" => |this: &HttpClient, client: RObject| guard(|ruby| this.configure(ruby, client)), 1;
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
        "native_trust_nobody" => |this: &HttpClient| guard(|_| {
            this.trust_nobody();
            Ok(())
        }), 0;
        "native_trust_the_system" => |this: &HttpClient| guard(|_| {
            this.trust_the_system();
            Ok(())
        }), 0;
        "native_identify" => |this: &HttpClient, chain: RArray, key: Option<RString>| {
            guard(|_| this.identify(chain, key))
        }, 2;
        "native_request" => |this: Obj<HttpClient>, verb: Value, uri: Value, query: Value, body: Value, headers: Value| {
            guard(|ruby| this.request(ruby, (verb, uri, query, body, headers)))
        }, 5;
    );
    Ok(())
}
