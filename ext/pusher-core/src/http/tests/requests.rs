//! A request and its reply.

use super::support::{OK, Server, agent, get, post};
use crate::http::Request;

#[test]
fn a_request_is_sent_unchanged() {
    let server = Server::start(|listener| {
        let request = listener.accept().serve();
        let mut lines = request.head.lines();
        assert_eq!(lines.next(), Some("POST /apps/3/events?a=%20&b HTTP/1.1"));
        let mut headers: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
        headers.sort_unstable();
        assert!(headers[2].starts_with("host: 127.0.0.1:"), "{headers:?}");
        headers.remove(2);
        assert_eq!(
            headers,
            [
                "content-length: 13",
                "content-type: application/json",
                "x-name: a \u{9}b"
            ]
        );
        assert_eq!(request.body, b"{\"data\":\"\xc3\xa4\"}");
    });
    let headers: [(&str, &[u8]); 2] = [("Content-Type", b"application/json"), ("X-Name", b"a \tb")];
    let url = server.url("/apps/3/events?a=%20&b");
    let request = Request {
        headers: &headers,
        ..post(&url, b"{\"data\":\"\xc3\xa4\"}")
    };
    assert_eq!(agent().send(&request).unwrap().status, 200);
}

#[test]
fn a_request_without_a_body_has_no_content_length() {
    let server = Server::start(|listener| {
        let request = listener.accept().serve();
        assert!(request.head.starts_with("GET /a HTTP/1.1\r\n"));
        assert!(!request.head.contains("content-"), "{}", request.head);
    });
    agent().send(&get(&server.url("/a"))).unwrap();
}

#[test]
fn an_empty_body_has_a_content_length() {
    let server = Server::start(|listener| {
        let request = listener.accept().serve();
        assert!(request.head.contains("content-length: 0\r\n"));
    });
    agent().send(&post(&server.url("/"), b"")).unwrap();
}

#[test]
fn a_reply_is_returned_unchanged() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        peer.send(
            b"HTTP/1.1 418 Short and stout\r\nRetry-After: 5\r\nX-A: 1\r\nx-a: \xff\r\n\
              Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x00\xffz",
        );
    });
    let reply = agent().send(&get(&server.url("/"))).unwrap();
    assert_eq!(reply.status, 418);
    assert_eq!(reply.headers["retry-after"], "5");
    let values: Vec<_> = reply.headers.get_all("X-A").iter().collect();
    assert_eq!(values, [&b"1"[..], &b"\xff"[..]]);
    assert_eq!(reply.body, b"\x00\xffz");
}

#[test]
fn a_reply_in_pieces_is_joined() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.request();
        for byte in OK {
            peer.send(&[*byte]);
        }
    });
    assert_eq!(agent().send(&get(&server.url("/"))).unwrap().body, b"{}");
}

#[test]
fn large_bodies_are_sent_and_received() {
    let body: Vec<u8> = (0..1_000_000_u32).map(|index| index as u8).collect();
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        let request = peer.request();
        let length = request.body.len();
        peer.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").as_bytes());
        peer.send(&request.body);
    });
    let reply = agent().send(&post(&server.url("/"), &body)).unwrap();
    assert!(reply.body == body);
}

#[cfg(target_os = "linux")]
#[test]
fn head_and_body_are_sent_in_one_segment() {
    // A retransmission on a busy machine counts as another segment.
    assert!((0..5).any(|_| segments_of_three_requests() == [1, 2, 3]));
}

#[cfg(target_os = "linux")]
fn segments_of_three_requests() -> Vec<u32> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let server = Server::start(move |listener| {
        let mut peer = listener.accept();
        for _ in 0..3 {
            peer.serve();
            sender.send(segments_with_data(peer.socket())).unwrap();
        }
    });
    let agent = agent();
    for body in [&b"{}"[..], &[b'x'; 10_000], b"{}"] {
        agent.send(&post(&server.url("/"), body)).unwrap();
    }
    receiver.iter().collect()
}

#[cfg(target_os = "linux")]
fn segments_with_data(socket: &std::net::TcpStream) -> u32 {
    use std::os::fd::AsRawFd;

    // SAFETY: a struct of integers, for which zeros are valid.
    let mut info: libc::tcp_info = unsafe { std::mem::zeroed() };
    let mut length = size_of_val(&info) as libc::socklen_t;
    // SAFETY: the kernel writes at most `length` bytes into `info`.
    let outcome = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            (&raw mut info).cast(),
            &mut length,
        )
    };
    assert_eq!(outcome, 0);
    info.tcpi_data_segs_in
}
