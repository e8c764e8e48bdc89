//! `shouxin audit`: walks the whole log, beside a running server or without one, and lists what
//! breaks a guard or an invariant, by event.

use std::path::Path;

use clap::Args;
use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shouxin_audit::{Audit as Auditor, Violation, title};
use shouxin_core::codec;
use shouxin_core::event::{Envelope, Event};
use shouxin_core::log::StoredCommit;
use shouxin_core::rules::RuleSet;

use crate::app;
use crate::cli::inspect::{bar, reader};
use crate::cli::{Data, Done, Failure};

/// Arguments of `audit`.
#[derive(Debug, Args)]
pub(super) struct Audit {
    #[command(flatten)]
    data: Data,
    /// 只列出该事件序号及以后的 / list only what stands at this event or later
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// 每行一个 JSON / one JSON object a line
    #[arg(long)]
    json: bool,
}

/// Events between two steps of the progress bar.
const EVENTS_PER_STEP: u64 = 4096;

pub(super) fn audit(arguments: &Audit) -> Done {
    let data = &arguments.data.data;
    let log = reader(data)?;
    let began = std::time::Instant::now();
    let progress = bar(log.head().next, "事件 events");
    let mut auditor = Auditor::new();
    let (mut events, mut found) = (0_u64, 0_u64);
    for commit in log.scan(0) {
        let commit = commit.map_err(Failure::wrong)?;
        let envelopes = decoded(&commit)?;
        for envelope in &envelopes {
            if let Event::RulesLoaded { version, files } = &envelope.event {
                // Without its data files a version cannot be judged by: the audit says so itself.
                match kept_rules(data, files)? {
                    Some(rules) if rules.version == *version => {
                        auditor.load_rules(*version, rules);
                    }
                    Some(_) => eprintln!(
                        "! {}: 规则文件与版本不符 / the files are not those of this version",
                        envelope.position
                    ),
                    None => {}
                }
            }
        }
        let said = auditor.commit(&envelopes);
        found += list(&said, arguments);
        let before = events;
        events += u64::try_from(envelopes.len()).unwrap_or(0);
        if events / EVENTS_PER_STEP != before / EVENTS_PER_STEP {
            progress.set_position(events);
        }
    }
    found += list(&auditor.finish(), arguments);
    progress.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64().max(0.001);
    eprintln!(
        "{events} 个事件，{} 事件/秒，在册 {} 项 / events, events a second, things held",
        per_second(events, seconds),
        auditor.held()
    );
    if found > 0 {
        return Err(Failure::wrong(format!("违反 {found} 处 / violations")));
    }
    eprintln!("未发现违反 / nothing breaks a guard or an invariant");
    Ok(())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a rate for people, rounded"
)]
fn per_second(events: u64, seconds: f64) -> u64 {
    (events as f64 / seconds) as u64
}

fn decoded(commit: &StoredCommit) -> Result<Vec<Envelope>, Failure> {
    (commit.first..)
        .zip(&commit.entries)
        .map(|(at, entry)| {
            codec::decode_event(&entry.bytes)
                .map_err(|error| Failure::wrong(format!("条目 {at} / entry {at}: {error}")))
        })
        .collect()
}

/// Writes what was found at `--from` or later; how many that were.
fn list(found: &[Violation], arguments: &Audit) -> u64 {
    let mut listed = 0;
    for own in found.iter().filter(|own| own.at.sequence >= arguments.from) {
        let (zh, en) = title(own.name);
        if arguments.json {
            let line = json!({
                "position": own.at.to_string(), "name": own.name, "title_zh": zh, "title_en": en,
                "detail": own.detail,
            });
            println!("{line}");
        } else {
            println!("{}  {}  {zh} / {en}  {}", own.at, own.name, own.detail);
        }
        listed += 1;
    }
    listed
}

/// The data files of a version, as they were kept when it was loaded.
fn kept_rules(data: &Path, files: &[(String, [u8; 32])]) -> Result<Option<RuleSet>, Failure> {
    let mut read = Vec::with_capacity(files.len());
    for (name, hash) in files {
        let path = data.join("rules").join(HEXLOWER.encode(hash));
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                eprintln!("! 缺规则文件 / a data file is missing: {name}, {}", path.display());
                return Ok(None);
            }
            Err(error) => return Err(Failure::wrong(format!("{}: {error}", path.display()))),
        };
        if Sha256::digest(&bytes).as_slice() != hash {
            let what = "规则文件已改动 / the data file was changed";
            return Err(Failure::wrong(format!("{name}: {}: {what}", path.display())));
        }
        read.push((name.clone(), bytes));
    }
    app::load_rules(&read).map(Some).map_err(Failure::from)
}
