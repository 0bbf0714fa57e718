//! Keeps the prepared secrets of the last signatures.

use std::sync::Mutex;

use crate::signature::Signer;

/// How many secrets are kept. A process signs for one application, or for one of each tenant or region.
const KEPT: usize = 16;

/// The last used one comes first.
static RECENT: Mutex<Vec<Signer>> = Mutex::new(Vec::new());

/// Calls `sign` with a signer for a secret.
pub(crate) fn with_signer<T>(secret: &[u8], sign: impl FnOnce(&Signer) -> T) -> T {
    // Preparing a secret takes less time than waiting for another thread. After a fork that thread does not exist.
    let Ok(mut recent) = RECENT.try_lock() else {
        return sign(&Signer::new(secret));
    };
    match recent.iter().position(|signer| signer.is_for(secret)) {
        Some(index) => recent[..=index].rotate_right(1),
        None => {
            recent.truncate(KEPT - 1);
            recent.insert(0, Signer::new(secret));
        }
    }
    sign(&recent[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature_of(secret: &[u8]) -> String {
        with_signer(secret, |signer| signer.sign(b"string"))
    }

    #[test]
    fn each_secret_has_its_own_signer() {
        let secrets: Vec<[u8; 1]> = (0..=2 * KEPT as u8).map(|byte| [byte]).collect();
        let expected: Vec<_> = secrets
            .iter()
            .map(|secret| Signer::new(secret).sign(b"string"))
            .collect();
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            for index in order.into_iter().chain(0..secrets.len()) {
                assert_eq!(signature_of(&secrets[index]), expected[index]);
            }
        }
    }

    #[test]
    fn signs_while_another_thread_signs() {
        let signature = signature_of(b"secret");
        with_signer(b"secret", |_| {
            let other = std::thread::spawn(|| signature_of(b"secret"));
            assert_eq!(other.join().unwrap(), signature);
        });
    }
}
