//! Verification of server certificates.

use rcgen::{BasicConstraints, DistinguishedName, DnType, IsCa, date_time_ymd};
use rustls::pki_types::CertificateDer;

use super::support::{Authority, Identity, Server, agent_trusting, agent_with, get, names};
use crate::Error;
use crate::http::{Agent, Settings, TlsSettings, Verification};

const LOCAL: &[&str] = &["localhost", "127.0.0.1"];

#[test]
fn an_extra_root_is_trusted() {
    let authority = Authority::new();
    let agent = agent_trusting(&authority);
    assert_accepted(&authority.identity(), &agent, "localhost");
    assert_accepted(&authority.identity(), &agent, "127.0.0.1");
}

#[test]
fn an_extra_root_is_trusted_in_addition_to_the_systems() {
    let authority = Authority::new();
    let agent = agent_with(Settings {
        tls: TlsSettings {
            extra_roots: vec![authority.certificate()],
            ..TlsSettings::default()
        },
        ..Settings::default()
    });
    assert_accepted(&authority.identity(), &agent, "localhost");
}

#[test]
fn a_private_authority_is_refused_by_default() {
    let outcome = call(
        &Authority::new().identity(),
        &agent_with(Settings::default()),
        "localhost",
    );
    assert_refused(
        outcome,
        "unable to get local issuer certificate: unknown authority",
    );
}

#[test]
fn an_unknown_authority_is_refused() {
    let agent = agent_trusting(&Authority::named("another root"));
    let outcome = call(&Authority::new().identity(), &agent, "localhost");
    assert_refused(
        outcome,
        "unable to get local issuer certificate: unknown authority",
    );
}

#[test]
fn an_authority_with_the_name_of_a_trusted_one_is_refused() {
    let outcome = call(
        &Authority::new().identity(),
        &agent_trusting(&Authority::new()),
        "localhost",
    );
    assert_refused(
        outcome,
        "certificate signature failure: another authority with the same name issued it",
    );
}

#[test]
fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let identity = authority.issue(&Identity::expired(names(LOCAL)));
    let outcome = call(&identity, &agent_trusting(&authority), "localhost");
    assert_refused(outcome, "certificate has expired");
}

#[test]
fn a_certificate_that_is_not_yet_valid_is_refused() {
    let authority = Authority::new();
    let mut params = names(LOCAL);
    params.not_before = date_time_ymd(4000, 1, 1);
    let outcome = call(
        &authority.issue(&params),
        &agent_trusting(&authority),
        "localhost",
    );
    assert_refused(outcome, "certificate is not yet valid");
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let authority = Authority::new();
    let identity = authority.issue(&names(&["api.test"]));
    for host in ["localhost", "127.0.0.1"] {
        let outcome = call(&identity, &agent_trusting(&authority), host);
        assert_refused(
            outcome,
            &format!("hostname mismatch: the certificate is not for {host}"),
        );
    }
}

#[test]
fn a_host_name_only_in_the_common_name_is_refused() {
    let authority = Authority::new();
    let mut params = names(&[]);
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    let outcome = call(
        &authority.issue(&params),
        &agent_trusting(&authority),
        "localhost",
    );
    assert_refused(
        outcome,
        "hostname mismatch: the certificate has no subjectAltName for localhost, and its CN is not used",
    );
}

#[test]
fn self_signed_certificates_are_refused() {
    for is_ca in both_kinds() {
        let mut params = names(LOCAL);
        params.is_ca = is_ca;
        let identity = Identity::self_signed(&params);
        let outcome = call(&identity, &agent_trusting(&Authority::new()), "localhost");
        assert_refused(outcome, "self-signed certificate");
    }
}

#[test]
fn a_self_signed_certificate_among_the_extra_roots_is_accepted() {
    for is_ca in both_kinds() {
        let mut params = names(LOCAL);
        params.is_ca = is_ca;
        let identity = Identity::self_signed(&params);
        let agent = agent_with_root(identity.certificate.clone());
        assert_accepted(&identity, &agent, "localhost");
        assert_accepted(&identity, &agent, "127.0.0.1");
    }
}

#[test]
fn a_self_signed_extra_root_is_accepted_only_for_its_own_name() {
    for is_ca in both_kinds() {
        let mut params = names(&["api.test"]);
        params.is_ca = is_ca;
        let identity = Identity::self_signed(&params);
        let agent = agent_with_root(identity.certificate.clone());
        let outcome = call(&identity, &agent, "localhost");
        assert_refused(
            outcome,
            "hostname mismatch: the certificate is not for localhost",
        );
    }
}

#[test]
fn a_self_signed_extra_root_is_accepted_only_while_it_is_valid() {
    for is_ca in both_kinds() {
        let mut params = Identity::expired(names(LOCAL));
        params.is_ca = is_ca;
        let identity = Identity::self_signed(&params);
        let agent = agent_with_root(identity.certificate.clone());
        assert_refused(
            call(&identity, &agent, "localhost"),
            "certificate has expired",
        );
    }
}

#[test]
fn another_certificate_with_the_name_of_an_extra_root_is_refused() {
    for is_ca in both_kinds() {
        let mut params = names(LOCAL);
        params.is_ca = is_ca;
        let agent = agent_with_root(Identity::self_signed(&params).certificate);
        let outcome = call(&Identity::self_signed(&params), &agent, "localhost");
        assert!(matches!(outcome, Err(Error::Tls(_))), "{outcome:?}");
    }
}

#[test]
fn any_certificate_is_accepted_without_verification() {
    let agent = agent_with(Settings {
        tls: TlsSettings {
            verification: Verification::None,
            ..TlsSettings::default()
        },
        ..Settings::default()
    });
    assert_accepted(&Authority::new().identity(), &agent, "localhost");
    let identity = Identity::self_signed(&Identity::expired(names(&["api.test"])));
    assert_accepted(&identity, &agent, "127.0.0.1");
}

#[test]
fn no_roots_at_all_is_an_error() {
    let agent = agent_with(Settings {
        tls: TlsSettings {
            only_extra_roots: true,
            ..TlsSettings::default()
        },
        ..Settings::default()
    });
    let server = Server::start(|listener| drop(listener.accept()));
    let outcome = agent.send(&get(&server.tls_url("localhost")));
    assert!(
        matches!(&outcome, Err(Error::TlsSettings(text)) if text.starts_with("no usable root certificates")),
        "{outcome:?}"
    );
}

fn both_kinds() -> [IsCa; 3] {
    let authority = IsCa::Ca(BasicConstraints::Unconstrained);
    [IsCa::NoCa, IsCa::ExplicitNoCa, authority]
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

fn assert_accepted(identity: &Identity, agent: &Agent, host: &str) {
    assert_eq!(call(identity, agent, host).unwrap(), 200);
}

fn assert_refused(outcome: Result<u16, Error>, reason: &str) {
    let Err(Error::Tls(text)) = outcome else {
        panic!("{outcome:?}");
    };
    let start = format!("certificate verify failed ({reason}) - ");
    assert!(text.starts_with(&start), "{text}");
}

/// The status of a reply from a server with this certificate.
fn call(identity: &Identity, agent: &Agent, host: &str) -> Result<u16, Error> {
    let config = identity.server();
    let server = Server::start(move |listener| {
        if let Ok(mut peer) = listener.accept().start_tls(&config) {
            // In TLS 1.3 the server's handshake is complete before the client has verified the certificate.
            peer.try_serve();
        }
    });
    agent
        .send(&get(&server.tls_url(host)))
        .map(|reply| reply.status)
}
