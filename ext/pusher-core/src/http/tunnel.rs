//! Opens a tunnel through an HTTP proxy (RFC 9110, 9.3.6).

use super::proxy::Proxy;
use super::timeouts::Deadline;
use super::wire::Wire;
use crate::Error;

const MAX_HEAD: usize = 16 * 1024;

pub(crate) fn open(
    wire: &mut Wire,
    proxy: &Proxy,
    authority: &str,
    deadline: Deadline,
) -> Result<(), Error> {
    let timeout_error = || Error::ConnectTimeout(authority.to_owned());
    let request = proxy.connect_request(authority);
    wire.write_all(request.as_bytes(), deadline, &timeout_error)?;
    match read_status(wire, deadline, &timeout_error)? {
        200..=299 => Ok(()),
        407 => Err(Error::ProxyAuthentication),
        status => Err(Error::ProxyRefused(status)),
    }
}

fn read_status(
    wire: &mut Wire,
    deadline: Deadline,
    timeout_error: &dyn Fn() -> Error,
) -> Result<u16, Error> {
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    loop {
        let amount = wire.read(&mut chunk, deadline, timeout_error)?;
        if amount == 0 {
            return Err(Error::Truncated);
        }
        head.extend_from_slice(&chunk[..amount]);
        let end = head.windows(4).position(|window| window == b"\r\n\r\n");
        if end.is_some() || head.len() > MAX_HEAD {
            return status(&head, end.map(|end| end + 4));
        }
    }
}

/// The server behind a tunnel sends nothing before the client does, so bytes after the head of a success are invalid.
fn status(head: &[u8], end: Option<usize>) -> Result<u16, Error> {
    let invalid = || Error::InvalidReply("the proxy's reply to CONNECT is not HTTP".into());
    let end = end.ok_or(Error::HeadTooLarge(MAX_HEAD))?;
    let line = head.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let mut words = std::str::from_utf8(line).map_err(|_| invalid())?.split(' ');
    let version = words.next().unwrap_or_default();
    let status = words
        .next()
        .filter(|word| word.len() == 3)
        .and_then(|word| word.parse().ok())
        .filter(|status| (100..1000).contains(status))
        .ok_or_else(invalid)?;
    if !version.starts_with("HTTP/1.") || ((200..300).contains(&status) && head.len() > end) {
        return Err(invalid());
    }
    Ok(status)
}
