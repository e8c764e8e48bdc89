//! Forgeries about what the party is owed whatever others do.

use super::*;
use shouxin_core::event::Trigger;
use shouxin_core::event::channel::ChannelEvent;

/// The last objection does not suspend, as if it were a repeat.
fn unheld(log: &mut Log) -> Position {
    let place = log.last("objection.filed");
    log.cut(place);
    *log = without_marks(log, place);
    log.change(place, set!(ObjectionFiled, suspends => false))
}

/// A commit without its marks.
fn without_marks(log: &Log, place: (usize, usize)) -> Log {
    let mut log = log.clone();
    let at =
        log.commits[place.0].iter().position(|own| own.event.name() == "classification.changed");
    if let Some(at) = at {
        log.remove((place.0, at));
    }
    log
}

pub(super) fn objections(table: &mut Table) {
    let said = "a complaint uses up the party's first objection";
    table.other("INV-4", said, &courses::after_a_complaint(), unheld);
    let said = "a formal refusal uses up the party's first objection";
    table.other("INV-4", said, &courses::handed_in_anew(), unheld);
    table.other("INV-4", "no hold beside a complaint", &courses::beside_a_complaint(), |log| {
        let place = log.last("objection.filed");
        log.cut(place);
        log.change(place, set!(ObjectionFiled, suspends => false))
    });
    table.change(
        "G-DOC",
        "a repeat that proves nothing suspends",
        &courses::repeated(),
        "objection.filed",
        set!(ObjectionFiled, evidence => Vec::new()),
    );
    table.other("INV-2", "the same objection twice", &courses::repeated(), |log| {
        let own = log.at(log.last("objection.filed")).clone();
        log.append(own)
    });
    table.change(
        "G-DOC",
        "an officer objects for the party without its paper",
        &courses::at_the_counter(),
        "objection.filed",
        set!(ObjectionFiled, evidence => Vec::new()),
    );
    table.change(
        "G-DOC",
        "an officer asks for the one review without the party's paper",
        &courses::at_the_counter(),
        "review.requested",
        inner!(Remedy, RemedyEvent::ReviewRequested, evidence => vec![[0; 32]]),
    );
    table.other("G-NOTICE", "a review takes an honour", &courses::honour_reviewed(), |log| {
        log.change(
            log.last("objection.filed"),
            set!(ObjectionFiled, trigger => Trigger::Complaint),
        );
        log.at(log.last("review.decided")).position
    });
}

pub(super) fn returns(table: &mut Table) {
    let back = courses::comes_back(Finding::Correct);
    table.other("INV-4", "what is disputed comes back", &back, |log| {
        for gone in ["objection.closed", "objection.resolved"] {
            log.remove(log.last(gone));
        }
        let place = log.last("listing.restored");
        log.cut(place);
        // Its record comes back before the file says what is in force.
        let marked = log.last("classification.changed");
        log.change(marked, |own| marks(own)[0].suspended = true);
        log.at(place).position
    });
    table.remove(
        "INV-6",
        "upheld, and it is still to come back",
        &courses::comes_back(Finding::Error),
        &["repair.revocation_lapsed"],
        "objection.resolved",
    );
    table.change(
        "G-HUMAN",
        "an officer lets a revocation lapse with no outcome",
        &further::revoked_in_vain(),
        "repair.revocation_lapsed",
        by(&head()),
    );
}

pub(super) fn channels(table: &mut Table) {
    for unverified in [false, true] {
        let world = courses::hidden_before(unverified);
        table.other("INV-13", "closed while the portal shows it", &world, |log| {
            log.remove(log.last("channel.confirmed"));
            log.at(log.last("objection.closed")).position
        });
    }
    table.other("INV-13", "forgotten with the channel", &courses::waived(), |log| {
        log.remove(log.last("channel.closed"));
        log.at(log.last("objection.closed")).position
    });
    table.other("INV-13", "waived while it is in use", &courses::waived(), |log| {
        log.remove(log.last("channel.closing"));
        let place = log.last("channel.closed");
        log.cut(place);
        log.at(place).position
    });
    table.change(
        "INV-13",
        "waived for no reason",
        &courses::waived(),
        "channel.closed",
        inner!(Channel, ChannelEvent::Closed, reason => String::new()),
    );
    table.change(
        "INV-13",
        "taken out with more confirmed than it was",
        &courses::waived(),
        "channel.closing",
        inner!(Channel, ChannelEvent::Closing, confirmed_through => Position::local(1)),
    );
    table.change(
        "G-COMPETENT",
        "an officer takes a channel out",
        &courses::waived(),
        "channel.closing",
        by(&handler()),
    );
    table.other("INV-13", "it comes back past what it owes", &courses::back_again(), |log| {
        let place = log.last("channel.opened");
        log.cut(place);
        let from = log.at(log.last("objection.resolved")).position;
        log.change(place, |own| match &mut own.event {
            Event::Channel(ChannelEvent::Opened { from: own, .. }) => *own = from,
            other => panic!("{other:?}"),
        })
    });
}
