//! The dialer as ureq's `Connector`.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use ureq::unversioned::transport::{ConnectionDetails, Connector as UreqConnector};

use super::connection::{Connection, exact};
use super::errors::into_ureq;
use crate::http::dialer::{Dialer, Target};
use crate::http::proxy::without_brackets;
use crate::http::timeouts::deadline_after;

#[derive(Debug)]
pub(crate) struct Connector {
    dialer: Dialer,
    longest_line: Arc<AtomicUsize>,
}

impl Connector {
    pub(crate) fn new(dialer: Dialer, longest_line: Arc<AtomicUsize>) -> Self {
        Self {
            dialer,
            longest_line,
        }
    }
}

impl UreqConnector<()> for Connector {
    type Out = Connection;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _chained: Option<()>,
    ) -> Result<Option<Connection>, ureq::Error> {
        let uri = details.uri;
        let is_https = details.needs_tls();
        let target = Target {
            host: without_brackets(uri.host().unwrap_or_default()),
            port: uri.port_u16().unwrap_or(if is_https { 443 } else { 80 }),
            is_https,
        };
        let deadline = deadline_after(exact(details.timeout.after));
        let (wire, absolute_form) = self
            .dialer
            .dial(&target, deadline)
            .map_err(|error| into_ureq(error, true))?;
        let connection = Connection::new(wire, absolute_form, self.longest_line.clone());
        Ok(Some(connection))
    }
}
