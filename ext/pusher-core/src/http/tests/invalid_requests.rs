//! Invalid requests are refused before connecting.

use super::support::{Server, agent, get, post};
use crate::Error;
use crate::http::Request;

#[test]
fn invalid_urls_are_refused() {
    for url in [
        "",
        "/path",
        "host/path",
        "http://",
        "http:///path",
        "http://[]/",
        "ftp://127.0.0.1/",
        "mailto:x",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:80:80/",
    ] {
        assert_refused(&get(url));
    }
}

#[test]
fn line_breaks_in_urls_are_refused() {
    let server = Server::start(|listener| listener.expect_no_connection());
    for byte in ["\r", "\n", "\0", "\r\nX: y", " ", "\t"] {
        for url in [
            server.url(&format!("/a{byte}b")),
            server.url(&format!("/?a={byte}b")),
            format!("http://a{byte}b/"),
            format!("http://user{byte}:x@127.0.0.1/"),
        ] {
            assert_refused(&get(&url));
        }
    }
}

#[test]
fn line_breaks_in_headers_are_refused() {
    let server = Server::start(|listener| listener.expect_no_connection());
    let url = server.url("/");
    for value in [&b"a\rb"[..], b"a\nb", b"a\0b", b"a\r\nX: y", b"\x7f"] {
        assert_refused(&Request {
            headers: &[("X-Name", value)],
            ..get(&url)
        });
    }
    for name in ["", "X Y", "X:", "X\r\n", "X\0", "\u{e4}"] {
        assert_refused(&Request {
            headers: &[(name, b"x")],
            ..get(&url)
        });
    }
}

#[test]
fn invalid_methods_are_refused() {
    let server = Server::start(|listener| listener.expect_no_connection());
    let url = server.url("/");
    for method in ["", "GE T", "GET\r\n", "get", "BREW", "CONNECT"] {
        assert_refused(&Request {
            method,
            ..get(&url)
        });
    }
}

#[test]
fn headers_that_frame_the_body_are_refused() {
    let server = Server::start(|listener| listener.expect_no_connection());
    let url = server.url("/");
    for (name, value) in [
        ("Content-Length", &b"100"[..]),
        ("Content-Length", b"1"),
        ("content-length", b"x"),
        ("Transfer-Encoding", b"chunked"),
        ("Transfer-Encoding", b"gzip"),
        ("Expect", b"100-continue"),
    ] {
        assert_refused(&Request {
            headers: &[(name, value)],
            ..post(&url, b"{}")
        });
    }
    assert_refused(&Request {
        headers: &[("Content-Length", b"2")],
        ..get(&url)
    });
    assert_refused(&Request {
        headers: &[("Host", b"a"), ("Host", b"b")],
        ..get(&url)
    });
}

#[test]
fn a_correct_content_length_is_sent_once() {
    let server = Server::start(|listener| {
        let request = listener.accept().serve();
        assert_eq!(request.head.matches("content-length: 2\r\n").count(), 1);
    });
    let url = server.url("/");
    let request = Request {
        headers: &[("Content-Length", b"2")],
        ..post(&url, b"{}")
    };
    agent().send(&request).unwrap();
}

#[test]
fn long_urls_and_headers_are_sent() {
    let path = format!("/?prefix={}", "x".repeat(60_000));
    let value = vec![b'y'; 60_000];
    let line = format!("GET {path} HTTP/1.1\r\n");
    let server = Server::start(move |listener| {
        let request = listener.accept().serve();
        assert!(request.head.starts_with(&line));
        assert!(request.head.contains(&"y".repeat(60_000)));
    });
    let url = server.url(&path);
    let request = Request {
        headers: &[("X-Name", &value)],
        ..get(&url)
    };
    agent().send(&request).unwrap();
}

#[test]
fn urls_and_headers_over_the_limit_are_refused() {
    let server = Server::start(|listener| listener.expect_no_connection());
    assert_refused(&get(&server.url(&"/".repeat(70_000))));
    assert_refused(&Request {
        headers: &[("X-Name", &vec![b'y'; 70_000])],
        ..get(&server.url("/"))
    });
}

fn assert_refused(request: &Request<'_>) {
    let outcome = agent().send(request).map(|reply| reply.status);
    let Request { method, url, .. } = request;
    assert!(
        matches!(outcome, Err(Error::InvalidRequest(_))),
        "{method:.20} {url:.50}: {outcome:?}"
    );
}
