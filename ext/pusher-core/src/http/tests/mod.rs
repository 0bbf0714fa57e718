//! The room as a whole, against real servers on loopback.
//!
//! Every [`crate::Error`] of the transport is produced for real:
//! `InvalidRequest` in `invalid_requests`, `Resolve`, `Connect` and `ConnectTimeout` in `connecting`, `Io` in
//! `faults`, `SendTimeout` and `ReceiveTimeout` in `timeouts`, `Tls` in `trust`, `ProxyAuthentication` and
//! `ProxyRefused` in `tunnels`, `Truncated` and `InvalidReply` in `framing`, `Stale` in `stale`, `HeadTooLarge` and
//! `BodyTooLarge` in `bounds`, `Interrupted` in `interrupts`. Proxies of other schemes than http, which are
//! `ProxyVariable`, are refused in `proxy.rs`.

mod support;

mod absolute_form;
mod bounds;
mod connecting;
mod early_replies;
mod faults;
mod framing;
mod interim;
mod interrupts;
mod invalid_requests;
mod keep_alive;
mod late;
mod plain;
mod roots;
mod stale;
mod statuses;
mod timeouts;
mod tls;
mod trust;
mod tunnels;
