//! HTTPS through a proxy.

use super::support::{Authority, SHORT_TIMEOUT, Server, get, names};
use crate::Error;
use crate::http::{Agent, Proxy, Reply, Settings, StdWaiter, TlsSettings};

const CREDENTIALS: Option<(&[u8], &[u8])> = Some((b"user", b"pass"));

fn agent_through(server: &Server, authority: &Authority) -> Agent {
    let settings = Settings {
        proxy: Some(Proxy::new(
            "127.0.0.1",
            server.address().port(),
            CREDENTIALS,
        )),
        tls: TlsSettings {
            extra_roots: vec![authority.certificate()],
            only_extra_roots: true,
            ..TlsSettings::default()
        },
        ..Settings::default()
    };
    Agent::new(settings, std::sync::Arc::new(StdWaiter))
}

#[test]
fn a_tunnel_is_reused_and_only_the_proxy_gets_its_credentials() {
    let authority = Authority::new();
    let config = authority.issue(&names(&["api.test"])).server();
    let proxy = Server::start(move |listener| {
        let mut peer = listener.accept();
        assert_eq!(
            peer.head(),
            "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\n\
             Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n"
        );
        peer.send(b"HTTP/1.1 200 Connection established\r\nVia: p\r\n\r\n");
        let mut target = peer.start_tls(&config).unwrap();
        for _ in 0..2 {
            let head = target.serve().head;
            assert!(head.starts_with("GET /path HTTP/1.1\r\n"), "{head}");
            assert!(!head.to_lowercase().contains("proxy"), "{head}");
        }
    });
    let agent = agent_through(&proxy, &authority);
    for _ in 0..2 {
        // The proxy resolves the name.
        agent.send(&get("https://api.test/path")).unwrap();
    }
}

#[test]
fn a_407_of_the_target_is_an_ordinary_reply() {
    let authority = Authority::new();
    let config = authority.identity().server();
    let proxy = Server::start(move |listener| {
        let mut peer = listener.accept();
        peer.head();
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n");
        let mut target = peer.start_tls(&config).unwrap();
        target.request();
        target.send(b"HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno");
        assert!(!target.serve().head.to_lowercase().contains("proxy"));
    });
    let agent = agent_through(&proxy, &authority);
    let reply = agent.send(&get("https://localhost/")).unwrap();
    assert_eq!((reply.status, &reply.body[..]), (407, &b"no"[..]));
    agent.send(&get("https://localhost/")).unwrap();
}

#[test]
fn an_ipv6_address_keeps_its_brackets() {
    let authority = Authority::new();
    let config = authority.issue(&names(&["::1"])).server();
    let proxy = Server::start(move |listener| {
        let mut peer = listener.accept();
        assert!(
            peer.head()
                .starts_with("CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n")
        );
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n");
        peer.start_tls(&config).unwrap().serve();
    });
    agent_through(&proxy, &authority)
        .send(&get("https://[::1]:8443/"))
        .unwrap();
}

#[test]
fn a_407_of_the_proxy_is_an_authentication_error() {
    let outcome = tunnel_reply_to(b"HTTP/1.1 407 Who?\r\nContent-Length: 2\r\n\r\nno");
    assert!(
        matches!(outcome, Err(Error::ProxyAuthentication)),
        "{outcome:?}"
    );
}

#[test]
fn other_refusals_of_the_proxy_are_errors_with_their_status() {
    for status in [403, 502, 302] {
        let outcome = tunnel_reply_to(format!("HTTP/1.0 {status} No\r\n\r\n").as_bytes());
        assert!(
            matches!(outcome, Err(Error::ProxyRefused(refusal)) if refusal == status),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_malformed_reply_of_the_proxy_is_an_invalid_reply() {
    for reply in [
        &b"SSH-2.0-x\r\n\r\n"[..],
        b"\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 +200 OK\r\n\r\n",
        b"HTTP/1.1 7 No\r\n\r\n",
        b"HTTP/1.1 099 No\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"\xff\xff\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nunexpected bytes",
    ] {
        let outcome = tunnel_reply_to(reply);
        assert!(
            matches!(outcome, Err(Error::InvalidReply(_))),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_proxy_that_closes_early_is_truncated() {
    for reply in [&b""[..], b"HTTP/1.1 200 OK\r\n"] {
        let outcome = tunnel_reply_to(reply);
        assert!(matches!(outcome, Err(Error::Truncated)), "{outcome:?}");
    }
}

#[test]
fn an_endless_reply_of_the_proxy_is_refused() {
    let outcome = tunnel_reply_to(&b"HTTP/1.1 200 OK\r\nX: y\r\n".repeat(10_000));
    assert!(
        matches!(outcome, Err(Error::HeadTooLarge(_))),
        "{outcome:?}"
    );
}

fn tunnel_reply_to(reply: &[u8]) -> Result<Reply, Error> {
    let reply = reply.to_vec();
    let proxy = Server::start(move |listener| {
        let mut peer = listener.accept();
        peer.head();
        peer.try_send(&reply);
        peer.end_replies();
        while peer.try_read() {}
    });
    agent_through(&proxy, &Authority::new()).send(&get("https://api.test/"))
}

#[test]
fn a_proxy_that_does_not_reply_is_a_connect_timeout() {
    let proxy = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.head();
        peer.expect_end();
    });
    let mut request = get("https://api.test/");
    request.timeouts.connect = Some(SHORT_TIMEOUT);
    let outcome = agent_through(&proxy, &Authority::new()).send(&request);
    assert!(
        matches!(&outcome, Err(Error::ConnectTimeout(peer)) if peer == "api.test:443"),
        "{outcome:?}"
    );
}
