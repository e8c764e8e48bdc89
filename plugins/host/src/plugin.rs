//! The handle of a running plugin.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use shouxin_plugin_wire::{BODY_BYTES_MAX, Config, Hook, Mode, SCHEMA};

use crate::courier::{Courier, GRANTS_MAX, check_grant};
use crate::frame::{Kind, PROTOCOL, encode};
use crate::handshake::{Hello, hex};
use crate::health::{Health, memory_bytes};
use crate::room::{self, Room};
use crate::spec::{Call, Completion, PluginSpec, StartError, State, SubmitError};
use crate::supervisor::{Gate, Shared, Supervisor, Ticket, in_ms};

/// A plugin that was started. It runs until it is stopped or dropped.
pub struct Plugin {
    name: String,
    in_flight_max: usize,
    breaker_window: Duration,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Plugin {
    /// Starts a plugin and waits until it is ready for calls.
    ///
    /// `on_completion` gets the end of every call, on the plugin's own thread and without a lock
    /// held; it may submit further calls and must not block.
    ///
    /// # Errors
    /// The specification cannot be used, the library is refused, or it does not become ready.
    pub fn start(
        spec: PluginSpec,
        on_completion: Box<dyn Fn(Completion) + Send + Sync>,
    ) -> Result<Plugin, StartError> {
        Plugin::started(spec, on_completion, None)
    }

    /// The same with a gate: right before the plugin begins an `execute` or a `resume`, `gate` is
    /// asked by ticket whether that is still to be. What it stops fails as
    /// [`FailureKind::Cancelled`](crate::FailureKind::Cancelled), never begun. It is asked on the
    /// plugin's own thread, without a lock held, and must not block.
    ///
    /// # Errors
    /// As [`Plugin::start`].
    pub fn start_gated(
        spec: PluginSpec,
        on_completion: Box<dyn Fn(Completion) + Send + Sync>,
        gate: Box<dyn Fn(u64) -> bool + Send + Sync>,
    ) -> Result<Plugin, StartError> {
        Plugin::started(spec, on_completion, Some(gate))
    }

    fn started(
        spec: PluginSpec,
        on_completion: Box<dyn Fn(Completion) + Send + Sync>,
        gate: Option<Gate>,
    ) -> Result<Plugin, StartError> {
        let name = spec.name.clone();
        let io_error = |action| {
            let name = name.clone();
            move |source| StartError::Io { name, action, source }
        };
        let spec = absolute(spec)?;
        let hello = hello(&spec, gate.is_some())?;
        let in_flight_max = spec.limits.in_flight_max;
        let breaker_window = Duration::from_millis(spec.limits.breaker_window_ms);
        let shared = Shared::new(on_completion, gate, Room::new(&spec))
            .map_err(io_error("make an eventfd"))?;
        let shared = Arc::new(shared);
        room::watch(&shared).map_err(io_error("start a thread"))?;
        let courier = courier(&spec).map_err(io_error("start a thread"))?;
        let supervisor = Supervisor::new(spec, Arc::clone(&shared), hello, courier);
        let thread = std::thread::Builder::new()
            .name(format!("plugin-io {name}"))
            .spawn(move || supervisor.run())
            .map_err(io_error("start a thread"))?;
        let plugin = Plugin { name, in_flight_max, breaker_window, shared, thread: Some(thread) };
        plugin.shared.wait_until(None, |inner| inner.started || inner.state == State::Stopped);
        let failed = plugin.shared.lock().start_error.take();
        match failed {
            Some(error) => Err(error),
            None => Ok(plugin),
        }
    }

    /// The name it was started under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Hands over a call. Never blocks. Calls are worked on one at a time, in this order.
    ///
    /// # Errors
    /// The call was not taken, and there will be no completion for it.
    pub fn submit(&self, call: Call) -> Result<(), SubmitError> {
        self.hand_over(call, false)
    }

    /// Hands over a call that goes before every call of [`Plugin::submit`] that the plugin has not
    /// begun: what relieves somebody waits for at most one burden. Among themselves these calls keep
    /// their order. As many of them may be in flight as [`Limits::in_flight_max`] says, beside the
    /// others.
    ///
    /// # Errors
    /// The call was not taken, and there will be no completion for it.
    ///
    /// [`Limits::in_flight_max`]: crate::Limits::in_flight_max
    pub fn submit_first(&self, call: Call) -> Result<(), SubmitError> {
        self.hand_over(call, true)
    }

    fn hand_over(&self, call: Call, first: bool) -> Result<(), SubmitError> {
        if call.body.len() > BODY_BYTES_MAX {
            return Err(SubmitError::TooLarge { bytes: call.body.len() });
        }
        let mut inner = self.shared.lock();
        if inner.stop_at.is_some() || inner.state == State::Stopped {
            return Err(SubmitError::Stopped);
        }
        if inner.state != State::Running {
            return Err(SubmitError::Down { until: inner.down_until });
        }
        let beside = match first {
            true => inner.first_in_flight,
            false => inner.tickets.len() - inner.first_in_flight,
        };
        if beside >= self.in_flight_max {
            return Err(SubmitError::Full);
        }
        if inner.tickets.contains_key(&call.ticket) {
            return Err(SubmitError::Duplicate { ticket: call.ticket });
        }
        inner.tickets.insert(call.ticket, Ticket { first, cancelled: false });
        if first {
            inner.first_in_flight += 1;
            inner.orders.first.push_back(call);
        } else {
            inner.orders.later.push_back(call);
        }
        drop(inner);
        self.shared.wake_link();
        Ok(())
    }

    /// Asks for a call to be dropped. `true` if it is in flight: its completion then comes as
    /// always, once. If the plugin had not begun it, it fails as
    /// [`FailureKind::Cancelled`](crate::FailureKind::Cancelled), never begun; if it had, it goes on
    /// and ends as it ends. `false` if there is no such call, or no more. Never blocks.
    pub fn cancel(&self, ticket: u64) -> bool {
        let mut inner = self.shared.lock();
        let Some(own) = inner.tickets.get_mut(&ticket) else {
            return false;
        };
        let new = !std::mem::replace(&mut own.cancelled, true);
        if new {
            inner.orders.cancels.push(ticket);
        }
        drop(inner);
        if new {
            self.shared.wake_link();
        }
        true
    }

    /// Whether it takes calls. Cheap: it asks nobody.
    pub fn state(&self) -> State {
        self.shared.lock().state
    }

    /// Whether the library offers a hook; what is not known yet it does.
    pub fn offers(&self, hook: Hook) -> bool {
        let inner = self.shared.lock();
        inner.abi.as_ref().is_none_or(|abi| abi.hooks.iter().any(|own| own == hook.as_str()))
    }

    /// How it is doing. Reads one small file of the system if it runs in a child.
    pub fn health(&self) -> Health {
        let now = Instant::now();
        let mut health = {
            let inner = self.shared.lock();
            let counts = |at: &&Instant| now.saturating_duration_since(**at) <= self.breaker_window;
            Health {
                state: inner.state,
                restarts: inner.restarts,
                in_flight: inner.tickets.len(),
                last_error: inner.last_error.clone(),
                abi: inner.abi.clone(),
                pid: inner.pid,
                down_until: inner.down_until,
                cage: inner.cage,
                memory_bytes: None,
                started_at: inner.started_at,
                start_us: inner.start_us,
                crashes: inner.crashes.iter().filter(counts).count(),
                calls: self.shared.calls.read(),
            }
        };
        health.memory_bytes = health.pid.and_then(memory_bytes);
        health
    }

    /// Waits at most that long for the plugin to take calls; says whether it does.
    pub fn wait_running(&self, wait_ms: u64) -> bool {
        let settled = |state| matches!(state, State::Running | State::Tripped | State::Stopped);
        self.shared.wait_until(Some(in_ms(wait_ms)), |inner| settled(inner.state));
        self.shared.lock().state == State::Running
    }

    /// Closes the breaker and ends a wait: a restart is tried at once. A hung in-process plugin
    /// stays down until its thread came back.
    pub fn reset_breaker(&self) {
        self.shared.update(|inner| {
            inner.reset = true;
            if inner.state == State::Tripped {
                inner.state = State::Restarting;
            }
        });
        self.shared.wake();
    }

    /// Stops it: no more calls are taken, those in flight get `drain_ms` to be answered, the rest
    /// fails. Returns when its process is gone and every completion was handed over. A body on a
    /// thread of this process that does not come back is handed over: until it is over, it may write
    /// to the plugin's folder, and no other body is to run there.
    pub fn stop(mut self, drain_ms: u64) -> Option<Hung> {
        self.finish(drain_ms);
        let thread = self.shared.lock().hung.take();
        thread.map(Hung).filter(|hung| !hung.is_over())
    }

    /// Whether a body on a thread of this process does not come back from its call.
    pub fn hangs(&self) -> bool {
        self.shared.lock().hangs()
    }

    fn finish(&mut self, drain_ms: u64) {
        self.shared.update(|inner| {
            inner.stop_at.get_or_insert(in_ms(drain_ms));
        });
        self.shared.wake();
        if let Some(thread) = self.thread.take() {
            // A handle that is dropped inside a completion is on the thread it would wait for.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

/// The thread of a stopped plugin that is in its call still.
#[derive(Debug)]
pub struct Hung(JoinHandle<()>);

impl Hung {
    /// Whether it came back.
    pub fn is_over(&self) -> bool {
        self.0.is_finished()
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.finish(0);
        }
    }
}

/// The specification with paths that do not depend on the working folder; the child has another.
fn absolute(mut spec: PluginSpec) -> Result<PluginSpec, StartError> {
    let name = &spec.name;
    let usable = (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !usable {
        return Err(StartError::Spec {
            name: name.clone(),
            reason: "a name has 1 to 64 of a-z, 0-9 and -".to_owned(),
        });
    }
    if spec.connect.len() > GRANTS_MAX {
        let reason =
            format!("{} connections, at most {GRANTS_MAX} are granted", spec.connect.len());
        return Err(StartError::Spec { name: name.clone(), reason });
    }
    for grant in &spec.connect {
        check_grant(grant).map_err(|reason| StartError::Spec { name: name.clone(), reason })?;
    }
    for path in [&mut spec.library, &mut spec.data_dir, &mut spec.host_program] {
        *path = std::path::absolute(&path).map_err(|source| StartError::Io {
            name: spec.name.clone(),
            action: "make a path absolute",
            source,
        })?;
    }
    Ok(spec)
}

/// The way to what is granted; none where nothing is, and for what only runs beside a live one.
fn courier(spec: &PluginSpec) -> std::io::Result<Option<Courier>> {
    if spec.mode != Mode::Live || spec.connect.is_empty() {
        return Ok(None);
    }
    let limits = &spec.limits;
    let wait_max = Duration::from_millis(limits.deadline_ms.max(limits.start_deadline_ms));
    Courier::start(&spec.name, spec.connect.clone(), wait_max).map(Some)
}

/// The first frame to every body of this plugin.
fn hello(spec: &PluginSpec, gated: bool) -> Result<Vec<u8>, StartError> {
    let bad = |reason: String| StartError::Spec { name: spec.name.clone(), reason };
    let text = |path: &std::path::Path| match path.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(bad(format!("the path {} is not UTF-8", path.display()))),
    };
    let config = Config {
        schema: SCHEMA,
        name: spec.name.clone(),
        data_dir: text(&spec.data_dir)?,
        settings: Value::clone(&spec.config),
        mode: spec.mode,
        connect: spec.connect.clone(),
    };
    let config = config.encode().map_err(|error| bad(format!("its configuration: {error}")))?;
    let hello = Hello {
        protocol: PROTOCOL,
        register: std::process::id(),
        name: spec.name.clone(),
        library: text(&spec.library)?,
        sha256: hex(&spec.sha256),
        config: String::from_utf8_lossy(&config).into_owned(),
        memory_bytes_max: spec.limits.memory_bytes_max,
        open_files_max: spec.limits.open_files_max,
        file_bytes_max: spec.limits.file_bytes_max,
        data_dir: text(&spec.data_dir)?,
        require_landlock: spec.limits.require_landlock,
        start_deadline_ms: spec.limits.start_deadline_ms,
        deadline_ms: spec.limits.deadline_ms,
        gated,
    };
    let body = serde_json::to_vec(&hello).map_err(|error| bad(error.to_string()))?;
    let mut frame = Vec::new();
    encode(&mut frame, Kind::Hello, 0, &body).map_err(|error| bad(error.to_string()))?;
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Plugin>();
    }
}
