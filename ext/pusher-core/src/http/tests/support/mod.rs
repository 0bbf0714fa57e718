//! What the tests are made of: servers that follow a script, certificates, hosts, and short ways to send.

mod certificates;
mod closed;
mod hosts;
mod server;

use std::sync::Arc;
use std::time::Duration;

pub(super) use certificates::{Authority, Identity, names};
pub(super) use closed::Closed;
pub(super) use hosts::TestHost;
pub(super) use server::{Door, OK, PATIENCE, Peer, Server};

use crate::Error;
use crate::http::{Agent, Host, Reply, Request, Settings, StdHost, Timeouts, TlsSettings};

/// Long enough for any machine; nothing in a test that passes waits for it.
pub(super) const GENEROUS: Timeouts = Timeouts {
    connect: Some(PATIENCE),
    send: Some(PATIENCE),
    receive: Some(PATIENCE),
};

/// A body of so many bytes is more than sockets hold while nobody reads.
pub(super) const MORE_THAN_FITS: usize = 16 * 1024 * 1024;

/// Long enough for what comes at once, short enough to wait for where nothing comes.
pub(super) const SHORT: Duration = Duration::from_millis(300);

pub(super) fn agent() -> Agent {
    agent_with(Settings::default())
}

pub(super) fn agent_with(settings: Settings) -> Agent {
    Agent::new(settings, Arc::new(StdHost))
}

pub(super) fn agent_on(host: &Arc<impl Host>) -> Agent {
    Agent::new(Settings::default(), host.clone())
}

/// An agent that trusts this authority and nobody else.
pub(super) fn agent_trusting(authority: &Authority) -> Agent {
    agent_with(trusting(authority))
}

pub(super) fn trusting(authority: &Authority) -> Settings {
    Settings {
        tls: TlsSettings {
            extra_roots: vec![authority.certificate()],
            only_extra_roots: true,
            ..TlsSettings::default()
        },
        ..Settings::default()
    }
}

pub(super) fn get(url: &str) -> Request<'_> {
    Request {
        method: "GET",
        url,
        headers: &[],
        body: None,
        timeouts: GENEROUS,
    }
}

pub(super) fn post<'a>(url: &'a str, body: &'a [u8]) -> Request<'a> {
    Request {
        method: "POST",
        body: Some(body),
        ..get(url)
    }
}

/// What one request gets from a peer that answers with these bytes and closes.
pub(super) fn answered_with(reply: impl Into<Vec<u8>>) -> Result<Reply, Error> {
    let reply = reply.into();
    let server = Server::start(move |door| {
        let mut peer = door.accept();
        peer.request();
        peer.try_send(&reply);
    });
    agent().send(&post(&server.url("/"), b"{}"))
}
