//! Courses of what an end leaves behind.

use super::kit::later::{listed, office_head, remedy, remedy_of, rule, suit};
use super::kit::repairs::checked;
use super::kit::rules::{BARRED, OFFICE, STATUTE, day};
use super::kit::steps::*;
use super::kit::{Post, World, officer, operator, organisation, party, timer};
use super::process;
use shouxin_core::command::Command;
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseHook, CaseRef, Finding, Target, Trigger};
use shouxin_core::id::{ListingId, MeasureId, ObjectionId, Position, RecordId, ReliefId};
use shouxin_core::row::{Key, Repairable};

/// An honour of the credit office's own, and somebody's objection that another officer turned away.
pub fn honour_turned_away() -> World {
    let mut world = World::seeded();
    let other = officer(OFFICE, Post::Colleague);
    let listing = ListingId(world.must(&clerk(), &nominate(organisation(2))));
    let check = check_nomination(&world, listing, &[]);
    world.must(&clerk(), &check);
    world.must(&clerk(), &Command::OpenPublicNotice { listing });
    world.pass(8);
    let decision = decide_red(&world, listing);
    world.must(&office_head(), &decision);
    let mut filing = object(Target::Listing(listing), false);
    if let Command::FileObjection { trigger, .. } = &mut filing {
        *trigger = Trigger::Complaint;
    }
    let id = ObjectionId(world.must(&other, &filing));
    let refusal = refuse_objection(&world, id);
    world.must(&other, &refusal);
    world
}

fn lift(world: &mut World, measure: MeasureId) {
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
}

/// Another listing in effect on the same record, with a measure that is carried out.
pub fn beside(world: &mut World, record: RecordId) -> MeasureId {
    let mut proposal = propose(organisation(1), &[record]);
    if let Command::ProposeListing { behaviour, .. } = &mut proposal {
        *behaviour = BARRED.to_owned();
    }
    let id = ListingId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Listing(id), &[STATUTE], Stage::Effective);
    world.measure(id, STATUTE, Progress::FedBack)
}

/// A listing is repaired, and another one on its record falls with it; the other is lifted last.
pub fn two_ended() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    let own = world.listing(&[record], &[STATUTE], Stage::Effective);
    let first = world.measure(own, STATUTE, Progress::FedBack);
    let second = beside(&mut world, record);
    world.pass(120);
    let repair = checked(&mut world, &party(organisation(1)), Repairable::Listing(own));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    lift(&mut world, first);
    lift(&mut world, second);
    world.close();
    world
}

/// A record is repaired, and a listing that only its date had ended falls with it.
pub fn ended_with_its_record() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::FedBack);
    world.today = end().plus_days(1);
    let repair = checked(&mut world, &party(organisation(1)), Repairable::Record(record));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    lift(&mut world, measure);
    world.close();
    world
}

fn open_portal(world: &mut World) {
    let (channel, from) = ("portal".to_owned(), Position::local(0));
    world.must(&operator(), &Command::Channel(ChannelCommand::Open { channel, from }));
}

fn confirm(world: &mut World) {
    let command = Command::Channel(ChannelCommand::Confirm {
        channel: "portal".to_owned(),
        through: Position::local(world.next().sequence - 1),
        items: 1,
        batch_sha256: digest(43),
        reference: "000001.json".to_owned(),
    });
    world.must(&timer(), &command);
}

fn resolved(world: &mut World, id: ObjectionId, finding: Finding) {
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    let received_on = world.today;
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on });
    world.must(&head(), &report(id, finding));
    let result = resolve(world, id);
    world.must(&clerk(), &result);
}

/// A listing that an objection took off display is repaired while its record is still shown.
pub fn hidden_and_repaired() -> World {
    let (mut world, listing) = listed();
    open_portal(&mut world);
    confirm(&mut world);
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    resolved(&mut world, id, Finding::DisplayStopped);
    confirm(&mut world);
    world.close();
    world.pass(120);
    let repair = checked(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    confirm(&mut world);
    world.close();
    world
}

/// Who finds what was shown and acted on void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The provider, on an objection.
    Objection,
    /// A court.
    Suit,
    /// Its own authority.
    Itself,
}

/// A shown listing on a shown record, with a measure that is carried out.
fn shown() -> (World, RecordId, MeasureId) {
    let (mut world, listing) = listed();
    open_portal(&mut world);
    let measure = world.measure(listing, STATUTE, Progress::FedBack);
    confirm(&mut world);
    let record = world.rows.keys().find_map(|key| match key {
        Key::Record(id) => Some(*id),
        _ => None,
    });
    (world, record.expect("it rests on one"), measure)
}

/// Found void, lifted, withdrawn everywhere, and the redress done.
pub fn redressed(by: By) -> World {
    let (mut world, record, measure) = shown();
    let target = Target::Record(record);
    let done = match by {
        By::Objection => {
            let id = world.objection(organisation(1), target, false);
            resolved(&mut world, id, Finding::Error);
            redress(id)
        }
        By::Suit => {
            let filed = suit(&world, target);
            world.must(&clerk(), &filed);
            let ruled = rule(&world, RemedyOutcome::Revoked);
            world.must(&clerk(), &ruled);
            let (remedy_id, account) = (remedy_of(&world), text());
            let evidence = vec![digest(44)];
            let own = RemedyCommand::CompleteRemedyRedress { remedy: remedy_id, account, evidence };
            remedy(own)
        }
        By::Itself => {
            world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
            process::redressed(target)
        }
    };
    lift(&mut world, measure);
    confirm(&mut world);
    world.must(&handler(), &done);
    world
}

/// Its own authority took it back before the objection, or the suit, had its outcome.
pub fn taken_back_before(by: By) -> World {
    let (mut world, record, _) = shown();
    let target = Target::Record(record);
    let annul = Command::AnnulRecord { record, reasons: text() };
    if by == By::Objection {
        let id = world.objection(organisation(1), target, false);
        world.must(&handler(), &annul);
        resolved(&mut world, id, Finding::Error);
    } else {
        let filed = suit(&world, target);
        world.must(&clerk(), &filed);
        world.must(&handler(), &annul);
        let ruled = rule(&world, RemedyOutcome::Revoked);
        world.must(&clerk(), &ruled);
    }
    world
}

/// A plan is performed, and another listing on the record of the relieved one ends with it.
pub fn two_relieved() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    beside(&mut world, record);
    let granted = RemedyCommand::GrantRelief {
        listing,
        ruling: judgment(&world, organisation(1)),
        reasons: text(),
        until: day("2027-12-31"),
    };
    let relief = ReliefId(world.must(&head(), &remedy(granted)));
    let (document, reasons) = (judgment(&world, organisation(1)), text());
    let performed = RemedyCommand::CompleteRelief { relief, document, reasons };
    world.must(&head(), &remedy(performed));
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("honour turned away", honour_turned_away()),
        ("two ended by one repair", two_ended()),
        ("ended with its record", ended_with_its_record()),
        ("hidden and repaired", hidden_and_repaired()),
        ("two relieved", two_relieved()),
        ("redressed after an objection", redressed(By::Objection)),
        ("redressed after a suit", redressed(By::Suit)),
        ("redressed after an annulment", redressed(By::Itself)),
        ("taken back before the outcome", taken_back_before(By::Objection)),
        ("taken back before the ruling", taken_back_before(By::Suit)),
    ]
}
