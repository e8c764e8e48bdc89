//! Tolerant acceptance (O31, O32): for exemplars and for whoever has had no adverse record for
//! the years of the rule pack. What law requires is never tolerated to be missing.
//!
//! Source: domain.md T04, T05.

use crate::actor::Actor;
use crate::command::tolerance::ToleranceCommand;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::commitment::capacity;
use crate::decide::{Context, Drafts, Outcome};
use crate::event::tolerance::{GreenChannel, HandedIn, ToleranceEvent};
use crate::event::{CaseRef, Colour, Event};
use crate::guard::{Guard, Misfit};
use crate::id::{Position, RecordId, ToleranceId};
use crate::limits::{MISSING_DOCUMENTS_MAX, SHORT_TEXT_BYTES_MAX, TOLERANCE_WD_MAX};
use crate::path::Standing;
use crate::row::SubjectRow;
use crate::row::tolerance::{ToleranceRow, ToleranceState};
use crate::rows::{Rows, Stop};
use crate::text::{Digest, Sealed, digest_is_stated};
use crate::time::Day;

pub(super) fn decide(
    rows: &Rows,
    command: &ToleranceCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    use ToleranceCommand as C;
    use ToleranceState as S;
    let (acceptance, event) = match command {
        C::Open { .. } => return open(rows, command, context),
        C::Supply { acceptance, documents, received_on } => {
            let row = rows.must_tolerance(*acceptance)?;
            handling(context, row)?;
            in_state(row, &[S::Open, S::Overdue], "open or overdue")?;
            handed_in(row, documents, *received_on, context)?;
            let event = ToleranceEvent::Supplied {
                acceptance: *acceptance,
                documents: documents.clone(),
                received_on: *received_on,
            };
            (acceptance, event)
        }
        C::Withdraw { acceptance, reasons, document_sha256 } => {
            let row = rows.must_tolerance(*acceptance)?;
            by_subject(context, row, document_sha256.as_ref())?;
            in_state(row, &[S::Open, S::Overdue], "open or overdue")?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            let event = ToleranceEvent::Withdrawn {
                acceptance: *acceptance,
                reasons: reasons.clone(),
                document_sha256: *document_sha256,
            };
            (acceptance, event)
        }
        C::Close { acceptance, reasons } => {
            let row = rows.must_tolerance(*acceptance)?;
            handling(context, row)?;
            in_state(row, &[S::Overdue], "overdue")?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            let (acceptance_id, reasons) = (*acceptance, reasons.clone());
            (acceptance, ToleranceEvent::Closed { acceptance: acceptance_id, reasons })
        }
    };
    let mut drafts = Drafts::new(context);
    drafts.push(rows.must_tolerance(*acceptance)?.subject, Event::Tolerance(event));
    drafts.finish()
}

fn in_state(row: &ToleranceRow, allowed: &[ToleranceState], needed: &str) -> Result<(), Stop> {
    if allowed.contains(&row.state) {
        return Ok(());
    }
    Ok(wrong_state("容缺受理 / tolerant acceptance", row.state.name(), needed)?)
}

/// An officer of the authority that accepted the file.
fn handling<'a>(context: &Context<'a>, row: &ToleranceRow) -> Result<checks::Human<'a>, Stop> {
    let human = checks::human(context)?;
    if human.reference.authority != row.opened_by.authority {
        refuse::<()>(
            Guard::Competent,
            "该件由其他机关受理 / another authority accepted the file",
            "请由受理机关办理 / ask that authority",
        )?;
    }
    Ok(human)
}

fn by_subject(
    context: &Context<'_>,
    row: &ToleranceRow,
    document: Option<&Digest>,
) -> Result<(), Stop> {
    if *context.actor == Actor::Subject(row.subject) {
        return Ok(());
    }
    handling(context, row)?;
    if !document.is_some_and(digest_is_stated) {
        refuse::<()>(
            Guard::Document,
            "窗口代收须附本人书面文件 / at the counter the subject's own document is needed",
            "请附文件的 SHA-256 / give its SHA-256",
        )?;
    }
    Ok(())
}

/// Each handed-in document was still missing, and the day of receipt is possible.
fn handed_in(
    row: &ToleranceRow,
    documents: &[HandedIn],
    received_on: Day,
    context: &Context<'_>,
) -> Result<(), Stop> {
    if received_on < row.opened_on || received_on > context.today {
        misfit::<()>(
            Misfit::Value,
            format!(
                "收到日期须在 {} 至当日之间 / the day of receipt is out of range",
                row.opened_on
            ),
            "请填写实际收到日期 / give the day on which it was received",
        )
        .map_err(|refusal| refusal.on("received_on"))?;
    }
    let still_missing = |own: &HandedIn| row.documents.get(usize::from(own.place)) == Some(&None);
    let twice =
        |at: usize, own: &HandedIn| documents.iter().take(at).any(|other| other.place == own.place);
    let fits = !documents.is_empty()
        && documents.iter().enumerate().all(|(at, own)| {
            still_missing(own) && digest_is_stated(&own.sha256) && !twice(at, own)
        });
    if !fits {
        misfit::<()>(
            Misfit::Value,
            "所补材料不在待补清单，或重复，或缺少摘要 / not missing, named twice, or without a digest",
            "请按清单序号（从 0 起）逐项填写 / name each missing document once, by its place from 0",
        )
        .map_err(|refusal| refusal.on("documents"))?;
    }
    Ok(())
}

fn short(field: &'static str, text: &Sealed) -> Result<(), Stop> {
    stated(Guard::Document, &[(field, text)])?;
    let bytes = usize::try_from(text.clear_bytes).unwrap_or(usize::MAX);
    if bytes > SHORT_TEXT_BYTES_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("{field} 超过 {SHORT_TEXT_BYTES_MAX} 字节 / {field} is too long"),
            "请填写名称 / give its name",
        )
        .map_err(|refusal| refusal.on(field))?;
    }
    Ok(())
}

fn open(rows: &Rows, command: &ToleranceCommand, context: &Context<'_>) -> Result<Outcome, Stop> {
    let ToleranceCommand::Open {
        subject,
        matter,
        basis,
        missing,
        working_days,
        promise_sha256,
        adverse,
        looked_at,
    } = command
    else {
        return Err(Stop::Defect("not an opening".to_owned()));
    };
    let human = checks::human(context)?;
    let head = rows.must_subject(*subject)?;
    capacity(head)?;
    checks::basis(context, basis)?;
    short("matter", matter)?;
    if missing.is_empty() || missing.len() > MISSING_DOCUMENTS_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("待补材料须为 1 至 {MISSING_DOCUMENTS_MAX} 项 / 1 to {MISSING_DOCUMENTS_MAX} documents"),
            "材料齐全的按一般程序受理 / a complete file takes the ordinary path",
        )
        .map_err(|refusal| refusal.on("missing"))?;
    }
    missing.iter().try_for_each(|own| short("missing", &own.name))?;
    if let Some(number) = (1..).zip(missing).find(|own| own.1.required_by_law).map(|own| own.0) {
        refuse::<()>(
            Guard::LawRequired,
            format!("第 {number} 项为法律法规要求的受理材料 / law requires document {number}"),
            "收到该材料后再受理 / accept the file once it is there",
        )
        .map_err(|refusal| refusal.on("missing"))?;
    }
    if !(1..=TOLERANCE_WD_MAX).contains(working_days) {
        misfit::<()>(
            Misfit::Value,
            format!("补正期限须为 1 至 {TOLERANCE_WD_MAX} 个工作日 / 1 to {TOLERANCE_WD_MAX} working days"),
            "请选择范围内的期限 / choose a number in range",
        )
        .map_err(|refusal| refusal.on("working_days"))?;
    }
    if !digest_is_stated(promise_sha256) {
        refuse::<()>(
            Guard::Document,
            "缺少签署的补交承诺 / the signed promise is missing",
            "请附承诺书的 SHA-256 / give its SHA-256",
        )?;
    }
    let by_right_of = green_channel(rows, head, adverse, *looked_at, context)?;
    let mut drafts = Drafts::new(context);
    drafts.push(
        *subject,
        Event::Tolerance(ToleranceEvent::Opened {
            authority: human.reference.authority,
            matter: matter.clone(),
            basis: basis.clone(),
            missing: missing.iter().map(|own| own.name.clone()).collect(),
            due: context.rules.calendar.after(context.today, *working_days),
            promise_sha256: *promise_sha256,
            by_right_of,
        }),
    );
    drafts.finish()
}

/// By what right the subject comes through the green channel (O31): a fact, not a score.
fn green_channel(
    rows: &Rows,
    head: &SubjectRow,
    adverse: &[RecordId],
    looked_at: Position,
    context: &Context<'_>,
) -> Result<GreenChannel, Stop> {
    let honours = head.marks.iter().filter(|mark| mark.colour == Colour::Red);
    if rows.black_mark(&head.marks, context.today, true)? {
        refuse::<()>(
            Guard::RedCheck,
            "该主体在严重失信主体名单中 / the subject is on the black list",
            "请按一般程序受理 / use the ordinary path",
        )?;
    }
    for mark in honours {
        let CaseRef::Listing(listing) = mark.case else {
            continue;
        };
        if rows.listing_standing(listing, context.today)? == Standing::InForce {
            return Ok(GreenChannel::Exemplar(listing));
        }
    }
    if head.last != looked_at {
        misfit::<()>(
            Misfit::Stale,
            format!("档案已变更至 {} / the file is at {}", head.last, head.last),
            "请重新提交 / send it again",
        )?;
    }
    if !adverse.is_empty() {
        // None is named: what whoever asks may read of them, the read of the clean record lists.
        refuse::<()>(
            Guard::RedCheck,
            "存在不良信用记录 / there are adverse records",
            "请按一般程序受理；可向本机关列示的见 /v1/subjects/{key}/clean-record / use the ordinary path; see \
             there which of them this authority may read",
        )?;
    }
    let years = context.rules.pack(context.today).clean_record_years;
    Ok(GreenChannel::CleanRecord { from: clean_from(context.today, years) })
}

/// The first day looked at where so many years without an adverse record are asked for.
pub fn clean_from(today: Day, years: u16) -> Day {
    today.minus_months(years.saturating_mul(12))
}

/// What a timer does: it marks what is overdue, and nothing follows from that by itself.
pub(super) fn timer(rows: &Rows, id: ToleranceId, context: &Context<'_>) -> Result<Outcome, Stop> {
    let row = rows.must_tolerance(id)?;
    let mut drafts = Drafts::new(context);
    if row.state == ToleranceState::Open && context.today > row.due.day {
        let event = ToleranceEvent::Overdue { acceptance: id };
        drafts.push(row.subject, Event::Tolerance(event));
    }
    drafts.finish()
}
