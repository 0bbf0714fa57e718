//! Socket ids, and authentication strings for subscriptions and user sign-in.
//!
//! <https://pusher.com/docs/channels/library_auth_reference/auth-signatures/>

use crate::signature::sign;

/// Whether `id` is a valid socket id: two groups of ASCII digits, separated by a dot.
#[must_use]
pub fn is_socket_id(id: &[u8]) -> bool {
    let mut groups = id.split(|&byte| byte == b'.');
    let (Some(first), Some(second), None) = (groups.next(), groups.next(), groups.next()) else {
        return false;
    };
    [first, second]
        .iter()
        .all(|group| !group.is_empty() && group.iter().all(u8::is_ascii_digit))
}

/// The longest name of a channel, in bytes.
const MAX_CHANNEL_NAME: usize = 200;

/// Whether `name` is a valid name of a channel. An empty one is valid.
#[must_use]
pub fn is_channel_name(name: &[u8]) -> bool {
    let is_valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-=@,.;".contains(byte);
    name.len() <= MAX_CHANNEL_NAME && name.iter().all(is_valid)
}

/// The string to sign for a subscription: `SOCKET:CHANNEL`, or `SOCKET:CHANNEL:DATA` with channel data.
#[must_use]
pub fn channel_string(socket_id: &[u8], channel: &[u8], channel_data: Option<&[u8]>) -> Vec<u8> {
    let mut parts = vec![socket_id, channel];
    parts.extend(channel_data);
    parts.join(&b':')
}

/// The string to sign for a user sign-in: `SOCKET::user::USER_DATA`.
#[must_use]
pub fn user_string(socket_id: &[u8], user_data: &[u8]) -> Vec<u8> {
    [socket_id, b"user", user_data].join(b"::".as_slice())
}

/// The authentication string for a string to sign: `KEY:SIGNATURE`.
#[must_use]
pub fn authentication_string(key: &[u8], secret: &[u8], string_to_sign: &[u8]) -> Vec<u8> {
    [key, sign(secret, string_to_sign).as_bytes()].join(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"278d425bdf160c739803";
    const SECRET: &[u8] = b"7ad3773142a6692b25b8";

    fn signature(secret: &[u8], string: &[u8]) -> String {
        let auth = authentication_string(KEY, secret, string);
        String::from_utf8(auth).unwrap().split_off(KEY.len() + 1)
    }

    #[test]
    fn validates_channel_names() {
        let longest = [b'a'; MAX_CHANNEL_NAME];
        for name in [&b""[..], b"a", b"aZ09_-=@,.;", &longest] {
            assert!(is_channel_name(name), "{name:?}");
        }
        let too_long = [b'a'; MAX_CHANNEL_NAME + 1];
        for name in [
            &b" "[..],
            b"a:b",
            b"a\n",
            b"#a",
            b"a/b",
            "ä".as_bytes(),
            b"\0",
            &too_long,
        ] {
            assert!(!is_channel_name(name), "{name:?}");
        }
    }

    #[test]
    fn validates_socket_ids() {
        for id in ["1.1", "1234.5678", "0.00000000000000000000001"] {
            assert!(is_socket_id(id.as_bytes()), "{id}");
        }
        for id in [
            "", ".", "1.", ".1", "1", "1.1.1", "1.1\n", "\n1.1", "1.a", "-1.1", "1,1", "١.١",
        ] {
            assert!(!is_socket_id(id.as_bytes()), "{id:?}");
        }
    }

    #[test]
    fn authorises_a_private_channel() {
        let string = channel_string(b"1234.1234", b"private-foobar", None);
        assert_eq!(
            signature(SECRET, &string),
            "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"
        );
    }

    #[test]
    fn authorises_a_presence_channel() {
        let data = br#"{"user_id":"10","user_info":{"name":"Mr. Pusher"}}"#;
        let string = channel_string(b"1234.1234", b"presence-foobar", Some(data));
        assert_eq!(
            signature(SECRET, &string),
            "48dac51d2d7569e1e9c0f48c227d4b26f238fa68e5c0bb04222c966909c4f7c4"
        );
    }

    #[test]
    fn authenticates_users() {
        let user = br#"{"id":"12345"}"#;
        let string = user_string(b"1234.1234", user);
        assert_eq!(
            signature(SECRET, &string),
            "4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba"
        );
        let user = r#"{"id":"ą§¶™€łü€ß£"}"#.as_bytes();
        assert_eq!(
            signature(b"tofu", &user_string(b"1.1", user)),
            "620494cee53d6c568b49598313194088afda37218f0d059af03c0c898ed61ff4"
        );
    }
}
