//! The plugin's side of the socket: load, then one call after another until told to finish.
//!
//! It writes with plain blocking calls, and it reads without waiting as long as it holds a call. The
//! register's side never blocks, so neither can wait for the other for ever.
//!
//! What was sent is read before each call, so that a call that goes first overtakes, and one that was
//! cancelled is dropped, as long as it has not begun. Each answer is written before the next call
//! begins: the other side always knows which one runs.

use std::collections::VecDeque;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::net::RecvFlags;
use serde::Serialize;

use crate::cage::Closed;
use crate::courier::{self, Connector};
use crate::frame::{self, Decoder, Frame, Kind, PROTOCOL};
use crate::handshake::{Hello, Ready, Refusal};
use crate::instance::{Instance, Surroundings};
use crate::load::{load, verify};
use crate::spec::{FailureKind, RefusalCode};
use shouxin_plugin_wire::Hook;

/// Bytes read at once.
const READ_BYTES: usize = 64 * 1024;

/// Bytes of calls that are held beside the running one; beyond, nothing more is read until some of
/// them were worked on.
const HELD_BYTES_MAX: usize = 4 * 1024 * 1024;

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
    /// The first frame, and the descriptor that came with it.
    fn first(&mut self) -> Option<(Frame, Option<OwnedFd>)> {
        let mut given = None;
        loop {
            match self.decoder.next() {
                Ok(Some(frame)) => return Some((frame, given)),
                Ok(None) => {}
                Err(_) => return None,
            }
            let (bytes, with) =
                courier::receive(&self.socket, &mut self.buffer, RecvFlags::empty()).ok()?;
            given = with.or(given);
            if bytes == 0 {
                return None;
            }
            self.decoder.push(self.buffer.get(..bytes)?);
        }
    }

    /// Reads once; waits for it if told to. `None` if the other side is gone.
    fn read(&mut self, wait: bool) -> Option<()> {
        loop {
            let result = match wait {
                true => self.socket.read(&mut self.buffer),
                false => rustix::net::recv(&self.socket, &mut *self.buffer, RecvFlags::DONTWAIT)
                    .map(|(bytes, _)| bytes)
                    .map_err(std::io::Error::from),
            };
            match result {
                Ok(0) => return None,
                Ok(bytes) => {
                    self.decoder.push(self.buffer.get(..bytes)?);
                    return Some(());
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Some(()),
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

fn write_frame(socket: &UnixStream, kind: Kind, ticket: u64, body: &[u8]) -> Option<()> {
    let mut bytes = Vec::new();
    frame::encode(&mut bytes, kind, ticket, body).ok()?;
    write_all(socket, &bytes)
}

/// Writes as to a file: the cage lets that through without looking at its arguments, while a `send`
/// could name an address.
fn write_all(socket: &UnixStream, mut bytes: &[u8]) -> Option<()> {
    while !bytes.is_empty() {
        match rustix::io::write(socket, bytes) {
            Ok(written) => bytes = bytes.get(written..)?,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
        }
    }
    Some(())
}

/// A call that waits for its turn.
struct Waiting {
    /// Its place in the order in which calls were sent.
    place: u64,
    hook: Hook,
    ticket: u64,
    body: Vec<u8>,
}

/// Calls that have not begun.
#[derive(Default)]
struct Held {
    first: VecDeque<Waiting>,
    later: VecDeque<Waiting>,
    bytes: usize,
    places: u64,
}

impl Held {
    fn push(&mut self, hook: Hook, frame: Frame, first: bool) {
        self.places += 1;
        self.bytes += frame.body.len();
        let call = Waiting { place: self.places, hook, ticket: frame.ticket, body: frame.body };
        if first { self.first.push_back(call) } else { self.later.push_back(call) }
    }

    /// Takes the call whose turn it is, and whether one that was sent before it goes on waiting.
    fn next(&mut self) -> Option<(Waiting, bool)> {
        let (call, overtakes) = match self.first.pop_front() {
            Some(call) => {
                let overtakes = self.later.front().is_some_and(|other| other.place < call.place);
                (call, overtakes)
            }
            None => (self.later.pop_front()?, false),
        };
        self.bytes = self.bytes.saturating_sub(call.body.len());
        Some((call, overtakes))
    }

    /// Drops a call; false if there is none of this ticket.
    fn cancel(&mut self, ticket: u64) -> bool {
        for lane in [&mut self.first, &mut self.later] {
            let at = lane.iter().position(|call| call.ticket == ticket);
            if let Some(call) = at.and_then(|at| lane.remove(at)) {
                self.bytes = self.bytes.saturating_sub(call.body.len());
                return true;
            }
        }
        false
    }

    fn is_empty(&self) -> bool {
        self.first.is_empty() && self.later.is_empty()
    }
}

/// Serves one plugin over a socket. `courier` is the way to the network of a body that is a thread;
/// a process gets it with the first frame. `prepare` runs when the library was verified and before
/// anything of it runs: the place to give up rights.
pub(crate) fn serve(
    socket: UnixStream,
    courier: Option<OwnedFd>,
    prepare: impl FnOnce(&Hello) -> Result<Option<Closed>, Refusal>,
) -> Served {
    let mut channel = Channel { socket, decoder: Decoder::default(), buffer: vec![0; READ_BYTES] };
    let Some((Frame { kind: Kind::Hello, body, .. }, given)) = channel.first() else {
        return Served::Broken;
    };
    let mut connector = Connector::new(courier.or(given));
    let started = hello(&body).and_then(|hello| {
        let (instance, cage) = start(&mut channel, &mut connector, &hello, prepare)?;
        Ok((instance, cage, hello))
    });
    match started {
        Ok((instance, _cage, hello)) => {
            let (held, gated) = (Held::default(), hello.gated);
            let deadline = Duration::from_millis(hello.deadline_ms);
            let body = Body { channel, connector, instance, held, deadline, gated };
            body.work()
        }
        Err(refusal) => {
            let _ = channel.write_json(Kind::Refused, 0, &refusal);
            Served::Refused
        }
    }
}

/// A plugin that waits for calls.
struct Body {
    channel: Channel,
    connector: Connector,
    instance: Instance,
    held: Held,
    deadline: Duration,
    /// Whether it asks right before a call that begins something.
    gated: bool,
}

impl Body {
    fn work(mut self) -> Served {
        // What was answered and not written yet.
        let mut unwritten = Vec::new();
        loop {
            if let Err(served) = self.take(&mut unwritten) {
                return served;
            }
            let mut call = self.held.next();
            if let Some((next, _)) = &call
                && self.gated
                && matches!(next.hook, Hook::Execute | Hook::Resume)
            {
                let ticket = next.ticket;
                match self.may_begin(ticket, &mut unwritten) {
                    Ok(true) => {}
                    Ok(false) => call = None,
                    Err(served) => return served,
                }
            }
            if let Some((call, true)) = &call
                && frame::encode(&mut unwritten, Kind::Begun, call.ticket, &[]).is_err()
            {
                return Served::Broken;
            }
            if !unwritten.is_empty() {
                if write_all(&self.channel.socket, &unwritten).is_none() {
                    return Served::Finished;
                }
                unwritten.clear();
            }
            let Some((call, _)) = call else {
                continue;
            };
            match self.call(&call, &mut unwritten) {
                Some(true) => {}
                Some(false) => {
                    let _ = write_all(&self.channel.socket, &unwritten);
                    return Served::Panicked;
                }
                None => return Served::Broken,
            }
        }
    }

    /// Asks whether a call may still begin, and waits for the word: between it and the call lies
    /// nothing but the call itself.
    fn may_begin(&mut self, ticket: u64, unwritten: &mut Vec<u8>) -> Result<bool, Served> {
        frame::encode(unwritten, Kind::MayBegin, ticket, &[]).map_err(|_| Served::Broken)?;
        write_all(&self.channel.socket, unwritten).ok_or(Served::Finished)?;
        unwritten.clear();
        loop {
            // What was read before the question may hold calls and cancellations, not the word.
            while let Some(frame) = self.channel.decoder.next().map_err(|_| Served::Broken)? {
                match frame.kind {
                    Kind::Begin if frame.ticket == ticket => return Ok(true),
                    Kind::Cancel if frame.ticket == ticket => {
                        frame::encode(unwritten, Kind::Cancelled, ticket, &[])
                            .map_err(|_| Served::Broken)?;
                        return Ok(false);
                    }
                    _ => self.took(frame, unwritten)?,
                }
            }
            self.channel.read(true).ok_or(Served::Finished)?;
        }
    }

    /// Makes a call and notes its answer; false if the plugin panicked.
    fn call(&mut self, call: &Waiting, unwritten: &mut Vec<u8>) -> Option<bool> {
        let now = Instant::now();
        let mut log = log_frames(&self.channel.socket);
        let around = Surroundings {
            log: &mut log,
            connector: &mut self.connector,
            until: now.checked_add(self.deadline).unwrap_or(now),
        };
        match self.instance.call(call.hook, &call.body, around) {
            Ok(answer) => {
                frame::encode(unwritten, Kind::Answered, call.ticket, &answer).ok()?;
                Some(true)
            }
            Err(failure) => {
                let body = serde_json::to_vec(&failure).ok()?;
                frame::encode(unwritten, Kind::Failed, call.ticket, &body).ok()?;
                Some(failure.kind != FailureKind::Panic)
            }
        }
    }

    /// Takes what the other side sent. Waits for it only if there is nothing to do or to say.
    fn take(&mut self, unwritten: &mut Vec<u8>) -> Result<(), Served> {
        if self.held.bytes < HELD_BYTES_MAX {
            let idle = self.held.is_empty() && unwritten.is_empty();
            self.channel.read(idle).ok_or(Served::Finished)?;
        }
        loop {
            let frame = match self.channel.decoder.next() {
                Ok(Some(frame)) => frame,
                Ok(None) => return Ok(()),
                Err(_) => return Err(Served::Broken),
            };
            self.took(frame, unwritten)?;
        }
    }

    /// Takes one frame that is no word about a question.
    fn took(&mut self, frame: Frame, unwritten: &mut Vec<u8>) -> Result<(), Served> {
        match frame.kind {
            Kind::Call(hook) => self.held.push(hook, frame, false),
            Kind::First(hook) => self.held.push(hook, frame, true),
            Kind::Cancel if self.held.cancel(frame.ticket) => {
                frame::encode(unwritten, Kind::Cancelled, frame.ticket, &[])
                    .map_err(|_| Served::Broken)?;
            }
            // It was begun or answered meanwhile.
            Kind::Cancel => {}
            Kind::Bye => return Err(Served::Finished),
            _ => return Err(Served::Broken),
        }
        Ok(())
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

/// Verifies, gives up rights, loads, compares the name, creates, and says so.
fn start(
    channel: &mut Channel,
    connector: &mut Connector,
    hello: &Hello,
    prepare: impl FnOnce(&Hello) -> Result<Option<Closed>, Refusal>,
) -> Result<(Instance, Option<Closed>), Refusal> {
    let sha256 = parse_hash(&hello.sha256)
        .ok_or_else(|| Refusal::new(RefusalCode::Protocol, "the hash cannot be read"))?;
    let library = Path::new(&hello.library);
    let verified = verify(library, sha256)?;
    let cage = prepare(hello)?;
    let loaded = load(verified, library)?;
    if loaded.info.name != hello.name {
        let reason = format!(
            "the library says it is `{}`, it is admitted as `{}`",
            loaded.info.name, hello.name
        );
        return Err(Refusal::new(RefusalCode::Name, reason));
    }
    let created = {
        let mut log = log_frames(&channel.socket);
        let now = Instant::now();
        let deadline = Duration::from_millis(hello.start_deadline_ms);
        let around = Surroundings {
            log: &mut log,
            connector,
            until: now.checked_add(deadline).unwrap_or(now),
        };
        Instance::create(loaded.descriptor, hello.config.as_bytes(), around)
    };
    let instance = created.map_err(|reason| {
        Refusal::new(RefusalCode::Create, format!("its `create` refused: {reason}"))
    })?;
    let ready = Ready { abi: loaded.info, cage: cage.as_ref().map(|own| own.facts) };
    channel
        .write_json(Kind::Ready, 0, &ready)
        .ok_or_else(|| Refusal::new(RefusalCode::Protocol, "the register is gone"))?;
    Ok((instance, cage))
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

#[cfg(test)]
mod tests;
