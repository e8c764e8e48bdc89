//! Keys: who was given which, and until when it opened anything. Nobody acts by a key that was
//! revoked, or whose last day has passed: whoever decides looks at the key as the log then has it.
//!
//! An event says who acted, not with which key. So what is seen is whoever acts after the last of
//! their keys has ended; whoever never had one was let in otherwise (a batch that the operator loads
//! for an officer), and of that the log of a register without keys says nothing.

use std::collections::BTreeMap;

use shouxin_core::actor::{Actor, OfficerRef, Role, SubjectKey};
use shouxin_core::event::refusal::RefusalEvent;
use shouxin_core::event::{Envelope, Event};
use shouxin_core::guard::Guard;
use shouxin_core::time::Day;

use crate::fold::Fold;
use crate::here::Here;
use crate::names::INV_10;

/// Under which name a refusal of what the operator loads is recorded.
const IMPORT: &str = "import";

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    Officer(OfficerRef),
    Party(SubjectKey),
}

#[derive(Debug)]
struct Held {
    role: Role,
    expires_on: Day,
    revoked: bool,
}

impl Held {
    /// Whether it may have opened the register for an event.
    fn opens(&self, event: &Envelope) -> bool {
        !self.revoked && event.recorded_at.legal_date() <= self.expires_on
    }
}

/// Every key that was ever made.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    keys: BTreeMap<String, Held>,
    by_holder: BTreeMap<Holder, Vec<String>>,
}

impl Keys {
    fn of(&self, holder: &Holder) -> impl Iterator<Item = &Held> {
        let ids = self.by_holder.get(holder).into_iter().flatten();
        ids.filter_map(|id| self.keys.get(id))
    }

    /// Whether an officer may act with a role when an event is recorded.
    pub(crate) fn open(&self, officer: &OfficerRef, role: Role, event: &Envelope) -> bool {
        let holder = Holder::Officer(officer.clone());
        self.of(&holder).any(|own| own.role == role && own.opens(event))
    }
}

/// Keeps what an event says of a key; what is wrong with it.
pub(crate) fn see(fold: &mut Fold, event: &Envelope) -> Option<String> {
    match &event.event {
        Event::KeyCreated { key_id, role, officer, acts_for, expires_on, .. } => {
            let own = Held { role: *role, expires_on: *expires_on, revoked: false };
            let officer = officer.clone().map(Holder::Officer);
            if let Some(holder) = officer.or(acts_for.map(Holder::Party)) {
                fold.keys.by_holder.entry(holder).or_default().push(key_id.clone());
            }
            let before = fold.keys.keys.insert(key_id.clone(), own);
            before.map(|_| format!("there is a key {key_id} already"))
        }
        Event::KeyRevoked { key_id } => match fold.keys.keys.get_mut(key_id) {
            Some(own) if !own.revoked => {
                own.revoked = true;
                None
            }
            _ => Some(format!("there is no key {key_id} to revoke")),
        },
        _ => None,
    }
}

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>) {
    if let Some(wrong) = see(fold, at.event) {
        at.broken(INV_10, wrong);
    }
}

/// Whoever acts and once had a key has one still.
pub(crate) fn good(fold: &Fold, at: &mut Here<'_>) {
    let holder = match &at.event.actor {
        Actor::Officer(officer) => Holder::Officer(officer.clone()),
        Actor::Subject(subject) => Holder::Party(*subject),
        _ => return,
    };
    // The operator loads these for an officer, without a key of the officer's.
    let loaded = match &at.event.event {
        Event::SubjectRegistered { .. }
        | Event::PersonRegistered { .. }
        | Event::RecordAccepted { .. }
        | Event::Publicity(_) => true,
        // And what of a batch was not taken.
        Event::GuardDenied { command, .. }
        | Event::Refusal(RefusalEvent::CommandRefused { command, .. }) => command == IMPORT,
        _ => false,
    };
    let event = at.event;
    let ended = {
        let mut held = fold.keys.of(&holder).peekable();
        held.peek().is_some() && !held.any(|own| own.opens(event))
    };
    let actor = &event.actor;
    if ended && !loaded {
        at.guard(Guard::Human, format!("every key of {actor} was revoked, or has expired"));
    }
}
