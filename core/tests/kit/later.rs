//! What the tests of later steps share: registers some steps on, and the newest id of a kind.

use std::sync::Arc;

use shouxin_core::actor::SubjectKey;
use shouxin_core::calendar::Calendar;
use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::Target;
use shouxin_core::event::calendar::Clock;
use shouxin_core::event::remedy::{RemedyKind, RemedyOutcome};
use shouxin_core::id::{ListingId, ObjectionId, Position, RemedyId, RepairId};
use shouxin_core::row::{Index, Key, Row};
use shouxin_core::rules::RuleSet;

use super::rules::{OFFICE, STATUTE, cite};
use super::steps::{Stage, digest, judgment, served, text};
use super::{Post, Who, World, officer, organisation, timer};

/// The head of the credit office.
pub fn office_head() -> Who {
    officer(OFFICE, Post::Head)
}

/// A command about a remedy.
pub fn remedy(command: RemedyCommand) -> Command {
    Command::Remedy(command)
}

/// The register after one more command.
pub fn after(world: &World, who: &Who, command: &Command) -> World {
    let mut world = world.clone();
    world.must(who, command);
    world
}

/// The register some days later, timers run.
pub fn later(world: &World, days: i32) -> World {
    let mut world = world.clone();
    world.pass(days);
    world
}

/// The register once a calendar of the year of the tests is loaded, in which so many days behind
/// today are off, or worked.
pub fn newer(world: &World, kind: &str, days: i32) -> World {
    let mut file = "date,kind,holiday,notice_year\n".to_owned();
    for fixed in ["01-01", "05-01", "10-01", "10-02", "10-03"] {
        file.push_str(&format!("2026-{fixed},off,假,2026\n"));
    }
    for place in 1..=days {
        file.push_str(&format!("{},{kind},试验,2026\n", world.today.plus_days(place)));
    }
    let calendar = Calendar::parse(&[("a.csv", &file)]).expect("a calendar");
    let rules = RuleSet { calendar, ..(*world.rules).clone() };
    World { rules: Arc::new(rules), ..world.clone() }
}

/// What a timer says that looks at a clock which waits for a newer calendar.
pub fn recount(world: &mut World, clock: Clock) -> Vec<&'static str> {
    world.run(&timer(), &Command::Recompute(clock)).expect("a timer is not refused")
}

// The newest id of a kind.
pub fn newest<T: Ord + Copy>(world: &World, of: impl Fn(&Key) -> Option<T>) -> T {
    world.rows.keys().filter_map(of).max().expect("there is one")
}

/// The newest id of a kind, or another where there is none.
pub fn newest_or<T: Ord>(world: &World, of: impl Fn(&Key) -> Option<T>, none: T) -> T {
    world.rows.keys().filter_map(of).max().unwrap_or(none)
}

/// A listing in effect that rests on a record.
pub fn listed() -> (World, ListingId) {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    (world, listing)
}

/// The newest listing.
pub fn listing_of(world: &World) -> ListingId {
    newest(world, |key| match key {
        Key::Listing(id) => Some(*id),
        _ => None,
    })
}

/// The newest objection.
pub fn objection_of(world: &World) -> ObjectionId {
    newest(world, |key| match key {
        Key::Objection(id) => Some(*id),
        _ => None,
    })
}

/// The newest repair.
pub fn repair_of(world: &World) -> RepairId {
    newest(world, |key| match key {
        Key::Repair(id) => Some(*id),
        _ => None,
    })
}

/// The newest reconsideration or suit, or an id that nothing has.
pub fn remedy_of(world: &World) -> RemedyId {
    let of = |key: &Key| match key {
        Key::Remedy(id) => Some(*id),
        _ => None,
    };
    newest_or(world, of, RemedyId(world.next()))
}

/// What channels have to be told of from a position on.
pub fn changes(world: &World, from: Position) -> Vec<Target> {
    let found = world.index.iter().filter_map(|entry| match entry {
        Index::PublicChange(at, target) if *at >= from => Some(*target),
        _ => None,
    });
    found.collect()
}

/// Whether what came to be at a position keeps its file from being erased today.
pub fn keeps(world: &World, at: Position) -> bool {
    world.index.iter().any(
        |entry| matches!(entry, Index::Keeps(_, until, own) if *own == at && *until >= world.today),
    )
}

/// A suit about a thing.
pub fn suit(world: &World, target: Target) -> Command {
    remedy(RemedyCommand::FileRemedy {
        target,
        kind: RemedyKind::Litigation,
        body: "尤溪县人民法院".to_owned(),
        number: format!("（2026）闽0426行初{}号", world.log.len()),
        filed_on: world.today,
        document_sha256: digest(35),
    })
}

/// Whom the newest suit is about; organisation 1 where there is none.
fn sued(world: &World) -> SubjectKey {
    match world.row(&Key::Remedy(remedy_of(world))) {
        Some(Row::Remedy(row)) => row.subject,
        _ => organisation(1),
    }
}

/// The outcome of the newest suit.
pub fn rule(world: &World, outcome: RemedyOutcome) -> Command {
    let document = judgment(world, sued(world));
    let remedy_id = remedy_of(world);
    remedy(RemedyCommand::DecideRemedy { remedy: remedy_id, outcome, document, reasons: text() })
}

/// Its stay of execution.
pub fn stay(world: &World) -> Command {
    let document = judgment(world, sued(world));
    remedy(RemedyCommand::OrderStay { remedy: remedy_of(world), document })
}

/// The end of that stay.
pub fn end_stay(world: &World) -> Command {
    let document = judgment(world, sued(world));
    remedy(RemedyCommand::EndStay { remedy: remedy_of(world), document })
}

/// Expert testing begins today, as a law says.
pub fn begin_testing(world: &World, objection: ObjectionId) -> Command {
    remedy(RemedyCommand::BeginTesting {
        objection,
        basis: vec![cite("law")],
        reasons: text(),
        document_sha256: digest(59),
        from: world.today,
    })
}

/// The expert reports today.
pub fn end_testing(world: &World, objection: ObjectionId) -> Command {
    remedy(RemedyCommand::EndTesting {
        objection,
        document_sha256: digest(60),
        ended_on: world.today,
    })
}

/// Tells the subject that its repair is to be revoked.
pub fn revocation_notice(world: &World, repair: RepairId) -> Command {
    remedy(RemedyCommand::NoticeRevocation {
        repair,
        reasons: text(),
        document_sha256: digest(33),
        service: served(world.today),
    })
}

/// The subject answers in two points.
pub fn revocation_statement(world: &World, repair: RepairId) -> Command {
    remedy(RemedyCommand::StateOnRevocation {
        repair,
        points: vec![text(), text()],
        document_sha256: Some(digest(14)),
        received_on: world.today,
    })
}

/// The head revokes it.
pub fn revoke_repair(world: &World, repair: RepairId, answers: usize) -> Command {
    remedy(RemedyCommand::RevokeRepair {
        repair,
        document_number: "尤市监撤〔2026〕1号".to_owned(),
        document_sha256: digest(34),
        reasons: text(),
        answers: vec![text(); answers],
        service: served(world.today),
    })
}
