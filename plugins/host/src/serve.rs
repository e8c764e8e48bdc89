//! The plugin's side of the socket: load, then one call after another until told to finish.
//!
//! It reads and writes with plain blocking calls. The register's side never blocks, so neither can
//! wait for the other for ever.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde::Serialize;

use crate::frame::{self, Decoder, Frame, Kind, PROTOCOL};
use crate::handshake::{CallFailure, Hello, Refusal};
use crate::instance::Instance;
use crate::load::load;
use crate::spec::{FailureKind, RefusalCode};

/// Bytes read at once.
const READ_BYTES: usize = 64 * 1024;

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Served {
    /// Told to finish, or the other side is gone.
    Finished,
    /// The library was refused; the other side was told.
    Refused,
    /// The plugin panicked; the other side was told.
    Panicked,
    /// The other side does not speak as it should.
    Broken,
}

/// One end of the socket, with what was read but not used yet.
struct Channel {
    socket: UnixStream,
    decoder: Decoder,
    buffer: Vec<u8>,
}

impl Channel {
    /// The next frame; `None` if the other side is gone or does not make sense.
    fn read(&mut self) -> Option<Frame> {
        loop {
            match self.decoder.next() {
                Ok(Some(frame)) => return Some(frame),
                Ok(None) => {}
                Err(_) => return None,
            }
            match self.socket.read(&mut self.buffer) {
                Ok(0) => return None,
                Ok(bytes) => self.decoder.push(self.buffer.get(..bytes)?),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }

    fn write(&mut self, kind: Kind, ticket: u64, body: &[u8]) -> Option<()> {
        write_frame(&self.socket, kind, ticket, body)
    }

    fn write_json(&mut self, kind: Kind, ticket: u64, body: &impl Serialize) -> Option<()> {
        self.write(kind, ticket, &serde_json::to_vec(body).ok()?)
    }
}

fn write_frame(mut socket: &UnixStream, kind: Kind, ticket: u64, body: &[u8]) -> Option<()> {
    let mut bytes = Vec::new();
    frame::encode(&mut bytes, kind, ticket, body).ok()?;
    socket.write_all(&bytes).ok()
}

/// Serves one plugin over a socket. `prepare` runs after the first frame and before anything of the
/// plugin: the place to give up rights.
pub(crate) fn serve(
    socket: UnixStream,
    prepare: impl FnOnce(&Hello) -> Result<(), Refusal>,
) -> Served {
    let mut channel = Channel { socket, decoder: Decoder::default(), buffer: vec![0; READ_BYTES] };
    let Some(Frame { kind: Kind::Hello, body, .. }) = channel.read() else {
        return Served::Broken;
    };
    let started = hello(&body)
        .and_then(|hello| prepare(&hello).map(|()| hello))
        .and_then(|hello| start(&mut channel, &hello));
    let mut instance = match started {
        Ok(instance) => instance,
        Err(refusal) => {
            let _ = channel.write_json(Kind::Refused, 0, &refusal);
            return Served::Refused;
        }
    };
    loop {
        let Some(frame) = channel.read() else {
            return Served::Finished;
        };
        let hook = match frame.kind {
            Kind::Call(hook) => hook,
            Kind::Bye => return Served::Finished,
            _ => return Served::Broken,
        };
        let result = {
            let mut log = log_frames(&channel.socket);
            instance.call(hook, &frame.body, &mut log)
        };
        let sent = match &result {
            Ok(answer) => channel.write(Kind::Answered, frame.ticket, answer),
            Err(failure) => channel.write_json(Kind::Failed, frame.ticket, failure),
        };
        if matches!(&result, Err(CallFailure { kind: FailureKind::Panic, .. })) {
            return Served::Panicked;
        }
        if sent.is_none() {
            return Served::Finished;
        }
    }
}

/// Sends a plugin's log lines to the other side.
fn log_frames(socket: &UnixStream) -> impl FnMut(i32, &str) {
    |level, text| {
        let level = u64::from(level.clamp(0, 9).unsigned_abs());
        let _ = write_frame(socket, Kind::Log, level, text.as_bytes());
    }
}

fn hello(body: &[u8]) -> Result<Hello, Refusal> {
    let refuse = |reason| Err(Refusal::new(RefusalCode::Protocol, reason));
    match serde_json::from_slice::<Hello>(body) {
        Ok(hello) if hello.protocol == PROTOCOL => Ok(hello),
        Ok(hello) => refuse(format!(
            "the register speaks version {} of the private frames, its plugin host {PROTOCOL}; \
             both must be the same build, restart the register",
            hello.protocol
        )),
        Err(error) => refuse(format!("the first frame cannot be read: {error}")),
    }
}

/// Loads, compares the name, creates, and says so.
fn start(channel: &mut Channel, hello: &Hello) -> Result<Instance, Refusal> {
    let sha256 = parse_hash(&hello.sha256)
        .ok_or_else(|| Refusal::new(RefusalCode::Protocol, "the hash cannot be read"))?;
    let loaded = load(Path::new(&hello.library), sha256)?;
    if loaded.info.name != hello.name {
        let reason = format!(
            "the library says it is `{}`, it is admitted as `{}`",
            loaded.info.name, hello.name
        );
        return Err(Refusal::new(RefusalCode::Name, reason));
    }
    let created = {
        let mut log = log_frames(&channel.socket);
        Instance::create(loaded.descriptor, hello.config.as_bytes(), &mut log)
    };
    let instance = created.map_err(|reason| {
        Refusal::new(RefusalCode::Create, format!("its `create` refused: {reason}"))
    })?;
    channel
        .write_json(Kind::Ready, 0, &loaded.info)
        .ok_or_else(|| Refusal::new(RefusalCode::Protocol, "the register is gone"))?;
    Ok(instance)
}

fn parse_hash(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(hash)
}
