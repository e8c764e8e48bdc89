//! One request on a plain connection: for setting up, not for measuring.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Sends a request on a connection of its own; its status.
pub fn once(address: &str, request: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.write_all(request).ok()?;
    let mut buffer = [0; 64];
    let mut held = 0;
    while held < 12 {
        let read = stream.read(buffer.get_mut(held..)?).ok()?;
        if read == 0 {
            return None;
        }
        held += read;
    }
    std::str::from_utf8(buffer.get(9..12)?).ok()?.parse().ok()
}
