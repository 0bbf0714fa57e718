//! Everything that can go wrong, as one enum: the binding maps it to Ruby exceptions in one `match`.

use std::io;

/// What `pusher-core` refuses, and what the network did.
///
/// No message holds a query string, a secret, a master key or a proxy password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A master key that is not strict base64.
    #[error("the encryption master key is not valid base64")]
    MasterKeyEncoding,
    /// A master key of a length that secretbox has no use for.
    #[error("the encryption master key must be 32 bytes long, got {0}")]
    MasterKeyLength(usize),
    /// The operating system's random source failed.
    #[error("the operating system gave no random bytes: {0}")]
    Random(String),
    /// Sealed data that is malformed, was changed on its way, or was sealed with another key.
    #[error("the data could not be decrypted")]
    Decryption,

    /// A request that cannot be put on the wire: a url or a header that HTTP has no room for.
    #[error("the request cannot be sent: {0}")]
    InvalidRequest(String),
    /// A proxy url this client cannot speak to.
    #[error("unsupported proxy: {0}")]
    UnsupportedProxy(String),
    /// A variable of the environment with a proxy this client cannot speak to.
    #[error("{name} names an unsupported proxy: {reason}")]
    ProxyVariable {
        /// The variable's name, as it is spelled there.
        name: &'static str,
        /// What is wrong with its value.
        reason: &'static str,
    },

    /// A host name that was not resolved.
    #[error("{0}")]
    Resolve(String),
    /// No connection came about.
    #[error("{source} - connect(2) for {peer}")]
    Connect {
        /// Host and port that were called.
        peer: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// An established connection failed.
    #[error("{0}")]
    Io(#[source] io::Error),
    /// Name resolution, TCP and TLS handshake took longer than the connect timeout.
    #[error("no connection to {0} within the connect timeout")]
    ConnectTimeout(String),
    /// The peer did not take the request within the send timeout.
    #[error("the request was not sent within the send timeout")]
    SendTimeout,
    /// The reply was not complete within the receive timeout.
    #[error("no complete reply within the receive timeout")]
    ReceiveTimeout,

    /// The TLS handshake, or a TLS record after it, failed.
    #[error("{0}")]
    Tls(String),
    /// The proxy wants credentials, or other ones.
    #[error("the proxy asked for authentication")]
    ProxyAuthentication,
    /// The proxy would not open a tunnel.
    #[error("the proxy answered CONNECT with status {0}")]
    ProxyRefused(u16),

    /// The peer closed the connection before the reply was complete.
    #[error("the connection was closed before the reply was complete")]
    Truncated,
    /// A reused connection turned out to be closed before one byte of a reply came.
    #[error("the kept connection had been closed")]
    Stale,
    /// What came is not HTTP.
    #[error("invalid reply: {0}")]
    InvalidReply(String),
    /// A reply head over the bound.
    #[error("the reply's head is larger than {0} bytes")]
    HeadTooLarge(usize),
    /// A reply body over the bound.
    #[error("the reply's body is larger than {0} bytes")]
    BodyTooLarge(u64),

    /// The host was interrupted while it waited. The number is the host's own, to resume by.
    #[error("interrupted")]
    Interrupted(i32),
}
