//! One event under examination: what is found wrong with it, and the checks that many events
//! share. Written from domain.md 2.0, not from the code that decides.

use shouxin_core::actor::{Actor, OfficerRef, SubjectKey};
use shouxin_core::calendar::Deadline;
use shouxin_core::event::catalogue::EntryKind;
use shouxin_core::event::{Capacity, Envelope, NamedMeasure};
use shouxin_core::guard::Guard;
use shouxin_core::id::Position;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::limits::OFFICE_TEXT_BYTES_MAX;
use shouxin_core::rules::{
    Behaviour, Citation, Department, Executor, FactKind, LegalLevel, MeasureNeeds, MeasureSubject,
    Officer, RulePack, RuleSet,
};
use shouxin_core::text::{
    Digest, FactDocument, Sealed, Service, digest_is_stated, short_text_is_stated,
};
use shouxin_core::time::Day;

use crate::fold::{Fold, Standing};
use crate::names::{DEADLINE, INV_1, INV_8, INV_10};
use crate::{Violation, version};

/// What stands in the name of every court.
pub(crate) const COURT: &str = "法院";

/// An event, the rules and day it is judged by, and what is wrong with it.
pub(crate) struct Here<'a> {
    pub event: &'a Envelope,
    pub rules: &'a RuleSet,
    pub today: Day,
    pub found: &'a mut Vec<Violation>,
}

impl<'a> Here<'a> {
    pub(crate) fn at(&self) -> Position {
        self.event.position
    }

    #[track_caller]
    pub(crate) fn broken(&mut self, name: &'static str, detail: impl Into<String>) {
        let what = detail.into();
        let detail = format!("{}: {what}", self.event.event.name());
        self.found.push(Violation::new(self.event.position, name, detail));
    }

    #[track_caller]
    pub(crate) fn guard(&mut self, guard: Guard, detail: impl Into<String>) {
        self.broken(guard.name(), detail);
    }

    #[track_caller]
    pub(crate) fn must(&mut self, holds: bool, guard: Guard, detail: &str) {
        if !holds {
            self.guard(guard, detail);
        }
    }

    pub(crate) fn pack(&self) -> &'a RulePack {
        self.rules.pack(self.today)
    }

    /// What protects the party of a case opened on a day: the most that any of its versions gives.
    pub(crate) fn most(&self, opened_on: Day, of: impl Fn(&RulePack) -> u16) -> u16 {
        version::of_case(self.rules, opened_on, self.today).map(of).max().unwrap_or(0)
    }

    /// What weighs on the party of a case opened on a day, or keeps it waiting: the least that any
    /// of its versions allows.
    pub(crate) fn least(&self, opened_on: Day, of: impl Fn(&RulePack) -> u16) -> u16 {
        version::least(self.rules, opened_on, self.today, of)
    }

    #[track_caller]
    pub(crate) fn missing(&mut self, what: impl std::fmt::Display) {
        self.broken(INV_10, format!("it names {what}, which is not there"));
    }

    /// The officer behind it, if there is one on file; that there is one is `actors`' to check.
    pub(crate) fn officer(&self) -> Option<(&'a Department, &'a Officer, &'a OfficerRef)> {
        let Actor::Officer(reference) = &self.event.actor else {
            return None;
        };
        let department = self.rules.department_by_uscc(reference.authority.as_str())?;
        Some((department, department.officer(&reference.officer)?, reference))
    }

    /// The officer behind it, for the fold; nobody of that authority where none is named.
    pub(crate) fn by(&self, authority: Uscc) -> OfficerRef {
        match &self.event.actor {
            Actor::Officer(reference) => reference.clone(),
            _ => OfficerRef { authority, officer: String::new() },
        }
    }

    /// It stands in the file it is about.
    #[track_caller]
    pub(crate) fn about(&mut self, subject: SubjectKey) {
        let own = self.event.subject;
        if own != Some(subject) {
            let person = own.is_some_and(|key| key.is_person()) || subject.is_person();
            let name = if person { INV_8 } else { INV_10 };
            self.broken(name, format!("it is about {subject} and stands in another file"));
        }
    }

    /// Whoever acts as a party is that party.
    #[track_caller]
    pub(crate) fn own_matter(&mut self, subject: SubjectKey) {
        if let Actor::Subject(key) = &self.event.actor
            && *key != subject
        {
            let key = *key;
            self.guard(Guard::Human, format!("{key} acts in the matter of {subject}"));
        }
    }

    #[track_caller]
    pub(crate) fn of_authority(&mut self, authority: Uscc) {
        if let Some((_, _, reference)) = self.officer()
            && reference.authority != authority
        {
            let detail = format!("{reference} is not of {}", authority.as_str());
            self.guard(Guard::Competent, detail);
        }
    }

    #[track_caller]
    pub(crate) fn of_department(&mut self, code: &str) {
        if let Some((department, _, reference)) = self.officer()
            && department.code != code
        {
            self.guard(Guard::Competent, format!("{reference} is not of department {code}"));
        }
    }

    /// The head of the proposer's authority, and not the proposer.
    #[track_caller]
    pub(crate) fn head_beside(&mut self, proposer: &OfficerRef) {
        let Some((_, officer, reference)) = self.officer() else {
            return;
        };
        if reference.authority != proposer.authority {
            self.of_authority(proposer.authority);
        } else if !officer.head || reference == proposer {
            let detail = format!("{reference} is not the head, or is {proposer} who opened it");
            self.guard(Guard::FourEyes, detail);
        }
    }

    /// What the head alone may finish is begun by somebody else.
    #[track_caller]
    pub(crate) fn not_the_head(&mut self) {
        if let Some((_, officer, reference)) = self.officer()
            && officer.head
        {
            let detail = format!("{reference} is the head, who is to decide on it");
            self.guard(Guard::FourEyes, detail);
        }
    }

    /// Whether an officer is the head of the authority today.
    pub(crate) fn is_head(&self, of: &OfficerRef) -> bool {
        let department = self.rules.department_by_uscc(of.authority.as_str());
        department.and_then(|own| own.officer(&of.officer)).is_some_and(|own| own.head)
    }

    /// The head of an authority, who lifts a burden: whether the head once proposed it is no matter.
    #[track_caller]
    pub(crate) fn head_of(&mut self, authority: Uscc) {
        let Some((_, officer, reference)) = self.officer() else {
            return;
        };
        if reference.authority != authority {
            self.of_authority(authority);
        } else if !officer.head {
            self.guard(Guard::FourEyes, format!("{reference} is not the head"));
        }
    }

    /// Every text is there and within its limit.
    #[track_caller]
    pub(crate) fn stated(&mut self, guard: Guard, texts: &[(&str, &Sealed)]) {
        for (field, text) in texts {
            if !text.is_stated() {
                self.guard(guard, format!("{field} says nothing, or is too long"));
            }
        }
    }

    /// A text about a department, which stands in clear in the log: it is there, and it is bounded.
    #[track_caller]
    pub(crate) fn plain(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() || text.len() > OFFICE_TEXT_BYTES_MAX {
            self.guard(Guard::Document, format!("{field} says nothing, or is too long"));
        }
    }

    #[track_caller]
    pub(crate) fn document(&mut self, number: &str, sha256: &Digest) {
        let whole = short_text_is_stated(number) && digest_is_stated(sha256);
        self.must(whole, Guard::Document, "number or digest of the document is missing");
    }

    #[track_caller]
    pub(crate) fn service(&mut self, guard: Guard, service: &Service, since: Day) {
        let proven = digest_is_stated(&service.proof_sha256) && service.on <= self.today;
        self.must(proven, guard, "no proof of service, or served in the future");
        if service.on < since {
            let on = service.on;
            let detail = format!("served on {on}, and what it is about was there on {since}");
            self.guard(guard, detail);
        }
    }

    #[track_caller]
    pub(crate) fn basis(&mut self, cited: &[Citation]) {
        if cited.is_empty() {
            self.guard(Guard::Basis, "nothing is cited");
        }
        for citation in cited {
            let id = &citation.instrument;
            match self.rules.instrument(id) {
                None => self.guard(Guard::Basis, format!("{id} is no instrument on file")),
                Some(own) if !own.in_force(self.today) => {
                    self.guard(Guard::Basis, format!("{id} is not in force on {}", self.today));
                }
                Some(_) if citation.article.trim().is_empty() => {
                    self.guard(Guard::Basis, format!("{id}: no article"));
                }
                Some(_) => {}
            }
        }
    }

    fn level(&self, citation: &Citation) -> Option<LegalLevel> {
        self.rules.instrument(&citation.instrument).map(|own| own.level)
    }

    /// A listing rests on a standard of sufficient level that the catalogue names for it.
    #[track_caller]
    pub(crate) fn listing_rank(&mut self, cited: &[Citation], behaviour: &Behaviour) {
        let enough = cited.iter().any(|citation| {
            let level = self.level(citation);
            behaviour.basis.iter().any(|own| own.instrument == citation.instrument)
                && level.is_some_and(|own| own <= LegalLevel::LocalRegulation)
        });
        self.must(enough, Guard::BasisRank, "no citation carries a listing for this behaviour");
    }

    /// A measure rests on what the catalogue names for it; one that needs a statute, on a statute.
    #[track_caller]
    pub(crate) fn measure_rank(&mut self, cited: &[Citation], allowed: &[Citation], statute: bool) {
        let enough = cited.iter().any(|citation| {
            let high =
                self.level(citation).is_some_and(|own| own <= LegalLevel::AdministrativeRegulation);
            allowed.iter().any(|own| own.instrument == citation.instrument) && (high || !statute)
        });
        self.must(enough, Guard::BasisRank, "no citation carries this measure");
    }

    /// A judgment about this very subject, by whoever is a court.
    #[track_caller]
    pub(crate) fn of_court(&mut self, document: &FactDocument, subject: SubjectKey) {
        self.facts(std::slice::from_ref(document), subject, &[FactKind::Judgment]);
        self.must(document.issuer.contains(COURT), Guard::Fact, "no court issued it");
    }

    /// Effective documents that establish the act of this very subject.
    #[track_caller]
    pub(crate) fn facts(
        &mut self,
        documents: &[FactDocument],
        subject: SubjectKey,
        accepted: &[FactKind],
    ) {
        let today = self.today;
        let incomplete = |own: &FactDocument| {
            !short_text_is_stated(&own.number)
                || !short_text_is_stated(&own.issuer)
                || !digest_is_stated(&own.sha256)
                || own.date > today
        };
        let own: Vec<&FactDocument> =
            documents.iter().filter(|document| document.about == subject).collect();
        if documents.is_empty() || documents.iter().any(incomplete) {
            self.guard(Guard::Fact, "no document, or one that is incomplete or of the future");
        } else if subject.is_person() && own.is_empty() {
            self.guard(Guard::Person, "every document is about somebody else");
        } else if !own.iter().any(|document| accepted.contains(&document.kind)) {
            self.guard(Guard::Fact, "no document establishes the act of this subject");
        }
    }

    #[track_caller]
    pub(crate) fn capacity(&mut self, fold: &Fold, subject: SubjectKey) {
        if !subject.is_person() {
            return;
        }
        let found = fold.files.get(&subject).and_then(|file| file.capacity);
        self.must(
            found == Some(Capacity::Full),
            Guard::Capacity,
            "the person has no full civil capacity",
        );
    }

    /// Measures that a notice or decision names: published by the day it does.
    #[track_caller]
    pub(crate) fn published(&mut self, fold: &Fold, measures: &[NamedMeasure]) {
        for named in measures {
            let id = &named.measure;
            let known = self.rules.measure(id).is_some();
            if !known || !fold.catalogue.published(self.rules, EntryKind::Measure, id) {
                self.guard(Guard::Published, format!("{id} is not in the published catalogue"));
            }
        }
    }

    /// Measures that a notice or decision names: implemented there, proportionate.
    #[track_caller]
    pub(crate) fn named(&mut self, measures: &[NamedMeasure]) {
        for named in measures {
            let id = &named.measure;
            let Some(entry) = self.rules.measure(id) else {
                continue;
            };
            if !entry.implementers.contains(&named.department) {
                let detail = format!("{id} is not implemented by {}", named.department);
                self.guard(Guard::Competent, detail);
            }
            self.stated(Guard::Proportion, &[("proportionality", &named.proportionality)]);
        }
    }

    /// Measures that a notice or decision names: each once, each fit for the subject and the
    /// behaviour, each one that somebody could take at all.
    #[track_caller]
    pub(crate) fn takeable(
        &mut self,
        measures: &[NamedMeasure],
        subject: SubjectKey,
        behaviour: &str,
    ) {
        let mut known = std::collections::BTreeSet::new();
        for named in measures {
            let id = &named.measure;
            if !known.insert((id, &named.department)) {
                self.guard(Guard::Proportion, format!("{id} is named twice"));
            }
            let Some(entry) = self.rules.measure(id) else {
                continue;
            };
            let kind = match entry.subject {
                MeasureSubject::Both => true,
                MeasureSubject::LegalPerson => !subject.is_person(),
                MeasureSubject::NaturalPerson => subject.is_person(),
            };
            let connected = entry.behaviours.is_empty()
                || entry.behaviours.iter().any(|known| known == behaviour);
            if entry.category.is_incentive() || !kind || !connected {
                let detail = format!("{id} does not fit {subject} or {behaviour}");
                self.guard(Guard::Proportion, detail);
            }
            let informs = entry.executor == Executor::InformationOnly
                || entry.needs == MeasureNeeds::Voluntary;
            self.must(!informs, Guard::NoOrder, "it names what is no order of anybody");
            let statute =
                matches!(entry.needs, MeasureNeeds::Statute | MeasureNeeds::CourtOrStatute);
            let in_force = |own: &&Citation| {
                let found = self.rules.instrument(&own.instrument);
                found.is_some_and(|own| own.in_force(self.today))
            };
            let own: Vec<Citation> = entry.basis.iter().filter(in_force).cloned().collect();
            self.measure_rank(&own, &own, statute);
        }
    }

    /// The last day of a period of working days, recomputed with the calendar in force.
    #[track_caller]
    pub(crate) fn deadline(&mut self, what: &str, stated: Deadline, from: Day, count: u16) {
        let own = self.rules.calendar.after(from, count);
        if stated != own {
            let detail = format!(
                "{what} is {}; {count} working days after {from} is {}",
                stated.day, own.day
            );
            self.broken(DEADLINE, detail);
        }
    }

    /// A period that is made longer: its own days and more, from the day from which they are counted.
    #[track_caller]
    pub(crate) fn longer(&mut self, what: &str, stated: Deadline, before: Deadline, more: u16) {
        self.deadline(what, stated, before.from, before.working_days.saturating_add(more));
    }

    /// What was done late states the day that was owed, and comes after it.
    #[track_caller]
    pub(crate) fn late(&mut self, stated: Deadline, owed: Option<Deadline>, what: &str) {
        if self.today <= stated.day {
            self.broken(DEADLINE, format!("{what} in time, by {}", stated.day));
        }
        if owed != Some(stated) {
            let own = owed.map_or_else(|| "no day".to_owned(), |own| own.day.to_string());
            self.broken(DEADLINE, format!("{what} by {}; {own} was owed", stated.day));
        }
    }

    /// A timer speaks only once the last day has passed.
    #[track_caller]
    pub(crate) fn over(&mut self, period: Option<Deadline>, what: &str) {
        self.after(period.map(|own| own.day), what);
    }

    /// A timer speaks only once its day has passed.
    #[track_caller]
    pub(crate) fn after(&mut self, day: Option<Day>, what: &str) {
        if day.is_none_or(|day| self.today <= day) {
            let until = day.map_or_else(|| "no day".to_owned(), |day| day.to_string());
            self.broken(DEADLINE, format!("{what} runs to {until}"));
        }
    }

    /// What it builds on has effect.
    #[track_caller]
    pub(crate) fn in_force(&mut self, standing: Standing) {
        match standing {
            Standing::InForce => {}
            Standing::Suspended => self.guard(Guard::NoSuspension, "what it rests on is suspended"),
            Standing::Ended => self.guard(Guard::End, "what it rests on has ended"),
            Standing::Pending => self.broken(INV_1, "what it rests on has no effect yet"),
        }
    }
}
