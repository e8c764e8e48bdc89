//! What a person answers for rests on the person's own records as much as on the organisation's
//! listing: an objection to one suspends it, and with its annulment, repair or end it ends
//! (design.md 1, domain.md 2.3b).
//!
//! Covers: O49, O66, INV-3, INV-4, INV-6.

use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::listing::ListingEvent;
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseHook, CaseRef, Event, Finding, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{AttributionId, ListingId, MeasureId, RecordId};
use shouxin_core::path::Standing;
use shouxin_core::row::{Due, Key, RecordState, Repairable, Row};
use shouxin_core::rules::Severity;
use shouxin_core::time::Day;

use crate::kit::later::{remedy_of, rule, stay, suit};
use crate::kit::repairs::{checked, done, revoked};
use crate::kit::rules::{BARRED, STATUTE, cite, day};
use crate::kit::steps::*;
use crate::kit::table::{EXISTS, STATE};
use crate::kit::{Who, World, guard, organisation, party, person, timer};

/// A listing in effect, and a person's own record.
fn listed() -> (World, ListingId, RecordId) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let record = of_person(&mut world, "尤市监罚〔2026〕人1号", Severity::Serious);
    (world, listing, record)
}

fn of_person(world: &mut World, number: &str, severity: Severity) -> RecordId {
    let own = NewRecord { severity: Some(severity), ..record(person(1), number) };
    RecordId(world.must(&handler(), &Command::SubmitRecords { records: vec![own] }))
}

fn answering(
    world: &mut World,
    listing: ListingId,
    records: &[RecordId],
    stage: Stage,
) -> AttributionId {
    let proposal = on_new_paper(world, attribute_on(listing, person(1), records));
    let id = AttributionId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Attribution(id), &[STATUTE], stage);
    id
}

/// What a person answers for on a record of their own, in effect.
fn answers() -> (World, ListingId, RecordId, AttributionId) {
    let (mut world, listing, record) = listed();
    let id = answering(&mut world, listing, &[record], Stage::Effective);
    (world, listing, record, id)
}

fn own() -> Who {
    party(person(1))
}

fn standing(world: &World, id: AttributionId) -> Standing {
    world.standing(|rows, on| rows.attribution_standing(id, on))
}

fn path(world: &World, id: AttributionId) -> &'static str {
    world.path(CaseRef::Attribution(id)).name()
}

fn state(world: &World, id: RecordId) -> RecordState {
    match world.row(&Key::Record(id)) {
        Some(Row::Record(row)) => row.state,
        other => panic!("{other:?}"),
    }
}

fn last(world: &World, id: RecordId) -> Day {
    match world.row(&Key::Record(id)) {
        Some(Row::Record(row)) => row.publicity_until.expect("it is adverse"),
        other => panic!("{other:?}"),
    }
}

fn measure(world: &mut World, listing: ListingId, id: AttributionId, to: Progress) -> MeasureId {
    let measure = MeasureId(world.must(&handler(), &initiate(listing, Some(id), STATUTE)));
    world.proceed(measure, to);
    measure
}

fn tick(id: AttributionId) -> Command {
    Command::Tick { due: Due::Case(CaseRef::Attribution(id)) }
}

#[test]
fn an_attribution_names_the_record_of_its_document() {
    let (mut world, listing, _) = listed();
    let bare = attribute(listing, person(1));
    assert_eq!(world.run(&handler(), &bare).expect("taken"), ["attribution.proposed"]);

    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let of_fact = NewRecord {
        document_sha256: Some(fact(person(1)).sha256),
        ..record(person(1), "尤市监罚〔2026〕1号")
    };
    let id = RecordId(world.must(&handler(), &Command::SubmitRecords { records: vec![of_fact] }));
    let refusal = world.ask(&handler(), &bare).unwrap_err();
    assert_eq!(refusal.ground, guard(Guard::Fact));
    assert!(refusal.cure.contains(&id.to_string()), "{}", refusal.cure);
    let right = attribute_on(listing, person(1), &[id]);
    let mut annulled = world.clone();
    annulled.must(&handler(), &Command::AnnulRecord { record: id, reasons: text() });
    for command in [&bare, &right] {
        assert_eq!(annulled.refused(&handler(), command), guard(Guard::Fact), "it is over");
    }
    let other = attribute_on(listing, person(2), &[id]);
    assert_eq!(world.refused(&handler(), &other), guard(Guard::Fact), "another person's");
    let mut disputed = world.clone();
    disputed.objection(person(1), Target::Record(id), false);
    assert_eq!(disputed.refused(&handler(), &right), guard(Guard::NoSuspension));
    let said = world.run(&handler(), &right).expect("taken");
    assert_eq!(said, ["attribution.proposed", "attribution.records_named"]);
    let at = world.log.last().expect("an event");
    let Event::Listing(ListingEvent::RecordsNamed { attribution, records }) = &at.event else {
        panic!("{at:?}");
    };
    assert_eq!((at.subject, &records[..]), (Some(person(1)), &[id][..]));
    let Some(Row::Record(row)) = world.row(&Key::Record(id)) else { panic!("a record") };
    assert_eq!(row.attributions, [*attribution]);
    assert_eq!(world.replayed().rows, world.rows);
}

/// Nobody answers twice for one thing: on one record for one behaviour there is one attribution.
#[test]
fn a_person_answers_once_on_one_record() {
    let (mut world, listing, record, id) = answers();
    let again = world.listing(&[], &[STATUTE], Stage::Effective);
    assert_eq!(
        world.refused(&handler(), &attribute_on(again, person(1), &[record])),
        EXISTS,
        "{id} stands under {listing}"
    );
    // For another behaviour it is another matter.
    let other = world.second_listing(&[], Stage::Effective);
    assert_ne!(BARRED, crate::kit::rules::LISTABLE);
    world.must(&handler(), &attribute_on(other, person(1), &[record]));
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    let number = "尤市监罚〔2026〕人2号";
    let fresh = of_person(&mut world, number, Severity::Serious);
    world.must(&handler(), &attribute_on(again, person(1), &[fresh]));
}

/// An extension of a listing, in effect.
fn extend(world: &mut World, listing: ListingId) -> ListingId {
    let asked = ListingCommand::Extend {
        listing,
        basis: vec![cite("law")],
        facts: vec![fact(organisation(1)), ruling(organisation(1))],
        records: Vec::new(),
        act: text(),
    };
    let by = ListingId(world.must(&handler(), &Command::Listing(asked)));
    world.advance(CaseRef::Listing(by), &[STATUTE], Stage::Effective);
    by
}

/// Under an extension a person answers beside what they answer for under the listing that it is to
/// follow, on the same record; under another listing for the same behaviour they do not.
#[test]
fn under_an_extension_a_person_answers_beside_what_it_follows() {
    let (mut world, listing, record, id) = answers();
    let by = extend(&mut world, listing);
    let under = answering(&mut world, by, &[record], Stage::Effective);
    assert_eq!([standing(&world, id), standing(&world, under)], [Standing::InForce; 2]);
    // And the other way round: what is proposed late under the listing that it follows.
    let (mut world, listing, record) = listed();
    let by = extend(&mut world, listing);
    answering(&mut world, by, &[record], Stage::Effective);
    answering(&mut world, listing, &[record], Stage::Effective);
    assert_eq!(world.marks(person(1)).len(), 2);
}

/// So much rests on one record and no more: listings or what persons answer for, whichever is full
/// first.
#[test]
fn what_rests_on_one_record_is_bounded() {
    let limit = guard_limit();
    let (mut world, _, record) = listed();
    for serial in 0..16 {
        let other = world.listing(&[], &[STATUTE], Stage::Effective);
        let proposal = attribute_on(other, person(1), &[record]);
        let id = AttributionId(world.must(&handler(), &proposal));
        let case = CaseRef::Attribution(id);
        world.must(&handler(), &Command::DropCase { case, reasons: text() });
        assert_eq!(world.row(&Key::Record(record)).map(answers_on), Some(serial + 1));
    }
    let one_more = world.listing(&[], &[STATUTE], Stage::Effective);
    let proposal = attribute_on(one_more, person(1), &[record]);
    assert_eq!(world.refused(&handler(), &proposal), limit);

    let mut world = World::seeded();
    let record = world.with_record();
    for _ in 0..16 {
        let id = world.listing(&[record], &[STATUTE], Stage::Proposed);
        let case = CaseRef::Listing(id);
        world.must(&handler(), &Command::DropCase { case, reasons: text() });
    }
    assert_eq!(world.refused(&handler(), &propose(organisation(1), &[record])), limit);
}

fn guard_limit() -> shouxin_core::guard::Ground {
    crate::kit::misfit(shouxin_core::guard::Misfit::Limit)
}

fn answers_on(row: &Row) -> usize {
    match row {
        Row::Record(row) => row.attributions.len(),
        other => panic!("{other:?}"),
    }
}

/// Covers INV-4. What the person objects to suspends what rests on it, in the same commit.
#[test]
fn an_objection_to_the_record_suspends_what_the_person_answers_for() {
    let (mut world, listing, record, id) = answers();
    let measure = measure(&mut world, listing, id, Progress::Executed);
    let theirs = world.measure(listing, STATUTE, Progress::Executed);
    let case = CaseRef::Attribution(id);
    let before = world.log.len();
    let objection = world.objection(person(1), Target::Record(record), false);
    let said: Vec<_> = world.log[before..].iter().map(|own| own.event.name()).collect();
    assert_eq!(said, ["objection.filed", "classification.changed"]);
    assert_eq!(world.marks(person(1)), [(case, true)]);
    assert_eq!(standing(&world, id), Standing::Suspended);
    let of = |world: &World, id| world.standing(|rows, on| rows.measure_standing(id, on));
    assert_eq!(of(&world, measure), Standing::Suspended);
    assert_eq!(of(&world, theirs), Standing::InForce, "the organisation's is its own");
    assert!(world.marks(organisation(1)).iter().all(|own| !own.1));
    let root = Target::Attribution(id);
    let walked = |world: &World| {
        world.rows.keys().any(|key| matches!(key, Key::Walk { root: own, .. } if *own == root))
    };
    assert!(walked(&world), "its plugin is told");
    let order = Command::ExecuteMeasure { measure };
    assert_eq!(world.refused(&implementer(), &order), guard(Guard::NoSuspension));

    // What else holds it holds on: the listing, and the attribution itself.
    let mut both = world.clone();
    let above = both.objection(organisation(1), Target::Listing(listing), false);
    both.outcome(above, Finding::Correct);
    assert_eq!(both.marks(person(1)), [(case, true)], "the record is still disputed");
    both.outcome(objection, Finding::Correct);
    assert_eq!(both.marks(person(1)), [(case, false)]);
    let mut held = world.clone();
    let itself = held.objection(person(1), Target::Attribution(id), false);
    held.outcome(objection, Finding::Correct);
    assert_eq!(held.marks(person(1)), [(case, true)]);
    held.outcome(itself, Finding::Correct);
    assert_eq!(held.marks(person(1)), [(case, false)]);
    let mut other = world.clone();
    let above = other.objection(organisation(1), Target::Listing(listing), false);
    other.outcome(objection, Finding::Correct);
    assert_eq!(other.marks(person(1)), [(case, true)], "the listing is still disputed");
    other.outcome(above, Finding::Correct);
    assert_eq!(other.marks(person(1)), [(case, false)]);

    world.outcome(objection, Finding::Correct);
    assert_eq!(world.marks(person(1)), [(case, false)]);
    assert_eq!(standing(&world, id), Standing::InForce);
    assert_eq!(world.replayed().rows, world.rows);

    // Each of the records it rests on holds it.
    let (mut world, listing, first) = listed();
    let second = of_person(&mut world, "尤市监罚〔2026〕人2号", Severity::Serious);
    let id = answering(&mut world, listing, &[first, second], Stage::Effective);
    let case = CaseRef::Attribution(id);
    let one = world.objection(person(1), Target::Record(first), false);
    let other = world.objection(person(1), Target::Record(second), false);
    let itself = world.objection(person(1), Target::Attribution(id), false);
    for objection in [one, itself] {
        world.outcome(objection, Finding::Correct);
        assert_eq!(world.marks(person(1)), [(case, true)]);
    }
    world.outcome(other, Finding::Correct);
    assert_eq!(world.marks(person(1)), [(case, false)]);
}

/// Covers INV-6, O66. An upheld objection to the record ends it, at any stage; and is closed only when
/// what was ordered is lifted.
#[test]
fn a_void_record_voids_what_the_person_answers_for() {
    for stage in [
        Stage::Proposed,
        Stage::Noticed,
        Stage::Heard,
        Stage::Decided,
        Stage::Served,
        Stage::Effective,
    ] {
        let (mut world, listing, record) = listed();
        let id = answering(&mut world, listing, &[record], stage);
        let objection = world.objection(person(1), Target::Record(record), false);
        let said = world.outcome(objection, Finding::Error);
        assert_eq!(said[..3], ["objection.resolved", "record.annulled", "listing.annulled"]);
        assert_eq!((path(&world, id), standing(&world, id)), ("annulled", Standing::Ended));
        assert!(world.marks(person(1)).is_empty(), "{stage:?}");
        assert_eq!(world.marks(organisation(1)).len(), 1, "the listing stands: {stage:?}");
        assert_eq!(world.replayed().rows, world.rows);
    }
    let (mut world, listing, record, id) = answers();
    let measure = measure(&mut world, listing, id, Progress::Executed);
    let objection = world.objection(person(1), Target::Record(record), false);
    world.outcome(objection, Finding::Error);
    let standing = world.standing(|rows, on| rows.measure_standing(measure, on));
    assert_eq!(standing, Standing::Ended);
    assert!(world.close().is_empty(), "a lift is owed");
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    assert_eq!(world.close(), ["objection.closed"]);
}

/// Covers O67. Who takes its own record back owes redress for what was ordered on it.
#[test]
fn redress_is_owed_for_what_was_ordered_on_a_record_that_is_taken_back() {
    for (progress, owed) in [(Progress::Accepted, false), (Progress::Executed, true)] {
        let (mut world, listing, record, id) = answers();
        measure(&mut world, listing, id, progress);
        let annul = Command::AnnulRecord { record, reasons: text() };
        let said = world.run(&handler(), &annul).expect("taken");
        let mut expected = vec!["record.annulled", "listing.annulled", "classification.changed"];
        expected.extend(owed.then_some("redress.owed_by_annulment"));
        assert_eq!(said, expected);
        assert_eq!(path(&world, id), "annulled");
    }
}

/// A court's stay of the record, and its revocation, reach it too.
#[test]
fn a_court_that_looks_at_the_record_reaches_what_rests_on_it() {
    let (mut world, _, record, id) = answers();
    let case = CaseRef::Attribution(id);
    world.must(&handler(), &suit(&world.clone(), Target::Record(record)));
    world.must(&handler(), &stay(&world.clone()));
    assert!(remedy_of(&world).0.sequence > 0);
    assert_eq!(world.marks(person(1)), [(case, true)]);
    assert_eq!(standing(&world, id), Standing::Suspended);
    let mut upheld = world.clone();
    upheld.must(&clerk(), &rule(&world, RemedyOutcome::Upheld));
    assert_eq!(upheld.marks(person(1)), [(case, false)]);
    world.must(&handler(), &rule(&world.clone(), RemedyOutcome::Revoked));
    assert!(world.marks(person(1)).is_empty());
    assert_eq!(path(&world, id), "annulled");
}

/// Covers O60, T07. The record is repaired with what rests on it, and by itself only where nothing
/// served does; a proposal on it falls.
#[test]
fn a_record_is_repaired_with_what_the_person_answers_for() {
    let (mut world, listing, record, id) = answers();
    let other = world.second_listing(&[], Stage::Effective);
    let second = answering(&mut world, other, &[record], Stage::Effective);
    let third = world.listing(&[], &[STATUTE], Stage::Effective);
    let number = "尤市监罚〔2026〕人3号";
    let fresh = of_person(&mut world, number, Severity::Serious);
    let apart = answering(&mut world, third, &[fresh], Stage::Effective);
    world.pass(400);
    assert_eq!(world.refused(&own(), &ask_repair(Repairable::Record(record))), STATE);
    let repair = checked(&mut world, &own(), Repairable::Attribution(id));
    let before = world.log.len();
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    let said: Vec<_> = world.log[before..].iter().map(|own| own.event.name()).collect();
    assert_eq!(
        said,
        [
            "repair.approved",
            "listing.removed",
            "classification.changed",
            "record.repaired",
            "listing.removed"
        ]
    );
    assert_eq!((path(&world, id), path(&world, second)), ("removed", "removed"));
    assert_eq!(world.marks(person(1)), [(CaseRef::Attribution(apart), false)]);
    assert_eq!(
        (state(&world, record), state(&world, fresh)),
        (RecordState::Repaired, RecordState::Accepted)
    );
    let under = world.standing(|rows, on| rows.listing_standing(listing, on));
    assert_eq!(under, Standing::InForce, "the organisation's is its own");
    assert_eq!(world.replayed().rows, world.rows);

    // The repair of the organisation leaves the person's record alone, and free for its own.
    let (mut world, listing, record, id) = answers();
    world.pass(400);
    done(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    assert_eq!(
        (standing(&world, id), state(&world, record)),
        (Standing::Ended, RecordState::Accepted)
    );
    done(&mut world, &own(), Repairable::Record(record));
    assert_eq!(path(&world, id), "removed");
}

#[test]
fn what_is_only_proposed_on_a_record_falls_with_its_repair() {
    for stage in [Stage::Proposed, Stage::Noticed, Stage::Heard, Stage::Decided] {
        let (mut world, listing, record) = listed();
        world.go_to(day("2027-02-01"));
        let id = answering(&mut world, listing, &[record], stage);
        let repair = checked(&mut world, &own(), Repairable::Record(record));
        let before = world.log.len();
        let approval = approve(&world, repair);
        world.must(&head(), &approval);
        let said: Vec<_> = world.log[before..].iter().map(|own| own.event.name()).collect();
        assert_eq!(said, ["repair.approved", "record.repaired", "listing.dropped"], "{stage:?}");
        assert_eq!(path(&world, id), "dropped");
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// What the repair had ended comes back with it; disputed it comes back suspended; and not at all
/// once the record is void.
#[test]
fn a_revoked_repair_brings_the_record_back_with_it() {
    let (mut world, _, record, id) = answers();
    world.pass(400);
    let repair = done(&mut world, &own(), Repairable::Attribution(id));
    assert_eq!(state(&world, record), RecordState::Repaired);
    revoked(&mut world, &own(), repair);
    let case = CaseRef::Attribution(id);
    let mut void = world.clone();
    void.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    void.pass(20);
    assert!(void.marks(person(1)).is_empty());
    let lapsed =
        |own: &shouxin_core::event::Envelope| own.event.name() == "repair.revocation_lapsed";
    assert!(void.log.iter().any(lapsed));
    let before = world.log.len();
    world.pass(20);
    let said: Vec<_> = world.log[before..].iter().map(|own| own.event.name()).collect();
    let back = ["attribution.restored", "record.restored", "classification.changed"];
    assert_eq!(said, back);
    assert_eq!(state(&world, record), RecordState::Accepted);
    assert_eq!(world.marks(person(1)), [(case, false)]);
    assert_eq!(standing(&world, id), Standing::InForce);
    assert_eq!(world.replayed().rows, world.rows);
}

/// A record that somebody else collected is not repaired with it: disputed, it holds what comes back.
#[test]
fn what_comes_back_on_a_disputed_record_is_suspended() {
    use crate::kit::Post;
    use crate::kit::rules::TAX;
    let (mut world, listing, first) = listed();
    let elsewhere = crate::kit::officer(TAX, Post::Handler);
    let theirs = NewRecord {
        source: shouxin_core::apply::record_source(
            crate::kit::authority(TAX),
            crate::kit::rules::PENALTY,
            "尤税罚〔2026〕1号",
            person(1),
        ),
        ..record(person(1), "尤税罚〔2026〕1号")
    };
    let submit = Command::SubmitRecords { records: vec![theirs] };
    let second = RecordId(world.must(&elsewhere, &submit));
    let id = answering(&mut world, listing, &[first, second], Stage::Effective);
    world.pass(400);
    let repair = done(&mut world, &own(), Repairable::Attribution(id));
    assert_eq!(
        (state(&world, first), state(&world, second)),
        (RecordState::Repaired, RecordState::Accepted)
    );
    revoked(&mut world, &own(), repair);
    let objection = world.objection(person(1), Target::Record(second), false);
    world.pass(20);
    let case = CaseRef::Attribution(id);
    assert_eq!(world.marks(person(1)), [(case, true)]);
    assert_eq!(standing(&world, id), Standing::Suspended);
    assert!(world.objection_row(objection).suspends);
    assert_eq!(world.replayed().rows, world.rows);
}

/// Covers INV-3. It lasts no longer than the record: by its decision, by a correction, by the day.
#[test]
fn nobody_answers_longer_than_the_record_lasts() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let short = of_person(&mut world, "尤市监罚〔2026〕人1号", Severity::General);
    let until = last(&world, short);
    let id = answering(&mut world, listing, &[short], Stage::Heard);
    let case = CaseRef::Attribution(id);
    let ends = |on: Day| {
        let mut command = decision(case, 2, &[STATUTE]);
        if let Command::DecideCase { end, .. } = &mut command {
            *end = on;
        }
        command
    };
    assert_eq!(world.refused(&head(), &ends(until.plus_days(1))), guard(Guard::End));
    world.must(&head(), &ends(until));
    let service = serve(&world, case);
    world.must(&handler(), &service);
    world.pass(7);
    assert_eq!(standing(&world, id), Standing::InForce);
    world.today = until.plus_days(1);
    assert_eq!(standing(&world, id), Standing::Ended);
    let said = world.run(&timer(), &Command::Tick { due: Due::Record(short) }).expect("taken");
    assert_eq!(said, ["record.expired", "listing.expired", "classification.changed"]);
    assert_eq!(path(&world, id), "expired");
    assert_eq!(world.replayed().rows, world.rows);

    let (mut world, listing, record, id) = answers();
    let fresh = of_person(&mut world, "尤市监罚〔2026〕人2号", Severity::Serious);
    let other = world.second_listing(&[], Stage::Effective);
    let decided = answering(&mut world, other, &[record, fresh], Stage::Decided);
    let correction = Command::CorrectRecord {
        record,
        document_number: "尤市监罚〔2026〕改1号".to_owned(),
        document_date: day("2026-01-14"),
        document_sha256: Some(digest(38)),
        content: Some(text()),
        severity: Some(Severity::General),
        reasons: text(),
    };
    let said = world.run(&handler(), &correction).expect("taken");
    assert_eq!(said, ["record.corrected", "listing.shortened", "classification.changed"]);
    let until = last(&world, record);
    let Some(Row::Subject(row)) = world.row(&Key::Subject(person(1))) else { panic!("a file") };
    assert_eq!(row.marks[0].until, until);
    let service = serve(&world, CaseRef::Attribution(decided));
    assert_eq!(world.refused(&handler(), &service), guard(Guard::End));
    world.today = until.plus_days(1);
    assert_eq!(standing(&world, id), Standing::Ended);
    let above = world.standing(|rows, on| rows.listing_standing(listing, on));
    assert_eq!(above, Standing::InForce);
    assert_eq!(world.replayed().rows, world.rows);
}

/// Covers INV-4. While the record is disputed nothing is decided and nothing starts; once it is over
/// nobody is told of it, decided about or served.
#[test]
fn nothing_goes_on_while_the_record_is_disputed_or_once_it_is_over() {
    let (mut world, listing, record) = listed();
    let served = answering(&mut world, listing, &[record], Stage::Served);
    let mut disputed = world.clone();
    let objection = disputed.objection(person(1), Target::Record(record), false);
    disputed.pass(10);
    assert_eq!(path(&disputed, served), "served", "it waits");
    assert!(disputed.run(&timer(), &tick(served)).expect("taken").is_empty());
    // Silence has accepted it meanwhile.
    let received_on = disputed.today;
    disputed.must(&clerk(), &Command::ReferObjection { objection, received_on });
    disputed.must(&head(), &report(objection, Finding::Correct));
    let outcome = resolve(&disputed, objection);
    disputed.must(&clerk(), &outcome);
    assert_eq!(
        disputed.run(&timer(), &tick(served)).expect("taken"),
        ["listing.took_effect", "classification.changed"]
    );
    for stage in [Stage::Proposed, Stage::Heard, Stage::Decided] {
        let (mut world, listing, record) = listed();
        let id = answering(&mut world, listing, &[record], stage);
        let case = CaseRef::Attribution(id);
        let next = |world: &World| match stage {
            Stage::Proposed => (handler(), notice(world, case, &[STATUTE])),
            Stage::Heard => (head(), decision(case, 2, &[STATUTE])),
            _ => (handler(), serve(world, case)),
        };
        let mut disputed = world.clone();
        disputed.objection(person(1), Target::Record(record), false);
        let (who, command) = next(&disputed);
        if stage == Stage::Heard {
            assert_eq!(disputed.refused(&who, &command), guard(Guard::NoSuspension));
        }
        // By its day alone, before any timer has said so.
        world.today = last(&world, record).plus_days(1);
        assert_eq!(standing(&world, id), Standing::Ended);
        let (who, command) = next(&world);
        let refused = world.refused(&who, &command);
        let over = [guard(Guard::End), guard(Guard::Fact)];
        assert!(over.contains(&refused), "{stage:?}: {refused:?}");
    }
}
