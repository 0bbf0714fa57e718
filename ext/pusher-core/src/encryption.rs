//! End-to-end encryption of `private-encrypted-` channels: NaCl secretbox with one shared secret per channel.
//!
//! <https://pusher.com/docs/channels/using_channels/encrypted-channels/>

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use crypto_secretbox::aead::rand_core::RngCore;
use crypto_secretbox::aead::{Aead, OsRng};
use crypto_secretbox::{KeyInit, XSalsa20Poly1305};
use ring::digest;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::error::Error;

/// The prefix of encrypted channels.
pub const CHANNEL_PREFIX: &[u8] = b"private-encrypted-";

/// The length of a master key and of a shared secret, in bytes.
pub const KEY_LENGTH: usize = 32;

const NONCE_LENGTH: usize = 24;

/// A secret that is zeroed when it is dropped.
pub type SharedSecret = Zeroizing<[u8; KEY_LENGTH]>;

/// Whether the channel is encrypted.
#[must_use]
pub fn is_encrypted(channel: &[u8]) -> bool {
    channel.starts_with(CHANNEL_PREFIX)
}

/// Decodes a master key.
///
/// # Errors
///
/// [`Error::MasterKeyEncoding`] and [`Error::MasterKeyLength`].
pub fn decode_master_key(base64: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let key = BASE64_STANDARD
        .decode(base64)
        .map_err(|_| Error::MasterKeyEncoding)?;
    let key = Zeroizing::new(key);
    match key.len() {
        KEY_LENGTH => Ok(key),
        length => Err(Error::MasterKeyLength(length)),
    }
}

/// The shared secret of a channel: SHA-256 of the channel's name and the master key.
#[must_use]
pub fn shared_secret(channel: &[u8], master_key: &[u8]) -> SharedSecret {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(channel);
    context.update(master_key);
    let mut secret = SharedSecret::default();
    secret.copy_from_slice(context.finish().as_ref());
    secret
}

/// Strict base64, the encoding of shared secrets in authentication replies.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// Encrypts the data of an event with a random nonce.
///
/// Returns the JSON `{"nonce": BASE64, "ciphertext": BASE64}`. The ciphertext starts with its tag.
///
/// # Errors
///
/// [`Error::Random`] when the operating system's random source fails.
pub fn seal(secret: &SharedSecret, data: &[u8]) -> Result<String, Error> {
    seal_from(&mut OsRng, secret, data)
}

fn seal_from(
    random: &mut impl RngCore,
    secret: &SharedSecret,
    data: &[u8],
) -> Result<String, Error> {
    let mut nonce = [0; NONCE_LENGTH];
    random
        .try_fill_bytes(&mut nonce)
        .map_err(|error| Error::Random(error.to_string()))?;
    let ciphertext = seal_with(secret, &nonce, data);
    Ok(format!(
        r#"{{"nonce":"{}","ciphertext":"{}"}}"#,
        encode(&nonce),
        encode(&ciphertext)
    ))
}

fn seal_with(secret: &SharedSecret, nonce: &[u8; NONCE_LENGTH], data: &[u8]) -> Vec<u8> {
    XSalsa20Poly1305::new(secret.as_slice().into())
        .encrypt(nonce.into(), data)
        .expect("secretbox encrypts data of any length")
}

/// Decrypts data from [`seal`] or from another Pusher library.
///
/// # Errors
///
/// [`Error::Decryption`] for malformed or changed data, or another secret.
pub fn open(secret: &SharedSecret, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let sealed: Value = serde_json::from_slice(sealed).map_err(|_| Error::Decryption)?;
    let nonce: [u8; NONCE_LENGTH] = field(&sealed, "nonce")?
        .try_into()
        .map_err(|_| Error::Decryption)?;
    let ciphertext = field(&sealed, "ciphertext")?;
    XSalsa20Poly1305::new(secret.as_slice().into())
        .decrypt(&nonce.into(), ciphertext.as_slice())
        .map_err(|_| Error::Decryption)
}

fn field(sealed: &Value, name: &str) -> Result<Vec<u8>, Error> {
    let text = sealed
        .get(name)
        .and_then(Value::as_str)
        .ok_or(Error::Decryption)?;
    BASE64_STANDARD.decode(text).map_err(|_| Error::Decryption)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use crypto_secretbox::aead::rand_core;

    use super::*;

    fn secret() -> SharedSecret {
        shared_secret(b"private-encrypted-channel", b"key")
    }

    #[test]
    fn derives_shared_secrets() {
        for (master, channel, secret) in [
            (
                "zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU=",
                "private-encrypted-bla",
                "nlr49ISQHz91yS3cy/yWmW8wFMNeTnNL5tNHnbPJcLQ=",
            ),
            (
                "OHRXNUZRTG5pUTFzQlFGd3J3N3Q2VFZFc0paZDEweVk=",
                "private-encrypted-channel",
                "VmIsNZtCSteh8kazd2toc+ofhohBtUouQRSDtRvuyVI=",
            ),
        ] {
            let master = decode_master_key(master.as_bytes()).unwrap();
            assert_eq!(
                encode(shared_secret(channel.as_bytes(), &master).as_slice()),
                secret
            );
        }
    }

    #[test]
    fn encrypts_the_published_message() {
        let master = "OTk5".repeat(8);
        let secret = shared_secret(b"pvUPIk0YG6MnxCEMIUUVFrbDmQwbhICXUcy", master.as_bytes());
        let sealed = seal_with(
            &secret,
            b"XAJI0Y6DPBHSAHXTHV3A3ZMF",
            b"kkkT5OOkOkO5kT5TOO5TkOT5TTk5O55T",
        );
        assert_eq!(
            encode(&sealed),
            "tsYJa2JgGDOpVIYFe4aNVWAvZlpB7z7CjN9mpIdbATE0Yc4izN8aM8D6VigBxnIQ"
        );
    }

    #[test]
    fn decrypts_the_published_message() {
        let master = "OTk5".repeat(8);
        let secret = shared_secret(b"pvUPIk0YG6MnxCEMIUUVFrbDmQwbhICXUcy", master.as_bytes());
        let nonce = encode(b"XAJI0Y6DPBHSAHXTHV3A3ZMF");
        let ciphertext = "tsYJa2JgGDOpVIYFe4aNVWAvZlpB7z7CjN9mpIdbATE0Yc4izN8aM8D6VigBxnIQ";
        let sealed = format!(r#"{{"nonce":"{nonce}","ciphertext":"{ciphertext}"}}"#);
        assert_eq!(
            open(&secret, sealed.as_bytes()).unwrap(),
            b"kkkT5OOkOkO5kT5TOO5TkOT5TTk5O55T"
        );
    }

    #[test]
    fn decrypts_what_it_encrypted() {
        for data in ["", "x", "{\"message\":\"ü\"}", &"long ".repeat(10_000)] {
            let sealed = seal(&secret(), data.as_bytes()).unwrap();
            assert_eq!(open(&secret(), sealed.as_bytes()).unwrap(), data.as_bytes());
        }
    }

    #[test]
    fn never_uses_a_nonce_twice() {
        assert_ne!(
            seal(&secret(), b"data").unwrap(),
            seal(&secret(), b"data").unwrap()
        );
    }

    /// A random source that fails.
    struct NoRandom;

    impl RngCore for NoRandom {
        fn next_u32(&mut self) -> u32 {
            unreachable!("a nonce is filled in one call")
        }

        fn next_u64(&mut self) -> u64 {
            unreachable!("a nonce is filled in one call")
        }

        fn fill_bytes(&mut self, _: &mut [u8]) {
            unreachable!("a failure here would panic")
        }

        fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), rand_core::Error> {
            Err(rand_core::Error::from(
                NonZeroU32::new(rand_core::Error::CUSTOM_START).unwrap(),
            ))
        }
    }

    #[test]
    fn fails_without_random_bytes() {
        let error = seal_from(&mut NoRandom, &secret(), b"data").unwrap_err();
        assert!(matches!(error, Error::Random(_)));
    }

    #[test]
    fn refuses_malformed_data_and_other_secrets() {
        let sealed = seal(&secret(), b"data").unwrap();
        let mut other = secret();
        other[0] ^= 1;
        assert!(matches!(
            open(&other, sealed.as_bytes()),
            Err(Error::Decryption)
        ));
        for broken in [
            "",
            "[]",
            "{}",
            r#"{"nonce":"AA==","ciphertext":"AA=="}"#,
            r#"{"nonce":1,"ciphertext":2}"#,
            &sealed.replace("ciphertext", "text"),
            &sealed.replacen("\"ciphertext\":\"", "\"ciphertext\":\"AAAA", 1),
            &sealed.replacen("\"ciphertext\":\"", "\"ciphertext\":\"!", 1),
        ] {
            assert!(
                matches!(open(&secret(), broken.as_bytes()), Err(Error::Decryption)),
                "{broken}"
            );
        }
    }

    #[test]
    fn refuses_invalid_master_keys() {
        for key in [
            "not base64!",
            "zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU",
            "AAAA\n",
        ] {
            let error = decode_master_key(key.as_bytes()).unwrap_err();
            assert!(matches!(error, Error::MasterKeyEncoding), "{key}");
        }
        assert!(matches!(
            decode_master_key(b"AAAA"),
            Err(Error::MasterKeyLength(3))
        ));
    }

    #[test]
    fn recognises_encrypted_channels() {
        assert!(is_encrypted(b"private-encrypted-"));
        assert!(!is_encrypted(b"private-x\nprivate-encrypted-y"));
        assert!(!is_encrypted(b"Private-encrypted-x"));
    }
}
