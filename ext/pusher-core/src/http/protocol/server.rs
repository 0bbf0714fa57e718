//! The server of a url.

use std::sync::Arc;

use http::Uri;
use http::uri::{Authority, Scheme};

use super::request::refuse;
use crate::Error;
use crate::http::dialer::Target;
use crate::http::proxy::{has_host, has_valid_port, without_brackets};

/// A server, and the name of its connections in the pool.
pub(crate) struct Server {
    /// The beginning of its urls, up to the path.
    pub(crate) origin: Arc<str>,
    host: String,
    port: u16,
    is_https: bool,
}

impl Server {
    /// The server of an absolute http url.
    pub(crate) fn of(uri: &Uri) -> Result<Self, Error> {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(refuse("its url has no scheme or no host"));
        };
        let is_https = *scheme == Scheme::HTTPS;
        if !(is_https || *scheme == Scheme::HTTP) {
            return Err(refuse(format!(
                "the scheme {scheme} is neither http nor https"
            )));
        }
        if !is_usable(authority) {
            return Err(refuse("its url has no valid host and port"));
        }
        Ok(Self {
            origin: format!("{scheme}://{authority}").into(),
            host: without_brackets(authority.host()).to_owned(),
            port: authority.port_u16().unwrap_or(default_port(is_https)),
            is_https,
        })
    }

    pub(crate) fn target(&self) -> Target<'_> {
        Target {
            host: &self.host,
            port: self.port,
            is_https: self.is_https,
        }
    }
}

pub(crate) fn default_port(is_https: bool) -> u16 {
    if is_https { 443 } else { 80 }
}

fn is_usable(authority: &Authority) -> bool {
    has_host(authority) && has_valid_port(authority)
}
