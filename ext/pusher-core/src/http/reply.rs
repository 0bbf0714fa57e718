//! A reply, and the connection that it came on.

use std::sync::{Arc, Weak};

use http::HeaderMap;

use super::socket::Socket;

/// The reply to a request.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body, unchanged.
    pub body: Vec<u8>,
    /// How many times the request was sent: 2 after a retry on a fresh connection.
    pub attempts: u32,
    /// The connection that the reply came on.
    pub connection: ReplyConnection,
}

impl Reply {
    /// A reply without a connection.
    #[must_use]
    pub fn new(status: u16, headers: HeaderMap, body: Vec<u8>) -> Self {
        Self {
            status,
            headers,
            body,
            attempts: 1,
            connection: ReplyConnection::default(),
        }
    }
}

/// A weak reference to the connection of a reply.
#[derive(Clone, Debug, Default)]
pub struct ReplyConnection {
    socket: Weak<Socket>,
    last_use: u64,
}

impl ReplyConnection {
    pub(crate) fn of(socket: &Arc<Socket>) -> Self {
        Self {
            socket: Arc::downgrade(socket),
            last_use: socket.last_use(),
        }
    }

    /// Closes the connection, unless another request has been sent on it since.
    pub fn close(&self) {
        if let Some(socket) = self.socket.upgrade() {
            socket.shut_after(self.last_use);
        }
    }
}
