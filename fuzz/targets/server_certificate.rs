//! Any bytes as the certificates of a TLS server: each handshake fails with a message. An input is the length of the first
//! certificate (two bytes, big-endian), that certificate, and one of an intermediate authority.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use pusher_core::Error;
use pusher_core::http::{Agent, Settings, TlsSettings, Waiter};
use pusher_fuzz::{Peer, Step, request};
use rustls::crypto::ring::{default_provider, sign::any_eddsa_type};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection};

static PEER: LazyLock<Arc<Peer>> = LazyLock::new(Arc::default);
/// The trusted authority.
const AUTHORITY: &[u8] = include_bytes!("../authority.der");
/// What is before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, 7).
const PKCS8: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

fuzz_target!(|data: &[u8]| {
    let Some((length, rest)) = data.split_first_chunk() else {
        return;
    };
    let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
    let (leaf, intermediate) = rest.split_at(length);
    let mut chain = vec![leaf.to_vec().into()];
    if !intermediate.is_empty() {
        chain.push(intermediate.to_vec().into());
    }
    let mut server = server(chain);
    PEER.play([Step::Serve(Box::new(move |bytes| {
        records(&mut server, bytes)
    }))]);
    let settings = Settings {
        tls: TlsSettings {
            extra_roots: vec![CertificateDer::from_slice(AUTHORITY)],
            only_extra_roots: true,
            ..TlsSettings::default()
        },
        ..Settings::default()
    };
    let agent = Agent::new(settings, PEER.clone() as Arc<dyn Waiter>);
    let error = agent.send(&request("GET", "https://host.example/", None));
    let error = error.expect_err("no certificate has the server's key");
    assert!(matches!(error, Error::Tls(_) | Error::Truncated), "{error}");
    let message = error.to_string();
    assert!(!message.chars().any(char::is_control), "{message:?}");
});

/// What the server sends after it has received these bytes.
fn records(server: &mut ServerConnection, mut received: &[u8]) -> Vec<u8> {
    while !received.is_empty() {
        server.read_tls(&mut received).expect("room for records");
        // An alert of the client is the expected end.
        server.process_new_packets().ok();
    }
    let mut out = Vec::new();
    while server.wants_write() {
        server.write_tls(&mut out).expect("a vector grows");
    }
    out
}

#[derive(Debug)]
struct Resolver(Arc<CertifiedKey>);

impl ResolvesServerCert for Resolver {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

fn server(chain: Vec<CertificateDer<'static>>) -> ServerConnection {
    let key = PrivatePkcs8KeyDer::from([PKCS8, &[7; 32]].concat());
    let key = any_eddsa_type(&key).expect("a key");
    let resolver = Resolver(Arc::new(CertifiedKey::new(chain, key)));
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver));
    config.send_tls13_tickets = 0;
    ServerConnection::new(Arc::new(config)).expect("a server")
}
