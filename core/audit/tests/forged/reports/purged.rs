//! What comes after the purge: a tag is put on record before it, and whoever had to stand aside before
//! stands aside still.

use super::*;
use crate::forge::reports::{market_guardian, reopened, supervisor};

pub(super) fn forge(table: &mut Table) {
    tags(table);
    left_over(table);
    supervision(table);
}

/// The tag: once, just before the first purge, by whoever may purge.
fn tags(table: &mut Table) {
    let told = answered();
    let (tagged, purged) = (("whistle.tagged", 0), ("identity.purged", 0));
    table.change("G-DOC", "a tag of nothing", &told, tagged, field!(Tagged, reported => [0; 32]));
    table.change("G-COMPETENT", "not a data officer's tag", &told, tagged, by(&examiner()));
    table.change("G-HUMAN", "a timer's tag", &told, tagged, |own| own.by = By::Timer);
    table.change("DEADLINE", "tagged while it is kept", &told, tagged, |own| {
        own.on = own.on.plus_days(-1);
    });
    table.remove("INV-2", "destroyed untagged", &told, tagged.0, purged);
    table.other("INV-2", "tagged twice", &told, |told| {
        let at = told.place(tagged.0, 0);
        told.events.truncate(at + 1);
        again(told, at)
    });
    table.other("INV-2", "tagged after the purge", &reopened_untagged(), |told| {
        let mut own = answered().events[answered().place(tagged.0, 0)].clone();
        let last = told.events.last().unwrap().clone();
        own.by = market_guardian().0;
        own.on = last.on.plus_months(12).plus_days(1);
        own.rules = told.rules.last().map(|own| own.1.version);
        own.sequence = last.sequence + 1;
        told.events.push(own);
        told.events.len() - 1
    });
    table.other("INV-2", "tagged with nobody answered", &told, |told| {
        let own = told.events[told.place(tagged.0, 0)].clone();
        let at = told.place("whistle.triaged", 0) + 1;
        told.events.truncate(at);
        told.events.push(ReportEnvelope { sequence: u64::try_from(at).unwrap(), ..own });
        at
    });
}

/// Who acts on what was written after the purge.
fn left_over(table: &mut Table) {
    let told = reopened();
    let (answer, again) = (("whistle.feedback_posted", 1), ("identity.purged", 1));
    let mut forge = |what, told: &Told, event, hand: &Hand| {
        table.change("G-COMPETENT", what, told, event, by(hand));
    };
    forge("the reported body answers after the purge", &told, answer, &market_triager());
    forge("the reported body destroys what came later", &told, again, &market_guardian());
    let untagged = reopened_untagged();
    forge("the credit office answers, and nobody knows whom", &untagged, answer, &triager());
    forge("a case officer answers, and nobody knows whom", &untagged, answer, &examiner());
    forge("the credit office destroys, and nobody knows whose", &untagged, again, &guardian());
}

/// The supervision organ has the accounts of retaliation, and takes no step.
fn supervision(table: &mut Table) {
    let told = answered();
    for event in ["whistle.triaged", "whistle.assigned", "identity.unseal_requested"] {
        let what = "the supervision organ's step";
        table.change("G-COMPETENT", what, &told, (event, 0), by(&supervisor()));
    }
    let answer = ("whistle.feedback_posted", 2);
    table.change("G-COMPETENT", "the supervision organ answers", &told, answer, by(&supervisor()));
}
