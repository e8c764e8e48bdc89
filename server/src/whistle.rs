//! Reports of wrongdoing on disk, in a folder of their own that nothing else of the register reads.
//!
//! `log/` is a second log of the same format, one fdatasync a command, behind one lock: reports are
//! rare and nobody waits in a queue. `vault/` holds their own keys, so that the numbers of key
//! slots in the register's log do not tell between which two of its events a report came. `sealed/`
//! holds identities (`identity.rs`). `view/` is the same disposable view as the register's: unlike
//! a file for each report it gives worklists by prefix and a start that reads only the tail of the
//! log, and sled stays named in one place. An order of steps keeps all this whole: ciphertext, log,
//! effects (keep or destroy), view; after a crash the effects of the tail are repeated.
//!
//! What is kept has a day, never a time. Nothing here is traced but failures, without content.

pub mod identity;
pub mod timer;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use age::x25519::Recipient;
use sha2::{Digest as _, Sha256};
use shouxin_core::actor::Role;
use shouxin_core::codec;
use shouxin_core::guard::Refusal;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::limits::RETALIATIONS_MAX;
use shouxin_core::log::{Commit, Entry, Head, Log as _};
use shouxin_core::rules::{RuleSet, RulesVersion};
use shouxin_core::text::{Digest, Sealed};
use shouxin_core::time::Day;
use shouxin_core::whistle::{
    By, Command, Context, Late, Ledger, ReportEnvelope, ReportId, ReportRow, WhistleEvent,
    WhistleRow, Worklist, apply, decide, ledger_key, report_key,
};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::config::{self, WhistleConfig};
use crate::log::{LogReader, LogSettings, SegmentLog};
use crate::vault::{Vault, VaultError, random_salt, random_secret};
use crate::view::{Applied, Changes, View, ViewError, ViewSettings};

/// Number of the log: neither the register's nor the access log's.
const LOG_NUMBER: u16 = u16::MAX - 1;
/// Reports that a timer looks at together.
const STEP: usize = 64;
const VIEW: ViewSettings =
    ViewSettings { cache_bytes: 4 << 20, overlay_rows_max: 2000, flush_interval_ms: 5000 };

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WhistleError {
    /// Refused by a guard or because it does not fit.
    #[error("refused: {}", .0.detail)]
    Refused(Refusal),
    /// The key by which it was asked was revoked, or has expired, before the step was taken.
    #[error("the key was revoked, or has expired")]
    KeyEnded,
    /// The number of reports of the day is reached.
    #[error("{0} reports were received today")]
    FullDay(u32),
    /// Too many reports wait to be worked on.
    #[error("{0} reports are open")]
    FullOpen(u32),
    /// An identity was given and there is no key to seal it to.
    #[error("no recipient is configured")]
    NoRecipient,
    /// A text is too long.
    #[error("a text of {0} bytes")]
    TooLong(usize),
    /// Something failed; the text is for the operator and has no content of a report.
    #[error("reports of wrongdoing: {0}")]
    Failed(String),
}

impl From<Refusal> for WhistleError {
    fn from(refusal: Refusal) -> WhistleError {
        WhistleError::Refused(refusal)
    }
}

fn failed(what: &'static str) -> impl Fn(&dyn std::fmt::Display) -> WhistleError {
    move |error| WhistleError::Failed(format!("{what}: {error}"))
}

fn view_failed(error: ViewError) -> WhistleError {
    failed("the view")(&error)
}

/// A report as it was written.
pub struct Draft<'a> {
    /// Code of the reported organisation.
    pub reported: Uscc,
    /// What happened.
    pub facts: &'a str,
    /// What shows it.
    pub evidence: &'a [String],
    /// Who writes, to be sealed to the office.
    pub identity: Option<&'a str>,
}

/// Who asks, when, under which rules.
#[derive(Clone)]
pub struct Asked {
    /// Who.
    pub by: By,
    /// With which role.
    pub role: Role,
    /// Today.
    pub today: Day,
    /// The rules in force.
    pub rules: Arc<RuleSet>,
}

/// A report that is durable: its receipt is shown once and kept nowhere.
pub struct Receipt {
    /// 160 random bits in base32.
    pub text: Zeroizing<String>,
    /// The report.
    pub row: ReportRow,
}

/// A step that is durable.
pub struct Stepped {
    /// Name of the event.
    pub event: &'static str,
    /// The report after it.
    pub row: ReportRow,
    /// The ciphertext, where it was handed out.
    pub ciphertext: Option<Vec<u8>>,
}

/// Seals the texts of a step.
pub struct Pen<'a> {
    vault: &'a Vault,
    slot: u64,
    id: ReportId,
}

impl Pen<'_> {
    /// Seals a text; `field` is where it belongs, and is needed to open it.
    pub fn seal(&self, field: &str, text: &str) -> Result<Sealed, WhistleError> {
        let label = label(self.id, field);
        self.vault.seal(self.slot, &label, text.as_bytes()).map_err(|error| match error {
            VaultError::TooLong { clear_bytes } => WhistleError::TooLong(clear_bytes),
            other => failed("sealing")(&other),
        })
    }
}

fn label(id: ReportId, field: &str) -> String {
    format!("{id}/{field}")
}

/// The code that a report is about, for whoever holds the keys of the reports.
///
/// # Errors
/// [`VaultError::Destroyed`] once the report is purged; otherwise a key or text that is damaged.
pub fn reported_body(
    vault: &Vault,
    id: ReportId,
    sealed: &Sealed,
) -> Result<Option<Uscc>, VaultError> {
    let clear = vault.open_text(sealed, &label(id, "reported"))?;
    let text = std::str::from_utf8(&clear).ok();
    Ok(text.and_then(|text| Uscc::parse_attested(text).ok()).map(|(code, _)| code))
}

/// What is left of a report's code in the log: an HMAC under a key of the vault, bound to the report,
/// where the code is a department's, and random bytes where it is any other body's, which has no
/// officers here. So the key gives away no more than which department it was, if it was one, and that
/// only by trying each.
fn reported_tag(
    vault: &Vault,
    id: ReportId,
    code: Uscc,
    rules: &RuleSet,
) -> Result<Digest, VaultError> {
    match rules.department_by_uscc(code.as_str()) {
        Some(_) => Ok(vault.reported_tag(&id.0, code.as_str())),
        None => random_salt(),
    }
}

/// Whether a tag says that its report was about this authority.
pub fn is_tagged(vault: &Vault, id: ReportId, tag: &Digest, authority: Uscc) -> bool {
    vault.reported_tag(&id.0, authority.as_str()).ct_eq(tag).into()
}

/// What one command at a time may touch.
struct Writer {
    log: SegmentLog,
    /// The first failure behind the log: what is in memory may lag behind it until a restart.
    failed: Option<String>,
}

/// Every report.
pub struct Whistle {
    writer: Mutex<Writer>,
    reader: LogReader,
    view: View,
    vault: Vault,
    sealed: identity::Folder,
    recipient: Option<Recipient>,
    settings: WhistleConfig,
    /// Versions of the rules by the day on which they were loaded, as far back as they are known.
    versions: Vec<(Day, RulesVersion)>,
}

impl Whistle {
    /// Opens the reports in `folder`, or makes it. The caller holds the data folder's lock.
    pub fn open(folder: &Path, settings: &WhistleConfig) -> Result<Whistle, WhistleError> {
        let io = |what| move |error: std::io::Error| failed(what)(&error);
        std::fs::create_dir_all(folder).map_err(io("making the folder"))?;
        let recipient = settings.office_recipient.as_deref().map(config::recipient).transpose();
        let recipient = recipient.map_err(WhistleError::Failed)?;
        let vault = Vault::open(&folder.join("vault")).map_err(|own| failed("the keys")(&own))?;
        let log_settings =
            LogSettings { segment_bytes: settings.segment_bytes, log_number: LOG_NUMBER };
        let (log, _) = SegmentLog::open(&folder.join("log"), log_settings)
            .map_err(|error| failed("the log")(&error))?;
        let sealed =
            identity::Folder::open(&folder.join("sealed")).map_err(io("the sealed identities"))?;
        let view = open_view(&folder.join("view"))?;
        let reader = log.reader();
        let writer = Mutex::new(Writer { log, failed: None });
        let settings = settings.clone();
        let whistle = Whistle {
            writer,
            reader,
            view,
            vault,
            sealed,
            recipient,
            settings,
            versions: Vec::new(),
        };
        whistle.catch_up()?;
        whistle.sealed.destroy_new().map_err(io("destroying what a crash left"))?;
        let (named, slots) = (whistle.ledger()?.slots, whistle.vault.slots());
        if named > slots {
            return Err(WhistleError::Failed(format!(
                "whistle/vault/ring 是旧备份 / the key ring holds {slots} slots and the log names \
                 {named}: it is an older copy"
            )));
        }
        Ok(whistle)
    }

    /// Tells the versions of the rules, in the order in which they were loaded, each with its day.
    pub fn judged_by(mut self, versions: Vec<(Day, RulesVersion)>) -> Whistle {
        self.versions = versions;
        self
    }

    /// The version with which a day began. One that is loaded later on it may judge what follows, and
    /// is not named: it would tell of a report whether it came before or after that moment.
    fn version_on(&self, day: Day) -> Option<RulesVersion> {
        self.versions.iter().rev().find(|own| own.0 < day).map(|own| own.1)
    }

    /// Brings the view up to the log and repeats the effects of its tail.
    fn catch_up(&self) -> Result<(), WhistleError> {
        let (applied, head) = (self.view.applied(), self.reader.head());
        let shorter = applied.next > head.next;
        if shorter || (applied.next == head.next && applied.next > 0 && applied.chain != head.chain)
        {
            return Err(WhistleError::Failed(format!(
                "视图有 {} 个条目，日志有 {} 个，请恢复 whistle/log / the view was built from \
                 another log or a longer one: restore whistle/log from a backup",
                applied.next, head.next
            )));
        }
        for commit in self.reader.scan(applied.next) {
            let commit = commit.map_err(|error| failed("the log")(&error))?;
            let [entry] = commit.entries.as_slice() else {
                return Err(WhistleError::Failed("a commit holds one event".to_owned()));
            };
            let envelope = codec::decode_report_event(&entry.bytes)
                .map_err(|error| failed("the log")(&error))?;
            let before = self.row(envelope.report)?;
            self.carry_out(&envelope)?;
            let head = Head { next: commit.first.saturating_add(1), chain: commit.chain_after };
            self.publish(before.as_ref(), &envelope, head)?;
        }
        Ok(())
    }

    /// Takes a report. The answer means that it is durable.
    pub fn receive(&self, asked: &Asked, draft: &Draft<'_>) -> Result<Receipt, WhistleError> {
        let mut writer = self.writer()?;
        let today = self.room(asked.today)?;
        let recipient = match (draft.identity, &self.recipient) {
            (Some(text), Some(recipient)) => Some((text, recipient)),
            (Some(_), None) => return Err(WhistleError::NoRecipient),
            (None, _) => None,
        };
        let receipt = random_secret().map_err(|error| failed("random bytes")(&error))?;
        let id = self.id_of(&receipt);
        let pen = self.fresh_pen(id)?;
        let ciphertext = recipient
            .map(|(text, recipient)| identity::seal(recipient, text))
            .transpose()
            .map_err(|error| failed("sealing the identity")(&error))?;
        let evidence = draft.evidence.iter().map(|text| pen.seal("evidence", text));
        let command = Command::Receive {
            reported: pen.seal("reported", draft.reported.as_str())?,
            facts: pen.seal("facts", draft.facts)?,
            evidence: evidence.collect::<Result<_, _>>()?,
            identity_sha256: ciphertext.as_ref().map(|bytes| Sha256::digest(bytes).into()),
        };
        let context = Context {
            today,
            by: &asked.by,
            role: asked.role,
            rules: &asked.rules,
            reported: Some(draft.reported),
        };
        let event = decide(None, &command, &context)?;
        if let Some(ciphertext) = &ciphertext {
            let written = self.sealed.write_new(id, ciphertext, today);
            written.map_err(|error| failed("keeping the identity")(&error))?;
        }
        let envelope = self.append(&mut writer, id, today, &asked.by, event)?;
        let head = writer.log.head();
        let (expected, _) =
            apply(None, &self.ledger()?, &envelope).map_err(WhistleError::Failed)?;
        // It is durable: whatever fails now, the reporter gets the receipt.
        let followed = self.carry_out(&envelope).and_then(|()| self.publish(None, &envelope, head));
        if let Err(error) = followed {
            self.give_up(&mut writer, &error);
        }
        Ok(Receipt { text: receipt, row: expected })
    }

    /// Carries out a step of a report; `make` seals its texts. Nothing where there is no report.
    pub fn step(
        &self,
        id: ReportId,
        asked: &Asked,
        make: impl FnOnce(&Pen<'_>) -> Result<Command, WhistleError>,
    ) -> Result<Option<Stepped>, WhistleError> {
        let mut writer = self.writer()?;
        let Some(row) = self.row(id)? else { return Ok(None) };
        let today = asked.today.max(self.ledger()?.day);
        let own = row.slots.first().filter(|_| asked.by != By::Reporter);
        let full = row.retaliations.len() >= RETALIATIONS_MAX;
        let pen = match own.or(row.slots.first().filter(|_| full)) {
            Some(slot) => Pen { vault: &self.vault, slot: *slot, id },
            // What the reporter writes later is sealed apart: it may outlive the report.
            None => self.fresh_pen(id)?,
        };
        let command = make(&pen)?;
        if command == Command::Purge
            && let Some(tag) = self.missing_tag(&row, asked)?
        {
            // In a commit of its own: should the process die between the two, the purge is asked for again.
            self.take(&mut writer, &row, asked, today, &Command::Tag { reported: tag })?;
            let row = self.row(id)?.unwrap_or(row);
            return self.take(&mut writer, &row, asked, today, &command).map(Some);
        }
        self.take(&mut writer, &row, asked, today, &command).map(Some)
    }

    /// The tag that a report needs before it is purged; nothing where it has one, or no code any more.
    fn missing_tag(&self, row: &ReportRow, asked: &Asked) -> Result<Option<Digest>, WhistleError> {
        let code = self.reported(row)?.filter(|_| row.reported_tag.is_none());
        let tag = code.map(|code| reported_tag(&self.vault, row.id, code, &asked.rules));
        tag.transpose().map_err(|error| failed("random bytes")(&error))
    }

    /// Decides one step and carries it out.
    fn take(
        &self,
        writer: &mut Writer,
        row: &ReportRow,
        asked: &Asked,
        today: Day,
        command: &Command,
    ) -> Result<Stepped, WhistleError> {
        let own = match &asked.by {
            By::Officer(officer) if self.is_about(row, officer.authority)? == Some(true) => {
                Some(officer.authority)
            }
            _ => self.reported(row)?,
        };
        let context =
            Context { today, by: &asked.by, role: asked.role, rules: &asked.rules, reported: own };
        let event = decide(Some(row), command, &context)?;
        // Read and checked before it is said that it was handed out.
        let ciphertext = match event {
            WhistleEvent::Unsealed { .. } => Some(self.ciphertext(row)?),
            _ => None,
        };
        let envelope = self.append(writer, row.id, today, &asked.by, event)?;
        let head = writer.log.head();
        let followed =
            self.carry_out(&envelope).and_then(|()| self.publish(Some(row), &envelope, head));
        match followed {
            Ok(row) => Ok(Stepped { event: envelope.event.name(), row, ciphertext }),
            Err(error) => {
                self.give_up(writer, &error);
                Err(error)
            }
        }
    }

    /// Marks every step whose last day has passed; how many.
    pub fn mark_overdue(&self, today: Day, rules: &Arc<RuleSet>) -> Result<usize, WhistleError> {
        let asked = Asked { by: By::Timer, role: Role::Public, today, rules: Arc::clone(rules) };
        let (mut marked, mut after) = (0, None);
        loop {
            let (rows, next) = self.page(&Worklist::Due, after.as_deref(), STEP)?;
            // They come by their last days: behind the first that is in time, all are.
            for row in rows {
                if !row.is_late(today) {
                    return Ok(marked);
                }
                match self.step(row.id, &asked, |_| Ok(Command::MarkOverdue)) {
                    Ok(stepped) => marked += usize::from(stepped.is_some()),
                    // Somebody has just taken the step.
                    Err(WhistleError::Refused(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            after = next;
            if after.is_none() {
                return Ok(marked);
            }
        }
    }

    /// Counts anew by a newer calendar every last day that was counted beyond the older one and has not
    /// passed; how many. A run that is broken off goes on where the next start finds the rest.
    pub fn recount(&self, today: Day, rules: &Arc<RuleSet>) -> Result<usize, WhistleError> {
        let asked = Asked { by: By::Timer, role: Role::Public, today, rules: Arc::clone(rules) };
        let (mut counted, mut after) = (0, None);
        loop {
            let (rows, next) = self.page(&Worklist::Due, after.as_deref(), STEP)?;
            for row in rows.iter().filter(|row| row.provisional(today).is_some()) {
                match self.step(row.id, &asked, |_| Ok(Command::Recount)) {
                    Ok(stepped) => counted += usize::from(stepped.is_some()),
                    // It stays as it was, or somebody has just taken the step.
                    Err(WhistleError::Refused(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            after = next;
            if after.is_none() {
                return Ok(counted);
            }
        }
    }

    /// How often a step was late, over all reports.
    pub fn late(&self) -> Result<Late, WhistleError> {
        Ok(self.ledger()?.late)
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>, WhistleError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        match &writer.failed {
            Some(what) => Err(WhistleError::Failed(format!("stopped until a restart: {what}"))),
            None => Ok(writer),
        }
    }

    fn give_up(&self, writer: &mut Writer, error: &WhistleError) {
        tracing::error!(%error, "a report's step is durable, what follows from it is not; restart");
        writer.failed = Some(error.to_string());
    }

    /// Today, if one more report may come.
    fn room(&self, today: Day) -> Result<Day, WhistleError> {
        let ledger = self.ledger()?;
        let today = today.max(ledger.day);
        let received = if ledger.day == today { ledger.received } else { 0 };
        if received >= self.settings.reports_per_day_max {
            return Err(WhistleError::FullDay(received));
        }
        if ledger.open >= self.settings.open_reports_max {
            return Err(WhistleError::FullOpen(ledger.open));
        }
        Ok(today)
    }

    fn fresh_pen(&self, id: ReportId) -> Result<Pen<'_>, WhistleError> {
        let slot = self.vault.allocate().map_err(|error| failed("the keys")(&error))?;
        Ok(Pen { vault: &self.vault, slot, id })
    }

    fn append(
        &self,
        writer: &mut Writer,
        report: ReportId,
        on: Day,
        by: &By,
        event: WhistleEvent,
    ) -> Result<ReportEnvelope, WhistleError> {
        let sequence = writer.log.head().next;
        let rules = self.version_on(on);
        let envelope = ReportEnvelope { sequence, report, on, by: by.clone(), rules, event };
        let bytes =
            codec::encode_report_event(&envelope).map_err(|error| failed("encoding")(&error))?;
        let salt = random_salt().map_err(|error| failed("random bytes")(&error))?;
        let commit = Commit { entries: vec![Entry { salt, bytes }] };
        writer.log.append(sequence, &[commit]).map_err(|error| failed("the log")(&error))?;
        Ok(envelope)
    }

    /// What an event in the log does to files and keys; doing it again does nothing more.
    fn carry_out(&self, envelope: &ReportEnvelope) -> Result<(), WhistleError> {
        match &envelope.event {
            WhistleEvent::Received { identity_sha256: Some(_), .. } => {
                let kept = self.sealed.keep(envelope.report, envelope.on);
                kept.map_err(|error| failed("keeping the identity")(&error))
            }
            WhistleEvent::Purged { slots } => {
                let gone = self.sealed.destroy(envelope.report);
                gone.map_err(|error| failed("destroying the identity")(&error))?;
                for slot in slots {
                    let gone = self.vault.destroy(*slot);
                    gone.map_err(|error| failed("destroying a key")(&error))?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn publish(
        &self,
        before: Option<&ReportRow>,
        envelope: &ReportEnvelope,
        head: Head,
    ) -> Result<ReportRow, WhistleError> {
        let (row, ledger) =
            apply(before, &self.ledger()?, envelope).map_err(WhistleError::Failed)?;
        let encode = |row: &WhistleRow| {
            let bytes = codec::encode_report_row(row).map_err(|error| failed("a row")(&error))?;
            Ok::<_, WhistleError>(Some(Arc::from(bytes)))
        };
        let old = before.map(ReportRow::entries).unwrap_or_default();
        let mut changes: Changes = old.into_iter().map(|key| (key, None)).collect();
        changes.extend(row.entries().into_iter().map(|key| (key, Some(Arc::from([].as_slice())))));
        let report = WhistleRow::Report(Box::new(row.clone()));
        changes.push((report_key(row.id), encode(&report)?));
        changes.push((ledger_key(), encode(&WhistleRow::Ledger(ledger))?));
        let applied = Applied { next: head.next, chain: head.chain };
        self.view.publish(changes, applied).map_err(view_failed)?;
        Ok(row)
    }

    fn ciphertext(&self, row: &ReportRow) -> Result<Vec<u8>, WhistleError> {
        let found = self.sealed.read(row.id).map_err(|error| failed("the identity")(&error))?;
        let wanted = row.identity.as_ref().map(|own| own.sha256);
        found
            .filter(|bytes| wanted == Some(Sha256::digest(bytes).into()))
            .ok_or_else(|| WhistleError::Failed("an identity is missing or damaged".to_owned()))
    }

    fn ledger(&self) -> Result<Ledger, WhistleError> {
        match self.get(&ledger_key())? {
            Some(WhistleRow::Ledger(ledger)) => Ok(ledger),
            None => Ok(Ledger::default()),
            Some(_) => Err(WhistleError::Failed("the ledger is no ledger".to_owned())),
        }
    }

    fn get(&self, key: &[u8]) -> Result<Option<WhistleRow>, WhistleError> {
        let found = self.view.read().get(key).map_err(view_failed)?;
        found
            .map(|bytes| codec::decode_report_row(&bytes))
            .transpose()
            .map_err(|error| failed("a row")(&error))
    }

    /// The id of the report that a receipt is for; whether there is one is not known yet.
    pub fn id_of(&self, receipt: &str) -> ReportId {
        ReportId(self.vault.receipt_tag(receipt))
    }

    /// A report by its id.
    pub fn row(&self, id: ReportId) -> Result<Option<ReportRow>, WhistleError> {
        match self.get(&report_key(id))? {
            // What is looked up is a keyed hash, so the time of the look-up tells nothing about
            // receipts; the comparison takes the same time wherever two ids differ.
            Some(WhistleRow::Report(row)) if bool::from(row.id.0.ct_eq(&id.0)) => Ok(Some(*row)),
            _ => Ok(None),
        }
    }

    /// Reports of a worklist after a cursor, oldest first, and the cursor to go on with.
    pub fn page(
        &self,
        list: &Worklist,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<(Vec<ReportRow>, Option<Vec<u8>>), WhistleError> {
        let prefix = list.prefix();
        let after = after.map(|cursor| [prefix.as_slice(), cursor].concat());
        let page = self.view.read().range(&prefix, after.as_deref(), limit).map_err(view_failed)?;
        let full = page.len() == limit;
        let last = page.last().filter(|_| full).map(|(key, _)| key.clone());
        let mut rows = Vec::with_capacity(page.len());
        for (key, _) in page {
            if let Some(id) = Worklist::report(&key) {
                rows.extend(self.row(id)?);
            }
        }
        Ok((rows, last.map(|key| key.get(prefix.len()..).unwrap_or_default().to_vec())))
    }

    /// An event by its sequence.
    pub fn event(&self, sequence: u64) -> Result<ReportEnvelope, WhistleError> {
        let commits = self.reader.read(sequence, 1).map_err(|error| failed("the log")(&error))?;
        let entry = commits.first().and_then(|commit| commit.entries.first());
        let entry = entry.ok_or_else(|| WhistleError::Failed("the log ends early".to_owned()))?;
        codec::decode_report_event(&entry.bytes).map_err(|error| failed("the log")(&error))
    }

    /// A text of a report; nothing once its key is destroyed.
    pub fn text(
        &self,
        id: ReportId,
        field: &str,
        sealed: &Sealed,
    ) -> Result<Option<Zeroizing<String>>, WhistleError> {
        match self.vault.open_text(sealed, &label(id, field)) {
            Ok(clear) => Ok(std::str::from_utf8(&clear).ok().map(|own| own.to_owned().into())),
            Err(VaultError::Destroyed { .. }) => Ok(None),
            Err(error) => Err(failed("a text")(&error)),
        }
    }

    /// The reported organisation; nothing once it is purged.
    pub fn reported(&self, row: &ReportRow) -> Result<Option<Uscc>, WhistleError> {
        let Some(text) = self.text(row.id, "reported", &row.reported)? else { return Ok(None) };
        let parsed = Uscc::parse_attested(&text);
        parsed.map(|(code, _)| Some(code)).map_err(|error| failed("a code")(&error))
    }

    /// Whether a report is about this authority, after the purge too; nothing where nobody can know any
    /// more.
    pub fn is_about(&self, row: &ReportRow, authority: Uscc) -> Result<Option<bool>, WhistleError> {
        let reported = match (self.reported(row)?, &row.reported_tag) {
            (None, Some(tag)) if is_tagged(&self.vault, row.id, tag, authority) => Some(authority),
            (code, _) => code,
        };
        Ok(row.about(reported, authority))
    }

    /// Writes the view out, so that the next start has nothing to apply.
    pub fn flush(&self) {
        if let Err(error) = self.view.flush_now() {
            tracing::warn!(%error, "the view of reports was not written; the log has everything");
        }
    }
}

fn open_view(folder: &Path) -> Result<View, WhistleError> {
    match View::open(folder, VIEW) {
        Err(ViewError::Unusable { .. }) => {
            View::destroy(folder).map_err(view_failed)?;
            View::open(folder, VIEW).map_err(view_failed)
        }
        other => other.map_err(view_failed),
    }
}

#[cfg(test)]
mod tests;
