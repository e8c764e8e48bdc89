//! Courses of what is void or relieved after its repair, of two repairs of one thing, of what a court
//! changed, and of a commitment that was found broken anew.

use super::kit::asked::{relief_of, revoke};
use super::kit::commitments::*;
use super::kit::extended::soon_over;
use super::kit::later::*;
use super::kit::repairs::{checked, done, revoked};
use super::kit::rules::{PERSONS, STATUTE, day};
use super::kit::steps::*;
use super::kit::{Who, World, organisation, party, person};
use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::{RemedyOutcome, ReviewOf};
use shouxin_core::event::{CaseHook, CaseRef, Event, Finding, RepairAcceptance, Target};
use shouxin_core::id::{AttributionId, CommitmentId, ListingId, MeasureId, ObjectionId};
use shouxin_core::row::{ListingKind, Repairable};
use shouxin_core::time::Day;

fn own() -> Who {
    party(organisation(1))
}

fn sued(world: &mut World, who: &Who, target: Target) {
    let filed = suit(world, target);
    world.must(who, &filed);
}

fn ruled(world: &mut World, outcome: RemedyOutcome) {
    let ruling = rule(world, outcome);
    world.must(&clerk(), &ruling);
}

fn redressed(world: &mut World) {
    let remedy_id = remedy_of(world);
    let (account, evidence) = (text(), vec![digest(44)]);
    let redress = RemedyCommand::CompleteRemedyRedress { remedy: remedy_id, account, evidence };
    world.must(&handler(), &remedy(redress));
}

/// A court finds a repaired listing void.
pub fn court_void() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    world.pass(200);
    done(&mut world, &own(), Repairable::Listing(listing));
    sued(&mut world, &own(), Target::Listing(listing));
    ruled(&mut world, RemedyOutcome::Revoked);
    redressed(&mut world);
    world
}

/// A court finds void what a person was repaired of.
pub fn person_void() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let at = world.attribution(listing, person(1), Stage::Effective);
    world.pass(200);
    let p = party(person(1));
    done(&mut world, &p, Repairable::Attribution(at));
    sued(&mut world, &p, Target::Attribution(at));
    ruled(&mut world, RemedyOutcome::Revoked);
    world
}

/// A court finds a repaired finding void, whether or not it is to come back.
pub fn finding_void(returns: bool) -> World {
    let (mut world, id) = word(Word::Repaired);
    let repair = repair_of(&world);
    if returns {
        revoked(&mut world, &own(), repair);
    }
    sued(&mut world, &own(), Target::Commitment(id));
    ruled(&mut world, RemedyOutcome::Revoked);
    redressed(&mut world);
    world.pass(20);
    world
}

/// The extension is repaired.
fn extension_repaired() -> (World, ListingId) {
    let (mut world, listing, by, _) = soon_over();
    world.pass(120);
    done(&mut world, &own(), Repairable::Listing(by));
    (world, listing)
}

/// A court finds void what a repaired extension rests on, past its last day.
pub fn extension_void() -> World {
    let (mut world, listing) = extension_repaired();
    world.go_to(day("2027-03-10"));
    sued(&mut world, &own(), Target::Listing(listing));
    ruled(&mut world, RemedyOutcome::Revoked);
    world
}

/// Its own authority takes back what a repaired extension rests on.
pub fn extension_taken_back() -> World {
    let (mut world, listing) = extension_repaired();
    let back = revoke(&world, CaseRef::Listing(listing));
    world.must(&head(), &back);
    world
}

/// An expired listing is stayed with its extension, and found void.
pub fn expired_disputed() -> World {
    let (mut world, listing, ..) = soon_over();
    world.go_to(day("2027-03-10"));
    sued(&mut world, &own(), Target::Listing(listing));
    let ordered = stay(&world);
    world.must(&handler(), &ordered);
    let ended = end_stay(&world);
    world.must(&clerk(), &ended);
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(objection, Finding::Error);
    world
}

/// The plan is performed of a listing that was repaired meanwhile.
pub fn relieved() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    world.pass(200);
    let (granted, reasons, until) = (judgment(&world, organisation(1)), text(), day("2027-12-31"));
    let grant = RemedyCommand::GrantRelief { listing, ruling: granted, reasons, until };
    world.must(&head(), &remedy(grant));
    done(&mut world, &own(), Repairable::Listing(listing));
    let (document, reasons) = (judgment(&world, organisation(1)), text());
    let relief = relief_of(&world);
    world.must(&head(), &remedy(RemedyCommand::CompleteRelief { relief, document, reasons }));
    world
}

/// One repair is refused, another approved; the review of the first has it approved after all, whether
/// or not the other is revoked by then.
fn repaired_twice(world: &mut World, who: &Who, of: Repairable, returns: bool) {
    let first = checked(world, who, of);
    let refusal = refuse_repair(world, first);
    world.must(&head(), &refusal);
    let review = RemedyCommand::RequestReview {
        of: ReviewOf::Repair(first),
        statement: text(),
        evidence: vec![digest(31)],
        new_facts: false,
    };
    world.must(who, &remedy(review));
    let second = done(world, who, of);
    if returns {
        revoked(world, who, second);
    }
    let (of, service) = (ReviewOf::Repair(first), served(world.today));
    let upheld = RemedyCommand::DecideReview { of, upheld: true, reasons: text(), service };
    world.must(&office_head(), &remedy(upheld));
    world.must(&handler(), &repair_check(first, RepairAcceptance::Accepted));
    let approval = approve(world, first);
    world.must(&head(), &approval);
    world.pass(12);
    world.close();
}

/// A listing and its record.
pub fn listing_twice(returns: bool) -> World {
    let (mut world, listing) = listed();
    world.pass(200);
    repaired_twice(&mut world, &own(), Repairable::Listing(listing), returns);
    world
}

/// A record by itself; the later repair is revoked in its turn.
pub fn record_twice() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    world.pass(400);
    repaired_twice(&mut world, &own(), Repairable::Record(record), true);
    let approved = world.log.iter().rev().find_map(|own| match &own.event {
        Event::RepairApproved { repair, .. } => Some(*repair),
        _ => None,
    });
    revoked(&mut world, &own(), approved.expect("an approval"));
    world.pass(12);
    world
}

/// What a person answers for.
pub fn person_twice() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let at = world.attribution(listing, person(1), Stage::Effective);
    world.pass(200);
    repaired_twice(&mut world, &party(person(1)), Repairable::Attribution(at), false);
    world
}

/// A finding of breach.
pub fn finding_twice(returns: bool) -> World {
    let (mut world, id) = word(Word::Breached);
    world.go_to(ripe_on(&world, id));
    repaired_twice(&mut world, &own(), Repairable::Commitment(id), returns);
    world
}

/// A court changes a penalty, on which a listing rests or nothing does.
pub fn record_changed(carries: bool) -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    if carries {
        world.listing(&[record], &[STATUTE], Stage::Effective);
    }
    sued(&mut world, &own(), Target::Record(record));
    let held = stay(&world);
    world.must(&handler(), &held);
    let end = world.today.plus_days(30);
    ruled(&mut world, RemedyOutcome::Changed { end });
    world
}

/// A court changes a finding of breach.
pub fn finding_changed() -> World {
    let (mut world, id) = word(Word::Breached);
    sued(&mut world, &own(), Target::Commitment(id));
    ruled(&mut world, RemedyOutcome::Changed { end: shown_until().plus_days(-10) });
    world
}

/// A court changes what is over, or what a repair ended.
pub fn changed_afterwards() -> Vec<World> {
    let (mut over, listing) = listed();
    sued(&mut over, &own(), Target::Listing(listing));
    over.go_to(end().plus_days(1));
    let today = over.today;
    ruled(&mut over, RemedyOutcome::Changed { end: today });
    let (mut back, listing) = listed();
    sued(&mut back, &own(), Target::Listing(listing));
    back.pass(200);
    let id = done(&mut back, &own(), Repairable::Listing(listing));
    ruled(&mut back, RemedyOutcome::Changed { end: end().plus_days(-30) });
    revoked(&mut back, &own(), id);
    back.pass(12);
    let mut record = World::seeded();
    let own_record = record.with_record();
    sued(&mut record, &own(), Target::Record(own_record));
    record.pass(400);
    let id = done(&mut record, &own(), Repairable::Record(own_record));
    let until = record.today.plus_days(60);
    ruled(&mut record, RemedyOutcome::Changed { end: until });
    revoked(&mut record, &own(), id);
    record.pass(12);
    let (mut finding, id) = word(Word::Repaired);
    sued(&mut finding, &own(), Target::Commitment(id));
    ruled(&mut finding, RemedyOutcome::Changed { end: shown_until().plus_days(-5) });
    let repair = repair_of(&finding);
    revoked(&mut finding, &own(), repair);
    finding.pass(12);
    let (mut past, id) = word(Word::Breached);
    sued(&mut past, &own(), Target::Commitment(id));
    past.go_to(shown_until().plus_days(1));
    let mut revoked_past = past.clone();
    let today = past.today;
    ruled(&mut past, RemedyOutcome::Changed { end: today });
    ruled(&mut revoked_past, RemedyOutcome::Revoked);
    redressed(&mut revoked_past);
    // A suit about a breach that nobody has found yet: it is filed, and ends.
    let (mut early, id) = word(Word::Noticed);
    sued(&mut early, &own(), Target::Commitment(id));
    ruled(&mut early, RemedyOutcome::Upheld);
    vec![over, back, record, finding, past, revoked_past, early]
}

/// A person under a listing on whom somebody acted; an outcome voids the listing, or its authority takes
/// it back. The redress is done.
pub fn persons_owed(by_outcome: bool) -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let id = AttributionId(world.must(&handler(), &attribute(listing, person(1))));
    world.advance(CaseRef::Attribution(id), &[PERSONS], Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &initiate(listing, Some(id), PERSONS)));
    world.proceed(measure, Progress::Executed);
    if by_outcome {
        let objection = world.objection(organisation(1), Target::Listing(listing), false);
        world.outcome(objection, Finding::Error);
    } else {
        let back = revoke(&world, CaseRef::Listing(listing));
        world.must(&head(), &back);
    }
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    let (target, evidence) = (Target::Attribution(id), vec![digest(44)]);
    let own = RemedyCommand::CompleteAnnulmentRedress { target, account: text(), evidence };
    world.must(&handler(), &remedy(own));
    world
}

/// A record that is to come back with its listing is disputed before it does.
pub fn record_returns(finding: Finding) -> World {
    let (mut world, listing) = listed();
    world.pass(200);
    let id = done(&mut world, &own(), Repairable::Listing(listing));
    revoked(&mut world, &own(), id);
    let ListingKind::Black { records, .. } = &world.listing_row(listing).kind else {
        panic!("a black listing");
    };
    let target = Target::Record(records[0]);
    let objection = world.objection(organisation(1), target, false);
    world.outcome(objection, finding);
    world.pass(12);
    world
}

/// Its provider annuls a record that is to come back with its listing.
pub fn annulled_before() -> World {
    let (mut world, listing) = listed();
    world.pass(200);
    let id = done(&mut world, &own(), Repairable::Listing(listing));
    revoked(&mut world, &own(), id);
    let ListingKind::Black { records, .. } = &world.listing_row(listing).kind else {
        panic!("a black listing");
    };
    let annul = Command::AnnulRecord { record: records[0], reasons: text() };
    world.must(&colleague(), &annul);
    world
}

/// A commitment that was found broken anew, while a suit and a refused objection are about the former
/// finding.
pub fn anew() -> (World, CommitmentId, ObjectionId) {
    let (mut world, id) = word(Word::Breached);
    let target = Target::Commitment(id);
    let turned_away = world.objection(organisation(1), target, false);
    let refusal = refuse_objection(&world, turned_away);
    world.must(&clerk(), &refusal);
    sued(&mut world, &own(), target);
    let objection = world.objection(organisation(1), target, true);
    world.outcome(objection, Finding::Error);
    world.must(&handler(), &propose_breach(id));
    let told = breach_notice(&world, id);
    world.must(&handler(), &told);
    let said = breach_statement(&world, id);
    world.must(&own(), &said);
    world.must(&head(), &decide_breach(id, 2));
    let service = serve_breach(&world, id);
    world.must(&handler(), &service);
    (world, id, turned_away)
}

/// The suit has its outcome.
pub fn former_ruled(outcome: RemedyOutcome) -> World {
    let (mut world, ..) = anew();
    ruled(&mut world, outcome);
    world
}

/// The refused objection is taken up by its review, and is right.
pub fn former_reviewed() -> World {
    let (mut world, id, objection) = anew();
    let review = RemedyCommand::RequestReview {
        of: ReviewOf::Objection(objection),
        statement: text(),
        evidence: vec![digest(31)],
        new_facts: true,
    };
    world.must(&own(), &remedy(review));
    let (of, service) = (ReviewOf::Objection(objection), served(world.today));
    let taken_up = RemedyCommand::DecideReview { of, upheld: true, reasons: text(), service };
    world.must(&office_head(), &remedy(taken_up));
    world.must(&own(), &object(Target::Commitment(id), false));
    world.must(&clerk(), &Command::ReferObjection { objection, received_on: world.today });
    world.must(&colleague(), &report(objection, Finding::Error));
    let outcome = resolve(&world, objection);
    world.must(&clerk(), &outcome);
    world
}

/// What a person answers for is decided; the listing above it is shortened to the same day, and it is
/// served.
pub fn served_in_time() -> (World, Day) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let at = world.attribution(listing, person(1), Stage::Heard);
    let last = world.today.plus_days(60);
    let mut decide = decision(CaseRef::Attribution(at), 2, &[STATUTE]);
    if let Command::DecideCase { end, .. } = &mut decide {
        *end = last;
    }
    world.must(&head(), &decide);
    sued(&mut world, &own(), Target::Listing(listing));
    ruled(&mut world, RemedyOutcome::Changed { end: last });
    let service = serve(&world, CaseRef::Attribution(at));
    world.must(&handler(), &service);
    (world, last)
}

/// The courses of this file.
pub fn all() -> Vec<(&'static str, World)> {
    let until = shown_until().plus_days(-30);
    let mut found = vec![
        ("void after its repair", court_void()),
        ("a person void after the repair", person_void()),
        ("a finding void after its repair", finding_void(false)),
        ("a finding void before it comes back", finding_void(true)),
        ("a repaired extension is void", extension_void()),
        ("a repaired extension is taken back", extension_taken_back()),
        ("an expired listing is disputed", expired_disputed()),
        ("relieved after its repair", relieved()),
        ("a listing repaired twice", listing_twice(false)),
        ("a listing repaired while it comes back", listing_twice(true)),
        ("a record repaired twice", record_twice()),
        ("a person repaired twice", person_twice()),
        ("a finding repaired twice", finding_twice(false)),
        ("a finding repaired while it comes back", finding_twice(true)),
        ("a record changed", record_changed(false)),
        ("a record changed that carries", record_changed(true)),
        ("a finding changed", finding_changed()),
        ("a person owed by an outcome", persons_owed(true)),
        ("a person owed by its authority", persons_owed(false)),
        ("a record disputed before it returns", record_returns(Finding::Correct)),
        ("a record void before it returns", record_returns(Finding::Error)),
        ("a record annulled before it returns", annulled_before()),
        ("a former finding revoked", former_ruled(RemedyOutcome::Revoked)),
        ("a former finding changed", former_ruled(RemedyOutcome::Changed { end: until })),
        ("a former finding reviewed", former_reviewed()),
        ("served in time", served_in_time().0),
    ];
    found.extend(changed_afterwards().into_iter().map(|own| ("changed afterwards", own)));
    found
}
