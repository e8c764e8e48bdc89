//! What the catalogue allows on a day: behaviours that can be listed, measures a decision may name.

use shouxin_core::actor::SubjectKey;
use shouxin_core::rules::{
    Behaviour, Citation, Executor, FactKind, LegalLevel, Measure, MeasureNeeds, MeasureSubject,
};
use shouxin_core::text::FactDocument;

use super::county::County;
use crate::kit::steps::paper;

impl County {
    /// A behaviour that can be listed today, who may, and on what.
    pub fn listable(&mut self) -> Option<(Behaviour, String, Citation)> {
        let rules = self.world.rules.clone();
        let behaviour = &rules.behaviours[self.rng.usize(..rules.behaviours.len())];
        let basis = behaviour.basis.iter().find(|own| {
            self.level(own).is_some_and(|level| level <= LegalLevel::LocalRegulation)
        })?;
        let department =
            behaviour.found_by.get(self.rng.usize(..behaviour.found_by.len().max(1)))?;
        behaviour.repair.as_ref()?;
        Some((behaviour.clone(), department.clone(), basis.clone()))
    }

    pub fn fact(&mut self, about: SubjectKey, kind: FactKind) -> FactDocument {
        let number = self.number();
        let date = self.world.today.plus_days(-3);
        let issuer = "作出文书的法院".to_owned();
        FactDocument { kind, number, date, issuer, ..paper(&self.world, about) }
    }

    /// A judgment of today about a subject, unlike every other.
    pub fn judgment(&mut self, about: SubjectKey) -> FactDocument {
        let fact = self.fact(about, FactKind::Judgment);
        FactDocument { date: self.world.today, ..fact }
    }

    /// Measures that a decision on this behaviour may name, on the basis the catalogue gives; those
    /// that are published or are an order no longer are among them, for those who have not read the new version.
    pub fn measures(&self, behaviour: &str, of_person: bool) -> Vec<(Measure, Citation)> {
        self.fitting(behaviour, of_person, false)
    }

    /// What only a higher authority takes, most of it on a court's document.
    pub fn beyond(&self, behaviour: &str, of_person: bool) -> Vec<(Measure, Citation)> {
        self.fitting(behaviour, of_person, true)
    }

    fn fitting(&self, behaviour: &str, of_person: bool, beyond: bool) -> Vec<(Measure, Citation)> {
        let fits = |own: &&Measure| {
            let subject = match own.subject {
                MeasureSubject::Both => true,
                MeasureSubject::LegalPerson => !of_person,
                MeasureSubject::NaturalPerson => of_person,
            };
            let connected =
                own.behaviours.is_empty() || own.behaviours.iter().any(|it| it == behaviour);
            subject
                && connected
                && !own.category.is_incentive()
                && !own.implementers.is_empty()
                && (own.executor == Executor::Higher) == beyond
                && own.needs != MeasureNeeds::Voluntary
                && (beyond || own.needs != MeasureNeeds::Court)
        };
        let strict = |own: &Measure| {
            matches!(own.needs, MeasureNeeds::Statute | MeasureNeeds::CourtOrStatute)
        };
        let mut found = Vec::new();
        for own in self.world.rules.measures.iter().filter(fits) {
            let basis = own.basis.iter().find(|cited| {
                self.level(cited).is_some_and(|level| {
                    !strict(own) || level <= LegalLevel::AdministrativeRegulation
                })
            });
            if let Some(basis) = basis {
                found.push((own.clone(), basis.clone()));
            }
        }
        found
    }
}
