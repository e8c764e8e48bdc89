//! The steps of a tolerant acceptance, right in every point, and one event of each name.

use shouxin_core::actor::SubjectKey;
use shouxin_core::calendar::Deadline;
use shouxin_core::command::Command;
use shouxin_core::command::tolerance::{Missing, ToleranceCommand};
use shouxin_core::event::Event;
use shouxin_core::event::tolerance::{GreenChannel, HandedIn, ToleranceEvent};
use shouxin_core::id::{ListingId, Position, RecordId, ToleranceId};
use shouxin_core::row::tolerance::ToleranceRow;
use shouxin_core::row::{Index, Key, Row};
use shouxin_core::time::Day;

use super::rules::{MARKET, cite, day};
use super::steps::{digest, text};
use super::{World, authority};

/// Adverse records that count, as whoever looks in the index finds them.
pub fn adverse(world: &World, subject: SubjectKey, from: Day) -> Vec<RecordId> {
    let found = world.index.iter().filter_map(|entry| match entry {
        Index::AdverseRecord(key, on, id) if *key == subject && *on >= from => Some(*id),
        _ => None,
    });
    found.collect()
}

/// The version of a subject's file.
pub fn version(world: &World, subject: SubjectKey) -> Position {
    match world.row(&Key::Subject(subject)) {
        Some(Row::Subject(head)) => head.last,
        _ => panic!("{subject} has no file"),
    }
}

/// Accepts a file that lacks two documents.
pub fn tolerate(world: &World, subject: SubjectKey) -> Command {
    let from = shouxin_core::decide::clean_from(world.today, 3);
    Command::Tolerance(ToleranceCommand::Open {
        subject,
        matter: text(),
        basis: vec![cite("plan")],
        missing: vec![Missing { name: text(), required_by_law: false }; 2],
        working_days: 10,
        promise_sha256: digest(70),
        adverse: adverse(world, subject, from),
        looked_at: version(world, subject),
    })
}

/// Hands in missing documents, received today.
pub fn supply(world: &World, acceptance: ToleranceId, places: &[u8]) -> Command {
    let handed_in = |place: &u8| HandedIn { place: *place, sha256: digest(71) };
    Command::Tolerance(ToleranceCommand::Supply {
        acceptance,
        documents: places.iter().map(handed_in).collect(),
        received_on: world.today,
    })
}

/// The subject withdraws.
pub fn give_up(acceptance: ToleranceId) -> Command {
    let (reasons, document_sha256) = (text(), None);
    Command::Tolerance(ToleranceCommand::Withdraw { acceptance, reasons, document_sha256 })
}

/// The department closes it.
pub fn close(acceptance: ToleranceId) -> Command {
    Command::Tolerance(ToleranceCommand::Close { acceptance, reasons: text() })
}

/// Its row.
pub fn tolerance_row(world: &World, id: ToleranceId) -> &ToleranceRow {
    match world.row(&Key::Tolerance(id)) {
        Some(Row::Tolerance(row)) => row,
        _ => panic!("there is no {id}"),
    }
}

fn at(sequence: u64) -> Position {
    Position { log: 3, sequence }
}

fn opened(by_right_of: GreenChannel) -> Event {
    Event::Tolerance(ToleranceEvent::Opened {
        authority: authority(MARKET),
        matter: text(),
        basis: vec![cite("plan")],
        missing: vec![text()],
        due: Deadline {
            day: day("2026-03-16"),
            provisional: true,
            from: day("2026-03-02"),
            working_days: 10,
        },
        promise_sha256: digest(70),
        by_right_of,
    })
}

/// One event of each name.
pub fn samples() -> Vec<Event> {
    let acceptance = ToleranceId(at(15));
    let later = vec![
        ToleranceEvent::Supplied {
            acceptance,
            documents: vec![HandedIn { place: 1, sha256: digest(71) }],
            received_on: day("2026-03-10"),
        },
        ToleranceEvent::Overdue { acceptance },
        ToleranceEvent::Withdrawn {
            acceptance,
            reasons: text(),
            document_sha256: Some(digest(72)),
        },
        ToleranceEvent::Closed { acceptance, reasons: text() },
    ];
    let opened = opened(GreenChannel::CleanRecord { from: day("2023-03-02") });
    later.into_iter().map(Event::Tolerance).chain([opened]).collect()
}

/// The other right, which the sample above does not show.
pub fn variants() -> Vec<(String, Event)> {
    vec![("Exemplar".to_owned(), opened(GreenChannel::Exemplar(ListingId(at(2)))))]
}
