//! TLS with rustls: trusted roots, verification, and messages for refused certificates.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct,
    InvalidMessage, OtherError, RootCertStore, SignatureScheme,
};

use super::algorithms::{
    SUPPORTED_KEYS, SUPPORTED_PRIVATE_KEYS, contents, name, signature_of, unsupported_key,
    unsupported_private_key,
};
use super::roots::system_roots;
use crate::Error;

/// How a server's certificate is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verification {
    /// Chain, validity and host name.
    #[default]
    Full,
    /// Nothing. The connection is encrypted, but the server is not authenticated.
    None,
}

/// The TLS settings of a client.
#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    /// How the server's certificate is checked.
    pub verification: Verification,
    /// Trusted roots, in addition to those of the system or instead of them.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// Whether the system's roots are ignored.
    pub only_extra_roots: bool,
    /// The client certificate, for servers that request one.
    pub identity: Option<Identity>,
}

/// A client certificate with its key.
#[derive(Clone, Debug)]
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Arc<PrivatePkcs8KeyDer<'static>>,
}

impl Identity {
    /// A certificate, followed by those of its issuers, and its key in PKCS #8, all in DER form. Making a connection fails if
    /// they do not belong together.
    #[must_use]
    pub fn new(chain: Vec<CertificateDer<'static>>, key: Vec<u8>) -> Self {
        Self {
            chain,
            key: Arc::new(key.into()),
        }
    }
}

/// Makes TLS sessions. The roots are loaded for the first one.
pub(crate) struct TlsConnector {
    settings: TlsSettings,
    config: OnceLock<Arc<ClientConfig>>,
}

impl TlsConnector {
    pub(crate) fn new(settings: TlsSettings) -> Self {
        Self {
            settings,
            config: OnceLock::new(),
        }
    }

    pub(crate) fn session(&self, host: &str) -> Result<ClientConnection, Error> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Error::TlsSettings(format!("{host} is not a valid TLS server name")))?;
        let config = match self.config.get() {
            Some(config) => config.clone(),
            None => {
                let config = Arc::new(configure(&self.settings)?);
                self.config.get_or_init(|| config).clone()
            }
        };
        ClientConnection::new(config, name).map_err(explain)
    }
}

fn configure(settings: &TlsSettings) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match settings.verification {
        Verification::Full => Arc::new(Verifier::new(settings, provider.clone())?),
        Verification::None => Arc::new(NoVerifier(provider.clone())),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(explain)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    match &settings.identity {
        Some(Identity { chain, key }) => config
            .with_client_auth_cert(chain.clone(), key.clone_key().into())
            .map_err(|error| unusable_identity(&error, key.secret_pkcs8_der())),
        None => Ok(config.with_no_client_auth()),
    }
}

fn unusable_identity(error: &rustls::Error, key: &[u8]) -> Error {
    let reason = match (unsupported_private_key(key), error) {
        (Some(key), _) => {
            format!("its {key} key is not supported; use {SUPPORTED_PRIVATE_KEYS}")
        }
        (None, rustls::Error::InconsistentKeys(_)) => {
            "the key belongs to another certificate".into()
        }
        (None, error) => error.to_string(),
    };
    Error::TlsSettings(format!("unusable client certificate: {reason}"))
}

/// The message for a TLS failure.
pub(crate) fn explain(error: rustls::Error) -> Error {
    if let rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(refusal))) = &error
    {
        if let Some(Refusal(reason)) = refusal.downcast_ref() {
            return Error::Tls(format!("certificate verify failed ({reason})"));
        }
    }
    match error {
        rustls::Error::InvalidCertificate(error) => {
            Error::Tls(format!("certificate verify failed ({error})"))
        }
        rustls::Error::AlertReceived(AlertDescription::HandshakeFailure) => Error::Tls(
            "the server refused the TLS handshake (HandshakeFailure): no TLS version or algorithm in common, a key such as \
             P-521 in its certificate (use RSA, P-256, P-384 or Ed25519), or a client certificate that it requires"
                .into(),
        ),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => Error::Tls(
            "received corrupt message of type InvalidContentType: the server does not speak TLS on this port; check the port, \
             or set use_tls to false"
                .into(),
        ),
        error => Error::Tls(error.to_string()),
    }
}

/// Why a certificate was refused.
#[derive(Debug)]
struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// Verifies with webpki. Also accepts a leaf that is itself one of the extra roots (a developer's self-signed certificate),
/// and explains why another certificate was refused.
#[derive(Debug)]
struct Verifier {
    chain: Arc<WebPkiServerVerifier>,
    roots: Arc<RootCertStore>,
    extra_roots: Vec<CertificateDer<'static>>,
}

impl Verifier {
    fn new(settings: &TlsSettings, provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        if !settings.only_extra_roots {
            roots.roots.extend_from_slice(&system_roots()?.roots);
        }
        for root in &settings.extra_roots {
            roots.add(root.clone()).map_err(explain)?;
        }
        let roots = Arc::new(roots);
        let chain = WebPkiServerVerifier::builder_with_provider(roots.clone(), provider)
            .build()
            .map_err(|error| Error::TlsSettings(format!("no usable root certificates: {error}")))?;
        Ok(Self {
            chain,
            roots,
            extra_roots: settings.extra_roots.clone(),
        })
    }
}

impl Verifier {
    /// The reason for an error that comes from an unsupported algorithm or key.
    fn unsupported_algorithm(
        &self,
        error: &CertificateError,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Option<String> {
        use CertificateError as Why;

        let algorithm = match error {
            Why::UnsupportedSignatureAlgorithmContext {
                signature_algorithm_id,
                ..
            } => Some(signature_algorithm_id),
            Why::BadSignature | Why::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                None
            }
            _ => return None,
        };
        if let Some(key) = self.unsupported_authority(leaf, intermediates) {
            return Some(format!(
                "the {key} key of the issuing authority is not supported; use {SUPPORTED_KEYS}"
            ));
        }
        let algorithm = algorithm?;
        let whose = if signature_of(leaf) == Some(algorithm) {
            "the server's certificate"
        } else {
            "an intermediate certificate"
        };
        let name = name(algorithm);
        Some(format!(
            "the signature algorithm of {whose}, {name}, is not supported; reissue it with SHA-256"
        ))
    }

    /// The unsupported key of an authority that may have issued one of these certificates.
    fn unsupported_authority(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Option<String> {
        let parse = |certificate| webpki::EndEntityCert::try_from(certificate).ok();
        let leaf = parse(leaf)?;
        let intermediates: Vec<_> = intermediates.iter().filter_map(parse).collect();
        let issuers: Vec<_> = std::iter::once(&leaf)
            .chain(&intermediates)
            .map(|certificate| certificate.issuer())
            .collect();
        let sent = intermediates
            .iter()
            .filter(|certificate| issuers.contains(&certificate.subject()))
            .find_map(|certificate| unsupported_key_of(certificate));
        sent.or_else(|| {
            let roots = self.roots.roots.iter();
            roots
                .filter(|root| issuers.contains(&root.subject.as_ref()))
                .find_map(|root| unsupported_key(&root.subject_public_key_info))
        })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self
            .chain
            .verify_server_cert(leaf, intermediates, name, ocsp_response, now);
        let Err(rustls::Error::InvalidCertificate(error)) = verdict else {
            return verdict;
        };
        let parsed = webpki::EndEntityCert::try_from(leaf).ok();
        // webpki checks the validity before it returns this error.
        if is_authority(&error) && self.extra_roots.iter().any(|root| root == leaf) {
            if parsed.is_some_and(|leaf| leaf.verify_is_valid_for_subject_name(name).is_ok()) {
                return Ok(ServerCertVerified::assertion());
            }
            return Err(refuse(&CertificateError::NotValidForName, None, name));
        }
        if let Some(reason) = self.unsupported_algorithm(&error, leaf, intermediates) {
            return Err(refusal(reason));
        }
        Err(refuse(&error, parsed.as_ref(), name))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let outcome = self.chain.verify_tls12_signature(message, leaf, signature);
        outcome.map_err(|error| explain_handshake_signature(error, leaf))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let outcome = self.chain.verify_tls13_signature(message, leaf, signature);
        outcome.map_err(|error| explain_handshake_signature(error, leaf))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

/// Whether a certificate was refused only because it is a CA certificate.
fn is_authority(error: &CertificateError) -> bool {
    matches!(error, CertificateError::Other(OtherError(error))
        if error.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity))
}

fn refuse(
    error: &CertificateError,
    leaf: Option<&webpki::EndEntityCert<'_>>,
    name: &ServerName<'_>,
) -> rustls::Error {
    refusal(reason(error, leaf, &name.to_str()))
}

fn refusal(reason: String) -> rustls::Error {
    CertificateError::Other(OtherError(Arc::new(Refusal(reason)))).into()
}

/// The message for a handshake that is not signed by the key of the server's certificate.
fn explain_handshake_signature(error: rustls::Error, leaf: &CertificateDer<'_>) -> rustls::Error {
    let parsed = webpki::EndEntityCert::try_from(leaf).ok();
    match (parsed.and_then(|leaf| unsupported_key_of(&leaf)), error) {
        (Some(key), _) => refusal(format!(
            "the {key} key of the server's certificate is not supported; use {SUPPORTED_KEYS}"
        )),
        (None, rustls::Error::InvalidCertificate(CertificateError::BadSignature)) => {
            refusal("the server does not have the key of its certificate".into())
        }
        (None, error) => error,
    }
}

fn unsupported_key_of(certificate: &webpki::Cert<'_>) -> Option<String> {
    let info = certificate.subject_public_key_info();
    unsupported_key(contents(&info)?)
}

fn reason(
    error: &CertificateError,
    leaf: Option<&webpki::EndEntityCert<'_>>,
    host: &str,
) -> String {
    use CertificateError as Why;

    let is_self_signed = leaf.is_some_and(|leaf| leaf.issuer() == leaf.subject());
    match error {
        Why::Expired | Why::ExpiredContext { .. } => "certificate has expired".into(),
        Why::NotValidYet | Why::NotValidYetContext { .. } => "certificate is not yet valid".into(),
        Why::NotValidForNameContext { presented, .. } if presented.is_empty() => format!(
            "hostname mismatch: the certificate has no subjectAltName for {host}, and its CN is not used"
        ),
        Why::NotValidForName | Why::NotValidForNameContext { .. } => {
            format!("hostname mismatch: the certificate is not for {host}")
        }
        _ if is_self_signed && (*error == Why::UnknownIssuer || is_authority(error)) => {
            "self-signed certificate".into()
        }
        Why::UnknownIssuer => "unable to get local issuer certificate: unknown authority".into(),
        Why::BadSignature | Why::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "certificate signature failure: another authority with the same name issued it".into()
        }
        error => error.to_string(),
    }
}

/// Accepts any certificate. The peer must still have its key.
#[derive(Debug)]
struct NoVerifier(Arc<CryptoProvider>);

impl ServerCertVerifier for NoVerifier {
    fn verify_server_cert(
        &self,
        _leaf: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, leaf, signature, algorithms)
            .map_err(|error| explain_handshake_signature(error, leaf))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, leaf, signature, algorithms)
            .map_err(|error| explain_handshake_signature(error, leaf))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
