//! All errors, as one enum. The binding maps it to Ruby exceptions in one `match`.

use std::io;

/// Invalid input, and failures of the transport.
///
/// No message contains a query string, a secret, a master key or a proxy password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The master key is not strict base64.
    #[error("the encryption master key is not valid base64")]
    MasterKeyEncoding,
    /// The master key has the wrong length for secretbox.
    #[error("the encryption master key must be 32 bytes long, got {0}")]
    MasterKeyLength(usize),
    /// The operating system's random source failed.
    #[error("the operating system's random source failed: {0}")]
    Random(String),
    /// Encrypted data is malformed, was changed, or was encrypted with another key.
    #[error("the data could not be decrypted")]
    Decryption,

    /// The request has an invalid method, url or header.
    #[error("the request cannot be sent: {0}")]
    InvalidRequest(String),
    /// The proxy url is invalid, or its scheme is not http.
    #[error("unsupported proxy {given:?}: {reason}")]
    UnsupportedProxy {
        /// The proxy url without credentials.
        given: String,
        /// Why it is unsupported.
        reason: String,
    },
    /// An environment variable contains an unsupported proxy.
    #[error("{name} contains an unsupported proxy, {given:?}: {reason}")]
    ProxyVariable {
        /// The variable's name, in the case that was found.
        name: &'static str,
        /// Its value without credentials.
        given: String,
        /// Why it is unsupported.
        reason: &'static str,
    },

    /// The host name was not resolved.
    #[error("{0}")]
    Resolve(String),
    /// The connection could not be established.
    #[error("{source} - connect(2) for {peer}")]
    Connect {
        /// Host and port.
        peer: String,
        /// The operating system's error.
        source: io::Error,
    },
    /// The operating system refused something else than a connection.
    #[error("{0}")]
    Io(#[source] io::Error),
    /// An established connection failed.
    #[error("{source} - {peer}")]
    Connection {
        /// Host and port, and the proxy.
        peer: String,
        /// The operating system's error.
        source: io::Error,
    },
    /// Name resolution and TCP took longer than the connect timeout.
    #[error("no connection to {0} within the connect timeout")]
    ConnectTimeout(String),
    /// The TLS handshake on an established connection did not end within the connect timeout.
    #[error("no TLS handshake with {0} within the connect timeout")]
    HandshakeTimeout(String),
    /// The request was not sent within the send timeout.
    #[error("the request was not sent within the send timeout")]
    SendTimeout,
    /// The reply was not complete within the receive timeout.
    #[error("no complete reply within the receive timeout")]
    ReceiveTimeout,

    /// The TLS settings cannot be used.
    #[error("{0}")]
    TlsSettings(String),
    /// The TLS handshake, or a TLS record after it, failed.
    #[error("{0}")]
    Tls(String),
    /// The proxy requires credentials, or rejected them.
    #[error("the proxy requires authentication")]
    ProxyAuthentication,
    /// The proxy refused to open a tunnel.
    #[error("the proxy replied to CONNECT with status {0}")]
    ProxyRefused(u16),

    /// The peer closed the connection before the reply was complete.
    #[error("the connection was closed before the reply was complete")]
    Truncated,
    /// A reused connection ended without a byte of a reply, and the request may be sent again.
    #[error("the server closed the idle connection before replying")]
    Stale,
    /// The reply is not valid HTTP.
    #[error("invalid reply: {0}")]
    InvalidReply(String),
    /// The reply's head is too large.
    #[error("the reply's head is larger than {0} bytes")]
    HeadTooLarge(usize),
    /// The reply's body is too large.
    #[error("the reply's body is larger than {0} bytes")]
    BodyTooLarge(u64),

    /// The waiter was interrupted. The number belongs to the waiter, which uses it to resume.
    #[error("interrupted")]
    Interrupted(i32),
}

impl Error {
    /// The same error, with the name of the peer where the message would not say which connection failed.
    pub(crate) fn at(self, peer: impl FnOnce() -> String) -> Self {
        match self {
            Self::Io(source) => Self::Connection {
                peer: peer(),
                source,
            },
            Self::Tls(reason) => Self::Tls(format!("{reason} - {}", peer())),
            error => error,
        }
    }
}
