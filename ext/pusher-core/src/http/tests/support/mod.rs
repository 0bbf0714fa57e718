//! Support: scripted servers, certificates, waiters, and shorthands for sending.

mod certificates;
mod closed_port;
mod server;
mod waiters;

use std::sync::Arc;
use std::time::Duration;

pub(super) use certificates::{Authority, Identity, names};
pub(super) use closed_port::ClosedPort;
pub(super) use server::{LONG_TIMEOUT, Listener, OK, Peer, Server};
pub(super) use waiters::TestWaiter;

use crate::Error;
use crate::http::{Agent, Reply, Request, Settings, StdWaiter, Timeouts, TlsSettings, Waiter};

/// Timeouts that no passing test reaches.
pub(super) const LONG_TIMEOUTS: Timeouts = Timeouts {
    connect: Some(LONG_TIMEOUT),
    send: Some(LONG_TIMEOUT),
    receive: Some(LONG_TIMEOUT),
};

/// A body that is larger than all socket buffers.
pub(super) const LARGE_BODY: usize = 16 * 1024 * 1024;

/// For timeouts that a test waits for.
pub(super) const SHORT_TIMEOUT: Duration = Duration::from_millis(300);

pub(super) fn agent() -> Agent {
    agent_with(Settings::default())
}

pub(super) fn agent_with(settings: Settings) -> Agent {
    Agent::new(settings, Arc::new(StdWaiter))
}

pub(super) fn agent_with_waiter(waiter: &Arc<impl Waiter>) -> Agent {
    Agent::new(Settings::default(), waiter.clone())
}

/// An agent that trusts only this authority.
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
        timeouts: LONG_TIMEOUTS,
    }
}

pub(super) fn post<'a>(url: &'a str, body: &'a [u8]) -> Request<'a> {
    Request {
        method: "POST",
        body: Some(body),
        ..get(url)
    }
}

/// The outcome of a request to a server that sends these bytes and closes.
pub(super) fn reply_to(reply: impl Into<Vec<u8>>) -> Result<Reply, Error> {
    let reply = reply.into();
    let server = Server::start(move |listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.try_send(&reply);
    });
    agent().send(&post(&server.url("/"), b"{}"))
}
