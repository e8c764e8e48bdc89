//! Evidence, what nobody verified, reconsideration and suit; their outcome is applied at once
//! (domain.md 2.6, O68).

use crate::actor::Actor;
use crate::apply::remedy_source;
use crate::command::remedy::RemedyCommand;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::classification::Turn;
use crate::decide::objection::{self, annul, bounded, disputed, receiving, release, turn};
use crate::decide::{
    Context, Drafts, Outcome, changed, closing, redress, relief, repair, review, revocation,
    testing,
};
use crate::event::remedy::{RemedyEvent, RemedyKind, RemedyOutcome};
use crate::event::{Event, Target};
use crate::guard::{Guard, Misfit, Refusal};
use crate::id::{ObjectionId, RemedyId};
use crate::limits::STAYS_MAX;
use crate::path::Hold;
use crate::row::{Key, ListingKind, Newest, ObjectionState, RemedyRow, RemedyState, Row};
use crate::rows::{Rows, Stop};
use crate::rules::FactKind;
use crate::text::{FactDocument, digest_is_stated, number_form, short_text_is_stated};
use crate::time::Day;

pub(super) fn decide(
    rows: &Rows,
    command: &RemedyCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    use RemedyCommand as C;
    match command {
        C::RequestEvidence { objection, .. } | C::AddEvidence { objection, .. } => {
            evidence(rows, *objection, command, context)
        }
        C::MarkUnverified { .. } => unverified(rows, command, context),
        C::RequestReview { .. } => review::request(rows, command, context),
        C::DecideReview { .. } => review::decide(rows, command, context),
        C::FileRemedy { .. } => file(rows, command, context),
        C::OrderStay { remedy, document } => stay(rows, *remedy, document, context),
        C::EndStay { remedy, document } => end_stay(rows, *remedy, document, context),
        C::DecideRemedy { .. } => outcome(rows, command, context),
        C::CompleteRemedyRedress { remedy, account, evidence } => {
            let row = rows.must_remedy(*remedy)?;
            let provider = disputed(rows, row.target, context)?.provider;
            if checks::human(context)?.reference.authority != provider {
                refuse::<()>(
                    Guard::Competent,
                    "由信息提供单位恢复信誉 / the providing unit restores the reputation",
                    format!("请由 {} 办理 / ask that unit", provider.as_str()),
                )?;
            }
            if row.redress_done != Some(false) {
                return Ok(wrong_state("恢复信誉 / redress", "not owed", "owed")?);
            }
            closing::restorable(rows, Some(row.target), closing::told_of(rows, row.target)?)?;
            stated(Guard::Document, &[("account", account)])?;
            redress::shown(evidence)?;
            let event = RemedyEvent::RedressDone {
                remedy: *remedy,
                account: account.clone(),
                evidence: evidence.clone(),
            };
            one(context, row.subject, event)
        }
        C::NoticeRevocation { repair, .. }
        | C::StateOnRevocation { repair, .. }
        | C::RevokeRepair { repair, .. }
        | C::DropRevocation { repair, .. } => revocation::decide(rows, *repair, command, context),
        C::GrantRelief { .. } | C::CompleteRelief { .. } | C::EndRelief { .. } => {
            relief::decide(rows, command, context)
        }
        C::SupplementRecord { .. } => objection::supplement(rows, command, context),
        C::BeginTesting { .. } | C::EndTesting { .. } => testing::decide(rows, command, context),
        C::ExtendRepair { .. } => repair::extend(rows, command, context),
        C::CompleteAnnulmentRedress { .. } => redress::complete(rows, command, context),
        C::FileCourtDocument { document, effect } => {
            checks::human(context)?;
            rows.must_subject(document.about)?;
            checks::ruling(context, document, document.about)?;
            if !effect.is_stated() {
                misfit::<()>(
                    Misfit::Value,
                    "须注明文书类别（如 限制消费令）/ say what the document orders",
                    "请填写 effect / state effect",
                )?;
            }
            let (subject, document, effect) = (document.about, document.clone(), effect.clone());
            one(context, subject, RemedyEvent::CourtDocumentFiled { document, effect })
        }
    }
}

fn one(
    context: &Context<'_>,
    subject: crate::actor::SubjectKey,
    event: RemedyEvent,
) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    drafts.push(subject, Event::Remedy(event));
    drafts.finish()
}

fn evidence(
    rows: &Rows,
    id: ObjectionId,
    command: &RemedyCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = rows.must_objection(id)?;
    let by_party = *context.actor == Actor::Subject(row.subject)
        && matches!(command, RemedyCommand::AddEvidence { .. });
    if !by_party {
        receiving(context, row)?;
    }
    let open = matches!(
        row.state,
        ObjectionState::Filed { .. }
            | ObjectionState::Accepted
            | ObjectionState::Verifying { .. }
            | ObjectionState::Unverified
            | ObjectionState::Review { .. }
    );
    if !open {
        return Ok(wrong_state("异议 / objection", row.state.name(), "open")?);
    }
    let event = match command {
        RemedyCommand::RequestEvidence { request, .. } => {
            stated(Guard::Document, &[("request", request)])?;
            RemedyEvent::EvidenceRequested { objection: id, request: request.clone() }
        }
        RemedyCommand::AddEvidence { statement, evidence, .. } => {
            stated(Guard::Document, &[("statement", statement)])?;
            bounded(evidence.len(), "evidence")?;
            RemedyEvent::EvidenceAdded {
                objection: id,
                statement: statement.clone(),
                evidence: evidence.clone(),
            }
        }
        _ => return Err(Stop::Defect("not about evidence".to_owned())),
    };
    one(context, row.subject, event)
}

/// The provider never reported: the office takes the thing off display; it stays suspended (Q02).
fn unverified(
    rows: &Rows,
    command: &RemedyCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let RemedyCommand::MarkUnverified { objection, reasons, service } = command else {
        return Err(Stop::Defect("not an end of waiting".to_owned()));
    };
    let row = rows.must_objection(*objection)?;
    checks::credit_office(context)?;
    let Some(verify_by) = row.state.verify_by() else {
        return Ok(wrong_state("异议 / objection", row.state.name(), "verifying")?);
    };
    let wait_wd = context.rules_of(row.filed_on).unverified_after_wd;
    let waited = context.rules.calendar.after(verify_by.day, wait_wd).day;
    if context.today <= waited {
        misfit::<()>(
            Misfit::State,
            format!("{waited} 之后方可认定逾期未核实 / not before the end of that day"),
            "期间继续催办提供单位 / remind the provider meanwhile",
        )?;
    }
    stated(Guard::Document, &[("reasons", reasons)])?;
    checks::service(context, Guard::Served, service, context.today)?;
    let event = RemedyEvent::Unverified {
        objection: *objection,
        reasons: reasons.clone(),
        service: service.clone(),
    };
    one(context, row.subject, event)
}

fn file(rows: &Rows, command: &RemedyCommand, context: &Context<'_>) -> Result<Outcome, Stop> {
    let RemedyCommand::FileRemedy { target, kind, body, number, filed_on, document_sha256 } =
        command
    else {
        return Err(Stop::Defect("not a remedy".to_owned()));
    };
    let found = disputed(rows, *target, context)?;
    if *context.actor != Actor::Subject(found.subject) {
        checks::human(context)?;
    }
    let stated = short_text_is_stated(body)
        && short_text_is_stated(number)
        && digest_is_stated(document_sha256);
    if !stated || *filed_on > context.today {
        misfit::<()>(
            Misfit::Value,
            "须注明受理机关、案号、日期并附受理文书 / body, number, date and document are needed",
            "请补充后提交 / complete it",
        )?;
    }
    let since = came_to_be(rows, *target)?;
    if *filed_on < since {
        misfit::<()>(
            Misfit::Value,
            format!(
                "受理日期 {filed_on} 早于所争议事项产生之日 {since} / filed before it was there"
            ),
            "请核对受理日期和所争议的事项 / check the date, and what it is about",
        )
        .map_err(|refusal| refusal.on("filed_on"))?;
    }
    let newest = Key::Newest(Newest::Remedy(remedy_source(*target, *kind, body, number)));
    if let Some(Row::Newest(at)) = rows.get(&newest)? {
        let filed = RemedyId(*at);
        misfit::<()>(
            Misfit::Exists,
            format!("该案已登记为 {filed} / {filed} is the same reconsideration or suit"),
            format!("请在 {filed} 中办理 / go on with {filed}"),
        )?;
    }
    one(
        context,
        found.subject,
        RemedyEvent::RemedyFiled {
            target: *target,
            kind: *kind,
            body: body.clone(),
            number: number.clone(),
            filed_on: *filed_on,
            document_sha256: *document_sha256,
        },
    )
}

/// The day from which on somebody could turn against a thing: a record's document may have been
/// challenged before it was collected, and a forwarded measure before the letter was recorded.
fn came_to_be(rows: &Rows, target: Target) -> Result<Day, Stop> {
    Ok(match target {
        Target::Record(id) => {
            let row = rows.must_record(id)?;
            row.document_date.min(row.collected_on)
        }
        Target::Listing(id) => match &rows.must_listing(id)?.kind {
            ListingKind::Black { case, .. } => case.proposed_on,
            ListingKind::Red(red) => red.nominated_on,
        },
        Target::Attribution(id) => rows.must_attribution(id)?.case.proposed_on,
        Target::Measure(id) => {
            let row = rows.must_measure(id)?;
            row.sent_on.map_or(row.initiated_on, |sent| sent.min(row.initiated_on))
        }
        Target::Commitment(id) => rows.must_commitment(id)?.offered_on,
    })
}

/// A ruling may be older than the day on which it is recorded here, and never older than what it rules
/// on.
pub(super) fn no_older(document: &FactDocument, since: Day, what: &str) -> Result<(), Refusal> {
    if document.date < since {
        return refuse(
            Guard::Fact,
            format!(
                "文书日期 {} 早于 {since}，即其所裁判事项的日期 / dated {}, and {what} is of {since}",
                document.date, document.date
            ),
            "请核对文书日期，附就该事项作出的文书 / check its date, and attach the document about this matter",
        )
        .map_err(|refusal| refusal.on("document"));
    }
    Ok(())
}

/// What ends an order of a court is another document than the order, and no older.
pub(super) fn another_ruling(document: &FactDocument, order: &FactDocument) -> Result<(), Refusal> {
    let numbered = number_form(&document.number) == number_form(&order.number);
    if numbered || document.sha256 == order.sha256 {
        return refuse(
            Guard::Fact,
            format!("所附文书即此前裁定 {} / it is the former ruling itself", order.number),
            "请附作出终结的文书及其文号和 SHA-256 / attach the document that ends it, with its own number \
             and SHA-256",
        )
        .map_err(|refusal| refusal.on("document"));
    }
    no_older(document, order.date, "the former ruling")
}

/// A remedy that is not decided, and the ruling an officer brings.
fn ruled<'r>(
    rows: &'r Rows,
    id: RemedyId,
    document: &FactDocument,
    context: &Context<'_>,
) -> Result<&'r RemedyRow, Stop> {
    let row = rows.must_remedy(id)?;
    checks::human(context)?;
    // A court rules by judgments, whichever court it is after an appeal; a reviewing body by decisions of its own.
    match row.kind {
        RemedyKind::Litigation => checks::ruling(context, document, row.subject)?,
        RemedyKind::Reconsideration => {
            let own = std::slice::from_ref(document);
            checks::facts(context, own, row.subject, &[FactKind::AdministrativeDecision])?;
        }
    }
    if row.kind == RemedyKind::Reconsideration && document.issuer.trim() != row.body.trim() {
        refuse::<()>(
            Guard::Fact,
            format!("文书并非由受理机关 {} 作出 / another body issued it", row.body),
            "请附受理机关的文书 / attach the document of the body that was asked",
        )?;
    }
    if let RemedyState::Decided(_) = row.state {
        return Ok(wrong_state("复议或诉讼 / remedy", "decided", "filed or stayed")?);
    }
    no_older(document, row.filed_on, "the case that it rules on")?;
    Ok(row)
}

/// The order that stays execution is ended by another ruling.
fn ends_stay(row: &RemedyRow, document: &FactDocument) -> Result<(), Refusal> {
    match (&row.state, &row.stay) {
        (RemedyState::Stayed, Some(order)) => another_ruling(document, order),
        _ => Ok(()),
    }
}

/// Who brings back a burden that was stayed, or closes the matter against the party: no officer of
/// the authority whose act was challenged (INV-5).
fn independent(rows: &Rows, row: &RemedyRow, context: &Context<'_>) -> Result<(), Stop> {
    let provider = disputed(rows, row.target, context)?.provider;
    if checks::human(context)?.reference.authority == provider {
        refuse::<()>(
            Guard::Competent,
            "不得由行为被诉或被申请复议的机关登记 / not by the authority whose act was challenged",
            "请由信用办或法院登记员登记 / the credit office or the court's registrar records it",
        )?;
    }
    Ok(())
}

fn stay(
    rows: &Rows,
    id: RemedyId,
    document: &FactDocument,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = ruled(rows, id, document, context)?;
    if row.state != RemedyState::Filed {
        return Ok(wrong_state("复议或诉讼 / remedy", "stayed", "filed")?);
    }
    let found = disputed(rows, row.target, context)?;
    if !found.live || !rows.is_about(row.target, id.0)? {
        misfit::<()>(
            Misfit::State,
            "该事项已终止 / it has ended",
            "无需停止执行 / there is nothing to stay",
        )?;
    }
    // What objections hold may be released by their outcome: a court's stay never depends on it.
    if found.holds.iter().filter(|hold| matches!(hold, Hold::Stay(_))).count() >= STAYS_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("已有 {STAYS_MAX} 件停止执行 / so many stays stand"),
            "任一停止执行有效期间均不执行 / any one of them suspends it",
        )?;
    }
    let mut drafts = Drafts::new(context);
    let event = RemedyEvent::StayOrdered { remedy: id, document: document.clone() };
    drafts.push(row.subject, Event::Remedy(event));
    turn(rows, context, &mut drafts, row.target, Turn::Suspend)?;
    drafts.finish()
}

fn end_stay(
    rows: &Rows,
    id: RemedyId,
    document: &FactDocument,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = ruled(rows, id, document, context)?;
    if row.state != RemedyState::Stayed {
        return Ok(wrong_state("复议或诉讼 / remedy", "filed", "stayed")?);
    }
    independent(rows, row, context)?;
    ends_stay(row, document)?;
    let mut drafts = Drafts::new(context);
    let event = RemedyEvent::StayEnded { remedy: id, document: document.clone() };
    drafts.push(row.subject, Event::Remedy(event));
    release(rows, context, &mut drafts, row.target, Hold::Stay(id))?;
    drafts.finish()
}

fn outcome(rows: &Rows, command: &RemedyCommand, context: &Context<'_>) -> Result<Outcome, Stop> {
    let RemedyCommand::DecideRemedy { remedy, outcome, document, reasons } = command else {
        return Err(Stop::Defect("not an outcome".to_owned()));
    };
    let row = ruled(rows, *remedy, document, context)?;
    if *outcome != RemedyOutcome::Revoked {
        independent(rows, row, context)?;
    }
    ends_stay(row, document)?;
    stated(Guard::Document, &[("reasons", reasons)])?;
    let provider = disputed(rows, row.target, context)?.provider;
    let stayed = row.state == RemedyState::Stayed;
    let mut drafts = Drafts::new(context);
    drafts.push(
        row.subject,
        Event::Remedy(RemedyEvent::RemedyDecided {
            remedy: *remedy,
            outcome: *outcome,
            document: document.clone(),
        }),
    );
    match outcome {
        RemedyOutcome::Revoked => {
            annul(rows, context, &mut drafts, (row.target, row.id.0), reasons)?;
            // What was taken back or found void before has its redress already.
            if !redress::is_owed(rows, context, row.target, row.id.0)? {
                let event = RemedyEvent::RedressOwed { remedy: *remedy, provider };
                drafts.push(row.subject, Event::Remedy(event));
            }
        }
        RemedyOutcome::Changed { end } => {
            changed::shorten(rows, context, &mut drafts, row, *end)?;
            if stayed {
                release(rows, context, &mut drafts, row.target, Hold::Stay(*remedy))?;
            }
        }
        RemedyOutcome::Upheld | RemedyOutcome::Withdrawn => {
            if stayed {
                release(rows, context, &mut drafts, row.target, Hold::Stay(*remedy))?;
            }
        }
    }
    drafts.finish()
}
