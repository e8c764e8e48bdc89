//! Review (复核) of the outcome of an objection and of a refused repair: asked for in time,
//! decided by somebody else (domain.md 2.5, 2.6).

use crate::actor::{Actor, OfficerRef, SubjectKey};
use crate::command::remedy::RemedyCommand;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::classification::Turn;
use crate::decide::filing::partys_paper;
use crate::decide::objection::{
    annul, bounded, disputed, honour_is_heard, referral_due, resume, turn,
};
use crate::decide::{Context, Drafts, Outcome, redress, repair};
use crate::event::assessment::AssessmentEvent;
use crate::event::remedy::{RemedyEvent, ReviewOf};
use crate::event::{Event, Finding};
use crate::guard::{Guard, Misfit};
use crate::limits::DISPUTES_MAX;
use crate::row::{ObjectionState, RepairState};
use crate::rows::{Rows, Stop};
use crate::time::Day;

/// The outcome that a review is asked about, and whose matter it is.
struct Reviewed<'r> {
    subject: SubjectKey,
    /// From which day on the versions of the rules are looked at.
    opened_on: Day,
    outcome: &'r (Day, OfficerRef),
}

fn reviewable<'r>(rows: &'r Rows, of: ReviewOf) -> Result<Reviewed<'r>, Stop> {
    let (subject, opened_on, state, open, outcome, reviewed) = match of {
        ReviewOf::Objection(id) => {
            let row = rows.must_objection(id)?;
            let open = matches!(
                row.state,
                ObjectionState::Refused
                    | ObjectionState::Resolved { upheld: false }
                    | ObjectionState::Closed { upheld: false }
            );
            // Who asked for its end, and had it put right instead, may ask again.
            let kept = row.kept
                && matches!(
                    row.state,
                    ObjectionState::Resolved { .. } | ObjectionState::Closed { .. }
                );
            let open = open || kept;
            (row.subject, row.filed_on, row.state.name(), open, &row.outcome, row.reviewed)
        }
        ReviewOf::Repair(id) => {
            let row = rows.must_repair(id)?;
            let open = matches!(row.state, RepairState::Refused | RepairState::NotAccepted);
            let opened_on = repair::opened_on(rows, row.of)?;
            (row.subject, opened_on, row.state.name(), open, &row.outcome, row.reviewed)
        }
    };
    match outcome {
        Some(outcome) if open && !reviewed => Ok(Reviewed { subject, opened_on, outcome }),
        Some(_) if open => Ok(misfit(
            Misfit::State,
            "已复核过一次 / it has been reviewed once",
            "可依法申请行政复议或提起诉讼 / reconsideration and suit remain",
        )?),
        _ => Ok(wrong_state("该事项 / it", state, "refused or rejected")?),
    }
}

/// Whether the head of the credit office gave an outcome: what is refused there has its review one level
/// up, by reconsideration or suit (domain.md 2.5).
fn decided_at_the_top(rows: &Rows, by: &OfficerRef, context: &Context<'_>) -> Result<bool, Stop> {
    Ok(rows.office()? == Some(by.authority) && checks::is_head(context, by))
}

pub(super) fn request(
    rows: &Rows,
    command: &RemedyCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let RemedyCommand::RequestReview { of, statement, evidence, new_facts } = command else {
        return Err(Stop::Defect("not a request for review".to_owned()));
    };
    let found = reviewable(rows, *of)?;
    if *context.actor != Actor::Subject(found.subject) {
        // At the counter an officer files it for the subject or its agent, who signed it: there is
        // one review, and it is the party's.
        checks::human(context)?;
        partys_paper(evidence)?;
    }
    if matches!(of, ReviewOf::Repair(_)) && decided_at_the_top(rows, &found.outcome.1, context)? {
        misfit::<()>(
            Misfit::State,
            "该决定由信用办负责人作出，信用办不得复核自己的决定 / the head of the credit office decided it, and \
             nobody there reviews that",
            "可依法申请行政复议或提起诉讼，也可再次申请修复 / reconsideration and suit remain, and another \
             application",
        )?;
    }
    let pack = context.rules_of(found.opened_on);
    let by = context.rules.calendar.after(found.outcome.0, pack.review_request_wd).day;
    if context.today > by {
        misfit::<()>(
            Misfit::State,
            format!("复核申请期至 {by} / the period for it ended on that day"),
            "可依法申请行政复议或提起诉讼 / reconsideration and suit remain",
        )?;
    }
    stated(Guard::Document, &[("statement", statement)])?;
    bounded(evidence.len(), "evidence")?;
    if *new_facts && evidence.is_empty() {
        misfit::<()>(
            Misfit::Value,
            "主张有新事实的须附证据 / new facts need evidence",
            "请附证据，或不主张新事实 / attach it, or claim none",
        )?;
    }
    // New facts suspend again; a repeat without them is looked at, but does not (design.md 1).
    let mut suspended = None;
    if let (ReviewOf::Objection(id), true) = (of, new_facts) {
        let target = rows.must_objection(*id)?.target;
        let disputed = disputed(rows, target, context)?;
        let live = disputed.live && rows.is_about(target, id.0)?;
        suspended = (live && disputed.holds.len() < DISPUTES_MAX).then_some(target);
    }
    let mut drafts = Drafts::new(context);
    drafts.push(
        found.subject,
        Event::Remedy(RemedyEvent::ReviewRequested {
            of: *of,
            statement: statement.clone(),
            evidence: evidence.clone(),
            suspends: suspended.is_some(),
            decide_by: context.rules.calendar.after(context.today, pack.verification_wd),
        }),
    );
    if let Some(target) = suspended {
        turn(rows, context, &mut drafts, target, Turn::Suspend)?;
    }
    drafts.finish()
}

pub(super) fn decide(
    rows: &Rows,
    command: &RemedyCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let RemedyCommand::DecideReview { of, upheld, reasons, service } = command else {
        return Err(Stop::Defect("not a review".to_owned()));
    };
    let (subject, state, due, before) = match of {
        ReviewOf::Objection(id) => {
            let row = rows.must_objection(*id)?;
            let due = match row.state {
                ObjectionState::Review { decide_by, .. } => Some(decide_by),
                _ => None,
            };
            (row.subject, row.state.name(), due, &row.outcome)
        }
        ReviewOf::Repair(id) => {
            let row = rows.must_repair(*id)?;
            let due = match row.state {
                RepairState::Review { decide_by } => Some(decide_by),
                _ => None,
            };
            (row.subject, row.state.name(), due, &row.outcome)
        }
    };
    let human = checks::credit_office(context)?;
    let Some(due) = due else {
        return Ok(wrong_state("复核 / review", state, "review")?);
    };
    let same = before.as_ref().is_some_and(|(_, by)| *by == human.reference);
    // Where the head is the one who decided before, nobody could: another officer does.
    let stands_in = before.as_ref().is_some_and(|(_, by)| checks::is_head(context, by));
    if same || !(human.officer.head || stands_in) {
        refuse::<()>(
            Guard::FourEyes,
            "复核须由信用办负责人作出，且不得为原处理人 / the head of the office decides, and did not decide before",
            "请由负责人复核；负责人为原处理人的，由信用办其他工作人员复核 / ask the head; where the head \
             decided before, another officer of the office",
        )?;
    }
    stated(Guard::Document, &[("reasons", reasons)])?;
    checks::service(context, Guard::Served, service, context.today)?;
    let act_by = match of {
        ReviewOf::Repair(id) if *upheld => {
            let opened_on = repair::opened_on(rows, rows.must_repair(*id)?.of)?;
            let decide_wd = context.rules_of(opened_on).repair_decide_wd;
            Some(context.rules.calendar.after(context.today, decide_wd))
        }
        _ => None,
    };
    let mut drafts = Drafts::new(context);
    drafts.push(
        subject,
        Event::Remedy(RemedyEvent::ReviewDecided {
            of: *of,
            upheld: *upheld,
            reasons: reasons.clone(),
            service: service.clone(),
            act_by,
        }),
    );
    if let ReviewOf::Objection(id) = of {
        let row = rows.must_objection(*id)?;
        let refused = matches!(row.state, ObjectionState::Review { refused: true, .. });
        match (refused, upheld) {
            // It has to be looked at after all, and suspends like any objection; what is suspended
            // already stays so.
            (true, true) => {
                turn(rows, context, &mut drafts, row.target, Turn::Suspend)?;
                drafts.push(None, referral_due(row, context));
            }
            (false, true) => {
                honour_is_heard(rows, row, Finding::Error)?;
                annul(rows, context, &mut drafts, (row.target, id.0), reasons)?;
                if !redress::is_owed(rows, context, row.target, id.0)? {
                    let event = Event::RedressOpened { objection: *id, provider: row.provider };
                    drafts.push(subject, event);
                }
            }
            (_, false) => resume(rows, context, &mut drafts, row)?,
        }
    }
    if context.today > due.day {
        let event = AssessmentEvent::ReviewLate { of: *of, due };
        drafts.push(None, Event::Assessment(event));
    }
    drafts.finish()
}
