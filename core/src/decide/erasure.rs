//! Erasing a file: two officers of different duties, nothing open, the retention over. The day is
//! counted from the newest event of the file, so no part of it is kept for less; the reading beside
//! the decision (`Kept`) holds for one version of the file and is refused for any other.
//!
//! Source: domain.md 2.1, design.md 3, PIPL 19, 47.

use crate::actor::{Role, SubjectKey};
use crate::command::erasure::{ErasureCommand, Kept};
use crate::decide::checks::{self, misfit, refuse, wrong_state};
use crate::decide::{Context, Draft, Drafts, Outcome};
use crate::event::Event;
use crate::event::erasure::ErasureEvent;
use crate::guard::{Guard, Misfit, Refusal};
use crate::limits::REMEDY_MONTHS;
use crate::row::{Erasure, Key, SubjectRow};
use crate::rows::{Rows, Stop};

pub(super) fn decide(
    rows: &Rows,
    command: &ErasureCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        ErasureCommand::Propose { subject, basis, kept } => {
            duty(Role::DataOfficer, context)?;
            let head = rows.must_subject(*subject)?;
            if let Some(own) = &head.erasure {
                return Ok(wrong_state("档案 / the file", own.name(), "none")?);
            }
            checks::basis(context, basis)?;
            retained(head, context)?;
            nothing_kept(head, *kept, context)?;
            one(*subject, context, ErasureEvent::Proposed { basis: basis.clone() })
        }
        ErasureCommand::Withdraw { subject } => {
            checks::human(context)?;
            if ![Role::DataOfficer, Role::CreditOffice].contains(&context.role) {
                duty(Role::DataOfficer, context)?;
            }
            let Some(Erasure::Proposed { at, .. }) = rows.must_subject(*subject)?.erasure else {
                return Ok(wrong_state("档案 / the file", "none", "proposed")?);
            };
            one(*subject, context, ErasureEvent::Withdrawn { proposal: at })
        }
        ErasureCommand::Approve { subject, kept } => approve(rows, *subject, *kept, context),
        ErasureCommand::KeyDestroyed { subject } => {
            checks::system(context)?;
            let head = rows.must_subject(*subject)?;
            match head.erasure {
                Some(Erasure::Erased { key_destroyed: false, .. }) => {
                    one(*subject, context, ErasureEvent::KeyDestroyed { slot: head.slot })
                }
                _ => Drafts::new(context).finish(),
            }
        }
    }
}

fn one(subject: SubjectKey, context: &Context<'_>, event: ErasureEvent) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    drafts.push(subject, Event::Erasure(event));
    drafts.finish()
}

/// One proposes by the duty for personal information, the other agrees for the register.
fn duty<'a>(role: Role, context: &Context<'a>) -> Result<checks::Human<'a>, Refusal> {
    let human = checks::human(context)?;
    if context.role != role {
        refuse::<()>(
            Guard::Competent,
            "由数据保护人员提出、信用主管部门批准 / a data officer proposes, the credit office agrees",
            "请使用相应职责的密钥 / use the key of that duty",
        )?;
    }
    Ok(human)
}

fn approve(
    rows: &Rows,
    subject: SubjectKey,
    kept: Kept,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let human = duty(Role::CreditOffice, context)?;
    let head = rows.must_subject(subject)?;
    let Some(Erasure::Proposed { at, by, .. }) = &head.erasure else {
        let state = head.erasure.as_ref().map_or("none", Erasure::name);
        return Ok(wrong_state("档案 / the file", state, "proposed")?);
    };
    if *by == human.reference {
        refuse::<()>(
            Guard::FourEyes,
            "提出人不得自行批准 / who proposed it may not agree to it",
            "由信用主管部门的另一名工作人员批准 / another officer agrees",
        )?;
    }
    // Whatever came after the proposal was not looked at by who made it.
    if head.last != *at {
        misfit::<()>(
            Misfit::Stale,
            format!("提出后档案已变更至 {} / the file has changed since", head.last),
            "撤回后重新提出 / withdraw it and propose it anew",
        )?;
    }
    nothing_kept(head, kept, context)?;
    one(subject, context, ErasureEvent::Erased { proposal: *at, slot: head.slot })
}

/// Nothing has happened to the file for as long as it is to be kept (PIPL 19, 47).
fn retained(head: &SubjectRow, context: &Context<'_>) -> Result<(), Refusal> {
    let months = context.rules.pack(context.today).retention_months.max(REMEDY_MONTHS);
    let from = head.last_on.plus_months(months);
    if context.today >= from {
        return Ok(());
    }
    misfit(
        Misfit::State,
        format!(
            "档案最近于 {} 变更，保存 {months} 个月，至 {from} / its last event is of {}, it is \
             kept until {from}",
            head.last_on, head.last_on
        ),
        "期满后再提出 / propose it then",
    )
}

fn nothing_kept(head: &SubjectRow, kept: Kept, context: &Context<'_>) -> Result<(), Refusal> {
    if kept.seen != head.last {
        misfit::<()>(
            Misfit::Stale,
            format!("档案已变更至 {} / the file has changed", head.last),
            "请重试 / try again",
        )?;
    }
    match kept.by {
        Some((at, until)) if until >= context.today => misfit(
            Misfit::State,
            format!("尚有未办结或仍有效的事项：{at}，至 {until} / something is open or stands"),
            "办结、撤回或期满后再提出 / close it, take it back, or wait for its end",
        ),
        _ => Ok(()),
    }
}

/// A file that was erased takes nothing more; the code may be registered anew, with a new key.
pub(super) fn bar(rows: &Rows, drafts: &[Draft]) -> Result<(), Stop> {
    let concerned = |draft: &Draft| match &draft.event {
        Event::SubjectRegistered { .. } | Event::PersonRegistered { .. } => None,
        Event::Erasure(ErasureEvent::KeyDestroyed { .. }) => None,
        _ => draft.subject,
    };
    rows.want(drafts.iter().filter_map(concerned).map(Key::Subject))?;
    for subject in drafts.iter().filter_map(concerned) {
        if rows.subject(subject)?.is_some_and(SubjectRow::is_erased) {
            misfit::<()>(
                Misfit::State,
                format!("该档案已依法删除：{subject} / the file was erased"),
                "如需重新建档，请重新登记 / register the subject anew",
            )?;
        }
    }
    Ok(())
}
