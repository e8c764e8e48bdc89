//! Forgeries about what an end leaves behind: what is handed out, said to be done, or kept in use
//! after it.

use super::*;
use crate::forge::ended::{self, By};
use crate::forge::kit::authority;
use crate::forge::kit::rules::MARKET;
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

/// Redress is done when the retraction is everywhere and nobody acts on the thing; it is owed once.
pub(super) fn redress(table: &mut Table) {
    let kinds = [
        (By::Objection, "redress.completed"),
        (By::Suit, "redress.done"),
        (By::Itself, "redress.done_after_annulment"),
    ];
    let lifted = &["assessment.feedback_due", "measure.lifted"];
    for (by, done) in kinds {
        let world = ended::redressed(by);
        table.remove("INV-13", "done before it is lifted", &world, lifted, done);
        table.remove("INV-13", "done while it is shown", &world, &["channel.confirmed"], done);
    }
    let again = |by, outcome: &str, event: &dyn Fn(&Event) -> Event| {
        let mut log = Log::of(&ended::taken_back_before(by));
        let place = log.last(outcome);
        log.cut(place);
        let own = log.like(place, event(&log.at(place).event));
        let cause = Some(log.at((place.0, 0)).position);
        let at = log.follow(Envelope { cause, ..own });
        (log, at)
    };
    let provider = authority(MARKET);
    let opened = again(By::Objection, "objection.resolved", &|own| match own {
        Event::ObjectionResolved { objection, .. } => {
            Event::RedressOpened { objection: *objection, provider }
        }
        other => panic!("{other:?}"),
    });
    let owed = again(By::Suit, "remedy.decided", &|own| match own {
        Event::Remedy(RemedyEvent::RemedyDecided { remedy, .. }) => {
            Event::Remedy(RemedyEvent::RedressOwed { remedy: *remedy, provider })
        }
        other => panic!("{other:?}"),
    });
    for (log, at) in [opened, owed] {
        table.0.push(Forgery { name: "INV-2", what: "owed a second time", log, at });
    }
}

/// A performed plan ends the records that the relieved listing rests on, and what rests on them.
pub(super) fn relief(table: &mut Table) {
    let own = "record.relieved";
    let one = lives::relief(true);
    table.remove("INV-6", "its record stays in use", &one, &[own], "relief.completed");
    table.change("INV-6", "ended by another relief", &one, own, |own| {
        if let Event::Record(RecordEvent::Relieved { relief, .. }) = &mut own.event {
            relief.0.sequence -= 1;
        }
    });
    let two = ended::two_relieved();
    table.other("INV-6", "another listing on its record stands", &two, |log| {
        log.remove(log.last("listing.relieved"));
        let said = log.last("classification.changed");
        let mut before = log.commits[..said.0].iter().flatten().rev();
        let stated = before.find_map(|own| match &own.event {
            Event::ClassificationChanged { in_force } => Some(in_force.clone()),
            _ => None,
        });
        let other = stated.expect("its marks").into_iter().filter(|own| !own.suspended).collect();
        log.change(said, |own| *marks(own) = other);
        log.at(log.last(own)).position
    });
    table.change(
        "INV-6",
        "relieved, and rests on no record of the plan's",
        &two,
        "listing.relieved",
        |own| {
            if let Event::Listing(ListingEvent::Relieved { relief, .. }) = &mut own.event {
                relief.0.sequence -= 1;
            }
        },
    );
    table.change("G-COMPETENT", "another authority's record", &one, own, by(&implementer()));
}
