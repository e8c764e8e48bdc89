//! Forgeries about what is over for good: void or relieved after its repair, repaired by two repairs;
//! about what a court changed, and about persons under what is void.

use super::*;
use crate::forge::{for_good, versions};
use shouxin_core::event::CaseRef;
use shouxin_core::event::commitment::CommitmentEvent;
use shouxin_core::id::CommitmentId;

const DECIDED: &str = "remedy.decided";

/// What is left as it was by whoever finds it void, relieves it or repairs it anew.
pub(super) fn ended(table: &mut Table) {
    let annulled = &["listing.annulled"];
    let what = "a repaired listing is void, and may come back";
    table.remove("INV-6", what, &for_good::court_void(), annulled, DECIDED);
    let what = "a person's repaired case is void, and may come back";
    table.remove("INV-6", what, &for_good::person_void(), annulled, DECIDED);
    let what = "a repaired finding is void, and may come back";
    table.remove("INV-6", what, &for_good::finding_void(false), &["breach.annulled"], DECIDED);
    let what = "a finding is void, and is still to come back";
    let lapsed = &["repair.revocation_lapsed"];
    table.remove("INV-6", what, &for_good::finding_void(true), lapsed, DECIDED);
    let what = "a repaired extension of what is void may come back";
    table.remove("INV-6", what, &for_good::extension_void(), annulled, DECIDED);
    let what = "what is void past its last day still carries an extension";
    table.other("INV-6", what, &for_good::extension_void(), |log| {
        let place = log.last(DECIDED);
        log.cut(place);
        let all = log.commits[place.0].iter();
        let at = all.take_while(|own| own.event.name() != "listing.annulled").count();
        log.remove((place.0, at));
        log.at(place).position
    });
    let what = "a repaired extension of what was taken back may come back";
    let back = for_good::extension_taken_back();
    table.remove("INV-6", what, &back, annulled, "listing.revoked");
    let what = "the plan was performed, and what was repaired may come back";
    let relieved = for_good::relieved();
    table.remove("INV-6", what, &relieved, &["listing.relieved"], "relief.completed");
    let approved = "repair.approved";
    let what = "repaired anew, and it is still to come back";
    table.remove("INV-6", what, &for_good::listing_twice(true), lapsed, approved);
    let removed = &["listing.removed"];
    let what = "repaired anew, and ended by the former repair";
    table.remove("INV-6", what, &for_good::listing_twice(false), removed, approved);
    let repaired = &["record.repaired"];
    let what = "a record below it ended by the former repair";
    table.remove("INV-6", what, &for_good::listing_twice(false), repaired, approved);
    let what = "a person repaired anew, and ended by the former repair";
    table.remove("INV-6", what, &for_good::person_twice(), removed, approved);
    let what = "a finding repaired anew, and ended by the former repair";
    let again = &["commitment.repaired"];
    table.remove("INV-6", what, &for_good::finding_twice(false), again, approved);
    let what = "a record is void, and is still to come back with its listing";
    let void = for_good::record_returns(Finding::Error);
    table.remove("INV-6", what, &void, lapsed, "objection.resolved");
    let what = "a record is annulled, and is still to come back with its listing";
    table.remove("INV-6", what, &for_good::annulled_before(), lapsed, "record.annulled");
    // An outcome about the former finding says nothing of the one that was made anew.
    let (_, commitment, _) = for_good::anew();
    let what = "a finding that was made anew falls with the former one";
    let former = for_good::former_ruled(RemedyOutcome::Revoked);
    table.other("INV-6", what, &former, |log| {
        let place = log.last("redress.owed");
        log.cut(place);
        let like = log.at(log.last("breach.annulled")).clone();
        let Event::Commitment(CommitmentEvent::BreachAnnulled { reasons, .. }) = like.event else {
            panic!("an annulment");
        };
        let at = log.at(log.last("commitment.offered")).position;
        assert_eq!(at.sequence - commitment.0.sequence, 4, "behind the rules and the keys");
        let void = CommitmentEvent::BreachAnnulled { commitment: CommitmentId(at), reasons };
        let own = log.like(place, Event::Commitment(void));
        log.follow(own)
    });
}

/// What a court changed is changed, and by nobody else.
pub(super) fn changed(table: &mut Table) {
    let shorter = &["record.publicity_shortened"];
    let what = "a penalty was changed, and is shown as long as before";
    table.remove("INV-6", what, &for_good::record_changed(false), shorter, DECIDED);
    table.change(
        "DEADLINE",
        "a penalty is shown to another day than the court says",
        &for_good::record_changed(false),
        "record.publicity_shortened",
        |own| match &mut own.event {
            Event::Record(RecordEvent::PublicityShortened { until, .. }) => {
                *until = until.plus_days(-1);
            }
            other => panic!("{other:?}"),
        },
    );
    let what = "what rests on a changed penalty lasts as long as before";
    table.other("INV-6", what, &for_good::record_changed(true), |log| {
        let place = log.last("listing.shortened");
        log.cut(place);
        // Its mark too.
        log.change((place.0, place.1 + 1), |own| marks(own)[0].until = end());
        log.remove(place);
        log.at((place.0, place.1 - 1)).position
    });
    let what = "a finding was changed, and is shown as long as before";
    table.remove("INV-6", what, &for_good::finding_changed(), &["breach.shortened"], DECIDED);
    let shortened = versions::finding_shortened();
    let what = "an officer shortens a finding";
    table.change("G-COMPETENT", what, &shortened, "breach.shortened", by(&handler()));
}

/// Persons under a listing: redress where it is void, service only where it stands for as long.
pub(super) fn persons(table: &mut Table) {
    let owed = &["redress.owed_by_annulment"];
    let what = "a listing is void, and nobody owes redress to the person below";
    table.remove("INV-6", what, &for_good::persons_owed(true), owed, "objection.resolved");
    let what = "a listing is taken back, and nobody owes redress to the person below";
    table.remove("INV-6", what, &for_good::persons_owed(false), owed, "listing.revoked");
    let (world, last) = for_good::served_in_time();
    let what = "a person is served for longer than the organisation is listed";
    table.other("G-END", what, &world, |log| {
        let served = log.last("decision.served");
        log.cut(served);
        let (earlier, ruled) = (last.plus_days(-1), log.last(DECIDED));
        for place in 0..log.commits[ruled.0].len() {
            log.change((ruled.0, place), |own| match &mut own.event {
                Event::Remedy(RemedyEvent::RemedyDecided { outcome, .. }) => {
                    *outcome = RemedyOutcome::Changed { end: earlier };
                }
                Event::Listing(ListingEvent::Shortened { end, .. }) => *end = earlier,
                Event::ClassificationChanged { in_force } => {
                    in_force.iter_mut().for_each(|mark| mark.until = earlier);
                }
                _ => {}
            });
        }
        log.at(served).position
    });
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let at = world.attribution(listing, person(1), Stage::Decided);
    let mut goes_on = world.clone();
    let service = serve(&goes_on, CaseRef::Attribution(at));
    goes_on.must(&handler(), &service);
    world.objection(organisation(1), Target::Listing(listing), false);
    let what = "a person is served while the listing is disputed";
    table.other("G-NOSUSP", what, &world, |log| {
        let other = Log::of(&goes_on);
        let place = other.last("decision.served");
        let mut rest = other.commits[place.0].iter().cloned();
        let mut own = rest.next().expect("a service");
        (own.legal_date, own.recorded_at) = (world.today, Timestamp::start_of(world.today));
        let first = log.append(own);
        for mut own in rest {
            (own.legal_date, own.recorded_at) = (world.today, Timestamp::start_of(world.today));
            own.cause = Some(first);
            log.follow(own);
        }
        first
    });
}
