//! Certificates for tests.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};

/// Parameters of a certificate for these names and addresses.
pub fn names(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name.push(DnType::CommonName, "leaf");
    params
}

/// An authority that issues certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        Self::named("root")
    }

    pub fn named(name: &str) -> Self {
        let mut params = names(&[]);
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, key()).expect("a root"))
    }

    pub fn certificate(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// A certificate for localhost and 127.0.0.1.
    pub fn identity(&self) -> Identity {
        self.issue(&names(&["localhost", "127.0.0.1"]))
    }

    pub fn issue(&self, params: &CertificateParams) -> Identity {
        let key = key();
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Identity::new(certificate.der().clone(), &key)
    }
}

/// A certificate with its key.
pub struct Identity {
    pub certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    fn new(certificate: CertificateDer<'static>, key: &KeyPair) -> Self {
        Self {
            certificate,
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
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], self.key.clone_key())
            .expect("a certificate with its key");
        Arc::new(config)
    }
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}
