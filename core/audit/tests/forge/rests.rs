//! Courses of what rests on what: what a person answers for on records of their own, and an extension
//! on the listing that it extends.

use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::{CaseHook, CaseRef, Finding, Target};
use shouxin_core::id::{AttributionId, ListingId, MeasureId, RecordId, ReliefId};
use shouxin_core::row::Repairable;
use shouxin_core::rules::Severity;

use super::kit::asked::revoke;
use super::kit::extended::{extend, soon_over};
use super::kit::later::remedy;
use super::kit::repairs::{checked, done, revoked};
use super::kit::rules::{STATUTE, cite, day};
use super::kit::steps::*;
use super::kit::{World, operator, organisation, party, person, plugin, timer};

/// A person's own record, of the document that proposals against the person cite.
fn of_person(world: &mut World) -> RecordId {
    let number = fact(person(1)).number;
    let own = NewRecord { document_sha256: Some(digest(77)), ..record(person(1), &number) };
    RecordId(world.must(&handler(), &Command::SubmitRecords { records: vec![own] }))
}

/// An attribution on a person's own record, so far on its way; the organisation has a record too.
pub fn answering(stage: Stage) -> (World, ListingId, RecordId, AttributionId) {
    let mut world = World::seeded();
    world.with_record();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let record = of_person(&mut world);
    let proposal = attribute_on(listing, person(1), &[record]);
    let id = AttributionId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Attribution(id), &[STATUTE], stage);
    (world, listing, record, id)
}

/// The record is disputed, found correct, disputed again on new facts and found void; what was
/// ordered against the person is suspended and lifted.
pub fn disputed() -> World {
    let (mut world, listing, record, id) = answering(Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &initiate(listing, Some(id), STATUTE)));
    world.proceed(measure, Progress::Executed);
    let objection = world.objection(person(1), Target::Record(record), false);
    world.outcome(objection, Finding::Correct);
    let objection = world.objection(person(1), Target::Record(record), true);
    world.outcome(objection, Finding::Error);
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world.close();
    world
}

/// The provider takes the record back, and what was ordered on it.
pub fn taken_back(stage: Stage) -> World {
    let (mut world, listing, record, id) = answering(stage);
    if stage == Stage::Effective {
        let measure = MeasureId(world.must(&handler(), &initiate(listing, Some(id), STATUTE)));
        world.proceed(measure, Progress::Executed);
    }
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    world
}

/// The record is repaired with what the person answers for, and comes back with it.
pub fn returned() -> World {
    let (mut world, _, _, id) = answering(Stage::Effective);
    world.pass(400);
    let repair = done(&mut world, &party(person(1)), Repairable::Attribution(id));
    revoked(&mut world, &party(person(1)), repair);
    world.pass(20);
    world
}

/// The record is repaired by itself, and what was proposed on it falls.
pub fn fallen() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let record = of_person(&mut world);
    world.go_to(day("2027-02-01"));
    let proposal = attribute_on(listing, person(1), &[record]);
    let id = AttributionId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Attribution(id), &[STATUTE], Stage::Heard);
    let repair = checked(&mut world, &party(person(1)), Repairable::Record(record));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    world
}

/// The record expires before what rests on it was decided.
pub fn outlived() -> World {
    let (mut world, ..) = answering(Stage::Noticed);
    world.go_to(day("2029-01-20"));
    world
}

/// The record is corrected to end earlier, and what the person answers for ends no later.
pub fn shortened() -> World {
    let (mut world, _, record, _) = answering(Stage::Effective);
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
    world
}

/// Two persons' matters on one record each, under two listings for the same behaviour.
pub fn twice() -> World {
    let (mut world, ..) = answering(Stage::Noticed);
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let number = "尤市监罚〔2026〕人2号";
    let second = RecordId(world.must(&handler(), &submit(person(1), number)));
    // Another document establishes it.
    let proposal = on_new_paper(&world, attribute_on(listing, person(1), &[second]));
    world.must(&handler(), &proposal);
    world.objection(organisation(1), Target::Listing(listing), false);
    world
}

/// A listing in effect on a record, and its extension on none, so far on its way.
pub fn extended(stage: Stage) -> (World, ListingId, ListingId) {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let by = extend(&mut world, listing, &[], stage);
    (world, listing, by)
}

/// The listing is disputed and found correct while its extension waits, and again once both have
/// effect; then it is void, and with it the extension and what was ordered on it.
pub fn extension_waits() -> World {
    let (mut world, listing, by) = extended(Stage::Served);
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    world.pass(12);
    world.must(&clerk(), &Command::ReferObjection { objection, received_on: world.today });
    world.must(&head(), &report(objection, Finding::Correct));
    let outcome = resolve(&world, objection);
    world.must(&clerk(), &outcome);
    world.tick();
    let measure = MeasureId(world.must(&handler(), &initiate(by, None, STATUTE)));
    world.proceed(measure, Progress::Executed);
    let objection = world.objection(organisation(1), Target::Listing(listing), true);
    world.outcome(objection, Finding::Error);
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world.close();
    world
}

/// A measure to the last day of an extension.
fn long(by: ListingId) -> Command {
    let mut command = initiate(by, None, STATUTE);
    if let Command::InitiateMeasure { until, .. } = &mut command {
        *until = end();
    }
    command
}

/// The listing expires while it is disputed; its extension is suspended until the outcome, and goes on
/// or is void by that.
pub fn extension_outlasts(finding: Finding) -> World {
    let (mut world, listing, by, _) = soon_over();
    extend(&mut world, by, &[], Stage::Heard);
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    world.go_to(day("2027-03-10"));
    world.must(&clerk(), &Command::ReferObjection { objection, received_on: world.today });
    world.must(&head(), &report(objection, finding));
    let outcome = resolve(&world, objection);
    world.must(&clerk(), &outcome);
    if finding == Finding::Correct {
        world.must(&handler(), &long(by));
    }
    world.close();
    world
}

/// A plugin carries out what was ordered on an extension: a walk that follows from an objection to the
/// listing is settled after the outcome of that, and before the plugin has followed it.
pub fn extension_by_plugin() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let by = extend(&mut world, listing, &[], Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &initiate(by, None, STATUTE)));
    world.proceed(measure, Progress::Executed);
    let order = world.order(measure);
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&plugin(), &plugin_done(measure, CaseHook::Suspend, order));
    let walks = super::kit::courses::held(&world).walks;
    world.outcome(objection, Finding::Correct);
    for (cause, root) in walks {
        world.must(&timer(), &Command::SettleFamily { cause, root });
    }
    world.must(&plugin(), &plugin_done(measure, CaseHook::Resume, order));
    for (cause, root) in super::kit::courses::held(&world).walks {
        world.must(&timer(), &Command::SettleFamily { cause, root });
    }
    world
}

/// The listing is repaired, and its extension falls with it; the repair is revoked, and the listing
/// comes back alone.
pub fn extension_repaired(stage: Stage) -> World {
    let (mut world, listing, _) = extended(stage);
    world.pass(120);
    let repair = done(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    revoked(&mut world, &party(organisation(1)), repair);
    world.pass(20);
    world
}

/// A plan is performed, and with the listing its extension is relieved.
pub fn extension_relieved(stage: Stage) -> World {
    let (mut world, listing, _) = extended(stage);
    let grant = RemedyCommand::GrantRelief {
        listing,
        ruling: judgment(&world, organisation(1)),
        reasons: text(),
        until: day("2027-02-26"),
    };
    let relief = ReliefId(world.must(&head(), &remedy(grant)));
    let document = judgment(&world, organisation(1));
    let complete = RemedyCommand::CompleteRelief { relief, document, reasons: text() };
    world.must(&head(), &remedy(complete));
    world
}

/// The head takes the listing back, or its record is annulled, and its extension is void with it.
pub fn extension_void(stage: Stage, by_record: bool) -> World {
    let (mut world, listing, _) = extended(stage);
    if by_record {
        let record = *super::kit::courses::held(&world).records.first().expect("a record");
        world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    } else {
        world.must(&head(), &revoke(&world.clone(), CaseRef::Listing(listing)));
    }
    world
}

/// An extension comes back from a repair of its own, suspended with its listing; or not at all, once
/// that is void.
pub fn extension_returns(void: bool) -> World {
    let (mut world, listing, by) = extended(Stage::Effective);
    world.pass(120);
    let repair = done(&mut world, &party(organisation(1)), Repairable::Listing(by));
    revoked(&mut world, &party(organisation(1)), repair);
    if void {
        world.must(&head(), &revoke(&world.clone(), CaseRef::Listing(listing)));
    } else {
        world.objection(organisation(1), Target::Listing(listing), false);
    }
    world.pass(20);
    world
}

/// What was ordered on the extension is lifted before the repair of its listing is done.
pub fn extension_lifted() -> World {
    let (mut world, listing, by) = extended(Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &initiate(by, None, STATUTE)));
    world.proceed(measure, Progress::Executed);
    world.pass(120);
    let repair = checked(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world.close();
    world
}

/// What is listed of a person is shown to nobody; what was ordered on its extension is put right, once
/// the listing is taken back.
pub fn extension_redressed() -> World {
    let mut world = World::seeded();
    let listing = ListingId(world.must(&handler(), &propose(person(1), &[])));
    world.advance(CaseRef::Listing(listing), &[STATUTE], Stage::Effective);
    let extend = ListingCommand::Extend {
        listing,
        basis: vec![cite("law")],
        facts: vec![fact(person(1))],
        records: Vec::new(),
        act: text(),
    };
    let by = ListingId(world.must(&handler(), &Command::Listing(extend)));
    world.advance(CaseRef::Listing(by), &[STATUTE], Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &initiate(by, None, STATUTE)));
    world.proceed(measure, Progress::Executed);
    world.must(&head(), &revoke(&world.clone(), CaseRef::Listing(listing)));
    world
}

/// The listing comes to its last day before the approval of its repair, and the extension stands.
pub fn extension_stands() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Heard);
    let mut decide = decision(CaseRef::Listing(listing), 2, &[STATUTE]);
    if let Command::DecideCase { end, .. } = &mut decide {
        *end = day("2027-03-01");
    }
    world.must(&head(), &decide);
    let service = serve(&world, CaseRef::Listing(listing));
    world.must(&handler(), &service);
    world.pass(7);
    let by = extend(&mut world, listing, &[], Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &long(by)));
    world.proceed(measure, Progress::Executed);
    world.go_to(day("2027-02-26"));
    let repair = checked(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    world.go_to(day("2027-03-02"));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    world.close();
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("person's record disputed", disputed()),
        ("person's record taken back", taken_back(Stage::Effective)),
        ("person's record taken back early", taken_back(Stage::Heard)),
        ("person's record returned", returned()),
        ("person's record repaired alone", fallen()),
        ("person's record outlived", outlived()),
        ("person's record shortened", shortened()),
        ("two records of a person", twice()),
        ("extension waits", extension_waits()),
        ("extension outlasts", extension_outlasts(Finding::Correct)),
        ("extension void afterwards", extension_outlasts(Finding::Error)),
        ("extension repaired", extension_repaired(Stage::Effective)),
        ("extension dropped by a repair", extension_repaired(Stage::Decided)),
        ("extension relieved", extension_relieved(Stage::Effective)),
        ("extension dropped by relief", extension_relieved(Stage::Noticed)),
        ("extension taken back", extension_void(Stage::Effective, false)),
        ("extension void with a record", extension_void(Stage::Served, true)),
        ("extension returns", extension_returns(false)),
        ("extension lapses", extension_returns(true)),
        ("extension lifted", extension_lifted()),
        ("extension by a plugin", extension_by_plugin()),
        ("extension put right", extension_redressed()),
        ("extension stands", extension_stands()),
    ]
}
