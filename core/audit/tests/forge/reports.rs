//! Whole courses of reports of wrongdoing, as their own log holds them, and what the audit says.

use std::collections::BTreeMap;

use shouxin_audit::{Reports, Violation};
use shouxin_core::actor::{Actor, OfficerRef, Role};
use shouxin_core::calendar::Calendar;
use shouxin_core::event::{Envelope, Event};
use shouxin_core::id::Position;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::rules::RuleSet;
use shouxin_core::text::Sealed;
use shouxin_core::time::{Day, Timestamp};
use shouxin_core::whistle::{
    By, Command, Context, Ledger, ReportEnvelope, ReportId, ReportRow, WhistleEvent, apply, decide,
};

use super::kit::rules::{MARKET, OFFICE, SUPERVISION, TAX, cite, code, day, rules};
use super::kit::steps::{digest, text};
use super::kit::{Post, authority, officer};

/// A log of reports, and what the auditor is given with it.
#[derive(Clone)]
pub struct Told {
    /// Its events.
    pub events: Vec<ReportEnvelope>,
    /// The body that each report is about, where its key is still there.
    pub reported: BTreeMap<ReportId, Uscc>,
    /// Versions of the rules by the day they came into force.
    pub rules: Vec<(Day, RuleSet)>,
    /// Who was given which key, all before the first report.
    pub keys: Vec<(OfficerRef, Role)>,
    /// Whose key was revoked, and on which day.
    pub revoked: Option<(OfficerRef, Day)>,
}

/// Who acts, and with which role.
#[derive(Clone)]
pub struct Hand(pub By, pub Role);

fn hand(department: &str, post: Post, role: Role) -> Hand {
    match officer(department, post).actor {
        Actor::Officer(own) => Hand(By::Officer(own), role),
        other => panic!("{other}"),
    }
}

/// Who takes reports in.
pub fn triager() -> Hand {
    hand(OFFICE, Post::Handler, Role::Triage)
}

/// Another who takes reports in, of the authority that some report is about.
pub fn market_triager() -> Hand {
    hand(MARKET, Post::Head, Role::Triage)
}

/// The second person.
pub fn guardian() -> Hand {
    hand(OFFICE, Post::Colleague, Role::DataOfficer)
}

/// Another second person, of that authority.
pub fn market_guardian() -> Hand {
    hand(MARKET, Post::Colleague, Role::DataOfficer)
}

/// An officer of the supervision organ with a key for accounts of retaliation.
pub fn supervisor() -> Hand {
    hand(SUPERVISION, Post::Handler, Role::Triage)
}

/// Who looks into it.
pub fn examiner() -> Hand {
    hand(TAX, Post::Handler, Role::Department)
}

/// Who would, in another department.
pub fn other_examiner() -> Hand {
    hand(MARKET, Post::Handler, Role::Department)
}

/// Whoever holds the receipt.
pub fn reporter() -> Hand {
    Hand(By::Reporter, Role::Public)
}

fn timer() -> Hand {
    Hand(By::Timer, Role::Public)
}

fn keys() -> Vec<(OfficerRef, Role)> {
    let (triage, data) =
        ([triager(), market_triager(), supervisor()], [guardian(), market_guardian()]);
    let all = triage.into_iter().chain(data).chain([examiner(), other_examiner()]);
    let own = |hand: Hand| match hand.0 {
        By::Officer(officer) => (officer, hand.1),
        _ => panic!("no officer"),
    };
    all.map(own).collect()
}

/// A text that is sealed with the key of a slot.
pub fn sealed(slot: u64) -> Sealed {
    Sealed { slot, ..text() }
}

/// A register of reports.
struct Desk {
    rows: BTreeMap<ReportId, ReportRow>,
    ledger: Ledger,
    today: Day,
    told: Told,
}

impl Desk {
    fn new() -> Desk {
        let loaded = vec![(day("2026-01-01"), rules().clone())];
        let told = Told {
            events: Vec::new(),
            reported: BTreeMap::new(),
            rules: loaded,
            keys: keys(),
            revoked: None,
        };
        let today = day("2026-03-02");
        Desk { rows: BTreeMap::new(), ledger: Ledger::default(), today, told }
    }

    fn must(&mut self, report: ReportId, hand: &Hand, command: &Command) {
        let row = self.rows.get(&report);
        let closed = row.is_some_and(|row| row.identity.is_none() && row.slots.is_empty());
        let reported = self.told.reported.get(&report).copied().filter(|_| !closed);
        let newest = self.told.rules.last().expect("rules").1.clone();
        let context =
            Context { today: self.today, by: &hand.0, role: hand.1, rules: &newest, reported };
        let event = decide(row, command, &context)
            .unwrap_or_else(|refusal| panic!("{command:?}: {refusal:?}"));
        self.enter(report, hand, event);
    }

    /// Puts an event on record, as it is decided now or was by an older program.
    fn enter(&mut self, report: ReportId, hand: &Hand, event: WhistleEvent) {
        let row = self.rows.get(&report);
        let sequence = u64::try_from(self.told.events.len()).unwrap();
        let began = self.told.rules.iter().rev().find(|own| own.0 < self.today);
        let rules = began.map(|own| own.1.version);
        let envelope =
            ReportEnvelope { sequence, report, on: self.today, by: hand.0.clone(), rules, event };
        let (row, ledger) = apply(row, &self.ledger, &envelope).expect("it fits");
        self.rows.insert(report, row);
        self.ledger = ledger;
        self.told.events.push(envelope);
    }

    fn receive(&mut self, serial: u8, about: Uscc, identity: bool) -> ReportId {
        let report = ReportId([serial; 32]);
        self.told.reported.insert(report, about);
        let slot = u64::from(serial) * 10;
        let command = Command::Receive {
            reported: sealed(slot),
            facts: sealed(slot),
            evidence: vec![sealed(slot)],
            identity_sha256: identity.then(|| digest(serial)),
        };
        self.must(report, &reporter(), &command);
        report
    }

    fn take_in(&mut self, report: ReportId) {
        self.must(report, &triager(), &Command::Triage { note: self.text(report) });
        let department = TAX.to_owned();
        self.must(report, &triager(), &Command::Assign { department });
    }

    /// Loads the county's own calendar.
    fn load(&mut self) {
        let official = include_str!("../../../../config/calendar/holidays-2007-2026.csv");
        let calendar = Calendar::parse(&[("holidays-2007-2026.csv", official)]).unwrap();
        let newer = RuleSet { calendar, version: [6; 32], ..rules().clone() };
        self.told.rules.push((self.today, newer));
    }

    /// It is not for these departments, and its time is over.
    fn point_elsewhere(&mut self, report: ReportId) {
        let pointer = self.text(report);
        self.must(report, &triager(), &Command::PutOutOfScope { pointer });
        self.must(report, &reporter(), &Command::ReportRetaliation { account: sealed(11) });
        self.today = self.today.plus_months(12).plus_days(1);
    }

    /// Once it is destroyed its author suffers for it again; somebody answers and destroys that too.
    fn go_on(&mut self, report: ReportId, answers: &Hand, destroys: &Hand) {
        self.must(report, &reporter(), &Command::ReportRetaliation { account: sealed(12) });
        for _ in 0..2 {
            self.must(report, answers, &Command::PostFeedback { text: sealed(12) });
        }
        self.today = self.today.plus_months(12).plus_days(1);
        self.must(report, destroys, &Command::Purge);
    }

    fn text(&self, report: ReportId) -> Sealed {
        sealed(u64::from(report.0[0]) * 10)
    }

    fn pass(&mut self, days: i32) {
        self.today = self.today.plus_days(days);
    }
}

/// A report with an identity, to the end and beyond: found right, answered, opened, destroyed;
/// then its author suffers for it, is answered, and that is destroyed too.
pub fn answered() -> Told {
    let mut desk = Desk::new();
    let id = desk.receive(1, code(1), true);
    let words = desk.text(id);
    desk.take_in(id);
    desk.pass(2);
    desk.must(id, &examiner(), &Command::Extend { reasons: words.clone() });
    desk.pass(20);
    let verify = Command::Verify { substantiated: true, reasons: words.clone() };
    desk.must(id, &examiner(), &verify);
    desk.must(id, &examiner(), &Command::Transfer { note: words.clone() });
    desk.must(id, &examiner(), &Command::PostFeedback { text: words.clone() });
    for law in [None, Some(cite("law"))] {
        let ask = Command::RequestUnseal {
            ground: cite("law"),
            reasons: words.clone(),
            law_forbids_telling: law,
        };
        desk.must(id, &triager(), &ask);
        let request = desk.told.events.last().expect("the request").sequence;
        desk.must(id, &guardian(), &Command::ApproveUnseal { request });
    }
    desk.must(id, &triager(), &Command::PostFeedback { text: words.clone() });
    desk.today = desk.today.plus_months(12).plus_days(1);
    desk.must(id, &guardian(), &Command::Tag { reported: digest(5) });
    desk.must(id, &guardian(), &Command::Purge);
    desk.must(id, &reporter(), &Command::ReportRetaliation { account: sealed(11) });
    desk.must(id, &examiner(), &Command::PostFeedback { text: sealed(11) });
    desk.today = desk.today.plus_months(12).plus_days(1);
    desk.must(id, &guardian(), &Command::Purge);
    desk.told
}

/// A report about an authority of the county, destroyed after its time; its author suffers for it, is
/// answered, and that is destroyed too.
pub fn reopened() -> Told {
    let mut desk = Desk::new();
    let id = desk.receive(1, authority(MARKET), true);
    desk.point_elsewhere(id);
    desk.must(id, &guardian(), &Command::Tag { reported: digest(5) });
    desk.must(id, &guardian(), &Command::Purge);
    desk.go_on(id, &triager(), &guardian());
    desk.told
}

/// The same as an older program destroyed it, under rules of its time: nobody knows any more whom it
/// was about, and those who go on with it are of another authority than the credit office.
pub fn reopened_untagged() -> Told {
    let mut desk = Desk::new();
    let mut newer = desk.told.rules[0].1.clone();
    desk.told.rules[0].1.departments.iter_mut().for_each(|own| own.credit_office = false);
    let id = desk.receive(1, code(1), true);
    desk.point_elsewhere(id);
    let slots = desk.rows[&id].slots.clone();
    desk.enter(id, &guardian(), WhistleEvent::Purged { slots });
    newer.version = [8; 32];
    desk.told.rules.push((desk.today, newer));
    desk.pass(1);
    desk.told.reported.remove(&id);
    desk.go_on(id, &market_triager(), &market_guardian());
    desk.told
}

/// Reports that run late at each step, are found wrong, and are not for these departments; one is
/// about an authority of the county.
pub fn late() -> Told {
    let mut desk = Desk::new();
    let id = desk.receive(1, code(1), false);
    desk.pass(10);
    desk.must(id, &timer(), &Command::MarkOverdue);
    desk.take_in(id);
    desk.pass(40);
    desk.must(id, &timer(), &Command::MarkOverdue);
    let words = desk.text(id);
    desk.must(id, &examiner(), &Command::Verify { substantiated: false, reasons: words.clone() });
    desk.pass(10);
    desk.must(id, &timer(), &Command::MarkOverdue);
    desk.must(id, &reporter(), &Command::ReportRetaliation { account: sealed(11) });
    desk.must(id, &examiner(), &Command::PostFeedback { text: words });
    let other = desk.receive(2, code(2), true);
    let pointer = desk.text(other);
    desk.must(other, &triager(), &Command::PutOutOfScope { pointer });
    let third = desk.receive(3, authority(MARKET), true);
    desk.take_in(third);
    desk.told
}

fn by_operator(at: u64, on: Day, event: Event) -> Envelope {
    Envelope {
        position: Position::local(at),
        recorded_at: Timestamp::start_of(on),
        legal_date: on,
        actor: Actor::Operator,
        subject: None,
        cause: None,
        idempotency: None,
        rules: None,
        event,
    }
}

/// A report that waits for a day which a calendar of another day reaches.
pub fn counted_anew() -> Told {
    let mut desk = Desk::new();
    let id = desk.receive(1, code(1), false);
    desk.pass(1);
    desk.load();
    desk.must(id, &timer(), &Command::Recount);
    desk.pass(1);
    desk.must(id, &triager(), &Command::Triage { note: desk.text(id) });
    desk.told
}

/// A report whose verification was extended before a calendar reached the end of the whole.
pub fn extended_anew() -> Told {
    let mut desk = Desk::new();
    // The Labour Day holiday lies before the day to which the first time runs.
    desk.today = day("2026-04-20");
    let id = desk.receive(1, code(1), false);
    desk.take_in(id);
    desk.must(id, &examiner(), &Command::Extend { reasons: desk.text(id) });
    desk.pass(1);
    desk.load();
    desk.must(id, &timer(), &Command::Recount);
    desk.pass(20);
    let verify = Command::Verify { substantiated: true, reasons: desk.text(id) };
    desk.must(id, &examiner(), &verify);
    desk.told
}

impl Told {
    /// What the audit says.
    pub fn audit(&self) -> Vec<Violation> {
        let mut reports = Reports::new();
        for (from, rules) in &self.rules {
            reports.load_rules(*from, rules.clone());
        }
        for (at, (officer, role)) in (0_u64..).zip(&self.keys) {
            let created = Event::KeyCreated {
                key_id: format!("k{at}"),
                secret_hash: [1; 32],
                role: *role,
                officer: Some(officer.clone()),
                acts_for: None,
                expires_on: day("2099-01-01"),
            };
            reports.see(&by_operator(at, day("2026-01-01"), created));
            if let Some((whose, on)) = &self.revoked
                && whose == officer
            {
                let revoked = Event::KeyRevoked { key_id: format!("k{at}") };
                reports.see(&by_operator(at, *on, revoked));
            }
        }
        let check =
            |own: &ReportEnvelope| reports.check(own, self.reported.get(&own.report).copied());
        self.events.iter().flat_map(check).collect()
    }

    /// Where the `nth` event of a name stands.
    #[track_caller]
    pub fn place(&self, name: &str, nth: usize) -> usize {
        let mut found = self.events.iter().enumerate().filter(|own| own.1.event.name() == name);
        found.nth(nth).unwrap_or_else(|| panic!("there is no {nth}th {name}")).0
    }

    /// Leaves an event out; what follows moves up.
    pub fn remove(&mut self, place: usize) {
        self.events.remove(place);
        for (at, own) in (0_u64..).zip(&mut self.events) {
            own.sequence = at;
        }
    }
}
