//! Associations' files about their members: written, corrected and answered for by the association
//! alone (domain.md O45). Nothing here touches the register's own records or listings.
//!
//! Source: domain.md O46.

use crate::actor::{Actor, OfficerRef, Role};
use crate::command::member::MemberCommand;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::filing::partys_paper;
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::event::member::{MemberEvent, NoteKind};
use crate::guard::{Guard, Misfit};
use crate::id::MemberNoteId;
use crate::limits::{EVIDENCE_MAX, NOTE_OBJECTIONS_MAX};
use crate::row::social::{MemberNoteRow, NoteDispute};
use crate::rows::{Rows, Stop};
use crate::rules::Association;
use crate::text::{Digest, Sealed, digest_is_stated, short_text_is_stated};

pub(super) fn decide(
    rows: &Rows,
    command: &MemberCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        MemberCommand::Note { .. } => note(rows, command, context),
        MemberCommand::Correct { note, text, reasons } => {
            let row = own_live(rows, *note, context)?;
            stated(Guard::Document, &[("text", text), ("reasons", reasons)])?;
            one(row, context, corrected(*note, text, reasons))
        }
        MemberCommand::Withdraw { note, reasons } => {
            let row = own_live(rows, *note, context)?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            one(row, context, MemberEvent::Withdrawn { note: *note, reasons: reasons.clone() })
        }
        MemberCommand::Object { note, statement, evidence } => {
            object(rows, *note, statement, evidence, context)
        }
        MemberCommand::Answer { .. } => answer(rows, command, context),
    }
}

fn one(row: &MemberNoteRow, context: &Context<'_>, event: MemberEvent) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    drafts.push(row.subject, Event::Member(event));
    drafts.finish()
}

fn corrected(note: MemberNoteId, text: &Sealed, reasons: &Sealed) -> MemberEvent {
    MemberEvent::Corrected { note, text: text.clone(), reasons: reasons.clone() }
}

/// A named officer of an association on file, with the role of one.
fn association<'a>(context: &Context<'a>) -> Result<(&'a Association, OfficerRef), Stop> {
    if let (Actor::Officer(reference), Role::Association) = (context.actor, context.role)
        && let Some(found) = context.rules.association_by_uscc(reference.authority.as_str())
        && found.officer(&reference.officer).is_some()
    {
        return Ok((found, reference.clone()));
    }
    Ok(refuse(
        Guard::Human,
        format!(
            "{} 不是登记在册的协会工作人员 / is no association's officer on file",
            context.actor
        ),
        "请使用 association 角色的密钥，协会须登记在 departments.toml / use an association's key",
    )?)
}

fn own_live<'r>(
    rows: &'r Rows,
    id: MemberNoteId,
    context: &Context<'_>,
) -> Result<&'r MemberNoteRow, Stop> {
    let row = rows.must_member_note(id)?;
    let (_, reference) = association(context)?;
    if reference.authority != row.association {
        refuse::<()>(
            Guard::Competent,
            format!("由 {} 记载 / it is that association's", row.author),
            "由记载的协会办理 / ask that association",
        )?;
    }
    live(row)?;
    Ok(row)
}

fn live(row: &MemberNoteRow) -> Result<(), Stop> {
    match row.withdrawn_on {
        None => Ok(()),
        Some(_) => Ok(wrong_state("会员档案 / note", "withdrawn", "in the file")?),
    }
}

fn note(rows: &Rows, command: &MemberCommand, context: &Context<'_>) -> Result<Outcome, Stop> {
    let MemberCommand::Note { association: code, subject, kind, text, rater, charter } = command
    else {
        return Err(Stop::Defect("not a note".to_owned()));
    };
    let (own, _) = association(context)?;
    if own.code != *code {
        refuse::<()>(
            Guard::Competent,
            format!(
                "{} 不能以 {code} 名义记载 / an association writes its own file only",
                own.code
            ),
            "请使用本协会的代码 / use the association's own code",
        )?;
    }
    if subject.is_person() {
        misfit::<()>(
            Misfit::Value,
            "会员须为法人或非法人组织 / a member is an organisation",
            "自然人不建会员信用档案 / no file is kept about a natural person",
        )
        .map_err(|refusal| refusal.on("subject"))?;
    }
    rows.must_subject(*subject)?;
    stated(Guard::Document, &[("text", text)])?;
    let named = rater.as_deref().is_some_and(short_text_is_stated);
    if named != (*kind == NoteKind::Rating) || (rater.is_some() && !named) {
        refuse::<()>(
            Guard::Document,
            "等级评价须且仅须注明第三方机构名称 / a rating names who rated, and nothing else does",
            "请填写 rater / state the rater's name",
        )
        .map_err(|refusal| refusal.on("rater"))?;
    }
    let by_charter = charter.as_deref().is_some_and(short_text_is_stated);
    if by_charter != kind.is_discipline() || (charter.is_some() && !by_charter) {
        refuse::<()>(
            Guard::Basis,
            "自律措施须且仅须注明行规、行约条款 / self-discipline names the article of the charter",
            "请填写 charter / state the article",
        )
        .map_err(|refusal| refusal.on("charter"))?;
    }
    let association = crate::identifier::uscc::Uscc::parse(&own.uscc)
        .map_err(|errors| Stop::Defect(format!("the code of {}: {errors}", own.code)))?;
    let mut drafts = Drafts::new(context);
    drafts.push(
        *subject,
        Event::Member(MemberEvent::Noted {
            association,
            author: own.name_zh.clone(),
            kind: *kind,
            text: text.clone(),
            rater: rater.clone(),
            charter: charter.clone(),
        }),
    );
    drafts.finish()
}

fn object(
    rows: &Rows,
    id: MemberNoteId,
    statement: &Sealed,
    evidence: &[Digest],
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = rows.must_member_note(id)?;
    if *context.actor != Actor::Subject(row.subject) {
        // At the counter an officer files it for the member or its agent, who signed it: the member
        // may object only so often.
        checks::human(context)?;
        partys_paper(evidence)?;
    }
    live(row)?;
    stated(Guard::Document, &[("statement", statement)])?;
    if evidence.len() > EVIDENCE_MAX || !evidence.iter().all(digest_is_stated) {
        misfit::<()>(
            Misfit::Value,
            format!(
                "证据不超过 {EVIDENCE_MAX} 份，均须有摘要 / at most {EVIDENCE_MAX}, each a digest"
            ),
            "请核对证据 / check the evidence",
        )?;
    }
    if row.is_disputed() {
        misfit::<()>(
            Misfit::Exists,
            "已有异议待答复 / an objection waits for its answer",
            "请等待协会答复 / wait for the association's answer",
        )?;
    }
    if row.objections >= NOTE_OBJECTIONS_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("异议已达 {NOTE_OBJECTIONS_MAX} 次 / objected that often already"),
            "可依法向业务主管单位反映或起诉 / turn to the association's supervisor or a court",
        )?;
    }
    let days = context.rules.pack(context.today).verification_wd;
    let event = MemberEvent::Objected {
        note: id,
        statement: statement.clone(),
        evidence: evidence.to_vec(),
        answer_by: context.rules.calendar.after(context.today, days),
    };
    one(row, context, event)
}

fn answer(rows: &Rows, command: &MemberCommand, context: &Context<'_>) -> Result<Outcome, Stop> {
    let MemberCommand::Answer { note: id, stands, answer, corrected: text } = command else {
        return Err(Stop::Defect("not an answer".to_owned()));
    };
    let row = own_live(rows, *id, context)?;
    stated(Guard::Document, &[("answer", answer)])?;
    if !row.is_disputed() {
        let state = match row.dispute {
            None => "not objected to",
            Some(NoteDispute { .. }) => "answered",
        };
        return Ok(wrong_state("会员档案 / note", state, "objected to")?);
    }
    if *stands && text.is_some() {
        misfit::<()>(
            Misfit::Value,
            "维持原记载的，不得同时更正 / what stands is not corrected",
            "请二选一 / choose one",
        )
        .map_err(|refusal| refusal.on("corrected"))?;
    }
    let mut drafts = Drafts::new(context);
    let answered = MemberEvent::Answered { note: *id, stands: *stands, answer: answer.clone() };
    drafts.push(row.subject, Event::Member(answered));
    match (stands, text) {
        (true, _) => {}
        (false, Some(text)) => {
            stated(Guard::Document, &[("corrected", text)])?;
            drafts.push(row.subject, Event::Member(corrected(*id, text, answer)));
        }
        (false, None) => {
            let event = MemberEvent::Withdrawn { note: *id, reasons: answer.clone() };
            drafts.push(row.subject, Event::Member(event));
        }
    }
    drafts.finish()
}
