//! Measures that only a higher authority can take: recorded, forwarded, and recalled when what
//! they rest on ends (domain.md 1.6, column County). What another organ decides by a procedure of
//! its own is referred to it in the same way: recorded, sent and recalled, and never an order.
//!
//! Source: domain.md O42, M-A24, M-A25, M-A26.

use crate::command::measure::{MeasureCommand, SubjectNotice};
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::measure::{Asked, Parent, allowed, answer_decline, initiating, with_parents};
use crate::decide::undo::{first_end, lifted_late, untold};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::measure::MeasureEvent;
use crate::event::{CaseRef, Event};
use crate::guard::{Guard, Misfit, Refusal};
use crate::id::MeasureId;
use crate::path::Standing;
use crate::row::{MeasureRow, MeasureState};
use crate::rows::{Rows, Stop};
use crate::rules::Executor;
use crate::text::{digest_is_stated, short_text_is_stated};
use crate::time::Day;

pub(super) fn decide(
    rows: &Rows,
    command: &MeasureCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let id = match command {
        MeasureCommand::Forward { .. } => return forward(rows, command, context),
        MeasureCommand::AnswerDecline { .. } => return answer_decline(rows, command, context),
        MeasureCommand::AnswerForward { measure, .. }
        | MeasureCommand::RecallForward { measure, .. }
        | MeasureCommand::TellForward { measure, .. }
        | MeasureCommand::ExemptCourtLimit { measure, .. } => *measure,
    };
    let row = with_parents(rows, id)?;
    initiating(context, row)?;
    let MeasureState::Forwarded { answered, recalled } = row.state else {
        return Ok(wrong_state("措施 / measure", row.state.name(), "forwarded")?);
    };
    let standing = rows.measure_standing(id, context.today)?;
    let event = match command {
        MeasureCommand::AnswerForward { answer, document_sha256, answered_on, .. } => {
            if answered {
                return Ok(wrong_state("上报 / forwarding", "answered", "not answered")?);
            }
            stated(Guard::Document, &[("answer", answer)])?;
            if !digest_is_stated(document_sha256) || *answered_on > context.today {
                misfit::<()>(
                    Misfit::Value,
                    "缺少复函，或日期晚于当日 / the reply is missing, or dated in the future",
                    "请附复函和日期 / attach it and its date",
                )?;
            }
            if let Some(sent) = row.sent_on.filter(|sent| answered_on < sent) {
                misfit::<()>(
                    Misfit::Value,
                    format!("复函日期早于发函日 {sent} / answered before the letter was sent"),
                    "请填写复函日期 / give the date of the reply",
                )
                .map_err(|refusal| refusal.on("answered_on"))?;
            }
            MeasureEvent::ForwardAnswered {
                measure: id,
                answer: answer.clone(),
                document_sha256: *document_sha256,
                answered_on: *answered_on,
            }
        }
        MeasureCommand::RecallForward { document_sha256, service, .. } => {
            if standing != Standing::Ended || recalled {
                return Ok(wrong_state("上报 / forwarding", "in force or recalled", "ended")?);
            }
            checks::service(context, Guard::Served, service, ended_on(rows, row, context)?)?;
            if !digest_is_stated(document_sha256) {
                refuse::<()>(Guard::Document, "缺少撤回函 / no recall", "请附撤回函 / attach it")?;
            }
            MeasureEvent::ForwardRecalled {
                measure: id,
                document_sha256: *document_sha256,
                service: service.clone(),
            }
        }
        MeasureCommand::TellForward { suspended, document_sha256, service, .. } => {
            if untold(row, standing) != Some(*suspended) {
                return Ok(wrong_state("上报 / forwarding", "told, or over", "not told")?);
            }
            // There was nothing to tell before the day on which the register said so.
            let since = row.telling.map_or(context.today, |own| own.owed.by.from);
            checks::service(context, Guard::Served, service, since)?;
            if !digest_is_stated(document_sha256) {
                refuse::<()>(Guard::Document, "缺少函件 / no letter", "请附函件 / attach it")?;
            }
            MeasureEvent::ForwardTold {
                measure: id,
                suspended: *suspended,
                document_sha256: *document_sha256,
                service: service.clone(),
            }
        }
        MeasureCommand::ExemptCourtLimit { document, until, .. } => {
            if standing == Standing::Ended {
                return Ok(wrong_state("上报 / forwarding", "ended", "in force")?);
            }
            checks::ruling(context, document, row.subject)?;
            if *until < context.today {
                misfit::<()>(
                    Misfit::Value,
                    "解除限制的期限已过 / the exemption has passed",
                    "请按法院决定填写 / as the court has it",
                )?;
            }
            MeasureEvent::CourtLimitExempted {
                measure: id,
                document: document.clone(),
                until: *until,
            }
        }
        MeasureCommand::Forward { .. } | MeasureCommand::AnswerDecline { .. } => {
            return Err(Stop::Defect("not about a forwarded measure".to_owned()));
        }
    };
    let late = match event {
        MeasureEvent::ForwardRecalled { .. } => lifted_late(rows, row, context)?,
        _ => None,
    };
    let mut drafts = Drafts::new(context);
    drafts.push(row.subject, Event::Measure(event));
    if let Some(event) = late {
        drafts.push(None, event);
    }
    drafts.finish()
}

fn forward(rows: &Rows, command: &MeasureCommand, context: &Context<'_>) -> Result<Outcome, Stop> {
    let MeasureCommand::Forward {
        listing,
        attribution,
        measure,
        department,
        to,
        basis,
        reasons,
        until,
        court_document,
        document_sha256,
        service,
        notice,
    } = command
    else {
        return Err(Stop::Defect("not a forwarding".to_owned()));
    };
    let executor = match context.rules.measure(measure).map(|own| own.executor) {
        Some(Executor::Referral) => Executor::Referral,
        _ => Executor::Higher,
    };
    let asked = Asked {
        listing: *listing,
        attribution: *attribution,
        measure,
        department,
        basis,
        reasons,
        until: *until,
        court: court_document.as_ref(),
        executor,
    };
    let parent = allowed(rows, &asked, context)?;
    // What a higher authority is asked for weighs on the subject from here on.
    checks::clock(context)?;
    let since = since(rows, &asked, &parent)?;
    checks::service(context, Guard::Served, service, since)?;
    if !short_text_is_stated(to) || !digest_is_stated(document_sha256) {
        refuse::<()>(
            Guard::Document,
            "须注明收文机关并附函件 / name the authority it goes to and attach the letter",
            "请填写 to 和 document_sha256 / give both",
        )?;
    }
    if let Some(own) = notice {
        subject_told(own, (since, service.on), context)?;
    } else if !parent.red {
        refuse::<()>(
            Guard::Notice,
            "惩戒措施须先告知当事人 / the subject must be told first",
            "先送达告知书，并填写 notice / serve the notice of the measure first, and give it",
        )
        .map_err(|refusal| refusal.on("notice"))?;
    }
    let mut drafts = Drafts::new(context);
    drafts.push(
        parent.subject,
        Event::Measure(MeasureEvent::Forwarded {
            listing: *listing,
            attribution: *attribution,
            measure: measure.clone(),
            department: department.clone(),
            to: to.clone(),
            basis: basis.clone(),
            reasons: reasons.clone(),
            until: *until,
            court_document: court_document.clone(),
            decision_number: parent.number,
            document_sha256: *document_sha256,
            service: service.clone(),
        }),
    );
    if let Some(own) = notice {
        drafts.push(
            parent.subject,
            Event::Measure(MeasureEvent::ForwardNoticed {
                measure: MeasureId(context.next),
                reasons: own.reasons.clone(),
                remedies: own.remedies.clone(),
                document_sha256: own.document_sha256,
                service: own.service.clone(),
            }),
        );
    }
    drafts.finish()
}

/// The day from which a forwarded measure is to be recalled: the first end that it had, after the
/// letter by which it was forwarded.
fn ended_on(rows: &Rows, row: &MeasureRow, context: &Context<'_>) -> Result<Day, Stop> {
    let ended = match row.lift {
        Some(own) => Some(own.by.from),
        None => first_end(rows, row, context.today)?,
    };
    let sent = row.sent_on.unwrap_or(row.initiated_on);
    Ok(ended.map_or(sent, |ended| ended.max(sent)))
}

/// The day since which what a measure rests on has effect: of what a revoked repair brought back, the
/// day on which it came back.
fn since(rows: &Rows, asked: &Asked<'_>, parent: &Parent) -> Result<Day, Stop> {
    let case = asked.attribution.map_or(CaseRef::Listing(asked.listing), CaseRef::Attribution);
    let marks = &rows.must_subject(parent.subject)?.marks;
    Ok(marks.iter().find(|own| own.case == case).map_or(parent.since, |own| own.since))
}

/// The subject of discipline is told of it once what it rests on has effect, and no later than the
/// authority that is asked for it (G-NOTICE; domain.md 2.4).
fn subject_told(
    notice: &SubjectNotice,
    (since, letter): (Day, Day),
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let SubjectNotice { reasons, remedies, document_sha256, service } = notice;
    stated(Guard::Notice, &[("reasons", reasons), ("remedies", remedies)])?;
    checks::service(context, Guard::Notice, service, since)?;
    if !digest_is_stated(document_sha256) {
        refuse::<()>(Guard::Notice, "缺少告知书 / no notice", "请附告知书 / attach it")?;
    }
    if service.on > letter {
        refuse::<()>(
            Guard::Notice,
            format!("告知晚于发函日 {letter} / told after the letter was sent"),
            "决定生效后先告知当事人，再发函 / tell the subject once the decision has effect, then send \
             the letter",
        )?;
    }
    Ok(())
}
