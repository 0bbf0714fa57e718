//! Signs HTTP requests and verifies signatures in constant time.
//!
//! <https://pusher.com/docs/channels/library_auth_reference/rest-api/#authentication>

use std::borrow::Cow;
use std::fmt;

use md5::{Digest, Md5};
use ring::hmac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::signers::with_signer;

/// The version of the signature scheme, sent as `auth_version`.
pub const AUTH_VERSION: &str = "1.0";

const SIGNATURE_KEY: &[u8] = b"auth_signature";
const AUTH_PREFIX: &[u8] = b"auth_";

/// The value of one query parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `key=value`. An absent value is empty.
    One(Cow<'a, [u8]>),
    /// `key[]=a&key[]=b`. An empty list adds nothing.
    Many(Vec<Cow<'a, [u8]>>),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::One(Cow::Borrowed(value.as_bytes()))
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::One(Cow::Owned(value.into_bytes()))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::One(Cow::Borrowed(value))
    }
}

/// Query parameters as they are signed and sent: with lowercase keys, sorted by key. Inserting a key again replaces its
/// value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params<'a>(Vec<(Cow<'a, [u8]>, Value<'a>)>);

impl<'a> Params<'a> {
    /// No parameters.
    #[must_use]
    pub fn new() -> Self {
        // Room for those of a signed request.
        Self(Vec::with_capacity(8))
    }

    /// Sets the parameter with the lowercased key.
    pub fn insert(&mut self, key: impl Into<Cow<'a, [u8]>>, value: impl Into<Value<'a>>) {
        self.set(lowercase(key.into()), value);
    }

    fn set(&mut self, key: impl Into<Cow<'a, [u8]>>, value: impl Into<Value<'a>>) {
        let key = key.into();
        match self.0.binary_search_by(|(other, _)| other.cmp(&key)) {
            Ok(index) => self.0[index].1 = value.into(),
            Err(index) => self.0.insert(index, (key, value.into())),
        }
    }

    /// Sets `body_md5`.
    pub fn set_body(&mut self, body: &[u8]) {
        self.set(b"body_md5", body_md5(body));
    }

    /// Removes all authentication parameters.
    pub fn remove_auth(&mut self) {
        self.0.retain(|(key, _)| !key.starts_with(AUTH_PREFIX));
    }

    /// The parameters in the order of signing.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Value<'a>)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }

    /// The query string, percent-encoded.
    #[must_use]
    pub fn to_query(&self) -> String {
        encode_query(self.iter())
    }

    fn write_to_sign(&self, out: &mut Vec<u8>) {
        let start = out.len();
        for (key, value) in self.iter().filter(|(key, _)| *key != SIGNATURE_KEY) {
            write_pairs(out, start, key, value, |bytes, out| {
                out.extend_from_slice(bytes);
            });
        }
    }
}

/// A percent-encoded query string of these parameters, in this order.
pub fn encode_query<'a, 'b: 'a>(pairs: impl Iterator<Item = (&'a [u8], &'a Value<'b>)>) -> String {
    let mut query = Vec::with_capacity(256);
    for (key, value) in pairs {
        write_pairs(&mut query, 0, key, value, escape);
    }
    String::from_utf8(query).expect("percent-encoding yields ASCII")
}

/// Lowercases character by character, without context, like Ruby's `String#downcase`.
fn lowercase(key: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if key
        .iter()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
    {
        return key;
    }
    match std::str::from_utf8(&key) {
        Ok(text) => text
            .chars()
            .flat_map(char::to_lowercase)
            .collect::<String>()
            .into_bytes()
            .into(),
        Err(_) => key.to_ascii_lowercase().into(),
    }
}

/// Appends pairs to those that begin at `start`.
fn write_pairs(
    out: &mut Vec<u8>,
    start: usize,
    key: &[u8],
    value: &Value<'_>,
    write: impl Fn(&[u8], &mut Vec<u8>),
) {
    let (suffix, values): (&[u8], &[Cow<'_, [u8]>]) = match value {
        Value::One(one) => (b"", std::slice::from_ref(one)),
        Value::Many(many) => (b"[]", many),
    };
    for value in values {
        if out.len() > start {
            out.push(b'&');
        }
        write(key, out);
        write(suffix, out);
        out.push(b'=');
        write(value, out);
    }
}

/// The bytes that a query string contains as they are.
const UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        let char = byte as u8;
        table[byte] = char.is_ascii_alphanumeric() || matches!(char, b'_' | b'.' | b'-');
        byte += 1;
    }
    table
};

fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut rest = bytes;
    loop {
        let reserved = |byte: &u8| !UNRESERVED[usize::from(*byte)];
        let end = rest.iter().position(reserved).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..end]);
        let Some((&byte, tail)) = rest[end..].split_first() else {
            return;
        };
        rest = tail;
        if byte == b' ' {
            out.push(b'+');
        } else {
            let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
            out.extend_from_slice(&[b'%', high, low]);
        }
    }
}

/// `METHOD\nPATH\nPARAMS`, with the parameters unescaped and without `auth_signature`.
#[must_use]
pub fn string_to_sign(method: &str, path: &str, params: &Params<'_>) -> Vec<u8> {
    let mut string = Vec::with_capacity(256);
    for part in [method, path] {
        string.extend_from_slice(part.as_bytes());
        string.push(b'\n');
    }
    params.write_to_sign(&mut string);
    string
}

/// Hex of a digest.
fn to_hex(digest: &[u8]) -> String {
    const PAIRS: [[u8; 2]; 256] = {
        let digits = b"0123456789abcdef";
        let mut pairs = [[0; 2]; 256];
        let mut byte = 0;
        while byte < pairs.len() {
            pairs[byte] = [digits[byte >> 4], digits[byte & 15]];
            byte += 1;
        }
        pairs
    };
    let pairs = digest.iter().map(|&byte| PAIRS[usize::from(byte)]);
    String::from_utf8(pairs.collect::<Vec<_>>().into_flattened()).expect("hex is ASCII")
}

/// Signs with one secret. Preparing a secret costs as much as hashing 128 bytes.
pub(crate) struct Signer {
    secret: Zeroizing<Vec<u8>>,
    key: hmac::Key,
}

impl Signer {
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self {
            secret: secret.to_vec().into(),
            key: hmac::Key::new(hmac::HMAC_SHA256, secret),
        }
    }

    /// Whether it signs with this secret. Compares in constant time.
    pub(crate) fn is_for(&self, secret: &[u8]) -> bool {
        self.secret.ct_eq(secret).into()
    }

    /// Hex HMAC-SHA256 of `string`.
    pub(crate) fn sign(&self, string: &[u8]) -> String {
        to_hex(hmac::sign(&self.key, string).as_ref())
    }
}

/// Does not show the secret.
impl fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Signer").finish_non_exhaustive()
    }
}

/// Hex HMAC-SHA256 of `string` with `secret`.
#[must_use]
pub fn sign(secret: &[u8], string: &[u8]) -> String {
    with_signer(secret, |signer| signer.sign(string))
}

/// Whether `signature` is the signature of `string`. Compares in constant time.
///
/// Always false for an empty secret or signature.
#[must_use]
pub fn verify(secret: &[u8], string: &[u8], signature: &[u8]) -> bool {
    if secret.is_empty() || signature.is_empty() {
        return false;
    }
    sign(secret, string).as_bytes().ct_eq(signature).into()
}

/// Hex MD5 of a request body, sent as `body_md5`.
#[must_use]
pub fn body_md5(body: &[u8]) -> String {
    to_hex(&Md5::digest(body))
}

/// Adds the authentication parameters and the signature to `params`, and removes other `auth_*` parameters.
pub fn authenticate<'a>(
    params: &mut Params<'a>,
    method: &str,
    path: &str,
    key: &'a [u8],
    secret: &[u8],
    timestamp: &'a str,
) {
    params.remove_auth();
    params.set(b"auth_key", key);
    params.set(b"auth_timestamp", timestamp);
    params.set(b"auth_version", AUTH_VERSION);
    let signature = sign(secret, &string_to_sign(method, path, params));
    params.set(SIGNATURE_KEY, signature);
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"278d425bdf160c739803";
    const SECRET: &[u8] = b"7ad3773142a6692b25b8";

    fn params<'a>(pairs: &[(&'a str, &'a str)]) -> Params<'a> {
        let mut params = Params::new();
        for (key, value) in pairs {
            params.insert(key.as_bytes(), *value);
        }
        params
    }

    fn signature_of(params: &Params<'_>) -> String {
        let (_, value) = params
            .iter()
            .find(|(key, _)| *key == SIGNATURE_KEY)
            .unwrap();
        let Value::One(signature) = value else {
            panic!("a signature has one value")
        };
        String::from_utf8(signature.to_vec()).unwrap()
    }

    #[test]
    fn signs_the_published_post() {
        let mut params = params(&[("body_md5", "ec365a775a4cd0599faeb73354201b6f")]);
        authenticate(
            &mut params,
            "POST",
            "/apps/3/events",
            KEY,
            SECRET,
            "1353088179",
        );
        assert_eq!(
            signature_of(&params),
            "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c"
        );
    }

    #[test]
    fn signs_the_published_get() {
        let mut params = params(&[("info", "user_count"), ("filter_by_prefix", "presence-")]);
        let (key, secret) = (b"d41a439c438a100756f5", b"4bf35003e819bb138249");
        authenticate(
            &mut params,
            "GET",
            "/apps/102015/channels",
            key,
            secret,
            "1427034994",
        );
        assert_eq!(
            signature_of(&params),
            "4d8a02edcc8a758b0162cd6da690a9a45fb8ae326a276dca1e06a0bc42796c11"
        );
    }

    #[test]
    fn the_string_to_sign_is_lowercased_sorted_and_not_escaped() {
        let mut params = params(&[
            ("B", "x y&z"),
            ("a", "ą"),
            ("É", "1"),
            ("auth_signature", "no"),
        ]);
        params.insert(b"list", Value::Many(vec![b"2".into(), b"1".into()]));
        params.insert(b"aa", Value::Many(vec![]));
        let string = String::from_utf8(string_to_sign("GET", "/p", &params)).unwrap();
        assert_eq!(string, "GET\n/p\na=ą&b=x y&z&list[]=2&list[]=1&é=1");
    }

    #[test]
    fn an_empty_first_list_adds_no_separator() {
        let mut params = params(&[("b", "1")]);
        params.insert(b"a", Value::Many(vec![]));
        assert_eq!(string_to_sign("GET", "/", &params), b"GET\n/\nb=1");
        assert_eq!(params.to_query(), "b=1");
    }

    #[test]
    fn the_last_value_of_a_key_is_used_regardless_of_case() {
        assert_eq!(params(&[("Info", "1"), ("info", "2")]).to_query(), "info=2");
    }

    #[test]
    fn keys_in_invalid_utf8_are_lowercased_bytewise() {
        assert_eq!(*lowercase(b"A\xFFB".into()), *b"a\xFFb");
    }

    #[test]
    fn escapes_all_but_unreserved_characters() {
        let mut params = params(&[("k", "aZ09_.-~*/\r\n\0 ü")]);
        params.insert(b"l", Value::Many(vec![b"x".into()]));
        assert_eq!(
            params.to_query(),
            "k=aZ09_.-%7E%2A%2F%0D%0A%00+%C3%BC&l%5B%5D=x"
        );
    }

    #[test]
    fn the_callers_auth_parameters_are_removed() {
        let mut params = params(&[("auth_key", "mine"), ("AUTH_extra", "x")]);
        authenticate(&mut params, "GET", "/", b"key", b"secret", "1");
        let keys: Vec<_> = params.iter().map(|(key, _)| key).collect();
        let expected: [&[u8]; 4] = [
            b"auth_key",
            b"auth_signature",
            b"auth_timestamp",
            b"auth_version",
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn verifies_only_the_exact_signature() {
        let signature = sign(b"secret", b"string");
        assert!(verify(b"secret", b"string", signature.as_bytes()));
        assert!(!verify(b"secret", b"string2", signature.as_bytes()));
        assert!(!verify(b"secret2", b"string", signature.as_bytes()));
        assert!(!verify(b"secret", b"string", &signature.as_bytes()[1..]));
        assert!(!verify(
            b"secret",
            b"string",
            signature.to_uppercase().as_bytes()
        ));
    }

    #[test]
    fn an_empty_secret_or_signature_never_verifies() {
        assert!(!verify(b"", b"string", sign(b"", b"string").as_bytes()));
        assert!(!verify(b"secret", b"string", b""));
    }

    /// RFC 4231, test cases 1 and 6.
    #[test]
    fn signs_with_short_and_long_secrets() {
        for (secret, string, signature) in [
            (
                &[0x0b; 20][..],
                "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                &[0xaa; 131],
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(sign(secret, string.as_bytes()), signature);
        }
    }

    #[test]
    fn a_signer_is_for_one_secret() {
        let signer = Signer::new(b"secret");
        assert!(signer.is_for(b"secret"));
        for other in [&b""[..], b"Secret", b"secreT", b"secret\0"] {
            assert!(!signer.is_for(other), "{other:?}");
        }
    }

    #[test]
    fn a_signer_does_not_show_its_secret() {
        assert_eq!(format!("{:?}", Signer::new(b"secret")), "Signer { .. }");
    }

    #[test]
    fn hashes_bodies() {
        assert_eq!(body_md5(b""), "d41d8cd98f00b204e9800998ecf8427e");
    }
}
