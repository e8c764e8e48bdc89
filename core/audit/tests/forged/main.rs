//! Forged logs: every event is well formed and every position right, only the meaning of one is
//! corrupted. The audit names the guard or invariant, at that event, and nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test a failure is what they are for"
)]

/// A change of one field of an event's variant.
macro_rules! set {
    ($variant:ident, $field:ident => $value:expr) => {
        |own: &mut Envelope| match &mut own.event {
            Event::$variant { $field, .. } => *$field = $value,
            other => panic!("{other:?}"),
        }
    };
}

/// A change of one field of an event of a noun.
macro_rules! inner {
    ($group:ident, $events:ident::$variant:ident, $field:ident => $value:expr) => {
        |own: &mut Envelope| match &mut own.event {
            Event::$group($events::$variant { $field, .. }) => *$field = $value,
            other => panic!("{other:?}"),
        }
    };
}

mod again;
mod by_number;
mod closing;
mod details;
mod due;
mod everywhere;
mod first_steps;
mod for_good;
#[path = "../forge/mod.rs"]
mod forge;
mod forwarding;
mod grounds;
mod hearing;
mod keys;
mod longer;
mod measures;
mod named;
mod office;
mod once_more;
mod others;
mod outcomes;
mod papers;
mod path;
mod places;
mod plugins;
mod process;
mod redress;
mod refused;
mod repairs;
mod reports;
mod rests;
mod retired;
mod rulings;
mod sending;
mod served;
mod since;
mod social;
mod versions;
mod words;

use std::collections::BTreeSet;

use forge::kit::later::listed;
use forge::kit::rules::{
    COURT, EITHER, HEARING, INFORMATION, JUSTICE, NO_LIAISON, STATUTE, UNPUBLISHED, WITHOUT_REPAIR,
    cite, day,
};
use forge::kit::steps::*;
use forge::kit::{World, organisation, party, person};
use forge::{Log, due as courses, further, lives};
use shouxin_audit::INVARIANTS;
use shouxin_core::actor::Actor;
use shouxin_core::command::Command;
use shouxin_core::event::assessment::AssessmentEvent;
use shouxin_core::event::listing::{AttributionEnd, ListingEvent};
use shouxin_core::event::measure::MeasureEvent;
use shouxin_core::event::record::RecordEvent;
use shouxin_core::event::remedy::{RemedyEvent, RemedyOutcome};
use shouxin_core::event::{Envelope, Event, Finding, Mark, NamedMeasure, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{AttributionId, MeasureId, Position};
use shouxin_core::rules::Executor;
use shouxin_core::time::Timestamp;

/// What no stored event can show, and why.
const UNSEEN: &[(&str, &str)] = &[
    ("G-CLOCK", "whether starts were stopped is a state of the process, not of the log"),
    (
        "G-LAW-REQUIRED",
        "names of missing documents are sealed, and what law requires is refused before any event",
    ),
];

/// What a guard asks for beside what its forgeries show, and why no stored event shows it.
const UNSEEN_PARTS: &[(&str, &str)] = &[
    ("INV-9", "who reported: no event has a field for it, the sealed store is outside every log"),
    (
        "G-NOTICE",
        "that a notice states the party's rights is asked of the command; the event has the digest \
         of the notice, and the notice itself states them",
    ),
    (
        "G-COMPETENT",
        "with which of several keys an officer acted; that one of them was good is seen",
    ),
];

/// One forged log: what was done, what the audit has to say, and where.
struct Forgery {
    name: &'static str,
    what: &'static str,
    log: Log,
    at: Position,
}

#[derive(Default)]
struct Table(Vec<Forgery>);

impl Table {
    /// Corrupts the last event of a name; the log ends with its commit.
    fn change(
        &mut self,
        name: &'static str,
        what: &'static str,
        world: &World,
        event: &str,
        to: impl FnOnce(&mut Envelope),
    ) {
        let mut log = Log::of(world);
        let place = log.last(event);
        let at = log.change(place, to);
        log.cut(place);
        self.0.push(Forgery { name, what, log, at });
    }

    /// Leaves events out; the audit says so at the last event of another name.
    fn remove(
        &mut self,
        name: &'static str,
        what: &'static str,
        world: &World,
        gone: &[&str],
        event: &str,
    ) {
        let mut log = Log::of(world);
        let until = log.last(event);
        log.cut(until);
        for gone in gone {
            log = log.without(gone);
        }
        let at = log.at(log.last(event)).position;
        self.0.push(Forgery { name, what, log, at });
    }

    /// Any other forgery.
    fn other(
        &mut self,
        name: &'static str,
        what: &'static str,
        world: &World,
        forge: impl FnOnce(&mut Log) -> Position,
    ) {
        let mut log = Log::of(world);
        let at = forge(&mut log);
        self.0.push(Forgery { name, what, log, at });
    }
}

fn marks(own: &mut Envelope) -> &mut Vec<Mark> {
    match &mut own.event {
        Event::ClassificationChanged { in_force } => in_force,
        other => panic!("{other:?}"),
    }
}

fn by(who: &forge::kit::Who) -> impl FnOnce(&mut Envelope) + use<> {
    let actor = who.actor.clone();
    move |own| own.actor = actor
}

fn table() -> Vec<Forgery> {
    let mut table = Table::default();
    path::proposals(&mut table);
    path::hearings(&mut table);
    path::decisions(&mut table);
    path::grounds(&mut table);
    measures::measures(&mut table);
    outcomes::objections(&mut table);
    outcomes::ends(&mut table);
    outcomes::put_right(&mut table);
    outcomes::office_times(&mut table);
    outcomes::testing(&mut table);
    repairs::times(&mut table);
    repairs::of_records(&mut table);
    others::of_breaches(&mut table);
    others::of_persons(&mut table);
    others::on_paper(&mut table);
    outcomes::red(&mut table);
    outcomes::records(&mut table);
    outcomes::order(&mut table);
    words::commitments(&mut table);
    details::commitments(&mut table);
    details::others(&mut table);
    details::social(&mut table);
    words::breaches(&mut table);
    words::reviews(&mut table);
    words::tolerances(&mut table);
    social::classifications(&mut table);
    social::case_studies(&mut table);
    social::supports(&mut table);
    social::erasures(&mut table);
    social::member_files(&mut table);
    office::credit_office(&mut table);
    office::assessments(&mut table);
    office::catalogue(&mut table);
    office::amendments(&mut table);
    due::objections(&mut table);
    due::returns(&mut table);
    due::channels(&mut table);
    grounds::endings(&mut table);
    grounds::proposals(&mut table);
    grounds::late(&mut table);
    process::process(&mut table);
    process::both_lists(&mut table);
    process::persons(&mut table);
    first_steps::by_the_head(&mut table);
    redress::own_annulments(&mut table);
    versions::carried(&mut table);
    versions::repair_rules(&mut table);
    versions::less_is_kept(&mut table);
    versions::jobs(&mut table);
    versions::shortened(&mut table);
    versions::begun(&mut table);
    versions::allowed_less(&mut table);
    everywhere::everywhere(&mut table);
    closing::evidence(&mut table);
    closing::withheld(&mut table);
    closing::repairs(&mut table);
    closing::redress(&mut table);
    closing::relief(&mut table);
    keys::keys(&mut table);
    keys::ended(&mut table);
    repairs::of_revocations(&mut table);
    sending::on_the_way(&mut table);
    sending::late_days(&mut table);
    sending::decided_anew(&mut table);
    sending::working(&mut table);
    sending::declined(&mut table);
    sending::referred(&mut table);
    sending::extensions(&mut table);
    sending::beyond_the_calendar(&mut table);
    longer::from_elsewhere(&mut table);
    longer::anew(&mut table);
    retired::plugins(&mut table);
    plugins::lives(&mut table);
    plugins::letters(&mut table);
    again::again(&mut table);
    forwarding::told(&mut table);
    served::served(&mut table);
    named::named(&mut table);
    rulings::rulings(&mut table);
    papers::papers(&mut table);
    served::collected(&mut table);
    forwarding::beyond(&mut table);
    hearing::recorded_late(&mut table);
    hearing::red_list(&mut table);
    rests::cited(&mut table);
    rests::corrected(&mut table);
    rests::named(&mut table);
    rests::answers(&mut table);
    rests::extensions(&mut table);
    refused::burdens(&mut table);
    refused::objections(&mut table);
    refused::outcomes(&mut table);
    refused::files(&mut table);
    for_good::ended(&mut table);
    for_good::changed(&mut table);
    for_good::persons(&mut table);
    by_number::in_clear(&mut table);
    by_number::capacity(&mut table);
    by_number::names(&mut table);
    since::incapable(&mut table);
    once_more::redress_once(&mut table);
    once_more::reviews_of_repairs(&mut table);
    once_more::second_steps(&mut table);
    once_more::changes(&mut table);
    once_more::lifts(&mut table);
    once_more::corrections(&mut table);
    by_number::authorisations(&mut table);
    table.0
}

#[test]
fn every_forgery_is_named_at_its_event_and_nothing_else_is() {
    let mut wrong = Vec::new();
    for forgery in table() {
        let said: BTreeSet<(Position, &str)> =
            forgery.log.audit().iter().map(|own| (own.at, own.name)).collect();
        let at = forgery.at;
        if said != BTreeSet::from([(at, forgery.name)]) {
            let all: Vec<String> = forgery
                .log
                .audit()
                .iter()
                .map(|own| format!("  {} {} {}", own.at, own.name, own.detail))
                .collect();
            let wanted = format!("{} at {at}", forgery.name);
            wrong.push(format!("{}: wanted {wanted}\n{}", forgery.what, all.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_name_is_without_its_forgery() {
    let mut forged: BTreeSet<&str> = table().iter().map(|own| own.name).collect();
    forged.extend(reports::table().iter().map(|own| own.name));
    let guards = Guard::ALL.iter().map(|own| own.name());
    let invariants = INVARIANTS.iter().map(|own| own.0);
    let unseen = |name: &&str| UNSEEN.iter().any(|own| own.0 == *name);
    let missing: Vec<&str> =
        guards.chain(invariants).filter(|name| !unseen(name) && !forged.contains(name)).collect();
    assert_eq!(missing, Vec::<&str>::new());
    for (name, why) in UNSEEN {
        assert!(!forged.contains(name) && !why.is_empty(), "{name} can be seen after all");
    }
    for (name, why) in UNSEEN_PARTS {
        assert!(forged.contains(name) && !why.is_empty(), "{name} is not seen at all");
    }
}
