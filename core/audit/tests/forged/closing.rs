//! Forgeries about what an end leaves behind: what is handed out, said to be done, or kept in use
//! after it.

use super::*;
use crate::forge::words;
use shouxin_core::command::Command;
use shouxin_core::command::support::SupportCommand;
use shouxin_core::event::publicity::PublicityEvent;
use shouxin_core::row::{Key, Row};

/// Evidence of a record is of one that stands on that day.
pub(super) fn evidence(table: &mut Table) {
    let (mut world, support, record) = words::support_begun();
    let Some(Row::Record(row)) = world.row(&Key::Record(record)) else {
        panic!("there is no {record}");
    };
    let until = row.publicity_until.expect("an adverse record has a last day");
    let handed = "litigation_support.evidence_handed_over";
    world.today = until;
    let again = SupportCommand::HandOver {
        support,
        documents: vec![digest(31)],
        receipt_sha256: digest(32),
    };
    world.must(&handler(), &Command::Support(again));
    table.other("G-NOSUSP", "evidence of a record whose last day has passed", &world, |log| {
        let place = log.last(handed);
        log.date(place, until.plus_days(1));
        log.at(place).position
    });
}

/// What is withheld as private says why, whichever way it came in (O25).
pub(super) fn withheld(table: &mut Table) {
    table.change(
        "G-OPEN",
        "a penalty withheld as private, and nobody says why",
        &further::withheld_restored(),
        "publicity.filed",
        inner!(Publicity, PublicityEvent::Filed, reason => None),
    );
}
