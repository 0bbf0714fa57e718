//! The algorithms of certificates and keys: their names, and whether rustls with ring supports them.

/// The key types that certificates of servers and authorities may have.
pub(crate) const SUPPORTED_KEYS: &str = "RSA of 2048 to 8192 bits, P-256, P-384 or Ed25519";
/// The key types that client certificates may have.
pub(crate) const SUPPORTED_PRIVATE_KEYS: &str = "RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519";

const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
const ELLIPTIC: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
const ED25519: &[u8] = b"\x2b\x65\x70";
const P256: &[u8] = b"\x2a\x86\x48\xce\x3d\x03\x01\x07";
const P384: &[u8] = b"\x2b\x81\x04\x00\x22";

/// Object identifiers in DER, without tag and length.
const NAMES: &[(&[u8], &str)] = &[
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x02", "RSA with MD2"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04", "RSA with MD5"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", "RSA with SHA-1"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", "RSA-PSS"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e", "RSA with SHA-224"),
    (
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0f",
        "RSA with SHA-512/224",
    ),
    (
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x10",
        "RSA with SHA-512/256",
    ),
    (b"\x2a\x86\x48\xce\x3d\x04\x01", "ecdsa-with-SHA1"),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x01", "ecdsa-with-SHA224"),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x04", "ecdsa-with-SHA512"),
    (
        b"\x60\x86\x48\x01\x65\x03\x04\x03\x09",
        "ecdsa-with-SHA3-224",
    ),
    (
        b"\x60\x86\x48\x01\x65\x03\x04\x03\x0a",
        "ecdsa-with-SHA3-256",
    ),
    (
        b"\x60\x86\x48\x01\x65\x03\x04\x03\x0b",
        "ecdsa-with-SHA3-384",
    ),
    (
        b"\x60\x86\x48\x01\x65\x03\x04\x03\x0c",
        "ecdsa-with-SHA3-512",
    ),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x0d", "RSA with SHA3-224"),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x0e", "RSA with SHA3-256"),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x0f", "RSA with SHA3-384"),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x10", "RSA with SHA3-512"),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x11", "ML-DSA-44"),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x12", "ML-DSA-65"),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x13", "ML-DSA-87"),
    (b"\x2a\x86\x48\xce\x38\x04\x01", "DSA"),
    (b"\x2a\x86\x48\xce\x38\x04\x03", "DSA with SHA-1"),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x01", "DSA with SHA-224"),
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x02", "DSA with SHA-256"),
    (b"\x2b\x65\x71", "Ed448"),
    (b"\x2a\x81\x1c\xcf\x55\x01\x83\x75", "SM2 with SM3"),
    (b"\x2a\x81\x1c\xcf\x55\x01\x82\x2d", "SM2"),
    (b"\x2a\x86\x48\xce\x3d\x03\x01\x01", "P-192"),
    (b"\x2b\x81\x04\x00\x21", "P-224"),
    (b"\x2b\x81\x04\x00\x23", "P-521"),
    (b"\x2b\x81\x04\x00\x0a", "secp256k1"),
    (b"\x2b\x24\x03\x03\x02\x08\x01\x01\x07", "brainpoolP256r1"),
    (b"\x2b\x24\x03\x03\x02\x08\x01\x01\x0b", "brainpoolP384r1"),
    (b"\x2b\x24\x03\x03\x02\x08\x01\x01\x0d", "brainpoolP512r1"),
];

/// The name of an algorithm. `identifier` is the contents of an AlgorithmIdentifier (RFC 5280, 4.1.1.2).
pub(crate) fn name(identifier: &[u8]) -> String {
    read(identifier, OBJECT_IDENTIFIER)
        .map_or_else(|| "unknown".into(), |(identifier, _)| name_of(identifier))
}

/// The contents of the AlgorithmIdentifier with which a certificate is signed.
pub(crate) fn signature_of(certificate: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = read(certificate, SEQUENCE)?;
    let (_, rest) = read(certificate, SEQUENCE)?;
    Some(read(rest, SEQUENCE)?.0)
}

/// The name of an unsupported key. `info` is the contents of a SubjectPublicKeyInfo (RFC 5280, 4.1.2.7). `None` for a
/// supported key.
pub(crate) fn unsupported_key(info: &[u8]) -> Option<String> {
    let (algorithm, rest) = read(info, SEQUENCE)?;
    unsupported(algorithm, 2048..=8192, || {
        // The first byte of a bit string counts its unused bits.
        let (_, key) = read(rest, BIT_STRING)?.0.split_first()?;
        let (modulus, _) = read(read(key, SEQUENCE)?.0, INTEGER)?;
        Some(bits(modulus))
    })
}

/// The name of an unsupported private key in PKCS #8 (RFC 5208). `None` for a supported key.
pub(crate) fn unsupported_private_key(pkcs8: &[u8]) -> Option<String> {
    let (_, rest) = read(read(pkcs8, SEQUENCE)?.0, INTEGER)?;
    let (algorithm, rest) = read(rest, SEQUENCE)?;
    unsupported(algorithm, 2048..=4096, || {
        let (key, _) = read(rest, OCTET_STRING)?;
        let (_, rest) = read(read(key, SEQUENCE)?.0, INTEGER)?;
        let (modulus, _) = read(rest, INTEGER)?;
        Some(bits(modulus))
    })
}

/// The contents of a DER sequence.
pub(crate) fn contents(sequence: &[u8]) -> Option<&[u8]> {
    read(sequence, SEQUENCE).map(|(contents, _)| contents)
}

fn unsupported(
    algorithm: &[u8],
    rsa_sizes: std::ops::RangeInclusive<usize>,
    rsa_size: impl Fn() -> Option<usize>,
) -> Option<String> {
    let (identifier, parameters) = read(algorithm, OBJECT_IDENTIFIER)?;
    match identifier {
        ED25519 => None,
        RSA => {
            let size = rsa_size().filter(|size| !rsa_sizes.contains(size))?;
            Some(format!("{size}-bit RSA"))
        }
        ELLIPTIC => match read(parameters, OBJECT_IDENTIFIER) {
            Some((P256 | P384, _)) => None,
            Some((curve, _)) => Some(name_of(curve)),
            None => Some("explicit elliptic curve".into()),
        },
        _ => Some(name_of(identifier)),
    }
}

fn name_of(identifier: &[u8]) -> String {
    NAMES
        .iter()
        .find(|(other, _)| *other == identifier)
        .map_or_else(|| dotted(identifier), |(_, name)| (*name).to_owned())
}

/// An object identifier as numbers (X.690, 8.19).
fn dotted(identifier: &[u8]) -> String {
    let mut numbers = Vec::new();
    let mut number = 0_u64;
    for byte in identifier {
        number = number.wrapping_mul(128) | u64::from(byte & 127);
        if byte & 128 == 0 {
            numbers.push(number);
            number = 0;
        }
    }
    let Some((first, rest)) = numbers.split_first() else {
        return "unknown".into();
    };
    let root = (first / 40).min(2);
    let parts = [root, first - root * 40]
        .into_iter()
        .chain(rest.iter().copied());
    parts
        .map(|part| part.to_string())
        .collect::<Vec<_>>()
        .join(".")
}

fn bits(integer: &[u8]) -> usize {
    let zeros = integer.iter().take_while(|&&byte| byte == 0).count();
    let significant = &integer[zeros..];
    let leading = significant.first().map_or(0, |byte| byte.leading_zeros());
    significant.len() * 8 - leading as usize
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// The contents of a DER element with this tag, and the bytes after it (X.690, 8.1).
fn read(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[actual, first], rest) = input.split_first_chunk::<2>()?;
    if actual != tag {
        return None;
    }
    let (length, rest) = match first {
        0..=127 => (usize::from(first), rest),
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 127))?;
            let append = |number: usize, &byte: &u8| (number << 8) | usize::from(byte);
            (length.iter().fold(0, append), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_algorithms_by_name_or_number() {
        for (identifier, expected) in [
            (
                &b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04"[..],
                "ecdsa-with-SHA512",
            ),
            (
                b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00",
                "RSA with SHA-1",
            ),
            (b"\x06\x03\x2b\x65\x71", "Ed448"),
            (
                b"\x06\x08\x2a\x85\x03\x07\x01\x01\x03\x02",
                "1.2.643.7.1.1.3.2",
            ),
            (b"\x06\x03\x88\x37\x03", "2.999.3"),
            (b"\x06\x00", "unknown"),
            (b"\x06\x05\x2b", "unknown"),
            (b"\x05\x00", "unknown"),
            (b"", "unknown"),
        ] {
            assert_eq!(name(identifier), expected, "{identifier:x?}");
        }
    }

    #[test]
    fn names_unsupported_curves() {
        let key = |curve: &[u8]| {
            let identifiers = [&b"\x06\x07"[..], ELLIPTIC, &[6, curve.len() as u8], curve].concat();
            [&[SEQUENCE, identifiers.len() as u8], &identifiers[..]].concat()
        };
        assert_eq!(unsupported_key(&key(P256)), None);
        assert_eq!(unsupported_key(&key(P384)), None);
        let p521 = key(b"\x2b\x81\x04\x00\x23");
        assert_eq!(unsupported_key(&p521).as_deref(), Some("P-521"));
    }

    #[test]
    fn counts_the_bits_of_integers() {
        for (integer, expected) in [
            (&b""[..], 0),
            (b"\0", 0),
            (b"\x01", 1),
            (b"\0\x80", 8),
            (b"\x01\0", 9),
        ] {
            assert_eq!(bits(integer), expected, "{integer:x?}");
        }
    }

    #[test]
    fn malformed_input_is_not_an_unsupported_key() {
        for input in [
            &b""[..],
            b"\x30",
            b"\x30\x05\x06",
            b"\x30\x80\0\0",
            b"\x30\x85\0\0\0\0\0",
            b"\x30\x84\xff\xff\xff\xff",
        ] {
            assert_eq!(unsupported_key(input), None);
            assert_eq!(unsupported_private_key(input), None);
            assert_eq!(signature_of(input), None);
        }
    }
}
