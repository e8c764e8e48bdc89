//! Filing an objection: who may, for whom, and whether it suspends (domain.md 2.6, Q04).

use crate::actor::Actor;
use crate::command::Command;
use crate::decide::checks::{self, misfit, refuse, stated};
use crate::decide::classification::Turn;
use crate::decide::objection::{Disputed, bounded, disputed, turn};
use crate::decide::{Context, Drafts, Outcome, red};
use crate::event::{Event, ObjectionGround, Trigger};
use crate::guard::{Guard, Misfit};
use crate::limits::{DISPUTES_MAX, EVIDENCE_MAX};
use crate::rows::{Rows, Stop};
use crate::text::{Digest, digest_is_stated};

fn may_file(
    context: &Context<'_>,
    found: &Disputed<'_>,
    trigger: Trigger,
    papers: &[Digest],
) -> Result<(), Stop> {
    match context.actor {
        Actor::Subject(key) if *key == found.subject && trigger == Trigger::Subject => Ok(()),
        Actor::Subject(_) => Ok(misfit(
            Misfit::Forbidden,
            "只能对本人档案提出异议 / only about your own file",
            "他人可通过投诉反映 / others may complain through the office",
        )?),
        // An officer files for whoever came to the counter, or for what the officer found.
        _ => {
            checks::human(context)?;
            match trigger {
                Trigger::Subject => partys_paper(papers),
                Trigger::ExOfficio | Trigger::Complaint => Ok(()),
            }
        }
    }
}

/// What an officer files in the party's name the party has signed: its one first objection and its
/// one review are not used up by somebody else.
pub(super) fn partys_paper(papers: &[Digest]) -> Result<(), Stop> {
    if !papers.iter().any(digest_is_stated) {
        refuse::<()>(
            Guard::Document,
            "代当事人提出的须附其签名材料的 SHA-256 / attach what the party signed",
            "请上传当事人签署的申请书 / upload the signed paper",
        )?;
    }
    Ok(())
}

/// Whether an objection suspends: one that is no repeat always does, whatever others object to or
/// objected to; a repeat, with new facts and what proves them (design.md 1, domain.md Q04). Who says
/// what is open already adds to that one.
fn suspends(
    found: &Disputed<'_>,
    trigger: Trigger,
    grounds: &[ObjectionGround],
    evidence: &[Digest],
    new_facts: bool,
) -> Result<bool, Stop> {
    let Some(disputes) = found.disputes else {
        return Ok(true);
    };
    let repeat = disputes.is_repeat(trigger, grounds);
    let suspends = !repeat || new_facts;
    if let Some(open) = disputes.same(trigger, grounds, suspends) {
        misfit::<()>(
            Misfit::Exists,
            format!("同一主体类型、同一理由的异议 {open} 尚未办结 / the same objection is open"),
            "请向该异议补充证据 / add evidence to that one",
        )?;
    }
    if repeat && new_facts && !evidence.iter().any(digest_is_stated) {
        misfit::<()>(
            Misfit::Value,
            "该理由已经核实不成立，主张有新事实的须附证据 / rejected before: new facts need evidence",
            "请附证据，或不主张新事实 / attach it, or claim none",
        )?;
    }
    Ok(suspends)
}

/// The nomination waits for each objection, so more than a bound of them add nothing.
fn room(found: &Disputed<'_>) -> Result<(), Stop> {
    if found.holds.len() >= DISPUTES_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("未办结异议已有 {DISPUTES_MAX} 件 / so many objections are open"),
            "提名在其办结前不得决定，请待其办结 / nothing is decided before they are closed",
        )?;
    }
    Ok(())
}

pub(super) fn file(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::FileObjection { target, trigger, grounds, statement, evidence, new_facts } =
        command
    else {
        return Err(Stop::Defect("not an objection".to_owned()));
    };
    let found = disputed(rows, *target, context)?;
    may_file(context, &found, *trigger, evidence)?;
    if !found.live {
        misfit::<()>(
            Misfit::State,
            "该事项已终止 / what it is about has ended",
            "如有残留影响，请申请恢复信誉 / ask for redress if effects remain",
        )?;
    }
    if grounds.is_empty() || grounds.len() > EVIDENCE_MAX {
        misfit::<()>(
            Misfit::Value,
            "须至少列明一项异议理由 / name one ground at least",
            "理由见 /openapi.json ObjectionGround / see the document",
        )?;
    }
    stated(Guard::Document, &[("statement", statement)])?;
    bounded(evidence.len(), "evidence")?;
    // Under public notice everybody speaks for themselves: nobody's objection repeats another's.
    let suspends = if red::public_objection(rows, *target, *trigger, evidence, context)? {
        room(&found)?;
        true
    } else {
        suspends(&found, *trigger, grounds, evidence, *new_facts)?
    };
    let accept_wd = context.rules.pack(context.today).objection_accept_wd;
    let mut drafts = Drafts::new(context);
    drafts.push(
        found.subject,
        Event::ObjectionFiled {
            target: *target,
            trigger: *trigger,
            grounds: grounds.clone(),
            statement: statement.clone(),
            evidence: evidence.clone(),
            suspends,
            accept_by: context.rules.calendar.after(context.today, accept_wd),
            provider: found.provider,
        },
    );
    if suspends {
        turn(rows, context, &mut drafts, *target, Turn::Suspend)?;
    }
    drafts.finish()
}
