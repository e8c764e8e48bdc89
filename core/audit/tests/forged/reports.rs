//! Forged logs of reports of wrongdoing: each is well formed, one thing in it is not as it may be,
//! and the audit names the guard or invariant, at that event, and nothing else.

use std::collections::BTreeSet;

use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::whistle::{By, ReportEnvelope, ReportId, WhistleEvent as W};

use crate::forge::kit::authority;
use crate::forge::kit::rules::{MARKET, cite, day};
use crate::forge::kit::steps::no_text;
use crate::forge::reports::{
    Hand, Told, answered, counted_anew, examiner, extended_anew, guardian, late, market_triager,
    other_examiner, reopened_untagged, sealed, triager,
};

pub(super) struct Forgery {
    pub name: &'static str,
    what: &'static str,
    pub told: Told,
    at: usize,
}

/// A change of one field of an event.
macro_rules! field {
    ($variant:ident, $field:ident => $value:expr) => {
        |own: &mut ReportEnvelope| match &mut own.event {
            W::$variant { $field, .. } => *$field = $value,
            other => panic!("{other:?}"),
        }
    };
}

mod purged;

#[derive(Default)]
struct Table(Vec<Forgery>);

impl Table {
    /// Corrupts the `nth` event of a name, with which the log ends.
    fn change(
        &mut self,
        name: &'static str,
        what: &'static str,
        told: &Told,
        event: (&str, usize),
        to: impl FnOnce(&mut ReportEnvelope),
    ) {
        let mut told = told.clone();
        let at = told.place(event.0, event.1);
        to(&mut told.events[at]);
        told.events.truncate(at + 1);
        self.0.push(Forgery { name, what, told, at });
    }

    /// Leaves the first event of a name out; the audit says so at an event of another name.
    fn remove(
        &mut self,
        name: &'static str,
        what: &'static str,
        told: &Told,
        gone: &str,
        event: (&str, usize),
    ) {
        let mut told = told.clone();
        let at = told.place(event.0, event.1);
        told.events.truncate(at + 1);
        told.remove(told.place(gone, 0));
        self.0.push(Forgery { name, what, told, at: at - 1 });
    }

    /// Any other forgery.
    fn other(
        &mut self,
        name: &'static str,
        what: &'static str,
        told: &Told,
        forge: impl FnOnce(&mut Told) -> usize,
    ) {
        let mut told = told.clone();
        let at = forge(&mut told);
        self.0.push(Forgery { name, what, told, at });
    }
}

fn by(hand: &Hand) -> impl FnOnce(&mut ReportEnvelope) + use<> {
    let by = hand.0.clone();
    move |own| own.by = by
}

pub(super) fn table() -> Vec<Forgery> {
    let mut table = Table::default();
    order(&mut table);
    hands(&mut table);
    days(&mut table);
    identities(&mut table);
    counted(&mut table);
    purged::forge(&mut table);
    table.0
}

/// Days that a newer calendar counts anew, and the rules that an event names.
fn counted(table: &mut Table) {
    let told = counted_anew();
    let event = ("whistle.recounted", 0);
    table.change("G-COMPETENT", "an officer counts anew", &told, event, by(&triager()));
    table.change("DEADLINE", "counted anew from another day", &told, event, |own| {
        field!(Recounted, before => day("2026-03-04"))(own);
    });
    table.change("DEADLINE", "a longer time on the way", &told, event, |own| {
        if let W::Recounted { deadline, .. } = &mut own.event {
            deadline.day = deadline.day.plus_days(1);
        }
    });
    table.other("DEADLINE", "counted anew twice", &told, |told| {
        let at = told.place(event.0, 0);
        let mut own = told.events[at].clone();
        if let W::Recounted { before, deadline } = &mut own.event {
            *before = deadline.day;
        }
        told.events.truncate(at + 1);
        own.sequence += 1;
        told.events.push(own);
        at + 1
    });
    let longer = extended_anew();
    table.other("DEADLINE", "extended from the day to which it ran", &longer, |told| {
        let at = told.place("whistle.extended", 0);
        told.events.truncate(at + 1);
        let first = told.events.iter().find_map(|own| match &own.event {
            W::Assigned { verify_by, .. } => Some(verify_by.day),
            _ => None,
        });
        let calendar = told.rules[0].1.calendar.clone();
        if let W::Extended { verify_by, .. } = &mut told.events[at].event {
            let own = calendar.after(first.expect("assigned"), 15);
            assert_eq!(own.day, verify_by.day, "the same day by that calendar");
            *verify_by = own;
        }
        at
    });
    let calendar = longer.rules.last().expect("rules").1.calendar.clone();
    for told in [&told, &longer] {
        table.change("DEADLINE", "counted anew from a later day", told, event, |own| {
            if let W::Recounted { deadline, .. } = &mut own.event {
                *deadline = calendar.after(deadline.from.plus_days(1), deadline.working_days);
            }
        });
        table.change("DEADLINE", "counted anew with more days", told, event, |own| {
            if let W::Recounted { deadline, .. } = &mut own.event {
                *deadline = calendar.extended(*deadline, 1);
            }
        });
    }
    table.change("INV-10", "the rules of another day", &told, ("whistle.triaged", 0), |own| {
        own.rules = Some([9; 32]);
    });
    table.change("INV-10", "the rules of that very day", &told, event, |own| {
        own.rules = Some([6; 32]);
    });
}

/// The steps, one after the other, each event once.
fn order(table: &mut Table) {
    let told = answered();
    let (received, triaged) = ("whistle.received", "whistle.triaged");
    let (assigned, verified) = ("whistle.assigned", "whistle.verified");
    table.remove("INV-10", "steps of no report", &told, received, (triaged, 0));
    table.remove("INV-2", "assigned untriaged", &told, triaged, (assigned, 0));
    table.remove("INV-2", "nothing was verified", &told, verified, ("whistle.transferred", 0));
    table.remove(
        "INV-2",
        "answered while it is followed up",
        &told,
        "whistle.transferred",
        ("whistle.feedback_posted", 0),
    );
    table.other("INV-2", "triaged twice", &told, |told| {
        let at = told.place(triaged, 0);
        told.events.truncate(at + 1);
        again(told, at)
    });
    table.other("INV-2", "verified twice", &told, |told| {
        let at = told.place(verified, 0);
        told.events.truncate(at + 1);
        again(told, at)
    });
    table.other("INV-2", "turned away once it was taken in", &late(), |told| {
        let at = told.place("whistle.out_of_scope", 0);
        told.events.truncate(at + 1);
        told.events[at].report = ReportId([1; 32]);
        at
    });
    table.other("INV-10", "received twice", &told, |told| {
        told.events.truncate(1);
        again(told, 0)
    });
    table.other("INV-10", "an event is missing", &told, |told| {
        told.events.truncate(3);
        told.events[2].sequence = 3;
        // Positions are as the event says them.
        3
    });
    table.other("INV-10", "a day before the one before", &late(), |told| {
        let at = told.place(assigned, 0);
        told.events.truncate(at + 1);
        let earlier = told.events[at].on.plus_days(-1);
        if let W::Assigned { verify_by, .. } = &mut told.events[at].event {
            *verify_by = told.rules[0].1.calendar.after(earlier, 15);
        }
        told.events[at].on = earlier;
        at
    });
    table.other("INV-10", "before any rules", &told, |told| {
        told.events.truncate(1);
        told.rules.clear();
        0
    });
    table.change("INV-10", "found right, and an answer is due", &told, (verified, 0), |own| {
        field!(Verified, substantiated => false)(own);
    });
    for (what, event) in [
        ("triaged without a word", triaged),
        ("verified without reasons", verified),
        ("extended without reasons", "whistle.extended"),
        ("followed up without a word", "whistle.transferred"),
        ("an empty answer", "whistle.feedback_posted"),
        ("opened without reasons", "identity.unseal_requested"),
        ("an empty account", "retaliation.reported"),
    ] {
        table.change("G-DOC", what, &told, (event, 0), silent);
    }
    table.change("G-DOC", "a report of nothing", &told, (received, 0), |own| {
        field!(Received, facts => no_text())(own);
    });
    table.change("G-DOC", "turned away without a pointer", &late(), ("whistle.out_of_scope", 0), {
        field!(OutOfScope, pointer => no_text())
    });
    table.change("G-DOC", "an identity of nothing", &told, (received, 0), |own| {
        field!(Received, identity_sha256 => Some([0; 32]))(own);
    });
}

/// The same event once more, at the end.
fn again(told: &mut Told, at: usize) -> usize {
    let mut own = told.events[at].clone();
    own.sequence = u64::try_from(told.events.len()).unwrap();
    told.events.push(own);
    told.events.len() - 1
}

fn silent(own: &mut ReportEnvelope) {
    match &mut own.event {
        W::Triaged { note } | W::Transferred { note, .. } => *note = no_text(),
        W::Verified { reasons, .. }
        | W::Extended { reasons, .. }
        | W::UnsealRequested { reasons, .. } => *reasons = no_text(),
        W::FeedbackPosted { text, .. } => *text = no_text(),
        W::Retaliation { account, .. } => *account = no_text(),
        other => panic!("{other:?}"),
    }
}

/// Who takes a step: an officer on file, of that duty, not of the reported body, of the department
/// that has it.
fn hands(table: &mut Table) {
    let (told, late) = (answered(), late());
    let steps = ["whistle.triaged", "whistle.verified", "identity.unsealed", "identity.purged"];
    for event in steps {
        table.change("G-HUMAN", "a timer's", &told, (event, 0), |own| own.by = By::Timer);
        table.change("G-HUMAN", "an officer's of nowhere", &told, (event, 0), |own| {
            if let By::Officer(own) = &mut own.by {
                own.officer = "99".to_owned();
            }
        });
    }
    for event in ["whistle.triaged", "whistle.assigned", "identity.unseal_requested"] {
        table.change("G-COMPETENT", "not a triage officer's", &told, (event, 0), by(&examiner()));
    }
    for event in ["identity.unsealed", "identity.purged"] {
        table.change("G-COMPETENT", "not a data officer's", &told, (event, 0), by(&examiner()));
    }
    for event in ["whistle.verified", "whistle.extended", "whistle.transferred"] {
        let mut other = |what, hand: &Hand| {
            table.change("G-COMPETENT", what, &told, (event, 0), by(hand));
        };
        other("another department's", &other_examiner());
        other("the triage officer's", &triager());
    }
    table.change(
        "G-COMPETENT",
        "another department answers",
        &told,
        ("whistle.feedback_posted", 0),
        by(&other_examiner()),
    );
    table.other("G-COMPETENT", "nobody gave its officer the duty", &told, |told| {
        told.keys.retain(|own| By::Officer(own.0.clone()) != triager().0);
        let at = told.place("whistle.triaged", 0);
        told.events.truncate(at + 1);
        at
    });
    table.other("G-COMPETENT", "its officer's key was revoked the day before", &told, |told| {
        let at = told.place("whistle.triaged", 0);
        told.events.truncate(at + 1);
        let By::Officer(officer) = triager().0 else { panic!("no officer") };
        told.revoked = Some((officer, told.events[at].on.plus_days(-1)));
        at
    });
    // The third report is about the market authority.
    table.change(
        "G-COMPETENT",
        "taken in by the reported body",
        &late,
        ("whistle.triaged", 1),
        by(&market_triager()),
    );
    table.change(
        "G-COMPETENT",
        "assigned to the reported body",
        &late,
        ("whistle.assigned", 1),
        field!(Assigned, department => authority(MARKET)),
    );
    table.change(
        "G-COMPETENT",
        "assigned to nobody on file",
        &late,
        ("whistle.assigned", 1),
        field!(Assigned, department => nobody()),
    );
    let overdue = ("whistle.overdue", 0);
    table.change("G-COMPETENT", "an officer says it is late", &late, overdue, by(&triager()));
}

fn nobody() -> Uscc {
    crate::forge::kit::rules::code(2)
}

/// Dates follow from the calendar; what is late is late, and said once; nothing is destroyed early.
fn days(table: &mut Table) {
    let (told, late) = (answered(), late());
    let shorter = |own: &mut ReportEnvelope| {
        let deadline = match &mut own.event {
            W::Received { triage_by: day, .. }
            | W::Assigned { verify_by: day, .. }
            | W::Extended { verify_by: day, .. }
            | W::Verified { feedback_by: Some(day), .. }
            | W::Transferred { feedback_by: day, .. } => day,
            other => panic!("{other:?}"),
        };
        deadline.day = deadline.day.plus_days(1);
    };
    for event in ["whistle.received", "whistle.assigned", "whistle.extended", "whistle.transferred"]
    {
        table.change("DEADLINE", "a day more", &told, (event, 0), shorter);
    }
    table.change("DEADLINE", "a day more to answer", &late, ("whistle.verified", 0), shorter);
    let kept = |own: &mut ReportEnvelope| match &mut own.event {
        W::OutOfScope { keep_until, .. }
        | W::FeedbackPosted { keep_until, .. }
        | W::Retaliation { keep_until, .. } => *keep_until = keep_until.plus_days(-1),
        other => panic!("{other:?}"),
    };
    table.change("DEADLINE", "kept too short", &told, ("whistle.feedback_posted", 0), kept);
    table.change("DEADLINE", "kept too short", &told, ("retaliation.reported", 0), kept);
    table.change("DEADLINE", "kept too short", &late, ("whistle.out_of_scope", 0), kept);
    // The first purge of the other course comes directly after its tag.
    for (told, nth) in [(&reopened_untagged(), 0), (&told, 1)] {
        table.other("DEADLINE", "destroyed while it is kept", told, |told| {
            let at = told.place("identity.purged", nth);
            told.events.truncate(at + 1);
            told.events[at].on = told.events[at].on.plus_days(-1);
            at
        });
    }
    table.other("INV-2", "destroyed with nobody answered", &told, |told| {
        let purged = told.events[told.place("identity.purged", 0)].clone();
        let at = told.place("whistle.triaged", 0) + 1;
        told.events.truncate(at);
        told.events.push(ReportEnvelope { sequence: u64::try_from(at).unwrap(), ..purged });
        at
    });
    table.other("DEADLINE", "late before its day", &late, |told| {
        let at = told.place("whistle.overdue", 0);
        told.events.truncate(at + 1);
        told.events[at].on = told.events[0].on;
        at
    });
    table.change("DEADLINE", "late by another day", &late, ("whistle.overdue", 0), |own| {
        field!(Overdue, due => day("2026-03-03"))(own);
    });
    table.other("DEADLINE", "late twice", &late, |told| {
        let at = told.place("whistle.overdue", 0);
        told.events.truncate(at + 1);
        again(told, at)
    });
    table.other("DEADLINE", "extended twice", &told, |told| {
        let at = told.place("whistle.extended", 0);
        told.events.truncate(at + 1);
        let last = again(told, at);
        let calendar = told.rules[0].1.calendar.clone();
        if let W::Extended { verify_by, .. } = &mut told.events[last].event {
            *verify_by = calendar.extended(*verify_by, 15);
        }
        last
    });
}

/// Who reported: in no event, and opened only by two, on a ground in writing.
fn identities(table: &mut Table) {
    let told = answered();
    let (asked, opened) = ("identity.unseal_requested", "identity.unsealed");
    for event in ["whistle.received", "retaliation.reported"] {
        table.change("INV-9", "it names who reported", &told, (event, 0), by(&examiner()));
    }
    table.remove("INV-9", "opened and nobody asked", &told, asked, (opened, 0));
    table.other("INV-9", "opened twice on one request", &told, |told| {
        let at = told.place(opened, 0);
        told.events.truncate(at + 1);
        again(told, at)
    });
    table.change("INV-9", "opened for somebody else", &told, (opened, 0), |own| {
        if let (W::Unsealed { requested_by, .. }, By::Officer(by)) = (&mut own.event, examiner().0)
        {
            *requested_by = by;
        }
    });
    table.change(
        "INV-9",
        "the reporter is not told, and no law forbids it",
        &told,
        (opened, 0),
        field!(Unsealed, told => false),
    );
    table.other("G-4EYES", "who asked approves", &told, |told| {
        let By::Officer(own) = triager().0 else { panic!("no officer") };
        told.keys.push((own, guardian().1));
        let at = told.place(opened, 0);
        told.events.truncate(at + 1);
        told.events[at].by = triager().0;
        at
    });
    table.other("INV-9", "an identity that was never there", &told, |told| {
        field!(Received, identity_sha256 => None)(&mut told.events[0]);
        let at = told.place(asked, 0);
        told.events.truncate(at + 1);
        at
    });
    table.other("INV-9", "an identity that was destroyed", &told, |told| {
        let request = told.events[told.place(asked, 0)].clone();
        let at = told.place("identity.purged", 0) + 1;
        told.events.truncate(at);
        let on = told.events[at - 1].on;
        told.events.push(ReportEnvelope { sequence: u64::try_from(at).unwrap(), on, ..request });
        at
    });
    let repealed = || cite("repealed");
    table.change(
        "G-BASIS",
        "opened on what is repealed",
        &told,
        (asked, 0),
        field!(UnsealRequested, ground => repealed()),
    );
    table.change(
        "G-BASIS",
        "silence on what is repealed",
        &told,
        (asked, 1),
        field!(UnsealRequested, law_forbids_telling => Some(repealed())),
    );
    for other in [vec![], vec![10, 20]] {
        table.change("INV-10", "keys of texts", &told, ("identity.purged", 0), |own| {
            field!(Purged, slots => other)(own);
        });
    }
    table.other("INV-10", "a text that outlives its report", &told, |told| {
        if let W::Received { evidence, .. } = &mut told.events[0].event {
            evidence.push(sealed(19));
        }
        let at = told.place("identity.purged", 0);
        told.events.truncate(at + 1);
        at
    });
}

#[test]
fn every_forged_report_is_named_at_its_event_and_nothing_else_is() {
    let mut wrong = Vec::new();
    for forgery in table() {
        let found = forgery.told.audit();
        let said: BTreeSet<(u64, &str)> =
            found.iter().map(|own| (own.at.sequence, own.name)).collect();
        let at = u64::try_from(forgery.at).unwrap();
        if said != BTreeSet::from([(at, forgery.name)]) {
            let all: Vec<String> = found
                .iter()
                .map(|own| format!("  {} {} {}", own.at, own.name, own.detail))
                .collect();
            let wanted = format!("{} at {at}", forgery.name);
            wrong.push(format!("{}: wanted {wanted}\n{}", forgery.what, all.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
