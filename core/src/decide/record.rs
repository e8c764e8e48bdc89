//! Records: collected once, under the directory, by who may provide them (domain.md 2.1).
//!
//! Source: domain.md O11, O12, O16, O59, O66, T03.

use crate::anonymity::holds_personal_number;
use crate::apply::record_source;
use crate::command::{Command, NewRecord};
use crate::decide::checks::{self, BY_NUMBER, misfit, refuse, stated};
use crate::decide::objection::annul_resting;
use crate::decide::publicity::filed;
use crate::decide::{Context, Drafts, Outcome, Reject, ground, redress, revocation};
use crate::event::record::RecordEvent;
use crate::event::{Capacity, Event, Target};
use crate::guard::{Guard, Misfit};
use crate::id::RecordId;
use crate::limits::CONTENT_BYTES_MAX;
use crate::path::Path;
use crate::row::publicity::decision_kind;
use crate::row::{Key, ListingKind, RecordRow, RecordState, Row, SubjectRow};
use crate::rows::{Rows, Stop};
use crate::rules::{DataItem, Openness, Polarity, Severity};
use crate::text::{Sealed, digest_is_stated, short_text_is_stated};
use crate::time::Day;

pub(super) type Refused = (&'static str, &'static str, String);

pub(super) fn submit(
    rows: &Rows,
    records: &[NewRecord],
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let human = checks::human(context)?;
    let records: Vec<&NewRecord> = records.iter().collect();
    checks::batch(records.len())?;
    let mut drafts = Drafts::new(context);
    let mut rejects = Vec::new();
    for (index, record) in records.iter().enumerate() {
        match check(rows, &records, index, &human, context, CONTENT_BYTES_MAX)? {
            Ok(item) => {
                let at = drafts.push(record.subject, accepted(record, item, &human, context));
                if decision_kind(item.class).is_some() {
                    drafts.push(record.subject, filed(at, record, item, None, context));
                }
            }
            Err((field, reason, detail)) => {
                rejects.push(Reject { index, field, reason, detail });
            }
        }
    }
    Ok(Outcome { drafts: drafts.drafts, rejects })
}

/// Checks the record at `index` of a batch.
pub(super) fn check<'a>(
    rows: &Rows,
    records: &[&NewRecord],
    index: usize,
    human: &checks::Human<'a>,
    context: &Context<'a>,
    content_bytes_max: u32,
) -> Result<Result<&'a DataItem, Refused>, Stop> {
    let Some(record) = records.get(index) else {
        return Err(Stop::Defect("no such record in the batch".to_owned()));
    };
    let twice = records.iter().take(index).any(|other| other.source == record.source);
    let head = rows.subject(record.subject)?.filter(|head| !head.is_erased());
    let Some(subject) = head else {
        let detail = "主体未建档 / the subject has no file".to_owned();
        return Ok(Err(("subject", "UNKNOWN_SUBJECT", detail)));
    };
    let Some(item) = context.rules.item(&record.item) else {
        let detail = format!("不在征集目录：{} / not in the directory", record.item);
        return Ok(Err(("item", "NOT_IN_DIRECTORY", detail)));
    };
    if !item.providers.contains(&human.department.code) {
        let detail =
            format!("{} 不是 {} 的提供单位 / not a provider", human.department.code, item.id);
        return Ok(Err(("item", "PROVIDER_NOT_NAMED", detail)));
    }
    if let Err(refused) = check_fields(record, item, subject, context.today, content_bytes_max) {
        return Ok(Err(refused));
    }
    // Its longest publicity has passed: it may be neither shown nor shared nor used (domain.md 4.4),
    // and what serves nothing is not collected.
    let longest = publicity_months(context.today, record.severity, context).map(|months| months.1);
    let until = longest.map(|months| record.document_date.plus_months(months));
    if let Some(until) = until.filter(|until| *until < context.today) {
        let detail =
            format!("最长公示期已于 {until} 届满，不再归集 / it would be over since that day");
        return Ok(Err(("document_date", "DOCUMENT_DATE", detail)));
    }
    if twice || rows.get(&Key::RecordSource(record.source))?.is_some() {
        let detail = "同一单位、目录项、文号和主体的记录已存在 / already submitted".to_owned();
        return Ok(Err(("document_number", "DUPLICATE", detail)));
    }
    Ok(Ok(item))
}

fn check_fields(
    record: &NewRecord,
    item: &DataItem,
    subject: &SubjectRow,
    today: Day,
    content_bytes_max: u32,
) -> Result<(), Refused> {
    if !item.subjects.contains(&subject.kind) {
        let detail = format!("{} 不适用于该类主体 / not for this kind of subject", item.id);
        return Err(("subject", "SUBJECT_KIND", detail));
    }
    if record.subject.is_person() && subject.capacity != Some(Capacity::Full) {
        let detail =
            "不具有完全民事行为能力的自然人不建信用记录 / no records about them".to_owned();
        return Err(("subject", "G-CAPACITY", detail));
    }
    if !short_text_is_stated(&record.document_number) {
        return Err(("document_number", "DOCUMENT_NUMBER", "缺少文号 / missing".to_owned()));
    }
    if holds_personal_number(&record.document_number, today) {
        return Err(("document_number", "DOCUMENT_NUMBER", BY_NUMBER.to_owned()));
    }
    if record.document_date > today || record.document_date.plus_months(1200) < today {
        let detail = format!("文书日期 {} 晚于当日或过早 / out of range", record.document_date);
        return Err(("document_date", "DOCUMENT_DATE", detail));
    }
    if record.content.as_ref().is_some_and(|content| content.clear_bytes > content_bytes_max) {
        let detail = format!("内容超过 {content_bytes_max} 字节 / content too long");
        return Err(("content", "CONTENT_LENGTH", detail));
    }
    withheld_with_a_reason(record, item)?;
    if item.polarity != Polarity::Adverse {
        return match record.severity {
            None => Ok(()),
            Some(_) => {
                let detail = "非不良记录不分轻重 / only adverse records have a severity".to_owned();
                Err(("severity", "SEVERITY", detail))
            }
        };
    }
    if record.severity.is_none() {
        let detail = "不良记录须注明轻微、一般或严重 / state minor, general or serious".to_owned();
        return Err(("severity", "SEVERITY", detail));
    }
    if !record.document_sha256.is_some_and(|sha| digest_is_stated(&sha)) {
        let detail = "不良记录须附生效文书的 SHA-256 / attach the effective document".to_owned();
        return Err(("document_sha256", "G-FACT", detail));
    }
    let notified = record
        .notified
        .as_ref()
        .filter(|own| own.on <= today && digest_is_stated(&own.proof_sha256));
    let Some(notified) = notified else {
        let detail =
            "采集不良记录须同时通知当事人（方案五(五)）/ the party must be notified".to_owned();
        return Err(("notified", "G-NOTICE", detail));
    };
    // Nobody is told of the record of a document that was not made yet.
    if notified.on < record.document_date {
        let detail = format!(
            "告知日期 {} 早于文书日期 {} / notified before the document was made",
            notified.on, record.document_date
        );
        return Err(("notified", "G-NOTICE", detail));
    }
    Ok(())
}

/// The privacy exemption is a decision with a reason, never a bare flag (domain.md O25). That of a
/// permit or penalty stands apart from its content: `publicity.filed` keeps it.
fn withheld_with_a_reason(record: &NewRecord, item: &DataItem) -> Result<(), Refused> {
    if decision_kind(item.class).is_some() {
        let reasoned = match &record.withheld_reason {
            Some(reason) => record.withheld && reason.is_stated(),
            None => !record.withheld,
        };
        if !reasoned {
            let detail = "不予公示须注明理由，且仅限涉及个人隐私的情形 / \
                          what is withheld needs a reason, and only that";
            return Err(("withheld_reason", "WITHHELD_REASON", detail.to_owned()));
        }
        return Ok(());
    }
    if record.withheld_reason.is_some() {
        let detail = "此类信息不予公示的理由请写入内容 / its content says why it is withheld";
        return Err(("withheld_reason", "WITHHELD_REASON", detail.to_owned()));
    }
    if record.withheld && record.content.is_none() {
        let detail = "不予公示须在内容中注明理由 / what is withheld needs a reason in its content";
        return Err(("content", "WITHHELD_REASON", detail.to_owned()));
    }
    Ok(())
}

/// The shortest and the longest publicity of a severity, in months (domain.md 4.4), for a record
/// that was collected on a day.
pub(super) fn publicity_months(
    collected_on: Day,
    severity: Option<Severity>,
    context: &Context<'_>,
) -> Option<(u16, u16)> {
    let pack = context.rules_of(collected_on);
    severity.map(|severity| match severity {
        Severity::Minor => pack.publicity_minor_months,
        Severity::General => pack.publicity_general_months,
        Severity::Serious => pack.publicity_serious_months,
    })
}

pub(super) fn accepted(
    record: &NewRecord,
    item: &DataItem,
    human: &checks::Human<'_>,
    context: &Context<'_>,
) -> Event {
    let months = publicity_months(context.today, record.severity, context);
    // The clock of publicity starts on the document's date, and minor acts are not shown at all
    // in principle (domain.md 4.4). A natural person's record is never public by default.
    let published = item.openness == Openness::Public
        && !record.withheld
        && !record.subject.is_personal()
        && record.severity != Some(Severity::Minor);
    Event::RecordAccepted {
        item: item.id.clone(),
        class: item.class,
        openness: item.openness,
        polarity: item.polarity,
        severity: record.severity,
        provider: human.reference.authority,
        document_number: record.document_number.clone(),
        document_date: record.document_date,
        document_sha256: record.document_sha256,
        content: record.content.clone(),
        published,
        publicity_until: months.map(|months| record.document_date.plus_months(months.1)),
        notified: record.notified.clone(),
    }
}

/// The providing unit's officer, and a record that still stands.
fn own_live<'r>(
    rows: &'r Rows,
    id: RecordId,
    context: &Context<'_>,
) -> Result<&'r RecordRow, Stop> {
    let record = rows.must_record(id)?;
    let human = checks::human(context)?;
    if human.reference.authority != record.provider {
        refuse::<()>(
            Guard::Competent,
            "由信息提供单位办理 / only the providing unit may",
            "请由提供单位办理 / ask that unit",
        )?;
    }
    if record.state != RecordState::Accepted {
        misfit::<()>(
            Misfit::State,
            "记录已终止 / the record is over",
            "已终止的记录不再变更 / what is over is not changed",
        )?;
    }
    Ok(record)
}

/// A correction (T03). It never weighs more, nor longer, than what it corrects: what would be
/// heavier is a new record, with its own notice.
pub(super) fn correct(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let Command::CorrectRecord {
        record: id,
        document_number,
        document_date,
        document_sha256,
        content,
        severity,
        reasons,
    } = command
    else {
        return Err(Stop::Defect("not a correction".to_owned()));
    };
    let row = own_live(rows, *id, context)?;
    stated(Guard::Document, &[("reasons", reasons)])?;
    let long = content.as_ref().is_some_and(|content| content.clear_bytes > CONTENT_BYTES_MAX);
    if !short_text_is_stated(document_number) || *document_date > context.today || long {
        misfit::<()>(
            Misfit::Value,
            "文号缺失、日期晚于当日或内容过长 / number missing, date in the future or content too long",
            "请核对文号、日期和内容 / check number, date and content",
        )?;
    }
    let heavier = severity.is_some() != row.severity.is_some() || *severity > row.severity;
    if heavier {
        refuse::<()>(
            Guard::Notice,
            "更正不得加重：轻重等级不得高于原记录 / a correction may not weigh more",
            "须加重的，撤销原记录后另行告知并提交新记录 / annul it and submit a new one with notice",
        )?;
    }
    if row.polarity == Polarity::Adverse
        && !document_sha256.is_some_and(|sha| digest_is_stated(&sha))
    {
        refuse::<()>(
            Guard::Fact,
            "不良记录须附生效文书的 SHA-256 / attach the effective document",
            "请附文书 / attach it",
        )?;
    }
    recorded_once(rows, row, document_number)?;
    no_younger(rows, row, *document_date)?;
    let months = publicity_months(row.collected_on, *severity, context);
    let until = months.map(|months| document_date.plus_months(months.1));
    let until = until.into_iter().chain(row.publicity_until).min();
    let mut drafts = Drafts::new(context);
    drafts.push(
        row.subject,
        Event::Record(RecordEvent::Corrected {
            record: *id,
            version: row.corrections.saturating_add(1),
            document_number: document_number.clone(),
            document_date: *document_date,
            document_sha256: *document_sha256,
            content: content.clone(),
            severity: *severity,
            publicity_until: until,
            reasons: reasons.clone(),
        }),
    );
    if let Some(until) = until {
        ground::shortened(rows, context, &mut drafts, *id, until)?;
    }
    drafts.finish()
}

/// A correction makes no second record of a document: what an outcome voided, or what stands under that
/// number already, comes in by no other way than it could be submitted.
fn recorded_once(rows: &Rows, row: &RecordRow, number: &str) -> Result<(), Stop> {
    let source = record_source(row.provider, &row.item, number, row.subject);
    if let Some(Row::RecordSource(of)) = rows.get(&Key::RecordSource(source))?
        && *of != row.id
    {
        misfit::<()>(
            Misfit::Exists,
            format!("该文号已登记为记录 {of} / {of} is the record of that document"),
            "请核对文号；确为重复归集的，撤销其中一条 / check the number; of two records of one document, annul one",
        )
        .map_err(|refusal| refusal.on("document_number"))?;
    }
    Ok(())
}

/// No correction puts a document behind what was proposed on it: what rests on it would have been told
/// and decided about before there was anything to rest on.
fn no_younger(rows: &Rows, row: &RecordRow, date: Day) -> Result<(), Stop> {
    let listings = row.listings.iter().map(|id| Key::Listing(*id));
    rows.want(listings.chain(row.attributions.iter().map(|id| Key::Attribution(*id))))?;
    let mut cases = Vec::new();
    for id in &row.listings {
        if let ListingKind::Black { case, .. } = &rows.must_listing(*id)?.kind {
            cases.push((id.to_string(), case));
        }
    }
    for id in &row.attributions {
        cases.push((id.to_string(), &rows.must_attribution(*id)?.case));
    }
    for (id, case) in cases {
        if !matches!(case.path, Path::Ended(_)) && date > case.proposed_on {
            let since = case.proposed_on;
            refuse::<()>(
                Guard::Fact,
                format!(
                    "{id} 以该记录为依据，于 {since} 提出，早于更正后的文书日期 {date} / {id} rests on it, and \
                     was proposed on {since}, before the document would have been made"
                ),
                format!("请核对日期；日期无误的，先撤回或撤销 {id} / check the date; if it is right, {id} falls first"),
            )
            .map_err(|refusal| refusal.on("document_date"))?;
        }
    }
    Ok(())
}

/// Takes a record off display while it stands: it should not have been public, or a trade secret
/// or privacy is touched.
pub(super) fn end_display(
    rows: &Rows,
    id: RecordId,
    reasons: &Sealed,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = own_live(rows, id, context)?;
    stated(Guard::Document, &[("reasons", reasons)])?;
    // What the office took off display because nobody verified it would be shown again.
    if !row.published && !off_display_meanwhile(rows, row)? {
        misfit::<()>(
            Misfit::State,
            "该记录未公示 / it is not on display",
            "无需再办 / nothing to do",
        )?;
    }
    let mut drafts = Drafts::new(context);
    let event = RecordEvent::DisplayEnded { record: id, reasons: reasons.clone() };
    drafts.push(row.subject, Event::Record(event));
    drafts.finish()
}

/// Whether an objection that nobody verified in time has taken a record off display, until its outcome.
fn off_display_meanwhile(rows: &Rows, row: &RecordRow) -> Result<bool, Stop> {
    rows.want(row.disputes.open.iter().map(|own| Key::Objection(own.id)))?;
    row.disputes
        .open
        .iter()
        .try_fold(false, |off, own| Ok(off || rows.must_objection(own.id)?.undisplayed))
}

pub(super) fn annul(
    rows: &Rows,
    id: RecordId,
    reasons: &Sealed,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let record = rows.must_record(id)?;
    let human = checks::human(context)?;
    if human.reference.authority != record.provider {
        refuse::<()>(
            Guard::Competent,
            "由信息提供单位撤销 / only the providing unit annuls it",
            "请由提供单位办理 / ask that unit",
        )?;
    }
    if record.state == RecordState::Annulled {
        misfit::<()>(Misfit::State, "记录已撤销 / annulled already", "无需再办 / nothing to do")?;
    }
    stated(Guard::Document, &[("reasons", reasons)])?;
    let mut drafts = Drafts::new(context);
    drafts.push(record.subject, Event::RecordAnnulled { record: id, reasons: reasons.clone() });
    revocation::lapse(rows, &mut drafts, Target::Record(id))?;
    annul_resting(rows, context, &mut drafts, id, Some(reasons))?;
    redress::owe(rows, context, &mut drafts, Target::Record(id))?;
    drafts.finish()
}
