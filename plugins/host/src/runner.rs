//! A running body of a plugin: a child process, or a thread that plays one.
//!
//! Both are reached over the same socket, so everything above is the same for both; they differ in
//! how they are started and in that a thread cannot be killed.

use std::fs::DirBuilder;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal};

use crate::courier::{self, Courier};
use crate::serve::serve;
use crate::spec::{Isolation, PluginSpec};

/// How long a thread may take to notice that its socket was closed.
const THREAD_END_MS: u64 = 2_000;

/// A started body.
pub(crate) struct Runner {
    /// Our end, non-blocking.
    pub(crate) socket: UnixStream,
    /// What the body is to get with its first frame.
    pub(crate) gift: Option<OwnedFd>,
    body: Body,
}

enum Body {
    Process { child: Child, pid: Pid, pidfd: OwnedFd, printed: OwnedFd },
    Thread(JoinHandle<()>),
}

/// How a body ended.
pub(crate) enum Ended {
    /// It is gone; the text says how it went.
    Gone(String),
    /// It is a thread that does not come back. It can be started again only once it has.
    Hung(JoinHandle<()>),
}

impl Runner {
    /// Starts a body. A child lives no longer than the calling thread: the kernel sends its parent
    /// death signal when the *thread* that started it ends.
    pub(crate) fn start(spec: &PluginSpec, courier: Option<&Courier>) -> io::Result<Runner> {
        let data_dir = std::path::absolute(&spec.data_dir)?;
        DirBuilder::new().recursive(true).mode(0o700).create(&data_dir)?;
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let mut gift = None;
        if let Some(courier) = courier {
            let (courier_end, body_end) = courier::pair()?;
            courier.serve(courier_end);
            gift = Some(body_end);
        }
        let body = match spec.isolation {
            Isolation::Process => start_process(spec, &data_dir, theirs)?,
            Isolation::InProcess => {
                let name = format!("plugin {}", spec.name);
                let gift = gift.take();
                Body::Thread(std::thread::Builder::new().name(name).spawn(move || {
                    serve(theirs, gift, |_| Ok(None));
                })?)
            }
        };
        Ok(Runner { socket: ours, gift, body })
    }

    /// The child's process number.
    pub(crate) fn pid(&self) -> Option<u32> {
        match &self.body {
            Body::Process { child, .. } => Some(child.id()),
            Body::Thread(_) => None,
        }
    }

    /// A descriptor that is readable once the child has ended.
    pub(crate) fn end_fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.body {
            Body::Process { pidfd, .. } => Some(pidfd.as_fd()),
            Body::Thread(_) => None,
        }
    }

    /// What the child prints, non-blocking.
    pub(crate) fn printed_fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.body {
            Body::Process { printed, .. } => Some(printed.as_fd()),
            Body::Thread(_) => None,
        }
    }

    /// Ends the body: kills the child with everything it started in its group, and reaps it; or
    /// closes the thread's socket and waits for it to notice.
    pub(crate) fn end(self) -> Ended {
        match self.body {
            Body::Process { mut child, pid, .. } => {
                // The group is killed before its leader is reaped: until then its number cannot be
                // given to anybody else.
                let _ = rustix::process::kill_process_group(pid, Signal::KILL);
                let _ = child.kill();
                match child.wait() {
                    Ok(status) => Ended::Gone(describe(status)),
                    Err(error) => Ended::Gone(format!("its end is unknown: {error}")),
                }
            }
            Body::Thread(thread) => {
                let _ = self.socket.shutdown(std::net::Shutdown::Write);
                if wait_for_end_of_file(&self.socket) {
                    // The socket is the last thing the thread lets go of.
                    let _ = thread.join();
                    Ended::Gone("its thread ended".to_owned())
                } else {
                    Ended::Hung(thread)
                }
            }
        }
    }
}

fn start_process(
    spec: &PluginSpec,
    data_dir: &std::path::Path,
    socket: UnixStream,
) -> io::Result<Body> {
    let (printed, printer) = io::pipe()?;
    let printed = OwnedFd::from(printed);
    rustix::io::ioctl_fionbio(&printed, true)?;
    let mut child = Command::new(&spec.host_program)
        // What an operator sees in `ps`.
        .arg0(format!("shouxin-plugin:{}", spec.name))
        .args(&spec.host_args)
        .env_clear()
        .current_dir(data_dir)
        .process_group(0)
        .stdin(Stdio::from(OwnedFd::from(socket)))
        .stdout(Stdio::from(printer.try_clone()?))
        .stderr(Stdio::from(printer))
        .spawn()?;
    let pid = Pid::from_child(&child);
    match rustix::process::pidfd_open(pid, PidfdFlags::empty()) {
        Ok(pidfd) => Ok(Body::Process { child, pid, pidfd, printed }),
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(error.into())
        }
    }
}

fn describe(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => {
            let name = match signal {
                4 => " (SIGILL)",
                6 => " (SIGABRT)",
                7 => " (SIGBUS)",
                8 => " (SIGFPE)",
                9 => " (SIGKILL)",
                11 => " (SIGSEGV)",
                15 => " (SIGTERM)",
                _ => "",
            };
            format!("its process was ended by signal {signal}{name}")
        }
        (None, Some(code)) => format!("its process exited with code {code}"),
        (None, None) => "its process ended".to_owned(),
    }
}

/// Reads the socket dry until its end; false if that takes too long.
fn wait_for_end_of_file(mut socket: &UnixStream) -> bool {
    use std::io::Read;
    if socket.set_nonblocking(false).is_err() {
        return false;
    }
    let end = Instant::now() + Duration::from_millis(THREAD_END_MS);
    let mut buffer = [0; 4_096];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || socket.set_read_timeout(Some(left)).is_err() {
            return false;
        }
        match socket.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}
