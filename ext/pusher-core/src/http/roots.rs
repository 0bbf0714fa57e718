//! Root certificates of the system, or of `SSL_CERT_FILE` and `SSL_CERT_DIR`.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls_native_certs::{CertificateResult, ErrorKind};

use super::socket::is_out_of_descriptors;
use crate::Error;

const FILE: &str = "SSL_CERT_FILE";
const FOLDERS: &str = "SSL_CERT_DIR";

/// A certificate in DER form.
pub type Certificate = CertificateDer<'static>;

/// Locations of root certificates: a PEM file, and folders of PEM files.
#[derive(Debug, Default)]
pub(crate) struct Locations {
    pub(crate) file: Option<PathBuf>,
    pub(crate) folders: Vec<PathBuf>,
}

impl Locations {
    /// The locations in the environment. An empty variable counts as unset.
    fn from_environment() -> Self {
        let value = |name| std::env::var_os(name).filter(|value: &OsString| !value.is_empty());
        let folders = value(FOLDERS).unwrap_or_default();
        Self {
            file: value(FILE).map(PathBuf::from),
            folders: std::env::split_paths(&folders)
                .filter(|folder| !folder.as_os_str().is_empty())
                .collect(),
        }
    }

    /// The system's own locations. Empty on systems that do not keep certificates in files.
    #[cfg(all(unix, not(target_os = "macos")))]
    fn of_the_system() -> Self {
        Self {
            file: openssl_probe::probe().cert_file,
            folders: openssl_probe::candidate_cert_dirs()
                .map(Path::to_owned)
                .collect(),
        }
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn of_the_system() -> Self {
        Self::default()
    }

    fn is_empty(&self) -> bool {
        self.file.is_none() && self.folders.is_empty()
    }

    /// Checks that the locations can be read.
    fn check(&self) -> Result<(), Error> {
        if let Some(file) = &self.file {
            check_file(file).map_err(|error| unreadable(FILE, file, &error))?;
        }
        for folder in &self.folders {
            std::fs::read_dir(folder).map_err(|error| unreadable(FOLDERS, folder, &error))?;
        }
        Ok(())
    }

    /// Loads all certificates. Files in a folder that are not certificates are skipped.
    fn load(&self) -> Result<Vec<Certificate>, Error> {
        let mut found = from_result(rustls_native_certs::load_certs_from_paths(
            self.file.as_deref(),
            self.folders.first().map(PathBuf::as_path),
        ))?;
        for folder in self.folders.iter().skip(1) {
            let result = rustls_native_certs::load_certs_from_paths(None, Some(folder));
            found.extend(from_result(result)?);
        }
        found.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
        found.dedup();
        Ok(found)
    }
}

/// The system's roots. They are loaded again only when one of the environment variables has changed.
pub(crate) fn system_roots() -> Result<Arc<RootCertStore>, Error> {
    type Key = [Option<OsString>; 2];
    static LOADED: Mutex<Option<(Key, Arc<RootCertStore>)>> = Mutex::new(None);

    let key = [FILE, FOLDERS].map(std::env::var_os);
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((loaded_key, roots)) = &*loaded {
        if *loaded_key == key {
            return Ok(roots.clone());
        }
    }
    let roots = Arc::new(load(
        Locations::from_environment(),
        Locations::of_the_system(),
    )?);
    *loaded = Some((key, roots.clone()));
    Ok(roots)
}

/// Loads roots. A configured file replaces the system's file, and configured folders replace the system's folders, as in
/// OpenSSL. The bundled roots are used when nothing is configured and the system has no roots.
pub(crate) fn load(configured: Locations, system: Locations) -> Result<RootCertStore, Error> {
    configured.check()?;
    let is_configured = !configured.is_empty();
    let locations = Locations {
        file: configured.file.or(system.file),
        folders: if configured.folders.is_empty() {
            system.folders
        } else {
            configured.folders
        },
    };
    let found = if locations.is_empty() {
        from_result(rustls_native_certs::load_native_certs())?
    } else {
        locations.load()?
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found);
    if roots.is_empty() && !is_configured {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    Ok(roots)
}

/// Ignores certificates that cannot be read, unless there was no descriptor left to read them with.
fn from_result(result: CertificateResult) -> Result<Vec<Certificate>, Error> {
    for error in result.errors {
        match error.kind {
            ErrorKind::Io { inner, .. } if is_out_of_descriptors(&inner) => {
                return Err(Error::Io(inner));
            }
            _ => {}
        }
    }
    Ok(result.certs)
}

fn unreadable(variable: &str, path: &Path, error: &io::Error) -> Error {
    if let (true, Some(number)) = (is_out_of_descriptors(error), error.raw_os_error()) {
        return Error::Io(io::Error::from_raw_os_error(number));
    }
    let path = path.display();
    Error::TlsSettings(format!("{variable}={path} cannot be read: {error}"))
}

/// The system's own file may have certificates that rustls does not support, so they are not checked here.
fn check_file(path: &Path) -> io::Result<()> {
    certificates_in(path).and_then(refuse_none).map(drop)
}

fn certificates_in(path: &Path) -> io::Result<Vec<Certificate>> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| match error {
            pem::Error::Io(error) => error,
            pem::Error::MissingSectionEnd { .. } => invalid("a certificate has no END line"),
            pem::Error::IllegalSectionStart { .. } => invalid("a BEGIN line is malformed"),
            error => invalid(error),
        })
}

fn invalid(reason: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.to_string())
}

fn refuse_none(certificates: Vec<Certificate>) -> io::Result<Vec<Certificate>> {
    if certificates.is_empty() {
        return Err(invalid("no certificate in PEM form found"));
    }
    Ok(certificates)
}

/// Reads the certificates of a PEM file, or of all PEM files in a folder, with any file names.
///
/// # Errors
///
/// For a path that cannot be read, a file that is not PEM, a certificate that cannot be parsed, and when there is no
/// certificate.
pub fn read_certificates(path: &Path) -> io::Result<Vec<Certificate>> {
    if path.is_dir() {
        return certificates_in_folder(path).and_then(refuse_none);
    }
    let certificates = certificates_in(path).and_then(refuse_none)?;
    if certificates
        .iter()
        .any(|certificate| !is_usable(certificate))
    {
        return Err(invalid("a certificate cannot be parsed"));
    }
    Ok(certificates)
}

fn is_usable(certificate: &Certificate) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}

/// Files that are not certificates are skipped.
fn certificates_in_folder(path: &Path) -> io::Result<Vec<Certificate>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        if !path.is_file() {
            continue;
        }
        match certificates_in(&path) {
            Err(error) if is_out_of_descriptors(&error) => return Err(error),
            certificates => {
                let certificates = certificates.unwrap_or_default();
                found.extend(certificates.into_iter().filter(is_usable));
            }
        }
    }
    // The hashed names for OpenSSL are mostly links to files in the same folder.
    found.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
    found.dedup();
    Ok(found)
}
