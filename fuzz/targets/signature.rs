//! Parameters of queries: they are signed and sent with the same meaning, and a change is noticed.
#![no_main]

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use pusher_core::signature::{Params, Value, authenticate, sign, string_to_sign, verify};

fuzz_target!(|data: &[u8]| {
    check(&mut Unstructured::new(data)).ok();
});

fn check(input: &mut Unstructured<'_>) -> Result<()> {
    let (key, secret) = (short(input)?, short(input)?);
    let mut params = Params::new();
    for _ in 0..input.int_in_range(0..=6)? {
        let (name, value) = (short(input)?, short(input)?);
        match input.int_in_range(0..=3)? {
            0 => params.insert(name, Value::Many(vec![value.into(), short(input)?.into()])),
            1 => params.insert(name, Value::Many(Vec::new())),
            _ => params.insert(name, value),
        }
    }
    let path = String::from_utf8_lossy(short(input)?).into_owned();
    authenticate(&mut params, "POST", &path, key, secret, "1353088179");
    let keys: Vec<_> = params.iter().map(|(key, _)| key).collect();
    assert!(keys.is_sorted_by(|one, other| one < other), "{keys:?}");
    let query = params.to_query();
    assert_eq!(decode(&query), pairs(&params), "{query}");
    check_signature(&params, &path, secret);
    Ok(())
}

fn check_signature(params: &Params<'_>, path: &str, secret: &[u8]) {
    let string = string_to_sign("POST", path, params);
    let signature = sign(secret, &string);
    let sent = pairs(params)
        .into_iter()
        .find(|(key, _)| key == b"auth_signature");
    assert_eq!(
        sent.map(|(_, value)| value).as_deref(),
        Some(signature.as_bytes())
    );
    assert_eq!(
        verify(secret, &string, signature.as_bytes()),
        !secret.is_empty()
    );
    let mut changed = string.clone();
    changed[0] ^= 1;
    assert!(!verify(secret, &changed, signature.as_bytes()));
    assert!(!verify(
        &[secret, b"x"].concat(),
        &string,
        signature.as_bytes()
    ));
    assert!(!verify(secret, &string, &signature.as_bytes()[1..]));
}

/// What the parameters mean.
fn pairs(params: &Params<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut pairs = Vec::new();
    for (key, value) in params.iter() {
        match value {
            Value::One(value) => pairs.push((key.to_vec(), value.to_vec())),
            Value::Many(values) => {
                let key = [key, b"[]"].concat();
                pairs.extend(values.iter().map(|value| (key.clone(), value.to_vec())));
            }
        }
    }
    pairs
}

/// What a server reads from a query.
fn decode(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let is_allowed = |char: char| char.is_ascii_alphanumeric() || "_.-+%=&".contains(char);
    assert!(query.chars().all(is_allowed), "{query:?}");
    query
        .split('&')
        .map(|pair| pair.split_once('=').expect("a pair"))
        .map(|(key, value)| (unescape(key), unescape(value)))
        .collect()
}

fn unescape(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let plain = |part: &str| part.replace('+', " ").into_bytes();
    let mut bytes = plain(parts.next().unwrap_or_default());
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two hex digits"));
        bytes.extend(plain(&part[2..]));
    }
    bytes
}

fn short<'a>(input: &mut Unstructured<'a>) -> Result<&'a [u8]> {
    let length = input.int_in_range(0..=24)?;
    input.bytes(length.min(input.len()))
}
