//! Any bytes as the replies to two requests of one client. The first byte of an input chooses the path, byte 0xFF is the
//! end of a write, and byte 0xFE the end of a connection.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use pusher_core::http::{Agent, Proxy, Settings, TlsSettings, Waiter};
use pusher_fuzz::{Peer, Step, request};

static PEER: LazyLock<Arc<Peer>> = LazyLock::new(Arc::default);

fuzz_target!(|data: &[u8]| {
    let Some((path, bytes)) = data.split_first() else {
        return;
    };
    let (method, url, has_proxy) = match path {
        b'g' => ("GET", "http://host/", false),
        b'h' => ("HEAD", "http://host/", false),
        b'a' => ("POST", "http://host/", true),
        b't' => ("POST", "https://host/", true),
        b's' => ("POST", "https://host/", false),
        _ => ("POST", "http://host/", false),
    };
    PEER.play(steps(bytes));
    let agent = Agent::new(settings(has_proxy), PEER.clone() as Arc<dyn Waiter>);
    for _ in 0..2 {
        let body = (method == "POST").then_some(&b"{}"[..]);
        match agent.send(&request(method, url, body)) {
            Ok(reply) => {
                // 101 is the only interim status that ends a request.
                assert!(matches!(reply.status, 101 | 200..1000), "{}", reply.status);
                assert!((1..=2).contains(&reply.attempts));
                let has_no_body = method == "HEAD" || [204, 304].contains(&reply.status);
                assert!(!has_no_body || reply.body.is_empty());
                assert!(reply.body.len() <= bytes.len());
            }
            Err(pusher_core::Error::ProxyRefused(status)) => {
                assert!((100..1000).contains(&status), "{status}");
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});

fn steps(bytes: &[u8]) -> Vec<Step> {
    let mut steps = Vec::new();
    for connection in bytes.split(|&byte| byte == 0xFE) {
        let writes = connection.split(|&byte| byte == 0xFF);
        steps.extend(writes.map(|write| Step::Send(write.to_vec())));
        steps.push(Step::Close);
    }
    steps
}

fn settings(has_proxy: bool) -> Settings {
    Settings {
        proxy: has_proxy.then(|| Proxy::new("proxy", 3128, Some((b"user", b"password")))),
        tls: TlsSettings {
            verification: pusher_core::http::Verification::None,
            ..TlsSettings::default()
        },
        ..Settings::default()
    }
}
