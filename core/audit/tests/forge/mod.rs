//! A log as the audit reads it, and the means to forge it: the events stay well formed, every
//! position that follows a change is written anew, only the meaning is corrupted.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a kit of tests stops at the first thing that is not as it should be"
)]

pub mod again;
pub mod beyond;
pub mod due;
pub mod ended;
pub mod entries;
pub mod for_good;
pub mod further;
pub mod hearing;
#[path = "../../../tests/kit/mod.rs"]
pub mod kit;
pub mod lives;
pub mod longer;
pub mod over;
pub mod papers;
pub mod plugins;
pub mod process;
pub mod repairs;
pub mod reports;
pub mod rests;
pub mod sending;
pub mod versions;
pub mod words;

use kit::rules::{OFFICE, day};
use kit::{Post, Who, World, officer};
use serde_json::Value;
use shouxin_audit::{Audit, Violation};
use shouxin_core::actor::{Actor, OfficerRef, Role};
use shouxin_core::event::listing::ListingEvent;
use shouxin_core::event::{Envelope, Event};
use shouxin_core::id::Position;
use shouxin_core::rules::RuleSet;
use shouxin_core::time::{Day, Timestamp};

/// A log, commit by commit, that begins by loading its rules.
#[derive(Clone)]
pub struct Log {
    /// The rules that its first event loads.
    pub rules: RuleSet,
    /// Rules that a later event loads.
    pub later: Vec<RuleSet>,
    /// Events.
    pub commits: Vec<Vec<Envelope>>,
}

/// A key of the credit office for an officer, as the operator makes it.
fn office_key(position: Position, like: &Envelope, officer: OfficerRef) -> Envelope {
    Envelope {
        position,
        recorded_at: like.recorded_at,
        legal_date: like.legal_date,
        actor: Actor::Operator,
        subject: None,
        cause: None,
        idempotency: None,
        rules: None,
        event: Event::KeyCreated {
            key_id: format!("office-{}", position.sequence),
            secret_hash: [9; 32],
            role: Role::CreditOffice,
            officer: Some(officer),
            acts_for: None,
            expires_on: day("2099-01-01"),
        },
    }
}

/// The officers of the credit office in the rules of the kit.
fn clerks() -> Vec<OfficerRef> {
    let of = |post| match officer(OFFICE, post).actor {
        Actor::Officer(reference) => reference,
        other => panic!("{other}"),
    };
    [Post::Head, Post::Handler, Post::Colleague].map(of).to_vec()
}

/// Renumbers every position inside an event, wherever it stands.
fn renumbered(envelope: &Envelope, to: &dyn Fn(u64) -> u64) -> Envelope {
    fn walk(value: &mut Value, to: &dyn Fn(u64) -> u64) {
        match value {
            Value::Object(fields) if fields.len() == 2 && fields.contains_key("sequence") => {
                let own = fields["sequence"].as_u64().expect("a sequence");
                fields["sequence"] = to(own).into();
            }
            Value::Object(fields) => fields.values_mut().for_each(|own| walk(own, to)),
            Value::Array(items) => items.iter_mut().for_each(|own| walk(own, to)),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(envelope).expect("an event is JSON");
    walk(&mut value, to);
    serde_json::from_value(value).expect("it is still an event")
}

impl Log {
    /// The log of a register of the tests, whose credit office has its keys.
    pub fn of(world: &World) -> Log {
        let reloads = world.log.iter().any(|own| matches!(own.event, Event::RulesLoaded { .. }));
        let newest = (*world.rules).clone();
        let (rules, later) = match reloads {
            true => (kit::rules::rules().clone(), vec![newest]),
            false => (newest, Vec::new()),
        };
        let first = world.log.first().expect("an event");
        let loaded = Envelope {
            position: Position::local(0),
            recorded_at: first.recorded_at,
            legal_date: first.legal_date,
            actor: Actor::Operator,
            subject: None,
            cause: None,
            idempotency: None,
            rules: None,
            event: Event::RulesLoaded { version: rules.version, files: Vec::new() },
        };
        let events = world.log.iter().map(|envelope| renumbered(envelope, &|at| at + 1));
        let events: Vec<Envelope> = [loaded].into_iter().chain(events).collect();
        Log::keyed(&events, &clerks(), rules, later)
    }

    /// The log of a register that loaded its rules first, with the keys of its credit office made
    /// right after that.
    pub fn keyed(
        events: &[Envelope],
        office: &[OfficerRef],
        rules: RuleSet,
        later: Vec<RuleSet>,
    ) -> Log {
        let (loaded, rest) = events.split_first().expect("an event");
        let made =
            |(at, own): (u64, &OfficerRef)| office_key(Position::local(at), loaded, own.clone());
        let keys: Vec<Envelope> = (1..).zip(office).map(made).collect();
        let more = u64::try_from(keys.len()).expect("a few keys");
        let moved = |at: u64| if at == 0 { 0 } else { at + more };
        let rest = rest.iter().map(|envelope| renumbered(envelope, &moved));
        Log::whole([loaded.clone()].into_iter().chain(keys).chain(rest), rules, later)
    }

    /// The log of a register that loaded its rules itself, and later ones in this order.
    pub fn whole(
        events: impl IntoIterator<Item = Envelope>,
        rules: RuleSet,
        later: Vec<RuleSet>,
    ) -> Log {
        let mut commits: Vec<Vec<Envelope>> = Vec::new();
        let mut loaded = None;
        for mut own in events {
            own.rules = loaded;
            if let Event::RulesLoaded { .. } = own.event {
                loaded = Some(own.position);
            }
            let first = commits.last().and_then(|commit| commit.first()).map(|own| own.position);
            let settles = matches!(own.event, Event::FamilySettled { .. });
            if own.cause.is_some() && own.cause == first && !settles {
                commits.last_mut().expect("a commit").push(own);
            } else {
                commits.push(vec![own]);
            }
        }
        Log { rules, later, commits }
    }

    /// What the audit says.
    pub fn audit(&self) -> Vec<Violation> {
        let mut audit = Audit::new();
        let mut found = Vec::new();
        for commit in &self.commits {
            for own in commit {
                if let Event::RulesLoaded { version, .. } = &own.event {
                    let all = [&self.rules].into_iter().chain(&self.later);
                    let rules = all.into_iter().find(|own| own.version == *version);
                    audit.load_rules(*version, rules.expect("a version of the log").clone());
                }
            }
            found.extend(audit.commit(commit));
        }
        found.extend(audit.finish());
        found
    }

    /// Where the `nth` event of a name stands: commit and place in it.
    #[track_caller]
    pub fn place(&self, name: &str, nth: usize) -> (usize, usize) {
        let places = self.commits.iter().enumerate().flat_map(|(commit, events)| {
            events.iter().enumerate().map(move |(place, own)| (commit, place, own.event.name()))
        });
        let mut found = places.filter(|own| own.2 == name);
        let (commit, place, _) =
            found.nth(nth).unwrap_or_else(|| panic!("there is no {nth}th {name}"));
        (commit, place)
    }

    /// Where the last event of a name stands.
    #[track_caller]
    pub fn last(&self, name: &str) -> (usize, usize) {
        let all = self.commits.iter().flatten().filter(|own| own.event.name() == name).count();
        self.place(name, all.checked_sub(1).unwrap_or_else(|| panic!("there is no {name}")))
    }

    /// An event.
    pub fn at(&self, place: (usize, usize)) -> &Envelope {
        &self.commits[place.0][place.1]
    }

    /// Changes an event; its position.
    pub fn change(&mut self, place: (usize, usize), to: impl FnOnce(&mut Envelope)) -> Position {
        let own = &mut self.commits[place.0][place.1];
        to(own);
        own.position
    }

    fn renumber(&mut self, to: &dyn Fn(u64) -> u64) {
        for own in self.commits.iter_mut().flatten() {
            *own = renumbered(own, to);
        }
    }

    /// No key of an officer is the credit office's.
    pub fn unkeyed(&mut self, who: &Who) {
        for own in self.commits.iter_mut().flatten() {
            if let Event::KeyCreated { role, officer: Some(officer), .. } = &mut own.event
                && *role == Role::CreditOffice
                && who.actor == Actor::Officer(officer.clone())
            {
                *role = Role::Auditor;
            }
        }
    }

    /// Leaves an event out; what follows moves up.
    pub fn remove(&mut self, place: (usize, usize)) {
        let gone = self.commits[place.0].remove(place.1).position.sequence;
        self.commits.retain(|commit| !commit.is_empty());
        // What named it names what came before it.
        self.renumber(&|at| if at >= gone { at - 1 } else { at });
    }

    /// Leaves the last event of a name out.
    #[track_caller]
    pub fn without(mut self, name: &str) -> Log {
        let place = self.last(name);
        self.remove(place);
        self
    }

    /// Puts an event before the one at a place, as a commit of its own; what follows moves down.
    pub fn insert(&mut self, before: (usize, usize), mut own: Envelope) -> Position {
        let at = self.at(before).position.sequence;
        self.renumber(&|own| if own >= at { own + 1 } else { own });
        own.position = Position::local(at);
        own.cause = None;
        let position = own.position;
        let rest = self.commits[before.0].split_off(before.1);
        if !self.commits[before.0].is_empty() {
            self.commits.insert(before.0 + 1, vec![own]);
            self.commits.insert(before.0 + 2, rest);
        } else {
            self.commits[before.0] = vec![own];
            self.commits.insert(before.0 + 1, rest);
        }
        position
    }

    /// Puts an event after everything else, as a commit of its own.
    pub fn append(&mut self, mut own: Envelope) -> Position {
        let last = self.commits.last().and_then(|commit| commit.last()).expect("an event");
        let position = Position::local(last.position.sequence + 1);
        own.position = position;
        own.cause = None;
        self.commits.push(vec![own]);
        position
    }

    /// Puts the repair rule that an appended proposal keeps right behind it, like that of another.
    pub fn keep_rule(&mut self, like: Envelope, proposed: Position) {
        let last = self.commits.last_mut().expect("a commit");
        let first = last.first().expect("an event").clone();
        let position = Position { sequence: proposed.sequence + 1, ..proposed };
        let mut own = Envelope { position, cause: Some(proposed), event: like.event, ..first };
        if let Event::Listing(ListingEvent::RepairRuleKept { listing, .. }) = &mut own.event {
            listing.0 = proposed;
        }
        last.push(own);
    }

    /// Puts an event behind everything else, in the last commit.
    pub fn follow(&mut self, mut own: Envelope) -> Position {
        let commit = self.commits.last_mut().expect("a commit");
        let last = commit.last().expect("an event").position.sequence;
        own.position = Position::local(last + 1);
        own.idempotency = None;
        let position = own.position;
        commit.push(own);
        position
    }

    /// The log up to and including the commit of a place.
    pub fn cut(&mut self, place: (usize, usize)) {
        self.commits.truncate(place.0 + 1);
    }

    /// Loads another version of the rules before an event; what follows is judged by it.
    pub fn reload(&mut self, before: (usize, usize), change: impl FnOnce(&mut RuleSet)) {
        let mut rules = self.rules.clone();
        rules.version = [8; 32];
        change(&mut rules);
        let mut own = self.at(before).clone();
        own.actor = Actor::Operator;
        own.subject = None;
        own.event = Event::RulesLoaded { version: rules.version, files: Vec::new() };
        let position = self.insert(before, own);
        for later in self.commits.iter_mut().flatten() {
            if later.position > position {
                later.rules = Some(position);
            }
        }
        self.later.push(rules);
    }

    /// The event that a place's envelope would be with another body.
    pub fn like(&self, place: (usize, usize), event: Event) -> Envelope {
        Envelope { event, ..self.at(place).clone() }
    }

    /// Dates an event to a day.
    pub fn date(&mut self, place: (usize, usize), day: Day) {
        self.change(place, |own| {
            own.legal_date = day;
            own.recorded_at = Timestamp::start_of(day);
        });
    }
}
