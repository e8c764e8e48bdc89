//! Repair (domain.md 2.5), and the revocation of one that was obtained by fraud.

use shouxin_core::actor::{Actor, OfficerRef, SubjectKey};
use shouxin_core::calendar::Deadline;
use shouxin_core::event::calendar::Clock;
use shouxin_core::event::remedy::RemedyEvent;
use shouxin_core::event::{CaseRef, Event, RepairAcceptance, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{ListingId, RecordId, RepairId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::text::{Digest, Sealed, digest_is_stated};
use shouxin_core::time::Day;

use crate::case;
use crate::commit::Commit;
use crate::fold::{
    Channel, Fold, Kind, Over, RecordStage, Repair, RepairStage, Revocation, Standing,
};
use crate::here::Here;
use crate::names::{DEADLINE, INV_1, INV_2, INV_4, INV_6, INV_10, INV_13};
use crate::record;

pub(crate) fn check(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>) {
    let id = match &at.event.event {
        Event::RepairApplied { .. } => {
            applied(fold, at);
            return;
        }
        Event::RepairAcceptDecided { repair, .. }
        | Event::RepairApproved { repair, .. }
        | Event::RepairRefused { repair, .. }
        | Event::RepairDone { repair } => *repair,
        _ => return,
    };
    let Some(own) = fold.repairs.get(&id) else {
        at.missing(id);
        return;
    };
    at.about(own.subject);
    let of = own.of;
    let Some(authority) = authority(fold, of) else {
        at.missing(id);
        return;
    };
    let by = match &own.stage {
        RepairStage::Accepted { by } => Some(by.clone()),
        _ => None,
    };
    match &at.event.event {
        Event::RepairAcceptDecided { outcome, .. } => {
            at.of_authority(authority);
            if !matches!(own.stage, RepairStage::Applied) {
                at.broken(INV_2, "the application was looked at already");
            }
            let stage = match outcome {
                RepairAcceptance::Accepted => RepairStage::Accepted { by: at.by(authority) },
                RepairAcceptance::Returned(reasons) => {
                    at.stated(Guard::Document, &[("reasons", reasons)]);
                    RepairStage::Returned
                }
                RepairAcceptance::NotAccepted(reasons) => {
                    at.stated(Guard::Document, &[("reasons", reasons)]);
                    RepairStage::NotAccepted
                }
            };
            let outcome = matches!(stage, RepairStage::NotAccepted);
            turn(fold, at, id, stage, outcome.then(|| at.by(authority)));
        }
        Event::RepairApproved { document_number, document_sha256, reasons, service, .. } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            at.document(document_number, document_sha256);
            at.service(Guard::Served, service);
            decided_by(at, by.as_ref());
            if let Target::Record(record) = of {
                alone(fold, at, record);
            }
            let shown = fold.shown(of).then_some(at.at());
            let through = shown.or(fold.told_of(of).map(|own| own.1));
            if let Some(own) = fold.repairs.get_mut(&id) {
                own.through = through;
            }
            turn(fold, at, id, RepairStage::Propagating, Some(at.by(authority)));
            commit.repair(at.at(), id, of);
        }
        Event::RepairRefused { reasons, service, .. } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            at.service(Guard::Served, service);
            decided_by(at, by.as_ref());
            turn(fold, at, id, RepairStage::Refused, Some(at.by(authority)));
        }
        Event::RepairDone { .. } => {
            if !matches!(own.stage, RepairStage::Propagating) {
                at.broken(INV_2, "it was not approved");
            }
            // No order rests on a record alone.
            reached(fold, at, own.through, of, matches!(of, Target::Listing(_)));
            turn(fold, at, id, RepairStage::Done, None);
        }
        _ => {}
    }
}

/// INV-13: every open channel has confirmed what changed, and every order is lifted.
pub(crate) fn reached(
    fold: &Fold,
    at: &mut Here<'_>,
    through: Option<shouxin_core::id::Position>,
    target: Target,
    ended: bool,
) {
    let first = fold.told_of(target).map(|own| own.0);
    // One that is configured no more still shows what it got before.
    let got = |own: &Channel| match own.closing {
        Some(closing) => first.is_some_and(|first| first < closing),
        None => true,
    };
    let behind = |own: &Channel| through.is_some_and(|at| own.confirmed < at) && got(own);
    if let Some((channel, own)) = fold.channels.iter().find(|own| behind(own.1)) {
        at.broken(INV_13, format!("{channel} has confirmed up to {} only", own.confirmed));
    }
    let left = fold
        .measures_under(target)
        .into_iter()
        .find(|id| fold.measures.get(id).is_some_and(crate::fold::Measure::unlifted));
    if let Some(left) = left.filter(|_| ended) {
        at.broken(INV_13, format!("{left} is not lifted"));
    }
}

/// Who decides on a repair: who listed, or who collected the record.
fn authority(fold: &Fold, of: Target) -> Option<Uscc> {
    match of {
        Target::Listing(id) => fold.case(CaseRef::Listing(id)).map(|case| case.proposer.authority),
        Target::Record(id) => fold.records.get(&id).map(|own| own.provider),
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => None,
    }
}

/// The last day of what was repaired.
fn last_day(fold: &Fold, of: Target) -> Option<Day> {
    match of {
        Target::Listing(id) => {
            let own = fold.case(CaseRef::Listing(id)).and_then(|own| own.end());
            own.into_iter().chain(fold.ground_until(id)).min()
        }
        Target::Record(id) => fold.records.get(&id).and_then(|own| own.until),
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => None,
    }
}

fn records_of(fold: &Fold, of: Target) -> Vec<RecordId> {
    let Target::Listing(listing) = of else {
        return Vec::new();
    };
    match fold.listings.get(&listing).map(|own| &own.kind) {
        Some(Kind::Black { records, .. }) => records.clone(),
        _ => Vec::new(),
    }
}

/// The head, beside whoever accepted the application.
fn decided_by(at: &mut Here<'_>, accepted: Option<&OfficerRef>) {
    match accepted {
        Some(by) => at.head_beside(by),
        None => at.broken(INV_2, "the application was not accepted"),
    }
}

fn turn(
    fold: &mut Fold,
    at: &Here<'_>,
    id: RepairId,
    stage: RepairStage,
    outcome: Option<OfficerRef>,
) {
    if let Some(own) = fold.repairs.get_mut(&id) {
        own.stage = stage;
        if let Some(by) = outcome {
            own.outcome = Some((at.today, by));
        }
    }
}

fn applied(fold: &mut Fold, at: &mut Here<'_>) {
    let Event::RepairApplied {
        listing,
        proof_sha256,
        commitment_sha256,
        statement,
        accept_by,
        decide_by,
    } = &at.event.event
    else {
        return;
    };
    let standing = fold.listing_standing(*listing, at.today);
    let Some((subject, behaviour, case)) = black(fold, *listing) else {
        at.missing(listing);
        return;
    };
    at.about(subject);
    at.own_matter(subject);
    if !matches!(standing, Standing::InForce | Standing::Suspended) {
        at.broken(INV_10, "there is nothing in force to repair");
    }
    let rule = at.rules.behaviour(behaviour).and_then(|own| own.repair.as_ref());
    match rule.filter(|rule| rule.barred_by.is_none()) {
        None => at.guard(Guard::RepairRule, "the behaviour cannot be repaired"),
        Some(rule) => {
            let earliest = case.starts_on.map(|on| on.plus_months(rule.min_months));
            let passed = earliest.is_some_and(|day| at.today >= day);
            let barred = fold.listings.get(listing).and_then(|own| own.again_from);
            let free = barred.is_none_or(|day| at.today >= day);
            at.must(passed, Guard::RepairPeriod, "the shortest period has not passed");
            at.must(free, Guard::RepairPeriod, "a revoked repair is barred until a later day");
        }
    }
    let papers = Papers { proof_sha256, commitment_sha256, statement };
    open(fold, at, (subject, Target::Listing(*listing)), &papers, (*accept_by, *decide_by));
}

/// What comes with an application.
struct Papers<'e> {
    proof_sha256: &'e [Digest],
    commitment_sha256: &'e Digest,
    statement: &'e Sealed,
}

fn open(
    fold: &mut Fold,
    at: &mut Here<'_>,
    (subject, of): (SubjectKey, Target),
    papers: &Papers<'_>,
    (accept_by, decide_by): (Deadline, Deadline),
) {
    let proven = !papers.proof_sha256.is_empty()
        && papers.proof_sha256.iter().all(digest_is_stated)
        && digest_is_stated(papers.commitment_sha256);
    at.must(proven, Guard::RepairProof, "no proof of performance, or no commitment letter");
    at.stated(Guard::Document, &[("statement", papers.statement)]);
    at.deadline("accept_by", accept_by, at.today, at.pack().repair_accept_wd);
    at.deadline("decide_by", decide_by, at.today, at.pack().repair_decide_wd);
    let repair = Repair {
        subject,
        of,
        accept_by: accept_by.day,
        decide_by: decide_by.day,
        extended: false,
        review_by: None,
        standstill: None,
        stage: RepairStage::Applied,
        outcome: None,
        through: None,
        reviewed: false,
    };
    fold.repairs.insert(RepairId(at.at()), repair);
}

/// A record is repaired by itself once its shortest publicity has passed, and while no listing
/// rests on it.
pub(crate) fn record_applied(fold: &mut Fold, at: &mut Here<'_>, event: &RemedyEvent) {
    let RemedyEvent::RecordRepairApplied {
        record,
        proof_sha256,
        commitment_sha256,
        statement,
        accept_by,
        decide_by,
    } = event
    else {
        return;
    };
    let Some(own) = fold.records.get(record) else {
        at.missing(record);
        return;
    };
    let subject = own.subject;
    at.about(subject);
    at.own_matter(subject);
    let live = own.stage == RecordStage::Live && own.until.is_none_or(|until| at.today <= until);
    if !live {
        at.broken(INV_10, "the record is over: there is nothing to repair");
    }
    match record::months(at, own.severity) {
        None => at.broken(INV_10, "no adverse record: there is nothing to repair"),
        Some((shortest, _)) => {
            let passed = at.today >= own.counted_from.plus_months(shortest);
            let free = own.again_from.is_none_or(|day| at.today >= day);
            at.must(passed, Guard::RepairPeriod, "the shortest period has not passed");
            at.must(free, Guard::RepairPeriod, "a revoked repair is barred until a later day");
        }
    }
    alone(fold, at, *record);
    let papers = Papers { proof_sha256, commitment_sha256, statement };
    open(fold, at, (subject, Target::Record(*record)), &papers, (*accept_by, *decide_by));
}

/// A record on which a listing rests is repaired with it.
fn alone(fold: &Fold, at: &mut Here<'_>, id: RecordId) {
    let above = fold.records.get(&id).and_then(|own| {
        own.listings.iter().find(|id| {
            let served =
                fold.case(CaseRef::Listing(**id)).is_some_and(|own| own.starts_on.is_some());
            served && fold.listing_standing(**id, at.today) != Standing::Ended
        })
    });
    if let Some(listing) = above {
        at.broken(INV_6, format!("{listing} rests on {id}, and stands"));
    }
}

/// More time for the decision: once, while its day has not passed, and the party was told.
pub(crate) fn extended(fold: &mut Fold, at: &mut Here<'_>, event: &RemedyEvent) {
    let RemedyEvent::RepairExtended { repair, reasons, document_sha256, service, decide_by } =
        event
    else {
        return;
    };
    let Some((subject, of)) = fold.repairs.get(repair).map(|own| (own.subject, own.of)) else {
        at.missing(repair);
        return;
    };
    at.about(subject);
    if let Some(authority) = authority(fold, of) {
        at.of_authority(authority);
    }
    at.stated(Guard::Notice, &[("reasons", reasons)]);
    at.service(Guard::Notice, service);
    at.must(digest_is_stated(document_sha256), Guard::Notice, "there is no notice document");
    let Some(own) = fold.repairs.get_mut(repair) else {
        return;
    };
    if own.extended || !matches!(own.stage, RepairStage::Accepted { .. }) {
        at.broken(INV_2, "there is no decision to wait for, or its time was extended once");
    } else if at.today > own.decide_by {
        at.broken(DEADLINE, format!("its time ended on {}", own.decide_by));
    } else {
        at.deadline("decide_by", *decide_by, own.decide_by, at.pack().repair_extend_wd);
    }
    own.extended = true;
    own.decide_by = decide_by.day;
}

/// The bar after a revocation: as long as the rules say, and never longer than what was repaired.
pub(crate) fn barred(fold: &mut Fold, at: &mut Here<'_>, id: RepairId, again_from: Day) {
    let Some(own) = fold.repairs.get(&id) else {
        at.missing(id);
        return;
    };
    at.about(own.subject);
    let of = own.of;
    if !matches!(own.stage, RepairStage::Revoked { .. }) {
        at.broken(INV_2, "no served decision revoked the repair");
    }
    let end = last_day(fold, of);
    let whole = at.today.plus_months(at.pack().repair_bar_months);
    match end {
        Some(end) if again_from > end => {
            at.guard(
                Guard::End,
                format!("it bars until {again_from}, what was repaired ends on {end}"),
            );
        }
        _ if again_from != end.map_or(whole, |end| whole.min(end)) => {
            at.broken(DEADLINE, format!("it bars until {again_from}"));
        }
        _ => {}
    }
    match of {
        Target::Listing(id) => {
            if let Some(own) = fold.listings.get_mut(&id) {
                own.again_from = Some(again_from);
            }
        }
        Target::Record(id) => {
            if let Some(own) = fold.records.get_mut(&id) {
                own.again_from = Some(again_from);
            }
        }
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => {}
    }
}

fn black(
    fold: &Fold,
    id: ListingId,
) -> Option<(shouxin_core::actor::SubjectKey, &str, &crate::fold::Case)> {
    let own = fold.listings.get(&id)?;
    match &own.kind {
        Kind::Black { behaviour, case, .. } => Some((own.subject, behaviour, case)),
        Kind::Red(_) => None,
    }
}

/// A statement in a revocation: from the party or with its document, in time, in points.
pub(crate) fn stated_on(
    at: &mut Here<'_>,
    revocation: Option<&mut Revocation>,
    points: &[Sealed],
    received_on: Day,
    document: Option<&Digest>,
) {
    let Some(own) = revocation else {
        at.guard(Guard::Notice, "no notice of the revocation was served");
        return;
    };
    case::brought(at, own.by.authority, document);
    let late = matches!(at.event.actor, Actor::Subject(_)) && at.today > own.window;
    let within = received_on <= own.window.min(at.today) && !late;
    at.must(within && !points.is_empty(), Guard::Heard, "out of its time, or without a point");
    points.iter().for_each(|point| at.stated(Guard::Heard, &[("points", point)]));
    own.points = Some(own.points.unwrap_or(0) + points.len());
}

/// The head decides a revocation after the party was heard, and answers each point.
pub(crate) fn answered(at: &mut Here<'_>, revocation: Option<&Revocation>, answers: &[Sealed]) {
    let Some(own) = revocation else {
        at.guard(Guard::Notice, "no notice of the revocation was served");
        return;
    };
    at.head_beside(&own.by);
    let silent = own.points.is_none() && at.today > own.window;
    let heard = own.points.is_some() || silent;
    at.must(heard, Guard::Heard, "the period for a statement is not over");
    if heard && own.points.unwrap_or(0) != answers.len() {
        at.guard(Guard::Heard, "not every point was answered");
    }
    answers.iter().for_each(|answer| at.stated(Guard::Heard, &[("answers", answer)]));
}

/// The revocation of a repair: notice, hearing, the head's served decision, a fixed start.
pub(crate) fn revocation(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    event: &RemedyEvent,
) {
    let (RemedyEvent::RepairRevocationNoticed { repair: id, .. }
    | RemedyEvent::RepairRevocationStated { repair: id, .. }
    | RemedyEvent::RepairRevocationDropped { repair: id, .. }
    | RemedyEvent::RepairRevoked { repair: id, .. }
    | RemedyEvent::RepairRevocationLapsed { repair: id }
    | RemedyEvent::RepairedRestored { repair: id, .. }
    | RemedyEvent::RecordRestored { repair: id, .. }) = event
    else {
        return;
    };
    let Some((subject, of)) = fold.repairs.get(id).map(|own| (own.subject, own.of)) else {
        at.missing(id);
        return;
    };
    at.about(subject);
    let end = last_day(fold, of);
    let authority = authority(fold, of);
    let grounds = records_of(fold, of);
    let removed = match of {
        Target::Listing(listing) => {
            let by = fold.case(CaseRef::Listing(listing)).and_then(|own| own.over);
            // What it rests on stands, or was ended by this very repair.
            let stands = records_of(fold, of).into_iter().all(|record| {
                fold.records.get(&record).is_some_and(|own| {
                    let with = own.stage == RecordStage::Over
                        && own.repaired.map(|own| own.0) == Some(*id);
                    own.stage == RecordStage::Live || with
                })
            });
            by == Some(Over::Removed(*id)) && stands
        }
        Target::Record(record) => fold.records.get(&record).is_some_and(|own| {
            own.stage == RecordStage::Over && own.repaired.map(|own| own.0) == Some(*id)
        }),
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => false,
    };
    let voided = commit.voids(fold, of);
    let held = fold.holds_mut(of).is_some_and(|(holds, _)| !holds.is_empty());
    // The records of a listing come back with it: what holds the listing is said of it alone.
    let restores = match event {
        RemedyEvent::RepairedRestored { .. } => true,
        RemedyEvent::RecordRestored { .. } => matches!(of, Target::Record(_)),
        _ => false,
    };
    if held && restores {
        at.broken(INV_4, "what is disputed or stayed is brought back");
    }
    let Some(own) = fold.repairs.get_mut(id) else {
        return;
    };
    match (event, &mut own.stage) {
        (
            RemedyEvent::RepairRevocationNoticed {
                reasons, document_sha256, service, window, ..
            },
            stage,
        ) => {
            if let Some(authority) = authority {
                at.of_authority(authority);
            }
            if !matches!(stage, RepairStage::Done) || !removed {
                at.broken(INV_2, "there is no finished repair to revoke");
            }
            at.stated(Guard::Notice, &[("reasons", reasons)]);
            at.service(Guard::Notice, service);
            let there = digest_is_stated(document_sha256);
            at.must(there, Guard::Notice, "there is no notice document");
            at.deadline("the window", *window, at.today, at.pack().statement_window_wd);
            if let Some(authority) = authority {
                let by = at.by(authority);
                *stage = RepairStage::Revoking(Revocation { by, window: window.day, points: None });
            }
        }
        (
            RemedyEvent::RepairRevocationStated { points, received_on, document_sha256, .. },
            stage,
        ) => {
            at.own_matter(subject);
            let document = document_sha256.as_ref();
            stated_on(at, under_way_mut(stage), points, *received_on, document);
        }
        (RemedyEvent::RepairRevocationDropped { reasons, .. }, stage) => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            match under_way_mut(stage) {
                Some(revocation) => {
                    let by = revocation.by.clone();
                    at.head_beside(&by);
                }
                None => at.guard(Guard::Notice, "no revocation is under way"),
            }
            *stage = RepairStage::Done;
        }
        (
            RemedyEvent::RepairRevoked {
                document_number,
                document_sha256,
                reasons,
                answers,
                service,
                starts_on,
                ..
            },
            stage,
        ) => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            at.document(document_number, document_sha256);
            at.service(Guard::Served, service);
            answered(at, under_way_mut(stage).as_deref(), answers);
            at.must(service.on >= at.today, Guard::Served, "served before it was decided");
            let standstill = at.rules.calendar.after(service.on, at.pack().standstill_wd);
            if standstill.provisional {
                commit.beyond(at.at(), Clock::Restart(*id), standstill);
            }
            at.must(*starts_on > standstill.day, Guard::Served, "it starts within the standstill");
            at.must(
                end.is_some_and(|end| *starts_on <= end),
                Guard::End,
                "it starts after its end",
            );
            *stage = RepairStage::Revoked { starts_on: *starts_on };
        }
        (RemedyEvent::RepairRevocationLapsed { .. }, stage) => {
            // What is void meanwhile has nothing to come back.
            if removed && !voided {
                at.after(end, "what was repaired");
            }
            let by_officer = at.officer().is_some();
            at.must(voided || !by_officer, Guard::Human, "no outcome voids the revocation");
            *stage = RepairStage::Done;
        }
        (RemedyEvent::RepairedRestored { published, .. }, stage) => {
            let starts_on = match stage {
                RepairStage::Revoked { starts_on } => Some(*starts_on),
                _ => None,
            };
            *stage = RepairStage::Restored;
            let Target::Listing(listing) = of else {
                at.missing(id);
                return;
            };
            fixed(at, starts_on);
            if !removed {
                at.broken(INV_6, "what it rests on is void, or another outcome ended it");
            }
            restored(fold, commit, at, listing, starts_on, *published);
        }
        // What a repair had ended with its listing comes back with it.
        (RemedyEvent::RecordRestored { record, published, .. }, _)
            if matches!(of, Target::Listing(listing) if commit.restores(listing))
                && grounds.contains(record) =>
        {
            record::restored(fold, at, *record, *id, *published);
        }
        (RemedyEvent::RecordRestored { record, published, .. }, stage) => {
            let starts_on = match stage {
                RepairStage::Revoked { starts_on } => Some(*starts_on),
                _ => None,
            };
            *stage = RepairStage::Restored;
            if of != Target::Record(*record) {
                at.missing(record);
            }
            fixed(at, starts_on);
            at.must(end.is_some_and(|end| at.today <= end), Guard::End, "its time is over");
            record::restored(fold, at, *record, *id, *published);
        }
        _ => {}
    }
}

fn under_way_mut(stage: &mut RepairStage) -> Option<&mut Revocation> {
    match stage {
        RepairStage::Revoking(own) => Some(own),
        _ => None,
    }
}

/// What was repaired has effect again only on the day that a served revocation fixed, or later.
fn fixed(at: &mut Here<'_>, starts_on: Option<Day>) {
    match starts_on {
        None => at.broken(INV_1, "no served decision revoked the repair"),
        Some(day) if at.today < day => {
            at.broken(INV_2, format!("the served revocation fixes {day}"));
        }
        Some(_) => {}
    }
}

/// What remained of the listing has effect again on the day that the served revocation fixed.
fn restored(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    listing: ListingId,
    starts_on: Option<Day>,
    published: bool,
) {
    let Some(own) = fold.case_mut(CaseRef::Listing(listing)) else {
        at.missing(listing);
        return;
    };
    let past = own.end().is_none_or(|end| at.today > end);
    at.must(!past, Guard::End, "its time is over");
    own.over = None;
    own.effect = true;
    own.since = starts_on.or(own.since);
    let subject = own.subject;
    let ended = fold.listings.get(&listing).is_some_and(|own| own.display_ended);
    let open = !published || (!subject.is_personal() && !ended);
    at.must(open, Guard::Open, "a person's listing, or one found not to be shown, is published");
    if let Some(own) = fold.listings.get_mut(&listing) {
        own.published = published;
        if published {
            fold.tell(Target::Listing(listing), at.at());
        }
    }
    if let Some(file) = fold.files.get_mut(&subject) {
        file.cases.insert(CaseRef::Listing(listing));
    }
    commit.restore(listing);
    commit.touch_under(fold, at.at(), Target::Listing(listing));
}
