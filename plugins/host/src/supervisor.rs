//! Keeps one plugin running: starts it, restarts it after crashes, gives up when it crashes too
//! often. One thread per plugin; it also does the I/O (`link.rs`).

use std::collections::{HashMap, VecDeque};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use rustix::event::EventfdFlags;
use shouxin_plugin_wire::Hook;

use crate::backoff::{Backoff, Next, random};
use crate::courier::Courier;
use crate::handshake::Ready;
use crate::health::Calls;
use crate::link::{End, Left, Link};
use crate::room::Room;
use crate::runner::{Ended, Runner};
use crate::spec::{
    AbiInfo, Cage, Call, Completion, FailureKind, Outcome, PluginSpec, RefusalCode, StartError,
    State,
};

/// Gets every completion, on the plugin's thread. It must not block.
pub(crate) type OnCompletion = Box<dyn Fn(Completion) + Send + Sync>;

impl Orders {
    /// Takes a call out before it is sent.
    pub(crate) fn remove(&mut self, ticket: u64) -> Option<Call> {
        [&mut self.first, &mut self.later].into_iter().find_map(|lane| {
            let at = lane.iter().position(|call| call.ticket == ticket)?;
            lane.remove(at)
        })
    }

    /// Whether nothing waits to be sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_empty() && self.later.is_empty()
    }
}

/// Says whether a call may still begin, by its ticket. It must not block.
pub(crate) type Gate = Box<dyn Fn(u64) -> bool + Send + Sync>;

/// What the handle and the plugin's thread share.
pub(crate) struct Shared {
    inner: Mutex<Inner>,
    changed: Condvar,
    /// Readable when the plugin's thread has something to look at.
    wake: OwnedFd,
    /// Whether the plugin's thread looks at the state before it sleeps again.
    awake: AtomicBool,
    pub(crate) calls: Calls,
    room: Room,
    on_completion: OnCompletion,
    gate: Option<Gate>,
}

/// A call that was submitted and is not completed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    pub(crate) first: bool,
    pub(crate) cancelled: bool,
}

/// A body that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Body {
    number: u64,
    pid: Option<u32>,
}

/// What the plugin's thread finds when it looks at the state.
pub(crate) struct Told {
    /// When to stop.
    pub(crate) stop_at: Option<Instant>,
    /// Why there is no room for the plugin any more.
    pub(crate) no_room: Option<String>,
}

/// What the plugin's thread is to do.
#[derive(Default)]
pub(crate) struct Orders {
    pub(crate) first: VecDeque<Call>,
    pub(crate) later: VecDeque<Call>,
    /// Tickets to cancel.
    pub(crate) cancels: Vec<u64>,
}

pub(crate) struct Inner {
    pub(crate) state: State,
    /// Whether it was ever ready.
    pub(crate) started: bool,
    pub(crate) start_error: Option<StartError>,
    pub(crate) orders: Orders,
    /// Calls submitted and not completed, those in `orders` included.
    pub(crate) tickets: HashMap<u64, Ticket>,
    /// How many of them go first.
    pub(crate) first_in_flight: usize,
    pub(crate) restarts: u64,
    pub(crate) last_error: Option<String>,
    pub(crate) down_until: Option<Instant>,
    pub(crate) abi: Option<AbiInfo>,
    pub(crate) pid: Option<u32>,
    pub(crate) cage: Option<Cage>,
    pub(crate) started_at: Option<SystemTime>,
    pub(crate) start_us: Option<u64>,
    /// The crashes the breaker knows of; some may have left its window.
    pub(crate) crashes: VecDeque<Instant>,
    /// Set once: finish, at the latest at this time.
    pub(crate) stop_at: Option<Instant>,
    pub(crate) reset: bool,
    /// The body that runs, from its start on.
    body: Option<Body>,
    /// How many there were.
    bodies: u64,
    /// Why this body has to end: what it takes on the disk.
    no_room: Option<String>,
    /// The thread of a body that does not come back.
    pub(crate) hung: Option<JoinHandle<()>>,
}

impl Inner {
    /// Whether a thread of an earlier body is in its call still.
    pub(crate) fn hangs(&self) -> bool {
        self.hung.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// The body is gone.
    fn gone(&mut self) {
        self.body = None;
        self.no_room = None;
        self.pid = None;
        self.cage = None;
        self.started_at = None;
    }
}

impl Shared {
    pub(crate) fn new(
        on_completion: OnCompletion,
        gate: Option<Gate>,
        room: Room,
    ) -> std::io::Result<Shared> {
        let wake = rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let inner = Inner {
            state: State::Restarting,
            started: false,
            start_error: None,
            orders: Orders::default(),
            tickets: HashMap::new(),
            first_in_flight: 0,
            restarts: 0,
            last_error: None,
            down_until: None,
            abi: None,
            pid: None,
            cage: None,
            started_at: None,
            start_us: None,
            crashes: VecDeque::new(),
            stop_at: None,
            reset: false,
            body: None,
            bodies: 0,
            no_room: None,
            hung: None,
        };
        Ok(Shared {
            inner: Mutex::new(inner),
            changed: Condvar::new(),
            wake,
            awake: AtomicBool::new(false),
            calls: Calls::default(),
            room,
            on_completion,
            gate,
        })
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

    /// Has the plugin's thread look at the state, also where it waits for a restart.
    pub(crate) fn wake(&self) {
        self.changed.notify_all();
        self.wake_link();
    }

    /// Has the plugin's thread look at the state, if it runs a link and is not about to.
    pub(crate) fn wake_link(&self) {
        if !self.awake.swap(true, Ordering::AcqRel) {
            // Fails only if the counter is full, and then the thread is woken anyway.
            let _ = rustix::io::write(&self.wake, &1u64.to_ne_bytes());
        }
    }

    pub(crate) fn wake_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    pub(crate) fn clear_wake(&self) {
        let _ = rustix::io::read(&self.wake, &mut [0; 8]);
    }

    /// The plugin's thread is up: nobody has to wake it until it takes its orders.
    pub(crate) fn woken(&self) {
        self.awake.store(true, Ordering::Release);
    }

    /// Gives the thread what it is to do, and when to stop. From here on it has to be woken again:
    /// this is said before the state is looked at, so that nothing falls in between.
    pub(crate) fn take_orders(&self, orders: &mut Orders) -> Told {
        self.awake.store(false, Ordering::Release);
        let mut inner = self.lock();
        orders.first.append(&mut inner.orders.first);
        orders.later.append(&mut inner.orders.later);
        orders.cancels.append(&mut inner.orders.cancels);
        Told { stop_at: inner.stop_at, no_room: inner.no_room.take() }
    }

    /// Measures the plugin's folder if a body runs, and has one end that takes too much. The body that
    /// ends is the one that ran when the look began: the next one has a look of its own before it.
    pub(crate) fn look_at_room(&self) {
        let Some(body) = self.lock().body else {
            return;
        };
        let Some(reason) = self.room.over(body.pid) else {
            return;
        };
        let mut inner = self.lock();
        if inner.body == Some(body) {
            inner.no_room = Some(reason);
            drop(inner);
            self.wake_link();
        }
    }

    pub(crate) fn stop_at(&self) -> Option<Instant> {
        self.lock().stop_at
    }

    /// A body is ready for calls.
    pub(crate) fn ready(&self, ready: Ready, pid: Option<u32>, took: Duration) {
        self.update(|inner| {
            inner.state = State::Running;
            inner.started = true;
            inner.abi = Some(ready.abi);
            inner.cage = ready.cage;
            inner.pid = pid;
            inner.down_until = None;
            inner.started_at = Some(SystemTime::now());
            inner.start_us = Some(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        });
    }

    /// Whether a call may begin; one that may not counts as cancelled from here on.
    pub(crate) fn may_begin(&self, ticket: u64) -> bool {
        let may = self.gate.as_ref().is_none_or(|gate| gate(ticket));
        let mut inner = self.lock();
        match inner.tickets.get_mut(&ticket) {
            // A cancellation that is on its way counts already.
            Some(own) => {
                own.cancelled |= !may;
                !own.cancelled
            }
            None => may,
        }
    }

    /// Whether somebody asked for this call to be cancelled.
    pub(crate) fn cancel_asked(&self, ticket: u64) -> bool {
        self.lock().tickets.get(&ticket).is_some_and(|own| own.cancelled)
    }

    /// Hands a completion to the caller.
    pub(crate) fn complete(&self, completion: Completion) {
        {
            let mut inner = self.lock();
            let Some(own) = inner.tickets.remove(&completion.ticket) else {
                debug_assert!(false, "call {} was completed twice", completion.ticket);
                return;
            };
            if own.first {
                inner.first_in_flight = inner.first_in_flight.saturating_sub(1);
            }
        }
        if completion.begun {
            self.calls.ended(completion.hook, &completion.outcome, completion.duration_us);
        }
        (self.on_completion)(completion);
    }

    /// Completes a call that never began.
    pub(crate) fn complete_unbegun(
        &self,
        ticket: u64,
        hook: Hook,
        kind: FailureKind,
        detail: &str,
    ) {
        let outcome = Outcome::Failed { kind, detail: detail.to_owned() };
        self.complete(Completion { ticket, hook, outcome, begun: false, duration_us: 0 });
    }
}

/// The thread of one plugin.
pub(crate) struct Supervisor {
    spec: PluginSpec,
    shared: Arc<Shared>,
    hello: Vec<u8>,
    backoff: Backoff,
    courier: Option<Courier>,
}

impl Supervisor {
    /// `hello` is the encoded first frame, `courier` the way to what is granted.
    pub(crate) fn new(
        spec: PluginSpec,
        shared: Arc<Shared>,
        hello: Vec<u8>,
        courier: Option<Courier>,
    ) -> Supervisor {
        Supervisor { spec, shared, hello, backoff: Backoff::default(), courier }
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
        let orders = {
            let mut inner = self.shared.lock();
            inner.gone();
            inner.down_until = None;
            inner.state = State::Stopped;
            std::mem::take(&mut inner.orders)
        };
        self.fail_orders(orders, "the plugin was stopped");
        self.shared.update(|_| {});
    }

    /// One body from start to end. `Ok` if it was told to stop, else why it ended.
    fn run_once(&mut self) -> Result<(), StartError> {
        let name = self.spec.name.clone();
        let began = Instant::now();
        if let Some(reason) = self.shared.room.over(None) {
            return Err(StartError::Refused { name, code: RefusalCode::Room, reason });
        }
        let mut runner = Runner::start(&self.spec, self.courier.as_ref()).map_err(|source| {
            StartError::Io { name: name.clone(), action: "start its process", source }
        })?;
        self.shared.update(|inner| {
            inner.bodies += 1;
            inner.body = Some(Body { number: inner.bodies, pid: runner.pid() });
        });
        let hello = (self.hello.clone(), runner.gift.take());
        let link = Link::new(&self.spec, &self.shared, &runner, &mut self.backoff, hello, began);
        let (end, left) = link.run();
        // From here on nothing is taken any more, so that no call waits for a body that is gone.
        let orders = {
            let mut inner = self.shared.lock();
            inner.gone();
            if inner.state == State::Running {
                inner.state = State::Restarting;
            }
            std::mem::take(&mut inner.orders)
        };
        let how = match runner.end() {
            Ended::Gone(how) => how,
            Ended::Hung(thread) => {
                self.shared.lock().hung = Some(thread);
                "its thread does not come back; only a restart of the register frees it".to_owned()
            }
        };
        let hangs = self.shared.lock().hung.is_some();
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
            End::NoRoom(reason) => {
                let detail = if hangs { format!("{reason}; {how}") } else { reason };
                let reason = detail.clone();
                let error = StartError::Refused { name, code: RefusalCode::Room, reason };
                (Err(error), FailureKind::Crash, true, detail)
            }
            End::Fault { kind, reason, begun } => {
                let detail = match reason {
                    // After a panic the body is ended by us, which says nothing new.
                    Some(reason) if !begun && !hangs => reason,
                    Some(reason) => format!("{reason}; {how}"),
                    None => how,
                };
                let error = StartError::NotReady { name, reason: detail.clone() };
                (Err(error), kind, begun, detail)
            }
        };
        self.fail_left(left, kind, begun, &detail);
        self.fail_orders(orders, &detail);
        result
    }

    /// Fails what a link left: the running call with what happened, the others as not begun.
    fn fail_left(&self, left: Left, kind: FailureKind, begun: bool, detail: &str) {
        let not_begun = format!("not begun: {detail}");
        let running = left.running.filter(|_| begun);
        // The one that ran comes first: it is the one that callers count.
        if let Some(running) = running {
            let outcome = Outcome::Failed { kind, detail: detail.to_owned() };
            self.shared.complete(Completion {
                ticket: running.ticket,
                hook: running.hook,
                outcome,
                begun: true,
                duration_us: left.running_us,
            });
        }
        for sent in left.sent {
            if running.is_none_or(|own| own.ticket != sent.ticket) {
                let kind = FailureKind::Crash;
                self.shared.complete_unbegun(sent.ticket, sent.hook, kind, &not_begun);
            }
        }
        self.fail_orders(left.orders, detail);
    }

    fn fail_orders(&self, orders: Orders, detail: &str) {
        let detail = format!("not begun: {detail}");
        for call in orders.first.into_iter().chain(orders.later) {
            self.shared.complete_unbegun(call.ticket, call.hook, FailureKind::Crash, &detail);
        }
    }

    /// Waits as long as a restart has to wait; false if the plugin is to stop.
    fn wait_for_restart(&mut self, error: &StartError) -> bool {
        let now = Instant::now();
        let mut next = self.backoff.crashed(&self.spec.limits, now, random());
        // Another attempt would end in the same way: only a person can change what was refused.
        let cannot_change =
            matches!(error, StartError::Refused { code, .. } if *code != RefusalCode::Create);
        if cannot_change || self.shared.lock().hung.is_some() {
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
            inner.crashes.clone_from(self.backoff.crashes());
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
                self.shared.lock().crashes.clear();
            }
            if self.thread_is_back() {
                return true;
            }
        }
    }

    /// Whether nothing of an earlier body is left that a new one would run beside.
    fn thread_is_back(&mut self) -> bool {
        let mut hangs = false;
        self.shared.update(|inner| {
            hangs = inner.hangs();
            if !hangs {
                inner.hung = None;
            }
            inner.state = if hangs { State::Tripped } else { State::Restarting };
        });
        !hangs
    }
}

/// The moment that many milliseconds from now.
pub(crate) fn in_ms(ms: u64) -> Instant {
    let now = Instant::now();
    now.checked_add(Duration::from_millis(ms)).unwrap_or(now)
}
