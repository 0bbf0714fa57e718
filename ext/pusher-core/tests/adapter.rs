//! Only the adapter in `src/http/ureq` may use ureq.

use std::fs;
use std::path::{Path, PathBuf};

/// References to the adapter itself.
const ALLOWED: [&str; 2] = ["mod ureq;", "self::ureq::"];

#[test]
fn nothing_outside_the_adapter_names_ureq() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let adapter = root.join("src/http/ureq");
    let (inside, outside): (Vec<_>, Vec<_>) = ["src", "examples", "../pusher/src"]
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
        .partition(|path| path.starts_with(&adapter));
    assert!(inside.iter().any(|path| names_ureq(path)), "{adapter:?}");
    let offenders: Vec<_> = outside.iter().filter(|path| names_ureq(path)).collect();
    assert!(offenders.is_empty(), "{offenders:?}");
}

fn names_ureq(path: &Path) -> bool {
    let text = fs::read_to_string(path).expect("a source file");
    let rest = ALLOWED
        .iter()
        .fold(text, |text, allowed| text.replace(allowed, ""));
    rest.to_lowercase().contains("ureq")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}
