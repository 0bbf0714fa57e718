//! Sources of root certificates: the environment, the system, the bundle.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::support::Authority;
use crate::Error;
use crate::http::roots::{Locations, load, read_certificates};

/// A temporary folder.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("pusher-core-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    /// A folder with the certificate of a new authority.
    fn with_authority() -> Self {
        let folder = Self::new();
        folder.add_authority("authority.pem");
        folder
    }

    fn add_authority(&self, name: &str) -> PathBuf {
        let encoded = STANDARD.encode(Authority::named(name).certificate());
        self.add(
            name,
            format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n"),
        )
    }

    fn add(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn locations(file: Option<&Path>, folders: &[&Folder]) -> Locations {
    Locations {
        file: file.map(Path::to_owned),
        folders: folders.iter().map(|folder| folder.0.clone()).collect(),
    }
}

/// A system with a file of two certificates and a folder of one.
struct System {
    file: PathBuf,
    folder: Folder,
    _other: Folder,
}

impl System {
    fn new() -> Self {
        let other = Folder::new();
        let texts = ["1", "2"].map(|name| fs::read(other.add_authority(name)).unwrap());
        Self {
            file: other.add("bundle.pem", texts.concat()),
            folder: Folder::with_authority(),
            _other: other,
        }
    }

    fn locations(&self) -> Locations {
        locations(Some(&self.file), &[&self.folder])
    }
}

#[test]
fn the_systems_roots_are_the_default() {
    let roots = load(Locations::default(), System::new().locations()).unwrap();
    assert_eq!(roots.len(), 3);
}

#[test]
fn the_bundled_roots_are_used_when_the_system_has_none() {
    let empty = Folder::new();
    let roots = load(Locations::default(), locations(None, &[&empty])).unwrap();
    assert_eq!(roots.len(), webpki_roots::TLS_SERVER_ROOTS.len());
}

#[test]
fn a_configured_file_replaces_only_the_systems_file() {
    let (system, mine) = (System::new(), Folder::new());
    let file = mine.add_authority("mine.pem");
    assert_eq!(
        load(locations(Some(&file), &[]), system.locations())
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn configured_folders_replace_only_the_systems_folders() {
    let system = System::new();
    let (one, other) = (Folder::with_authority(), Folder::with_authority());
    other.add("README", "Not a certificate.");
    let roots = load(locations(None, &[&one, &other]), system.locations()).unwrap();
    assert_eq!(roots.len(), 4);
}

#[test]
fn a_certificate_in_several_locations_counts_once() {
    let folder = Folder::with_authority();
    let file = folder.0.join("authority.pem");
    let copy = Folder::new();
    copy.add("copy.pem", fs::read(&file).unwrap());
    let roots = load(
        locations(Some(&file), &[&folder, &copy]),
        Locations::default(),
    )
    .unwrap();
    assert_eq!(roots.len(), 1);
}

#[test]
fn the_bundled_roots_never_replace_a_configured_location() {
    let empty = Folder::new();
    assert!(
        load(locations(None, &[&empty]), Locations::default())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn the_error_for_an_unreadable_location_names_it() {
    let (system, folder) = (System::new(), Folder::with_authority());
    let missing = folder.0.join("missing.pem");
    let broken = folder.add("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA");
    let empty = folder.add("empty.pem", "");
    let gone = Folder::new();
    fs::remove_dir(&gone.0).unwrap();
    let cases = [
        (
            locations(Some(&missing), &[]),
            "SSL_CERT_FILE",
            missing.as_path(),
        ),
        (
            locations(Some(&broken), &[]),
            "SSL_CERT_FILE",
            broken.as_path(),
        ),
        (
            locations(Some(&empty), &[]),
            "SSL_CERT_FILE",
            empty.as_path(),
        ),
        (
            locations(Some(&folder.0), &[]),
            "SSL_CERT_FILE",
            folder.0.as_path(),
        ),
        (
            locations(None, &[&folder, &gone]),
            "SSL_CERT_DIR",
            gone.0.as_path(),
        ),
    ];
    for (configured, variable, path) in cases {
        let Err(Error::TlsSettings(text)) = load(configured, system.locations()) else {
            panic!("{variable}={} is accepted", path.display());
        };
        let start = format!("{variable}={} cannot be read: ", path.display());
        assert!(text.starts_with(&start), "{text}");
    }
}

#[test]
fn each_certificate_of_a_folder_counts_once_with_any_file_name() {
    let folder = Folder::new();
    let path = folder.add_authority("one.pem");
    folder.add_authority("two");
    fs::copy(path, folder.0.join("0a1b2c3d.0")).unwrap();
    folder.add("README", "nothing");
    folder.add("broken.pem", "-----BEGIN CERTIFICATE-----\n!");
    fs::create_dir(folder.0.join("more")).unwrap();
    assert_eq!(read_certificates(&folder.0).unwrap().len(), 2);
}

#[test]
fn a_folder_without_certificates_is_an_error() {
    let folder = Folder::new();
    folder.add("README", "nothing");
    assert_eq!(
        read_certificates(&folder.0).unwrap_err().to_string(),
        "no certificate in PEM form found"
    );
}
