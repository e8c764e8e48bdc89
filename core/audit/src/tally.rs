//! What the assessment of departments counts (domain.md O71), counted a second time: frozen figures
//! follow from the log, each event counted once, in the month and for the unit it belongs to.
//!
//! An answer is late by the day that this fold knows. Where no timer had said before that the day
//! passed, the answer counts as overdue too, so that a timer that comes late changes no figure.
//! Memory: one row a unit and month, and what is overdue and unanswered.

use std::collections::{BTreeMap, BTreeSet};

use shouxin_core::actor::{Actor, Role};
use shouxin_core::calendar::Deadline;
use shouxin_core::event::assessment::{AssessmentEvent, Figures, Month};
use shouxin_core::event::measure::MeasureEvent;
use shouxin_core::event::publicity::PublicityEvent;
use shouxin_core::event::remedy::{RemedyEvent, ReviewOf};
use shouxin_core::event::{CaseRef, Envelope, Event};
use shouxin_core::id::{MeasureId, ObjectionId, Position, RepairId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::rules::{Department, RecordClass};

use crate::fold::{Fold, ObjectionStage, RepairStage, Stage};

/// Whose counters these are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Department(String),
    Authority(Uscc),
}

macro_rules! counters {
    ($($variant:ident $name:literal;)*) => {
        /// What is counted, in the order in which frozen figures keep their counts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        enum Counter { $($variant,)* }

        impl Counter {
            const ALL: &'static [(Counter, &'static str)] = &[$((Counter::$variant, $name),)*];
        }
    };
}

counters! {
    Dispatched "dispatched";
    RespondedOnTime "responded_on_time";
    RespondedLate "responded_late";
    ResponseOverdue "response_overdue";
    Declined "declined";
    Executed "executed";
    FedBackOnTime "fed_back_on_time";
    FedBackLate "fed_back_late";
    FeedbackOverdue "feedback_overdue";
    Lifted "lifted";
    LiftedLate "lifted_late";
    ObjectionsReferred "objections_referred";
    VerifiedOnTime "verified_on_time";
    VerifiedLate "verified_late";
    VerificationOverdue "verification_overdue";
    ObjectionsUpheld "objections_upheld";
    ObjectionsRejected "objections_rejected";
    RedressOpened "redress_opened";
    RedressCompleted "redress_completed";
    RepairsCheckedOnTime "repairs_checked_on_time";
    RepairsCheckedLate "repairs_checked_late";
    RepairsDecidedOnTime "repairs_decided_on_time";
    RepairsDecidedLate "repairs_decided_late";
    CasesDecidedOnTime "cases_decided_on_time";
    CasesDecidedLate "cases_decided_late";
    RecordsProvided "records_provided";
    ToBePublicised "to_be_publicised";
    PublicisedLate "publicised_late";
    ExecutedLate "executed_late";
    ExecutionOverdue "execution_overdue";
    ReferredLate "referred_late";
    RepairCheckOverdue "repair_check_overdue";
    RepairDecisionOverdue "repair_decision_overdue";
    ResolvedLate "resolved_late";
    ReviewedLate "reviewed_late";
    CaseDecisionOverdue "case_decision_overdue";
    CaseServiceOverdue "case_service_overdue";
    RevocationOverdue "revocation_overdue";
    LiftOverdue "lift_overdue";
    ReferralOverdue "referral_overdue";
    ResultOverdue "result_overdue";
    ReviewOverdue "review_overdue";
    UpheldOnReview "upheld_on_review";
    LiaisonOnFile "liaison_on_file";
    DispatchOverdue "dispatch_overdue";
    DispatchedLate "dispatched_late";
}

/// Counts; what is not there is 0.
type Counts = BTreeMap<Counter, u32>;

fn add(counts: &mut Counts, counter: Counter, count: u32) {
    let own = counts.entry(counter).or_insert(0);
    *own = own.saturating_add(count);
}

/// What somebody owes by a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owing {
    Response,
    Execution,
    Feedback,
    Verification,
    Check,
    Repair,
    Case,
}

/// The counts so far.
#[derive(Debug, Default)]
pub(crate) struct Tallies {
    counts: BTreeMap<(Unit, Month), Counts>,
    /// What a timer said is overdue, and nobody has answered.
    overdue: BTreeSet<(Owing, Position)>,
    /// The authority that last acted as, or was given a key of, the credit office.
    office: Option<Uscc>,
}

impl Tallies {
    fn add(&mut self, unit: Unit, month: Month, counters: &[Counter]) {
        let own = self.counts.entry((unit, month)).or_default();
        counters.iter().for_each(|counter| add(own, *counter, 1));
    }

    /// A day passed, as a timer says.
    fn passed(&mut self, owing: Owing, at: Position, counter: Counter) -> Vec<Counter> {
        self.overdue.insert((owing, at));
        vec![counter]
    }

    /// A new day is set: what was said of the old one is over.
    fn renewed(&mut self, owing: Owing, at: Position) {
        self.overdue.remove(&(owing, at));
    }

    /// An answer, in time or late, by the day it was owed.
    fn answered(
        &mut self,
        owing: Owing,
        at: Position,
        in_time: bool,
        [on_time, late, overdue]: [Counter; 3],
    ) -> Vec<Counter> {
        let said = self.overdue.remove(&(owing, at));
        match (in_time, said) {
            (true, _) => vec![on_time],
            (false, true) => vec![late],
            (false, false) => vec![late, overdue],
        }
    }

    /// What the figures of a department over a period are.
    fn of(&self, department: &Department, from: Month, to: Month) -> Counts {
        let code = Unit::Department(department.code.clone());
        let own = Uscc::parse(&department.uscc).ok().map(Unit::Authority);
        let mut sum = Counts::default();
        for unit in [code].into_iter().chain(own) {
            for counts in self.counts.range((unit.clone(), from)..=(unit, to)) {
                counts.1.iter().for_each(|(counter, count)| add(&mut sum, *counter, *count));
            }
        }
        if department.officers.iter().any(|officer| officer.liaison) {
            add(&mut sum, Counter::LiaisonOnFile, 1);
        }
        sum
    }

    /// Where a department's frozen figures are not what was counted here.
    pub(crate) fn differs(
        &self,
        department: &Department,
        (from, to): (Month, Month),
        frozen: &Figures,
    ) -> Option<String> {
        let own = self.of(department, from, to);
        let mut stated = frozen.counts.0.iter().copied();
        let wrong: Vec<String> = Counter::ALL
            .iter()
            .filter_map(|(counter, name)| {
                let stated = stated.next().unwrap_or(0);
                let own = own.get(counter).copied().unwrap_or(0);
                (stated != own).then(|| format!("{name} is {stated}, the log has {own}"))
            })
            .collect();
        let more = frozen.counts.0.len() > Counter::ALL.len();
        match (wrong.is_empty(), more) {
            (true, false) => None,
            (true, true) => Some("there is a figure that nothing is counted for".to_owned()),
            (false, _) => Some(wrong.join("; ")),
        }
    }
}

/// Counts an event, before anything of it is folded.
pub(crate) fn see(fold: &mut Fold, envelope: &Envelope) {
    let mut tallies = std::mem::take(&mut fold.tallies);
    office(&mut tallies, envelope);
    if let Some((unit, counters)) = counted(fold, &mut tallies, envelope) {
        tallies.add(unit, Month::of(envelope.legal_date), &counters);
    }
    fold.tallies = tallies;
}

fn by(envelope: &Envelope) -> Option<Uscc> {
    match &envelope.actor {
        Actor::Officer(officer) => Some(officer.authority),
        _ => None,
    }
}

/// No rule says which authority is the credit office: its keys do, and what it alone does.
fn office(tallies: &mut Tallies, envelope: &Envelope) {
    let told = match &envelope.event {
        Event::KeyCreated { role: Role::CreditOffice, officer, .. } => {
            officer.as_ref().map(|own| own.authority)
        }
        Event::ObjectionReferred { .. }
        | Event::ObjectionResolved { .. }
        | Event::Remedy(RemedyEvent::ReviewDecided { .. }) => by(envelope),
        _ => None,
    };
    tallies.office = told.or(tallies.office);
}

type Found = Option<(Unit, Vec<Counter>)>;

fn counted(fold: &mut Fold, tallies: &mut Tallies, envelope: &Envelope) -> Found {
    match &envelope.event {
        Event::MeasureDispatched { measure, .. }
        | Event::MeasureAccepted { measure }
        | Event::MeasureDeclined { measure, .. }
        | Event::ResponseOverdue { measure }
        | Event::MeasureExecuted { measure, .. }
        | Event::MeasureLifted { measure, .. }
        | Event::FeedbackFiled { measure, .. }
        | Event::Measure(
            MeasureEvent::ForwardRecalled { measure, .. } | MeasureEvent::LiftOverdue { measure },
        ) => of_measure(fold, tallies, envelope, *measure),
        Event::Assessment(event) => of_dates(fold, tallies, envelope, event),
        Event::ObjectionReferred { objection, .. }
        | Event::ObjectionOverdue { objection }
        | Event::VerificationReported { objection, .. }
        | Event::ObjectionResolved { objection, .. }
        | Event::RedressOpened { objection, .. }
        | Event::RedressCompleted { objection, .. } => {
            of_objection(fold, tallies, envelope, *objection)
        }
        Event::Remedy(RemedyEvent::ReviewDecided { of, upheld, act_by, .. }) => match of {
            ReviewOf::Objection(id) if *upheld => of_objection(fold, tallies, envelope, *id),
            ReviewOf::Repair(id) if act_by.is_some() => {
                tallies.renewed(Owing::Check, id.0);
                tallies.renewed(Owing::Repair, id.0);
                None
            }
            _ => None,
        },
        Event::RepairAcceptDecided { repair, .. }
        | Event::RepairApproved { repair, .. }
        | Event::RepairRefused { repair, .. } => of_repair(fold, tallies, envelope, *repair),
        Event::CaseDecided { case, .. } | Event::CaseNotDecided { case, .. } => {
            let own = fold.case(*case)?;
            let in_time = own.decide_by.is_some_and(|by| envelope.legal_date <= by.day);
            let all = [
                Counter::CasesDecidedOnTime,
                Counter::CasesDecidedLate,
                Counter::CaseDecisionOverdue,
            ];
            let authority = own.proposer.authority;
            let counters = tallies.answered(Owing::Case, at(*case), in_time, all);
            Some((Unit::Authority(authority), counters))
        }
        Event::RecordAccepted { class, provider, published, .. } => {
            let both = *published && matches!(class, RecordClass::Permit | RecordClass::Penalty);
            let all = [Counter::RecordsProvided, Counter::ToBePublicised];
            let counters = all.into_iter().take(if both { 2 } else { 1 });
            Some((Unit::Authority(*provider), counters.collect()))
        }
        Event::Publicity(PublicityEvent::Filed { late: true, exempt: None, .. }) => {
            Some((Unit::Authority(by(envelope)?), vec![Counter::PublicisedLate]))
        }
        _ => None,
    }
}

fn at(case: CaseRef) -> Position {
    match case {
        CaseRef::Listing(id) => id.0,
        CaseRef::Attribution(id) => id.0,
    }
}

fn of_measure(fold: &mut Fold, tallies: &mut Tallies, envelope: &Envelope, id: MeasureId) -> Found {
    let own = fold.measures.get_mut(&id)?;
    let today = envelope.legal_date;
    let in_time = |by: Option<Deadline>| by.is_none_or(|by| today <= by.day);
    let counters = match &envelope.event {
        Event::MeasureDispatched { .. } => {
            tallies.renewed(Owing::Response, id.0);
            vec![Counter::Dispatched]
        }
        Event::MeasureAccepted { .. } | Event::MeasureDeclined { .. } => {
            let by = match own.stage {
                Stage::Dispatched { respond_by } => Some(respond_by),
                _ => return None,
            };
            let all = [Counter::RespondedOnTime, Counter::RespondedLate, Counter::ResponseOverdue];
            let mut counters = tallies.answered(Owing::Response, id.0, in_time(by), all);
            if matches!(envelope.event, Event::MeasureDeclined { .. }) {
                counters.push(Counter::Declined);
                own.execute_by = None;
            }
            counters
        }
        Event::ResponseOverdue { .. } => {
            tallies.passed(Owing::Response, id.0, Counter::ResponseOverdue)
        }
        Event::MeasureExecuted { .. } => {
            let late = !in_time(own.execute_by.take());
            let all = [Counter::Executed, Counter::ExecutedLate, Counter::ExecutionOverdue];
            let mut counters = tallies.answered(Owing::Execution, id.0, !late, all);
            if late {
                counters.insert(0, Counter::Executed);
            }
            counters
        }
        Event::FeedbackFiled { .. } => {
            let by = own.feedback_by.take();
            let all = [Counter::FedBackOnTime, Counter::FedBackLate, Counter::FeedbackOverdue];
            tallies.answered(Owing::Feedback, id.0, in_time(by), all)
        }
        Event::Measure(MeasureEvent::LiftOverdue { .. }) => vec![Counter::LiftOverdue],
        _ => vec![Counter::Lifted],
    };
    Some((responsible(own), counters))
}

/// What was forwarded is recalled by whoever forwarded it.
fn responsible(own: &crate::fold::Measure) -> Unit {
    match own.stage {
        Stage::Forwarded | Stage::Recalled => Unit::Authority(own.by.authority),
        _ => Unit::Department(own.department.clone()),
    }
}

/// Whoever initiated a measure sends it to its department.
fn initiator(fold: &Fold, id: MeasureId) -> Option<Unit> {
    Some(Unit::Authority(fold.measures.get(&id)?.by.authority))
}

/// Dates that are set, or that passed.
fn of_dates(
    fold: &Fold,
    tallies: &mut Tallies,
    envelope: &Envelope,
    event: &AssessmentEvent,
) -> Found {
    use AssessmentEvent as A;
    let measure = |id: &MeasureId| fold.measures.get(id).map(responsible);
    match event {
        A::FeedbackDue { measure: id, .. } => tallies.renewed(Owing::Feedback, id.0),
        A::ExecutionDue { measure: id, .. } => tallies.renewed(Owing::Execution, id.0),
        A::ResponseDue { measure: id, .. } => tallies.renewed(Owing::Response, id.0),
        A::CaseDecisionDue { case, .. } => tallies.renewed(Owing::Case, at(*case)),
        A::FeedbackOverdue { measure: id } => {
            let counters = tallies.passed(Owing::Feedback, id.0, Counter::FeedbackOverdue);
            return Some((measure(id)?, counters));
        }
        A::ExecutionOverdue { measure: id } => {
            let counters = tallies.passed(Owing::Execution, id.0, Counter::ExecutionOverdue);
            return Some((measure(id)?, counters));
        }
        A::DispatchOverdue { measure: id } => {
            return Some((initiator(fold, *id)?, vec![Counter::DispatchOverdue]));
        }
        A::DispatchLate { measure: id, .. } => {
            return Some((initiator(fold, *id)?, vec![Counter::DispatchedLate]));
        }
        A::LiftLate { measure: id, .. } => return Some((measure(id)?, vec![Counter::LiftedLate])),
        A::RepairCheckOverdue { repair: id } => {
            let counters = tallies.passed(Owing::Check, id.0, Counter::RepairCheckOverdue);
            return Some((of_application(fold, *id)?, counters));
        }
        A::RepairDecisionOverdue { repair: id } => {
            let counters = tallies.passed(Owing::Repair, id.0, Counter::RepairDecisionOverdue);
            return Some((of_application(fold, *id)?, counters));
        }
        A::CaseDecisionOverdue { case } => {
            let counters = tallies.passed(Owing::Case, at(*case), Counter::CaseDecisionOverdue);
            return Some((Unit::Authority(fold.case(*case)?.proposer.authority), counters));
        }
        A::CaseServiceOverdue { case } => {
            let unit = Unit::Authority(fold.case(*case)?.proposer.authority);
            return Some((unit, vec![Counter::CaseServiceOverdue]));
        }
        A::RevocationOverdue { listing } => {
            let unit = Unit::Authority(fold.red(*listing)?.1.nominator.authority);
            return Some((unit, vec![Counter::RevocationOverdue]));
        }
        // A timer says these, of whoever acts as the office.
        A::ReferralOverdue { .. } => {
            return Some((Unit::Authority(tallies.office?), vec![Counter::ReferralOverdue]));
        }
        A::ResultOverdue { .. } => {
            return Some((Unit::Authority(tallies.office?), vec![Counter::ResultOverdue]));
        }
        A::ReviewOverdue { .. } => {
            return Some((Unit::Authority(tallies.office?), vec![Counter::ReviewOverdue]));
        }
        A::ReferralLate { .. } => {
            return Some((Unit::Authority(by(envelope)?), vec![Counter::ReferredLate]));
        }
        A::ResultLate { .. } => {
            return Some((Unit::Authority(by(envelope)?), vec![Counter::ResolvedLate]));
        }
        A::ReviewLate { .. } => {
            return Some((Unit::Authority(by(envelope)?), vec![Counter::ReviewedLate]));
        }
        A::DispatchDue { .. }
        | A::DispatchPutOff { .. }
        | A::WorkPutOff { .. }
        | A::ReferralDue { .. }
        | A::ResultDue { .. }
        | A::Opened { .. }
        | A::MetricsFrozen { .. }
        | A::Commented { .. }
        | A::Finalised { .. }
        | A::RectificationOrdered { .. }
        | A::Rectified { .. }
        | A::Reported { .. } => {}
    }
    None
}

fn of_objection(fold: &Fold, tallies: &mut Tallies, envelope: &Envelope, id: ObjectionId) -> Found {
    let own = fold.objections.get(&id)?;
    let counters = match &envelope.event {
        Event::ObjectionReferred { .. } => {
            tallies.renewed(Owing::Verification, id.0);
            vec![Counter::ObjectionsReferred]
        }
        Event::ObjectionOverdue { .. } => {
            tallies.passed(Owing::Verification, id.0, Counter::VerificationOverdue)
        }
        Event::VerificationReported { .. } => {
            let all =
                [Counter::VerifiedOnTime, Counter::VerifiedLate, Counter::VerificationOverdue];
            match own.stage {
                ObjectionStage::Verifying => {
                    let in_time = envelope.legal_date <= own.verify_by.day;
                    tallies.answered(Owing::Verification, id.0, in_time, all)
                }
                ObjectionStage::Unverified => {
                    tallies.renewed(Owing::Verification, id.0);
                    vec![Counter::VerifiedLate]
                }
                _ => return None,
            }
        }
        Event::ObjectionResolved { upheld: true, .. } => vec![Counter::ObjectionsUpheld],
        Event::ObjectionResolved { upheld: false, .. } => vec![Counter::ObjectionsRejected],
        Event::RedressOpened { .. } => vec![Counter::RedressOpened],
        Event::RedressCompleted { .. } => vec![Counter::RedressCompleted],
        // What was refused was not rejected, and what stayed, put right, was upheld already.
        _ if own.stage == (ObjectionStage::Review { refused: false }) && !own.kept => {
            vec![Counter::UpheldOnReview]
        }
        _ => return None,
    };
    Some((Unit::Authority(own.provider), counters))
}

/// Who listed or collected decides the repair, and owes it when nobody did.
fn of_application(fold: &Fold, id: RepairId) -> Option<Unit> {
    fold.repairs.get(&id).map(|own| Unit::Authority(own.authority))
}

fn of_repair(fold: &Fold, tallies: &mut Tallies, envelope: &Envelope, id: RepairId) -> Found {
    let own = fold.repairs.get(&id)?;
    let today = envelope.legal_date;
    let counters = match &envelope.event {
        Event::RepairAcceptDecided { .. } => {
            let all = [
                Counter::RepairsCheckedOnTime,
                Counter::RepairsCheckedLate,
                Counter::RepairCheckOverdue,
            ];
            match own.stage {
                RepairStage::Applied => {
                    tallies.answered(Owing::Check, id.0, today <= own.accept_by.day, all)
                }
                _ => return None,
            }
        }
        _ => {
            let all = [
                Counter::RepairsDecidedOnTime,
                Counter::RepairsDecidedLate,
                Counter::RepairDecisionOverdue,
            ];
            tallies.answered(Owing::Repair, id.0, today <= own.decide_by.day, all)
        }
    };
    Some((of_application(fold, id)?, counters))
}
