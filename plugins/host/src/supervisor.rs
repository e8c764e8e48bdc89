//! Keeps one plugin running: starts it, restarts it after crashes, gives up when it crashes too
//! often. One thread per plugin; it also does the I/O (`link.rs`).

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::EventfdFlags;

use crate::backoff::{Backoff, Next, random};
use crate::link::{End, Link, Sent};
use crate::runner::{Ended, Runner};
use crate::spec::{
    AbiInfo, Call, Completion, FailureKind, Outcome, PluginSpec, RefusalCode, StartError, State,
};

/// Gets every completion, on the plugin's thread. It must not block.
pub(crate) type OnCompletion = Box<dyn Fn(Completion) + Send + Sync>;

/// What the handle and the plugin's thread share.
pub(crate) struct Shared {
    inner: Mutex<Inner>,
    changed: Condvar,
    /// Readable when the plugin's thread has something to look at.
    wake: OwnedFd,
    on_completion: OnCompletion,
}

pub(crate) struct Inner {
    pub(crate) state: State,
    /// Whether it was ever ready.
    pub(crate) started: bool,
    pub(crate) start_error: Option<StartError>,
    pub(crate) queue: VecDeque<Call>,
    /// Calls submitted and not completed, those in `queue` included.
    pub(crate) in_flight: usize,
    pub(crate) restarts: u64,
    pub(crate) last_error: Option<String>,
    pub(crate) down_until: Option<Instant>,
    pub(crate) abi: Option<AbiInfo>,
    pub(crate) pid: Option<u32>,
    /// Set once: finish, at the latest at this time.
    pub(crate) stop_at: Option<Instant>,
    pub(crate) reset: bool,
}

impl Shared {
    pub(crate) fn new(on_completion: OnCompletion) -> std::io::Result<Shared> {
        let wake = rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let inner = Inner {
            state: State::Restarting,
            started: false,
            start_error: None,
            queue: VecDeque::new(),
            in_flight: 0,
            restarts: 0,
            last_error: None,
            down_until: None,
            abi: None,
            pid: None,
            stop_at: None,
            reset: false,
        };
        Ok(Shared { inner: Mutex::new(inner), changed: Condvar::new(), wake, on_completion })
    }

    /// The state, locked. No callback runs and nothing blocks while it is held.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and tells whoever waits for it.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Inner)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Waits until `done` holds or the time has come; says whether it holds.
    pub(crate) fn wait_until(&self, at: Option<Instant>, done: impl Fn(&Inner) -> bool) -> bool {
        let mut inner = self.lock();
        while !done(&inner) {
            inner = match at.map(|at| at.saturating_duration_since(Instant::now())) {
                None => self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() => return false,
                Some(left) => {
                    let woken = self.changed.wait_timeout(inner, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        true
    }

    /// Has the plugin's thread look at the state.
    pub(crate) fn wake(&self) {
        self.changed.notify_all();
        // Fails only if the counter is full, and then the thread is woken anyway.
        let _ = rustix::io::write(&self.wake, &1u64.to_ne_bytes());
    }

    pub(crate) fn wake_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    pub(crate) fn clear_wake(&self) {
        let _ = rustix::io::read(&self.wake, &mut [0; 8]);
    }

    pub(crate) fn take_calls(&self) -> VecDeque<Call> {
        std::mem::take(&mut self.lock().queue)
    }

    pub(crate) fn stop_at(&self) -> Option<Instant> {
        self.lock().stop_at
    }

    /// Hands a completion to the caller.
    pub(crate) fn complete(&self, completion: Completion) {
        {
            let mut inner = self.lock();
            inner.in_flight = inner.in_flight.saturating_sub(1);
        }
        (self.on_completion)(completion);
    }
}

/// The thread of one plugin.
pub(crate) struct Supervisor {
    spec: PluginSpec,
    shared: Arc<Shared>,
    hello: Vec<u8>,
    backoff: Backoff,
    hung: Option<JoinHandle<()>>,
}

impl Supervisor {
    /// `hello` is the encoded first frame.
    pub(crate) fn new(spec: PluginSpec, shared: Arc<Shared>, hello: Vec<u8>) -> Supervisor {
        Supervisor { spec, shared, hello, backoff: Backoff::default(), hung: None }
    }

    /// Runs until the plugin is stopped, or its first start fails.
    pub(crate) fn run(mut self) {
        while self.shared.stop_at().is_none() {
            let Err(error) = self.run_once() else {
                break;
            };
            if !self.shared.lock().started {
                self.shared.update(|inner| inner.start_error = Some(error));
                break;
            }
            if !self.wait_for_restart(&error) {
                break;
            }
            self.shared.update(|inner| inner.restarts += 1);
        }
        let queue = {
            let mut inner = self.shared.lock();
            inner.pid = None;
            inner.down_until = None;
            inner.state = State::Stopped;
            std::mem::take(&mut inner.queue)
        };
        self.fail_calls(queue, "the plugin was stopped");
        self.shared.update(|_| {});
    }

    /// One body from start to end. `Ok` if it was told to stop, else why it ended.
    fn run_once(&mut self) -> Result<(), StartError> {
        let name = self.spec.name.clone();
        let runner = Runner::start(&self.spec).map_err(|source| StartError::Io {
            name: name.clone(),
            action: "start its process",
            source,
        })?;
        let hello = self.hello.clone();
        let link = Link::new(&self.spec, &self.shared, &runner, &mut self.backoff, hello);
        let (end, sent) = link.run();
        // From here on nothing is taken any more, so that no call waits for a body that is gone.
        let queue = {
            let mut inner = self.shared.lock();
            inner.pid = None;
            if inner.state == State::Running {
                inner.state = State::Restarting;
            }
            std::mem::take(&mut inner.queue)
        };
        let how = match runner.end() {
            Ended::Gone(how) => how,
            Ended::Hung(thread) => {
                self.hung = Some(thread);
                "its thread does not come back; only a restart of the register frees it".to_owned()
            }
        };
        let (result, kind, begun, detail) = match end {
            End::Stopped => {
                let detail = "the plugin was stopped before it answered".to_owned();
                (Ok(()), FailureKind::Crash, true, detail)
            }
            End::Refused(refusal) => {
                let detail = refusal.reason.clone();
                let error =
                    StartError::Refused { name, code: refusal.code, reason: refusal.reason };
                (Err(error), FailureKind::Crash, false, detail)
            }
            End::Fault { kind, reason, begun } => {
                let detail = match reason {
                    // After a panic the body is ended by us, which says nothing new.
                    Some(reason) if !begun && self.hung.is_none() => reason,
                    Some(reason) => format!("{reason}; {how}"),
                    None => how,
                };
                let error = StartError::NotReady { name, reason: detail.clone() };
                (Err(error), kind, begun, detail)
            }
        };
        self.fail_sent(sent, kind, begun, &detail);
        self.fail_calls(queue, &detail);
        result
    }

    /// Fails what was sent: the first one with what happened, the others as not begun.
    fn fail_sent(&self, sent: VecDeque<Sent>, kind: FailureKind, begun: bool, detail: &str) {
        let mut running = begun;
        for Sent { ticket, hook } in sent {
            let begun = std::mem::take(&mut running);
            let (kind, detail) = match begun {
                true => (kind, detail.to_owned()),
                false => (FailureKind::Crash, format!("not begun: {detail}")),
            };
            let outcome = Outcome::Failed { kind, detail };
            self.shared.complete(Completion { ticket, hook, outcome, begun, duration_us: 0 });
        }
    }

    fn fail_calls(&self, calls: VecDeque<Call>, detail: &str) {
        let sent = calls.into_iter().map(|Call { ticket, hook, .. }| Sent { ticket, hook });
        self.fail_sent(sent.collect(), FailureKind::Crash, false, detail);
    }

    /// Waits as long as a restart has to wait; false if the plugin is to stop.
    fn wait_for_restart(&mut self, error: &StartError) -> bool {
        let now = Instant::now();
        let mut next = self.backoff.crashed(&self.spec.limits, now, random());
        // Another attempt would end in the same way: only a person can change what was refused.
        let cannot_change =
            matches!(error, StartError::Refused { code, .. } if *code != RefusalCode::Create);
        if cannot_change || self.hung.is_some() {
            next = Next::Trip;
        }
        let plugin = self.spec.name.as_str();
        let (state, until) = match next {
            Next::RestartAt(at) => (State::Restarting, Some(at)),
            Next::Trip => (State::Tripped, None),
        };
        let text = match error {
            StartError::NotReady { reason, .. } | StartError::Refused { reason, .. } => {
                reason.clone()
            }
            error => error.to_string(),
        };
        tracing::warn!(plugin, tripped = until.is_none(), "plugin is down: {text}");
        self.shared.update(|inner| {
            inner.state = state;
            inner.down_until = until;
            inner.last_error = Some(text);
            inner.reset = false;
        });
        loop {
            self.shared.wait_until(until, |inner| inner.stop_at.is_some() || inner.reset);
            let (stop, reset) = {
                let mut inner = self.shared.lock();
                (inner.stop_at.is_some(), std::mem::take(&mut inner.reset))
            };
            if stop {
                return false;
            }
            if reset {
                self.backoff.reset();
            }
            if self.thread_is_back() {
                return true;
            }
        }
    }

    /// Whether nothing of an earlier body is left that a new one would run beside.
    fn thread_is_back(&mut self) -> bool {
        let hangs = self.hung.as_ref().is_some_and(|thread| !thread.is_finished());
        if !hangs {
            self.hung = None;
        }
        let state = if hangs { State::Tripped } else { State::Restarting };
        self.shared.update(|inner| inner.state = state);
        !hangs
    }
}

/// The moment that many milliseconds from now.
pub(crate) fn in_ms(ms: u64) -> Instant {
    let now = Instant::now();
    now.checked_add(Duration::from_millis(ms)).unwrap_or(now)
}
