//! Objections: filing suspends at once, only a reasoned outcome ends that (domain.md 2.6).
//!
//! Source: domain.md O53, O61..O66, T01, T02.

use crate::actor::SubjectKey;
use crate::apply::listing_is_published;
use crate::command::Command;
use crate::command::remedy::RemedyCommand;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::classification::{self, Turn};
use crate::decide::extension::{self, End};
use crate::decide::ground::ends_here;
use crate::decide::{Context, Drafts, Outcome, closing, filing, redress, revocation, working};
use crate::event::assessment::AssessmentEvent;
use crate::event::commitment::CommitmentEvent;
use crate::event::record::RecordEvent;
use crate::event::remedy::RemedyEvent;
use crate::event::{CaseRef, Event, Finding, Target, Trigger};
use crate::guard::{Guard, Misfit};
use crate::id::{AttributionId, ListingId, ObjectionId, Position};
use crate::identifier::uscc::Uscc;
use crate::limits::EVIDENCE_MAX;
use crate::path::{DecisionCase, Hold, Standing};
use crate::row::{
    Disputes, Key, ListingKind, ListingRow, ObjectionRow, ObjectionState, Owed, RecordState,
    RedState,
};
use crate::rows::{Rows, Stop};
use crate::rules::Polarity;
use crate::text::{Sealed, digest_is_stated};

pub(super) fn decide(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        Command::FileObjection { .. } => filing::file(rows, command, context),
        Command::AcceptObjection { objection } => {
            let row = rows.must_objection(*objection)?;
            receiving(context, row)?;
            let ObjectionState::Filed { .. } = row.state else {
                return Ok(wrong_state("异议 / objection", row.state.name(), "filed")?);
            };
            let mut drafts = Drafts::new(context);
            let event = Event::ObjectionAccepted { objection: *objection, silent: false };
            drafts.push(row.subject, event);
            drafts.push(None, referral_due(row, context));
            drafts.finish()
        }
        Command::RefuseObjection { objection, reasons, service } => {
            let row = rows.must_objection(*objection)?;
            // Whose act is disputed does not end the suspension itself (domain.md 2.6).
            let human = checks::credit_office(context)?;
            // Silence has accepted it once its day has passed, whatever the timer did.
            match row.state {
                ObjectionState::Filed { accept_by } if context.today <= accept_by.day => {}
                ObjectionState::Filed { .. } => {
                    return Ok(wrong_state("异议 / objection", "accepted", "filed")?);
                }
                _ => return Ok(wrong_state("异议 / objection", row.state.name(), "filed")?),
            }
            beside_who_made_it(rows, row.target, context)?;
            leaves_the_review(&human, row)?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            checks::service(context, Guard::Served, service, context.today)?;
            let mut drafts = Drafts::new(context);
            drafts.push(
                row.subject,
                Event::ObjectionRefused {
                    objection: *objection,
                    reasons: reasons.clone(),
                    service: service.clone(),
                },
            );
            resume(rows, context, &mut drafts, row)?;
            drafts.finish()
        }
        Command::ReferObjection { objection, received_on } => {
            refer(rows, *objection, *received_on, context)
        }
        Command::ReportVerification { .. } => report(rows, command, context),
        Command::ResolveObjection { objection, reasons, service } => {
            resolve(rows, *objection, reasons, service, context)
        }
        Command::CompleteRedress { objection, account, evidence } => {
            let row = rows.must_objection(*objection)?;
            providing(context, row)?;
            if row.redress_done != Some(false) {
                return Ok(wrong_state("恢复信誉 / redress", "not owed", "owed")?);
            }
            // What was put right and stays is withdrawn nowhere, and nothing on it is lifted.
            closing::restorable(rows, (!row.kept).then_some(row.target), row.settle)?;
            stated(Guard::Document, &[("account", account)])?;
            redress::shown(evidence)?;
            let event = Event::RedressCompleted {
                objection: *objection,
                account: account.clone(),
                evidence: evidence.clone(),
            };
            one(context, row.subject, event)
        }
        _ => Err(Stop::Defect("not an objection step".to_owned())),
    }
}

fn one(context: &Context<'_>, subject: SubjectKey, event: Event) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    drafts.push(subject, event);
    drafts.finish()
}

pub(super) fn bounded(count: usize, what: &str) -> Result<(), Stop> {
    if count > EVIDENCE_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("{what}：{count}，上限 {EVIDENCE_MAX} / at most {EVIDENCE_MAX}"),
            "请精简 / give fewer",
        )?;
    }
    Ok(())
}

/// Credit office or the provider itself lets an objection in; the office alone turns one away.
pub(super) fn receiving(context: &Context<'_>, row: &ObjectionRow) -> Result<(), Stop> {
    let human = checks::human(context)?;
    if human.reference.authority != row.provider {
        checks::credit_office(context)?;
    }
    Ok(())
}

/// An officer of the unit that provided the disputed thing.
pub(super) fn providing<'a>(
    context: &Context<'a>,
    row: &ObjectionRow,
) -> Result<checks::Human<'a>, Stop> {
    let human = checks::human(context)?;
    if human.reference.authority != row.provider {
        refuse::<()>(
            Guard::Competent,
            "由信息提供单位核实 / the providing unit verifies",
            format!("请由 {} 办理 / ask that unit", row.provider.as_str()),
        )?;
    }
    Ok(human)
}

/// What an objection is about.
pub(super) struct Disputed<'r> {
    pub(super) subject: SubjectKey,
    pub(super) provider: Uscc,
    pub(super) live: bool,
    pub(super) holds: &'r [Hold],
    pub(super) disputes: Option<&'r Disputes>,
}

pub(super) fn disputed<'r>(
    rows: &'r Rows,
    target: Target,
    context: &Context<'_>,
) -> Result<Disputed<'r>, Stop> {
    // What is to come back is disputed before it does.
    let returns = revocation::pending(rows, target)?.is_some();
    let found = match target {
        Target::Record(id) => {
            let row = rows.must_record(id)?;
            let listings = row.listings.iter().map(|own| Key::Listing(*own));
            rows.want(listings.chain(row.attributions.iter().map(|own| Key::Attribution(*own))))?;
            Disputed {
                subject: row.subject,
                provider: row.provider,
                live: row.state == RecordState::Accepted || returns,
                holds: &row.holds,
                disputes: Some(&row.disputes),
            }
        }
        Target::Listing(id) => {
            let row = rows.must_listing(id)?;
            let (provider, holds, disputes) = match &row.kind {
                ListingKind::Black { case, .. } => {
                    (case.proposed_by.authority, &case.holds, Some(&*case.disputes))
                }
                ListingKind::Red(red) => (red.authority, &red.holds, Some(&red.disputes)),
            };
            // Past its last day it is disputed while what extends it rests on it.
            let mut live = returns;
            for own in rows.with_extensions(id)? {
                live |= rows.listing_standing(own, context.today)? != Standing::Ended;
            }
            Disputed { subject: row.subject, provider, live, holds, disputes }
        }
        Target::Attribution(id) => {
            let row = rows.must_attribution(id)?;
            Disputed {
                subject: row.person,
                provider: row.case.proposed_by.authority,
                live: returns || rows.attribution_standing(id, context.today)? != Standing::Ended,
                holds: &row.case.holds,
                disputes: Some(&*row.case.disputes),
            }
        }
        Target::Measure(id) => {
            let row = crate::decide::measure::with_parents(rows, id)?;
            Disputed {
                subject: row.subject,
                provider: row.initiated_by.authority,
                live: rows.measure_standing(id, context.today)? != Standing::Ended
                    || row.state.owes_undoing(),
                holds: &row.holds,
                disputes: Some(&row.disputes),
            }
        }
        Target::Commitment(id) => {
            let row = rows.must_commitment(id)?;
            let case = row.breach.as_ref();
            Disputed {
                subject: row.subject,
                provider: row.offered_by.authority,
                live: returns || row.finding_standing(context.today) != Standing::Ended,
                holds: case.map_or(&[], |case| &case.holds),
                disputes: case.map(|case| &*case.disputes),
            }
        }
    };
    Ok(found)
}

/// Turns the marks of whatever an objection is about, and of what rests on it.
pub(super) fn turn(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    target: Target,
    turn: Turn,
) -> Result<(), Stop> {
    match target {
        Target::Record(id) => {
            let record = rows.must_record(id)?;
            classification::family(rows, &record.listings)?;
            for listing in &record.listings {
                turn_family(rows, context, drafts, *listing, turn)?;
            }
            for own in &record.attributions {
                let person = rows.must_attribution(*own)?.person;
                let case = CaseRef::Attribution(*own);
                classification::turn_one(rows, drafts, person, case, turn)?;
            }
            Ok(())
        }
        Target::Listing(id) => turn_family(rows, context, drafts, id, turn),
        Target::Attribution(id) => {
            let person = rows.must_attribution(id)?.person;
            classification::turn_one(rows, drafts, person, CaseRef::Attribution(id), turn)
        }
        // Neither leaves a mark of its own.
        Target::Measure(_) | Target::Commitment(_) => Ok(()),
    }
}

/// Turns the marks of a listing and of what extends it.
fn turn_family(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    listing: ListingId,
    turn: Turn,
) -> Result<(), Stop> {
    for own in rows.with_extensions(listing)? {
        classification::turn_listing(rows, context, drafts, own, turn)?;
    }
    Ok(())
}

/// Ends the suspension that this objection caused, unless another one still holds.
pub(super) fn resume(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    row: &ObjectionRow,
) -> Result<(), Stop> {
    match row.suspends {
        true => release(rows, context, drafts, row.target, Hold::Objection(row.id)),
        false => Ok(()),
    }
}

/// Ends the suspension that a hold caused, unless another one still holds.
pub(super) fn release(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    target: Target,
    own: Hold,
) -> Result<(), Stop> {
    let (listings, attributions) = match target {
        Target::Record(id) => {
            let record = rows.must_record(id)?;
            classification::family(rows, &record.listings)?;
            (record.listings.clone(), record.attributions.clone())
        }
        Target::Listing(id) => (vec![id], Vec::new()),
        Target::Attribution(id) => (Vec::new(), vec![id]),
        Target::Measure(_) | Target::Commitment(_) => return Ok(()),
    };
    for listing in listings {
        for id in rows.with_extensions(listing)? {
            if !classification::still_suspended(rows, id, own)? {
                classification::turn_listing(rows, context, drafts, id, Turn::Resume)?;
                working::cases_anew(rows, context, drafts, id, own)?;
            }
        }
    }
    for id in attributions {
        if !classification::still_held(rows, id, own)? {
            let person = rows.must_attribution(id)?.person;
            let case = CaseRef::Attribution(id);
            classification::turn_one(rows, drafts, person, case, Turn::Resume)?;
            working::case_anew(context, drafts, case, &rows.must_attribution(id)?.case);
        }
    }
    Ok(())
}

/// The provider is told promptly (T02): by when the office is to refer what has been accepted.
pub(super) fn referral_due(row: &ObjectionRow, context: &Context<'_>) -> Event {
    let objection = row.id;
    let refer_wd = context.rules_of(row.filed_on).objection_refer_wd;
    let due = context.rules.calendar.after(context.today, refer_wd);
    Event::Assessment(AssessmentEvent::ReferralDue { objection, due })
}

fn refer(
    rows: &Rows,
    id: ObjectionId,
    received_on: crate::time::Day,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = rows.must_objection(id)?;
    checks::credit_office(context)?;
    // Silence accepts: a filed objection whose day has passed is accepted whatever the timer did.
    let accepted = match &row.state {
        ObjectionState::Accepted => true,
        ObjectionState::Filed { accept_by } => context.today > accept_by.day,
        _ => false,
    };
    if !accepted {
        return Ok(wrong_state("异议 / objection", row.state.name(), "accepted")?);
    }
    if received_on > context.today || received_on < row.filed_on {
        misfit::<()>(
            Misfit::Value,
            format!(
                "提供单位收到日期须在 {} 与当日之间 / day of receipt out of range",
                row.filed_on
            ),
            "请填写实际收到日期 / give the day of receipt",
        )?;
    }
    let verification_wd = context.rules_of(row.filed_on).verification_wd;
    let verify_by = context.rules.calendar.after(received_on, verification_wd);
    let mut drafts = Drafts::new(context);
    let event = Event::ObjectionReferred { objection: id, received_on, verify_by };
    drafts.push(row.subject, event);
    if let Some(Owed { by: due, .. }) = row.referral
        && context.today > due.day
    {
        let event = AssessmentEvent::ReferralLate { objection: id, due };
        drafts.push(None, Event::Assessment(event));
    }
    drafts.finish()
}

fn report(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::ReportVerification { objection, finding, reasons, evidence } = command else {
        return Err(Stop::Defect("not a report".to_owned()));
    };
    let row = rows.must_objection(*objection)?;
    providing(context, row)?;
    let (ObjectionState::Verifying { .. } | ObjectionState::Unverified) = row.state else {
        return Ok(wrong_state("异议 / objection", row.state.name(), "verifying")?);
    };
    let tested = row.testing.is_none_or(|own| own.ended);
    if matches!(row.state, ObjectionState::Verifying { .. }) && !tested {
        misfit::<()>(
            Misfit::State,
            "检验鉴定尚未办结，期限仍在扣除 / expert testing is under way",
            "请先登记检验鉴定结束 / record its end first",
        )?;
    }
    beside_who_made_it(rows, row.target, context)?;
    honour_is_heard(rows, row, *finding)?;
    stated(Guard::Document, &[("reasons", reasons)])?;
    bounded(evidence.len(), "evidence")?;
    let mut drafts = Drafts::new(context);
    put_right(rows, row, *finding, reasons, &mut drafts, context)?;
    drafts.push(
        row.subject,
        Event::VerificationReported {
            objection: *objection,
            finding: *finding,
            reasons: reasons.clone(),
            evidence: evidence.clone(),
        },
    );
    let resolve_wd = context.rules_of(row.filed_on).resolve_wd;
    let due = context.rules.calendar.after(context.today, resolve_wd);
    let event = AssessmentEvent::ResultDue { objection: *objection, due };
    drafts.push(None, Event::Assessment(event));
    drafts.finish()
}

/// Who made what is disputed neither turns the objection away nor verifies it.
fn beside_who_made_it(rows: &Rows, target: Target, context: &Context<'_>) -> Result<(), Stop> {
    let made_by = match target {
        Target::Record(id) => Some(&rows.must_record(id)?.submitted_by),
        Target::Listing(id) => match &rows.must_listing(id)?.kind {
            ListingKind::Black { case, .. } => Some(&case.proposed_by),
            ListingKind::Red(red) => Some(&red.nominated_by),
        },
        Target::Attribution(id) => Some(&rows.must_attribution(id)?.case.proposed_by),
        Target::Measure(id) => Some(&rows.must_measure(id)?.initiated_by),
        Target::Commitment(id) => {
            rows.must_commitment(id)?.breach.as_ref().map(|case| &case.proposed_by)
        }
    };
    if made_by == Some(&checks::human(context)?.reference) {
        refuse::<()>(
            Guard::FourEyes,
            "异议不得由原经办人审查或核实 / who made it neither checks nor verifies the objection",
            "请由其他工作人员办理 / another officer does",
        )?;
    }
    Ok(())
}

/// The head of the office decides the review that the party may ask for, once, and never of an
/// outcome of the head's own: another officer settles what may still be reviewed (G-4EYES).
fn leaves_the_review(human: &checks::Human<'_>, row: &ObjectionRow) -> Result<(), Stop> {
    if !row.reviewed {
        checks::beside_head(human)?;
    }
    Ok(())
}

/// What others object to does not take an honour in force away: the exemplar is told and heard
/// first (domain.md 2.3c, Q11).
pub(super) fn honour_is_heard(
    rows: &Rows,
    row: &ObjectionRow,
    finding: Finding,
) -> Result<(), Stop> {
    let Target::Listing(id) = row.target else {
        return Ok(());
    };
    if let ListingKind::Red(red) = &rows.must_listing(id)?.kind
        && matches!(red.state, RedState::Active { .. })
        && finding == Finding::Error
        && row.trigger != Trigger::Subject
    {
        refuse::<()>(
            Guard::Notice,
            "已生效的红名单须经告知、听取陈述后撤销 / in force: revoke it after notice and hearing",
            "请先用 /revocation/notice 启动撤销，撤销后再反馈 / revoke it first, then report",
        )?;
    }
    Ok(())
}

/// What was found is done before it is reported, or in the same commit: a correction and a
/// supplement stand in the record by then, a display ends here (T03).
fn put_right(
    rows: &Rows,
    row: &ObjectionRow,
    finding: Finding,
    reasons: &Sealed,
    drafts: &mut Drafts,
    context: &Context<'_>,
) -> Result<(), Stop> {
    let since = |at: Option<Position>| at.is_some_and(|at| at > row.id.0);
    let (done, what) = match (finding, row.target) {
        (Finding::Error | Finding::Correct, _) => return Ok(()),
        (Finding::Corrected, Target::Record(id)) => {
            let own = rows.must_record(id)?;
            (since(own.corrected_at) && own.state == RecordState::Accepted, "更正 / correction")
        }
        (Finding::Supplemented, Target::Record(id)) => {
            let own = rows.must_record(id)?;
            let at = own.supplement.as_ref().map(|own| own.0);
            (since(at) && own.state == RecordState::Accepted, "补充 / supplement")
        }
        (Finding::DisplayStopped, Target::Record(record)) => {
            let own = rows.must_record(record)?;
            // What nobody is shown meanwhile is not shown again with another outcome.
            if own.published || row.undisplayed {
                let event = RecordEvent::DisplayEnded { record, reasons: reasons.clone() };
                drafts.push(row.subject, Event::Record(event));
            }
            (own.published || row.undisplayed, "公示 / display")
        }
        (Finding::DisplayStopped, Target::Listing(listing)) => {
            let live = rows.listing_standing(listing, context.today)? != Standing::Ended;
            let shown = live && listing_is_published(rows.must_listing(listing)?);
            if shown || row.undisplayed {
                let event = RemedyEvent::ListingDisplayEnded { listing, reasons: reasons.clone() };
                drafts.push(row.subject, Event::Remedy(event));
            }
            (shown || row.undisplayed, "公示 / display")
        }
        _ => {
            return Ok(misfit(
                Misfit::Value,
                "更正、补充只适用于记录，停止公示只适用于记录和名单 / it does not fit what is disputed",
                "名单、措施有误的请用 error / what is wrong with a listing or measure is an error",
            )?);
        }
    };
    if !done {
        misfit::<()>(
            Misfit::State,
            format!("异议提出后未见{what} / nothing of that kind since it was filed"),
            "请先办理，再反馈核实结果 / do it first, then report it",
        )?;
    }
    Ok(())
}

/// What an objection found missing is added to the record, by the provider, while it verifies.
pub(super) fn supplement(
    rows: &Rows,
    command: &RemedyCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let RemedyCommand::SupplementRecord { objection, statement, document_sha256, reasons } =
        command
    else {
        return Err(Stop::Defect("not a supplement".to_owned()));
    };
    let row = rows.must_objection(*objection)?;
    providing(context, row)?;
    let (ObjectionState::Verifying { .. } | ObjectionState::Unverified) = row.state else {
        return Ok(wrong_state("异议 / objection", row.state.name(), "verifying")?);
    };
    let Target::Record(record) = row.target else {
        return Ok(misfit(
            Misfit::Value,
            "补充只适用于记录 / only a record is supplemented",
            "请核对异议事项 / check what is disputed",
        )?);
    };
    let own = rows.must_record(record)?;
    if own.state != RecordState::Accepted {
        return Ok(wrong_state("信用记录 / record", "over", "accepted")?);
    }
    stated(Guard::Document, &[("statement", statement), ("reasons", reasons)])?;
    if own.polarity == Polarity::Adverse
        && !document_sha256.is_some_and(|own| digest_is_stated(&own))
    {
        refuse::<()>(
            Guard::Fact,
            "不良记录须附生效文书的 SHA-256 / attach the effective document",
            "请附文书 / attach it",
        )?;
    }
    let event = RecordEvent::Supplemented {
        record,
        objection: *objection,
        version: own.corrections.saturating_add(1),
        statement: statement.clone(),
        document_sha256: *document_sha256,
        reasons: reasons.clone(),
    };
    one(context, row.subject, Event::Record(event))
}

fn resolve(
    rows: &Rows,
    id: ObjectionId,
    reasons: &Sealed,
    service: &crate::text::Service,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = rows.must_objection(id)?;
    let human = checks::credit_office(context)?;
    let ObjectionState::Verified { finding, .. } = row.state else {
        return Ok(wrong_state("异议 / objection", row.state.name(), "verified")?);
    };
    // What is found void leaves nothing to ask for.
    if !finding.voids() {
        leaves_the_review(&human, row)?;
    }
    stated(Guard::Document, &[("reasons", reasons)])?;
    checks::service(context, Guard::Served, service, context.today)?;
    let upheld = finding.upholds();
    let mut drafts = Drafts::new(context);
    drafts.push(
        row.subject,
        Event::ObjectionResolved {
            objection: id,
            upheld,
            reasons: reasons.clone(),
            service: service.clone(),
        },
    );
    if finding.voids() {
        annul(rows, context, &mut drafts, (row.target, id.0), reasons)?;
    } else {
        resume(rows, context, &mut drafts, row)?;
    }
    // What was taken back or found void meanwhile has its redress already.
    if upheld && !redress::is_owed(rows, context, row.target, id.0)? {
        drafts.push(row.subject, Event::RedressOpened { objection: id, provider: row.provider });
    }
    if let Some(Owed { by: due, .. }) = row.result
        && context.today > due.day
    {
        let event = AssessmentEvent::ResultLate { objection: id, due };
        drafts.push(None, Event::Assessment(event));
    }
    drafts.finish()
}

/// Ends the disputed thing and everything that rests on it, in this commit (INV-6): what a repair
/// ended is void too, and so does not come back when that is revoked. What was found anew since the
/// dispute began is another matter.
pub(super) fn annul(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    (target, since): (Target, Position),
    reasons: &Sealed,
) -> Result<(), Stop> {
    if !rows.is_about(target, since)? {
        return Ok(());
    }
    revocation::lapse(rows, drafts, target)?;
    match target {
        Target::Record(record) => {
            let row = rows.must_record(record)?;
            // What has come to its end keeps the end it came to.
            if row.state != RecordState::Annulled {
                let event = Event::RecordAnnulled { record, reasons: reasons.clone() };
                drafts.push(row.subject, event);
            }
            annul_resting(rows, context, drafts, record, Some(reasons))?;
        }
        Target::Listing(id) => {
            let row = rows.must_listing(id)?;
            let open = match &row.kind {
                ListingKind::Black { case, .. } => may_be_void(row, case, context),
                ListingKind::Red(_) => rows.listing_standing(id, context.today)? != Standing::Ended,
            };
            if open {
                annul_listing(rows, context, drafts, id, Some(reasons))?;
            }
            // Whatever its own end was, what extends it rests on what is void.
            extension::end(rows, context, drafts, id, End::Void(Some(reasons)))?;
        }
        Target::Attribution(id) => {
            annul_attribution(rows, context, drafts, id, Some(reasons))?;
        }
        Target::Measure(measure) => {
            let row = rows.must_measure(measure)?;
            if !row.annulled {
                let event = Event::MeasureAnnulled { measure, reasons: reasons.clone() };
                drafts.push(row.subject, event);
            }
        }
        Target::Commitment(commitment) => {
            let row = rows.must_commitment(commitment)?;
            let returns = row.breach.as_ref().is_some_and(|case| case.path.may_return());
            // What has come to its end keeps the end it came to.
            if returns || row.finding_standing(context.today) != Standing::Ended {
                let reasons = reasons.clone();
                let event = CommitmentEvent::BreachAnnulled { commitment, reasons };
                drafts.push(row.subject, Event::Commitment(event));
            }
        }
    }
    redress::owe_persons(rows, drafts, target)
}

/// Whether a finding that a listing is void has something to end. What only a record's own date has
/// ended is void too, and its event says so.
fn may_be_void(row: &ListingRow, case: &DecisionCase, context: &Context<'_>) -> bool {
    case.standing(context.today) != Standing::Ended
        || extension::is_not_final(row, case, context.today)
}

/// Annuls every listing and attribution that rests on an annulled record.
pub(super) fn annul_resting(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    record: crate::id::RecordId,
    reasons: Option<&Sealed>,
) -> Result<(), Stop> {
    let row = rows.must_record(record)?;
    classification::family(rows, &row.listings)?;
    rows.want(row.attributions.iter().map(|own| Key::Attribution(*own)))?;
    for attribution in &row.attributions {
        annul_attribution(rows, context, drafts, *attribution, reasons)?;
    }
    for listing in row.listings.clone() {
        let row = rows.must_listing(listing)?;
        let open = match &row.kind {
            ListingKind::Black { case, .. } => may_be_void(row, case, context),
            ListingKind::Red(_) => false,
        };
        if open && !ends_here(drafts, CaseRef::Listing(listing)) {
            annul_listing(rows, context, drafts, listing, reasons)?;
        }
        extension::end(rows, context, drafts, listing, End::Void(reasons))?;
    }
    Ok(())
}

/// Annuls what a person answers for, where nothing has ended it by itself but a repair that may be
/// revoked.
fn annul_attribution(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    id: AttributionId,
    reasons: Option<&Sealed>,
) -> Result<(), Stop> {
    let case = CaseRef::Attribution(id);
    let held = rows.must_attribution(id)?;
    if held.case.standing(context.today) != Standing::Ended || held.case.path.may_return() {
        drafts.push(held.person, Event::CaseAnnulled { case, reasons: reasons.cloned() });
        classification::turn_one(rows, drafts, held.person, case, Turn::End)?;
    }
    Ok(())
}

fn annul_listing(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    listing: ListingId,
    reasons: Option<&Sealed>,
) -> Result<(), Stop> {
    let row = rows.must_listing(listing)?;
    let event = match &row.kind {
        ListingKind::Black { .. } => {
            Event::CaseAnnulled { case: CaseRef::Listing(listing), reasons: reasons.cloned() }
        }
        ListingKind::Red(_) => match reasons {
            Some(reasons) => Event::RedListingClosed { listing, reasons: reasons.clone() },
            None => return Ok(()),
        },
    };
    drafts.push(row.subject, event);
    classification::turn_listing(rows, context, drafts, listing, Turn::End)
}
