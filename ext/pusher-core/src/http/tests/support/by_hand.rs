//! TLS sessions that a test controls record by record.

use std::io::{Read, Write};
use std::net::TcpStream;

use rustls::ServerConnection;

use super::OK;

/// Reads one request without a body and replies.
pub fn reply_by_hand(session: &mut ServerConnection, socket: &mut TcpStream) {
    read_by_hand(session, socket);
    session.writer().write_all(OK).unwrap();
    socket.write_all(&encrypted(session)).unwrap();
}

/// Reads one request without a body.
pub fn read_by_hand(session: &mut ServerConnection, socket: &mut TcpStream) {
    let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        if let Ok(amount) = session.reader().read(&mut chunk) {
            request.extend_from_slice(&chunk[..amount]);
        }
        if request.ends_with(b"\r\n\r\n") {
            return;
        }
        assert!(session.read_tls(socket).unwrap() > 0);
        session.process_new_packets().unwrap();
    }
}

/// The records that the session has to send.
pub fn encrypted(session: &mut ServerConnection) -> Vec<u8> {
    let mut bytes = Vec::new();
    while session.wants_write() {
        session.write_tls(&mut bytes).unwrap();
    }
    bytes
}
