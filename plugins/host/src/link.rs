//! The register's end of the socket to one running body: a loop that never blocks on anything but
//! `poll`, so that no behaviour of the other side can hold it up.
//!
//! The body works on one call at a time in the order they were sent. So the oldest call without an
//! answer is the one that runs, its time begins when it becomes the oldest, and only it can be to
//! blame when the body ends.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use shouxin_plugin_wire::{Answer, Hook};

use crate::backoff::Backoff;
use crate::frame::{Decoder, Frame, Kind, encode};
use crate::handshake::{CallFailure, Refusal};
use crate::output::Output;
use crate::runner::Runner;
use crate::spec::{AbiInfo, Completion, FailureKind, Outcome, PluginSpec, State};
use crate::supervisor::Shared;

/// How long a body may take to finish after it was told to.
const LEAVE_MS: u64 = 2_000;

/// Bytes read at once.
const READ_BYTES: usize = 64 * 1024;

/// Reads in a row before others get their turn.
const READS_MAX: usize = 16;

/// Reads of what a body that has ended left behind: more than all answers of a full window.
const LAST_READS_MAX: usize = 4_096;

/// A call that was sent and has no answer.
pub(crate) struct Sent {
    pub(crate) ticket: u64,
    pub(crate) hook: Hook,
}

/// Why a link ended.
pub(crate) enum End {
    /// It was told to stop.
    Stopped,
    /// The body refused the library.
    Refused(Refusal),
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
struct Ready {
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
    sent: VecDeque<Sent>,
    /// When the oldest call got its turn.
    turn_since: Instant,
    output: Output,
    /// Whether the body can still print; the end of a pipe would wake the loop for ever.
    prints: bool,
    buffer: Vec<u8>,
}

fn fault(kind: FailureKind, reason: impl Into<String>) -> End {
    End::Fault { kind, reason: Some(reason.into()), begun: true }
}

impl<'a> Link<'a> {
    /// A link to a body that was just started; `hello` is its first frame.
    pub(crate) fn new(
        spec: &'a PluginSpec,
        shared: &'a Shared,
        runner: &'a Runner,
        backoff: &'a mut Backoff,
        hello: Vec<u8>,
    ) -> Link<'a> {
        let now = Instant::now();
        let until = now + Duration::from_millis(spec.limits.start_deadline_ms);
        Link {
            spec,
            shared,
            runner,
            backoff,
            phase: Phase::Starting { until },
            decoder: Decoder::default(),
            unsent: hello,
            sent: VecDeque::new(),
            turn_since: now,
            output: Output::new(&spec.name, now),
            prints: true,
            buffer: vec![0; READ_BYTES],
        }
    }

    /// Works until the link ends; returns why, and the calls that have no answer.
    pub(crate) fn run(mut self) -> (End, VecDeque<Sent>) {
        loop {
            if let Err(end) = self.turn() {
                return (end, self.sent);
            }
        }
    }

    fn turn(&mut self) -> Result<(), End> {
        let ready = self.wait()?;
        self.shared.clear_wake();
        let now = Instant::now();
        if ready.printed || ready.ended {
            self.read_printed(now);
        }
        if ready.socket || ready.ended {
            let reads_max = if ready.ended { LAST_READS_MAX } else { READS_MAX };
            self.read_socket(reads_max)?;
        }
        if ready.ended {
            return Err(self.gone());
        }
        self.take_calls(now)?;
        self.write_socket()?;
        self.check_deadlines(now)
    }

    /// Waits until there is something to do.
    fn wait(&self) -> Result<Ready, End> {
        let socket_flags =
            if self.unsent.is_empty() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
        let wake = self.shared.wake_fd();
        let mut fds = vec![
            PollFd::from_borrowed_fd(wake, PollFlags::IN),
            PollFd::from_borrowed_fd(self.runner.socket.as_fd(), socket_flags),
        ];
        let printed = self.runner.printed_fd().filter(|_| self.prints);
        for fd in [self.runner.end_fd(), printed].into_iter().flatten() {
            fds.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
        }
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
        let reported = |at: usize| fds.get(at).is_some_and(|fd| !fd.revents().is_empty());
        Ok(Ready { socket: reported(1), ended: reported(2), printed: reported(3) })
    }

    fn next_deadline(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Starting { until } | Phase::Leaving { until } => Some(until),
            Phase::Running => None,
        };
        let call = (!self.sent.is_empty()).then(|| self.call_deadline());
        [phase, call, self.shared.stop_at()].into_iter().flatten().min()
    }

    fn call_deadline(&self) -> Instant {
        self.turn_since + Duration::from_millis(self.spec.limits.deadline_ms)
    }

    fn check_deadlines(&mut self, now: Instant) -> Result<(), End> {
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
        match self.shared.stop_at() {
            Some(at) if at <= now && !matches!(self.phase, Phase::Leaving { .. }) => {
                Err(End::Stopped)
            }
            _ => Ok(()),
        }
    }

    /// Sends what was submitted, or says goodbye once everything is answered.
    fn take_calls(&mut self, now: Instant) -> Result<(), End> {
        let stopping = self.shared.stop_at().is_some();
        match self.phase {
            Phase::Starting { .. } if stopping => return Err(End::Stopped),
            Phase::Starting { .. } | Phase::Leaving { .. } => return Ok(()),
            Phase::Running => {}
        }
        for call in self.shared.take_calls() {
            let encoded = encode(&mut self.unsent, Kind::Call(call.hook), call.ticket, &call.body);
            if self.sent.is_empty() {
                self.turn_since = now;
            }
            self.sent.push_back(Sent { ticket: call.ticket, hook: call.hook });
            // `submit` checked the length, so this is a fault of ours.
            encoded.map_err(|error| fault(FailureKind::TooLarge, error.to_string()))?;
        }
        if stopping && self.sent.is_empty() {
            encode(&mut self.unsent, Kind::Bye, 0, &[]).map_err(|_| End::Stopped)?;
            self.phase = Phase::Leaving { until: now + Duration::from_millis(LEAVE_MS) };
        }
        Ok(())
    }

    fn write_socket(&mut self) -> Result<(), End> {
        let mut written = 0;
        while let Some(rest) = self.unsent.get(written..).filter(|rest| !rest.is_empty()) {
            match (&self.runner.socket).write(rest) {
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // The body closed its end; reading says so too, after its last answers.
                Err(_) => break,
            }
        }
        self.unsent.drain(..written);
        Ok(())
    }

    fn read_socket(&mut self, reads_max: usize) -> Result<(), End> {
        for _ in 0..reads_max {
            match (&self.runner.socket).read(&mut self.buffer) {
                Ok(0) => return Err(self.gone()),
                Ok(bytes) => self.decoder.push(self.buffer.get(..bytes).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(_) => return Err(self.gone()),
            }
            loop {
                match self.decoder.next() {
                    Ok(Some(frame)) => self.take_frame(frame)?,
                    Ok(None) => break,
                    Err(error) => return Err(fault(FailureKind::BadAnswer, error.to_string())),
                }
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
            (_, kind) => {
                Err(fault(FailureKind::BadAnswer, format!("it sent {kind:?} out of turn")))
            }
        }
    }

    fn ready(&mut self, body: &[u8]) -> Result<(), End> {
        let abi: AbiInfo = serde_json::from_slice(body)
            .map_err(|error| fault(FailureKind::BadAnswer, error.to_string()))?;
        self.phase = Phase::Running;
        let pid = self.runner.pid();
        self.shared.update(|inner| {
            inner.state = State::Running;
            inner.started = true;
            inner.abi = Some(abi);
            inner.pid = pid;
            inner.down_until = None;
        });
        Ok(())
    }

    fn answered(&mut self, frame: &Frame) -> Result<(), End> {
        let Some(sent) = self.sent.front().filter(|sent| sent.ticket == frame.ticket) else {
            return Err(fault(FailureKind::BadAnswer, "it answered a call that was not running"));
        };
        let outcome = match frame.kind {
            Kind::Answered => read_answer(sent.hook, &frame.body),
            _ => match serde_json::from_slice::<CallFailure>(&frame.body) {
                Ok(CallFailure { kind, detail }) => Outcome::Failed { kind, detail },
                Err(error) => bad_answer(error),
            },
        };
        let panicked = match &outcome {
            Outcome::Failed { kind: FailureKind::Panic, detail } => Some(detail.clone()),
            _ => None,
        };
        let now = Instant::now();
        let duration = now.saturating_duration_since(self.turn_since);
        let completion = Completion {
            ticket: sent.ticket,
            hook: sent.hook,
            outcome,
            begun: true,
            duration_us: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        };
        self.sent.pop_front();
        self.turn_since = now;
        if panicked.is_some() {
            // Before the caller hears of it, so that it submits nothing to the old instance.
            self.shared.update(|inner| inner.state = State::Restarting);
        }
        self.shared.complete(completion);
        match panicked {
            // The instance is out of use: a new one has to be made.
            Some(detail) => {
                Err(End::Fault { kind: FailureKind::Crash, reason: Some(detail), begun: false })
            }
            None => {
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
