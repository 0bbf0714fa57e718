//! Socket ids, authentication strings, and the signatures of webhooks. Byte 0 separates the parts of an input.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pusher_core::auth::{authentication_string, channel_string, is_socket_id, user_string};
use pusher_core::webhook::{expected_signature, is_valid};

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(4, |&byte| byte == 0);
    let [id, secret, signature, body] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let expected = expected_signature(secret, body);
    assert!(expected.len() == 64 && expected.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let is_expected = signature == expected.as_bytes() && !secret.is_empty();
    assert_eq!(is_valid(secret, body, signature), is_expected);
    assert_eq!(
        is_valid(secret, body, expected.as_bytes()),
        !secret.is_empty()
    );
    if is_socket_id(id) {
        check_strings(id, signature, body);
    }
});

/// With a valid socket id, the strings of users and of channels differ: a channel has no empty name.
fn check_strings(id: &[u8], channel: &[u8], data: &[u8]) {
    let dots = id.iter().filter(|&&byte| byte == b'.').count();
    assert!(dots == 1 && id.len() >= 3 && id.is_ascii());
    let string = channel_string(id, channel, Some(data));
    assert_eq!(string.len(), id.len() + channel.len() + data.len() + 2);
    if !channel.is_empty() && !channel.starts_with(b":") {
        assert_ne!(string, user_string(id, data));
    }
    let authentication = authentication_string(b"key", b"secret", &string);
    assert!(authentication.starts_with(b"key:") && authentication.len() == 68);
}
