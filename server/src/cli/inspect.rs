//! `shouxin replay`, `verify`, `rebuild`: what auditors and operators run over a data folder.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use shouxin_core::actor::SubjectKey;
use shouxin_core::codec;
use shouxin_core::log::ReadError;
use shouxin_core::time::{Day, Timestamp};

use crate::access::AccessLog;
use crate::app::{self, DataFolder, Purpose};
use crate::cli::{Data, Done, Failure};
use crate::config::Config;
use crate::engine::query::Query;
use crate::http::sharing::Reach;
use crate::log::{self, LogReader};
use crate::replay;
use crate::vault::Vault;
use crate::view::View;

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub(super) struct Replay {
    #[command(flatten)]
    data: Data,
    /// 截至事件序号（含）/ up to and including this event
    #[arg(long, conflicts_with = "at")]
    seq: Option<u64>,
    /// 截至时间：日期（当日终了）或 RFC 3339 时刻 / up to the end of a day, or to a moment
    #[arg(long)]
    at: Option<At>,
    /// 显示某主体当时的档案 / print this subject's file as of then
    #[arg(long)]
    subject: Option<String>,
    /// 重建到该目录 / rebuild the view into this folder
    #[arg(long)]
    into: Option<PathBuf>,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    data: Data,
    /// 只核验日志 / check the log alone
    #[arg(long)]
    log_only: bool,
}

/// Arguments of `rebuild`.
#[derive(Debug, Args)]
pub(super) struct Rebuild {
    #[command(flatten)]
    data: Data,
}

/// A day, to its end, or a moment.
#[derive(Clone, Copy, Debug)]
struct At {
    /// The day to read the file on.
    day: Day,
    /// The first moment that is left out.
    limit: Timestamp,
}

impl std::str::FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<At, String> {
        if let Ok(day) = text.parse::<Day>() {
            return Ok(At { day, limit: Timestamp::start_of(day.plus_days(1)) });
        }
        let moment: Timestamp = text.parse().map_err(|error| format!("{error}"))?;
        Ok(At { day: moment.legal_date(), limit: moment.plus_ms(1) })
    }
}

pub(super) fn bar(total: u64, unit: &str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    let template = format!("{{bar:40}} {{pos}}/{{len}} {unit} {{per_sec}} {{eta}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}

pub(super) fn reader(data: &Path) -> Result<LogReader, Failure> {
    if !data.join("log").exists() {
        return Err(Failure::usage(format!("{} 没有日志 / holds no log", data.display())));
    }
    LogReader::open_read_only(&data.join("log")).map_err(Failure::wrong)
}

/// The sequence of the first event recorded at `limit` or later; a binary search, since recorded
/// times never go back.
fn end_of(log: &LogReader, limit: Timestamp) -> Result<u64, Failure> {
    let (mut low, mut high) = (0, log.head().next);
    while low < high {
        let middle = low + (high - low) / 2;
        let commits = log.read(middle, 1).map_err(Failure::wrong)?;
        let commit = commits.first().ok_or_else(|| Failure::wrong("the log ends early"))?;
        let entry = commit.entries.first().ok_or_else(|| Failure::wrong("an empty commit"))?;
        let envelope = codec::decode_event(&entry.bytes).map_err(Failure::wrong)?;
        match envelope.recorded_at < limit {
            true => low = commit.next(),
            false => high = commit.first,
        }
    }
    Ok(low)
}

pub(super) fn replay(arguments: &Replay) -> Done {
    let data = &arguments.data.data;
    let log = reader(data)?;
    let end = match (arguments.seq, arguments.at) {
        (Some(seq), _) => seq.saturating_add(1),
        (None, Some(at)) => end_of(&log, at.limit)?,
        (None, None) => log.head().next,
    };
    let vault = Vault::open(&data.join("vault")).map_err(Failure::wrong)?;
    let (folder, _scratch) = match &arguments.into {
        Some(into) => (new_folder(into)?, None),
        None => {
            let scratch = Scratch::make(&std::env::temp_dir())?;
            (scratch.0.join("view"), Some(scratch))
        }
    };
    let progress = bar(end.min(log.head().next), "事件 events");
    let rebuilt = replay::rebuild(&folder, &log, &vault, end, &mut |done| {
        progress.set_position(done);
    })
    .map_err(Failure::wrong)?;
    progress.finish_and_clear();
    eprintln!(
        "{} 个事件，{} 事件/秒 / events, events a second",
        rebuilt.events,
        rebuilt.events_per_second()
    );
    let shown = match &arguments.subject {
        Some(subject) => {
            show(&rebuilt.view, &vault, &log, subject, arguments.at.map(|at| at.day), end)
        }
        None => Ok(()),
    };
    rebuilt.view.close().map_err(Failure::wrong)?;
    shown
}

/// A folder to rebuild into. What is there already is not ours to remove: it may be a view in use.
fn new_folder(into: &Path) -> Result<PathBuf, Failure> {
    let empty = match std::fs::read_dir(into) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(Failure::usage(format!("--into {}: {error}", into.display()))),
    };
    if empty {
        return Ok(into.to_owned());
    }
    Err(Failure::refused(format!(
        "--into {} 不是空目录，请另指定新目录 / is not empty; name a new folder",
        into.display()
    )))
}

/// Folders tried before a temporary folder counts as full of them.
const SCRATCH_TRIES_MAX: u32 = 64;

/// A folder of this command's own, closed to others and gone when the command ends.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn make(parent: &Path) -> Result<Scratch, Failure> {
        let process = std::process::id();
        for number in 0..SCRATCH_TRIES_MAX {
            let path = parent.join(format!("shouxin-view-{process}-{number}"));
            // Made new or not at all, so that nobody else's folder or link is taken for ours.
            match std::fs::DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Scratch(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(Failure::wrong(format!("making {}: {error}", path.display())));
                }
            }
        }
        let text = format!("no free name for a folder in {}", parent.display());
        Err(Failure::wrong(text))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("! {}: {error}", self.0.display());
        }
    }
}

fn show(
    view: &View,
    vault: &Vault,
    log: &LogReader,
    subject: &str,
    at: Option<Day>,
    end: u64,
) -> Done {
    let key: SubjectKey = subject.parse().map_err(Failure::usage)?;
    let day = match at {
        Some(day) => day,
        None => {
            let last = end.min(log.head().next).saturating_sub(1);
            let commits = log.read(last, 1).map_err(Failure::wrong)?;
            let entry = commits.first().and_then(|commit| commit.entries.first());
            let entry = entry.ok_or_else(|| Failure::wrong("the log is empty"))?;
            codec::decode_event(&entry.bytes).map_err(Failure::wrong)?.legal_date
        }
    };
    let mut query = Query::new(view.read());
    let head = query.ask(|rows| rows.must_subject(key).cloned()).map_err(Failure::wrong)?;
    let sight = crate::http::read::Sight::Whole;
    // Without the county's data files nothing is known of repeals: citations stand as they were made.
    let file = crate::http::read::file((vault, &[]), &mut query, &head, (sight, &Reach::All), day);
    let file = file.map_err(Failure::wrong)?;
    println!("{}", serde_json::to_string_pretty(&file).map_err(Failure::wrong)?);
    Ok(())
}

pub(super) fn verify(arguments: &Verify) -> Done {
    let data = &arguments.data.data;
    if !data.join("log").exists() {
        return Err(Failure::usage(format!("{} 没有日志 / holds no log", data.display())));
    }
    verify_log(&data.join("log"), "日志 / the log")?;
    let reports = data.join("whistle").join("log");
    if reports.exists() {
        verify_log(&reports, "举报日志 / the log of reports")?;
    }
    if arguments.log_only {
        return Ok(());
    }
    view_equals_replay(data)
}

fn verify_log(folder: &Path, name: &str) -> Done {
    let began = std::time::Instant::now();
    let progress = bar(0, "段 segments");
    let verified = log::verify(folder, &mut |step| {
        progress.set_length(u64::try_from(step.segments_total).unwrap_or(0));
        progress.set_position(u64::try_from(step.segments).unwrap_or(0));
    })
    .map_err(|error| {
        Failure::wrong(match &error {
            ReadError::Damaged(damage) => format!(
                "日志损坏：第 {} 个条目，{} 第 {} 字节 / damage at entry {}, {} byte {}: {}",
                damage.sequence,
                damage.file,
                damage.byte_offset,
                damage.sequence,
                damage.file,
                damage.byte_offset,
                damage.what
            ),
            other => other.to_string(),
        })
    })?;
    progress.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64().max(0.001);
    println!(
        "{name}：完好，{} 个条目，{} 字节，{seconds:.2} 秒 / is whole: entries, bytes, seconds",
        verified.entries, verified.bytes
    );
    Ok(())
}

fn view_equals_replay(data: &Path) -> Done {
    let config = Config::default();
    let folder =
        DataFolder::open(data, Purpose::Inspect, &config, &mut |text| eprintln!("! {text}"))?;
    // Beside the data: a view may be larger than the temporary folder.
    let scratch = Scratch::make(data)?;
    let log = folder.log.reader();
    let progress = bar(log.head().next, "事件 events");
    let rebuilt =
        replay::rebuild(&scratch.0.join("view"), &log, &folder.vault, u64::MAX, &mut |done| {
            progress.set_position(done);
        })
        .map_err(Failure::wrong)?;
    progress.finish_and_clear();
    let rate = rebuilt.events_per_second();
    let difference =
        replay::first_difference(&folder.view, &rebuilt.view).map_err(Failure::wrong)?;
    rebuilt.view.close().map_err(Failure::wrong)?;
    match difference {
        None => {
            println!(
                "视图与回放一致，{rate} 事件/秒 / the view equals the replay, events a second"
            );
            Ok(())
        }
        Some(key) => Err(Failure::wrong(format!(
            "视图与回放不一致，首个不同的键 {key}；请运行 shouxin rebuild / the view differs from \
             the replay; run shouxin rebuild"
        ))),
    }
}

pub(super) fn rebuild(arguments: &Rebuild) -> Done {
    let data = &arguments.data.data;
    reader(data)?;
    let lock = crate::lock::DataLock::acquire(data).map_err(|error| {
        Failure::refused(format!("请先停止服务 / stop the server first: {error}"))
    })?;
    let log = reader(data)?;
    let vault = Vault::open(&data.join("vault")).map_err(Failure::wrong)?;
    let progress = bar(log.head().next, "事件 events");
    let folder = data.join("view");
    if folder.exists() {
        View::destroy(&folder).map_err(Failure::wrong)?;
    }
    let reports = data.join("whistle").join("view");
    if reports.exists() {
        // The next start builds it from the reports' own log.
        View::destroy(&reports).map_err(Failure::wrong)?;
    }
    let access = data.join("access");
    if access.exists() {
        AccessLog::forget_index(&access).map_err(Failure::wrong)?;
    }
    let settings = app::view_settings(&Config::default());
    let view = View::open(&folder, settings).map_err(Failure::wrong)?;
    let began = std::time::Instant::now();
    let events = crate::engine::recovery::catch_up(&view, &log, &vault, u64::MAX, &mut |done| {
        progress.set_position(done);
    })
    .map_err(Failure::wrong)?;
    let checked = app::check_slots(&view, &vault);
    view.close().map_err(Failure::wrong)?;
    progress.finish_and_clear();
    checked?;
    drop(lock);
    println!(
        "视图已重建：{events} 个事件，{:.2} 秒 / the view was rebuilt: events, seconds",
        began.elapsed().as_secs_f64()
    );
    Ok(())
}
