//! Encrypted data from others, and data that is encrypted and decrypted again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pusher_core::encryption::{decode_master_key, encode, open, seal, shared_secret};

fuzz_target!(|data: &[u8]| {
    // The key of the message in the corpus.
    let secret = shared_secret(
        b"pvUPIk0YG6MnxCEMIUUVFrbDmQwbhICXUcy",
        "OTk5".repeat(8).as_bytes(),
    );
    if let Ok(opened) = open(&secret, data) {
        assert_eq!(opened, b"kkkT5OOkOkO5kT5TOO5TkOT5TTk5O55T");
    }
    if let Ok(key) = decode_master_key(data) {
        assert_eq!(encode(&key).as_bytes(), data);
    }
    let sealed = seal(&secret, data).expect("random bytes");
    assert_eq!(open(&secret, sealed.as_bytes()).expect("the data"), data);
    change(&sealed, data, |changed| open(&secret, changed).ok());
});

/// Changes one byte, which the data chooses: the result is an error or the same data (the spelling of JSON can differ).
fn change(sealed: &str, data: &[u8], open: impl Fn(&[u8]) -> Option<Vec<u8>>) {
    let [first, second, third, ..] = *data else {
        return;
    };
    let mut changed = sealed.as_bytes().to_vec();
    let index = usize::from(u16::from_be_bytes([first, second])) % changed.len();
    changed[index] = third;
    if let Some(opened) = open(&changed) {
        assert_eq!(opened, data);
    }
}
