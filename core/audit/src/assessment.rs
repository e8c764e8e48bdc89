//! The assessment of departments (domain.md 2.8): opened for a period that has begun, figures frozen
//! once it is over, each department heard on its own, made final by the head of the credit office,
//! then put right and reported. And the dates by which departments are assessed: they follow from
//! the calendar, and what is late is late. None of it is about a subject (INV-7).
//!
//! What a department's figures are, `tally` counts anew.

use std::collections::{BTreeMap, BTreeSet};

use shouxin_core::actor::OfficerRef;
use shouxin_core::calendar::Deadline;
use shouxin_core::event::assessment::{AssessmentEvent, Figures, Month};
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{CaseRef, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{AssessmentId, MeasureId};
use shouxin_core::limits::{
    ASSESSMENT_COMMENT_WD, ASSESSMENT_MONTHS_MAX, RECTIFICATION_MONTHS_MAX, RECTIFICATIONS_MAX,
};
use shouxin_core::text::{Digest, digest_is_stated};
use shouxin_core::time::Day;

use crate::admin;
use crate::fold::{Fold, ObjectionStage, RepairStage, Stage, Standing};
use crate::here::Here;
use crate::names::{DEADLINE, INV_2, INV_4, INV_7, INV_10};
use crate::tally::Tallies;

/// Every assessment.
pub(crate) type Assessments = BTreeMap<AssessmentId, Assessment>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Opened,
    Frozen,
    Final,
    Reported,
}

#[derive(Debug)]
pub(crate) struct Assessment {
    from: Month,
    to: Month,
    step: Step,
    /// Who froze the figures, and of which departments.
    frozen_by: Option<OfficerRef>,
    assessed: BTreeSet<String>,
    comment_by: Option<Deadline>,
    commented: BTreeSet<String>,
    /// Orders so far, and the departments that have not reported on theirs.
    orders: usize,
    open: BTreeSet<String>,
}

impl Assessment {
    /// The last day for comments, while a calendar may still move it.
    pub(crate) fn comment_by(&mut self) -> Option<&mut Deadline> {
        self.comment_by.as_mut().filter(|_| self.step == Step::Frozen)
    }
}

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &AssessmentEvent) {
    if at.event.subject.is_some() {
        at.broken(INV_7, "departments are assessed, never a subject");
    }
    match event {
        AssessmentEvent::FeedbackDue { .. }
        | AssessmentEvent::FeedbackOverdue { .. }
        | AssessmentEvent::LiftLate { .. }
        | AssessmentEvent::ExecutionDue { .. }
        | AssessmentEvent::ExecutionOverdue { .. } => of_measure(fold, at, event),
        AssessmentEvent::DispatchDue { .. }
        | AssessmentEvent::DispatchOverdue { .. }
        | AssessmentEvent::DispatchLate { .. }
        | AssessmentEvent::DispatchPutOff { .. } => on_its_way(fold, at, event),
        AssessmentEvent::WorkPutOff { measure } | AssessmentEvent::ResponseDue { measure, .. } => {
            put_off(fold, at, *measure, event);
        }
        AssessmentEvent::ReferralDue { .. }
        | AssessmentEvent::ReferralOverdue { .. }
        | AssessmentEvent::ReferralLate { .. }
        | AssessmentEvent::ResultDue { .. }
        | AssessmentEvent::ResultOverdue { .. }
        | AssessmentEvent::ResultLate { .. } => of_objection(fold, at, event),
        AssessmentEvent::RepairCheckOverdue { .. }
        | AssessmentEvent::RepairDecisionOverdue { .. }
        | AssessmentEvent::ReviewOverdue { .. }
        | AssessmentEvent::ReviewLate { .. } => of_repair_or_review(fold, at, event),
        AssessmentEvent::CaseDecisionOverdue { .. }
        | AssessmentEvent::CaseServiceOverdue { .. }
        | AssessmentEvent::RevocationOverdue { .. } => of_case(fold, at, event),
        AssessmentEvent::CaseDecisionDue { case, due } => decided_anew(fold, at, *case, *due),
        AssessmentEvent::Opened { from, to } => opened(fold, at, *from, *to),
        AssessmentEvent::MetricsFrozen { assessment, .. }
        | AssessmentEvent::Commented { assessment, .. }
        | AssessmentEvent::Finalised { assessment, .. }
        | AssessmentEvent::RectificationOrdered { assessment, .. }
        | AssessmentEvent::Rectified { assessment, .. }
        | AssessmentEvent::Reported { assessment, .. } => step_of(fold, at, *assessment, event),
    }
}

/// What an authority owes in a case it opened.
fn of_case(fold: &Fold, at: &mut Here<'_>, event: &AssessmentEvent) {
    match event {
        AssessmentEvent::CaseDecisionOverdue { case } => match fold.case(*case) {
            Some(own) if own.over.is_none() && own.decision.is_none() => {
                at.over(own.decide_by, "the decision");
                if is_suspended(fold, *case, at.today) {
                    at.broken(INV_4, "while it is suspended nobody may decide it");
                }
            }
            Some(_) => at.broken(INV_10, "there is nothing to decide"),
            None => at.missing(crate::case::shown(*case)),
        },
        AssessmentEvent::CaseServiceOverdue { case } => match fold.case(*case) {
            Some(own) if own.over.is_none() && own.starts_on.is_none() => {
                let days = at.least(own.proposed_on, |pack| pack.serve_within_days);
                let days = i32::from(days);
                let last = own.decision.as_ref().map(|own| own.on.plus_days(days));
                at.after(last, "the time to serve it");
            }
            Some(_) => at.broken(INV_10, "there is no decision to serve"),
            None => at.missing(crate::case::shown(*case)),
        },
        AssessmentEvent::RevocationOverdue { listing } => match fold.red(*listing) {
            Some((_, own)) => {
                let by = own.owed.map(|own| own.1);
                at.over(by, "the time to open a revocation");
            }
            None => at.missing(listing),
        },
        _ => {}
    }
}

fn is_suspended(fold: &Fold, case: CaseRef, day: Day) -> bool {
    let standing = match case {
        CaseRef::Listing(id) => fold.listing_standing(id, day),
        CaseRef::Attribution(id) => fold.attribution_standing(id, day),
    };
    standing == Standing::Suspended || fold.case(case).is_some_and(|own| !own.holds.is_empty())
}

/// A case that is to be decided has its days anew where this commit ended the last that suspended it,
/// and nowhere else.
fn decided_anew(fold: &mut Fold, at: &mut Here<'_>, case: CaseRef, due: Deadline) {
    let suspended = is_suspended(fold, case, at.today);
    let listing = match case {
        CaseRef::Listing(id) => Some(id),
        CaseRef::Attribution(id) => fold.attributions.get(&id).map(|own| own.listing),
    };
    let listings = listing
        .into_iter()
        .flat_map(|id| std::iter::once(id).chain(fold.extended_by(id)).collect::<Vec<_>>());
    let mut grounds = vec![case];
    grounds.extend(listings.map(CaseRef::Listing));
    let targets = grounds.iter().flat_map(|own| {
        let itself = match own {
            CaseRef::Listing(id) => Target::Listing(*id),
            CaseRef::Attribution(id) => Target::Attribution(*id),
        };
        let records = fold.records_of(*own).iter().map(|id| Target::Record(*id));
        std::iter::once(itself).chain(records)
    });
    let ended = targets.filter_map(|own| fold.released.get(&own)).max();
    let here = ended.is_some_and(|on| at.event.cause.is_some_and(|cause| *on >= cause));
    let Some(own) = fold.case_mut(case) else {
        at.missing(crate::case::shown(case));
        return;
    };
    let awaited = own.over.is_none() && own.decision.is_none();
    if !awaited || suspended || !here {
        at.broken(INV_10, "there is nothing to decide anew");
    }
    if let Some(before) = own.decide_by {
        at.deadline("due", due, at.today, before.working_days);
    }
    own.decide_by = Some(due);
}

/// What a department owes about a measure.
fn of_measure(fold: &mut Fold, at: &mut Here<'_>, event: &AssessmentEvent) {
    match event {
        AssessmentEvent::FeedbackDue { measure, due } => {
            at.deadline("due", *due, at.today, at.pack().feedback_wd);
            match fold.measures.get_mut(measure) {
                Some(own) => {
                    if !matches!(own.stage, Stage::Executed | Stage::Lifted) {
                        at.broken(INV_10, "there is nothing to report on");
                    }
                    own.feedback_by = Some(*due);
                }
                None => at.missing(measure),
            }
        }
        AssessmentEvent::FeedbackOverdue { measure } => match fold.measures.get(measure) {
            Some(own) => at.over(own.feedback_by, "the department's time"),
            None => at.missing(measure),
        },
        AssessmentEvent::LiftLate { measure, due } => match fold.measures.get(measure) {
            Some(own) => {
                // Where no timer had said its day yet, it is counted from the day on which it ended.
                let lift_wd = at.least(own.initiated_on, |pack| pack.lift_wd);
                let owed =
                    own.lift_by.unwrap_or_else(|| at.rules.calendar.after(due.from, lift_wd));
                at.late(*due, Some(owed), "it was lifted");
                if due.from < own.initiated_on || due.from > at.today {
                    at.broken(DEADLINE, format!("the lift is counted from {}", due.from));
                }
            }
            None => at.missing(measure),
        },
        AssessmentEvent::ExecutionDue { measure, due } => {
            let standing = fold.measure_standing(*measure, at.today);
            let held = fold.measures.get(measure);
            let again = held.and_then(|own| own.execute_by);
            let put_off = held.is_some_and(|own| own.put_off) && standing == Standing::InForce;
            if again.is_some() && !put_off {
                at.broken(INV_10, "there is nothing to execute anew");
            }
            let entry = held.and_then(|own| at.rules.measure(&own.measure));
            let again = again.map(|own| own.working_days);
            match again.or(entry.and_then(|own| own.execute_wd)) {
                Some(execute_wd) => at.deadline("due", *due, at.today, execute_wd),
                None => at.broken(DEADLINE, "the catalogue sets no days for this measure"),
            }
            if let Some(own) = fold.measures.get_mut(measure) {
                own.execute_by = Some(*due);
            }
        }
        AssessmentEvent::ExecutionOverdue { measure } => {
            let standing = fold.measure_standing(*measure, at.today);
            match fold.measures.get(measure) {
                Some(own) => {
                    at.over(own.execute_by, "the department's time");
                    if standing == Standing::Suspended {
                        at.broken(INV_4, "while it is suspended nobody may execute it");
                    }
                }
                None => at.missing(measure),
            }
        }
        _ => {}
    }
}

/// The way of a measure to its department: its day is said while it may go there, once, and put off
/// while it is suspended.
fn on_its_way(fold: &mut Fold, at: &mut Here<'_>, event: &AssessmentEvent) {
    let (AssessmentEvent::DispatchDue { measure, .. }
    | AssessmentEvent::DispatchOverdue { measure }
    | AssessmentEvent::DispatchLate { measure, .. }
    | AssessmentEvent::DispatchPutOff { measure }) = event
    else {
        return;
    };
    let standing = fold.measure_standing(*measure, at.today);
    let Some(own) = fold.measures.get_mut(measure) else {
        at.missing(measure);
        return;
    };
    match event {
        AssessmentEvent::DispatchDue { due, .. } => {
            at.deadline("due", *due, at.today, at.pack().dispatch_wd);
            let waits = own.awaits_dispatch() && own.dispatch_by.is_none();
            if !waits || standing != Standing::InForce {
                at.broken(INV_10, "there is nothing to dispatch");
            }
            own.dispatch_by = Some(*due);
        }
        AssessmentEvent::DispatchOverdue { .. } => {
            at.over(own.dispatch_by, "the time to dispatch it");
            if standing == Standing::Suspended {
                at.broken(INV_4, "while it is suspended nobody may dispatch it");
            }
        }
        AssessmentEvent::DispatchLate { due, .. } => {
            at.late(*due, own.dispatched_by, "it was dispatched");
            if !matches!(own.stage, Stage::Dispatched { .. }) {
                at.broken(INV_10, "it was not dispatched");
            }
        }
        _ => {
            if standing != Standing::Suspended || own.dispatch_by.is_none() {
                at.broken(INV_10, "there is nothing to put off");
            }
            own.dispatch_by = None;
        }
    }
}

/// No department is late with an answer that it may not give.
pub(crate) fn responds_late(at: &mut Here<'_>, standing: Standing, respond_by: Deadline) {
    at.over(Some(respond_by), "the response");
    if standing == Standing::Suspended {
        at.broken(INV_4, "while it is suspended nobody may accept it");
    }
}

/// The days at the department: put off while it is suspended, and the same anew once it has effect.
fn put_off(fold: &mut Fold, at: &mut Here<'_>, id: MeasureId, event: &AssessmentEvent) {
    let standing = fold.measure_standing(id, at.today);
    let Some(own) = fold.measures.get_mut(&id) else {
        at.missing(id);
        return;
    };
    let respond_by = match own.stage {
        Stage::Dispatched { respond_by } => Some(respond_by),
        _ => None,
    };
    match (event, respond_by) {
        (AssessmentEvent::ResponseDue { due, .. }, Some(before)) => {
            at.deadline("due", *due, at.today, before.working_days);
            if !own.put_off || standing != Standing::InForce {
                at.broken(INV_10, "there is nothing to respond to anew");
            }
            own.stage = Stage::Dispatched { respond_by: *due };
        }
        (AssessmentEvent::ResponseDue { .. }, None) => {
            at.broken(INV_10, "it does not wait for a response");
        }
        _ => {
            let waits = respond_by.is_some() || own.execute_by.is_some();
            if standing != Standing::Suspended || !waits {
                at.broken(INV_10, "there is nothing to put off");
            }
            own.put_off = true;
        }
    }
}

/// What the credit office owes about an objection.
fn of_objection(fold: &mut Fold, at: &mut Here<'_>, event: &AssessmentEvent) {
    match event {
        AssessmentEvent::ReferralDue { objection, due } => {
            match fold.objections.get_mut(objection) {
                Some(own) => {
                    let refer_wd = at.least(own.filed_on, |pack| pack.objection_refer_wd);
                    at.deadline("due", *due, at.today, refer_wd);
                    own.refer_by = Some(*due);
                }
                None => at.missing(objection),
            }
        }
        AssessmentEvent::ReferralOverdue { objection } => match fold.objections.get(objection) {
            Some(own) if own.stage == ObjectionStage::Accepted => {
                at.over(own.refer_by, "the time to refer it");
            }
            Some(_) => at.broken(INV_10, "there is nothing to refer"),
            None => at.missing(objection),
        },
        AssessmentEvent::ReferralLate { objection, due } => match fold.objections.get(objection) {
            Some(own) => at.late(*due, own.refer_by, "it was referred"),
            None => at.missing(objection),
        },
        AssessmentEvent::ResultDue { objection, due } => match fold.objections.get_mut(objection) {
            Some(own) => {
                let resolve_wd = at.least(own.filed_on, |pack| pack.resolve_wd);
                at.deadline("due", *due, at.today, resolve_wd);
                if !matches!(own.stage, ObjectionStage::Verified { .. }) {
                    at.broken(INV_10, "there is no result to serve");
                }
                own.result_by = Some(*due);
            }
            None => at.missing(objection),
        },
        AssessmentEvent::ResultOverdue { objection } => match fold.objections.get(objection) {
            Some(own) if matches!(own.stage, ObjectionStage::Verified { .. }) => {
                at.over(own.result_by, "the time to serve the result");
            }
            Some(_) => at.broken(INV_10, "there is no result to serve"),
            None => at.missing(objection),
        },
        AssessmentEvent::ResultLate { objection, due } => match fold.objections.get(objection) {
            Some(own) => at.late(*due, own.result_by, "its result was served"),
            None => at.missing(objection),
        },
        _ => {}
    }
}

/// What is owed about a repair, or about a review of it or of an objection.
fn of_repair_or_review(fold: &mut Fold, at: &mut Here<'_>, event: &AssessmentEvent) {
    match event {
        AssessmentEvent::RepairCheckOverdue { repair } => match fold.repairs.get(repair) {
            Some(own) if matches!(own.stage, RepairStage::Applied) => {
                at.over(Some(own.accept_by), "the formal check");
            }
            Some(_) => at.broken(INV_10, "there is nothing to check"),
            None => at.missing(repair),
        },
        AssessmentEvent::RepairDecisionOverdue { repair } => match fold.repairs.get(repair) {
            Some(own)
                if matches!(own.stage, RepairStage::Applied | RepairStage::Accepted { .. }) =>
            {
                at.over(Some(own.decide_by), "the decision");
            }
            Some(_) => at.broken(INV_10, "there is nothing to decide"),
            None => at.missing(repair),
        },
        AssessmentEvent::ReviewOverdue { of } => match review_by(fold, *of) {
            Some(by) => at.over(Some(by), "the review"),
            None => at.broken(INV_10, "no review is under way"),
        },
        AssessmentEvent::ReviewLate { of, due } => {
            // It is decided by now, in the same commit.
            let owed = match of {
                ReviewOf::Objection(id) => fold.objections.get(id).and_then(|own| own.review_by),
                ReviewOf::Repair(id) => fold.repairs.get(id).and_then(|own| own.review_by),
            };
            at.late(*due, owed, "the review was decided");
        }
        _ => {}
    }
}

fn opened(fold: &mut Fold, at: &mut Here<'_>, from: Month, to: Month) {
    admin::by_office(fold, at);
    let months = from.through(to).count();
    if !(1..=usize::from(ASSESSMENT_MONTHS_MAX)).contains(&months) || from > Month::of(at.today) {
        at.broken(INV_10, format!("{from} to {to} is no period that has begun"));
    }
    if fold.assessments.values().any(|own| (own.from, own.to) == (from, to)) {
        at.broken(INV_10, "another assessment is of the same period");
    }
    let own = Assessment {
        from,
        to,
        step: Step::Opened,
        frozen_by: None,
        assessed: BTreeSet::new(),
        comment_by: None,
        commented: BTreeSet::new(),
        orders: 0,
        open: BTreeSet::new(),
    };
    fold.assessments.insert(AssessmentId(at.at()), own);
}

/// A later step of an assessment, which is out of the fold while it is checked.
fn step_of(fold: &mut Fold, at: &mut Here<'_>, id: AssessmentId, event: &AssessmentEvent) {
    let Some(mut own) = fold.assessments.remove(&id) else {
        at.missing(id);
        return;
    };
    match event {
        AssessmentEvent::MetricsFrozen { figures, comment_by, .. } => {
            admin::by_office_beside_head(fold, at);
            frozen(&mut own, &fold.tallies, at, figures, *comment_by);
        }
        AssessmentEvent::Commented { department, comment, .. } => {
            commented(&mut own, at, department, comment);
        }
        AssessmentEvent::Finalised { document_number, document_sha256, .. } => {
            admin::by_office_head(fold, at);
            finalised(&mut own, at, document_number, document_sha256);
        }
        AssessmentEvent::RectificationOrdered { department, reasons, by, .. } => {
            admin::by_office(fold, at);
            ordered(&mut own, at, department, reasons, *by);
        }
        AssessmentEvent::Rectified { department, account, document_sha256, .. } => {
            // Whether the county has been told or not: an order stays open until it is answered.
            if own.step != Step::Reported {
                in_step(&own, at, Step::Final);
            }
            at.of_department(department);
            let owed = own.open.remove(department);
            at.must(owed, Guard::Competent, "the department has nothing to put right");
            at.plain("account", account);
            let report = digest_is_stated(document_sha256);
            at.must(report, Guard::Document, "the digest of the report is missing");
        }
        AssessmentEvent::Reported { document_number, document_sha256, .. } => {
            admin::by_office_head(fold, at);
            in_step(&own, at, Step::Final);
            at.document(document_number, document_sha256);
            own.step = Step::Reported;
        }
        _ => {}
    }
    fold.assessments.insert(id, own);
}

fn in_step(own: &Assessment, at: &mut Here<'_>, step: Step) -> bool {
    let fits = own.step == step;
    if !fits {
        at.broken(INV_2, "opened, frozen, final, reported come in this order");
    }
    fits
}

fn frozen(
    own: &mut Assessment,
    tallies: &Tallies,
    at: &mut Here<'_>,
    figures: &[Figures],
    comment_by: Deadline,
) {
    in_step(own, at, Step::Opened);
    let over = Month::of(at.today) > own.to;
    at.must(over, Guard::End, "the period is not over");
    at.deadline("comment_by", comment_by, at.today, ASSESSMENT_COMMENT_WD);
    let assessed: BTreeSet<String> = figures.iter().map(|own| own.department.clone()).collect();
    let all = at.rules.departments.iter().all(|own| assessed.contains(&own.code));
    if !all || figures.len() != at.rules.departments.len() {
        at.broken(INV_10, "each department on file is assessed once, and nobody else");
    }
    for stated in figures {
        let department = at.rules.departments.iter().find(|own| own.code == stated.department);
        let wrong = department.and_then(|of| tallies.differs(of, (own.from, own.to), stated));
        if let Some(wrong) = wrong {
            at.broken(INV_10, format!("{}: {wrong}", stated.department));
        }
    }
    own.frozen_by = at.officer().map(|(.., by)| by.clone());
    own.assessed = assessed;
    own.comment_by = Some(comment_by);
    own.step = Step::Frozen;
}

fn commented(own: &mut Assessment, at: &mut Here<'_>, department: &str, comment: &str) {
    let fits = in_step(own, at, Step::Frozen);
    at.of_department(department);
    let assessed = !fits || own.assessed.contains(department);
    at.must(assessed, Guard::Competent, "the department is not assessed");
    at.plain("comment", comment);
    if !own.commented.insert(department.to_owned()) {
        at.broken(INV_10, "the department has commented");
    }
}

fn finalised(own: &mut Assessment, at: &mut Here<'_>, number: &str, sha256: &Digest) {
    in_step(own, at, Step::Frozen);
    let same = at.officer().is_some_and(|(.., by)| own.frozen_by.as_ref() == Some(by));
    at.must(!same, Guard::FourEyes, "who froze the figures makes them final");
    let heard = own.commented.len() == own.assessed.len()
        || own.comment_by.is_none_or(|by| at.today > by.day);
    at.must(heard, Guard::Heard, "departments may still comment");
    at.document(number, sha256);
    own.step = Step::Final;
}

fn ordered(own: &mut Assessment, at: &mut Here<'_>, department: &str, reasons: &str, by: Day) {
    in_step(own, at, Step::Final);
    if !own.assessed.contains(department) {
        at.broken(INV_10, "the department is not assessed");
    }
    at.plain("reasons", reasons);
    let bounded = by > at.today && by <= at.today.plus_months(RECTIFICATION_MONTHS_MAX);
    at.must(bounded, Guard::End, "its last day is past, or too far off");
    own.orders += 1;
    if !own.open.insert(department.to_owned()) || own.orders > RECTIFICATIONS_MAX {
        at.broken(INV_10, "the department has an open order, or there are too many");
    }
}

/// The last day of a review that is under way.
fn review_by(fold: &Fold, of: ReviewOf) -> Option<Deadline> {
    match of {
        ReviewOf::Objection(id) => {
            let own = fold.objections.get(&id)?;
            own.review_by.filter(|_| matches!(own.stage, ObjectionStage::Review { .. }))
        }
        ReviewOf::Repair(id) => {
            let own = fold.repairs.get(&id)?;
            own.review_by.filter(|_| matches!(own.stage, RepairStage::Review))
        }
    }
}
