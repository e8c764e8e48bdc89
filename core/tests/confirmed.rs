//! What is said to be done is done everywhere: a repair when every listing that it ended is undone,
//! redress when the retraction stands in every channel and nobody acts on the thing any more.

use crate::kit::later::{listed, remedy, rule, suit};
use crate::kit::repairs;
use crate::kit::rules::{BARRED, STATUTE};
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{Who, World, operator, organisation, party, person, timer};
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseHook, CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::id::{
    AttributionId, ListingId, MeasureId, ObjectionId, Position, RecordId, RepairId,
};
use shouxin_core::row::{Key, Repairable, Row};
use shouxin_core::rules::Severity;

/// Another listing in effect on the same record, with a measure that is carried out.
fn beside(world: &mut World, record: RecordId) -> (ListingId, MeasureId) {
    let mut proposal = propose(organisation(1), &[record]);
    if let Command::ProposeListing { behaviour, .. } = &mut proposal {
        *behaviour = BARRED.to_owned();
    }
    let id = ListingId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Listing(id), &[STATUTE], Stage::Effective);
    let measure = world.measure(id, STATUTE, Progress::FedBack);
    (id, measure)
}

fn checked(world: &mut World, of: Repairable) -> RepairId {
    let id = RepairId(world.must(&party(organisation(1)), &ask_repair(of)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    id
}

fn lift(measure: MeasureId) -> Command {
    by_hand(measure, CaseHook::Lift)
}

/// Covers O60, INV-13.
#[test]
fn a_repair_is_done_when_every_listing_that_it_ended_is_undone() {
    let mut world = World::seeded();
    let record = world.with_record();
    let own = world.listing(&[record], &[STATUTE], Stage::Effective);
    let first = world.measure(own, STATUTE, Progress::FedBack);
    let (other, second) = beside(&mut world, record);
    world.pass(120);
    let repair = checked(&mut world, Repairable::Listing(own));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    assert_eq!(world.path(CaseRef::Listing(other)).name(), "removed");
    // Whichever is lifted last.
    for order in [[first, second], [second, first]] {
        let mut world = world.clone();
        for measure in order {
            assert!(world.close().is_empty(), "{measure} is not lifted");
            world.must(&implementer(), &lift(measure));
        }
        assert_eq!(world.close(), ["repair.done"]);
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// A listing that only its date has ended, and no timer has said so, ends with its record's repair.
#[test]
fn so_is_that_of_a_record_under_a_listing_past_its_end() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::FedBack);
    world.today = end().plus_days(1);
    let repair = checked(&mut world, Repairable::Record(record));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    assert_eq!(world.path(CaseRef::Listing(listing)).name(), "removed");
    assert!(world.close().is_empty(), "{measure} is not lifted");
    world.must(&implementer(), &lift(measure));
    assert_eq!(world.close(), ["repair.done"]);
}

/// What another outcome ended on the same record is not this repair's to wait for.
#[test]
fn what_another_outcome_ended_keeps_no_repair_open() {
    let mut world = World::seeded();
    let record = world.with_record();
    let own = world.listing(&[record], &[STATUTE], Stage::Effective);
    let (other, measure) = beside(&mut world, record);
    world.pass(120);
    let target = Target::Listing(other);
    let objection = world.objection(organisation(1), target, false);
    world.outcome(objection, Finding::Error);
    let repair = checked(&mut world, Repairable::Listing(own));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    assert_eq!(world.close(), ["repair.done"]);
    world.must(&implementer(), &lift(measure));
    assert_eq!(world.close(), ["objection.closed"]);
}

fn open_portal(world: &mut World) {
    let (channel, from) = ("portal".to_owned(), Position::local(0));
    world.must(&operator(), &Command::Channel(ChannelCommand::Open { channel, from }));
}

fn confirm(world: &mut World) {
    let through = Position::local(world.next().sequence - 1);
    confirm_through(world, through);
}

fn confirm_through(world: &mut World, through: Position) {
    let command = Command::Channel(ChannelCommand::Confirm {
        channel: "portal".to_owned(),
        through,
        items: 1,
        batch_sha256: digest(43),
        reference: "000001.json".to_owned(),
    });
    world.must(&timer(), &command);
}

/// A shown listing on a shown record, with a measure that is carried out.
fn shown() -> (World, ListingId, RecordId, MeasureId) {
    let (mut world, listing) = listed();
    open_portal(&mut world);
    let measure = world.measure(listing, STATUTE, Progress::FedBack);
    confirm(&mut world);
    let record = world.rows.keys().find_map(|key| match key {
        Key::Record(id) => Some(*id),
        _ => None,
    });
    (world, listing, record.expect("it rests on one"), measure)
}

/// Redress is refused while a measure is not lifted or a channel has not confirmed, each by its name,
/// and done afterwards, once.
#[track_caller]
fn waits_for(world: &mut World, who: &Who, done: &Command, lifted: Option<MeasureId>) {
    if let Some(measure) = lifted {
        let refusal = world.ask(who, done).expect_err("it is not lifted");
        assert_eq!(refusal.ground, STATE);
        let listing = world.measure_row(measure).listing;
        assert!(refusal.detail.contains(&listing.to_string()), "{}", refusal.detail);
        world.must(&implementer(), &lift(measure));
    }
    let refusal = world.ask(who, done).expect_err("the portal shows it still");
    assert_eq!(refusal.ground, STATE);
    assert!(refusal.detail.contains("portal"), "{}", refusal.detail);
    confirm(world);
    world.must(who, done);
    assert_eq!(world.refused(who, done), STATE, "it is done");
    assert_eq!(world.replayed().rows, world.rows);
}

fn annulment_redress(target: Target) -> Command {
    let evidence = vec![digest(44)];
    remedy(RemedyCommand::CompleteAnnulmentRedress { target, account: text(), evidence })
}

/// Covers O67, INV-13.
#[test]
fn redress_is_done_when_the_retraction_is_everywhere_and_nobody_acts_on_the_thing() {
    let (world, listing, record, measure) = shown();
    for target in [Target::Listing(listing), Target::Record(record)] {
        let mut world = world.clone();
        let id = world.objection(organisation(1), target, false);
        world.outcome(id, Finding::Error);
        waits_for(&mut world, &handler(), &redress(id), Some(measure));
        let mut world = shown().0;
        let filed = suit(&world, target);
        world.must(&clerk(), &filed);
        let ruled = rule(&world, RemedyOutcome::Revoked);
        world.must(&clerk(), &ruled);
        let own = RemedyCommand::CompleteRemedyRedress {
            remedy: crate::kit::later::remedy_of(&world),
            account: text(),
            evidence: vec![digest(44)],
        };
        waits_for(&mut world, &handler(), &remedy(own), Some(measure));
    }
    let mut world = world;
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    waits_for(&mut world, &handler(), &annulment_redress(Target::Record(record)), Some(measure));
}

/// What was put right and stays is lifted by nobody; that it is right now stands everywhere first.
#[test]
fn what_was_put_right_waits_for_the_channels_alone() {
    let (mut world, listing, record, _) = shown();
    let id = world.objection(organisation(1), Target::Record(record), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    let received_on = world.today;
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on });
    world.must(&head(), &report(id, Finding::DisplayStopped));
    let result = resolve(&world, id);
    world.must(&clerk(), &result);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
    waits_for(&mut world, &handler(), &redress(id), None);
}

/// What is confirmed is confirmed: of a channel nothing is asked beyond the change that it tells of.
#[test]
fn a_channel_that_confirmed_the_very_change_is_waited_for_no_more() {
    let (mut world, listing, _, measure) = shown();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(id, Finding::Error);
    world.must(&implementer(), &lift(measure));
    let told = world.objection_row(id).settle.expect("the portal had it").last;
    assert!(told.sequence + 1 < world.next().sequence, "the lift is behind it");
    for (through, is_done) in [(told.sequence - 1, false), (told.sequence, true)] {
        let mut world = world.clone();
        confirm_through(&mut world, Position::local(through));
        assert_eq!(world.ask(&handler(), &redress(id)).is_ok(), is_done);
    }
}

/// What a person answers for that fell with a record of the repair is undone first, and what another
/// outcome ended is not waited for; of several the first with nothing to lift hides no other.
#[test]
fn what_persons_answer_for_on_a_record_is_undone_too() {
    let mut world = World::seeded();
    let own = NewRecord { severity: Some(Severity::General), ..record(person(1), "人1号") };
    let record = Command::SubmitRecords { records: vec![own] };
    let record = RecordId(world.must(&handler(), &record));
    let mut measures = Vec::new();
    let mut of = Vec::new();
    for listing in [
        world.listing(&[], &[STATUTE], Stage::Effective),
        world.second_listing(&[], Stage::Effective),
    ] {
        let proposal = attribute_on(listing, person(1), &[record]);
        let id = AttributionId(world.must(&handler(), &proposal));
        let until = match world.row(&Key::Record(record)) {
            Some(Row::Record(row)) => row.publicity_until.expect("it is adverse"),
            other => panic!("{other:?}"),
        };
        let case = CaseRef::Attribution(id);
        world.advance(case, &[STATUTE], Stage::Heard);
        let mut decided = decision(case, 2, &[STATUTE]);
        if let Command::DecideCase { end, .. } = &mut decided {
            *end = until;
        }
        world.must(&head(), &decided);
        let service = serve(&world, case);
        world.must(&handler(), &service);
        world.pass(20);
        let mut asked = initiate(listing, Some(id), STATUTE);
        if let Command::InitiateMeasure { until: last, .. } = &mut asked {
            *last = until;
        }
        let measure = MeasureId(world.must(&handler(), &asked));
        world.proceed(measure, Progress::Executed);
        measures.push(measure);
        of.push(id);
    }
    world.pass(110);
    let own = party(person(1));
    let of_record = world.clone();
    // Whichever is lifted last: by repair,
    for order in [[0, 1], [1, 0]] {
        let mut world = world.clone();
        let repair = repairs::checked(&mut world, &own, Repairable::Attribution(of[0]));
        let approval = approve(&world, repair);
        world.must(&head(), &approval);
        for place in order {
            assert!(world.close().is_empty(), "{place}");
            world.must(&implementer(), &lift(measures[place]));
        }
        assert_eq!(world.close(), ["repair.done"]);
    }
    // or by an objection.
    for order in [[0, 1], [1, 0]] {
        let mut world = of_record.clone();
        let objection = world.objection(person(1), Target::Record(record), false);
        world.outcome(objection, Finding::Error);
        for place in order {
            assert!(world.close().is_empty(), "{place}");
            world.must(&implementer(), &lift(measures[place]));
        }
        assert_eq!(world.close(), ["objection.closed"]);
    }
    // What an objection ended before is not the repair's to wait for.
    let before = world.objection(person(1), Target::Attribution(of[1]), false);
    world.outcome(before, Finding::Error);
    let repair = repairs::checked(&mut world, &own, Repairable::Attribution(of[0]));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    world.must(&implementer(), &lift(measures[0]));
    assert_eq!(world.close(), ["repair.done"]);
    world.must(&implementer(), &lift(measures[1]));
    assert_eq!(world.close(), ["objection.closed"]);
}

fn owes(world: &World, from: Position, name: &str) -> bool {
    world.log.iter().any(|own| own.position >= from && own.event.name() == name)
}

/// Its own authority took it back and owes redress: an objection or a suit that finds the same adds
/// none. Covers O67.
#[test]
fn redress_is_owed_once_for_one_wrong() {
    let (world, _, record, measure) = shown();
    let target = Target::Record(record);
    let annul = Command::AnnulRecord { record, reasons: text() };
    let mut objected = world.clone();
    let id = ObjectionId(objected.must(&party(organisation(1)), &object(target, false)));
    let before = objected.must(&handler(), &annul);
    objected.outcome(id, Finding::Error);
    assert!(owes(&objected, before, "redress.owed_by_annulment"));
    assert!(!owes(&objected, before, "redress.opened"));
    assert_eq!(objected.refused(&handler(), &redress(id)), STATE, "the objection has none");
    let mut sued = world.clone();
    let filed = suit(&sued, target);
    sued.must(&clerk(), &filed);
    let before = sued.must(&handler(), &annul);
    let ruled = rule(&sued, RemedyOutcome::Revoked);
    sued.must(&clerk(), &ruled);
    assert!(!owes(&sued, before, "redress.owed"));
    for mut world in [objected, sued] {
        waits_for(&mut world, &handler(), &annulment_redress(target), Some(measure));
    }
    // Where nobody took it back before, each outcome opens its own.
    let mut alone = world;
    let id = alone.objection(organisation(1), target, false);
    let before = alone.next();
    alone.outcome(id, Finding::Error);
    assert!(owes(&alone, before, "redress.opened"));
}
