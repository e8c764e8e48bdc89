//! What rests on a record ends with it: repaired, expired, past its last day or ending earlier by a
//! correction; and a mere proposal never stands in the way of a repair (design.md 1, INV-3, INV-6).

use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::{CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{ListingId, RecordId, RepairId};
use shouxin_core::path::Standing;
use shouxin_core::row::{Due, Key, ListingKind, RecordState, Repairable, Row};
use shouxin_core::rules::Severity;
use shouxin_core::tally::{Counter, Month, Unit};
use shouxin_core::time::Day;

use crate::kit::extended::{extend, extension};
use crate::kit::later::*;
use crate::kit::rules::{MARKET, STATUTE, day};
use crate::kit::steps::*;
use crate::kit::table::EXISTS;
use crate::kit::{World, authority, guard, organisation, party, person, timer};

fn path(world: &World, id: ListingId) -> &'static str {
    match world.row(&Key::Listing(id)) {
        Some(Row::Listing(row)) => match &row.kind {
            ListingKind::Black { case, .. } => case.path.name(),
            ListingKind::Red(_) => "red",
        },
        other => panic!("{other:?}"),
    }
}

fn standing(world: &World, id: ListingId) -> Standing {
    world.standing(|rows, today| rows.listing_standing(id, today))
}

fn ended(world: &World, id: RecordId) -> RecordState {
    match world.row(&Key::Record(id)) {
        Some(Row::Record(row)) => row.state,
        other => panic!("{other:?}"),
    }
}

fn dated(world: &mut World, number: &str, on: &str, severity: Severity) -> RecordId {
    let document_date = day(on);
    let own = record(organisation(1), number);
    let notified = Some(served(document_date.plus_days(1)));
    let own = NewRecord { document_date, severity: Some(severity), notified, ..own };
    RecordId(world.must(&handler(), &Command::SubmitRecords { records: vec![own] }))
}

fn apply_and_check(world: &mut World, of: Repairable) -> RepairId {
    let id = RepairId(world.must(&party(organisation(1)), &ask_repair(of)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    id
}

fn until(case: CaseRef, on: Day) -> Command {
    let mut own = decision(case, 2, &[]);
    if let Command::DecideCase { end, .. } = &mut own {
        *end = on;
    }
    own
}

/// Covers INV-6, T07. The repair of one listing repairs the record, and with it ends the other
/// listing on that record, its measures, and what a person answers for under it.
#[test]
fn a_repaired_record_carries_no_other_listing() {
    let mut world = World::seeded();
    let record = world.with_record();
    let first = world.listing(&[record], &[STATUTE], Stage::Effective);
    let second = world.second_listing(&[record], Stage::Effective);
    let person_case = world.attribution(second, person(1), Stage::Effective);
    world.pass(120);
    let id = apply_and_check(&mut world, Repairable::Listing(first));
    let before = world.log.len();
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    let said: Vec<_> = world.log[before..].iter().map(|own| own.event.name()).collect();
    assert_eq!(
        said,
        [
            "repair.approved",
            "listing.removed",
            "classification.changed",
            "record.repaired",
            "listing.removed",
            "classification.changed",
            "attribution.ended"
        ]
    );
    assert_eq!((path(&world, first), path(&world, second)), ("removed", "removed"));
    assert!(world.marks(organisation(1)).is_empty() && world.marks(person(1)).is_empty());
    let of = |rows: &shouxin_core::rows::Rows, today| rows.attribution_standing(person_case, today);
    assert_eq!(world.standing(of), Standing::Ended);
    assert_eq!(world.replayed().rows, world.rows);
}

/// What is served and waits for its start never takes effect; what is only proposed is dropped.
#[test]
fn what_is_on_its_way_falls_with_the_record() {
    let stages = [
        (Stage::Proposed, "dropped"),
        (Stage::Noticed, "dropped"),
        (Stage::Heard, "dropped"),
        (Stage::Decided, "dropped"),
        (Stage::Served, "removed"),
    ];
    for (stage, name) in stages {
        let mut world = World::seeded();
        let record = world.with_record();
        let first = world.listing(&[record], &[], Stage::Effective);
        world.pass(120);
        let second = world.second_listing(&[record], stage);
        let id = apply_and_check(&mut world, Repairable::Listing(first));
        let approval = approve(&world, id);
        world.must(&head(), &approval);
        assert_eq!(path(&world, second), name, "{stage:?}");
        let before = world.log.len();
        world.pass(12);
        let took = |own: &shouxin_core::event::Envelope| own.event.name() == "listing.took_effect";
        assert!(!world.log[before..].iter().any(took), "{stage:?}");
        assert!(world.marks(organisation(1)).is_empty(), "{stage:?}");
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// A listing may not be decided to last beyond the last day of what it rests on (G-END).
#[test]
fn no_listing_outlasts_the_record_it_rests_on() {
    let mut world = World::seeded();
    let short = dated(&mut world, "尤市监罚〔2026〕51号", "2026-02-10", Severity::General);
    let long = world.with_record();
    let Some(Row::Record(row)) = world.row(&Key::Record(short)) else { panic!("a record") };
    let last = row.publicity_until.expect("it is adverse");
    let id = world.listing(&[long, short], &[], Stage::Heard);
    let case = CaseRef::Listing(id);
    assert_eq!(world.refused(&head(), &until(case, last.plus_days(1))), guard(Guard::End));
    world.must(&head(), &until(case, last));
    let service = serve(&world, case);
    world.must(&handler(), &service);
    world.pass(7);
    assert_eq!(standing(&world, id), Standing::InForce);
}

/// Of several bounds the narrowest is named: the record by its id, the listing above, or the months
/// that the behaviour allows.
#[test]
fn a_refused_end_says_what_bounds_it() {
    let told = |world: &World, command: &Command| {
        let refusal = world.ask(&head(), command).expect_err("it lasts too long");
        assert_eq!(refusal.ground, guard(Guard::End));
        refusal.detail
    };
    let mut world = World::seeded();
    let short = dated(&mut world, "尤市监罚〔2026〕51号", "2026-02-10", Severity::General);
    let long = world.with_record();
    let Some(Row::Record(row)) = world.row(&Key::Record(short)) else { panic!("a record") };
    let last = row.publicity_until.expect("it is adverse");
    let id = world.listing(&[long, short], &[], Stage::Heard);
    let case = CaseRef::Listing(id);
    let said = told(&world, &until(case, last.plus_days(1)));
    assert!(said.contains(&short.to_string()) && said.contains(&last.to_string()), "{said}");
    assert!(!said.contains(&long.to_string()), "{said}");
    let cure = |world: &World, end: Day| {
        world.ask(&head(), &until(case, end)).expect_err("it is refused").cure
    };
    assert!(cure(&world, last.plus_days(1)).contains(&last.to_string()), "a day can be chosen");
    let mut late = world.clone();
    late.today = last;
    assert!(cure(&late, last.plus_days(1)).contains("撤回该案"), "none is left on its last day");

    // Where the listing ends with its record, the listing is named to the person.
    let mut both = world.clone();
    both.must(&head(), &until(case, last));
    let service = serve(&both, case);
    both.must(&handler(), &service);
    both.pass(7);
    let own = both.attribution(id, person(1), Stage::Heard);
    let said = told(&both, &until(CaseRef::Attribution(own), last.plus_days(1)));
    assert!(said.contains(&format!("{id} ")) && !said.contains(&short.to_string()), "{said}");

    // The organisation is listed for less: the person answers no longer.
    let earlier = last.plus_days(-30);
    world.must(&head(), &until(case, earlier));
    let service = serve(&world, case);
    world.must(&handler(), &service);
    world.pass(7);
    let own = world.attribution(id, person(1), Stage::Heard);
    let said = told(&world, &until(CaseRef::Attribution(own), last));
    assert!(said.contains(&format!("{id} ")) && said.contains(&earlier.to_string()), "{said}");
    assert!(!said.contains(&short.to_string()), "{said}");

    // It rests on no record: its own months bound it.
    let mut world = World::seeded();
    let id = world.listing(&[], &[], Stage::Heard);
    let said = told(&world, &until(CaseRef::Listing(id), day("2099-01-01")));
    assert!(said.contains("个月"), "{said}");
    assert_eq!(
        world.refused(&head(), &until(CaseRef::Listing(id), world.today)),
        guard(Guard::End)
    );
}

/// The record's own last day counts, whether its event is written or not, and the event of its
/// end says that of everything on it.
#[test]
fn an_expired_record_carries_nothing() {
    let mut world = World::seeded();
    let record = dated(&mut world, "尤市监罚〔2026〕52号", "2026-02-10", Severity::General);
    let Some(Row::Record(row)) = world.row(&Key::Record(record)) else { panic!("a record") };
    let last = row.publicity_until.expect("it is adverse");
    let open = world.listing(&[record], &[], Stage::Heard);
    let decided = world.second_listing(&[record], Stage::Noticed);
    world.today = last;
    assert_eq!(standing(&world, open), Standing::Pending);
    world.today = last.plus_days(1);
    assert_eq!(standing(&world, open), Standing::Ended);
    let right = until(CaseRef::Listing(open), last.plus_days(5));
    assert_eq!(world.refused(&head(), &right), guard(Guard::Fact));
    assert_eq!(
        world.refused(&handler(), &propose(organisation(1), &[record])),
        guard(Guard::Fact),
        "its event is not written yet"
    );
    let tick = Command::Tick { due: Due::Record(record) };
    let said = world.run(&timer(), &tick).expect("a timer is not refused");
    assert_eq!(said, ["record.expired", "listing.expired", "listing.expired"]);
    assert_eq!((path(&world, open), path(&world, decided)), ("expired", "expired"));
    assert_eq!(world.replayed().rows, world.rows);
}

/// A correction that ends the record earlier ends what rests on it no later; a decision that was
/// not served by then is not served any more.
#[test]
fn a_correction_shortens_what_rests_on_the_record() {
    let mut world = World::seeded();
    let record = world.with_record();
    let id = world.listing(&[record], &[STATUTE], Stage::Effective);
    let own = world.attribution(id, person(1), Stage::Effective);
    let second = world.second_listing(&[record], Stage::Decided);
    let correction = Command::CorrectRecord {
        record,
        document_number: "尤市监罚〔2026〕改1号".to_owned(),
        document_date: day("2026-01-14"),
        document_sha256: Some(digest(38)),
        content: Some(text()),
        severity: Some(Severity::General),
        reasons: text(),
    };
    world.must(&handler(), &correction);
    let Some(Row::Record(row)) = world.row(&Key::Record(record)) else { panic!("a record") };
    let last = row.publicity_until.expect("it is adverse");
    assert!(last < end(), "it ends earlier");
    let on = |world: &World, subject| {
        let Some(Row::Subject(row)) = world.row(&Key::Subject(subject)) else { panic!("a file") };
        row.marks.iter().map(|mark| mark.until).collect::<Vec<_>>()
    };
    assert_eq!((on(&world, organisation(1)), on(&world, person(1))), (vec![last], vec![last]));
    let service = serve(&world, CaseRef::Listing(second));
    assert_eq!(world.refused(&handler(), &service), guard(Guard::End));
    world.today = last.plus_days(1);
    assert_eq!(standing(&world, id), Standing::Ended);
    let of = |rows: &shouxin_core::rows::Rows, today| rows.attribution_standing(own, today);
    assert_eq!(world.standing(of), Standing::Ended);
    assert_eq!(world.replayed().rows, world.rows);
}

/// What ends with the record anyway is not shortened to the same day; what the record's day has
/// passed is over by date, and needs nothing said.
#[test]
fn a_correction_shortens_nothing_that_is_over_by_then() {
    let dated = |world: &World, record, on: Day, severity| {
        let mut world = world.clone();
        let correction = Command::CorrectRecord {
            record,
            document_number: "尤市监罚〔2026〕改1号".to_owned(),
            document_date: on,
            document_sha256: Some(digest(38)),
            content: Some(text()),
            severity: Some(severity),
            reasons: text(),
        };
        let names = world.run(&handler(), &correction).expect("it is right");
        let Some(Row::Record(row)) = world.row(&Key::Record(record)) else { panic!("a record") };
        (row.publicity_until.expect("it is adverse"), names)
    };
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[], Stage::Heard);
    // Before the leap day: some document's months later is that day.
    let last = end().plus_days(-2);
    world.must(&head(), &until(CaseRef::Listing(listing), last));
    let service = serve(&world, CaseRef::Listing(listing));
    world.must(&handler(), &service);
    world.pass(120);
    // Documents day by day older: the day on which the corrected record ends comes to today.
    let ends = |until: Day, severity| {
        // The document is no younger than what was proposed on it.
        let mut on = day("2026-03-02");
        loop {
            let (found, names) = dated(&world, record, on, severity);
            if found <= until {
                assert_eq!(found, until, "some document gives that day");
                return names;
            }
            on = on.plus_days(-1);
        }
    };
    let shortened: &[&str] = &["record.corrected", "listing.shortened", "classification.changed"];
    assert_eq!(ends(world.today, Severity::General), shortened);
    assert_eq!(ends(world.today.plus_days(-1), Severity::General), ["record.corrected"]);
    assert_eq!(ends(last.plus_days(-1), Severity::Serious), shortened);
    assert_eq!(ends(last, Severity::Serious), ["record.corrected"]);
}

/// Covers T07. A proposal bars neither the application for a repair nor its approval, which drops
/// the proposal.
#[test]
fn a_mere_proposal_bars_no_repair() {
    for stage in [Stage::Proposed, Stage::Noticed, Stage::Heard, Stage::Decided] {
        let mut world = World::seeded();
        let record = dated(&mut world, "尤市监罚〔2026〕53号", "2025-03-20", Severity::Serious);
        world.pass(60);
        let listing = world.listing(&[record], &[], stage);
        let late = dated(&mut world, "尤市监罚〔2026〕54号", "2025-03-20", Severity::Serious);
        assert_ne!(record, late);
        world.pass(400);
        let id = apply_and_check(&mut world, Repairable::Record(record));
        let before = world.log.len();
        let approval = approve(&world, id);
        world.must(&head(), &approval);
        let said: Vec<_> = world.log[before..].iter().map(|own| own.event.name()).collect();
        assert_eq!(said, ["repair.approved", "record.repaired", "listing.dropped"], "{stage:?}");
        assert_eq!(path(&world, listing), "dropped");
        assert_eq!(ended(&world, record), RecordState::Repaired);
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// What a repair had ended with its listing comes back with it, and nothing else does.
#[test]
fn a_revoked_repair_brings_back_its_own_listing_with_its_records_alone() {
    let mut world = World::seeded();
    let record = world.with_record();
    let first = world.listing(&[record], &[], Stage::Effective);
    let second = world.second_listing(&[record], Stage::Effective);
    world.pass(120);
    let id = apply_and_check(&mut world, Repairable::Listing(first));
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    world.close();
    let notice = revocation_notice(&world, id);
    world.must(&handler(), &notice);
    world.pass(12);
    let revocation = revoke_repair(&world, id, 0);
    world.must(&head(), &revocation);
    world.pass(12);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(first), false)]);
    assert_eq!(standing(&world, first), Standing::InForce);
    assert_eq!(standing(&world, second), Standing::Ended);
    assert_eq!(ended(&world, record), RecordState::Accepted);
    assert_eq!(world.replayed().rows, world.rows);
}

/// Covers INV-3. An extension rests on the record that its listing rests on; there is one open
/// extension at a time, and a proposal beside both is refused as before.
#[test]
fn an_extension_rests_on_the_same_record() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[], Stage::Effective);
    let by = ListingId(world.must(&handler(), &extension(listing, &[record])));
    let Some(Row::Listing(row)) = world.row(&Key::Listing(by)) else { panic!("a listing") };
    assert_eq!(row.extends, Some(listing));
    for again in [extension(listing, &[record]), extension(listing, &[])] {
        assert_eq!(world.refused(&handler(), &again), EXISTS);
        let refusal = world.ask(&handler(), &again).unwrap_err();
        assert!(refusal.detail.contains(&by.to_string()), "{}", refusal.detail);
    }
    assert_eq!(world.refused(&handler(), &propose(organisation(1), &[record])), EXISTS);
    world.must(&handler(), &Command::DropCase { case: CaseRef::Listing(by), reasons: text() });
    let by = ListingId(world.must(&handler(), &extension(listing, &[record])));
    world.advance(CaseRef::Listing(by), &[], Stage::Effective);
    assert_eq!(world.refused(&handler(), &extension(listing, &[record])), EXISTS);
    // An objection to the record holds both, and its annulment ends both.
    world.objection(organisation(1), Target::Record(record), false);
    let held = [(CaseRef::Listing(listing), true), (CaseRef::Listing(by), true)];
    assert_eq!(world.marks(organisation(1)), held);
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    assert!(world.marks(organisation(1)).is_empty());
    assert_eq!(world.replayed().rows, world.rows);
}

/// An extension stands beside its own listing, not beside another on the same record.
#[test]
fn an_extension_exempts_its_own_listing_alone() {
    let mut world = World::seeded();
    let record = world.with_record();
    let first = world.listing(&[record], &[], Stage::Effective);
    let other = world.listing(&[], &[], Stage::Effective);
    assert_eq!(world.refused(&handler(), &extension(other, &[record])), EXISTS);
    extend(&mut world, other, &[], Stage::Proposed);
    extend(&mut world, first, &[record], Stage::Proposed);
}

/// Covers O66. A proposal names the live record that its document is of, by number or by digest.
#[test]
fn a_proposal_rests_on_the_record_of_its_document() {
    let mut world = World::seeded();
    let number = fact(organisation(1)).number;
    let own = dated(&mut world, &number, "2026-01-15", Severity::Serious);
    let bare = propose(organisation(1), &[]);
    assert_eq!(world.refused(&handler(), &bare), guard(Guard::Fact));
    let refusal = world.ask(&handler(), &bare).unwrap_err();
    assert!(refusal.cure.contains(&own.to_string()), "{}", refusal.cure);
    world.must(&handler(), &propose(organisation(1), &[own]));

    let mut world = World::seeded();
    let by_digest = NewRecord {
        document_sha256: Some(fact(organisation(1)).sha256),
        ..record(organisation(1), "另一文号")
    };
    let submit = Command::SubmitRecords { records: vec![by_digest] };
    let record = RecordId(world.must(&handler(), &submit));
    assert_eq!(world.refused(&handler(), &bare), guard(Guard::Fact));
    world.must(&handler(), &propose(organisation(1), &[record]));
    // Another subject's record is no matter of this one; of one that is over nothing is proposed.
    world.must(&handler(), &propose(organisation(2), &[]));
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    assert_eq!(world.refused(&handler(), &bare), guard(Guard::Fact));
    assert_eq!(world.replayed().rows, world.rows);
}

/// A corrected record is found by its new document, and by the old as long as that is no other's: what
/// another paper establishes is collected with it.
#[test]
fn a_corrected_record_is_found_by_its_own_document() {
    let mut world = World::seeded();
    let record = world.with_record();
    let bare = propose(organisation(1), &[]);
    world.ask(&handler(), &bare).expect("another document");
    let correction = |number: &str| Command::CorrectRecord {
        record,
        document_number: number.to_owned(),
        document_date: day("2026-01-15"),
        document_sha256: Some(digest(38)),
        content: Some(text()),
        severity: Some(Severity::Serious),
        reasons: text(),
    };
    world.must(&handler(), &correction(&fact(organisation(1)).number));
    assert_eq!(world.refused(&handler(), &bare), guard(Guard::Fact));
    world.must(&handler(), &correction("尤市监罚〔2026〕改2号"));
    assert_eq!(world.refused(&handler(), &bare), guard(Guard::Fact), "by its old number");
    let own = submit(organisation(1), &fact(organisation(1)).number);
    let own = RecordId(world.must(&handler(), &own));
    world.ask(&handler(), &propose(organisation(1), &[own])).expect("another document again");
}

/// Covers O71. What the authority decides or serves late is marked once by a timer, counted for the
/// authority, and changes nothing for the subject.
#[test]
fn a_case_that_is_decided_or_served_late_is_marked_once() {
    for stage in [Stage::Proposed, Stage::Heard] {
        let mut world = World::seeded();
        let id = world.listing(&[], &[], stage);
        let Some(Row::Listing(row)) = world.row(&Key::Listing(id)) else { panic!("a listing") };
        let ListingKind::Black { case, .. } = &row.kind else { panic!("a black one") };
        let last = case.decide_by.day;
        let name = path(&world, id);
        let tick = Command::Tick { due: Due::Case(CaseRef::Listing(id)) };
        world.today = last;
        assert!(world.run(&timer(), &tick).expect("taken").is_empty(), "its last day");
        world.today = last.plus_days(1);
        let said = world.run(&timer(), &tick).expect("taken");
        assert_eq!(said, ["assessment.case_decision_overdue"]);
        assert!(world.run(&timer(), &tick).expect("taken").is_empty(), "marked once");
        assert_eq!(path(&world, id), name);
        assert_eq!(counted(&world, Counter::CaseDecisionOverdue), 1);
        assert_eq!(world.replayed().rows, world.rows);
    }
    let mut world = World::seeded();
    let id = world.listing(&[], &[], Stage::Decided);
    let tick = Command::Tick { due: Due::Case(CaseRef::Listing(id)) };
    let days = i32::from(world.rules.pack(world.today).serve_within_days);
    world.today = world.today.plus_days(days);
    assert!(world.run(&timer(), &tick).expect("taken").is_empty(), "its last day");
    world.today = world.today.plus_days(1);
    assert_eq!(world.run(&timer(), &tick).expect("taken"), ["assessment.case_service_overdue"]);
    assert!(world.run(&timer(), &tick).expect("taken").is_empty(), "marked once");
    assert_eq!(counted(&world, Counter::CaseServiceOverdue), 1);
    assert_eq!(world.replayed().rows, world.rows);
}

/// Covers O71. Nobody is late with a decision that nobody may make: while the record is disputed the case
/// is not marked, and with the outcome its authority has the same days anew.
#[test]
fn a_case_whose_record_is_disputed_is_late_by_days_anew() {
    let decide_by = |world: &World, id: ListingId| {
        let Some(Row::Listing(row)) = world.row(&Key::Listing(id)) else { panic!("a listing") };
        let ListingKind::Black { case, .. } = &row.kind else { panic!("a black one") };
        case.decide_by
    };
    let due = |world: &World| {
        let said = |own: &&shouxin_core::event::Envelope| {
            own.event.name() == "assessment.case_decision_due"
        };
        world.log.iter().filter(said).count()
    };
    let mut world = World::seeded();
    let record = world.with_record();
    let id = world.listing(&[record], &[STATUTE], Stage::Heard);
    let first = decide_by(&world, id);
    let tick = Command::Tick { due: Due::Case(CaseRef::Listing(id)) };
    let objection = world.objection(organisation(1), Target::Record(record), false);
    assert_eq!(
        world.refused(&head(), &until(CaseRef::Listing(id), end())),
        guard(Guard::NoSuspension)
    );
    world.today = first.day.plus_days(3);
    assert!(world.run(&timer(), &tick).expect("taken").is_empty(), "nobody may decide it");
    world.outcome(objection, Finding::Correct);
    assert_eq!(due(&world), 1);
    let anew = decide_by(&world, id);
    assert_eq!((anew.from, anew.working_days), (world.today, first.working_days));
    world.today = anew.day;
    assert!(world.run(&timer(), &tick).expect("taken").is_empty(), "its last day");
    world.today = anew.day.plus_days(1);
    let said = world.run(&timer(), &tick).expect("taken");
    assert_eq!(said, ["assessment.case_decision_overdue"]);
    assert_eq!(world.replayed().rows, world.rows);

    // What another objection still holds has its days with the last outcome; what is decided has none.
    let mut world = World::seeded();
    let record = world.with_record();
    let id = world.listing(&[record], &[STATUTE], Stage::Effective);
    let own = world.attribution(id, person(1), Stage::Heard);
    let on_record = world.objection(organisation(1), Target::Record(record), false);
    let on_listing = world.objection(organisation(1), Target::Listing(id), false);
    world.outcome(on_record, Finding::Correct);
    assert_eq!(due(&world), 0, "the listing is still disputed");
    world.pass(2);
    world.outcome(on_listing, Finding::Correct);
    assert_eq!(due(&world), 1, "the person's case alone is to be decided");
    let Some(Row::Attribution(row)) = world.row(&Key::Attribution(own)) else { panic!("a case") };
    assert_eq!(row.case.decide_by.from, world.today);
    assert_eq!(world.replayed().rows, world.rows);
}

fn counted(world: &World, counter: Counter) -> u32 {
    let unit = Unit::Authority(authority(MARKET));
    let month = Month::of(world.today);
    match world.row(&Key::Tally { unit, month }) {
        Some(Row::Tally(counts)) => counts.get(counter),
        _ => 0,
    }
}
