//! Measure cases (domain.md 2.4): opened on a served decision, told, dispatched, executed by an
//! officer's order, suspended and lifted with what they rest on.

use shouxin_core::actor::{Actor, SubjectKey};
use shouxin_core::event::catalogue::EntryKind;
use shouxin_core::event::measure::MeasureEvent;
use shouxin_core::event::{CaseRef, Event, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{AttributionId, ListingId, MeasureId, Position};
use shouxin_core::rules::{
    Citation, Executor, FactKind, Measure as Entry, MeasureNeeds, MeasureSubject, Strength,
};
use shouxin_core::text::{FactDocument, Sealed, digest_is_stated, short_text_is_stated};
use shouxin_core::time::Day;

use crate::admin::{by_office, by_plugin};
use crate::assessment::responds_late;
use crate::commit::Commit;
use crate::delivery::Way;
use crate::dispute::Disputes;
use crate::fold::{Fold, Kind, Measure, RedStage, Stage, Standing};
use crate::forwarded;
use crate::here::{COURT, Here};
use crate::names::{INV_1, INV_2, INV_4, INV_6, INV_10, INV_11, INV_12, INV_13};
use crate::plugin::{by_retired, carries};
use crate::{again, lift};

pub(crate) fn check(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>) {
    let id = match &at.event.event {
        Event::MeasureInitiated {
            listing,
            attribution,
            measure,
            department,
            basis,
            reasons,
            until,
            court_document,
            decision_number,
            incentive,
        } => {
            let asked = Asked {
                listing: *listing,
                attribution: *attribution,
                measure,
                department,
                basis,
                reasons,
                until: *until,
                court: court_document.as_ref(),
                number: decision_number,
                executor: Executor::County,
            };
            opened(fold, at, &asked, *incentive, Stage::Initiated);
            return;
        }
        Event::FamilySettled { cause, root } => {
            settled(fold, at, *cause, *root);
            return;
        }
        Event::MeasureNoticeServed { measure, .. }
        | Event::MeasureDispatched { measure, .. }
        | Event::MeasureAccepted { measure }
        | Event::MeasureDeclined { measure, .. }
        | Event::ExecutionOrdered { measure, .. }
        | Event::MeasureExecuted { measure, .. }
        | Event::ExecutionFailed { measure, .. }
        | Event::SuspensionConfirmed { measure }
        | Event::ResumptionConfirmed { measure }
        | Event::MeasureLifted { measure, .. }
        | Event::DeliveryFailed { measure, .. }
        | Event::FeedbackFiled { measure, .. }
        | Event::ResponseOverdue { measure }
        | Event::MeasureAnnulled { measure, .. }
        | Event::MeasureExpired { measure } => *measure,
        _ => return,
    };
    let standing = fold.measure_standing(id, at.today);
    let void = commit.voids(fold, Target::Measure(id));
    let plugin = match &at.event.event {
        Event::ExecutionOrdered { plugin: Some(name), .. } => carries(fold, name, id),
        _ => false,
    };
    let retired = by_retired(fold, id);
    let published = fold
        .measures
        .get(&id)
        .is_some_and(|own| fold.catalogue.published(at.rules, EntryKind::Measure, &own.measure));
    if let (Event::ExecutionOrdered { .. }, Some(own)) = (&at.event.event, fold.measures.get(&id))
        && !own.incentive
    {
        at.capacity(fold, own.subject);
    }
    let Some(own) = fold.measures.get_mut(&id) else {
        at.missing(id);
        return;
    };
    at.about(own.subject);
    match &at.event.event {
        Event::MeasureNoticeServed { .. }
        | Event::MeasureDispatched { .. }
        | Event::MeasureAccepted { .. }
        | Event::MeasureDeclined { .. }
        | Event::ResponseOverdue { .. } => {
            before_order(own, standing, published, at);
            // A mandatory measure is not the department's alone to decline.
            if matches!(at.event.event, Event::MeasureDeclined { .. }) && is_mandatory(own, at) {
                commit.decline(at.at(), id);
            }
        }
        Event::ExecutionOrdered { plugin: name, .. } => {
            begins(own, standing, published, at);
            ordered(own, at, name.as_deref(), plugin, retired);
        }
        Event::MeasureAnnulled { reasons, .. } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            if !void {
                at.broken(INV_6, "no outcome of this commit voids it");
            }
            own.annulled = true;
        }
        Event::MeasureExpired { .. } => at.after(Some(own.until), "the measure"),
        Event::FeedbackFiled { result, effect, of_lift, .. } => {
            at.of_department(&own.department);
            at.stated(Guard::Document, &[("result", result), ("effect", effect)]);
            own.stage = match own.stage {
                Stage::Executed if !of_lift => Stage::FedBack,
                Stage::Lifted if *of_lift => Stage::Closed,
                stage => {
                    at.broken(INV_2, "there is nothing to feed back");
                    stage
                }
            };
        }
        _ => carried(own, standing, at, retired),
    }
    if matches!(at.event.event, Event::MeasureAnnulled { .. } | Event::MeasureExpired { .. }) {
        commit.touch_under(fold, at.at(), Target::Measure(id));
    }
}

/// What an officer asks for when a measure case is opened, in the county or beyond it.
struct Asked<'a> {
    listing: ListingId,
    attribution: Option<AttributionId>,
    measure: &'a str,
    department: &'a str,
    basis: &'a [Citation],
    reasons: &'a Sealed,
    until: Day,
    court: Option<&'a FactDocument>,
    number: &'a str,
    executor: Executor,
}

/// What a measure rests on.
struct Parent<'f> {
    subject: SubjectKey,
    by: &'f shouxin_core::actor::OfficerRef,
    red: bool,
    behaviour: Option<&'f str>,
    named: &'f [(String, String)],
    end: Option<Day>,
    number: &'f str,
}

fn parent<'f>(fold: &'f Fold, asked: &Asked<'_>) -> Option<Parent<'f>> {
    let listing = fold.listings.get(&asked.listing)?;
    match (&listing.kind, asked.attribution) {
        (Kind::Red(red), _) => Some(Parent {
            subject: listing.subject,
            by: &red.nominator,
            red: true,
            behaviour: None,
            named: &[],
            end: match red.stage {
                RedStage::Active { until, .. } => Some(until),
                _ => None,
            },
            number: &red.number,
        }),
        (Kind::Black { behaviour, case, .. }, attribution) => {
            let case = match attribution {
                Some(id) => &fold.attributions.get(&id)?.case,
                None => case,
            };
            Some(Parent {
                subject: case.subject,
                by: &case.proposer,
                red: false,
                behaviour: Some(behaviour),
                named: case.decision.as_ref().map_or(&[], |own| own.measures.as_slice()),
                end: case.end(),
                number: case.decision.as_ref().map_or("", |own| &own.number),
            })
        }
    }
}

/// How the path to the decision stands, by the name of what is missing.
fn on_a_decision(fold: &Fold, at: &mut Here<'_>, asked: &Asked<'_>) {
    let standing = match asked.attribution {
        Some(id) => fold.attribution_standing(id, at.today),
        None => fold.listing_standing(asked.listing, at.today),
    };
    let case = match asked.attribution {
        Some(id) => fold.case(CaseRef::Attribution(id)),
        None => fold.case(CaseRef::Listing(asked.listing)),
    };
    match (standing, case) {
        (Standing::Pending, Some(own)) if own.decision.is_some() && own.starts_on.is_none() => {
            at.guard(Guard::Served, "the decision was not served");
        }
        (Standing::Pending, Some(own)) if own.decision.is_some() => {
            at.broken(INV_2, "the served decision has no effect yet");
        }
        (standing, _) => at.in_force(standing),
    }
}

fn opened(fold: &mut Fold, at: &mut Here<'_>, asked: &Asked<'_>, incentive: bool, stage: Stage) {
    let Some(subject) = at.event.subject else {
        at.missing("no subject");
        return;
    };
    let Some(parent) = parent(fold, asked) else {
        at.missing(asked.listing);
        return;
    };
    person(fold, at, asked, subject, parent.subject);
    at.of_authority(parent.by.authority);
    on_a_decision(fold, at, asked);
    let both = parent.red && fold.weighs(parent.subject, at.today);
    at.must(!both, Guard::RedCheck, "an incentive for whom a black listing weighs on");
    if !parent.red {
        at.capacity(fold, parent.subject);
    }
    let named = parent.red
        || parent.named.iter().any(|own| own.0 == asked.measure && own.1 == asked.department);
    let usable = fold.catalogue.published(at.rules, EntryKind::Measure, asked.measure);
    let published = at.rules.measure(asked.measure).filter(|_| usable);
    match published {
        None => at.guard(Guard::Published, format!("{} is not published", asked.measure)),
        Some(entry) => {
            at.must(named, Guard::Named, "the served decision names no such measure");
            fits(at, entry, asked, &parent, incentive);
            let statute =
                matches!(entry.needs, MeasureNeeds::Statute | MeasureNeeds::CourtOrStatute);
            at.measure_rank(asked.basis, &entry.basis, statute);
            let cap = at.today.plus_months(entry.max_months);
            let cap = parent.end.map_or(cap, |end| end.min(cap));
            if asked.until < at.today || asked.until > cap {
                let detail = format!("{} is past, or later than {cap}", asked.until);
                at.guard(Guard::End, detail);
            }
        }
    }
    at.basis(asked.basis);
    at.stated(Guard::Proportion, &[("reasons", asked.reasons)]);
    let kind = (asked.measure, asked.department, asked.attribution);
    again::check(fold, at, asked.listing, kind, asked.until);
    let same = asked.number == parent.number;
    at.must(same, Guard::Document, "it names another decision");
    let id = MeasureId(at.at());
    let own = Measure {
        subject,
        listing: asked.listing,
        attribution: asked.attribution,
        measure: asked.measure.to_owned(),
        department: asked.department.to_owned(),
        by: at.by(parent.by.authority),
        initiated_on: at.today,
        sent_on: None,
        until: asked.until,
        incentive,
        stage,
        plugin: None,
        tried: false,
        failed: false,
        feedback_by: None,
        execute_by: None,
        dispatch_by: None,
        dispatched_by: None,
        put_off: false,
        escalated: None,
        lift_by: None,
        telling: None,
        remote_suspended: false,
        way: Way::default(),
        annulled: false,
        holds: std::collections::BTreeSet::new(),
        disputes: Disputes::default(),
    };
    fold.measures.insert(id, own);
    if let Some(listing) = fold.listings.get_mut(&asked.listing) {
        listing.measures.push(id);
    }
}

/// A person has a measure only by an attribution of their own to that listing (G-PERSON).
fn person(
    fold: &Fold,
    at: &mut Here<'_>,
    asked: &Asked<'_>,
    subject: SubjectKey,
    parent: SubjectKey,
) {
    let under = asked.attribution.is_none_or(|id| {
        fold.attributions.get(&id).is_some_and(|own| own.listing == asked.listing)
    });
    if subject == parent && under {
        return;
    }
    if subject.is_person() || parent.is_person() {
        at.guard(Guard::Person, "the person has no attribution of their own");
    } else {
        at.about(parent);
    }
}

/// Whether the catalogue entry fits subject, behaviour, department and court document.
fn fits(at: &mut Here<'_>, entry: &Entry, asked: &Asked<'_>, parent: &Parent<'_>, incentive: bool) {
    let kind = match entry.subject {
        MeasureSubject::Both => true,
        MeasureSubject::LegalPerson => !parent.subject.is_person(),
        MeasureSubject::NaturalPerson => parent.subject.is_person(),
    };
    let connected = parent.behaviour.is_none_or(|own| {
        entry.behaviours.is_empty() || entry.behaviours.iter().any(|id| id == own)
    });
    let sort = entry.category.is_incentive() == parent.red && incentive == parent.red;
    let proportionate = kind && connected && sort;
    at.must(proportionate, Guard::Proportion, "it does not fit this subject or behaviour");
    if informs_only(entry) {
        at.guard(Guard::NoOrder, "it informs market bodies and is no order");
    } else if entry.executor == Executor::Referral && asked.executor != Executor::Referral {
        at.guard(Guard::NoOrder, "it is another organ's own procedure, and is referred to it");
    } else {
        let there = entry.implementers.iter().any(|own| own == asked.department)
            && entry.executor == asked.executor;
        at.must(there, Guard::Competent, "the department does not implement it");
    }
    let of_court = |document: &FactDocument| {
        document.kind == FactKind::Judgment
            && document.about == parent.subject
            && document.issuer.contains(COURT)
            && document.date <= at.today
            && digest_is_stated(&document.sha256)
            && short_text_is_stated(&document.number)
            && short_text_is_stated(&document.issuer)
    };
    let court = match asked.court {
        Some(document) => of_court(document),
        None => match entry.needs {
            MeasureNeeds::Court => false,
            // An article stands in its place for the behaviours that the catalogue names beside it.
            MeasureNeeds::CourtOrStatute => entry.statutory.iter().any(|own| {
                let for_this =
                    own.behaviours.iter().any(|id| Some(id.as_str()) == parent.behaviour);
                for_this && asked.basis.iter().any(|cited| cited.instrument == own.instrument)
            }),
            _ => true,
        },
    };
    at.must(court, Guard::Court, "no court document orders it");
    at.must(has_liaison(at, asked.department), Guard::Liaison, "the department has no liaison");
}

fn has_liaison(at: &Here<'_>, department: &str) -> bool {
    let own = at.rules.department(department);
    own.is_some_and(|own| own.officers.iter().any(|officer| officer.liaison))
}

fn informs_only(entry: &Entry) -> bool {
    entry.executor == Executor::InformationOnly || entry.needs == MeasureNeeds::Voluntary
}

/// What nobody in the county is given as an order.
fn is_no_order(entry: &Entry) -> bool {
    informs_only(entry) || entry.executor == Executor::Referral
}

/// What goes to a department, and what an officer orders there, is published, and an order.
fn an_order(own: &Measure, published: bool, at: &mut Here<'_>) {
    let entry = at.rules.measure(&own.measure);
    if entry.is_none() || !published {
        at.broken(INV_11, format!("{} is not published", own.measure));
    }
    if entry.is_some_and(is_no_order) {
        at.broken(INV_12, format!("{} is no order", own.measure));
    }
}

fn is_mandatory(own: &Measure, at: &Here<'_>) -> bool {
    let entry = at.rules.measure(&own.measure);
    entry.is_some_and(|entry| entry.strength == Strength::Mandatory)
}

fn before_order(own: &mut Measure, standing: Standing, published: bool, at: &mut Here<'_>) {
    match &at.event.event {
        Event::MeasureNoticeServed { reasons, remedies, document_sha256, service, .. } => {
            at.of_authority(own.by.authority);
            at.in_force(standing);
            at.stated(Guard::Notice, &[("reasons", reasons), ("remedies", remedies)]);
            at.service(Guard::Notice, service, own.initiated_on);
            let there = digest_is_stated(document_sha256);
            at.must(there, Guard::Notice, "there is no notice document");
            turn(own, at, Stage::Initiated, Stage::Noticed);
        }
        Event::MeasureDispatched { respond_by, .. } => {
            at.of_authority(own.by.authority);
            at.in_force(standing);
            an_order(own, published, at);
            at.must(has_liaison(at, &own.department), Guard::Liaison, "no liaison to receive it");
            let days = at
                .rules
                .department(&own.department)
                .map_or(at.pack().respond_wd, |found| found.respond_working_days);
            at.deadline("respond_by", *respond_by, at.today, days);
            match (own.stage, own.incentive) {
                (Stage::Initiated, false) => {
                    at.guard(Guard::Notice, "the subject was not told of the measure");
                }
                (Stage::Noticed, false) | (Stage::Initiated, true) => {}
                _ => at.broken(INV_2, "it was dispatched already"),
            }
            own.stage = Stage::Dispatched { respond_by: *respond_by };
            own.dispatched_by = own.dispatch_by.take();
        }
        Event::MeasureAccepted { .. } => {
            at.of_department(&own.department);
            at.in_force(standing);
            dispatched(own, at);
            own.stage = Stage::Accepted;
        }
        Event::MeasureDeclined { reasons, legal_ground, .. } => {
            at.of_department(&own.department);
            at.stated(Guard::Document, &[("reasons", reasons)]);
            dispatched(own, at);
            if is_mandatory(own, at) {
                at.basis(legal_ground.as_slice());
            }
            own.stage = Stage::Declined;
        }
        Event::ResponseOverdue { .. } => match own.stage {
            Stage::Dispatched { respond_by } => responds_late(at, standing, respond_by),
            _ => at.broken(INV_2, "it does not wait for a response"),
        },
        _ => {}
    }
}

fn dispatched(own: &Measure, at: &mut Here<'_>) {
    if !matches!(own.stage, Stage::Dispatched { .. }) {
        at.broken(INV_2, "it was not dispatched, or is answered");
    }
}

fn turn(own: &mut Measure, at: &mut Here<'_>, from: Stage, to: Stage) {
    if own.stage != from {
        at.broken(INV_2, "the steps of a measure come in their order");
    }
    own.stage = to;
}

/// A burden begins while everything it rests on has effect. An honour that was accepted keeps the catalogue
/// that favours its subject.
pub(crate) fn begins(own: &Measure, standing: Standing, published: bool, at: &mut Here<'_>) {
    if !own.incentive {
        an_order(own, published, at);
    }
    at.in_force(standing);
    let lasts = |entry: &Entry| own.until <= own.initiated_on.plus_months(entry.max_months);
    let lasts = own.incentive || at.rules.measure(&own.measure).is_none_or(lasts);
    at.must(lasts, Guard::End, "no catalogue in force lets it last so long");
}

fn ordered(
    own: &mut Measure,
    at: &mut Here<'_>,
    plugin: Option<&str>,
    granted: bool,
    retired: bool,
) {
    at.of_department(&own.department);
    if let Some(name) = plugin
        && !granted
    {
        at.guard(Guard::Competent, format!("{name} does not carry {} out", own.measure));
    }
    own.way.ordered(at, plugin);
    own.plugin = plugin.map(str::to_owned);
    own.tried = true;
    // What a retired plugin left behind is ordered anew.
    let from = if retired && own.ordered() { Stage::Executing } else { Stage::Accepted };
    turn(own, at, from, Stage::Executing);
}

/// What an officer's order leads to: by the plugin it names, or by an officer of the department.
fn carried(own: &mut Measure, standing: Standing, at: &mut Here<'_>, retired: bool) {
    // What relieves the subject waits for no plugin; what burdens it again, for one that runs.
    let hand = match &at.event.event {
        Event::SuspensionConfirmed { .. } | Event::MeasureLifted { .. } => true,
        Event::ResumptionConfirmed { .. } => own.failed || retired,
        _ => false,
    };
    match (&own.plugin, &at.event.actor) {
        _ if !own.acted() => {}
        (Some(name), Actor::Plugin { .. }) => by_plugin(at, name),
        (None, Actor::Officer(_)) => at.of_department(&own.department),
        (Some(_), Actor::Officer(_)) if hand => at.of_department(&own.department),
        (_, Actor::Officer(_) | Actor::Plugin { .. }) => {
            at.guard(Guard::Competent, "the order was not given to whoever answers");
        }
        _ => {}
    }
    if let (
        Event::MeasureExecuted { reference, .. } | Event::MeasureLifted { reference, .. },
        Actor::Officer(_),
    ) = (&at.event.event, &at.event.actor)
    {
        let given = short_text_is_stated(reference);
        at.must(given, Guard::Document, "the department's own reference is missing");
    }
    own.way.confirmed(at);
    own.failed =
        matches!(at.event.event, Event::ExecutionFailed { .. } | Event::DeliveryFailed { .. });
    match &at.event.event {
        Event::MeasureExecuted { .. } => {
            if own.stage != Stage::Executing {
                at.guard(Guard::Human, "no officer ordered it");
            } else if own.remote_suspended {
                at.broken(INV_4, "its suspension had been confirmed");
            }
            own.stage = Stage::Executed;
        }
        Event::ExecutionFailed { final_attempt, .. } => {
            if own.stage != Stage::Executing {
                at.broken(INV_10, "nothing was being executed");
            } else if *final_attempt {
                own.stage = Stage::Accepted;
            }
        }
        Event::SuspensionConfirmed { .. } => {
            // A plugin's answer may come when the suspension is over; an officer looks first.
            let late =
                standing == Standing::InForce && !matches!(at.event.actor, Actor::Officer(_));
            let suspended = standing == Standing::Suspended || late;
            if !own.acted() || !suspended || own.remote_suspended {
                at.broken(INV_10, "there was nothing to suspend");
            }
            own.remote_suspended = true;
        }
        Event::ResumptionConfirmed { .. } => {
            if !own.ordered() || !own.remote_suspended {
                at.broken(INV_10, "there was nothing to resume");
            }
            // A plugin's answer may be overtaken by the next suspension; an officer looks first.
            let by_hand = matches!(at.event.actor, Actor::Officer(_));
            if by_hand && standing == Standing::Suspended {
                at.guard(Guard::NoSuspension, "it is suspended");
            }
            own.remote_suspended = false;
        }
        Event::MeasureLifted { .. } => {
            if !own.acted() || standing != Standing::Ended {
                at.broken(INV_6, "nothing that was ordered has ended");
            }
            own.stage = Stage::Lifted;
            own.remote_suspended = false;
        }
        Event::DeliveryFailed { .. } if !own.acted() => {
            at.broken(INV_10, "there was nothing to deliver");
        }
        _ => {}
    }
}

/// A family is settled when every plugin that carries a measure of it has confirmed what followed
/// from the cause. What came later, or ends by a date that came later, is told of by itself.
fn settled(fold: &Fold, at: &mut Here<'_>, cause: Position, root: Target) {
    for id in fold.measures_under(root) {
        let Some(own) = fold.measures.get(&id).filter(|own| own.acted() && own.plugin.is_some())
        else {
            continue;
        };
        let day = match fold.last_change(id) {
            Some((position, _)) if position > cause => continue,
            Some((position, day)) if position == cause => day,
            _ => at.today,
        };
        let open = match fold.measure_standing(id, day) {
            Standing::Ended => true,
            Standing::Suspended => !own.remote_suspended,
            // What was given up is resumed by a new order alone.
            Standing::InForce => own.remote_suspended && own.ordered(),
            Standing::Pending => false,
        };
        if open {
            at.broken(INV_13, format!("{id} has not confirmed what followed"));
        }
    }
}

/// Measures that only a higher authority can take, and what is referred to another organ: forwarded,
/// answered, recalled. And what the credit office says of one that was declined.
pub(crate) fn check_beyond(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    event: &MeasureEvent,
) {
    let id = match event {
        MeasureEvent::Forwarded {
            listing,
            attribution,
            measure,
            department,
            to,
            basis,
            reasons,
            until,
            court_document,
            decision_number,
            document_sha256,
            service,
        } => {
            let asked = Asked {
                listing: *listing,
                attribution: *attribution,
                measure,
                department,
                basis,
                reasons,
                until: *until,
                court: court_document.as_ref(),
                number: decision_number,
                executor: match at.rules.measure(measure).map(|own| own.executor) {
                    Some(Executor::Referral) => Executor::Referral,
                    _ => Executor::Higher,
                },
            };
            let case = attribution.map_or(CaseRef::Listing(*listing), CaseRef::Attribution);
            let since = fold.mark(case, at.today).map_or(service.on, |own| own.0.since);
            at.service(Guard::Served, service, since);
            at.document(to, document_sha256);
            let red = fold.red(*listing).is_some();
            commit.forward(at.at(), service.on, !red);
            opened(fold, at, &asked, red, Stage::Forwarded);
            if let Some(own) = fold.measures.get_mut(&MeasureId(at.at())) {
                own.sent_on = Some(service.on);
            }
            return;
        }
        MeasureEvent::ForwardAnswered { measure, .. }
        | MeasureEvent::ForwardRecalled { measure, .. }
        | MeasureEvent::CourtLimitExempted { measure, .. }
        | MeasureEvent::Closed { measure, .. }
        | MeasureEvent::LiftRequired { measure, .. }
        | MeasureEvent::LiftOverdue { measure }
        | MeasureEvent::ForwardTellingRequired { measure, .. }
        | MeasureEvent::ForwardTold { measure, .. }
        | MeasureEvent::ForwardTellingOverdue { measure }
        | MeasureEvent::ForwardTellingMoot { measure } => *measure,
        MeasureEvent::ForwardNoticed { .. } => {
            forwarded::noticed(fold, commit, at, event);
            return;
        }
        MeasureEvent::DeclineEscalated { measure }
        | MeasureEvent::DeclineAnswered { measure, .. } => {
            declined(fold, commit, at, *measure, event);
            return;
        }
    };
    let standing = fold.measure_standing(id, at.today);
    let by_date = lift::ends_by_date(fold, id);
    let Some(own) = fold.measures.get_mut(&id) else {
        at.missing(id);
        return;
    };
    at.about(own.subject);
    if let MeasureEvent::Closed { .. }
    | MeasureEvent::LiftRequired { .. }
    | MeasureEvent::LiftOverdue { .. } = event
    {
        if standing != Standing::Ended {
            at.broken(INV_6, "what it rests on has not ended");
        }
        lift::ended(own, &by_date, at, event);
        return;
    }
    if forwarded::told(own, standing, at, event) {
        return;
    }
    at.of_authority(own.by.authority);
    if !matches!(own.stage, Stage::Forwarded | Stage::Recalled) {
        at.broken(INV_2, "the measure was not forwarded");
    }
    match event {
        MeasureEvent::ForwardAnswered { answer, document_sha256, answered_on, .. } => {
            at.stated(Guard::Document, &[("answer", answer)]);
            let there = digest_is_stated(document_sha256) && *answered_on <= at.today;
            at.must(there, Guard::Document, "no reply, or one of the future");
            let later = own.sent_on.is_none_or(|sent| *answered_on >= sent);
            at.must(later, Guard::Document, "the reply is older than the letter");
        }
        MeasureEvent::ForwardRecalled { document_sha256, service, .. } => {
            let sent = own.sent_on.unwrap_or(own.initiated_on);
            let since = own.lift_by.map_or(sent, |by| by.from.max(sent));
            at.service(Guard::Served, service, since);
            at.must(digest_is_stated(document_sha256), Guard::Document, "there is no recall");
            if standing != Standing::Ended {
                at.broken(INV_6, "nothing has ended");
            }
            (own.stage, own.telling) = (Stage::Recalled, None);
        }
        MeasureEvent::CourtLimitExempted { document, .. } => {
            at.of_court(document, own.subject);
            if standing == Standing::Ended {
                at.broken(INV_1, "the limit has ended");
            }
        }
        _ => {}
    }
}

/// The credit office is told of a mandatory measure that was declined, and somebody else there than
/// who declined it answers; the case stays declined.
fn declined(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    id: MeasureId,
    event: &MeasureEvent,
) {
    if let MeasureEvent::DeclineAnswered { reasons, .. } = event {
        by_office(fold, at);
        at.stated(Guard::Document, &[("reasons", reasons)]);
    }
    let Some(own) = fold.measures.get_mut(&id) else {
        at.missing(id);
        return;
    };
    at.about(own.subject);
    let by = at.officer().map(|(.., by)| by.clone());
    match event {
        MeasureEvent::DeclineEscalated { .. } => {
            if !commit.escalates(id) {
                at.broken(INV_10, "no mandatory measure was declined in this commit");
            }
            own.escalated = by;
        }
        _ => match own.escalated.take() {
            Some(_) if own.stage != Stage::Declined => {
                at.broken(INV_10, "it is not declined any more");
            }
            Some(declined) => {
                at.must(by != Some(declined), Guard::FourEyes, "who declined it answers");
            }
            None => at.broken(INV_10, "the credit office was asked nothing"),
        },
    }
}
