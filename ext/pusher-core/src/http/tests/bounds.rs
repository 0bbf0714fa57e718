//! Endless replies use bounded memory and time.

use super::support::{Server, agent, get, reply_to};
use crate::Error;
use crate::http::{MAX_BODY, MAX_HEAD, Reply};

#[test]
fn a_head_of_the_maximum_size_is_read() {
    let start = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: ";
    let filler = "x".repeat(MAX_HEAD - start.len() - 4);
    let reply = reply_to(format!("{start}{filler}\r\n\r\n{{}}")).unwrap();
    assert_eq!(reply.headers["x"].len(), filler.len());
}

#[test]
fn a_larger_head_is_refused() {
    let outcome = endless(b"HTTP/1.1 200 OK\r\nX: ", b"x");
    assert!(
        matches!(outcome, Err(Error::HeadTooLarge(MAX_HEAD))),
        "{outcome:?}"
    );
}

#[test]
fn a_head_with_long_headers_is_larger_before_it_has_too_many() {
    let header = format!("X: {}\r\n", "y".repeat(550));
    let outcome = endless(b"HTTP/1.1 200 OK\r\n", header.as_bytes());
    assert!(
        matches!(outcome, Err(Error::HeadTooLarge(MAX_HEAD))),
        "{outcome:?}"
    );
}

#[test]
fn endless_headers_are_refused() {
    let outcome = endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n");
    assert!(
        matches!(
            outcome,
            Err(Error::HeadTooLarge(_) | Error::InvalidReply(_))
        ),
        "{outcome:?}"
    );
}

#[test]
fn endless_empty_lines_are_refused() {
    let outcome = endless(b"", b"\r\n");
    assert!(
        matches!(outcome, Err(Error::HeadTooLarge(MAX_HEAD))),
        "{outcome:?}"
    );
}

#[test]
fn a_body_of_the_maximum_size_is_read() {
    let mut reply = format!("HTTP/1.1 200 OK\r\nContent-Length: {MAX_BODY}\r\n\r\n").into_bytes();
    reply.resize(reply.len() + MAX_BODY as usize, b'x');
    assert_eq!(reply_to(reply).unwrap().body.len() as u64, MAX_BODY);
}

#[test]
fn a_larger_body_is_refused() {
    for head in [
        "HTTP/1.1 200 OK\r\n\r\n".to_owned(),
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            MAX_BODY + 1
        ),
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", u64::MAX),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n".to_owned(),
    ] {
        let outcome = endless(head.as_bytes(), b"x");
        assert!(
            matches!(outcome, Err(Error::BodyTooLarge(MAX_BODY))),
            "{head}: {outcome:?}"
        );
    }
}

#[test]
fn endless_chunks_are_refused() {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let outcome = endless(head, b"1\r\nx\r\n");
    assert!(
        matches!(outcome, Err(Error::BodyTooLarge(MAX_BODY))),
        "{outcome:?}"
    );
}

#[test]
fn endless_trailers_are_refused() {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    let outcome = endless(head, b"X: y\r\n");
    assert!(
        matches!(outcome, Err(Error::BodyTooLarge(MAX_BODY))),
        "{outcome:?}"
    );
}

#[test]
fn endless_lines_between_chunks_are_refused() {
    for start in ["", "1\r\nx", "0\r\n", "1;\r", "0\r\nX: \r"] {
        let head = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{start}");
        let outcome = endless(head.as_bytes(), b"1");
        assert!(
            matches!(outcome, Err(Error::InvalidReply(_))),
            "{start:?}: {outcome:?}"
        );
    }
}

/// The outcome of a request to a server that sends until the client closes.
fn endless(start: &[u8], more: &[u8]) -> Result<Reply, Error> {
    let (start, more) = (start.to_vec(), more.repeat(64 * 1024 / more.len()));
    let server = Server::start(move |listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.send(&start);
        while peer.try_send(&more) {}
    });
    agent().send(&get(&server.url("/")))
}
