//! Where root certificates come from: what is named, what the system has, what is bundled.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::support::Authority;
use crate::Error;
use crate::http::roots::{Places, load, read_certificates};

/// A folder of its own, removed at the end.
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

    /// With the certificate of an authority of its own.
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

fn places(file: Option<&Path>, folders: &[&Folder]) -> Places {
    Places {
        file: file.map(Path::to_owned),
        folders: folders.iter().map(|folder| folder.0.clone()).collect(),
    }
}

/// A system with a file of two certificates and a folder of one.
struct System {
    file: PathBuf,
    folder: Folder,
    _apart: Folder,
}

impl System {
    fn new() -> Self {
        let apart = Folder::new();
        let texts = ["1", "2"].map(|name| fs::read(apart.add_authority(name)).unwrap());
        Self {
            file: apart.add("bundle.pem", texts.concat()),
            folder: Folder::with_authority(),
            _apart: apart,
        }
    }

    fn places(&self) -> Places {
        places(Some(&self.file), &[&self.folder])
    }
}

#[test]
fn the_systems_are_taken_where_none_are_named() {
    let roots = load(Places::default(), System::new().places()).unwrap();
    assert_eq!(roots.len(), 3);
}

#[test]
fn the_bundled_ones_are_taken_where_the_system_has_none() {
    let empty = Folder::new();
    let roots = load(Places::default(), places(None, &[&empty])).unwrap();
    assert_eq!(roots.len(), webpki_roots::TLS_SERVER_ROOTS.len());
}

#[test]
fn a_named_file_replaces_the_systems_file_alone() {
    let (system, mine) = (System::new(), Folder::new());
    let file = mine.add_authority("mine.pem");
    assert_eq!(
        load(places(Some(&file), &[]), system.places())
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn named_folders_replace_the_systems_folder_alone() {
    let system = System::new();
    let (one, other) = (Folder::with_authority(), Folder::with_authority());
    other.add("README", "Not a certificate.");
    let roots = load(places(None, &[&one, &other]), system.places()).unwrap();
    assert_eq!(roots.len(), 4);
}

#[test]
fn a_certificate_in_several_places_counts_once() {
    let folder = Folder::with_authority();
    let file = folder.0.join("authority.pem");
    let copy = Folder::new();
    copy.add("copy.pem", fs::read(&file).unwrap());
    let roots = load(places(Some(&file), &[&folder, &copy]), Places::default()).unwrap();
    assert_eq!(roots.len(), 1);
}

#[test]
fn what_is_named_is_never_replaced_by_the_bundled_ones() {
    let empty = Folder::new();
    assert!(
        load(places(None, &[&empty]), Places::default())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_named_place_that_cannot_be_read_is_an_error_that_names_it() {
    let (system, folder) = (System::new(), Folder::with_authority());
    let missing = folder.0.join("missing.pem");
    let broken = folder.add("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA");
    let gone = Folder::new();
    fs::remove_dir(&gone.0).unwrap();
    let cases = [
        (
            places(Some(&missing), &[]),
            "SSL_CERT_FILE",
            missing.as_path(),
        ),
        (
            places(Some(&broken), &[]),
            "SSL_CERT_FILE",
            broken.as_path(),
        ),
        (
            places(Some(&folder.0), &[]),
            "SSL_CERT_FILE",
            folder.0.as_path(),
        ),
        (
            places(None, &[&folder, &gone]),
            "SSL_CERT_DIR",
            gone.0.as_path(),
        ),
    ];
    for (named, variable, path) in cases {
        let Err(Error::Tls(text)) = load(named, system.places()) else {
            panic!("{variable} may name {}", path.display());
        };
        let start = format!(
            "{variable} names {}, which cannot be read: ",
            path.display()
        );
        assert!(text.starts_with(&start), "{text}");
    }
}

#[test]
fn the_certificates_of_a_folder_count_once_whatever_the_names_of_their_files() {
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
fn a_folder_without_certificates_is_refused() {
    let folder = Folder::new();
    folder.add("README", "nothing");
    assert_eq!(read_certificates(&folder.0).unwrap_err(), "there is none");
}
