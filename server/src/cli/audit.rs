//! `shouxin audit`: walks the whole log of the register and then that of reports of wrongdoing,
//! beside a running server or without one, and lists what breaks a guard or an invariant, by event.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clap::Args;
use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shouxin_audit::{Audit as Auditor, Reports, Violation, title};
use shouxin_core::codec;
use shouxin_core::event::{Envelope, Event};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::log::StoredCommit;
use shouxin_core::rules::RuleSet;
use shouxin_core::text::Digest;
use shouxin_core::whistle::{ReportEnvelope, ReportId, WhistleEvent};

use crate::app;
use crate::cli::inspect::{bar, reader};
use crate::cli::{Data, Done, Failure};
use crate::log::LogReader;
use crate::vault::{Vault, VaultError};
use crate::whistle;

/// Arguments of `audit`.
#[derive(Debug, Args)]
pub(super) struct Audit {
    #[command(flatten)]
    data: Data,
    /// 只列出登记日志中该事件序号及以后的，举报日志全部列出 / of the register's log, list only what
    /// stands at this event or later; of the log of reports, everything
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// 每行一个 JSON / one JSON object a line
    #[arg(long)]
    json: bool,
}

/// Events between two steps of the progress bar.
const EVENTS_PER_STEP: u64 = 4096;

/// Which log a violation stands in, as `--json` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Register,
    Reports,
}

impl Which {
    fn name(self) -> &'static str {
        match self {
            Which::Register => "register",
            Which::Reports => "reports",
        }
    }
}

pub(super) fn audit(arguments: &Audit) -> Done {
    let data = &arguments.data.data;
    // Opened first: the rules and keys that its events were judged by are in the other one then.
    let whistle = reports_log(data)?;
    let log = reader(data)?;
    let began = std::time::Instant::now();
    let progress = bar(log.head().next, "事件 events");
    let mut auditor = Auditor::new();
    let mut reports = Reports::new();
    let mut departments = BTreeSet::new();
    let (mut events, mut found) = (0_u64, 0_u64);
    for commit in log.scan(0) {
        let commit = commit.map_err(Failure::wrong)?;
        let envelopes = decoded(&commit)?;
        for envelope in &envelopes {
            if let Event::RulesLoaded { version, files } = &envelope.event {
                // Without its data files a version cannot be judged by: the audit says so itself.
                match kept_rules(data, files)? {
                    Some(rules) if rules.version == *version => {
                        let codes =
                            rules.departments.iter().map(|own| Uscc::parse_attested(&own.uscc));
                        departments.extend(codes.flatten().map(|own| own.0));
                        reports.load_rules(envelope.legal_date, rules.clone());
                        auditor.load_rules(*version, rules);
                    }
                    Some(_) => eprintln!(
                        "! {}: 规则文件与版本不符 / the files are not those of this version",
                        envelope.position
                    ),
                    None => {}
                }
            }
            reports.see(envelope);
        }
        let said = auditor.commit(&envelopes);
        found += list(Which::Register, &said, arguments);
        let before = events;
        events += u64::try_from(envelopes.len()).unwrap_or(0);
        if events / EVENTS_PER_STEP != before / EVENTS_PER_STEP {
            progress.set_position(events);
        }
    }
    found += list(Which::Register, &auditor.finish(), arguments);
    progress.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64().max(0.001);
    eprintln!(
        "{events} 个事件，{} 事件/秒，在册 {} 项 / events, events a second, things held",
        per_second(events, seconds),
        auditor.held()
    );
    if let Some(whistle) = whistle {
        let about = About { vault: reports_vault(data)?, tags: tags(&whistle)?, departments };
        found += of_reports(&about, &whistle, reports, arguments)?;
    }
    if found > 0 {
        return Err(Failure::wrong(format!("违反 {found} 处 / violations")));
    }
    eprintln!("未发现违反 / nothing breaks a guard or an invariant");
    Ok(())
}

/// The log of reports of wrongdoing, where there is one.
fn reports_log(data: &Path) -> Result<Option<LogReader>, Failure> {
    let folder = data.join("whistle").join("log");
    match folder.exists() {
        true => LogReader::open_read_only(&folder).map(Some).map_err(Failure::wrong),
        false => Ok(None),
    }
}

/// The keys of the reports, where a copy of the data has them. A vault is never made here: opening
/// one that is not there would.
fn reports_vault(data: &Path) -> Result<Option<Vault>, Failure> {
    let folder = data.join("whistle").join("vault");
    match folder.join("master.key").exists() && folder.join("ring").exists() {
        true => Vault::open(&folder).map(Some).map_err(Failure::wrong),
        false => Ok(None),
    }
}

/// The event of a report that an entry of their log holds.
fn of_report(at: u64, bytes: &[u8]) -> Result<ReportEnvelope, Failure> {
    codec::decode_report_event(bytes)
        .map_err(|error| Failure::wrong(format!("举报日志 / reports, {at}: {error}")))
}

/// What the purges have left of whom reports were about.
fn tags(log: &LogReader) -> Result<BTreeMap<ReportId, Digest>, Failure> {
    let mut tags = BTreeMap::new();
    for commit in log.scan(0) {
        let commit = commit.map_err(Failure::wrong)?;
        for (at, entry) in (commit.first..).zip(&commit.entries) {
            let envelope = of_report(at, &entry.bytes)?;
            if let WhistleEvent::Tagged { reported } = envelope.event {
                tags.insert(envelope.report, reported);
            }
        }
    }
    Ok(tags)
}

/// What there is to find out whom a report is about.
struct About {
    vault: Option<Vault>,
    tags: BTreeMap<ReportId, Digest>,
    /// Of every version of the rules.
    departments: BTreeSet<Uscc>,
}

impl About {
    /// The code of a received report, opened or, once it is destroyed, the department that its tag is of;
    /// and whether it is known enough to say whose officers had to stand aside.
    fn reported(&self, envelope: &ReportEnvelope) -> Result<(Option<Uscc>, bool), Failure> {
        let (Some(vault), WhistleEvent::Received { reported, .. }) = (&self.vault, &envelope.event)
        else {
            return Ok((None, false));
        };
        let opened = whistle::reported_body(vault, envelope.report, reported).or_else(gone);
        match (opened.map_err(Failure::wrong)?, self.tags.get(&envelope.report)) {
            (None, Some(tag)) => {
                let tagged = |own: &&Uscc| whistle::is_tagged(vault, envelope.report, tag, **own);
                Ok((self.departments.iter().find(tagged).copied(), !self.departments.is_empty()))
            }
            (code, _) => Ok((code, code.is_some())),
        }
    }
}

/// Walks the log of reports; how many violations. What is listed of a report is its number and the
/// officers who handled it, never what it says.
fn of_reports(
    about: &About,
    log: &LogReader,
    mut reports: Reports,
    arguments: &Audit,
) -> Result<u64, Failure> {
    let (mut events, mut found, mut unknown) = (0_u64, 0_u64, 0_u64);
    for commit in log.scan(0) {
        let commit = commit.map_err(Failure::wrong)?;
        for (at, entry) in (commit.first..).zip(&commit.entries) {
            let envelope = of_report(at, &entry.bytes)?;
            let (reported, known) = about.reported(&envelope)?;
            let received = matches!(envelope.event, WhistleEvent::Received { .. });
            unknown += u64::from(received && !known);
            found += list(Which::Reports, &reports.check(&envelope, reported), arguments);
            events += 1;
        }
    }
    eprintln!(
        "举报日志：{events} 个事件，{} 件 / the log of reports: events, reports",
        reports.held()
    );
    if unknown > 0 {
        eprintln!(
            "! {unknown} 件举报已无法得知被举报单位，未核对回避 / of these the reported body is not \
             known any more, so nobody's conflict of interest was checked"
        );
    }
    Ok(found)
}

/// A key that is destroyed is no failure: nobody can know what it sealed.
fn gone<T>(error: VaultError) -> Result<Option<T>, VaultError> {
    match error {
        VaultError::Destroyed { .. } => Ok(None),
        other => Err(other),
    }
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

/// Writes what was found, in the register's log at `--from` or later; how many that were.
fn list(log: Which, found: &[Violation], arguments: &Audit) -> u64 {
    let from = if log == Which::Register { arguments.from } else { 0 };
    let mut listed = 0;
    for own in found.iter().filter(|own| own.at.sequence >= from) {
        let (zh, en) = title(own.name);
        if arguments.json {
            let line = json!({
                "position": own.at.to_string(), "name": own.name, "title_zh": zh, "title_en": en,
                "detail": own.detail, "log": log.name(),
            });
            println!("{line}");
        } else {
            let log = if log == Which::Reports { "举报 / reports  " } else { "" };
            println!("{log}{}  {}  {zh} / {en}  {}", own.at, own.name, own.detail);
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
    app::load_kept_rules(&read).map(Some).map_err(Failure::from)
}
