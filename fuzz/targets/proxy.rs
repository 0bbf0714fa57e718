//! Proxy urls and `no_proxy`: an input has a line for the url, one for `no_proxy`, and one for the host.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pusher_core::http::{Proxy, ProxyChoice};

const SECRET: &str = "S3CRET";

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut lines = text.splitn(3, '\n');
    let [url, no_proxy, host] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    if let Ok(proxy) = Proxy::parse(url) {
        let is_valid = |char: char| char.is_ascii_graphic() && !"@/?#".contains(char);
        assert!(
            !proxy.host.is_empty() && proxy.host.chars().all(is_valid),
            "{proxy:?}"
        );
    }
    select(url, no_proxy, host).ok();
    hides_the_password(url, host);
});

fn select(url: &str, no_proxy: &str, host: &str) -> Result<Option<Proxy>, pusher_core::Error> {
    let variable = |name: &str| match name {
        "http_proxy" => Some(url.to_owned()),
        "no_proxy" => Some(no_proxy.to_owned()),
        _ => None,
    };
    ProxyChoice::Environment.select(false, host, 80, variable)
}

/// No message contains a password, wherever it is in an invalid url.
fn hides_the_password(before: &str, after: &str) {
    if before.contains(SECRET) || after.contains(SECRET) {
        return;
    }
    for scheme in ["", "http://", "ftp://"] {
        let url = format!("{scheme}user:{before}{SECRET}@{after}");
        match select(&url, "", "host") {
            Ok(proxy) => assert!(!format!("{proxy:?}").contains(SECRET), "{url:?}"),
            Err(error) => assert!(!error.to_string().contains(SECRET), "{url:?}: {error}"),
        }
    }
}
