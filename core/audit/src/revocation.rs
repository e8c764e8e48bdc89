//! The revocation of a repair that was obtained by fraud (domain.md 2.5): notice, hearing, the head's
//! served decision, a start fixed in it.

use shouxin_core::actor::{Actor, OfficerRef};
use shouxin_core::calendar::Deadline;
use shouxin_core::event::calendar::Clock;
use shouxin_core::event::remedy::RemedyEvent;
use shouxin_core::event::{CaseRef, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{AttributionId, CommitmentId, ListingId, RepairId};
use shouxin_core::text::{Digest, Sealed, Service, digest_is_stated};
use shouxin_core::time::Day;

use crate::case;
use crate::commit::Commit;
use crate::commitment::Stage;
use crate::fold::{Fold, Over, RecordStage, RepairStage, Revocation, Standing};
use crate::here::Here;
use crate::names::{DEADLINE, INV_1, INV_2, INV_4, INV_6};
use crate::record;
use crate::repair::{last_day, opened_on, records_of};

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
    let opened_on = opened_on(fold, of).unwrap_or(at.today);
    let months = at.least(opened_on, |pack| pack.repair_bar_months);
    let whole = at.today.plus_months(months);
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
        Target::Commitment(id) => {
            if let Some(own) = fold.commitments.get_mut(&id) {
                own.again_from = Some(again_from);
            }
        }
        Target::Attribution(id) => {
            if let Some(own) = fold.attributions.get_mut(&id) {
                own.again_from = Some(again_from);
            }
        }
        Target::Measure(_) => {}
    }
}

/// The party is told why, by a document, after that of which it is told, and has its time to speak.
pub(crate) fn noticed(
    at: &mut Here<'_>,
    (reasons, document, service): (&Sealed, &Digest, &Service),
    since: Option<Day>,
    (window, window_wd): (Deadline, u16),
    by: OfficerRef,
) -> Revocation {
    at.stated(Guard::Notice, &[("reasons", reasons)]);
    at.service(Guard::Notice, service, since.unwrap_or(service.on));
    at.must(digest_is_stated(document), Guard::Notice, "there is no notice document");
    at.deadline("the window", window, at.today, window_wd);
    Revocation { by, told_on: service.on, window, points: None }
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
    let late = matches!(at.event.actor, Actor::Subject(_)) && at.today > own.window.day;
    let period = own.told_on..=own.window.day.min(at.today);
    let within = period.contains(&received_on) && !late;
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
    let silent = own.points.is_none() && at.today > own.window.day;
    let heard = own.points.is_some() || silent;
    at.must(heard, Guard::Heard, "the period for a statement is not over");
    if heard && own.points.unwrap_or(0) != answers.len() {
        at.guard(Guard::Heard, "not every point was answered");
    }
    answers.iter().for_each(|answer| at.stated(Guard::Heard, &[("answers", answer)]));
}

/// The revocation of a repair: notice, hearing, the head's served decision, a fixed start.
pub(crate) fn check(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>, event: &RemedyEvent) {
    let (RemedyEvent::RepairRevocationNoticed { repair: id, .. }
    | RemedyEvent::RepairRevocationStated { repair: id, .. }
    | RemedyEvent::RepairRevocationDropped { repair: id, .. }
    | RemedyEvent::RepairRevoked { repair: id, .. }
    | RemedyEvent::RepairRevocationLapsed { repair: id }
    | RemedyEvent::RepairedRestored { repair: id, .. }
    | RemedyEvent::RecordRestored { repair: id, .. }
    | RemedyEvent::BreachRestored { repair: id, .. }
    | RemedyEvent::AttributionRestored { repair: id, .. }) = event
    else {
        return;
    };
    let found = fold.repairs.get(id).map(|own| (own.subject, own.of, own.authority));
    let Some((subject, of, authority)) = found else {
        at.missing(id);
        return;
    };
    at.about(subject);
    let end = last_day(fold, of);
    let opened_on = opened_on(fold, of).unwrap_or(at.today);
    let grounds = records_of(fold, of);
    // What it rests on stands, or was ended by this very repair.
    let stands = grounds.iter().all(|record| {
        fold.records.get(record).is_some_and(|own| {
            let with = own.stage == RecordStage::Over && own.repaired.map(|own| own.0) == Some(*id);
            own.stage == RecordStage::Live || with
        })
    });
    let removed = match of {
        Target::Listing(listing) => {
            let by = fold.case(CaseRef::Listing(listing)).and_then(|own| own.over);
            let carried = fold.extended_standing(listing) != Standing::Ended;
            by == Some(Over::Removed(*id)) && stands && carried
        }
        Target::Record(record) => fold.records.get(&record).is_some_and(|own| {
            own.stage == RecordStage::Over && own.repaired.map(|own| own.0) == Some(*id)
        }),
        Target::Commitment(commitment) => {
            let own = fold.commitments.get(&commitment);
            own.and_then(crate::commitment::Commitment::repaired_by) == Some(*id)
        }
        // Under a listing that is over nobody answers any more.
        Target::Attribution(person) => fold.attributions.get(&person).is_some_and(|own| {
            own.case.over == Some(Over::Removed(*id))
                && stands
                && fold.listing_standing(own.listing, at.today) != Standing::Ended
        }),
        Target::Measure(_) => false,
    };
    // Void meanwhile, or repaired by another repair: nothing of it comes back.
    let voided = commit.voids(fold, of) || commit.outdoes(fold, *id, of);
    let held = fold.holds_mut(of).is_some_and(|(holds, _)| !holds.is_empty());
    // The records of a listing come back with it: what holds the listing is said of it alone.
    let restores = match event {
        RemedyEvent::RepairedRestored { .. }
        | RemedyEvent::BreachRestored { .. }
        | RemedyEvent::AttributionRestored { .. } => true,
        RemedyEvent::RecordRestored { .. } => matches!(of, Target::Record(_)),
        _ => false,
    };
    if held && restores {
        at.broken(INV_4, "what is disputed or stayed is brought back");
    }
    if let RemedyEvent::RepairRevoked { .. } = event {
        at.capacity(fold, subject);
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
            at.of_authority(authority);
            at.not_the_head();
            if !matches!(stage, RepairStage::Done) || !removed {
                at.broken(INV_2, "there is no finished repair to revoke");
            }
            let window_wd = at.most(opened_on, |pack| pack.statement_window_wd);
            let by = at.by(authority);
            let what = (reasons, document_sha256, service);
            let since = own.outcome.as_ref().map(|own| own.0);
            *stage = RepairStage::Revoking(noticed(at, what, since, (*window, window_wd), by));
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
                Some(revocation) => at.head_of(revocation.by.authority),
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
            at.service(Guard::Served, service, at.today);
            answered(at, under_way_mut(stage).as_deref(), answers);
            if !removed {
                at.broken(INV_6, "what it rests on is void, or another outcome ended it");
            }
            let standstill_wd = at.most(opened_on, |pack| pack.standstill_wd);
            let standstill = at.rules.calendar.after(service.on, standstill_wd);
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
        // What a repair had ended with what it was about comes back with it.
        (RemedyEvent::RecordRestored { record, published, .. }, _)
            if commit.restores(of) && grounds.contains(record) =>
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
        (RemedyEvent::BreachRestored { .. } | RemedyEvent::AttributionRestored { .. }, stage) => {
            let starts_on = match stage {
                RepairStage::Revoked { starts_on } => Some(*starts_on),
                _ => None,
            };
            *stage = RepairStage::Restored;
            fixed(at, starts_on);
            if !removed {
                at.broken(INV_6, "what it rests on is void, or another outcome ended it");
            }
            at.must(end.is_some_and(|end| at.today <= end), Guard::End, "its time is over");
            match event {
                RemedyEvent::BreachRestored { commitment, published, .. }
                    if of == Target::Commitment(*commitment) =>
                {
                    found_again(fold, at, *commitment, *published);
                }
                RemedyEvent::AttributionRestored { attribution, .. }
                    if of == Target::Attribution(*attribution) =>
                {
                    answers_again(fold, commit, at, *attribution, starts_on);
                }
                _ => at.missing("what the repair is about"),
            }
        }
        _ => {}
    }
}

/// A repaired finding of breach stands again, shown as widely as the commitment may be.
fn found_again(fold: &mut Fold, at: &mut Here<'_>, id: CommitmentId, published: bool) {
    let Some(own) = fold.commitments.get_mut(&id) else {
        at.missing(id);
        return;
    };
    let open = own.published && !own.subject.is_personal();
    at.must(open || !published, Guard::Open, "it is shown, and the commitment is not public");
    if let Stage::Repaired { finding, .. } = &own.stage {
        own.stage = Stage::Broken(finding.clone());
    }
    if open {
        fold.tell(Target::Commitment(id), at.at());
    }
}

/// A person answers again for what remained, under the listing that still stands.
fn answers_again(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    id: AttributionId,
    starts_on: Option<Day>,
) {
    let case = CaseRef::Attribution(id);
    let Some(own) = fold.case_mut(case) else {
        at.missing(id);
        return;
    };
    own.over = None;
    own.effect = true;
    own.since = starts_on.or(own.since);
    let subject = own.subject;
    if let Some(file) = fold.files.get_mut(&subject) {
        file.cases.insert(case);
    }
    commit.restore(Target::Attribution(id));
    commit.touch_under(fold, at.at(), Target::Attribution(id));
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
    commit.restore(Target::Listing(listing));
    commit.touch_under(fold, at.at(), Target::Listing(listing));
}
