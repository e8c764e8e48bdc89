//! Erasing a file: by two officers of different duties, when nothing is open and the retention is
//! over; afterwards it takes nothing more (domain.md 2.1, design.md 3, PIPL 47).

use crate::kit::commitments::{Word, due, word};
use crate::kit::later::{after, listed};
use crate::kit::machines;
use crate::kit::rules::{OFFICE, cite};
use crate::kit::steps::*;
use crate::kit::table::{ABSENT, Asked, compare};
use crate::kit::{Post, Who, World, guard, misfit, officer, organisation, timer};
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::erasure::{ErasureCommand, Kept};
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::{Capacity, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::Position;
use shouxin_core::limits::ARCHIVE_AFTER_DAYS;
use shouxin_core::row::{Index, Key, Row, SubjectRow};

/// The officer whose duty is the protection of personal information.
fn data_officer() -> Who {
    Who { role: Role::DataOfficer, ..officer(OFFICE, Post::Colleague) }
}

fn head_of(world: &World, subject: SubjectKey) -> Option<SubjectRow> {
    match world.row(&Key::Subject(subject)) {
        Some(Row::Subject(head)) => Some(head.clone()),
        _ => None,
    }
}

/// What the server reads beside the decision.
fn kept(world: &World, subject: SubjectKey) -> Kept {
    let seen = head_of(world, subject).map_or(world.next(), |head| head.last);
    let from = Index::Keeps(subject, world.today, Position::local(0));
    let first = world.index.range(from..).next();
    let by = match first {
        Some(Index::Keeps(of, until, at)) if *of == subject => Some((*at, *until)),
        _ => None,
    };
    Kept { seen, by }
}

fn propose(world: &World, subject: SubjectKey) -> Command {
    let kept = kept(world, subject);
    Command::Erasure(ErasureCommand::Propose { subject, basis: vec![cite("law")], kept })
}

fn approve(world: &World, subject: SubjectKey) -> Command {
    Command::Erasure(ErasureCommand::Approve { subject, kept: kept(world, subject) })
}

fn withdraw(subject: SubjectKey) -> Command {
    Command::Erasure(ErasureCommand::Withdraw { subject })
}

fn destroyed(subject: SubjectKey) -> Command {
    Command::Erasure(ErasureCommand::KeyDestroyed { subject })
}

/// Files that nothing has happened to for as long as they are kept.
fn quiet() -> World {
    let mut world = World::seeded();
    world.today = world.today.plus_months(60);
    world
}

/// Covers O05: a file ends as it began, by decisions of named officers.
#[test]
fn every_state_takes_what_it_may_and_nothing_else() {
    let subject = organisation(1);
    let none = World::new();
    let idle = quiet();
    let proposed = after(&idle, &data_officer(), &propose(&idle, subject));
    let erased = after(&proposed, &clerk(), &approve(&proposed, subject));
    let gone = after(&erased, &timer(), &destroyed(subject));
    assert_eq!(gone.replayed().rows, gone.rows);
    assert!(!gone.index.iter().any(|entry| matches!(entry, Index::Erased(_))));
    let states = [
        ("none", none),
        ("idle", idle),
        ("proposed", proposed),
        ("erased", erased),
        ("key destroyed", gone),
    ];
    let proposing = |world: &World| propose(world, subject);
    let approving = |world: &World| approve(world, subject);
    let withdrawing = |_: &World| withdraw(subject);
    let destroying = |_: &World| destroyed(subject);
    let registering = |_: &World| register(subject);
    let commands: [Asked<'_>; 5] = [
        ("propose", data_officer(), &proposing),
        ("approve", clerk(), &approving),
        ("withdraw", data_officer(), &withdrawing),
        ("destroy the key", timer(), &destroying),
        ("register", handler(), &registering),
    ];
    compare(
        &machines::ERASURE,
        &states,
        &commands,
        &[
            ("none", "register", &["subject.registered"]),
            ("idle", "propose", &["erasure.proposed"]),
            ("proposed", "approve", &["subject.erased"]),
            ("proposed", "withdraw", &["erasure.withdrawn"]),
            ("erased", "destroy the key", &["subject.key_destroyed"]),
            // A timer is never refused; where nothing is to be destroyed it does nothing.
            ("*", "destroy the key", &[]),
            // The code may be registered anew, with a new key.
            ("key destroyed", "register", &["subject.registered"]),
            // Each item of a batch is answered for itself: this one is there already.
            ("*", "register", &[]),
        ],
        &[("none", "destroy the key", ABSENT)],
    );
}

#[test]
fn it_takes_two_officers_of_different_duties() {
    let subject = organisation(1);
    let idle = quiet();
    let proposing = propose(&idle, subject);
    for who in [clerk(), handler()] {
        assert_eq!(idle.refused(&who, &proposing), guard(Guard::Competent), "{who:?}");
    }
    assert_eq!(idle.refused(&timer(), &proposing), guard(Guard::Human));
    let proposed = after(&idle, &data_officer(), &proposing);
    let approving = approve(&proposed, subject);
    assert_eq!(proposed.refused(&data_officer(), &approving), guard(Guard::Competent));
    assert_eq!(proposed.refused(&timer(), &approving), guard(Guard::Human));
    // The same officer with a key of the other duty is still the same officer.
    let same = Who { role: Role::CreditOffice, ..data_officer() };
    assert_eq!(proposed.refused(&same, &approving), guard(Guard::FourEyes));
    assert_eq!(proposed.refused(&handler(), &withdraw(subject)), guard(Guard::Competent));
    for who in [data_officer(), clerk()] {
        let back = after(&proposed, &who, &withdraw(subject));
        assert_eq!(head_of(&back, subject).and_then(|head| head.erasure), None);
        assert_eq!(
            back.refused(&data_officer(), &propose(&back, subject)),
            misfit(Misfit::State),
            "the retention counts from the newest event"
        );
    }
    // Nobody destroys a key without the decision, and no officer says that it was.
    let nothing = proposed.ask(&timer(), &destroyed(subject)).expect("a timer is not refused");
    assert!(nothing.drafts.is_empty());
    let told = proposed.ask(&clerk(), &destroyed(subject));
    assert!(told.is_err(), "only the register says that a key is gone: {told:?}");
}

#[test]
fn a_ground_in_force_is_cited_and_the_retention_is_over() {
    let subject = organisation(1);
    let mut idle = quiet();
    let Command::Erasure(ErasureCommand::Propose { kept, .. }) = propose(&idle, subject) else {
        panic!("a proposal");
    };
    for basis in [Vec::new(), vec![cite("no such instrument")]] {
        let bare = Command::Erasure(ErasureCommand::Propose { subject, basis, kept });
        assert_eq!(idle.refused(&data_officer(), &bare), guard(Guard::Basis));
    }
    let day = idle.today;
    idle.today = day.plus_days(-1);
    assert_eq!(idle.refused(&data_officer(), &propose(&idle, subject)), misfit(Misfit::State));
    idle.today = day;
    idle.must(&data_officer(), &propose(&idle, subject));
}

#[test]
fn what_happened_since_the_look_or_since_the_proposal_is_looked_at_anew() {
    let subject = organisation(1);
    let idle = quiet();
    let stale = Kept { seen: Position::local(0), ..kept(&idle, organisation(2)) };
    let basis = vec![cite("law")];
    let old =
        Command::Erasure(ErasureCommand::Propose { subject: organisation(2), basis, kept: stale });
    assert_eq!(idle.refused(&data_officer(), &old), misfit(Misfit::Stale));
    let mut proposed = after(&idle, &data_officer(), &propose(&idle, subject));
    let early = approve(&proposed, subject);
    proposed.with_record();
    assert_eq!(proposed.refused(&clerk(), &early), misfit(Misfit::Stale));
    assert_eq!(proposed.refused(&clerk(), &approve(&proposed, subject)), misfit(Misfit::Stale));
}

/// What is open, or stands on a day to come, keeps the file, however long nothing happened to it.
#[test]
fn what_is_open_keeps_the_file() {
    let subject = organisation(1);
    let asked = |world: &World| {
        let mut world = world.clone();
        world.today = world.today.plus_months(61);
        let by = kept(&world, subject).by;
        (by.map(|own| own.0), world.ask(&data_officer(), &propose(&world, subject)).err())
    };
    let mut world = World::seeded();
    let record = world.with_record();
    let (by, refusal) = asked(&world);
    assert_eq!(by, Some(record.0));
    let refusal = refusal.expect("a live record keeps the file");
    assert_eq!(refusal.ground, misfit(Misfit::State));
    assert!(refusal.detail.contains(&record.0.to_string()), "{refusal:?}");
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    world.pass(ARCHIVE_AFTER_DAYS - 1);
    assert_eq!(asked(&world).0, Some(record.0));
    world.pass(1);
    assert_eq!(asked(&world).0, Some(record.0), "redress is owed for it");
    let redress = RemedyCommand::CompleteAnnulmentRedress {
        target: Target::Record(record),
        account: text(),
        evidence: vec![digest(44)],
    };
    world.must(&handler(), &Command::Remedy(redress));
    assert_eq!(asked(&world), (None, None), "it is archived, for auditors alone");
    let (red, _) = listed();
    assert!(asked(&red).1.is_some(), "a listing in effect");
    let mut nominated = World::seeded();
    nominated.must(&handler(), &nominate(subject));
    assert!(asked(&nominated).1.is_some(), "a nomination");
}

/// A thing that a timer, a closing or a plugin still has to do with keeps its file: nothing is left
/// half done about a subject that is no more.
#[test]
fn what_is_done_with_keeps_nothing() {
    let (mut world, listing) = listed();
    let kept_by = |world: &World| {
        let own = world.index.iter().filter_map(|entry| match entry {
            Index::Keeps(of, _, at) if *of == organisation(1) => Some(*at),
            _ => None,
        });
        own.collect::<Vec<_>>()
    };
    assert!(kept_by(&world).contains(&listing.0));
    world.go_to(end().plus_days(1));
    assert!(!kept_by(&world).contains(&listing.0), "its last day is over");
}

#[test]
fn an_erased_file_takes_nothing_more_and_its_code_starts_again_with_a_new_key() {
    let subject = organisation(1);
    let mut world = quiet();
    world.must(&data_officer(), &propose(&world, subject));
    world.must(&clerk(), &approve(&world, subject));
    let outcome = world.ask(&handler(), &submit(subject, "尤市监罚〔2031〕1号")).expect("a batch");
    assert!(outcome.drafts.is_empty() && outcome.rejects.len() == 1, "{outcome:?}");
    let alias =
        Command::LinkAlias { subject, kind: "legacy".to_owned(), code: "350426".to_owned() };
    assert_eq!(world.refused(&handler(), &alias), misfit(Misfit::State));
    // The old key is destroyed first.
    let again = world.ask(&handler(), &register(subject)).expect("a batch");
    assert_eq!(again.rejects.len(), 1);
    world.must(&timer(), &destroyed(subject));
    world.must(&handler(), &register(subject));
    assert!(head_of(&world, subject).is_some_and(|head| head.erasure.is_none()));
    let new = record(subject, "尤市监罚〔2031〕1号");
    let records = vec![dated(new, world.today)];
    world.must(&handler(), &Command::SubmitRecords { records });
    assert_eq!(world.replayed().rows, world.rows);
}

/// What keeps a file keeps it on its own last day, and no longer.
#[test]
fn what_stood_until_yesterday_keeps_nothing() {
    let world = quiet();
    let subject = organisation(1);
    let own = kept(&world, subject);
    for (days, wanted) in [(-1, Ok(())), (0, Err(misfit(Misfit::State)))] {
        let by = Some((Position::local(1), world.today.plus_days(days)));
        let kept = Kept { by, ..own };
        let command = ErasureCommand::Propose { subject, basis: vec![cite("law")], kept };
        let said = world.ask(&data_officer(), &Command::Erasure(command));
        assert_eq!(said.map(|_| ()).map_err(|own| own.ground), wanted, "{days}");
    }
}

/// An offer that nobody answers, and what was signed and not accepted by its day, keep no file for ever.
#[test]
fn what_was_not_signed_or_accepted_by_its_day_keeps_no_file() {
    for until in [Word::Offered, Word::Signed] {
        let (mut world, id) = word(until);
        world.today = due();
        assert_eq!(kept(&world, organisation(1)).by, Some((id.0, due())));
        world.today = world.today.plus_days(1);
        assert_eq!(kept(&world, organisation(1)).by, None);
        world.today = world.today.plus_months(60);
        let proposal = propose(&world, organisation(1));
        world.must(&data_officer(), &proposal);
        let approval = approve(&world, organisation(1));
        world.must(&clerk(), &approval);
    }
    let (world, id) = word(Word::InForce);
    assert_eq!(kept(&world, organisation(1)).by, Some((id.0, shouxin_core::time::Day::MAX)));
}

/// A key ring that is shorter than what the files name is an older copy: the register keeps how many
/// slots were ever given out, in whatever order they came.
#[test]
fn the_register_keeps_how_many_slots_were_given_out() {
    let mut world = World::new();
    for (serial, slot, given) in [(1, 4, 5), (2, 7, 8), (3, 2, 8), (4, 7, 8)] {
        let mut command = register(organisation(serial));
        if let Command::RegisterSubjects { subjects } = &mut command {
            subjects[0].slot = slot;
        }
        world.must(&handler(), &command);
        assert_eq!(world.row(&Key::Slots), Some(&Row::Slots(given)), "slot {slot}");
        let Some(Row::Subject(own)) = world.row(&Key::Subject(organisation(serial))) else {
            panic!("a file");
        };
        assert_eq!(own.slot, slot);
    }
    let mut command = register_person(1, Capacity::Full);
    if let Command::RegisterPersons { persons } = &mut command {
        persons[0].slot = 9;
    }
    world.must(&handler(), &command);
    assert_eq!(world.row(&Key::Slots), Some(&Row::Slots(10)));
}
