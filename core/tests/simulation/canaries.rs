//! Canaries: a log changed in one point, as a faulty register would have written it, and the model
//! that has to find it. One for each invariant that it checks.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use shouxin_core::actor::Actor;
use shouxin_core::event::channel::ChannelEvent;
use shouxin_core::event::imported::ImportedEvent;
use shouxin_core::event::record::RecordEvent;
use shouxin_core::event::{CaseRef, Envelope, Event};
use shouxin_core::id::MeasureId;

use super::further::merits;
use super::{county_rules, played, violations};

static LOG: LazyLock<Vec<Envelope>> = LazyLock::new(|| played(12, 60));

/// The log with one event changed.
fn forged(forge: impl Fn(&mut Envelope) -> bool) -> Vec<Envelope> {
    let mut log = LOG.clone();
    let place = log.iter_mut().position(forge);
    assert!(place.is_some(), "there was something to forge");
    log
}

#[track_caller]
fn found(log: &[Envelope], invariant: &str) {
    let invariant = format!("{invariant} ");
    let said = violations(log);
    assert!(said.iter().any(|own| own.starts_with(&invariant)), "no {invariant}: {said:?}");
}

fn is(envelope: &Envelope, name: &str) -> bool {
    envelope.event.name() == name
}

#[test]
fn a_log_as_it_was_written_breaks_nothing() {
    assert_eq!(violations(&LOG), Vec::<String>::new());
}

#[test]
fn a_canary_of_the_decision_path_is_found() {
    // Nobody was told.
    let told = LOG.iter().position(|own| is(own, "prenotice.served")).unwrap();
    let mut silent = LOG.clone();
    silent.remove(told);
    found(&silent, "INV-2");
    // A timer takes a decision.
    let decided = forged(|own| {
        let found = is(own, "listing.decided");
        if found {
            own.actor = Actor::System;
        }
        found
    });
    found(&decided, "INV-1");
    // An end is put off beyond what was allowed.
    let longer = forged(|own| match &mut own.event {
        Event::CaseDecided { end, .. } => {
            *end = end.plus_months(240);
            true
        }
        _ => false,
    });
    found(&longer, "INV-3");
    // Praise while the public may still object.
    let praised = forged(|own| match &mut own.event {
        Event::PublicNoticeOpened { ends_on, .. } => {
            *ends_on = ends_on.plus_months(120);
            true
        }
        _ => false,
    });
    found(&praised, "INV-2");
}

#[test]
fn a_canary_of_a_suspension_is_found() {
    // An objection leaves the classification as it was.
    let filed = LOG.iter().position(|own| {
        matches!(&own.event, Event::ObjectionFiled { suspends: true, .. })
            && LOG.get(usize::try_from(own.position.sequence).unwrap() + 1).is_some_and(|next| {
                is(next, "classification.changed") && next.cause == Some(own.position)
            })
    });
    let mut ignored = LOG.clone();
    ignored.remove(filed.expect("an objection that suspends") + 1);
    found(&ignored, "INV-4");
    // A timer ends a suspension.
    let by_timer = forged(|own| {
        let found = is(own, "objection.resolved");
        if found {
            own.actor = Actor::System;
        }
        found
    });
    found(&by_timer, "INV-5");
}

#[test]
fn a_canary_of_what_rests_on_a_case_is_found() {
    // A measure is dispatched though its listing is over.
    let told: BTreeSet<MeasureId> = LOG
        .iter()
        .filter_map(|own| match &own.event {
            Event::MeasureNoticeServed { measure, .. } => Some(*measure),
            _ => None,
        })
        .collect();
    let dispatched = LOG.iter().find_map(|own| match &own.event {
        Event::MeasureDispatched { measure, .. } => Some(*measure).filter(|id| told.contains(id)),
        _ => None,
    });
    let dispatched = dispatched.expect("a dispatch");
    let opened = &LOG[usize::try_from(dispatched.0.sequence).unwrap()];
    let Event::MeasureInitiated { listing, .. } = &opened.event else {
        panic!("{dispatched} was opened there");
    };
    let over = forged(|own| match &own.event {
        Event::MeasureNoticeServed { measure, .. } if *measure == dispatched => {
            own.event = Event::CaseExpired { case: CaseRef::Listing(*listing) };
            true
        }
        _ => false,
    });
    found(&over, "INV-6");
    // A person gets what somebody else's decision named.
    let other = LOG.iter().find_map(|own| own.subject.filter(|own| !own.is_person()));
    let somebody = forged(|own| match &own.event {
        Event::MeasureInitiated { attribution: Some(_), .. } => {
            own.subject = other;
            true
        }
        _ => false,
    });
    found(&somebody, "INV-8");
}

#[test]
fn a_canary_of_a_merit_of_ours_is_found() {
    let unsigned = forged(|own| match &mut own.event {
        Event::Imported(ImportedEvent::Received { author, .. }) => {
            author.clear();
            true
        }
        _ => false,
    });
    found(&unsigned, "INV-7");
    // A class that the register would have made itself.
    let ours = forged(|own| {
        let found = is(own, "classification.received");
        if found {
            own.actor = Actor::System;
        }
        found
    });
    found(&ours, "INV-7");
    // A number of a new name, or a field that is named after a merit.
    let said = |text: &str| merits(&serde_json::from_str(text).expect("JSON"));
    assert!(said(r#"{"Received": {"slot": 3, "class_name": "B"}}"#).is_empty());
    assert!(said(r#"{"Received": {"points_lost": [{"amount": 3}]}}"#).contains("amount"));
    assert!(said(r#"{"Received": {"credit_grade": "B"}}"#).contains("credit_grade"));
}

#[test]
fn a_canary_of_a_version_of_the_rules_is_found() {
    // What a version that begins caps lower is left as it was, or lengthened.
    let shortened = LOG.iter().position(|own| is(own, "record.publicity_shortened"));
    let mut left = LOG.clone();
    left.remove(shortened.expect("something is shortened"));
    found(&left, "INV-3");
    let longer = forged(|own| match &mut own.event {
        Event::Record(RecordEvent::PublicityShortened { before, until, .. }) => {
            *until = before.plus_days(30);
            true
        }
        _ => false,
    });
    found(&longer, "INV-3");
    // A running case is given the shorter window of a version that began meanwhile.
    let harsher = forged(|own| match &mut own.event {
        Event::NoticeServed { window, .. } => {
            window.working_days = 3;
            true
        }
        _ => false,
    });
    found(&harsher, "INV-10");
}

#[test]
fn a_canary_of_the_order_of_the_log_is_found() {
    let mut log = LOG.clone();
    let middle = log.len() / 2;
    log.swap(middle, middle + 1);
    found(&log, "INV-10");
}

#[test]
fn a_canary_of_an_order_is_found() {
    // What the later catalogue takes back was never published.
    let later = county_rules(true).version;
    let taken_back = forged(|own| match &mut own.event {
        Event::RulesLoaded { version, .. } => {
            *version = later;
            true
        }
        _ => false,
    });
    found(&taken_back, "INV-11");
    // What is mere information becomes an order, and so does what no department there may take.
    let rules = county_rules(false);
    let mere = rules
        .measures
        .iter()
        .find(|own| own.executor == shouxin_core::rules::Executor::InformationOnly);
    let mere = mere.expect("something is mere information").id.clone();
    let informed = forged(|own| match &mut own.event {
        Event::MeasureInitiated { measure, .. } => {
            *measure = mere.clone();
            true
        }
        _ => false,
    });
    found(&informed, "INV-12");
    let elsewhere = forged(|own| match &mut own.event {
        Event::MeasureInitiated { department, .. } => {
            *department = "某商业银行".to_owned();
            true
        }
        _ => false,
    });
    found(&elsewhere, "INV-12");
}

#[test]
fn a_canary_of_a_channel_is_found() {
    // One channel never hears of an outcome that closes.
    let silent = LOG.iter().filter(|own| {
        !matches!(&own.event, Event::Channel(ChannelEvent::Confirmed { channel, .. })
            if channel == "platform")
    });
    let silent: Vec<Envelope> = silent.cloned().collect();
    found(&silent, "INV-13");
    // It confirms what is not yet recorded.
    let early = forged(|own| match &mut own.event {
        Event::Channel(ChannelEvent::Confirmed { through, .. }) => {
            through.sequence += 1_000_000;
            true
        }
        _ => false,
    });
    found(&early, "INV-13");
}

#[test]
fn a_canary_of_a_second_case_is_found() {
    let opened = LOG.iter().position(|own| is(own, "execution.ordered")).and_then(|place| {
        let Event::ExecutionOrdered { measure, .. } = &LOG[place].event else { return None };
        LOG.iter().find(|own| own.position == measure.0)
    });
    let last = LOG.last().expect("an event");
    let again = |change: &dyn Fn(&mut Event)| {
        let mut own = opened.expect("an order").clone();
        own.position.sequence = last.position.sequence + 1;
        (own.legal_date, own.cause) = (last.legal_date, None);
        change(&mut own.event);
        LOG.iter().cloned().chain([own]).collect::<Vec<_>>()
    };
    let longer = again(&|event| {
        if let Event::MeasureInitiated { until, .. } = event {
            *until = until.plus_days(1);
        }
    });
    found(&longer, "INV-3");
    let quiet = violations(&again(&|_| {})).iter().all(|own| !own.starts_with("INV-3 "));
    assert!(quiet, "for as long as it lasted it is no longer");
    // A higher authority is asked, and nobody tells the subject.
    let told = LOG.iter().position(|own| is(own, "measure.forward_noticed"));
    let mut untold = LOG.clone();
    untold.remove(told.expect("something was forwarded"));
    found(&untold, "INV-2");
}
