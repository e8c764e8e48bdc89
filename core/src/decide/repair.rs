//! Repair of a listing, of a record, of the finding that a commitment was broken, or of what a
//! person answers for: applied for free of charge, decided by the authority that listed, collected
//! or found (domain.md 2.2, 2.5, 4.4). A person was served a decision and a repair guide of their
//! own (domain.md 2.3b), and so has a way out of their own, beside that of the organisation.
//!
//! Source: domain.md O53, O60, T07.

use std::collections::BTreeSet;

use crate::actor::Actor;
use crate::command::Command;
use crate::command::remedy::RemedyCommand;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::classification::{self, Turn};
use crate::decide::extension::{self, End};
use crate::decide::record::publicity_months;
use crate::decide::{Context, Drafts, Outcome, ground, revocation};
use crate::event::assessment::AssessmentEvent;
use crate::event::commitment::CommitmentEvent;
use crate::event::remedy::{RemedyEvent, ReviewOf};
use crate::event::{CaseRef, Event, RepairAcceptance, Target};
use crate::guard::{Guard, Misfit};
use crate::id::{AttributionId, CommitmentId, ListingId, RecordId, RepairId};
use crate::identifier::uscc::Uscc;
use crate::limits::EVIDENCE_MAX;
use crate::path::{DecisionCase, Path, Standing};
use crate::row::{
    Key, ListingKind, ListingRow, RecordRow, RecordState, RepairRow, RepairState, Repairable,
};
use crate::rows::{Rows, Stop};
use crate::rules::Severity;
use crate::text::digest_is_stated;
use crate::time::Day;

pub(super) fn decide(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        Command::ApplyForRepair { .. } => apply_for(rows, command, context),
        Command::DecideRepairAcceptance { repair, outcome } => {
            accept(rows, *repair, outcome, context)
        }
        Command::ApproveRepair { .. } => approve(rows, command, context),
        Command::RefuseRepair { repair, reasons, service } => {
            let row = rows.must_repair(*repair)?;
            deciding_head(row, context)?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            checks::service(context, Guard::Served, service, context.today)?;
            let mut drafts = Drafts::new(context);
            drafts.push(
                row.subject,
                Event::RepairRefused {
                    repair: *repair,
                    reasons: reasons.clone(),
                    service: service.clone(),
                },
            );
            drafts.finish()
        }
        _ => Err(Stop::Defect("not a repair step".to_owned())),
    }
}

fn black_case(
    rows: &Rows,
    listing: ListingId,
) -> Result<(&DecisionCase, &str, &[crate::id::RecordId]), Stop> {
    match &rows.must_listing(listing)?.kind {
        ListingKind::Black { case, behaviour, records } => Ok((case, behaviour, records)),
        ListingKind::Red(_) => Ok(misfit(
            Misfit::State,
            format!("{listing} 为红名单，无需修复 / a red listing needs no repair"),
            "请核对编号 / check the id",
        )?),
    }
}

/// Who decides on a repair: who listed, collected the record, or found.
pub(super) fn authority(rows: &Rows, of: Repairable) -> Result<Uscc, Stop> {
    match of {
        Repairable::Listing(id) => Ok(black_case(rows, id)?.0.proposed_by.authority),
        Repairable::Record(id) => Ok(rows.must_record(id)?.provider),
        Repairable::Commitment(id) => Ok(rows.must_commitment(id)?.offered_by.authority),
        Repairable::Attribution(id) => Ok(rows.must_attribution(id)?.case.proposed_by.authority),
    }
}

/// From which day on the versions of the rules are looked at for everything about a repair: the
/// opening of what is repaired, because a listing's or a record's case is what it belongs to.
pub(super) fn opened_on(rows: &Rows, of: Repairable) -> Result<Day, Stop> {
    match of {
        Repairable::Listing(id) => Ok(black_case(rows, id)?.0.proposed_on),
        Repairable::Record(id) => Ok(rows.must_record(id)?.collected_on),
        Repairable::Commitment(id) => Ok(rows.must_commitment(id)?.offered_on),
        Repairable::Attribution(id) => Ok(rows.must_attribution(id)?.case.proposed_on),
    }
}

/// What is asked of whoever applies, by what is to be repaired.
struct Asked {
    open: Option<RepairId>,
    earliest: Day,
    again_from: Option<Day>,
    documents_zh: String,
}

fn listing_asked(rows: &Rows, id: ListingId, context: &Context<'_>) -> Result<Asked, Stop> {
    let (case, behaviour, _) = black_case(rows, id)?;
    let row = rows.must_listing(id)?;
    let standing = rows.listing_standing(id, context.today)?;
    let Some(served) =
        case.path.served().filter(|_| matches!(standing, Standing::InForce | Standing::Suspended))
    else {
        return Ok(wrong_state("名单 / listing", case.path.name(), "effective")?);
    };
    let (min_months, documents_zh) = ruled(behaviour, row, context)?;
    Ok(Asked {
        open: row.open_repair,
        earliest: served.starts_on.plus_months(min_months),
        again_from: row.repair_again_from,
        documents_zh,
    })
}

/// Months before a repair of what rests on a listing, and the papers that go with it: by the rule in
/// force at the listing's proposal or by today's, whichever lets the party apply sooner.
fn ruled(
    behaviour: &str,
    listing: &ListingRow,
    context: &Context<'_>,
) -> Result<(u16, String), Stop> {
    let rule = context.rules.behaviour(behaviour).and_then(|found| found.repair.as_ref());
    let today = rule.filter(|rule| rule.barred_by.is_none()).map(|rule| rule.min_months);
    let Some(min_months) = today.into_iter().chain(listing.repair_min_months).min() else {
        return Ok(refuse(
            Guard::RepairRule,
            "法律或中央文件规定不可修复 / a law or central document bars repair",
            "可待期满自动终止，或依法救济 / it ends by itself; remedies remain",
        )?);
    };
    let papers = rule.map(|rule| rule.documents_zh.join("、"));
    Ok((min_months, papers.unwrap_or_else(|| "履行义务的证明".to_owned())))
}

/// A person answers for the behaviour of the listing, from the start of their own decision on: the
/// rule is the listing's, the shortest period the person's.
fn attribution_asked(rows: &Rows, id: AttributionId, context: &Context<'_>) -> Result<Asked, Stop> {
    let row = rows.must_attribution(id)?;
    let (_, behaviour, _) = black_case(rows, row.listing)?;
    let listing = rows.must_listing(row.listing)?;
    let standing = rows.attribution_standing(id, context.today)?;
    let served = row.case.path.served();
    let Some(served) =
        served.filter(|_| matches!(standing, Standing::InForce | Standing::Suspended))
    else {
        return Ok(wrong_state("责任认定 / attribution", row.case.path.name(), "effective")?);
    };
    let (min_months, documents_zh) = ruled(behaviour, listing, context)?;
    Ok(Asked {
        open: row.open_repair,
        earliest: served.starts_on.plus_months(min_months),
        again_from: row.repair_again_from,
        documents_zh,
    })
}

/// A finding of breach is shown like a general act, for as long as one at most (its cap), and so for
/// as long as one at least. What it keeps is counted from its own day (domain.md 4.4).
fn finding_asked(rows: &Rows, id: CommitmentId, context: &Context<'_>) -> Result<Asked, Stop> {
    let row = rows.must_commitment(id)?;
    let stands = row.finding_standing(context.today) != Standing::Ended;
    let case = row.breach.as_ref().filter(|_| stands);
    let Some(served) = case.and_then(|case| case.path.served()) else {
        return Ok(wrong_state("承诺 / commitment", row.state.name(), "breached, in its time")?);
    };
    let shortest =
        publicity_months(row.offered_on, Some(Severity::General), context).map_or(0, |own| own.0);
    Ok(Asked {
        open: row.open_repair,
        earliest: served.decided.decision.on.plus_months(shortest),
        again_from: row.repair_again_from,
        documents_zh: "履行承诺的证明".to_owned(),
    })
}

fn record_asked(rows: &Rows, id: RecordId, context: &Context<'_>) -> Result<Asked, Stop> {
    let row = rows.must_record(id)?;
    if !row.is_live(context.today) {
        return Ok(wrong_state("记录 / record", row.state.name(), "accepted, within its time")?);
    }
    // What is no dishonesty has nothing to repair.
    let Some((shortest, _)) = publicity_months(row.collected_on, row.severity, context) else {
        return Ok(misfit(
            Misfit::State,
            format!("{id} 不是失信信息，无需修复 / no adverse record: there is nothing to repair"),
            "内容有误的请提出异议 / file an objection if it is wrong",
        )?);
    };
    stands_alone(rows, row, context)?;
    Ok(Asked {
        open: row.open_repair,
        earliest: row.counted_from.plus_months(shortest),
        again_from: row.repair_again_from,
        documents_zh: "履行义务的证明".to_owned(),
    })
}

/// A record on which a served listing rests, or a served attribution, is repaired with it, so that
/// nothing is left half repaired. A mere proposal bars nothing: it falls with the record.
fn stands_alone(rows: &Rows, row: &RecordRow, context: &Context<'_>) -> Result<(), Stop> {
    let listings = row.listings.iter().map(|id| CaseRef::Listing(*id));
    let cases = listings.chain(row.attributions.iter().map(|id| CaseRef::Attribution(*id)));
    for case in cases {
        let (id, path, standing) = match case {
            CaseRef::Listing(id) => match &rows.must_listing(id)?.kind {
                ListingKind::Black { case, .. } => {
                    (id.to_string(), &case.path, rows.listing_standing(id, context.today)?)
                }
                ListingKind::Red(_) => continue,
            },
            CaseRef::Attribution(id) => {
                let own = &rows.must_attribution(id)?.case;
                (id.to_string(), &own.path, rows.attribution_standing(id, context.today)?)
            }
        };
        let served = matches!(path, Path::Served(_) | Path::Effective(_));
        if served && standing != Standing::Ended {
            misfit::<()>(
                Misfit::State,
                format!("{id} 以该记录为依据 / {id} rests on this record"),
                format!("请对 {id} 申请修复，记录一并修复 / apply for the repair of {id}"),
            )?;
        }
    }
    Ok(())
}

fn apply_for(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::ApplyForRepair { of, proof_sha256, commitment_sha256, statement } = command else {
        return Err(Stop::Defect("not an application".to_owned()));
    };
    let subject = match of {
        Repairable::Listing(id) => rows.must_listing(*id)?.subject,
        Repairable::Record(id) => rows.must_record(*id)?.subject,
        Repairable::Commitment(id) => rows.must_commitment(*id)?.subject,
        Repairable::Attribution(id) => rows.must_attribution(*id)?.person,
    };
    if *context.actor != Actor::Subject(subject) {
        // At the counter an officer files the application for the subject or its agent, with the
        // commitment letter that it signed.
        checks::human(context)?;
    }
    let asked = match of {
        Repairable::Listing(id) => listing_asked(rows, *id, context)?,
        Repairable::Record(id) => record_asked(rows, *id, context)?,
        Repairable::Commitment(id) => finding_asked(rows, *id, context)?,
        Repairable::Attribution(id) => attribution_asked(rows, *id, context)?,
    };
    if let Some(open) = asked.open {
        misfit::<()>(
            Misfit::Exists,
            format!("修复申请 {open} 正在办理 / {open} is open"),
            "请等待结果 / wait for its outcome",
        )?;
    }
    if context.today < asked.earliest {
        let earliest = asked.earliest;
        refuse::<()>(
            Guard::RepairPeriod,
            format!("最短期限至 {earliest} / the shortest period runs to that day"),
            format!("{earliest} 起可申请 / apply from that day"),
        )?;
    }
    if let Some(day) = asked.again_from.filter(|day| context.today < *day) {
        refuse::<()>(
            Guard::RepairPeriod,
            format!("原修复因弄虚作假被撤销，{day} 前不得再次申请 / barred until that day"),
            format!("{day} 起可申请 / apply from that day"),
        )?;
    }
    let proven = !proof_sha256.is_empty()
        && proof_sha256.len() <= EVIDENCE_MAX
        && proof_sha256.iter().all(digest_is_stated)
        && digest_is_stated(commitment_sha256);
    if !proven {
        refuse::<()>(
            Guard::RepairProof,
            "须附履行义务证明和信用承诺书 / proof of performance and the commitment letter are needed",
            format!("{} / documents", asked.documents_zh),
        )?;
    }
    stated(Guard::Document, &[("statement", statement)])?;
    let pack = context.rules_of(opened_on(rows, *of)?);
    let proof_sha256 = proof_sha256.clone();
    let (commitment_sha256, statement) = (*commitment_sha256, statement.clone());
    let accept_by = context.rules.calendar.after(context.today, pack.repair_accept_wd);
    let decide_by = context.rules.calendar.after(context.today, pack.repair_decide_wd);
    let event = match *of {
        Repairable::Listing(listing) => Event::RepairApplied {
            listing,
            proof_sha256,
            commitment_sha256,
            statement,
            accept_by,
            decide_by,
        },
        Repairable::Record(record) => Event::Remedy(RemedyEvent::RecordRepairApplied {
            record,
            proof_sha256,
            commitment_sha256,
            statement,
            accept_by,
            decide_by,
        }),
        Repairable::Commitment(commitment) => Event::Remedy(RemedyEvent::BreachRepairApplied {
            commitment,
            proof_sha256,
            commitment_sha256,
            statement,
            accept_by,
            decide_by,
        }),
        Repairable::Attribution(attribution) => {
            Event::Remedy(RemedyEvent::AttributionRepairApplied {
                attribution,
                proof_sha256,
                commitment_sha256,
                statement,
                accept_by,
                decide_by,
            })
        }
    };
    let mut drafts = Drafts::new(context);
    drafts.push(subject, event);
    drafts.finish()
}

/// An officer of the authority that listed, collected or found: it decides the repair.
fn of_who_decides<'a>(
    rows: &Rows,
    of: Repairable,
    context: &Context<'a>,
) -> Result<checks::Human<'a>, Stop> {
    let human = checks::human(context)?;
    if human.reference.authority != authority(rows, of)? {
        refuse::<()>(
            Guard::Competent,
            "谁认定、谁修复 / the authority that listed, collected or found decides the repair",
            "请由认定机关办理 / ask that authority",
        )?;
    }
    Ok(human)
}

/// More time for the decision, once, and only while its day has not passed: the party is told why
/// and until when before it runs.
pub(super) fn extend(
    rows: &Rows,
    command: &RemedyCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let RemedyCommand::ExtendRepair { repair, reasons, document_sha256, service } = command else {
        return Err(Stop::Defect("not an extension".to_owned()));
    };
    let row = rows.must_repair(*repair)?;
    of_who_decides(rows, row.of, context)?;
    accepted_by(row)?;
    if row.extended {
        misfit::<()>(
            Misfit::Exists,
            "办理期限已延长过一次 / its time was extended once",
            "请在延长后的期限内作出决定 / decide within it",
        )?;
    }
    if context.today > row.decide_by.day {
        misfit::<()>(
            Misfit::State,
            format!("办理期限已于 {} 届满 / its time ended on that day", row.decide_by.day),
            "请立即作出决定 / decide at once",
        )?;
    }
    stated(Guard::Notice, &[("reasons", reasons)])?;
    checks::service(context, Guard::Notice, service, context.today)?;
    if !digest_is_stated(document_sha256) {
        refuse::<()>(
            Guard::Notice,
            "缺少延期告知书 / there is no notice of the extension",
            "请附告知书 / attach it",
        )?;
    }
    let extend_wd = context.rules_of(opened_on(rows, row.of)?).repair_extend_wd;
    let mut drafts = Drafts::new(context);
    drafts.push(
        row.subject,
        Event::Remedy(RemedyEvent::RepairExtended {
            repair: *repair,
            reasons: reasons.clone(),
            document_sha256: *document_sha256,
            service: service.clone(),
            decide_by: context.rules.calendar.extended(row.decide_by, extend_wd),
        }),
    );
    drafts.finish()
}

/// What a timer does about a repair: it marks what the authority owes and did not do, and puts a
/// served revocation into effect on its day.
pub(super) fn timer(rows: &Rows, id: RepairId, context: &Context<'_>) -> Result<Outcome, Stop> {
    let row = rows.must_repair(id)?;
    if let RepairState::Revoked { .. } = row.state {
        return revocation::restore(rows, id, context);
    }
    let mut drafts = Drafts::new(context);
    if row.check_due().is_some_and(|by| context.today > by.day) {
        let event = AssessmentEvent::RepairCheckOverdue { repair: id };
        drafts.push(None, Event::Assessment(event));
    }
    if row.decision_due().is_some_and(|by| context.today > by.day) {
        let event = AssessmentEvent::RepairDecisionOverdue { repair: id };
        drafts.push(None, Event::Assessment(event));
    }
    if row.review_due().is_some_and(|by| context.today > by.day) {
        let event = AssessmentEvent::ReviewOverdue { of: ReviewOf::Repair(id) };
        drafts.push(None, Event::Assessment(event));
    }
    drafts.finish()
}

fn accept(
    rows: &Rows,
    id: RepairId,
    outcome: &RepairAcceptance,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = rows.must_repair(id)?;
    let human = of_who_decides(rows, row.of, context)?;
    // What is let in, the head approves or refuses; with what is not, the head's part is done.
    if let RepairAcceptance::Accepted = outcome {
        checks::beside_head(&human)?;
    }
    match (&row.state, outcome) {
        (RepairState::Applied { .. }, _) => {}
        // Who accepted it and became head decides nothing about it: another officer takes it over.
        (RepairState::Accepted { by }, RepairAcceptance::Accepted)
            if checks::is_head(context, by) => {}
        (state, _) => return Ok(wrong_state("修复 / repair", state.name(), "applied")?),
    }
    if let RepairAcceptance::Returned(reasons) | RepairAcceptance::NotAccepted(reasons) = outcome {
        stated(Guard::Document, &[("reasons", reasons)])?;
    }
    let mut drafts = Drafts::new(context);
    let event = Event::RepairAcceptDecided { repair: id, outcome: outcome.clone() };
    drafts.push(row.subject, event);
    drafts.finish()
}

fn accepted_by(row: &RepairRow) -> Result<&crate::actor::OfficerRef, Stop> {
    match &row.state {
        RepairState::Accepted { by } => Ok(by),
        state => Ok(wrong_state("修复 / repair", state.name(), "accepted")?),
    }
}

/// The head of the authority, who decides on what another officer accepted.
fn deciding_head<'a>(row: &RepairRow, context: &Context<'a>) -> Result<checks::Human<'a>, Stop> {
    let by = accepted_by(row)?;
    if *context.actor == Actor::Officer(by.clone()) && checks::is_head(context, by) {
        refuse::<()>(
            Guard::FourEyes,
            format!("{by} 受理后成为负责人 / accepted it, and has become the head since"),
            "由该机关其他工作人员重新受理后决定 / another officer of the authority accepts it anew, then \
             the head decides",
        )?;
    }
    Ok(checks::deciding_head(context, by)?)
}

/// The revocation of an earlier repair that was to bring back what this one ends comes to nothing:
/// what was repaired last stays repaired.
fn outdone(
    rows: &Rows,
    row: &RepairRow,
    records: &[RecordId],
    drafts: &mut Drafts,
) -> Result<(), Stop> {
    let mut targets = Vec::new();
    if rows.is_about(row.of.target(), row.id.0)? {
        targets.push(row.of.target());
    }
    for id in records {
        if rows.must_record(*id)?.provider == row.authority {
            targets.push(Target::Record(*id));
        }
    }
    let mut lapsed = BTreeSet::new();
    for target in targets {
        if let Some(other) = revocation::pending(rows, target)?
            && other.id != row.id
            && lapsed.insert(other.id)
        {
            let event = RemedyEvent::RepairRevocationLapsed { repair: other.id };
            drafts.push(other.subject, Event::Remedy(event));
        }
    }
    Ok(())
}

fn approve(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::ApproveRepair { repair, document_number, document_sha256, reasons, service } =
        command
    else {
        return Err(Stop::Defect("not an approval".to_owned()));
    };
    let row = rows.must_repair(*repair)?;
    let records = match row.of {
        Repairable::Listing(id) => black_case(rows, id)?.2.to_vec(),
        Repairable::Record(id) => vec![id],
        // The organisation's records are the organisation's to have repaired, a person's the person's.
        Repairable::Attribution(id) => rows.must_attribution(id)?.records.clone(),
        Repairable::Commitment(_) => Vec::new(),
    };
    rows.want(records.iter().map(|record| Key::Record(*record)))?;
    let head = deciding_head(row, context)?;
    stated(Guard::Document, &[("reasons", reasons)])?;
    checks::service(context, Guard::Served, service, context.today)?;
    checks::document(document_number, document_sha256)?;
    let mut drafts = Drafts::new(context);
    drafts.push(
        row.subject,
        Event::RepairApproved {
            repair: *repair,
            document_number: document_number.clone(),
            document_sha256: *document_sha256,
            reasons: reasons.clone(),
            service: service.clone(),
        },
    );
    outdone(rows, row, &records, &mut drafts)?;
    // It may have ended by date or annulment meanwhile; then only the approval is recorded. What
    // another repair ended is repaired by this one from now on, whatever becomes of the other.
    let by_another = |case: &DecisionCase| {
        case.path.may_return() && revocation::removed_by(case) != Some(row.id)
    };
    match row.of {
        Repairable::Listing(listing) => {
            let stands = rows.listing_standing(listing, context.today)? != Standing::Ended;
            if stands || by_another(black_case(rows, listing)?.0) {
                let case = CaseRef::Listing(listing);
                drafts.push(row.subject, Event::CaseRemoved { case, repair: *repair });
                classification::turn_listing(rows, context, &mut drafts, listing, Turn::End)?;
                let how = End::Repaired(*repair, reasons);
                extension::end(rows, context, &mut drafts, listing, how)?;
            }
        }
        // A listing may have come to rest on it since the application.
        Repairable::Record(id) => stands_alone(rows, rows.must_record(id)?, context)?,
        Repairable::Attribution(attribution) => {
            let stands = rows.attribution_standing(attribution, context.today)? != Standing::Ended;
            if stands || by_another(&rows.must_attribution(attribution)?.case) {
                let case = CaseRef::Attribution(attribution);
                drafts.push(row.subject, Event::CaseRemoved { case, repair: *repair });
                classification::turn_one(rows, &mut drafts, row.subject, case, Turn::End)?;
            }
        }
        Repairable::Commitment(commitment) => {
            // One that was found anew is not the finding that was applied about.
            let found = rows.must_commitment(commitment)?;
            let stands = found.finding_standing(context.today) != Standing::Ended
                || found.breach.as_ref().is_some_and(by_another);
            if stands && found.found_at().is_some_and(|at| at < repair.0) {
                let event = CommitmentEvent::Repaired { commitment, repair: *repair };
                drafts.push(row.subject, Event::Commitment(event));
            }
        }
    }
    for id in records {
        let record = rows.must_record(id)?;
        // Who identified repairs: another provider's record is repaired by that provider.
        let own = record.provider == head.reference.authority;
        let by_another = record.state == RecordState::Repaired
            && record.repaired.is_some_and(|own| own.0 != row.id);
        if own && (record.state == RecordState::Accepted || by_another) {
            drafts.push(row.subject, Event::RecordRepaired { record: id, repair: *repair });
            ground::ended(rows, context, &mut drafts, id, End::Repaired(*repair, reasons))?;
        }
    }
    drafts.finish()
}
