//! Any method, url, header and body: a request is refused, or arrives as one request with exactly these parts.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use pusher_core::http::{Agent, Proxy, Request, Settings, Timeouts, Waiter, check};
use pusher_fuzz::{Peer, Step, split_head};

static PEER: LazyLock<Arc<Peer>> = LazyLock::new(Arc::default);
const METHODS: [&str; 4] = ["GET", "POST", "DELETE", "HEAD"];
const NAMES: [&str; 6] = [
    "Content-Type",
    "X-A",
    "Host",
    "Content-Length",
    "Connection",
    "Authorization",
];

fuzz_target!(|data: &[u8]| {
    send(&mut Unstructured::new(data)).ok();
});

fn send(input: &mut Unstructured<'_>) -> Result<()> {
    let method = if input.ratio(1, 8)? {
        text(input)?
    } else {
        (*input.choose(&METHODS)?).into()
    };
    let has_proxy = input.ratio(1, 2)?;
    // Its callers give a POST without a body an empty one.
    let has_body = matches!(&*method, "POST" | "PUT" | "PATCH") || input.ratio(1, 4)?;
    let body = if has_body { Some(short(input)?) } else { None };
    let mut fields = Vec::new();
    for _ in 0..input.int_in_range(0..=3)? {
        let name = if input.ratio(1, 4)? {
            text(input)?
        } else {
            (*input.choose(&NAMES)?).into()
        };
        fields.push((name, short(input)?));
    }
    let rest = String::from_utf8_lossy(input.bytes(input.len())?).into_owned();
    // Without a proxy the url must lead to the peer.
    let url = match has_proxy {
        true => rest,
        false => format!("http://host/{rest}"),
    };
    let headers: Vec<_> = fields
        .iter()
        .map(|(name, value)| (&**name, *value))
        .collect();
    let request = Request {
        method: &method,
        url: &url,
        headers: &headers,
        body,
        timeouts: Timeouts::default(),
    };
    let reply = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    PEER.play([Step::Send(reply.to_vec())]);
    let agent = Agent::new(
        Settings {
            proxy: has_proxy.then(|| Proxy::new("proxy", 3128, Some((b"user", b"password")))),
            ..Settings::default()
        },
        PEER.clone() as Arc<dyn Waiter>,
    );
    let outcome = agent.send(&request);
    if let Err(error) = check(&request) {
        assert_eq!(
            outcome.expect_err("a refusal").to_string(),
            error.to_string()
        );
        assert_eq!(PEER.connections(), 0);
    } else if outcome.is_ok() {
        check_arrival(&PEER.received(), &request, has_proxy);
    } else if url.starts_with("http:") {
        panic!(
            "accepted, but not sent: {:?}",
            outcome.expect_err("an error")
        );
    }
    Ok(())
}

fn check_arrival(bytes: &[u8], request: &Request<'_>, has_proxy: bool) {
    let (lines, body) = split_head(bytes).expect("a head");
    assert!(
        lines.iter().all(|line| !line.contains(['\r', '\n', '\0'])),
        "{lines:?}"
    );
    let words: Vec<_> = lines[0].split(' ').collect();
    assert!(
        words.len() == 3 && words[0] == request.method && words[2] == "HTTP/1.1",
        "{lines:?}"
    );
    assert_eq!(words[1].starts_with("http://"), has_proxy, "{lines:?}");
    assert!(
        !words[1].contains(['#', '@']) || words[1].contains('?') || !has_proxy,
        "{lines:?}"
    );
    assert_eq!(body, request.body.unwrap_or_default());
    let count = |name: &str| {
        let prefix = format!("{}:", name.to_lowercase());
        lines
            .iter()
            .filter(|line| line.to_lowercase().starts_with(&prefix))
            .count()
    };
    assert_eq!(
        (count("host"), count("transfer-encoding"), count("expect")),
        (1, 0, 0),
        "{lines:?}"
    );
    assert_eq!(
        count("content-length"),
        usize::from(request.body.is_some()),
        "{lines:?}"
    );
    assert_eq!(
        count("proxy-authorization") >= 1,
        has_proxy || has(request, "proxy-authorization")
    );
    for (name, _) in request.headers {
        assert!(count(name) >= 1, "{name} is missing: {lines:?}");
    }
}

fn has(request: &Request<'_>, wanted: &str) -> bool {
    request
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
}

fn short<'a>(input: &mut Unstructured<'a>) -> Result<&'a [u8]> {
    let length = input.int_in_range(0..=24)?;
    input.bytes(length.min(input.len()))
}

fn text(input: &mut Unstructured<'_>) -> Result<String> {
    Ok(String::from_utf8_lossy(short(input)?).into_owned())
}
