//! Only `src/http/protocol/reply_reader.rs` may use ureq-proto.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn nothing_outside_the_reply_reader_names_ureq() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let reader = root.join("src/http/protocol/reply_reader.rs");
    let users: Vec<_> = ["src", "examples", "../pusher/src"]
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
        .filter(|path| names_ureq(path))
        .collect();
    assert_eq!(users, [reader]);
}

fn names_ureq(path: &Path) -> bool {
    let text = fs::read_to_string(path).expect("a source file");
    text.to_lowercase().contains("ureq")
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
