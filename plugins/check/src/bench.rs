//! A library in a child process, called one call at a time or through a window.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use shouxin_plugin_host::wire::Answer;
use shouxin_plugin_host::{
    Call, Completion, Health, Hook, Outcome, Plugin, PluginSpec, StartError, SubmitError,
};

/// How much longer than its deadline a call is waited for: the host ends it at the deadline.
const GRACE_MS: u64 = 30_000;

/// How long an instance gets to end by itself.
const DRAIN_MS: u64 = 5_000;

/// Calls under way at once in a long run.
const WINDOW: usize = 32;

/// A running instance.
pub(crate) struct Bench {
    plugin: Plugin,
    completions: Receiver<Completion>,
    spec: PluginSpec,
    next_ticket: u64,
    /// From the start of the child to the first moment it takes calls.
    pub(crate) started_in: Duration,
}

impl Bench {
    /// Starts an instance.
    ///
    /// # Errors
    /// See [`Plugin::start`].
    pub(crate) fn start(spec: PluginSpec) -> Result<Bench, StartError> {
        let (sender, completions) = channel();
        let began = Instant::now();
        let on_completion = move |completion| {
            // Nobody waits any more once the bench is gone.
            let _ = sender.send(completion);
        };
        let plugin = Plugin::start(spec.clone(), Box::new(on_completion))?;
        let started_in = began.elapsed();
        Ok(Bench { plugin, completions, spec, next_ticket: 0, started_in })
    }

    /// The folder of the instance.
    pub(crate) fn folder(&self) -> &Path {
        &self.spec.data_dir
    }

    /// How it is doing.
    pub(crate) fn health(&self) -> Health {
        self.plugin.health()
    }

    /// Hands over a call.
    ///
    /// # Errors
    /// One sentence: the child is down and does not come back.
    pub(crate) fn submit(&mut self, hook: Hook, body: Vec<u8>) -> Result<u64, String> {
        self.next_ticket += 1;
        let ticket = self.next_ticket;
        let call = Call { ticket, hook, body };
        loop {
            match self.plugin.submit(call.clone()) {
                Ok(()) => return Ok(ticket),
                Err(SubmitError::Down { .. }) if self.plugin.wait_running(GRACE_MS) => {}
                Err(SubmitError::Down { .. }) => {
                    let why = self.plugin.health().last_error.unwrap_or_default();
                    return Err(format!("the plugin is down and does not come back: {why}"));
                }
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    /// The next completion.
    ///
    /// # Errors
    /// One sentence: none came, though the deadline has passed.
    pub(crate) fn next(&self) -> Result<Completion, String> {
        let wait = Duration::from_millis(self.spec.limits.deadline_ms.saturating_add(GRACE_MS));
        self.completions.recv_timeout(wait).map_err(|_| "no completion came".to_owned())
    }

    /// Makes one call and waits for its end.
    ///
    /// # Errors
    /// One sentence: the plugin is down, or nothing was heard.
    pub(crate) fn call(&mut self, hook: Hook, body: Vec<u8>) -> Result<Completion, String> {
        self.submit(hook, body)?;
        self.next()
    }

    /// Makes one call that is to be answered.
    ///
    /// # Errors
    /// One sentence that names the hook and says what came instead of an answer.
    pub(crate) fn answer(&mut self, hook: Hook, body: Vec<u8>) -> Result<Answer, String> {
        match self.call(hook, body).map_err(|error| format!("{hook}: {error}"))?.outcome {
            Outcome::Answered(answer) => Ok(answer),
            Outcome::Queried(_) => Err(format!("{hook}: the answer of a query")),
            Outcome::Failed { kind, detail } => Err(format!("{hook}: {}: {detail}", kind.as_str())),
        }
    }

    /// Makes many calls with a window of them under way, and waits for all of them.
    ///
    /// # Errors
    /// One sentence about the first call that was not answered.
    pub(crate) fn all(
        &mut self,
        calls: impl IntoIterator<Item = (Hook, Vec<u8>)>,
    ) -> Result<u64, String> {
        let mut under_way = VecDeque::new();
        let mut done = 0;
        let mut calls = calls.into_iter();
        loop {
            let next = if under_way.len() < WINDOW { calls.next() } else { None };
            if let Some((hook, body)) = next {
                under_way.push_back(self.submit(hook, body)?);
                continue;
            }
            if under_way.pop_front().is_none() {
                return Ok(done);
            }
            let Completion { hook, outcome, .. } = self.next()?;
            if let Outcome::Failed { kind, detail } = outcome {
                return Err(format!("call {done}, {hook}: {}: {detail}", kind.as_str()));
            }
            done += 1;
        }
    }

    /// Ends the child with SIGKILL and starts another over the same folder.
    ///
    /// # Errors
    /// One sentence: it does not start again.
    pub(crate) fn kill_and_start(self) -> Result<Bench, String> {
        if let Some(pid) = self.health().pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?))
        {
            // It may have ended by itself meanwhile, which is no other case.
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
        let spec = self.spec.clone();
        // Returns when the child is gone, so that the next one finds the folder free.
        drop(self);
        Bench::start(spec).map_err(|error| format!("after kill -9: {error}"))
    }

    /// Ends the instance in an orderly way and starts another over the same folder.
    ///
    /// # Errors
    /// One sentence: it does not start again.
    pub(crate) fn stop_and_start(self) -> Result<Bench, String> {
        let spec = self.spec.clone();
        self.plugin.stop(DRAIN_MS);
        Bench::start(spec).map_err(|error| format!("after a restart: {error}"))
    }
}

/// What the kernel says about a child between two calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Memory of its own, in bytes.
    pub(crate) memory_bytes: u64,
    pub(crate) threads: u64,
    pub(crate) descriptors: u64,
}

impl Usage {
    /// Reads it from `/proc`.
    ///
    /// # Errors
    /// One sentence: the child is gone, or may not be looked at.
    pub(crate) fn of(pid: u32) -> Result<Usage, String> {
        let failed = |error: std::io::Error| format!("/proc/{pid} cannot be read: {error}");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).map_err(failed)?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        // What is mapped from files comes and goes with the page cache and is nobody's growth.
        let memory = field("RssAnon:").or_else(|| field("VmRSS:"));
        let descriptors = std::fs::read_dir(format!("/proc/{pid}/fd")).map_err(failed)?.count();
        Ok(Usage {
            memory_bytes: memory.unwrap_or(0).saturating_mul(1_024),
            threads: field("Threads:").unwrap_or(0),
            descriptors: descriptors as u64,
        })
    }
}
