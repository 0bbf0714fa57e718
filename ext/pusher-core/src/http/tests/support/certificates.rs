//! Certificates for tests.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, SupportedProtocolVersion};

/// Parameters of a certificate for these names and addresses.
pub fn names(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name.push(DnType::CommonName, "leaf");
    params
}

/// An authority that issues certificates.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// The certificate and those of its issuers, without the root.
    chain: Vec<CertificateDer<'static>>,
}

impl Authority {
    pub fn new() -> Self {
        Self::named("root")
    }

    pub fn named(name: &str) -> Self {
        Self::with_key(name, key())
    }

    pub fn with_key(name: &str, key: KeyPair) -> Self {
        let issuer = CertifiedIssuer::self_signed(authority_named(name), key).expect("a root");
        let chain = Vec::new();
        Self { issuer, chain }
    }

    /// An authority that this one has issued.
    pub fn intermediate(&self, key: KeyPair) -> Self {
        let params = authority_named("intermediate");
        let issuer = CertifiedIssuer::signed_by(params, key, &self.issuer).expect("an authority");
        let chain = vec![issuer.der().clone()];
        Self { issuer, chain }
    }

    pub fn certificate(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    /// A certificate for localhost and 127.0.0.1.
    pub fn identity(&self) -> Identity {
        self.issue(&names(&["localhost", "127.0.0.1"]))
    }

    pub fn issue(&self, params: &CertificateParams) -> Identity {
        let key = key();
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Identity {
            issuers: self.chain.clone(),
            ..Identity::new(certificate.der().clone(), &key)
        }
    }
}

fn authority_named(name: &str) -> CertificateParams {
    let mut params = names(&[]);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// A certificate with its key.
pub struct Identity {
    pub certificate: CertificateDer<'static>,
    pub issuers: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

impl Identity {
    pub fn new(certificate: CertificateDer<'static>, key: &KeyPair) -> Self {
        Self {
            certificate,
            issuers: Vec::new(),
            key: PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        }
    }

    pub fn self_signed(params: &CertificateParams) -> Self {
        let key = key();
        let certificate = params.self_signed(&key).expect("a certificate");
        Self::new(certificate.der().clone(), &key)
    }

    /// The same parameters with dates in the past.
    pub fn expired(mut params: CertificateParams) -> CertificateParams {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        params
    }

    pub fn server(&self) -> Arc<ServerConfig> {
        self.server_speaking(rustls::ALL_VERSIONS)
    }

    pub fn server_speaking(
        &self,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let chain = std::iter::once(&self.certificate).chain(&self.issuers);
        let key = ring::sign::any_supported_type(&self.key).expect("a supported key");
        // Tests may change a certificate so that it does not match its key.
        let identity = CertifiedKey::new(chain.cloned().collect(), key);
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("versions")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(identity)));
        Arc::new(config)
    }
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}
