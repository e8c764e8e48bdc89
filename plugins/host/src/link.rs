//! The register's end of the socket to one running body: a loop that never blocks on anything but
//! `poll`, so that no behaviour of the other side can hold it up.
//!
//! The body works on one call at a time in the order they were sent, and says so before it begins one
//! out of this order. So the call that runs is the one it named, else the oldest without an answer;
//! its time begins with the answer before it, and only it can be to blame when the body ends.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use shouxin_plugin_wire::{Answer, Hook};

use crate::backoff::Backoff;
use crate::courier;
use crate::frame::{Decoder, Frame, Kind, encode};
use crate::handshake::{CallFailure, Ready, Refusal};
use crate::output::Output;
use crate::runner::Runner;
use crate::spec::{Call, Completion, FailureKind, Outcome, PluginSpec, State};
use crate::supervisor::{Orders, Shared, Told};

/// How long a body may take to finish after it was told to.
const LEAVE_MS: u64 = 2_000;

/// Bytes read at once.
const READ_BYTES: usize = 64 * 1024;

/// With so many calls sent, the body has enough to do for a nap of this end.
const NAP_SENT_MIN: usize = 16;

/// A nap, and how soon after the last one answers have to come for another: then each would wake
/// this thread anew, and waking costs more than all the rest of an answer. A call that waits in such
/// a crowd waits no longer for it; the system makes some 50 microseconds more of it.
const NAP: Duration = Duration::from_micros(20);
const NAP_PACE: Duration = Duration::from_micros(250);

/// Reads in a row before others get their turn.
const READS_MAX: usize = 16;

/// Reads of what a body that has ended left behind: more than all answers of a full window.
const LAST_READS_MAX: usize = 4_096;

/// Encoded bytes that wait for room in the socket; beyond, calls wait as they are, so that one that
/// goes first can still overtake them and one that is cancelled is never sent.
const UNSENT_BYTES_MAX: usize = 128 * 1024;

/// A call that was sent and has no answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    pub(crate) ticket: u64,
    pub(crate) hook: Hook,
    /// Whether the body asked about it.
    pub(crate) asked: bool,
}

/// What has no answer at the end of a link.
pub(crate) struct Left {
    /// The call that the body worked on, as far as is known.
    pub(crate) running: Option<Sent>,
    /// For how long, in microseconds.
    pub(crate) running_us: u64,
    /// What was sent, the running call included.
    pub(crate) sent: VecDeque<Sent>,
    /// What was not.
    pub(crate) orders: Orders,
}

/// What is said of a call that was cancelled in time.
const CANCELLED: &str = "cancelled before it began";

/// What is said of a panic outside the completion of its call.
const PANICKED: &str = "a call panicked";

/// Why a link ended.
pub(crate) enum End {
    /// It was told to stop.
    Stopped,
    /// The body refused the library.
    Refused(Refusal),
    /// It takes more on the disk than it may.
    NoRoom(String),
    /// The body ended or has to be ended.
    Fault {
        /// What the running call fails with.
        kind: FailureKind,
        /// What happened; `None` if how the body ended says it all.
        reason: Option<String>,
        /// Whether the oldest call had begun.
        begun: bool,
    },
}

enum Phase {
    Starting { until: Instant },
    Running,
    Leaving { until: Instant },
}

/// What `poll` reported.
struct Reported {
    wake: bool,
    socket: bool,
    printed: bool,
    ended: bool,
}

pub(crate) struct Link<'a> {
    spec: &'a PluginSpec,
    shared: &'a Shared,
    runner: &'a Runner,
    backoff: &'a mut Backoff,
    phase: Phase,
    decoder: Decoder,
    unsent: Vec<u8>,
    /// Bytes of `unsent` that were written.
    written: usize,
    /// What goes with the first bytes.
    gift: Option<OwnedFd>,
    orders: Orders,
    sent: VecDeque<Sent>,
    /// The call that the body named because it is not the oldest.
    named: Option<u64>,
    /// When the running call got its turn.
    turn_since: Instant,
    /// When this body was begun to be started.
    began: Instant,
    /// When there was last something to do.
    woken: Instant,
    stop_at: Option<Instant>,
    output: Output,
    /// Whether the body can still print; the end of a pipe would wake the loop for ever.
    prints: bool,
    buffer: Vec<u8>,
}

fn fault(kind: FailureKind, reason: impl Into<String>) -> End {
    End::Fault { kind, reason: Some(reason.into()), begun: true }
}

impl<'a> Link<'a> {
    /// A link to a body that was just started; `hello` is its first frame, with what it is to get.
    pub(crate) fn new(
        spec: &'a PluginSpec,
        shared: &'a Shared,
        runner: &'a Runner,
        backoff: &'a mut Backoff,
        hello: (Vec<u8>, Option<OwnedFd>),
        began: Instant,
    ) -> Link<'a> {
        let now = Instant::now();
        let until = now + Duration::from_millis(spec.limits.start_deadline_ms);
        let (unsent, gift) = hello;
        Link {
            spec,
            shared,
            runner,
            backoff,
            phase: Phase::Starting { until },
            decoder: Decoder::default(),
            unsent,
            written: 0,
            gift,
            orders: Orders::default(),
            sent: VecDeque::new(),
            named: None,
            turn_since: now,
            began,
            woken: now,
            stop_at: None,
            output: Output::new(&spec.name, now),
            prints: true,
            buffer: vec![0; READ_BYTES],
        }
    }

    /// Works until the link ends; returns why, and the calls that have no answer.
    pub(crate) fn run(mut self) -> (End, Left) {
        let end = loop {
            if let Err(end) = self.turn() {
                break end;
            }
        };
        let duration = Instant::now().saturating_duration_since(self.turn_since);
        let left = Left {
            running: self.running_at().and_then(|at| self.sent.get(at)).copied(),
            running_us: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
            sent: self.sent,
            orders: self.orders,
        };
        (end, left)
    }

    /// Where in `sent` the running call is.
    fn running_at(&self) -> Option<usize> {
        match self.named {
            Some(ticket) => self.sent.iter().position(|sent| sent.ticket == ticket),
            None => (!self.sent.is_empty()).then_some(0),
        }
    }

    fn turn(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if self.sent.len() >= NAP_SENT_MIN && now.saturating_duration_since(self.woken) < NAP_PACE {
            std::thread::sleep(NAP);
        }
        self.take_orders()?;
        self.write_socket();
        let reported = self.wait()?;
        self.shared.woken();
        self.woken = Instant::now();
        if reported.wake {
            self.shared.clear_wake();
        }
        if reported.printed || reported.ended {
            self.read_printed(Instant::now());
        }
        if reported.socket || reported.ended {
            let reads_max = if reported.ended { LAST_READS_MAX } else { READS_MAX };
            self.read_socket(reads_max)?;
        }
        if reported.ended {
            return Err(self.gone());
        }
        self.check_deadlines()
    }

    /// Waits until there is something to do.
    fn wait(&self) -> Result<Reported, End> {
        let socket_flags =
            if self.is_written() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
        let wake = self.shared.wake_fd();
        // Whatever is not there is a second look at the first, which asks for nothing.
        let fd = |fd| match fd {
            Some(fd) => PollFd::from_borrowed_fd(fd, PollFlags::IN),
            None => PollFd::from_borrowed_fd(wake, PollFlags::empty()),
        };
        let mut fds = [
            fd(Some(wake)),
            PollFd::from_borrowed_fd(self.runner.socket.as_fd(), socket_flags),
            fd(self.runner.end_fd()),
            fd(self.runner.printed_fd().filter(|_| self.prints)),
        ];
        let timeout = self.next_deadline().map(|at| {
            let left = at.saturating_duration_since(Instant::now());
            Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: i64::from(left.subsec_nanos()),
            }
        });
        match rustix::event::poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(fault(FailureKind::Crash, format!("poll failed: {error}"))),
        }
        let [wake, socket, ended, printed] = fds.map(|fd| !fd.revents().is_empty());
        Ok(Reported { wake, socket, ended, printed })
    }

    fn is_written(&self) -> bool {
        self.written >= self.unsent.len()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Starting { until } | Phase::Leaving { until } => Some(until),
            Phase::Running => None,
        };
        let call = (!self.sent.is_empty()).then(|| self.call_deadline());
        [phase, call, self.stop_at].into_iter().flatten().min()
    }

    fn call_deadline(&self) -> Instant {
        self.turn_since + Duration::from_millis(self.spec.limits.deadline_ms)
    }

    fn check_deadlines(&mut self) -> Result<(), End> {
        let now = Instant::now();
        match self.phase {
            Phase::Starting { until } if until <= now => {
                let ms = self.spec.limits.start_deadline_ms;
                return Err(fault(FailureKind::Crash, format!("it was not ready in {ms} ms")));
            }
            Phase::Leaving { until } if until <= now => return Err(End::Stopped),
            _ => {}
        }
        if !self.sent.is_empty() && self.call_deadline() <= now {
            let ms = self.spec.limits.deadline_ms;
            return Err(fault(FailureKind::Deadline, format!("no answer in {ms} ms")));
        }
        match self.stop_at {
            Some(at) if at <= now && !matches!(self.phase, Phase::Leaving { .. }) => {
                Err(End::Stopped)
            }
            _ => Ok(()),
        }
    }

    /// Takes what was submitted and cancelled, sends what there is room for, or says goodbye once
    /// everything is answered.
    fn take_orders(&mut self) -> Result<(), End> {
        let Told { stop_at, no_room } = self.shared.take_orders(&mut self.orders);
        self.stop_at = stop_at;
        if let Some(reason) = no_room.filter(|_| !matches!(self.phase, Phase::Leaving { .. })) {
            return Err(End::NoRoom(reason));
        }
        let stopping = self.stop_at.is_some();
        match self.phase {
            Phase::Starting { .. } if stopping => return Err(End::Stopped),
            Phase::Starting { .. } | Phase::Leaving { .. } => return Ok(()),
            Phase::Running => {}
        }
        self.cancel()?;
        while self.unsent.len() - self.written < UNSENT_BYTES_MAX {
            let (call, kind): (Call, fn(Hook) -> Kind) = match self.orders.first.pop_front() {
                Some(call) => (call, Kind::First),
                None => match self.orders.later.pop_front() {
                    Some(call) => (call, Kind::Call),
                    None => break,
                },
            };
            if self.sent.is_empty() {
                self.turn_since = Instant::now();
            }
            self.sent.push_back(Sent { ticket: call.ticket, hook: call.hook, asked: false });
            // `submit` checked the length, so this is a fault of ours.
            encode(&mut self.unsent, kind(call.hook), call.ticket, &call.body)
                .map_err(|error| fault(FailureKind::TooLarge, error.to_string()))?;
        }
        let idle = self.sent.is_empty() && self.orders.is_empty();
        if stopping && idle {
            encode(&mut self.unsent, Kind::Bye, 0, &[]).map_err(|_| End::Stopped)?;
            let until = Instant::now() + Duration::from_millis(LEAVE_MS);
            self.phase = Phase::Leaving { until };
        }
        Ok(())
    }

    /// Drops what was cancelled and not sent; asks the body about the rest.
    fn cancel(&mut self) -> Result<(), End> {
        for ticket in std::mem::take(&mut self.orders.cancels) {
            if let Some(call) = self.orders.remove(ticket) {
                self.shared.complete_unbegun(ticket, call.hook, FailureKind::Cancelled, CANCELLED);
            } else if self.sent.iter().any(|sent| sent.ticket == ticket) {
                encode(&mut self.unsent, Kind::Cancel, ticket, &[])
                    .map_err(|error| fault(FailureKind::TooLarge, error.to_string()))?;
            }
        }
        Ok(())
    }

    fn write_socket(&mut self) {
        while let Some(rest) = self.unsent.get(self.written..).filter(|rest| !rest.is_empty()) {
            let result = match &self.gift {
                None => (&self.runner.socket).write(rest),
                gift => courier::send_with(&self.runner.socket, rest, gift.as_ref())
                    .map_err(std::io::Error::from),
            };
            match result {
                Ok(bytes) => {
                    self.written += bytes;
                    self.gift = None;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Full, or the body closed its end; reading says that too, after its last answers.
                Err(_) => break,
            }
        }
        if self.is_written() {
            self.unsent.clear();
            self.written = 0;
        } else if self.written >= UNSENT_BYTES_MAX {
            self.unsent.drain(..self.written);
            self.written = 0;
        }
    }

    fn read_socket(&mut self, reads_max: usize) -> Result<(), End> {
        for _ in 0..reads_max {
            let drained = match (&self.runner.socket).read(&mut self.buffer) {
                Ok(0) => return Err(self.gone()),
                Ok(bytes) => {
                    self.decoder.push(self.buffer.get(..bytes).unwrap_or_default());
                    bytes < self.buffer.len()
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(_) => return Err(self.gone()),
            };
            loop {
                match self.decoder.next() {
                    Ok(Some(frame)) => self.take_frame(frame)?,
                    Ok(None) => break,
                    Err(error) => return Err(fault(FailureKind::BadAnswer, error.to_string())),
                }
            }
            // Another look would cost a call of the system and find nothing; at the end it is worth
            // it, because there is no later one.
            if drained && reads_max < LAST_READS_MAX {
                break;
            }
        }
        Ok(())
    }

    /// The body closed its socket or ended.
    fn gone(&self) -> End {
        match self.phase {
            Phase::Leaving { .. } => End::Stopped,
            _ => End::Fault { kind: FailureKind::Crash, reason: None, begun: true },
        }
    }

    fn take_frame(&mut self, frame: Frame) -> Result<(), End> {
        match (&self.phase, frame.kind) {
            (_, Kind::Log) => {
                let level = i32::try_from(frame.ticket).unwrap_or(i32::MAX);
                self.output.logged(level, &frame.body, Instant::now());
                Ok(())
            }
            (Phase::Starting { .. }, Kind::Ready) => self.ready(&frame.body),
            (Phase::Starting { .. }, Kind::Refused) => {
                match serde_json::from_slice::<Refusal>(&frame.body) {
                    Ok(refusal) => Err(End::Refused(refusal)),
                    Err(error) => Err(fault(FailureKind::BadAnswer, error.to_string())),
                }
            }
            (Phase::Running, Kind::Answered | Kind::Failed) => self.answered(&frame),
            (Phase::Running, Kind::Begun) => self.begun(frame.ticket),
            (Phase::Running, Kind::Cancelled) => self.cancelled(frame.ticket),
            (Phase::Running, Kind::MayBegin) => self.asked(frame.ticket),
            (_, kind) => {
                Err(fault(FailureKind::BadAnswer, format!("it sent {kind:?} out of turn")))
            }
        }
    }

    fn ready(&mut self, body: &[u8]) -> Result<(), End> {
        let ready: Ready = serde_json::from_slice(body)
            .map_err(|error| fault(FailureKind::BadAnswer, error.to_string()))?;
        self.phase = Phase::Running;
        if let Some(cage) = ready.cage.filter(|own| own.landlock_abi.is_none() || !own.seccomp) {
            let plugin = self.spec.name.as_str();
            tracing::warn!(plugin, "the system cannot isolate this plugin in full: {cage}");
        }
        let took = Instant::now().saturating_duration_since(self.began);
        self.shared.ready(ready, self.runner.pid(), took);
        Ok(())
    }

    /// The body begins a call out of the order in which they were sent.
    fn begun(&mut self, ticket: u64) -> Result<(), End> {
        let known = self.sent.iter().any(|sent| sent.ticket == ticket);
        if self.named.is_some() || !known {
            return Err(fault(FailureKind::BadAnswer, "it began a call that was not waiting"));
        }
        self.named = Some(ticket);
        Ok(())
    }

    /// The body asks whether a call may still begin. What stops it is a cancellation. It asks once:
    /// each question costs an answer, and a library that repeated it would fill memory with them. So
    /// what waits to be written is bounded by the calls in flight; answers are read even while calls
    /// wait for room, because a body that nobody reads makes none.
    fn asked(&mut self, ticket: u64) -> Result<(), End> {
        let first = self.sent.iter_mut().find(|sent| sent.ticket == ticket && !sent.asked);
        let Some(sent) = first else {
            return Err(fault(
                FailureKind::BadAnswer,
                "it asked about a call that was not waiting, or asked twice",
            ));
        };
        sent.asked = true;
        let kind = match self.shared.may_begin(ticket) {
            true => Kind::Begin,
            false => Kind::Cancel,
        };
        encode(&mut self.unsent, kind, ticket, &[])
            .map_err(|error| fault(FailureKind::TooLarge, error.to_string()))
    }

    /// The body dropped a call that it had not begun.
    fn cancelled(&mut self, ticket: u64) -> Result<(), End> {
        let at = self.sent.iter().position(|sent| sent.ticket == ticket);
        let waits = self.named != Some(ticket) && self.shared.cancel_asked(ticket);
        let Some(sent) = at.filter(|_| waits).and_then(|at| self.sent.remove(at)) else {
            return Err(fault(FailureKind::BadAnswer, "it dropped a call that it was to keep"));
        };
        if self.named.is_none() && at == Some(0) {
            self.turn_since = Instant::now();
        }
        self.shared.complete_unbegun(ticket, sent.hook, FailureKind::Cancelled, CANCELLED);
        Ok(())
    }

    fn answered(&mut self, frame: &Frame) -> Result<(), End> {
        let at = self.running_at();
        let sent = at.and_then(|at| self.sent.get(at)).copied();
        let (Some(at), Some(sent)) = (at, sent.filter(|sent| sent.ticket == frame.ticket)) else {
            return Err(fault(FailureKind::BadAnswer, "it answered a call that was not running"));
        };
        let outcome = match frame.kind {
            Kind::Answered => read_answer(sent.hook, &frame.body),
            _ => match serde_json::from_slice::<CallFailure>(&frame.body) {
                Ok(CallFailure { kind, detail }) => Outcome::Failed { kind, detail },
                Err(error) => bad_answer(error),
            },
        };
        let panicked = matches!(&outcome, Outcome::Failed { kind: FailureKind::Panic, .. });
        let now = Instant::now();
        let duration = now.saturating_duration_since(self.turn_since);
        let completion = Completion {
            ticket: sent.ticket,
            hook: sent.hook,
            outcome,
            begun: true,
            duration_us: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        };
        self.sent.remove(at);
        self.named = None;
        self.turn_since = now;
        if panicked {
            // Before the caller hears of it, so that it submits nothing to the old instance.
            self.shared.update(|inner| inner.state = State::Restarting);
        }
        self.shared.complete(completion);
        match panicked {
            // The instance is out of use: a new one has to be made.
            // What it said stands in the completion alone: it may name the subject of the call, and
            // this reaches the log, the state of the plugin and the callers of other calls.
            true => {
                let reason = Some(PANICKED.to_owned());
                Err(End::Fault { kind: FailureKind::Crash, reason, begun: false })
            }
            false => {
                self.backoff.answered();
                Ok(())
            }
        }
    }

    fn read_printed(&mut self, now: Instant) {
        let Some(printed) = self.runner.printed_fd() else {
            return;
        };
        for _ in 0..READS_MAX {
            match rustix::io::read(printed, self.buffer.as_mut_slice()) {
                Ok(bytes) if bytes > 0 => {
                    self.output.printed(self.buffer.get(..bytes).unwrap_or_default(), now);
                }
                Ok(_) => {
                    self.prints = false;
                    return;
                }
                Err(_) => return,
            }
        }
    }
}

fn bad_answer(error: impl std::fmt::Display) -> Outcome {
    Outcome::Failed { kind: FailureKind::BadAnswer, detail: error.to_string() }
}

fn read_answer(hook: Hook, body: &[u8]) -> Outcome {
    if hook == Hook::Query {
        return match serde_json::from_slice(body) {
            Ok(value) => Outcome::Queried(value),
            Err(error) => bad_answer(error),
        };
    }
    match Answer::decode(body) {
        Ok(answer) => Outcome::Answered(answer),
        Err(error) => bad_answer(error),
    }
}
