//! What `shouxin plugin-host` runs: a process with one library, one socket and nothing else.

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use rustix::fs::{Mode, OFlags};
use rustix::process::Signal;

use crate::cage;
use crate::handshake::{Hello, Refusal};
use crate::serve::{Served, serve};
use crate::spec::RefusalCode;

/// Exit code of a child whose library was refused.
const EXIT_REFUSED: u8 = 3;
/// Exit code of a child whose plugin panicked.
const EXIT_PANICKED: u8 = 4;
/// Exit code of a child that was not started by the register.
const EXIT_USAGE: u8 = 2;

/// The child's side of a plugin: serves one library over the socket on standard input, and ends.
///
/// Call it before anything that opens descriptors or starts threads: it closes every descriptor but
/// the socket and the two streams it can write to, and dies with the thread that started it.
/// Standard input is replaced by `/dev/null`, so that a plugin that reads it disturbs nobody.
pub fn child_main() -> ExitCode {
    let socket = match isolate() {
        Ok(socket) => socket,
        Err(reason) => {
            eprintln!(
                "this is started by the register itself, with a socket as its input: {reason}"
            );
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let prepare = |hello: &Hello| {
        orphaned(hello)?;
        cage::close(hello).map(Some)
    };
    match serve(socket, None, prepare) {
        Served::Finished => ExitCode::SUCCESS,
        Served::Refused => ExitCode::from(EXIT_REFUSED),
        Served::Panicked => ExitCode::from(EXIT_PANICKED),
        Served::Broken => ExitCode::from(EXIT_USAGE),
    }
}

/// Ties this process to its parent, drops what it inherited, and takes the socket.
fn isolate() -> std::io::Result<UnixStream> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    rustix::thread::set_no_new_privs(true)?;
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let socket: OwnedFd = rustix::io::fcntl_dupfd_cloexec(std::io::stdin(), 3)?;
    let null = rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::stdio::dup2_stdin(&null)?;
    drop(null);
    close_all_but(&socket)?;
    let socket = UnixStream::from(socket);
    // Fails if it is no socket, which is how a person notices who runs this by hand.
    socket.peer_addr()?;
    Ok(socket)
}

/// The kernel ends this process when its parent ends *after* it was asked to: a register that was
/// killed in the moments before has left an order to load a library in the socket, and nobody who would
/// ever end it. Whoever lost its parent has another one, which shows at any time after.
fn orphaned(hello: &Hello) -> Result<(), Refusal> {
    let parent = rustix::process::getppid().map(|parent| parent.as_raw_nonzero().get());
    match parent.and_then(|parent| u32::try_from(parent).ok()) == Some(hello.register) {
        true => Ok(()),
        false => Err(Refusal::new(RefusalCode::Isolation, "the register that started it is gone")),
    }
}

/// Closes every inherited descriptor from 3 on except the socket.
fn close_all_but(socket: &OwnedFd) -> std::io::Result<()> {
    let mut inherited = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd")? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.parse::<RawFd>().ok());
        inherited.extend(number.filter(|number| *number > 2 && *number != socket.as_raw_fd()));
    }
    for number in inherited {
        // SAFETY: the number is only asked about here. The folder that was read is closed by now.
        let open = rustix::io::fcntl_getfd(unsafe { BorrowedFd::borrow_raw(number) }).is_ok();
        if open {
            // SAFETY: nothing in this process owns it: `child_main` runs before anything else opens
            // a descriptor, so whatever is open here was inherited.
            unsafe { rustix::io::close(number) };
        }
    }
    Ok(())
}
