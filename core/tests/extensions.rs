//! An extension rests on the listing that it extends: suspended with it, and over when that is
//! repaired, relieved or void; that the listing's own time has passed leaves it (design.md 1).
//!
//! Covers: INV-3, INV-4, INV-5, INV-6.

use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseHook, CaseRef, Event, Finding, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{ListingId, MeasureId, ObjectionId, ReliefId, RepairId};
use shouxin_core::limits::EXTENSIONS_MAX;
use shouxin_core::path::Standing;
use shouxin_core::row::{Due, Key, Repairable};

use crate::kit::asked::revoke;
use crate::kit::extended::{extend, extension, soon_over};
use crate::kit::later::{changes, remedy, rule, stay, suit};
use crate::kit::repairs::{checked, done, revoked};
use crate::kit::rules::{STATUTE, day};
use crate::kit::steps::*;
use crate::kit::table::EXISTS;
use crate::kit::{Who, World, guard, misfit, organisation, party, person, timer};

fn own() -> Who {
    party(organisation(1))
}

/// A listing in effect and its extension, so far on its way.
fn extended(stage: Stage) -> (World, ListingId, ListingId) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let by = extend(&mut world, listing, &[], stage);
    (world, listing, by)
}

fn path(world: &World, id: ListingId) -> &'static str {
    world.path(CaseRef::Listing(id)).name()
}

fn standing(world: &World, id: ListingId) -> Standing {
    world.standing(|rows, on| rows.listing_standing(id, on))
}

fn tick(id: ListingId) -> Command {
    Command::Tick { due: Due::Case(CaseRef::Listing(id)) }
}

fn both(listing: ListingId, by: ListingId, suspended: bool) -> Vec<(CaseRef, bool)> {
    vec![(CaseRef::Listing(listing), suspended), (CaseRef::Listing(by), suspended)]
}

/// An objection that silence has accepted has its outcome.
fn found(world: &mut World, objection: ObjectionId, finding: Finding) -> Vec<&'static str> {
    let received_on = world.today;
    world.must(&clerk(), &Command::ReferObjection { objection, received_on });
    world.must(&head(), &report(objection, finding));
    let outcome = resolve(world, objection);
    world.run(&clerk(), &outcome).expect("taken")
}

fn said(world: &World, from: usize) -> Vec<&'static str> {
    world.log[from..].iter().map(|own| own.event.name()).collect()
}

/// Covers G-NOSUSP. While the listing is suspended its extension is neither decided, nor served, nor
/// does it start; it goes on after the outcome.
#[test]
fn an_extension_waits_while_its_listing_is_suspended() {
    let (mut heard, listing, by) = extended(Stage::Heard);
    let decide = decision(CaseRef::Listing(by), 2, &[STATUTE]);
    let objection = heard.objection(organisation(1), Target::Listing(listing), false);
    assert_eq!(heard.refused(&head(), &decide), guard(Guard::NoSuspension));
    heard.outcome(objection, Finding::Correct);
    heard.must(&head(), &decide);

    let (mut decided, listing, by) = extended(Stage::Decided);
    let objection = decided.objection(organisation(1), Target::Listing(listing), false);
    let service = serve(&decided, CaseRef::Listing(by));
    assert_eq!(decided.refused(&handler(), &service), guard(Guard::NoSuspension));
    decided.outcome(objection, Finding::Correct);
    decided.must(&handler(), &service);

    let (mut served, listing, by) = extended(Stage::Served);
    let objection = served.objection(organisation(1), Target::Listing(listing), false);
    served.pass(12);
    assert_eq!(path(&served, by), "served", "it is put off");
    assert!(served.run(&timer(), &tick(by)).expect("taken").is_empty());
    assert_eq!(served.marks(organisation(1)), [(CaseRef::Listing(listing), true)]);
    found(&mut served, objection, Finding::Correct);
    let started = served.run(&timer(), &tick(by)).expect("taken");
    assert_eq!(started, ["listing.took_effect", "classification.changed"]);
    assert_eq!(served.marks(organisation(1)), both(listing, by, false));
    assert_eq!(served.replayed().rows, served.rows);
}

/// Covers INV-4. In effect beside its listing it is suspended with it, in the same commit, whatever it
/// is that suspends: with its measures, for every reader and every channel.
#[test]
fn an_extension_is_suspended_with_its_listing() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let by = extend(&mut world, listing, &[], Stage::Effective);
    let person_case = world.attribution(by, person(1), Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &initiate(by, None, STATUTE)));
    world.proceed(measure, Progress::Executed);
    for target in [Target::Listing(listing), Target::Record(record)] {
        let mut held = world.clone();
        let (from, at) = (held.log.len(), held.next());
        let objection = held.objection(organisation(1), target, false);
        assert_eq!(
            said(&held, from),
            ["objection.filed", "classification.changed", "classification.changed"]
        );
        assert_eq!(held.marks(organisation(1)), both(listing, by, true), "{target:?}");
        assert_eq!(held.marks(person(1)), [(CaseRef::Attribution(person_case), true)]);
        assert_eq!(standing(&held, by), Standing::Suspended);
        let of = held.standing(|rows, on| rows.measure_standing(measure, on));
        assert_eq!(of, Standing::Suspended);
        let root = Target::Listing(by);
        let walked = |key: &Key| matches!(key, Key::Walk { root: own, .. } if *own == root);
        assert!(held.rows.keys().any(walked), "its departments are told");
        assert!(changes(&held, at).contains(&Target::Listing(by)), "channels mark it");
        // What else holds it holds on.
        let mut apart = held.clone();
        let itself = apart.objection(organisation(1), Target::Listing(by), false);
        apart.outcome(objection, Finding::Correct);
        let one = [(CaseRef::Listing(listing), false), (CaseRef::Listing(by), true)];
        assert_eq!(apart.marks(organisation(1)), one);
        apart.outcome(itself, Finding::Correct);
        assert_eq!(apart.marks(organisation(1)), both(listing, by, false));
        let mut above = held.clone();
        let itself = above.objection(organisation(1), Target::Listing(by), false);
        above.outcome(itself, Finding::Correct);
        assert_eq!(above.marks(organisation(1)), both(listing, by, true));
        held.outcome(objection, Finding::Correct);
        assert_eq!(held.marks(organisation(1)), both(listing, by, false));
        assert_eq!(held.marks(person(1)), [(CaseRef::Attribution(person_case), false)]);
        assert_eq!(held.replayed().rows, held.rows);
    }
    // The listing does not rest on its extension.
    world.objection(organisation(1), Target::Listing(by), false);
    let one = [(CaseRef::Listing(listing), false), (CaseRef::Listing(by), true)];
    assert_eq!(world.marks(organisation(1)), one);
}

/// That the listing's own time has passed leaves its extension.
#[test]
fn an_extension_outlasts_the_last_day_of_its_listing() {
    let (mut world, listing, by, last) = soon_over();
    world.go_to(last.plus_days(1));
    assert_eq!((path(&world, listing), path(&world, by)), ("expired", "effective"));
    assert_eq!(standing(&world, by), Standing::InForce);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(by), false)]);
    assert_eq!(world.replayed().rows, world.rows);
}

/// Covers INV-5. What suspends the listing suspends its extension until the outcome, though the last
/// day of the listing has passed by then: nothing comes back into effect by a date.
#[test]
fn a_date_ends_no_suspension_of_an_extension() {
    let (mut world, listing, by, last) = soon_over();
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    world.go_to(last.plus_days(1));
    assert_eq!(path(&world, listing), "expired");
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(by), true)]);
    assert_eq!(standing(&world, by), Standing::Suspended);
    let mut void = world.clone();
    let outcome = found(&mut void, objection, Finding::Error);
    assert_eq!(outcome[..3], ["objection.resolved", "listing.annulled", "listing.annulled"]);
    // Void is void, though its last day has passed: else a repaired extension might come back.
    assert_eq!((path(&void, listing), path(&void, by)), ("annulled", "annulled"));
    assert!(void.marks(organisation(1)).is_empty());
    assert_eq!(void.replayed().rows, void.rows);
    // Whoever shows the extension has to confirm the outcome about the listing, and what came before.
    let mut hidden = world.clone();
    let withdrawn = hidden.next();
    hidden.must(&head(), &revoke(&world, CaseRef::Listing(by)));
    hidden.pass(1);
    found(&mut hidden, objection, Finding::Correct);
    let settle = hidden.objection_row(objection).settle.expect("something was shown");
    assert!(settle.last >= withdrawn && settle.last < hidden.log.last().unwrap().position);
    let outcome = world.next();
    found(&mut world, objection, Finding::Correct);
    let settle = world.objection_row(objection).settle.expect("the extension is shown");
    assert!(settle.last >= outcome);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(by), false)]);
    assert_eq!(standing(&world, by), Standing::InForce);
    assert_eq!(world.replayed().rows, world.rows);
}

/// Covers INV-6, O60. The repair of the listing ends its extension: what is served as if repaired, what
/// is only on its way is dropped.
#[test]
fn an_extension_ends_with_the_repair_of_its_listing() {
    for (stage, name) in [
        (Stage::Proposed, "dropped"),
        (Stage::Noticed, "dropped"),
        (Stage::Heard, "dropped"),
        (Stage::Decided, "dropped"),
        (Stage::Served, "removed"),
        (Stage::Effective, "removed"),
    ] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        world.pass(120);
        let by = extend(&mut world, listing, &[], stage);
        if stage == Stage::Effective {
            world.attribution(by, person(1), Stage::Effective);
        }
        let repair = checked(&mut world, &own(), Repairable::Listing(listing));
        let from = world.log.len();
        let approval = approve(&world, repair);
        world.must(&head(), &approval);
        let mut expected = vec!["repair.approved", "listing.removed", "classification.changed"];
        expected.push(if name == "dropped" { "listing.dropped" } else { "listing.removed" });
        if stage == Stage::Effective {
            expected.extend(["classification.changed", "attribution.ended"]);
        }
        assert_eq!(said(&world, from), expected, "{stage:?}");
        assert_eq!((path(&world, by), standing(&world, by)), (name, Standing::Ended));
        assert!(world.marks(organisation(1)).is_empty() && world.marks(person(1)).is_empty());
        let from = world.log.len();
        world.pass(12);
        assert!(!said(&world, from).contains(&"listing.took_effect"), "{stage:?}");
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// The record below both is repaired by another listing's repair: both end, each once.
#[test]
fn a_listing_and_its_extension_fall_once_with_the_record_below_both() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[], Stage::Effective);
    let by = extend(&mut world, listing, &[record], Stage::Effective);
    let last = extend(&mut world, by, &[], Stage::Heard);
    let other = world.second_listing(&[record], Stage::Effective);
    let beside = extend(&mut world, other, &[record], Stage::Effective);
    let under = extend(&mut world, beside, &[], Stage::Heard);
    let all = [listing, by, last, other, beside, under];
    world.pass(120);
    let count = |world: &World, name| said(world, 0).into_iter().filter(|own| *own == name).count();
    let mut repaired = world.clone();
    let repair = checked(&mut repaired, &own(), Repairable::Listing(listing));
    let approval = approve(&repaired, repair);
    repaired.must(&head(), &approval);
    let ends = all.map(|id| path(&repaired, id));
    assert_eq!(ends, ["removed", "removed", "dropped", "removed", "removed", "dropped"]);
    assert_eq!(count(&repaired, "listing.removed"), 4);
    assert_eq!(count(&repaired, "listing.dropped"), 2);
    assert_eq!(repaired.replayed().rows, repaired.rows);
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    assert_eq!(all.map(|id| path(&world, id)), ["annulled"; 6]);
    assert_eq!(count(&world, "listing.annulled"), 6);
    assert!(world.marks(organisation(1)).is_empty());
    assert_eq!(world.replayed().rows, world.rows);
}

fn granted(world: &mut World, listing: ListingId) -> ReliefId {
    ReliefId(world.must(
        &head(),
        &remedy(RemedyCommand::GrantRelief {
            listing,
            ruling: judgment(world, organisation(1)),
            reasons: text(),
            until: day("2027-02-26"),
        }),
    ))
}

fn completed(world: &World, relief: ReliefId) -> Command {
    remedy(RemedyCommand::CompleteRelief {
        relief,
        document: judgment(world, organisation(1)),
        reasons: text(),
    })
}

/// Relief suspends the extension while a plan is performed, and ends it when it was; also where the
/// listing's own last day came first.
#[test]
fn an_extension_is_relieved_with_its_listing() {
    for (stage, name) in
        [(Stage::Heard, "dropped"), (Stage::Served, "relieved"), (Stage::Effective, "relieved")]
    {
        let (mut world, listing, by) = extended(stage);
        let relief = granted(&mut world, listing);
        assert!(world.marks(organisation(1)).iter().all(|own| own.1), "{stage:?}");
        assert_ne!(standing(&world, by), Standing::InForce);
        let mut failed = world.clone();
        let document = judgment(&failed, organisation(1));
        let ended = RemedyCommand::EndRelief { relief, document, reasons: text() };
        failed.must(&head(), &remedy(ended));
        assert!(failed.marks(organisation(1)).iter().all(|own| !own.1), "{stage:?}");
        world.must(&head(), &completed(&world, relief));
        assert_eq!((path(&world, listing), path(&world, by)), ("relieved", name));
        assert!(world.marks(organisation(1)).is_empty());
        assert_eq!(world.replayed().rows, world.rows);
    }
    let (mut world, listing, by, last) = soon_over();
    let relief = granted(&mut world, listing);
    world.go_to(last.plus_days(1));
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(by), true)]);
    world.must(&head(), &completed(&world, relief));
    assert_eq!((path(&world, listing), path(&world, by)), ("relieved", "relieved"));
    assert!(world.marks(organisation(1)).is_empty());
}

/// Covers INV-6, O66. Whoever finds the listing void ends its extension at any stage.
#[test]
fn an_extension_is_void_with_its_listing() {
    for stage in [
        Stage::Proposed,
        Stage::Noticed,
        Stage::Heard,
        Stage::Decided,
        Stage::Served,
        Stage::Effective,
    ] {
        let (world, listing, by) = extended(stage);
        let gone = |world: &World, why: &str| {
            let ends = (path(world, listing), path(world, by));
            assert_eq!(ends, ("annulled", "annulled"), "{stage:?}, {why}");
            assert_eq!(standing(world, by), Standing::Ended);
            assert!(world.marks(organisation(1)).is_empty(), "{stage:?}, {why}");
            assert_eq!(world.replayed().rows, world.rows);
        };
        let mut upheld = world.clone();
        let objection = upheld.objection(organisation(1), Target::Listing(listing), false);
        upheld.outcome(objection, Finding::Error);
        gone(&upheld, "an objection");
        let mut judged = world.clone();
        judged.must(&handler(), &suit(&judged.clone(), Target::Listing(listing)));
        judged.must(&handler(), &stay(&judged.clone()));
        assert!(judged.marks(organisation(1)).iter().all(|own| own.1));
        judged.must(&handler(), &rule(&judged.clone(), RemedyOutcome::Revoked));
        gone(&judged, "a court");
        let mut back = world.clone();
        back.must(&head(), &revoke(&world, CaseRef::Listing(listing)));
        gone(&back, "the head");
    }
}

/// What was ordered on the extension is lifted before the outcome about the listing is closed.
#[test]
fn what_was_ordered_on_an_extension_is_lifted_with_its_listing() {
    let (mut world, listing, by) = extended(Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &initiate(by, None, STATUTE)));
    world.proceed(measure, Progress::Executed);
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(objection, Finding::Error);
    assert!(world.close().is_empty(), "a lift is owed");
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    assert_eq!(world.close(), ["objection.closed"]);
    // One that stands, because the listing came to its last day first, is nobody's to lift.
    let (mut world, listing, by, last) = soon_over();
    let mut initiate = initiate(by, None, STATUTE);
    if let Command::InitiateMeasure { until, .. } = &mut initiate {
        *until = end();
    }
    let measure = MeasureId(world.must(&handler(), &initiate));
    world.proceed(measure, Progress::Executed);
    world.go_to(last.plus_days(-3));
    let repair = checked(&mut world, &own(), Repairable::Listing(listing));
    world.go_to(last.plus_days(1));
    let approval = approve(&world, repair);
    assert_eq!(world.run(&head(), &approval).expect("taken"), ["repair.approved"]);
    assert_eq!(standing(&world, by), Standing::InForce);
    assert_eq!(world.close(), ["repair.done"]);
}

/// Covers O67. Who takes a listing back owes redress for what was ordered on its extension alone.
#[test]
fn redress_is_owed_for_what_was_ordered_on_an_extension() {
    for (progress, owed) in [(Progress::Accepted, false), (Progress::Executed, true)] {
        let mut world = World::seeded();
        // What is listed of a natural person is not shown.
        let listing = ListingId(world.must(&handler(), &propose(person(1), &[])));
        world.advance(CaseRef::Listing(listing), &[STATUTE], Stage::Effective);
        let mut extend = extension(listing, &[]);
        if let Command::Listing(ListingCommand::Extend { facts, .. }) = &mut extend {
            *facts = vec![fact(person(1))];
        }
        let by = ListingId(world.must(&handler(), &extend));
        world.advance(CaseRef::Listing(by), &[STATUTE], Stage::Effective);
        let measure = MeasureId(world.must(&handler(), &initiate(by, None, STATUTE)));
        world.proceed(measure, progress);
        let back = revoke(&world, CaseRef::Listing(listing));
        let said = world.run(&head(), &back).expect("taken");
        assert_eq!(said.contains(&"redress.owed_by_annulment"), owed, "{said:?}");
        assert_eq!(path(&world, by), "annulled");
    }
}

/// What a revoked repair brings back is the listing that it was about; and an extension comes back from
/// a repair of its own only under a listing that carries it, suspended with it.
#[test]
fn an_extension_comes_back_by_its_own_revocation_alone() {
    let (mut world, listing, by) = extended(Stage::Effective);
    world.pass(120);
    let repair = done(&mut world, &own(), Repairable::Listing(listing));
    revoked(&mut world, &own(), repair);
    world.pass(20);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
    assert_eq!((path(&world, by), standing(&world, by)), ("removed", Standing::Ended));
    assert_eq!(world.replayed().rows, world.rows);

    let (mut world, listing, by) = extended(Stage::Effective);
    world.pass(120);
    let repair: RepairId = done(&mut world, &own(), Repairable::Listing(by));
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
    revoked(&mut world, &own(), repair);
    let mut gone = world.clone();
    gone.must(&head(), &revoke(&world, CaseRef::Listing(listing)));
    gone.pass(20);
    assert!(gone.marks(organisation(1)).is_empty());
    assert!(said(&gone, 0).contains(&"repair.revocation_lapsed"));
    let mut held = world.clone();
    held.objection(organisation(1), Target::Listing(listing), false);
    held.pass(20);
    assert_eq!(held.marks(organisation(1)), both(listing, by, true));
    assert_eq!(held.replayed().rows, held.rows);
    // Meanwhile it was extended anew: there is one at a time.
    let second = extend(&mut world, listing, &[], Stage::Heard);
    world.pass(20);
    assert_eq!(world.marks(organisation(1)), both(listing, by, false));
    assert_eq!(world.refused(&handler(), &extension(listing, &[])), EXISTS);
    world.must(&handler(), &Command::DropCase { case: CaseRef::Listing(second), reasons: text() });
    assert_eq!(world.refused(&handler(), &extension(listing, &[])), EXISTS, "the first is back");
    // Void with the listing, though it is not the newest of its extensions.
    world.must(&head(), &revoke(&world.clone(), CaseRef::Listing(listing)));
    assert_eq!((path(&world, by), path(&world, second)), ("annulled", "dropped"));
    assert!(world.marks(organisation(1)).is_empty());
    assert_eq!(world.replayed().rows, world.rows);
}

/// What extends an extension follows the first of them, through one whose time has passed.
#[test]
fn extensions_follow_one_another() {
    let (mut world, listing, by, last) = soon_over();
    let third = extend(&mut world, by, &[], Stage::Effective);
    let all = [listing, by, third].map(CaseRef::Listing);
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    assert_eq!(world.marks(organisation(1)), all.map(|case| (case, true)));
    assert_eq!(standing(&world, third), Standing::Suspended);
    world.go_to(last.plus_days(1));
    assert_eq!(
        world.marks(organisation(1)),
        [(CaseRef::Listing(by), true), (CaseRef::Listing(third), true)]
    );
    let mut void = world.clone();
    found(&mut void, objection, Finding::Error);
    assert_eq!((path(&void, by), path(&void, third)), ("annulled", "annulled"));
    found(&mut world, objection, Finding::Correct);
    assert_eq!(
        world.marks(organisation(1)),
        [(CaseRef::Listing(by), false), (CaseRef::Listing(third), false)]
    );
    assert_eq!(world.replayed().rows, world.rows);
}

/// How many extensions follow one another, or may come back, is bounded; what was dropped counts not.
#[test]
fn extensions_are_bounded() {
    let mut world = World::seeded();
    let mut listing = world.listing(&[], &[], Stage::Effective);
    for _ in 0..EXTENSIONS_MAX + 2 {
        let by = ListingId(world.must(&handler(), &extension(listing, &[])));
        world.must(&handler(), &Command::DropCase { case: CaseRef::Listing(by), reasons: text() });
    }
    assert_eq!(world.listing_row(listing).extensions.len(), 1);
    for _ in 0..EXTENSIONS_MAX {
        listing = extend(&mut world, listing, &[], Stage::Effective);
    }
    let limit = misfit(Misfit::Limit);
    assert_eq!(world.refused(&handler(), &extension(listing, &[])), limit);
    assert_eq!(world.replayed().rows, world.rows);
}

/// Past its last day a listing is disputed, and stayed, while its extension rests on it.
#[test]
fn an_expired_listing_is_stayed_with_its_extension() {
    let (mut world, listing, by, last) = soon_over();
    world.go_to(last.plus_days(1));
    assert_eq!((path(&world, listing), standing(&world, by)), ("expired", Standing::InForce));
    let mut disputed = world.clone();
    let filed = suit(&world, Target::Listing(listing));
    world.must(&own(), &filed);
    let ordered = stay(&world);
    world.must(&handler(), &ordered);
    assert_eq!(standing(&world, by), Standing::Suspended);
    let objection = ObjectionId(disputed.must(&own(), &object(Target::Listing(listing), false)));
    assert_eq!(standing(&disputed, by), Standing::Suspended);
    disputed.outcome(objection, Finding::Error);
    assert_eq!((path(&disputed, listing), path(&disputed, by)), ("annulled", "annulled"));
    // Nothing rests on it any more.
    let again = disputed.ask(&own(), &object(Target::Listing(listing), false));
    assert!(again.is_err());
}

fn annulled(world: &World, from: usize) -> Vec<CaseRef> {
    let all = world.log[from..].iter().filter_map(|own| match own.event {
        Event::CaseAnnulled { case, .. } => Some(case),
        _ => None,
    });
    all.collect()
}

/// Who was found void is void once, though what extended it is over with it.
#[test]
fn a_void_listing_with_an_extension_is_annulled_once() {
    let (mut world, listing, by) = extended(Stage::Effective);
    let filed = suit(&world, Target::Listing(listing));
    world.must(&own(), &filed);
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    let from = world.log.len();
    world.outcome(objection, Finding::Error);
    assert_eq!(annulled(&world, from), [CaseRef::Listing(listing), CaseRef::Listing(by)]);
    let from = world.log.len();
    let ruled = rule(&world, RemedyOutcome::Revoked);
    world.must(&clerk(), &ruled);
    assert_eq!(annulled(&world, from), []);
}

/// A listing whose time has passed is void all the same while its extension goes on, whether its timer
/// came or not: the finding is about the ground of both.
#[test]
fn a_listing_whose_time_has_passed_is_void_while_its_extension_goes_on() {
    for timers in [true, false] {
        let (mut world, listing, by, last) = soon_over();
        match timers {
            true => drop(world.go_to(last.plus_days(1))),
            false => world.today = last.plus_days(1),
        }
        assert_eq!(path(&world, listing) == "expired", timers);
        let objection = world.objection(organisation(1), Target::Listing(listing), false);
        let from = world.log.len();
        world.outcome(objection, Finding::Error);
        assert_eq!(annulled(&world, from), [CaseRef::Listing(listing), CaseRef::Listing(by)]);
        assert_eq!(path(&world, listing), "annulled");
    }
}
