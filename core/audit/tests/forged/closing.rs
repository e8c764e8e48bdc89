//! Forgeries about what an end leaves behind: what is handed out, said to be done, or kept in use
//! after it.

use super::*;
use crate::forge::ended;
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

/// A repair is done when every listing it ended is undone, and every channel shows none of it.
pub(super) fn repairs(table: &mut Table) {
    let (lifted, done) = (&["assessment.feedback_due", "measure.lifted"], "repair.done");
    let two = ended::two_ended();
    table.remove("INV-13", "done while another listing is carried out", &two, lifted, done);
    let record = ended::ended_with_its_record();
    table.remove("INV-13", "done while a listing on it is carried out", &record, lifted, done);
    let hidden = ended::hidden_and_repaired();
    let confirmed = &["channel.confirmed"];
    table.remove("INV-13", "done while a portal shows its record", &hidden, confirmed, done);
}
