//! Verifies webhooks.
//!
//! <https://pusher.com/docs/channels/server_api/webhooks/#authentication>

use crate::signature;

/// The valid `X-Pusher-Signature` header for a webhook with this body.
#[must_use]
pub fn expected_signature(secret: &[u8], body: &[u8]) -> String {
    signature::sign(secret, body)
}

/// Whether `signature` is the signature of `body`. Compares in constant time.
///
/// Always false for an empty secret or signature.
#[must_use]
pub fn is_valid(secret: &[u8], body: &[u8], signature: &[u8]) -> bool {
    signature::verify(secret, body, signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"hello":"world"}"#;
    const SIGNATURE: &str = "2677ad3e7c090b2fa2c0fb13020d66d5420879b8316eb356a2d60fb9073bc778";

    #[test]
    fn accepts_the_published_webhook() {
        assert_eq!(expected_signature(b"secret", BODY), SIGNATURE);
        assert!(is_valid(b"secret", BODY, SIGNATURE.as_bytes()));
    }

    #[test]
    fn refuses_a_forged_webhook() {
        assert!(!is_valid(
            b"secret",
            br#"{"hello":"World"}"#,
            SIGNATURE.as_bytes()
        ));
        assert!(!is_valid(b"Secret", BODY, SIGNATURE.as_bytes()));
        assert!(!is_valid(b"secret", BODY, b""));
        assert!(!is_valid(
            b"",
            BODY,
            expected_signature(b"", BODY).as_bytes()
        ));
    }
}
