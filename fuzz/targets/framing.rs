//! Valid replies, framed and cut into writes in any way: the client must read exactly what the server means.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use pusher_core::http::{Agent, Settings, Waiter};
use pusher_fuzz::{Peer, Step, request};

static PEER: LazyLock<Arc<Peer>> = LazyLock::new(Arc::default);

/// What the client must return.
struct Expected {
    status: u16,
    body: Vec<u8>,
    closes: bool,
}

fuzz_target!(|data: &[u8]| {
    check(&mut Unstructured::new(data)).ok();
});

fn check(input: &mut Unstructured<'_>) -> Result<()> {
    let (mut steps, mut sent, mut replies) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..input.int_in_range(1..=3)? {
        let mut bytes = Vec::new();
        let expected = write_reply(input, &mut bytes)?;
        let writes = cut(input, &bytes)?;
        sent.extend(writes.iter().cloned());
        steps.extend(writes.into_iter().map(Step::Send));
        if expected.closes {
            steps.push(Step::Close);
        }
        replies.push(expected);
    }
    PEER.play(steps);
    let agent = Agent::new(Settings::default(), PEER.clone() as Arc<dyn Waiter>);
    let mut connections = 1;
    for expected in replies {
        let reply = agent.send(&request("POST", "http://host/", Some(b"{}")));
        let reply = reply.unwrap_or_else(|error| panic!("{error}: {}", shown(&sent)));
        assert_eq!(reply.status, expected.status, "{}", shown(&sent));
        assert!(reply.body == expected.body, "{}", shown(&sent));
        assert_eq!(reply.attempts, 1, "{}", shown(&sent));
        assert_eq!(PEER.connections(), connections, "{}", shown(&sent));
        connections += usize::from(expected.closes);
    }
    Ok(())
}

fn shown(writes: &[Vec<u8>]) -> String {
    let writes = writes.iter().map(|write| write.escape_ascii().to_string());
    writes.collect::<Vec<_>>().join("\n")
}

fn write_reply(input: &mut Unstructured<'_>, out: &mut Vec<u8>) -> Result<Expected> {
    if input.ratio(1, 8)? {
        out.extend_from_slice(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    }
    let status = input.int_in_range(200..=599)?;
    let has_body = ![204, 205, 304].contains(&status);
    let mut body = if has_body {
        some_bytes(input)?
    } else {
        Vec::new()
    };
    let mut fields = vec![String::from("Server: s")];
    let mut content = body.clone();
    let mut closes = input.ratio(1, 4)?;
    if closes {
        fields.push("Connection: close".into());
    }
    match input.int_in_range(0..=2)? {
        _ if !has_body => fields.push("Content-Length: 0".into()),
        0 => fields.push(format!("Content-Length: {}", body.len())),
        1 => {
            fields.push(
                ["Transfer-Encoding: chunked", "transfer-encoding:Chunked"]
                    [usize::from(input.ratio(1, 2)?)]
                .into(),
            );
            (body, content) = chunks(input, &body)?;
        }
        _ => closes = true,
    }
    for _ in 0..input.int_in_range(0..=3)? {
        let value = ["", " ", "a", "\tb c ", ": \u{e9}"];
        fields.push(format!(
            "X-{}:{}",
            input.int_in_range(0..=9)?,
            input.choose(&value)?
        ));
    }
    let first = input.choose_index(fields.len())?;
    fields.rotate_left(first);
    let reason = input.choose(&["OK", "", "Not \u{e9} Found"])?;
    out.extend_from_slice(
        format!(
            "HTTP/1.1 {status} {reason}\r\n{}\r\n\r\n",
            fields.join("\r\n")
        )
        .as_bytes(),
    );
    out.extend_from_slice(&content);
    Ok(Expected {
        status,
        body,
        closes,
    })
}

/// A chunked body: what it means, and what it looks like.
fn chunks(input: &mut Unstructured<'_>, body: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut out = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (chunk, tail) = rest.split_at(input.int_in_range(1..=rest.len())?);
        let size = match input.int_in_range(0..=3)? {
            0 => format!("{:x}", chunk.len()),
            1 => format!("{:X}", chunk.len()),
            2 => format!("000{:x}", chunk.len()),
            _ => format!("{:x};name=\"value\"", chunk.len()),
        };
        out.extend_from_slice(size.as_bytes());
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
        rest = tail;
    }
    out.extend_from_slice(b"0\r\n");
    if input.ratio(1, 4)? {
        out.extend_from_slice(b"Trailer-Field: value\r\n");
    }
    out.extend_from_slice(b"\r\n");
    Ok((body.to_vec(), out))
}

fn some_bytes(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let length = input.int_in_range(0..=300)?;
    let bytes = input.bytes(length.min(input.len()))?;
    // Some bodies are larger than a read.
    Ok(bytes.repeat(if input.ratio(1, 8)? { 500 } else { 1 }))
}

fn cut(input: &mut Unstructured<'_>, bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
    let mut writes = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let longest = if input.ratio(1, 2)? {
            rest.len()
        } else {
            rest.len().min(20)
        };
        let length = if input.is_empty() {
            rest.len()
        } else {
            input.int_in_range(1..=longest)?
        };
        let (write, tail) = rest.split_at(length);
        writes.push(write.to_vec());
        rest = tail;
    }
    Ok(writes)
}
