//! What the fuzz targets have in common.

mod peer;

pub use peer::{Peer, Step};

use pusher_core::http::{Request, Timeouts};

/// A request without header fields and without timeouts: the peer never lets the client wait.
#[must_use]
pub fn request<'a>(method: &'a str, url: &'a str, body: Option<&'a [u8]>) -> Request<'a> {
    Request {
        method,
        url,
        headers: &[],
        body,
        timeouts: Timeouts::default(),
    }
}

/// The lines of a head, and the bytes after it.
pub type HeadAndRest<'a> = (Vec<String>, &'a [u8]);

/// Splits off the first head.
#[must_use]
pub fn split_head(bytes: &[u8]) -> Option<HeadAndRest<'_>> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]);
    let lines = head.split("\r\n").map(str::to_owned).collect();
    Some((lines, &bytes[end + 4..]))
}
