//! Credit commitments: offered, signed or declined, in force, kept, overdue (domain.md 2.2). What
//! leads to the finding that one was broken stands in `breach`.
//!
//! Source: domain.md O13, O29, O30.

use crate::actor::{Actor, SubjectKey};
use crate::command::commitment::CommitmentCommand;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::{Context, Drafts, Outcome, breach};
use crate::event::commitment::CommitmentEvent;
use crate::event::{Capacity, Event};
use crate::guard::{Guard, Misfit};
use crate::id::CommitmentId;
use crate::limits::{
    COMMITMENT_MONTHS_MAX, COMMITMENT_PART_BYTES_MAX, CURE_WD_MAX, CURE_WD_MIN, EVIDENCE_MAX,
};
use crate::path::Path;
use crate::row::SubjectRow;
use crate::row::commitment::{CommitmentRow, CommitmentState};
use crate::rows::{Rows, Stop};
use crate::text::{Digest, digest_is_stated, short_text_is_stated};

pub(super) fn decide(
    rows: &Rows,
    command: &CommitmentCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    use CommitmentCommand as C;
    match command {
        C::Offer { .. } => offer(rows, command, context),
        C::Decline { commitment, .. }
        | C::Sign { commitment, .. }
        | C::Withdraw { commitment, .. } => {
            party(rows, rows.must_commitment(*commitment)?, command, context)
        }
        C::Publish { commitment, .. }
        | C::DecideMatter { commitment, .. }
        | C::Fulfil { commitment, .. }
        | C::ServeCureNotice { commitment, .. } => {
            department(rows.must_commitment(*commitment)?, command, context)
        }
        C::ProposeBreach { commitment, .. }
        | C::ServeBreachNotice { commitment, .. }
        | C::StateOnBreach { commitment, .. }
        | C::WaiveStatement { commitment, .. }
        | C::DropBreach { commitment, .. }
        | C::DecideBreach { commitment, .. }
        | C::ServeBreach { commitment, .. } => {
            breach::decide(rows.must_commitment(*commitment)?, command, context)
        }
    }
}

/// The only event of a step, in the file of the commitment's subject.
pub(super) fn one(
    subject: SubjectKey,
    event: CommitmentEvent,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    drafts.push(subject, Event::Commitment(event));
    drafts.finish()
}

/// An officer of the authority to which the commitment is made.
pub(super) fn handling<'a>(
    context: &Context<'a>,
    row: &CommitmentRow,
) -> Result<checks::Human<'a>, Stop> {
    let human = checks::human(context)?;
    if human.reference.authority != row.offered_by.authority {
        refuse::<()>(
            Guard::Competent,
            "该承诺由其他机关办理 / the commitment is made to another authority",
            "请由提供承诺书的机关办理 / ask the authority that offered it",
        )?;
    }
    Ok(human)
}

/// One to `EVIDENCE_MAX` documents, each with its digest.
pub(super) fn documents(guard: Guard, list: &[Digest], what: &str) -> Result<(), Stop> {
    if (1..=EVIDENCE_MAX).contains(&list.len()) && list.iter().all(digest_is_stated) {
        return Ok(());
    }
    Ok(refuse(
        guard,
        format!(
            "{what}须为 1 至 {EVIDENCE_MAX} 份并附摘要 / 1 to {EVIDENCE_MAX} documents with digests"
        ),
        "请附文书的 SHA-256 / give the SHA-256 of each",
    )?)
}

/// A natural person has full civil capacity (G-CAPACITY).
pub(super) fn capacity(head: &SubjectRow) -> Result<(), Stop> {
    if head.key.is_person() && head.capacity != Some(Capacity::Full) {
        refuse::<()>(
            Guard::Capacity,
            "该自然人不具有完全民事行为能力，承诺无效 / the person has no full civil capacity",
            "请按一般程序办理 / use the ordinary path",
        )?;
    }
    Ok(())
}

fn offer(rows: &Rows, command: &CommitmentCommand, context: &Context<'_>) -> Result<Outcome, Stop> {
    let CommitmentCommand::Offer {
        subject,
        kind,
        template_sha256,
        content,
        conditions,
        checks: checks_told,
        consequences,
        ordinary_path_stated,
        due,
    } = command
    else {
        return Err(Stop::Defect("not an offer".to_owned()));
    };
    let human = checks::human(context)?;
    capacity(rows.must_subject(*subject)?)?;
    let parts = [
        ("content", content),
        ("conditions", conditions),
        ("checks", checks_told),
        ("consequences", consequences),
    ];
    stated(Guard::Document, &parts)?;
    if let Some((field, _)) =
        parts.iter().find(|(_, part)| part.clear_bytes > COMMITMENT_PART_BYTES_MAX)
    {
        misfit::<()>(
            Misfit::Limit,
            format!("{field} 超过 {COMMITMENT_PART_BYTES_MAX} 字节 / {field} is too long"),
            "请精简，详情放入附件 / shorten it, put details into a document",
        )
        .map_err(|refusal| refusal.on(field))?;
    }
    if !ordinary_path_stated || !digest_is_stated(template_sha256) {
        refuse::<()>(
            Guard::Document,
            "承诺书未载明可拒绝承诺并按一般程序办理，或缺少范本摘要 / \
             it does not say that the subject may refuse and use the ordinary path, or no template",
            "请使用载明该权利的标准文本 / use the standard text that states it",
        )?;
    }
    let latest = context.today.plus_months(COMMITMENT_MONTHS_MAX);
    if *due <= context.today || *due > latest {
        misfit::<()>(
            Misfit::Value,
            format!("履行期限须晚于当日且不迟于 {latest} / the due date is out of range"),
            "请选择范围内的日期 / choose a day in range",
        )
        .map_err(|refusal| refusal.on("due"))?;
    }
    let event = CommitmentEvent::Offered {
        authority: human.reference.authority,
        kind: *kind,
        template_sha256: *template_sha256,
        content: content.clone(),
        conditions: conditions.clone(),
        checks: checks_told.clone(),
        consequences: consequences.clone(),
        due: *due,
    };
    one(*subject, event, context)
}

/// The subject acts, or an officer at the counter takes down what it hands in, in writing.
pub(super) fn by_party(
    context: &Context<'_>,
    row: &CommitmentRow,
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

/// A step after the day by which it had to be taken is refused, whether the timer ran or not.
fn in_time(row: &CommitmentRow, context: &Context<'_>) -> Result<(), Stop> {
    if context.today > row.due {
        misfit::<()>(
            Misfit::State,
            format!("履行期限已于 {} 届满 / it was due on that day", row.due),
            "请按一般程序办理，或重新提供承诺书 / use the ordinary path, or a new offer",
        )?;
    }
    Ok(())
}

fn party(
    rows: &Rows,
    row: &CommitmentRow,
    command: &CommitmentCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    use CommitmentCommand as C;
    use CommitmentState as S;
    let event = match command {
        C::Decline { commitment, document_sha256 } => {
            by_party(context, row, document_sha256.as_ref())?;
            if row.state != S::Offered {
                return Ok(wrong_state("承诺 / commitment", row.state.name(), "offered")?);
            }
            CommitmentEvent::Declined { commitment: *commitment, document_sha256: *document_sha256 }
        }
        C::Sign { commitment, template_sha256, document_sha256, agent_sha256 } => {
            by_party(context, row, Some(document_sha256))?;
            if row.state != S::Offered {
                return Ok(wrong_state("承诺 / commitment", row.state.name(), "offered")?);
            }
            in_time(row, context)?;
            capacity(rows.must_subject(row.subject)?)?;
            signed_text(row, template_sha256, document_sha256, agent_sha256.as_ref())?;
            CommitmentEvent::Signed {
                commitment: *commitment,
                document_sha256: *document_sha256,
                agent_sha256: *agent_sha256,
            }
        }
        C::Withdraw { commitment, reasons, document_sha256 } => {
            by_party(context, row, document_sha256.as_ref())?;
            if !matches!(row.state, S::Signed | S::InForce) {
                let needed = "signed or in_force";
                return Ok(wrong_state("承诺 / commitment", row.state.name(), needed)?);
            }
            if row.state == S::InForce {
                in_time(row, context)?;
            }
            if let Some(on) = row.matter_decided_on {
                misfit::<()>(
                    Misfit::State,
                    format!("所涉事项已于 {on} 办结 / the matter was decided on that day"),
                    "请履行承诺，或就该决定依法救济 / keep it, or seek a remedy against the decision",
                )?;
            }
            stated(Guard::Document, &[("reasons", reasons)])?;
            CommitmentEvent::Withdrawn {
                commitment: *commitment,
                reasons: reasons.clone(),
                document_sha256: *document_sha256,
            }
        }
        _ => return Err(Stop::Defect("not a step of the subject".to_owned())),
    };
    one(row.subject, event, context)
}

/// What was signed is the very text that was offered.
fn signed_text(
    row: &CommitmentRow,
    template: &Digest,
    document: &Digest,
    agent: Option<&Digest>,
) -> Result<(), Stop> {
    let whole = digest_is_stated(document) && agent.is_none_or(digest_is_stated);
    if whole && *template == row.template_sha256 {
        return Ok(());
    }
    Ok(refuse(
        Guard::Document,
        "签署的不是所提供的文本，或缺少签署文件 / another text was signed, or no document",
        "请签署所提供版本的全文；代理人须附授权书 / sign the offered version; an agent adds the authority",
    )?)
}

/// A person's commitment is shown only with their consent in writing (G-CONSENT).
fn consented(row: &CommitmentRow, consent: Option<&Digest>) -> Result<(), Stop> {
    if row.subject.is_personal() && !consent.is_some_and(digest_is_stated) {
        refuse::<()>(
            Guard::Consent,
            "公示自然人或个体工商户的承诺须经本人书面同意 / a person must consent in writing",
            "请附同意书；不同意公示的不公示 / attach it; without consent it is not shown",
        )?;
    }
    Ok(())
}

fn department(
    row: &CommitmentRow,
    command: &CommitmentCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    use CommitmentCommand as C;
    use CommitmentState as S;
    handling(context, row)?;
    let state = row.state.name();
    let wrong = |needed: &str| wrong_state::<Outcome>("承诺 / commitment", state, needed);
    let event = match command {
        C::Publish { commitment, consent_sha256 } => {
            if row.state != S::Signed {
                return Ok(wrong("signed")?);
            }
            in_time(row, context)?;
            if !row.kind.is_public() {
                // Made to the department in one matter: it binds, and nobody else is shown it.
                CommitmentEvent::Accepted { commitment: *commitment }
            } else {
                consented(row, consent_sha256.as_ref())?;
                let (commitment, consent_sha256) = (*commitment, *consent_sha256);
                CommitmentEvent::Published { commitment, consent_sha256 }
            }
        }
        C::DecideMatter { commitment, document_number } => {
            if row.state != S::InForce || row.kind.is_public() || row.matter_decided_on.is_some() {
                return Ok(wrong("in_force, in a matter that is open")?);
            }
            if !short_text_is_stated(document_number) {
                refuse::<()>(
                    Guard::Document,
                    "缺少办结文书文号 / the number of the decision is missing",
                    "请填写文号 / give it",
                )?;
            }
            let document_number = document_number.clone();
            CommitmentEvent::MatterDecided { commitment: *commitment, document_number }
        }
        C::Fulfil { commitment, evidence } => {
            // A party that puts things right ends the matter, up to the head's decision.
            let decided = row.breach.as_ref().is_some_and(|case| {
                matches!(case.path, Path::Decided(_) | Path::Served(_) | Path::Effective(_))
            });
            let open = matches!(row.state, S::InForce | S::Overdue | S::CurePeriod { .. });
            if !open || decided {
                return Ok(wrong("in_force, overdue or cure_period")?);
            }
            documents(Guard::Fact, evidence, "履行证据")?;
            CommitmentEvent::Fulfilled { commitment: *commitment, evidence: evidence.clone() }
        }
        C::ServeCureNotice { .. } => return cure_notice(row, command, context),
        _ => return Err(Stop::Defect("not a step of the department".to_owned())),
    };
    one(row.subject, event, context)
}

fn cure_notice(
    row: &CommitmentRow,
    command: &CommitmentCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let CommitmentCommand::ServeCureNotice {
        commitment,
        reasons,
        document_sha256,
        service,
        working_days,
    } = command
    else {
        return Err(Stop::Defect("not a cure notice".to_owned()));
    };
    if row.state != CommitmentState::Overdue {
        return Ok(wrong_state("承诺 / commitment", row.state.name(), "overdue")?);
    }
    stated(Guard::Notice, &[("reasons", reasons)])?;
    if !digest_is_stated(document_sha256) {
        refuse::<()>(
            Guard::Notice,
            "缺少限期改正通知书 / the notice itself is missing",
            "请附通知书的 SHA-256 / give its SHA-256",
        )?;
    }
    // It is overdue from the day after its last.
    checks::service(context, Guard::Notice, service, row.due.plus_days(1))?;
    if !(CURE_WD_MIN..=CURE_WD_MAX).contains(working_days) {
        misfit::<()>(
            Misfit::Value,
            format!("改正期须为 {CURE_WD_MIN} 至 {CURE_WD_MAX} 个工作日 / too short or too long"),
            "请给予足够的改正时间 / give time enough",
        )
        .map_err(|refusal| refusal.on("working_days"))?;
    }
    let event = CommitmentEvent::CureNoticeServed {
        commitment: *commitment,
        reasons: reasons.clone(),
        document_sha256: *document_sha256,
        service: service.clone(),
        // It begins here: an earlier day of service would have let the time to cure pass unseen.
        cure_by: context.rules.calendar.after(context.today, *working_days),
    };
    one(row.subject, event, context)
}

/// What a timer does: it marks what is overdue, closes a statement period, and ends a finding.
pub(super) fn timer(rows: &Rows, id: CommitmentId, context: &Context<'_>) -> Result<Outcome, Stop> {
    let row = rows.must_commitment(id)?;
    let mut drafts = Drafts::new(context);
    let event = match (&row.state, row.breach.as_ref().map(|case| &case.path)) {
        (CommitmentState::InForce, _) if context.today > row.due => {
            Some(CommitmentEvent::Overdue { commitment: id })
        }
        (CommitmentState::CurePeriod { .. }, Some(Path::Noticed(noticed)))
            if context.today > noticed.notice.window.day =>
        {
            Some(CommitmentEvent::BreachWindowClosed { commitment: id })
        }
        (CommitmentState::Breached { .. }, Some(Path::Effective(effective)))
            if context.today > effective.served.decided.decision.end =>
        {
            Some(CommitmentEvent::BreachExpired { commitment: id })
        }
        _ => None,
    };
    if let Some(event) = event {
        drafts.push(row.subject, Event::Commitment(event));
    }
    drafts.finish()
}
