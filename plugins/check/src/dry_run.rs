//! Plays recorded calls to a library and names what it would do otherwise.
//!
//! The calls go in their order to a child process in mode `dry_run`, over a folder that is thrown
//! away and with no network. At most a window of them is held in memory, however long the history.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use shouxin_plugin_host::wire::{Answer, AnswerOutcome};
use shouxin_plugin_host::{
    Call, Completion, FailureKind, Hook, Isolation, Limits, Mode, Outcome, Plugin, PluginSpec,
    StartError, SubmitError,
};
use tempfile::TempDir;

use crate::report::clean;

/// Calls under way at once; also the most that are held in memory.
const WINDOW: usize = 64;

/// How long an instance is waited for that is being restarted, in milliseconds.
const RESTART_MS: u64 = 60_000;

/// How much longer than its deadline a call is waited for: the host ends it at the deadline.
const GRACE_MS: u64 = 30_000;

/// The longest library, in bytes; the host takes no longer one.
const LIBRARY_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// How a history is played.
#[derive(Clone, Debug)]
pub struct DryRun {
    /// The name the library is to be admitted under; it must say the same.
    pub name: String,
    /// What the operator wrote for it.
    pub settings: Value,
    /// The program that calls `shouxin_plugin_host::child_main`, usually `/proc/self/exe`.
    pub host_program: PathBuf,
    /// The arguments that make it do so, e.g. `["plugin-host"]`.
    pub host_args: Vec<String>,
    /// How long one call may take, in milliseconds.
    pub deadline_ms: u64,
    /// Whether another reference is a difference. References usually differ by nature.
    pub compare_references: bool,
    /// So many calls may crash it or run into the deadline; then the rest is not played.
    pub crashes_max: u64,
    /// Where the scratch folder is made.
    pub work_dir: PathBuf,
}

impl DryRun {
    /// A dry run by this program's own `plugin-host`, without settings.
    pub fn new(name: impl Into<String>, host_program: impl Into<PathBuf>) -> DryRun {
        DryRun {
            name: name.into(),
            settings: Value::Null,
            host_program: host_program.into(),
            host_args: vec!["plugin-host".to_owned()],
            deadline_ms: crate::Options::DEADLINE_MS,
            compare_references: false,
            crashes_max: 20,
            work_dir: std::env::temp_dir(),
        }
    }
}

/// One call as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Position of the event that the call stands for.
    pub position: u64,
    /// What was asked.
    pub hook: Hook,
    /// The message, as it was sent.
    pub body: Vec<u8>,
    /// What came of it; `None` if that is not recorded.
    pub recorded: Option<Was>,
}

/// What came of a call then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Was {
    /// It was answered. `failed` stands for `needs_human` as well: the log has one word for both.
    Answered(RecordedAnswer),
    /// It gave no answer.
    Failed {
        /// Why not.
        failed: FailureKind,
    },
}

/// What was answered then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedAnswer {
    /// How it ended.
    pub outcome: AnswerOutcome,
    /// The department's number.
    pub reference: Option<String>,
}

/// What the new library does with the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WouldBe {
    /// It answers.
    Answered(RecordedAnswer),
    /// It gives no answer.
    Failed(FailureKind),
}

/// A call that ends otherwise than was recorded, or without an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// [`Recorded::position`].
    pub position: u64,
    /// The case, if the call is about one.
    pub case_id: Option<String>,
    /// What was asked, by name.
    pub hook: &'static str,
    /// How it ended then; `None` if that is not recorded, and the call fails now.
    pub was: Option<Was>,
    /// How it would end now.
    pub would_be: WouldBe,
    /// What the library says about it; text of the plugin, without control characters.
    pub detail: String,
}

/// How a history went.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Calls that were played to their end.
    pub calls: u64,
    /// Those that end as recorded.
    pub same: u64,
    /// Those that are answered otherwise.
    pub different: u64,
    /// Those without an answer that do not end as recorded: crash, deadline, refusal. Each is handed over
    /// as a difference.
    pub failed: u64,
    /// Those that are answered and of which no answer is recorded, or a crash then.
    pub unrecorded: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Calls a second.
    pub rate: f64,
    /// Why the rest of the history was not played.
    pub stopped: Option<String>,
}

/// Why no history was played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DryRunError {
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The library was refused.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// Plays calls to a library in their order and hands over each difference as soon as it is known,
/// in the order of the calls.
///
/// A call that crashes the library counts as failed; the library is restarted over the same folder
/// and the history goes on behind it, until [`DryRun::crashes_max`].
///
/// # Errors
/// The library cannot be read or does not start.
pub fn dry_run(
    library: &Path,
    options: &DryRun,
    calls: impl IntoIterator<Item = Recorded>,
    mut on_difference: impl FnMut(Difference),
) -> Result<Summary, DryRunError> {
    let began = Instant::now();
    let mut play = Play::start(library, options)?;
    let mut calls = calls.into_iter();
    let mut summary = Summary::default();
    loop {
        while play.open.len() < WINDOW {
            let Some(call) = calls.next() else { break };
            play.open.push_back(call);
        }
        if play.open.is_empty() {
            break;
        }
        match play.step() {
            Ok(Some((call, outcome))) => {
                summary.count(call, outcome, options.compare_references, &mut on_difference);
            }
            Ok(None) => {}
            Err(reason) => {
                summary.stopped = Some(reason);
                break;
            }
        }
    }
    let took = began.elapsed();
    summary.took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    summary.rate = summary.calls as f64 / took.as_secs_f64().max(0.001);
    Ok(summary)
}

/// A history under way.
struct Play {
    plugin: Plugin,
    completions: Receiver<Completion>,
    wait: Duration,
    /// Calls that have not ended, in their order.
    open: VecDeque<Recorded>,
    /// How many of them, from the front, are with the plugin.
    sent: usize,
    /// Ticket of the call at the front.
    first: u64,
    crashes: u64,
    crashes_max: u64,
    /// Removed when the history has ended; after the plugin.
    _folder: TempDir,
}

impl Play {
    fn start(library: &Path, options: &DryRun) -> Result<Play, DryRunError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| DryRunError::Io { path, source }
        };
        let mut bytes = Vec::new();
        File::open(library)
            .and_then(|file| file.take(LIBRARY_BYTES_MAX).read_to_end(&mut bytes))
            .map_err(io(library))?;
        let folder = tempfile::Builder::new()
            .prefix("shouxin-dry-run-")
            .tempdir_in(&options.work_dir)
            .map_err(io(&options.work_dir))?;
        let spec = PluginSpec {
            name: options.name.clone(),
            library: library.to_owned(),
            sha256: Sha256::digest(&bytes).into(),
            data_dir: folder.path().join("data"),
            config: options.settings.clone(),
            mode: Mode::DryRun,
            connect: Vec::new(),
            isolation: Isolation::Process,
            limits: Limits {
                deadline_ms: options.deadline_ms,
                in_flight_max: WINDOW,
                restart_backoff_min_ms: 1,
                restart_backoff_max_ms: 1_000,
                breaker_crashes: usize::try_from(options.crashes_max)
                    .unwrap_or(usize::MAX)
                    .saturating_add(1),
                ..Limits::default()
            },
            host_program: options.host_program.clone(),
            host_args: options.host_args.clone(),
        };
        let (sender, completions) = channel();
        let on_completion = move |completion| {
            // Nobody waits any more once the history was stopped.
            let _ = sender.send(completion);
        };
        Ok(Play {
            plugin: Plugin::start(spec, Box::new(on_completion))?,
            completions,
            wait: Duration::from_millis(options.deadline_ms.saturating_add(GRACE_MS)),
            open: VecDeque::new(),
            sent: 0,
            first: 0,
            crashes: 0,
            crashes_max: options.crashes_max,
            _folder: folder,
        })
    }

    /// Sends what is open and takes the end of one call; `None` if calls have to be sent again.
    fn step(&mut self) -> Result<Option<(Recorded, Outcome)>, String> {
        self.send()?;
        if self.sent == 0 {
            return Ok(None);
        }
        let completion = self
            .completions
            .recv_timeout(self.wait)
            .map_err(|_| "no completion came".to_owned())?;
        if completion.begun || matches!(completion.outcome, Outcome::Answered(_)) {
            let died = matches!(
                completion.outcome,
                Outcome::Failed {
                    kind: FailureKind::Crash | FailureKind::Panic | FailureKind::Deadline,
                    ..
                }
            );
            self.crashes += u64::from(died);
            self.sent -= 1;
            self.first += 1;
            let call = self.open.pop_front().ok_or("a completion of no call")?;
            return Ok(Some((call, completion.outcome)));
        }
        // The child died before this call: it and those behind it are sent again, in their order.
        for _ in 1..self.sent {
            self.completions
                .recv_timeout(self.wait)
                .map_err(|_| "no completion came".to_owned())?;
        }
        self.first += self.sent as u64;
        self.sent = 0;
        Ok(None)
    }

    fn send(&mut self) -> Result<(), String> {
        if self.crashes > self.crashes_max {
            return Err(format!(
                "it crashed or ran into the deadline {} times; the rest was not played",
                self.crashes
            ));
        }
        while let Some(next) = self.open.get(self.sent) {
            let ticket = self.first + self.sent as u64;
            let call = Call { ticket, hook: next.hook, body: next.body.clone() };
            match self.plugin.submit(call) {
                Ok(()) => self.sent += 1,
                Err(SubmitError::Full) => return Ok(()),
                // What was sent comes back as not begun; the restart is waited for after that.
                Err(SubmitError::Down { .. }) if self.sent > 0 => return Ok(()),
                Err(SubmitError::Down { .. }) if self.plugin.wait_running(RESTART_MS) => {}
                Err(error) => {
                    let why = self.plugin.health().last_error.unwrap_or_default();
                    return Err(format!("{error}: {why}"));
                }
            }
        }
        Ok(())
    }
}

/// The case a message is about.
fn case_id(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct About {
        case_id: Option<String>,
    }
    serde_json::from_slice::<About>(body).ok()?.case_id
}

/// Whether an answer is the recorded one, as far as the record can tell.
fn answered_alike(now: AnswerOutcome, was: AnswerOutcome) -> bool {
    now == was || (was == AnswerOutcome::Failed && now == AnswerOutcome::NeedsHuman)
}

/// Whether two failures are one, as far as the record can tell.
fn alike(now: FailureKind, was: FailureKind) -> bool {
    let one = |kind| match kind {
        FailureKind::TooLarge => FailureKind::BadAnswer,
        FailureKind::Cancelled => FailureKind::Crash,
        kind => kind,
    };
    one(now) == one(was)
}

impl Summary {
    fn count(
        &mut self,
        call: Recorded,
        outcome: Outcome,
        compare_references: bool,
        on_difference: &mut impl FnMut(Difference),
    ) {
        self.calls += 1;
        let (would_be, detail) = match outcome {
            Outcome::Answered(Answer { outcome, reference, detail, .. }) => {
                let answer = RecordedAnswer { outcome, reference };
                (WouldBe::Answered(answer), detail.unwrap_or_default())
            }
            Outcome::Queried(_) => {
                self.unrecorded += 1;
                return;
            }
            Outcome::Failed { kind, detail } => (WouldBe::Failed(kind), detail),
        };
        match (&would_be, &call.recorded) {
            (WouldBe::Failed(now), Some(Was::Failed { failed: was })) if alike(*now, *was) => {
                self.same += 1;
                return;
            }
            (WouldBe::Failed(_), _) => self.failed += 1,
            // What crashed said nothing; what was refused was said to be.
            (WouldBe::Answered(_), Some(Was::Failed { failed: FailureKind::Refused })) => {
                self.different += 1;
            }
            (WouldBe::Answered(_), None | Some(Was::Failed { .. })) => {
                self.unrecorded += 1;
                return;
            }
            (WouldBe::Answered(now), Some(Was::Answered(was)))
                if answered_alike(now.outcome, was.outcome)
                    && (!compare_references || now.reference == was.reference) =>
            {
                self.same += 1;
                return;
            }
            (WouldBe::Answered(_), Some(Was::Answered(_))) => self.different += 1,
        }
        on_difference(Difference {
            position: call.position,
            case_id: case_id(&call.body),
            hook: call.hook.as_str(),
            was: call.recorded,
            would_be,
            detail: clean(&detail),
        });
    }
}
