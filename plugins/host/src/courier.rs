//! The way to the network: the register connects for a plugin, and hands the connection over.
//!
//! Beside the socket of frames there is a second one, of messages: the body asks with a name, the
//! register's courier answers with a code and, if that is [`GIVEN`], a descriptor. One courier
//! thread serves one plugin, over all its restarts, one request at a time; a name that resolves
//! slowly holds up that plugin's connections and nothing else.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};
use shouxin_plugin_abi as abi;

/// The longest name of a host, in bytes.
pub(crate) const NAME_BYTES_MAX: usize = 253;

/// The grants of one plugin.
pub(crate) const GRANTS_MAX: usize = 64;

/// Before the name: number of the request, milliseconds, port.
const REQUEST_HEADER_BYTES: usize = 8 + 4 + 2;

/// Number of the request, code.
const REPLY_BYTES: usize = 8 + 4;

/// The code of a reply that carries a connection.
const GIVEN: i32 = 0;

/// Bytes that wait in the courier's direction to the body: a few replies, so that a body that asks
/// and does not listen holds a few connections only.
const REPLIES_BYTES_MAX: usize = 4_608;

/// Makes the two ends: the courier's, the body's.
pub(crate) fn pair() -> std::io::Result<(OwnedFd, OwnedFd)> {
    let (ours, theirs) = rustix::net::socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )?;
    rustix::net::sockopt::set_socket_send_buffer_size(&ours, REPLIES_BYTES_MAX)?;
    Ok((ours, theirs))
}

/// Why a grant cannot be used; one sentence.
pub(crate) fn check_grant(grant: &str) -> Result<(), String> {
    let usable = grant.rsplit_once(':').is_some_and(|(host, port)| {
        let host = host.strip_prefix('[').and_then(|own| own.strip_suffix(']')).unwrap_or(host);
        let port = port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port);
        (1..=NAME_BYTES_MAX).contains(&host.len()) && port
    });
    match usable {
        true => Ok(()),
        false => Err(format!("the connection `{grant}` is no `host:port`")),
    }
}

/// The text of a grant for this host and port. An address of version 6 stands in brackets.
fn grant_text(host: &str, port: u16) -> String {
    match host.contains(':') && !host.starts_with('[') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    }
}

/// The body's end.
pub(crate) struct Connector {
    socket: Option<OwnedFd>,
    number: u64,
}

impl Connector {
    /// `None` if nothing is granted.
    pub(crate) fn new(socket: Option<OwnedFd>) -> Connector {
        Connector { socket, number: 0 }
    }

    /// Asks for a connection, and waits no longer than `timeout_ms` and `until`.
    ///
    /// # Errors
    /// One of the `CONNECT_*` values.
    pub(crate) fn connect(
        &mut self,
        host: &[u8],
        port: u16,
        timeout_ms: u32,
        until: Instant,
    ) -> Result<OwnedFd, i32> {
        if host.is_empty() || host.len() > NAME_BYTES_MAX || std::str::from_utf8(host).is_err() {
            return Err(abi::CONNECT_BAD_NAME);
        }
        let socket = self.socket.as_ref().ok_or(abi::CONNECT_NOT_GRANTED)?;
        let now = Instant::now();
        let rest = until.saturating_duration_since(now);
        let wait = rest.min(Duration::from_millis(u64::from(timeout_ms)));
        let until = now.checked_add(wait).unwrap_or(now);
        self.number += 1;
        let mut request = Vec::with_capacity(REQUEST_HEADER_BYTES + host.len());
        request.extend_from_slice(&self.number.to_le_bytes());
        let wait_ms = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
        request.extend_from_slice(&wait_ms.to_le_bytes());
        request.extend_from_slice(&port.to_le_bytes());
        request.extend_from_slice(host);
        // Full only if the courier is still busy with requests that were given up.
        rustix::net::send(socket, &request, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)
            .map_err(|_| abi::CONNECT_UNAVAILABLE)?;
        loop {
            if !readable(socket, until) {
                return Err(abi::CONNECT_TIMED_OUT);
            }
            let mut reply = [0; REPLY_BYTES];
            let (bytes, given) = receive(socket, &mut reply, RecvFlags::DONTWAIT)
                .map_err(|_| abi::CONNECT_UNAVAILABLE)?;
            if bytes == 0 {
                return Err(abi::CONNECT_UNAVAILABLE);
            }
            // An answer to an earlier request that was given up; its connection is closed here.
            if !reply.starts_with(&self.number.to_le_bytes()) {
                continue;
            }
            let code = reply.last_chunk::<4>().map_or(GIVEN, |code| i32::from_le_bytes(*code));
            return match (code, given) {
                (GIVEN, Some(connection)) => Ok(connection),
                // It was sent and found no free number here.
                (GIVEN, None) => Err(abi::CONNECT_UNAVAILABLE),
                (code, _) => Err(code),
            };
        }
    }
}

/// Waits until there is something to read; false if the time has come first.
fn readable(socket: &OwnedFd, until: Instant) -> bool {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let timeout = Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(left.subsec_nanos()),
        };
        let mut fds = [PollFd::new(socket, PollFlags::IN)];
        match rustix::event::poll(&mut fds, Some(&timeout)) {
            Ok(0) => return false,
            Ok(_) => return true,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// Receives a message and the descriptor with it, if there is one.
pub(crate) fn receive(
    socket: impl AsFd,
    buffer: &mut [u8],
    flags: RecvFlags,
) -> rustix::io::Result<(usize, Option<OwnedFd>)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = flags | RecvFlags::CMSG_CLOEXEC;
    let got = loop {
        let mut parts = [IoSliceMut::new(buffer)];
        match rustix::net::recvmsg(socket.as_fd(), &mut parts, &mut control, flags) {
            Err(rustix::io::Errno::INTR) => {}
            other => break other?,
        }
    };
    let mut given = None;
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            given = descriptors.last().or(given);
        }
    }
    Ok((got.bytes, given))
}

/// Sends bytes with a descriptor; says how many went.
pub(crate) fn send_with(
    socket: impl AsFd,
    bytes: &[u8],
    descriptor: Option<&OwnedFd>,
) -> rustix::io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let descriptors = descriptor.map(|own| [own.as_fd()]);
    if let Some(descriptors) = &descriptors {
        // The space was made for one, so that it fits.
        let _fits = control.push(SendAncillaryMessage::ScmRights(descriptors));
    }
    let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
    rustix::net::sendmsg(socket, &[IoSlice::new(bytes)], &mut control, flags)
}

/// The register's end: a thread that opens what is granted. It ends when this is dropped and the
/// body is gone.
pub(crate) struct Courier {
    next: Arc<Next>,
}

/// The socket to the newest body.
#[derive(Default)]
struct Next {
    slot: Mutex<Slot>,
    changed: Condvar,
}

#[derive(Default)]
struct Slot {
    socket: Option<OwnedFd>,
    closed: bool,
}

impl Courier {
    /// Starts the thread. No wait is longer than `wait_max`, whatever a body says.
    pub(crate) fn start(
        name: &str,
        grants: Vec<String>,
        wait_max: Duration,
    ) -> std::io::Result<Courier> {
        let next = Arc::<Next>::default();
        let own = Arc::clone(&next);
        std::thread::Builder::new().name(format!("plugin-net {name}")).spawn(move || {
            while let Some(socket) = own.wait() {
                serve(&socket, &grants, wait_max);
            }
        })?;
        Ok(Courier { next })
    }

    /// Gives it the socket to a new body; the old body is gone.
    pub(crate) fn serve(&self, socket: OwnedFd) {
        self.next.lock().socket = Some(socket);
        self.next.changed.notify_one();
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        // Not waited for: it may be asking for a name, and nothing can interrupt that.
        self.next.lock().closed = true;
        self.next.changed.notify_one();
    }
}

impl Next {
    fn lock(&self) -> std::sync::MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next socket; `None` once there will be none.
    fn wait(&self) -> Option<OwnedFd> {
        let mut slot = self.lock();
        loop {
            if slot.closed {
                return None;
            }
            if let Some(socket) = slot.socket.take() {
                return Some(socket);
            }
            slot = self.changed.wait(slot).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Answers requests until the other end is closed.
fn serve(socket: &OwnedFd, grants: &[String], wait_max: Duration) {
    let mut buffer = [0; REQUEST_HEADER_BYTES + NAME_BYTES_MAX];
    while let Some(mut bytes) = read(socket, &mut buffer, RecvFlags::empty()) {
        // A body asks for one thing at a time: of several requests all but the last were given up.
        while let Some(newer) = read(socket, &mut buffer, RecvFlags::DONTWAIT) {
            bytes = newer;
        }
        let Some((number, result)) =
            buffer.get(..bytes).and_then(|request| answer(request, grants, wait_max))
        else {
            return;
        };
        let (code, connection) = match result {
            Ok(stream) => (GIVEN, Some(OwnedFd::from(stream))),
            Err(code) => (code, None),
        };
        let mut reply = number.to_vec();
        reply.extend_from_slice(&code.to_le_bytes());
        // A body that does not listen loses its answer.
        let _ = send_with(socket, &reply, connection.as_ref());
    }
}

fn read(socket: &OwnedFd, buffer: &mut [u8], flags: RecvFlags) -> Option<usize> {
    // What a body sends along is closed here.
    receive(socket, buffer, flags).ok().map(|(bytes, _)| bytes).filter(|bytes| *bytes > 0)
}

/// Reads one request and does what it asks for; `None` if it is none.
fn answer(
    request: &[u8],
    grants: &[String],
    wait_max: Duration,
) -> Option<([u8; 8], Result<TcpStream, i32>)> {
    let (number, rest) = request.split_first_chunk::<8>()?;
    let (wait_ms, rest) = rest.split_first_chunk::<4>()?;
    let (port, host) = rest.split_first_chunk::<2>()?;
    let wait = Duration::from_millis(u64::from(u32::from_le_bytes(*wait_ms))).min(wait_max);
    let port = u16::from_le_bytes(*port);
    let result = match std::str::from_utf8(host) {
        Ok(host) if grants.contains(&grant_text(host, port)) => open(host, port, wait),
        Ok(_) => Err(abi::CONNECT_NOT_GRANTED),
        Err(_) => Err(abi::CONNECT_BAD_NAME),
    };
    Some((*number, result))
}

/// Tries each address of a name, in the time that is left shared among those not tried.
fn open(host: &str, port: u16, wait: Duration) -> Result<TcpStream, i32> {
    let until = Instant::now().checked_add(wait).ok_or(abi::CONNECT_TIMED_OUT)?;
    let bare = host.strip_prefix('[').and_then(|own| own.strip_suffix(']')).unwrap_or(host);
    let addresses: Vec<_> =
        (bare, port).to_socket_addrs().map_err(|_| abi::CONNECT_UNREACHABLE)?.collect();
    let mut failed = abi::CONNECT_UNREACHABLE;
    for (tried, address) in addresses.iter().enumerate() {
        let left = until.saturating_duration_since(Instant::now());
        let others = u32::try_from(addresses.len() - tried).unwrap_or(1).max(1);
        if left.is_zero() {
            return Err(abi::CONNECT_TIMED_OUT);
        }
        // At least a millisecond, because no time at all is an error of its own.
        let share = (left / others).max(Duration::from_millis(1));
        let connected = TcpStream::connect_timeout(address, share).and_then(|stream| {
            settle(&stream, address)?;
            Ok(stream)
        });
        match connected {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = code_of(&error),
        }
    }
    Err(failed)
}

/// Has the kernel note that the connection stands. A socket that was waited for is one that still
/// connects, as far as it knows, until `connect` is asked again; and one that still connects may, when
/// its peer has gone, be connected to any other address, by a plain send with `MSG_FASTOPEN`.
fn settle(stream: &TcpStream, address: &SocketAddr) -> std::io::Result<()> {
    match rustix::net::connect(stream, address) {
        Ok(()) | Err(rustix::io::Errno::ISCONN) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn code_of(error: &std::io::Error) -> i32 {
    let full = [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE].map(|own| own.raw_os_error());
    match error.raw_os_error() {
        Some(number) if full.contains(&number) => abi::CONNECT_UNAVAILABLE,
        _ if error.kind() == std::io::ErrorKind::TimedOut => abi::CONNECT_TIMED_OUT,
        _ => abi::CONNECT_UNREACHABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_a_name_and_a_port() {
        for good in ["a.example:443", "127.0.0.1:1", "[::1]:443", "印.example:80"] {
            assert_eq!(check_grant(good), Ok(()), "{good}");
        }
        let long = format!("{}:1", "a".repeat(254));
        for bad in ["", ":443", "a", "a:", "a:0", "a:65536", "a:+1", "a:01", "[]:1", &long] {
            assert!(check_grant(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_of_version_6_has_one_spelling() {
        assert_eq!(grant_text("::1", 443), "[::1]:443");
        assert_eq!(grant_text("[::1]", 443), "[::1]:443");
        assert_eq!(grant_text("a.example", 443), "a.example:443");
    }

    #[test]
    fn what_is_no_request_ends_the_service_and_harms_nobody() {
        let (ours, theirs) = pair().unwrap();
        rustix::net::send(&theirs, b"short", SendFlags::empty()).unwrap();
        serve(&ours, &[], Duration::from_secs(1));
        let (ours, theirs) = pair().unwrap();
        drop(theirs);
        serve(&ours, &[], Duration::from_secs(1));
    }

    #[test]
    fn an_opened_connection_is_one_to_the_kernel_and_no_more_to_be_connected() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stream = open("127.0.0.1", address.port(), Duration::from_secs(30)).unwrap();
        assert_eq!(rustix::net::connect(&stream, &address), Err(rustix::io::Errno::ISCONN));
    }
}
