//! Certificates and keys with algorithms that rustls with ring does not support.
//!
//! rcgen cannot make them. The tests change object identifiers in other certificates, which does not affect the checks that
//! come before the verification of a signature.

use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SignatureAlgorithm};
use rustls::pki_types::CertificateDer;

use super::support::{Authority, Identity, Listener, Server, agent, agent_with, get};
use crate::Error;
use crate::http::{self, Agent, Settings, TlsSettings, Verification};

/// Object identifiers, each with another one of the same length.
struct Change(&'static [u8], &'static [u8]);

const TO_SHA512: Change = Change(
    b"\x2a\x86\x48\xce\x3d\x04\x03\x02",
    b"\x2a\x86\x48\xce\x3d\x04\x03\x04",
);
const TO_SHA224: Change = Change(
    b"\x2a\x86\x48\xce\x3d\x04\x03\x02",
    b"\x2a\x86\x48\xce\x3d\x04\x03\x01",
);
const TO_P521: Change = Change(b"\x2b\x81\x04\x00\x22", b"\x2b\x81\x04\x00\x23");
const TO_SECP256K1: Change = Change(b"\x2b\x81\x04\x00\x22", b"\x2b\x81\x04\x00\x0a");
const TO_ED448: Change = Change(b"\x2b\x65\x70", b"\x2b\x65\x71");

impl Change {
    fn bytes(&self, der: &[u8]) -> Vec<u8> {
        let Self(from, to) = self;
        let mut changed = der.to_vec();
        let mut count = 0;
        for start in 0..=der.len() - from.len() {
            if der[start..].starts_with(from) {
                changed[start..start + from.len()].copy_from_slice(to);
                count += 1;
            }
        }
        assert!(count > 0, "nothing to change");
        changed
    }

    fn certificate(&self, certificate: &CertificateDer<'_>) -> CertificateDer<'static> {
        self.bytes(certificate).into()
    }
}

fn key(algorithm: &'static SignatureAlgorithm) -> KeyPair {
    KeyPair::generate_for(algorithm).unwrap()
}

fn agent_with_root(root: CertificateDer<'static>) -> Agent {
    agent_with(Settings {
        tls: TlsSettings {
            extra_roots: vec![root],
            only_extra_roots: true,
            ..TlsSettings::default()
        },
        ..Settings::default()
    })
}

fn call(identity: &Identity, agent: &Agent) -> Result<u16, Error> {
    let config = identity.server();
    let script = move |listener: &Listener| {
        if let Ok(mut peer) = listener.accept().start_tls(&config) {
            peer.try_serve();
        }
    };
    let server = Server::start(script);
    let reply = agent.send(&get(&server.tls_url("localhost")));
    reply.map(|reply| reply.status)
}

fn assert_refused(outcome: Result<u16, Error>, expected: &str) {
    let text = match outcome {
        Err(Error::TlsSettings(text)) => text,
        Err(Error::Tls(text)) => {
            let (text, peer) = text.rsplit_once(" - ").expect("the peer");
            assert!(peer.starts_with("localhost:"), "{peer}");
            text.to_owned()
        }
        outcome => panic!("{outcome:?}"),
    };
    assert_eq!(text, expected);
    assert!(text.len() < 250, "{} bytes", text.len());
}

#[test]
fn an_unsupported_signature_of_the_servers_certificate_is_named() {
    for (change, name) in [
        (TO_SHA512, "ecdsa-with-SHA512"),
        (TO_SHA224, "ecdsa-with-SHA224"),
    ] {
        let authority = Authority::new();
        let mut identity = authority.identity();
        identity.certificate = change.certificate(&identity.certificate);
        assert_refused(
            call(&identity, &agent_with_root(authority.certificate())),
            &format!(
                "certificate verify failed (the signature algorithm of the server's certificate, {name}, is not \
                 supported; reissue it with SHA-256)"
            ),
        );
    }
}

#[test]
fn an_unsupported_signature_of_an_intermediate_certificate_is_named() {
    let authority = Authority::new();
    let intermediate = authority.intermediate(KeyPair::generate().unwrap());
    let mut identity = intermediate.identity();
    identity.issuers = vec![TO_SHA512.certificate(&identity.issuers[0])];
    assert_refused(
        call(&identity, &agent_with_root(authority.certificate())),
        "certificate verify failed (the signature algorithm of an intermediate certificate, ecdsa-with-SHA512, is not \
         supported; reissue it with SHA-256)",
    );
}

#[test]
fn the_signature_of_a_root_does_not_matter() {
    let authority = Authority::new();
    let root = TO_SHA512.certificate(&authority.certificate());
    assert_eq!(
        call(&authority.identity(), &agent_with_root(root)).unwrap(),
        200
    );
}

#[test]
fn an_unsupported_key_of_a_root_is_named() {
    for (algorithm, change, name) in [
        (&PKCS_ECDSA_P384_SHA384, TO_P521, "P-521"),
        (&PKCS_ECDSA_P384_SHA384, TO_SECP256K1, "secp256k1"),
        (&PKCS_ED25519, TO_ED448, "Ed448"),
    ] {
        let authority = Authority::with_key("root", key(algorithm));
        let root = change.certificate(&authority.certificate());
        assert_refused(
            call(&authority.identity(), &agent_with_root(root)),
            &format!(
                "certificate verify failed (the {name} key of the issuing authority is not supported; use RSA of 2048 to \
                 8192 bits, P-256, P-384 or Ed25519)"
            ),
        );
    }
}

#[test]
fn an_unsupported_key_of_an_authority_is_named_also_if_its_signatures_are_unsupported() {
    let authority = Authority::with_key("root", key(&PKCS_ED25519));
    let root = TO_ED448.certificate(&authority.certificate());
    let mut identity = authority.identity();
    identity.certificate = TO_ED448.certificate(&identity.certificate);
    assert_refused(
        call(&identity, &agent_with_root(root)),
        "certificate verify failed (the Ed448 key of the issuing authority is not supported; use RSA of 2048 to 8192 \
         bits, P-256, P-384 or Ed25519)",
    );
}

#[test]
fn an_unsupported_key_of_an_intermediate_authority_is_named() {
    let authority = Authority::new();
    let intermediate = authority.intermediate(key(&PKCS_ECDSA_P384_SHA384));
    let mut identity = intermediate.identity();
    identity.issuers = vec![TO_P521.certificate(&identity.issuers[0])];
    assert_refused(
        call(&identity, &agent_with_root(authority.certificate())),
        "certificate verify failed (the P-521 key of the issuing authority is not supported; use RSA of 2048 to 8192 \
         bits, P-256, P-384 or Ed25519)",
    );
}

/// Without the check of the chain: the changed certificate does not match its signature.
#[test]
fn an_unsupported_key_of_the_servers_certificate_is_named() {
    let agent = agent_with(Settings {
        tls: TlsSettings {
            verification: Verification::None,
            ..TlsSettings::default()
        },
        ..Settings::default()
    });
    let key = key(&PKCS_ECDSA_P384_SHA384);
    let certificate = super::support::names(&["localhost"])
        .self_signed(&key)
        .unwrap();
    let mut identity = Identity::new(certificate.der().clone(), &key);
    identity.certificate = TO_P521.certificate(&identity.certificate);
    assert_refused(
        call(&identity, &agent),
        "certificate verify failed (the P-521 key of the server's certificate is not supported; use RSA of 2048 to 8192 \
         bits, P-256, P-384 or Ed25519)",
    );
}

#[test]
fn a_server_with_the_certificate_of_another_is_refused() {
    let authority = Authority::new();
    let mut identity = authority.identity();
    identity.key = authority.identity().key;
    assert_refused(
        call(&identity, &agent_with_root(authority.certificate())),
        "certificate verify failed (the server does not have the key of its certificate)",
    );
}

#[test]
fn another_authority_of_another_type_with_the_same_name_is_refused() {
    let outcome = call(
        &Authority::new().identity(),
        &agent_with_root(Authority::with_key("root", key(&PKCS_ED25519)).certificate()),
    );
    assert_refused(
        outcome,
        "certificate verify failed (certificate signature failure: another authority with the same name issued it)",
    );
}

/// A server with an unsupported key refuses the handshake, because the client does not offer a matching signature.
#[test]
fn a_refused_handshake_names_possible_reasons() {
    let server = Server::start(|listener| {
        let mut peer = listener.accept();
        peer.bytes(1);
        peer.send(&[21, 3, 3, 0, 2, 2, 40]);
        peer.read_rest();
    });
    let outcome = agent().send(&get(&server.tls_url("localhost")));
    assert_refused(
        outcome.map(|reply| reply.status),
        "the server refused the TLS handshake (HandshakeFailure): no TLS version or algorithm in common, a key such as \
         P-521 in its certificate (use RSA, P-256, P-384 or Ed25519), or a client certificate that it requires",
    );
}

fn outcome_with_client_key(chain: &Identity, key: Vec<u8>) -> Result<u16, Error> {
    let agent = agent_with(Settings {
        tls: TlsSettings {
            identity: Some(http::Identity::new(vec![chain.certificate.clone()], key)),
            ..TlsSettings::default()
        },
        ..Settings::default()
    });
    let server = Server::start(|listener| drop(listener.accept()));
    let reply = agent.send(&get(&server.tls_url("localhost")));
    reply.map(|reply| reply.status)
}

#[test]
fn an_unsupported_key_of_a_client_certificate_is_named() {
    for (algorithm, change, name) in [
        (&PKCS_ECDSA_P384_SHA384, TO_P521, "P-521"),
        (&PKCS_ED25519, TO_ED448, "Ed448"),
    ] {
        let key = change.bytes(&key(algorithm).serialize_der());
        assert_refused(
            outcome_with_client_key(&Authority::new().identity(), key),
            &format!(
                "unusable client certificate: its {name} key is not supported; use RSA of 2048 to 4096 bits, P-256, \
                 P-384 or Ed25519"
            ),
        );
    }
}

#[test]
fn a_client_certificate_with_the_key_of_another_is_refused() {
    let authority = Authority::new();
    let key = KeyPair::generate().unwrap().serialize_der();
    assert_refused(
        outcome_with_client_key(&authority.identity(), key),
        "unusable client certificate: the key belongs to another certificate",
    );
}
