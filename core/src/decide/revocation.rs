//! Revoking a repair that was obtained by fraud: notice, hearing, the head's served decision, a
//! start fixed in it (domain.md 2.5). Only the remaining time comes back.

use crate::actor::SubjectKey;
use crate::calendar::Deadline;
use crate::command::remedy::RemedyCommand;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::classification;
use crate::decide::{Context, Drafts, Outcome, extension, ground, hearing, repair, shorten};
use crate::event::calendar::{CalendarEvent, Clock};
use crate::event::commitment::CommitmentEvent;
use crate::event::listing::ListingEvent;
use crate::event::remedy::RemedyEvent;
use crate::event::{CaseRef, Event, Target};
use crate::guard::{Guard, Misfit};
use crate::id::{ListingId, RecordId, RepairId};
use crate::path::{DecisionCase, EndReason, Ended, Hold, Path, Standing};
use crate::row::{
    Key, ListingKind, ListingRow, RecordState, RepairRow, RepairState, Repairable, Revocation,
};
use crate::rows::{Rows, Stop};
use crate::text::{Digest, Sealed, Service, digest_is_stated};
use crate::time::Day;

/// The party is told why, by a document, after that of which it is told: an honour that it has, or a
/// repair that was approved.
pub(super) fn check_notice(
    (reasons, document_sha256, service): (&Sealed, &Digest, &Service),
    since: Day,
    context: &Context<'_>,
) -> Result<(), Stop> {
    stated(Guard::Notice, &[("reasons", reasons)])?;
    checks::service(context, Guard::Notice, service, since)?;
    if !digest_is_stated(document_sha256) {
        refuse::<()>(Guard::Notice, "缺少告知书 / no notice", "请附告知书 / attach it")?;
    }
    Ok(())
}

/// A statement comes from the party or with its document, within its time, and stands beside those
/// that came before.
pub(super) fn check_statement(
    revocation: &Revocation,
    subject: SubjectKey,
    statement: (&[Sealed], Day, Option<&Digest>),
    context: &Context<'_>,
) -> Result<(), Stop> {
    let (points, received_on, document) = statement;
    let authority = revocation.opened_by.authority;
    let by_party = hearing::brought(context, subject, authority, document)?;
    let period = (revocation.told_on, revocation.window);
    hearing::in_time(context, period, received_on, by_party)?;
    checks::points(points)?;
    hearing::room_for_points(revocation.points.map_or(0, usize::from), points)
}

/// The party was heard: each point has its answer, or the period passed in silence (G-HEARD).
pub(super) fn answered(
    revocation: &Revocation,
    answers: &[Sealed],
    context: &Context<'_>,
) -> Result<(), Stop> {
    let points = match revocation.points {
        Some(points) => usize::from(points),
        None if context.today > revocation.window.day => 0,
        None => {
            return Ok(refuse(
                Guard::Heard,
                format!("陈述期至 {} / the period runs to that day", revocation.window.day),
                "待陈述或期满 / wait for a statement or the end of the period",
            )?);
        }
    };
    if answers.len() != points {
        refuse::<()>(
            Guard::Heard,
            format!("陈述 {points} 点，答复 {} 点 / points and answers differ", answers.len()),
            "请逐点答复 / answer each point",
        )?;
    }
    answers.iter().try_for_each(|answer| stated(Guard::Heard, &[("answers", answer)]))?;
    Ok(())
}

/// The last day of what was repaired.
fn last_day(rows: &Rows, of: Repairable) -> Result<Option<Day>, Stop> {
    let decided =
        |case: &DecisionCase| case.path.served().map(|served| served.decided.decision.end);
    match of {
        Repairable::Listing(id) => match &rows.must_listing(id)?.kind {
            ListingKind::Black { case, .. } => {
                let of_records = ground::last_day(rows, CaseRef::Listing(id))?;
                Ok(decided(case).into_iter().chain(of_records).min())
            }
            ListingKind::Red(_) => Err(Stop::Defect("a red listing was repaired".to_owned())),
        },
        Repairable::Record(id) => Ok(rows.must_record(id)?.publicity_until),
        Repairable::Commitment(id) => {
            Ok(rows.must_commitment(id)?.breach.as_ref().and_then(decided))
        }
        // A person answers no longer than the organisation does.
        Repairable::Attribution(id) => {
            let row = rows.must_attribution(id)?;
            let above = last_day(rows, Repairable::Listing(row.listing))?;
            let of_records = ground::last_day(rows, CaseRef::Attribution(id))?;
            Ok(decided(&row.case).into_iter().chain(above).chain(of_records).min())
        }
    }
}

/// The repair that ended a case, if one did.
pub(super) fn removed_by(case: &DecisionCase) -> Option<RepairId> {
    match &case.path {
        Path::Ended(Ended { reason: EndReason::Removed(by), .. }) => Some(*by),
        _ => None,
    }
}

/// Whether each of these records stands, or was ended by this very repair.
fn carries(rows: &Rows, records: &[RecordId], repair: RepairId) -> Result<bool, Stop> {
    rows.want(records.iter().map(|id| Key::Record(*id)))?;
    records.iter().try_fold(true, |all, id| {
        let own = rows.must_record(*id)?;
        Ok(all && (own.state == RecordState::Accepted || own.is_repaired_by(repair)))
    })
}

/// What a repair had ended with the thing it was about comes back with it: that rests on nothing that
/// is over. Whether one of these records is held by an objection.
fn records_return(
    rows: &Rows,
    row: &RepairRow,
    records: &[RecordId],
    drafts: &mut Drafts,
) -> Result<bool, Stop> {
    rows.want(records.iter().map(|id| Key::Record(*id)))?;
    let mut held = false;
    for id in records {
        let record = rows.must_record(*id)?;
        held |= !record.holds.is_empty();
        if record.is_repaired_by(row.id) {
            let published = record.repaired.is_some_and(|own| own.1);
            let event = RemedyEvent::RecordRestored { repair: row.id, record: *id, published };
            drafts.push(row.subject, Event::Remedy(event));
        }
    }
    Ok(held)
}

/// Whether it is this repair that ended it, and what it rests on is not void.
fn ended_by(rows: &Rows, row: &RepairRow, today: Day) -> Result<bool, Stop> {
    match row.of {
        Repairable::Listing(id) => {
            let own = rows.must_listing(id)?;
            let ListingKind::Black { case, records, .. } = &own.kind else {
                return Ok(false);
            };
            // An extension comes back only under a listing that still carries it.
            if let Some(extended) = own.extends
                && rows.extended_standing(extended)? == Standing::Ended
            {
                return Ok(false);
            }
            Ok(removed_by(case) == Some(row.id) && carries(rows, records, row.id)?)
        }
        Repairable::Record(id) => Ok(rows.must_record(id)?.is_repaired_by(row.id)),
        Repairable::Commitment(id) => {
            let case = rows.must_commitment(id)?.breach.as_ref();
            Ok(case.and_then(removed_by) == Some(row.id))
        }
        // Under a listing that is over nobody answers any more.
        Repairable::Attribution(id) => {
            let own = rows.must_attribution(id)?;
            let stands = rows.listing_standing(own.listing, today)? != Standing::Ended
                && carries(rows, &own.records, row.id)?;
            Ok(stands && removed_by(&own.case) == Some(row.id))
        }
    }
}

/// The repair of a thing whose decided revocation is to bring it back on its day: the party has that
/// time to object, to ask for a review or to have it stayed, so it counts as live (design.md 1). A
/// record comes back with what was repaired.
pub(super) fn pending(rows: &Rows, target: Target) -> Result<Option<&RepairRow>, Stop> {
    let by = match target {
        Target::Listing(id) => match &rows.must_listing(id)?.kind {
            ListingKind::Black { case, .. } => removed_by(case),
            ListingKind::Red(_) => None,
        },
        Target::Record(id) => {
            let own = rows.must_record(id)?;
            own.repaired.map(|(by, _)| by).filter(|_| own.state == RecordState::Repaired)
        }
        Target::Attribution(id) => removed_by(&rows.must_attribution(id)?.case),
        Target::Commitment(id) => rows.must_commitment(id)?.breach.as_ref().and_then(removed_by),
        Target::Measure(_) => None,
    };
    let Some(by) = by else {
        return Ok(None);
    };
    let row = rows.must_repair(by)?;
    let with = matches!(target, Target::Record(_)) || row.of.target() == target;
    let returns = matches!(row.state, RepairState::Revoked { .. }) && with;
    Ok(returns.then_some(row))
}

/// What is void is not brought back: a decided revocation that was to do so comes to nothing.
pub(super) fn lapse(rows: &Rows, drafts: &mut Drafts, target: Target) -> Result<(), Stop> {
    if let Some(repair) = pending(rows, target)? {
        let event = RemedyEvent::RepairRevocationLapsed { repair: repair.id };
        drafts.push(repair.subject, Event::Remedy(event));
    }
    Ok(())
}

/// What suspends a thing itself.
fn holds(rows: &Rows, of: Repairable) -> Result<&[Hold], Stop> {
    match of {
        Repairable::Record(id) => Ok(&rows.must_record(id)?.holds),
        Repairable::Listing(id) => match &rows.must_listing(id)?.kind {
            ListingKind::Black { case, .. } => Ok(&case.holds),
            ListingKind::Red(red) => Ok(&red.holds),
        },
        Repairable::Commitment(id) => {
            Ok(rows.must_commitment(id)?.breach.as_ref().map_or(&[], |case| &case.holds))
        }
        Repairable::Attribution(id) => Ok(&rows.must_attribution(id)?.case.holds),
    }
}

/// The last day of what this repair had ended, while some of its time is left.
fn removed(rows: &Rows, row: &RepairRow, today: Day) -> Result<Day, Stop> {
    match last_day(rows, row.of)?.filter(|end| today < *end) {
        Some(end) if ended_by(rows, row, today)? => Ok(end),
        _ => Ok(misfit(
            Misfit::State,
            "修复的事项已无剩余期限，或其依据已失效 / nothing is left of it, or its ground is void",
            "无需撤销修复 / there is nothing to bring back",
        )?),
    }
}

pub(super) fn decide(
    rows: &Rows,
    id: RepairId,
    command: &RemedyCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = rows.must_repair(id)?;
    let own = match (&row.state, command) {
        (RepairState::Done, RemedyCommand::NoticeRevocation { .. }) => None,
        (RepairState::Revoking(own), command)
            if !matches!(command, RemedyCommand::NoticeRevocation { .. }) =>
        {
            Some(own)
        }
        (RepairState::Done, _) => {
            return Ok(refuse(
                Guard::Notice,
                "尚未送达拟撤销修复告知书 / no notice of the revocation was served",
                "先送达告知书并听取陈述 / serve the notice and hear the party first",
            )?);
        }
        (state, _) => return Ok(wrong_state("修复 / repair", state.name(), "done or revoking")?),
    };
    let event = match (command, own) {
        (RemedyCommand::NoticeRevocation { reasons, document_sha256, service, .. }, None) => {
            removed(rows, row, context.today)?;
            let human = checks::human(context)?;
            if human.reference.authority != repair::authority(rows, row.of)? {
                refuse::<()>(
                    Guard::Competent,
                    "由作出修复决定的机关办理 / the authority that repaired revokes",
                    "请由该机关办理 / ask that authority",
                )?;
            }
            checks::beside_head(&human)?;
            let approved_on = row.outcome.as_ref().map_or(context.today, |own| own.0);
            check_notice((reasons, document_sha256, service), approved_on, context)?;
            let opened_on = repair::opened_on(rows, row.of)?;
            let window_wd = context.rules_of(opened_on).statement_window_wd;
            RemedyEvent::RepairRevocationNoticed {
                repair: id,
                reasons: reasons.clone(),
                document_sha256: *document_sha256,
                service: service.clone(),
                // It begins here: an earlier day of service would have let the period pass unseen.
                window: context.rules.calendar.after(context.today, window_wd),
            }
        }
        (
            RemedyCommand::StateOnRevocation { points, received_on, document_sha256, .. },
            Some(own),
        ) => {
            let statement = (&points[..], *received_on, document_sha256.as_ref());
            check_statement(own, row.subject, statement, context)?;
            RemedyEvent::RepairRevocationStated {
                repair: id,
                points: points.clone(),
                received_on: *received_on,
                document_sha256: *document_sha256,
            }
        }
        (RemedyCommand::RevokeRepair { .. }, Some(own)) => {
            revoked(rows, row, own, command, context)?
        }
        (RemedyCommand::DropRevocation { reasons, .. }, Some(own)) => {
            checks::relieving_head(context, own.opened_by.authority)?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            RemedyEvent::RepairRevocationDropped { repair: id, reasons: reasons.clone() }
        }
        _ => return Err(Stop::Defect("not a step of a revocation".to_owned())),
    };
    let standstill = match &event {
        RemedyEvent::RepairRevoked { service, .. } => {
            Some(standstill(rows, row.of, service, context)?)
        }
        _ => None,
    };
    let mut drafts = Drafts::new(context);
    drafts.push(row.subject, Event::Remedy(event));
    if let Some(deadline) = standstill {
        let again_from = again_from(rows, row.of, context)?;
        let event = RemedyEvent::RepairBarred { repair: id, again_from };
        drafts.push(row.subject, Event::Remedy(event));
        if deadline.provisional {
            let event = CalendarEvent::Provisional { clock: Clock::Restart(id), deadline };
            drafts.push(row.subject, Event::Calendar(event));
        }
    }
    drafts.finish()
}

/// The days in which the party can still turn to somebody, before anything begins.
fn standstill(
    rows: &Rows,
    of: Repairable,
    service: &Service,
    context: &Context<'_>,
) -> Result<Deadline, Stop> {
    let standstill_wd = context.rules_of(repair::opened_on(rows, of)?).standstill_wd;
    Ok(context.rules.calendar.after(service.on, standstill_wd))
}

/// From which day the party may apply again: the bar is about what was repaired and never outlasts
/// it.
fn again_from(rows: &Rows, of: Repairable, context: &Context<'_>) -> Result<Day, Stop> {
    let bar_months = context.rules_of(repair::opened_on(rows, of)?).repair_bar_months;
    let day = context.today.plus_months(bar_months);
    Ok(last_day(rows, of)?.map_or(day, |end| day.min(end)))
}

fn revoked(
    rows: &Rows,
    row: &RepairRow,
    own: &Revocation,
    command: &RemedyCommand,
    context: &Context<'_>,
) -> Result<RemedyEvent, Stop> {
    let RemedyCommand::RevokeRepair {
        document_number,
        document_sha256,
        reasons,
        answers,
        service,
        ..
    } = command
    else {
        return Err(Stop::Defect("not a revocation".to_owned()));
    };
    let end = removed(rows, row, context.today)?;
    checks::deciding_head(context, &own.opened_by)?;
    checks::capacity(rows.must_subject(row.subject)?.capacity, row.subject)?;
    answered(own, answers, context)?;
    stated(Guard::Document, &[("reasons", reasons)])?;
    // A service dated before the decision would shorten the standstill.
    checks::service(context, Guard::Served, service, context.today)?;
    checks::document(document_number, document_sha256)?;
    let starts_on = standstill(rows, row.of, service, context)?.day.plus_days(1);
    if starts_on > end {
        refuse::<()>(
            Guard::End,
            format!("起始日 {starts_on} 晚于原终止日 {end} / it would start after its end"),
            "原期限已近届满，无需撤销 / its time is all but over",
        )?;
    }
    Ok(RemedyEvent::RepairRevoked {
        repair: row.id,
        document_number: document_number.clone(),
        document_sha256: *document_sha256,
        reasons: reasons.clone(),
        answers: answers.clone(),
        service: service.clone(),
        starts_on,
    })
}

/// On the day that the served revocation fixed, what remained of it has effect again; while it is
/// disputed or stayed, it does not.
pub(super) fn restore(rows: &Rows, id: RepairId, context: &Context<'_>) -> Result<Outcome, Stop> {
    let row = rows.must_repair(id)?;
    let mut drafts = Drafts::new(context);
    let RepairState::Revoked { starts_on, .. } = row.state else {
        return drafts.finish();
    };
    let started = context.today >= starts_on && !context.starts_stopped;
    let past = last_day(rows, row.of)?.is_none_or(|end| context.today > end);
    if past || !ended_by(rows, row, context.today)? {
        let event = RemedyEvent::RepairRevocationLapsed { repair: id };
        drafts.push(row.subject, Event::Remedy(event));
    } else if started && holds(rows, row.of)?.is_empty() {
        match row.of {
            Repairable::Listing(listing) => {
                restore_listing(rows, row, (listing, starts_on), context, &mut drafts)?;
            }
            Repairable::Record(record) => {
                let published = rows.must_record(record)?.repaired.is_some_and(|own| own.1);
                let event = RemedyEvent::RecordRestored { repair: id, record, published };
                drafts.push(row.subject, Event::Remedy(event));
            }
            Repairable::Commitment(commitment) => {
                let own = rows.must_commitment(commitment)?;
                // What a person consented to was the commitment, not to be shown breaking it.
                let published = own.published && !own.subject.is_personal();
                let event = RemedyEvent::BreachRestored { repair: id, commitment, published };
                drafts.push(row.subject, Event::Remedy(event));
                let found = own.breach.as_ref();
                let end = found.and_then(|case| shorten::earlier_finding_end(own, case, context));
                if let Some(end) = end {
                    let event = CommitmentEvent::BreachShortened { commitment, end };
                    drafts.push(row.subject, Event::Commitment(event));
                }
            }
            Repairable::Attribution(attribution) => {
                let event = RemedyEvent::AttributionRestored { repair: id, attribution };
                drafts.push(row.subject, Event::Remedy(event));
                let own = rows.must_attribution(attribution)?;
                let above = rows.listing_standing(own.listing, context.today)?;
                let mut held = above == Standing::Suspended;
                held |= records_return(rows, row, &own.records, &mut drafts)?;
                let case = CaseRef::Attribution(attribution);
                let listing = rows.must_listing(own.listing)?;
                let end = lasts_now(rows, row.of, (&own.case, listing), context)?;
                if let Some(end) = end {
                    let event = ListingEvent::Shortened { case, end };
                    drafts.push(row.subject, Event::Listing(event));
                }
                if let Some(mut mark) = own.case.mark(case, held) {
                    mark.since = starts_on;
                    mark.until = end.unwrap_or(mark.until);
                    classification::start(rows, &mut drafts, row.subject, mark)?;
                }
            }
        }
    }
    drafts.finish()
}

/// The last day of what comes back, where that is earlier than was decided: a version that has begun
/// since or a new catalogue may allow less, and nothing lasts longer than what it rests on.
fn lasts_now(
    rows: &Rows,
    of: Repairable,
    (case, listing): (&DecisionCase, &ListingRow),
    context: &Context<'_>,
) -> Result<Option<Day>, Stop> {
    let ListingKind::Black { behaviour, .. } = &listing.kind else {
        return Err(Stop::Defect("a red listing was repaired".to_owned()));
    };
    let decided = case.path.served().map(|own| own.decided.decision.end);
    let allowed = shorten::allowed_end(case, behaviour, context).into_iter();
    let end = allowed.chain(last_day(rows, of)?).min();
    Ok(end.filter(|end| decided.is_some_and(|decided| *end < decided)))
}

fn restore_listing(
    rows: &Rows,
    row: &RepairRow,
    (listing, starts_on): (ListingId, Day),
    context: &Context<'_>,
    drafts: &mut Drafts,
) -> Result<(), Stop> {
    rows.want([Key::Subject(row.subject)])?;
    let own = rows.must_listing(listing)?;
    let ListingKind::Black { case, records, .. } = &own.kind else {
        return Err(Stop::Defect("a red listing was repaired".to_owned()));
    };
    // A person answers only by a decision of their own (INV-8): none comes back with it.
    rows.want(own.attributions.iter().map(|id| Key::Attribution(*id)))?;
    for attribution in &own.attributions {
        let person = rows.must_attribution(*attribution)?;
        if !matches!(person.case.path, Path::Ended(_)) {
            let case = CaseRef::Attribution(*attribution);
            drafts.push(person.person, Event::CaseAnnulled { case, reasons: None });
        }
    }
    let published = !row.subject.is_personal() && !own.display_ended;
    let event = RemedyEvent::RepairedRestored { repair: row.id, published };
    drafts.push(row.subject, Event::Remedy(event));
    let reference = CaseRef::Listing(listing);
    // What an objection to one of its records holds comes back held (INV-4).
    let mut held = records_return(rows, row, records, drafts)? || !case.holds.is_empty();
    held |= !extension::is_carried(rows, listing)?;
    let end = lasts_now(rows, row.of, (case, own), context)?;
    if let Some(end) = end {
        drafts.push(row.subject, Event::Listing(ListingEvent::Shortened { case: reference, end }));
    }
    if let Some(mut mark) = case.mark(reference, held) {
        mark.since = starts_on;
        mark.until = end.unwrap_or(mark.until);
        classification::start(rows, drafts, row.subject, mark)?;
    }
    Ok(())
}
