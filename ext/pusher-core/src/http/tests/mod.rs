//! Tests of the transport against real servers on loopback.
//!
//! They cause every [`crate::Error`] of the transport: `InvalidRequest` in `invalid_requests`; `Resolve`, `Connect`,
//! `ConnectTimeout` and `HandshakeTimeout` in `connecting`; `Io` in `broken_connections`; `SendTimeout` and
//! `ReceiveTimeout` in `timeouts`; `Tls` in `trust`; `ProxyAuthentication` and `ProxyRefused` in `tunnels`; `Truncated`
//! and `InvalidReply` in `framing`; `Stale` in `retries`; `HeadTooLarge` and `BodyTooLarge` in `bounds`; `Interrupted`
//! in `interrupts`. `ProxyVariable` is tested in `proxy.rs`.

mod support;

mod absolute_form;
mod addresses;
mod algorithms;
mod bounds;
mod broken_connections;
mod connecting;
mod deadlines;
mod early_replies;
mod failed_writes;
mod framing;
mod interim;
mod interrupts;
mod invalid_requests;
mod keep_alive;
mod races;
mod requests;
mod retries;
mod roots;
mod statuses;
mod taken;
mod timeouts;
mod tls;
mod trust;
mod tunnels;
