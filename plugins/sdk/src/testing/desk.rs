//! The register's side of a call on the bench: takes the answer, keeps the log, opens connections.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::c_void;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::IntoRawFd;
use std::time::Duration;

use shouxin_plugin_abi as abi;

use crate::Level;

/// How many lines of the log are kept.
pub const LOG_LINES_MAX: usize = 10_000;

/// The longest line that is kept, in bytes; the register cuts there too.
const LOG_LINE_BYTES_MAX: usize = 4_096;

/// The longest name of a host, in bytes.
const NAME_BYTES_MAX: usize = 253;

/// What the callbacks reach. Lives as long as its bench.
pub(super) struct Desk {
    /// The answer of the running or last call.
    pub(super) answer: Option<Vec<u8>>,
    pub(super) log: VecDeque<(Level, String)>,
    /// By `host:port`: the server that answers in its place, if the address itself does not.
    pub(super) granted: BTreeMap<String, Option<SocketAddr>>,
    pub(super) live: bool,
    pub(super) minor: u16,
}

impl Default for Desk {
    fn default() -> Desk {
        Desk {
            answer: None,
            log: VecDeque::new(),
            granted: BTreeMap::new(),
            live: true,
            minor: abi::ABI_MINOR,
        }
    }
}

impl Desk {
    /// The host of one call.
    pub(super) fn host(&mut self) -> abi::Host {
        self.answer = None;
        let (bytes, connect) = match self.minor {
            0 => (abi::HOST_BYTES_MIN, None),
            _ => (size_of::<abi::Host>(), Some(connect as abi::ConnectFn)),
        };
        abi::Host {
            struct_size: bytes as u32,
            abi_major: abi::ABI_MAJOR,
            abi_minor: self.minor,
            ctx: std::ptr::from_mut(self).cast(),
            answer: Some(answer),
            log: Some(log),
            connect,
        }
    }

    /// What was said beside a refusal.
    pub(super) fn said(&mut self) -> String {
        String::from_utf8_lossy(&self.answer.take().unwrap_or_default()).into_owned()
    }

    /// A connected socket, or one of the `CONNECT_*` values.
    fn connect(&self, name: &[u8], port: u16, timeout: Duration) -> i32 {
        let Some(name) = std::str::from_utf8(name).ok().filter(|n| n.len() <= NAME_BYTES_MAX)
        else {
            return abi::CONNECT_BAD_NAME;
        };
        let server = self.granted.get(&format!("{name}:{port}")).filter(|_| self.live);
        let Some(server) = server else {
            return abi::CONNECT_NOT_GRANTED;
        };
        let found = match server {
            Some(server) => Some(*server),
            // An IPv6 address stands in brackets in a grant.
            None => (name.trim_matches(['[', ']']), port)
                .to_socket_addrs()
                .ok()
                .and_then(|mut found| found.next()),
        };
        let Some(found) = found.filter(|found| found.ip().is_loopback()) else {
            return abi::CONNECT_UNREACHABLE;
        };
        // A timeout of zero is refused by the system's function; the contract means "at once".
        match TcpStream::connect_timeout(&found, timeout.max(Duration::from_millis(1))) {
            Ok(stream) => stream.into_raw_fd(),
            Err(error) if error.kind() == ErrorKind::TimedOut => abi::CONNECT_TIMED_OUT,
            Err(_) => abi::CONNECT_UNREACHABLE,
        }
    }
}

unsafe extern "C" fn answer(ctx: *mut c_void, ptr: *const u8, len: usize) -> i32 {
    // SAFETY: `ctx` is the desk that `host` was made from; nothing else uses it during the call.
    let desk = unsafe { &mut *ctx.cast::<Desk>() };
    if len > abi::BODY_BYTES_MAX {
        return abi::ANSWER_TOO_LARGE;
    }
    if desk.answer.is_some() {
        return abi::ANSWER_REPEATED;
    }
    // SAFETY: the plugin promises `len` readable bytes.
    match unsafe { abi::borrow(ptr, len) } {
        Some(bytes) => {
            desk.answer = Some(bytes.to_vec());
            abi::ANSWER_OK
        }
        None => abi::ANSWER_BAD_POINTER,
    }
}

unsafe extern "C" fn log(ctx: *mut c_void, level: i32, ptr: *const u8, len: usize) {
    // SAFETY: as in `answer`.
    let desk = unsafe { &mut *ctx.cast::<Desk>() };
    // SAFETY: the plugin promises `len` readable bytes; no more of them are read.
    if let Some(bytes) = unsafe { abi::borrow(ptr, len.min(LOG_LINE_BYTES_MAX)) } {
        if desk.log.len() >= LOG_LINES_MAX {
            desk.log.pop_front();
        }
        let text = String::from_utf8_lossy(bytes).into_owned();
        desk.log.push_back((Level::from_number(level), text));
    }
}

unsafe extern "C" fn connect(
    ctx: *mut c_void,
    host: *const u8,
    host_len: usize,
    port: u16,
    timeout_ms: u32,
) -> i32 {
    // SAFETY: as in `answer`; the plugin promises `host_len` readable bytes.
    let (desk, name) = unsafe { (&*ctx.cast::<Desk>(), abi::borrow(host, host_len)) };
    match name {
        Some(name) => desk.connect(name, port, Duration::from_millis(timeout_ms.into())),
        None => abi::CONNECT_BAD_NAME,
    }
}
