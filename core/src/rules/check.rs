//! What the data files say together: references, competence, levels, completeness.

use std::collections::BTreeSet;

use crate::identifier::uscc::Uscc;
use crate::rules::{
    Citation, Department, Executor, LegalLevel, Measure, MeasureNeeds, MeasureSubject, Openness,
    RecordClass, RuleError, RuleSet, Strength, SubjectKind, contract,
};

/// The 35 behaviours of domain.md 1.7: four areas with so many each.
const BEHAVIOURS: [u8; 4] = [7, 18, 3, 7];
/// Letter rows of 1.6 that stand for two measures each.
const SPLIT: &[&str] = &["M-A03", "M-M04"];
/// Administrative, market and social rows of 1.6.
const MEASURES: [(&str, u8); 3] = [("M-A", 27), ("M-M", 15), ("M-S", 10)];
const INCENTIVES: u8 = 21;
/// Measures that domain.md 1.6 allows about legal persons only.
const ONLY_LEGAL_PERSONS: &[&str] = &[
    "M-A02", "M-A03a", "M-A03b", "M-A04", "M-A05", "M-A16", "M-A18", "M-M01", "M-M13", "M-M14",
    "M-S01", "M-S02", "M-S03", "M-S04", "M-S05", "M-S06", "M-S07", "M-S08", "M-S10",
];
/// Measures that it allows about natural persons only.
const ONLY_NATURAL_PERSONS: &[&str] =
    &["M-A24", "M-A25", "M-A26", "M-M03", "M-M05", "M-M06", "M-M07", "M-M08", "M-M09"];

const INSTRUMENTS: &str = "instruments.toml";
const DEPARTMENTS: &str = "departments.toml";
const ITEMS: &str = "catalogue/items.toml";
const BEHAVIOURS_FILE: &str = "catalogue/behaviours.toml";
const STANDARDS: &str = "catalogue/standards.toml";
const MEASURES_FILE: &str = "catalogue/measures.toml";
const INCENTIVES_FILE: &str = "catalogue/incentives.toml";

pub(super) struct Found<'a> {
    pub(super) set: &'a RuleSet,
    errors: &'a mut Vec<RuleError>,
}

pub(super) fn check(set: &RuleSet, kept: bool, errors: &mut Vec<RuleError>) {
    let mut found = Found { set, errors };
    found.duplicates();
    found.instruments();
    found.departments();
    found.organs(kept);
    found.remedies();
    found.associations();
    found.items();
    found.standards();
    found.behaviours();
    found.measures();
    contract::check(&mut found);
    found.complete();
}

pub(super) fn warnings(set: &RuleSet) -> Vec<String> {
    let mut warnings = Vec::new();
    for behaviour in &set.behaviours {
        if behaviour.repair.is_none() || behaviour.found_by.is_empty() {
            let why = "no repair rule or no competent county department: nobody can be listed";
            warnings.push(format!("{}: {why}", behaviour.id));
        }
    }
    for measure in set.measures.iter().filter(|measure| measure.basis.is_empty()) {
        warnings.push(format!("{}: no basis, the measure cannot be taken", measure.id));
    }
    if set.contracts.is_empty() {
        let why =
            "no contract: departments read what is public and their own records, nothing more";
        warnings.push(format!("{}: {why}", contract::CONTRACTS));
    }
    warnings
}

fn measures_file(measure: &Measure) -> &'static str {
    if measure.category.is_incentive() { INCENTIVES_FILE } else { MEASURES_FILE }
}

impl Found<'_> {
    pub(super) fn error(
        &mut self,
        file: &str,
        entry: &str,
        field: &str,
        problem: impl Into<String>,
    ) {
        self.errors.push(RuleError {
            file: file.to_owned(),
            entry: entry.to_owned(),
            field: field.to_owned(),
            problem: problem.into(),
        });
    }

    fn duplicates(&mut self) {
        let set = self.set;
        let lists: [(&str, Vec<&str>); 8] = [
            (INSTRUMENTS, set.instruments.iter().map(|own| own.id.as_str()).collect()),
            (ITEMS, set.items.iter().map(|own| own.id.as_str()).collect()),
            (BEHAVIOURS_FILE, set.behaviours.iter().map(|own| own.id.as_str()).collect()),
            (MEASURES_FILE, set.measures.iter().map(|own| own.id.as_str()).collect()),
            (DEPARTMENTS, set.departments.iter().map(|own| own.code.as_str()).collect()),
            (DEPARTMENTS, set.associations.iter().map(|own| own.code.as_str()).collect()),
            (STANDARDS, set.standards.iter().map(|own| own.id.as_str()).collect()),
            (contract::CONTRACTS, set.contracts.iter().map(|own| own.id.as_str()).collect()),
        ];
        for (file, ids) in lists {
            for pair in ids.windows(2) {
                if let [first, second] = pair
                    && first == second
                {
                    self.error(file, first, "id", "it stands twice");
                }
            }
        }
    }

    fn instruments(&mut self) {
        for own in &self.set.instruments {
            if let Some(other) = &own.replaced_by
                && self.set.instrument(other).is_none()
            {
                self.error(INSTRUMENTS, &own.id, "replaced_by", format!("no instrument {other}"));
            }
            if own.repealed_on.is_some_and(|end| end <= own.in_force_from) {
                let problem = "it is repealed before it is in force";
                self.error(INSTRUMENTS, &own.id, "repealed_on", problem);
            }
        }
    }

    fn remedies(&mut self) {
        let Some(own) = &self.set.remedies else {
            return;
        };
        for (field, body) in [("reconsideration", &own.reconsideration), ("court", &own.court)] {
            if body.trim().is_empty() {
                self.error(DEPARTMENTS, "remedies", field, "no body is named");
            }
        }
        if own.reconsideration_days < 60 {
            let problem = "the law gives at least 60 days";
            self.error(DEPARTMENTS, "remedies", "reconsideration_days", problem);
        }
        if own.suit_months < 6 {
            let problem = "the law gives at least 6 months";
            self.error(DEPARTMENTS, "remedies", "suit_months", problem);
        }
        let codes: Vec<String> = own.elsewhere.iter().map(|(code, _)| code.clone()).collect();
        self.known_departments(DEPARTMENTS, "remedies", "elsewhere", &codes);
    }

    fn departments(&mut self) {
        let mut codes = BTreeSet::new();
        for own in &self.set.departments {
            match Uscc::parse(&own.uscc) {
                Ok(_) if codes.insert(own.uscc.clone()) => {}
                Ok(_) => self.error(DEPARTMENTS, &own.code, "uscc", "another department has it"),
                Err(errors) => self.error(DEPARTMENTS, &own.code, "uscc", errors.to_string()),
            }
            let heads = own.officers.iter().filter(|officer| officer.head).count();
            if heads != 1 {
                let problem = format!("{heads} heads; there must be exactly one");
                self.error(DEPARTMENTS, &own.code, "officers", problem);
            }
            if own.officers.len() < 3 {
                let problem = "fewer than 3 officers: proposer, verifier and head must differ";
                self.error(DEPARTMENTS, &own.code, "officers", problem);
            }
            let ids: BTreeSet<&str> = own.officers.iter().map(|own| own.id.as_str()).collect();
            if ids.len() != own.officers.len() {
                self.error(DEPARTMENTS, &own.code, "officers", "an officer's id stands twice");
            }
            if !own.officers.iter().any(|officer| officer.liaison) {
                let problem = "no liaison (plan 六(二)): nothing could be dispatched to it";
                self.error(DEPARTMENTS, &own.code, "officers", problem);
            }
        }
    }

    /// Retaliation against a reporter is told to the credit office and to the supervision organ (domain.md
    /// 2.7): there is one of each, and neither is the other. A version that was kept from before the marks
    /// has none.
    fn organs(&mut self, kept: bool) {
        let marked = |mark: fn(&Department) -> bool| {
            self.set.departments.iter().filter(|own| mark(own)).collect::<Vec<_>>()
        };
        let (office, supervision) =
            (marked(|own| own.credit_office), marked(|own| own.supervision));
        if kept && office.is_empty() && supervision.is_empty() {
            return;
        }
        let both = office.iter().find(|own| own.supervision).map(|own| own.code.clone());
        for (field, count) in [("credit_office", office.len()), ("supervision", supervision.len())]
        {
            if count != 1 {
                let problem = format!("{count} departments are marked; there must be exactly one");
                self.error(DEPARTMENTS, "-", field, problem);
            }
        }
        if let Some(code) = both {
            let problem = "the credit office is not the organ that supervises it";
            self.error(DEPARTMENTS, &code, "supervision", problem);
        }
    }

    /// An association is a social organisation (51) and never a department: its officers hold no
    /// public power.
    fn associations(&mut self) {
        let mut codes: BTreeSet<&str> =
            self.set.departments.iter().map(|own| own.uscc.as_str()).collect();
        for own in &self.set.associations {
            match Uscc::parse(&own.uscc) {
                Ok(code) if !code.as_str().starts_with("51") => {
                    let problem = "an association's code begins with 51";
                    self.error(DEPARTMENTS, &own.code, "uscc", problem);
                }
                Ok(_) if codes.insert(&own.uscc) => {}
                Ok(_) => self.error(DEPARTMENTS, &own.code, "uscc", "somebody else has it"),
                Err(errors) => self.error(DEPARTMENTS, &own.code, "uscc", errors.to_string()),
            }
            let ids: BTreeSet<&str> = own.officers.iter().map(|own| own.id.as_str()).collect();
            if ids.is_empty() || ids.len() != own.officers.len() {
                let problem = "one officer at least, each with an id of its own";
                self.error(DEPARTMENTS, &own.code, "officers", problem);
            }
            if own.officers.iter().any(|officer| officer.head || officer.leader || officer.liaison)
            {
                let problem = "head, leader and liaison are posts of departments";
                self.error(DEPARTMENTS, &own.code, "officers", problem);
            }
        }
    }

    pub(super) fn cited(&mut self, file: &str, entry: &str, basis: &[Citation]) {
        for citation in basis {
            if self.set.instrument(&citation.instrument).is_none() {
                let problem = format!("no instrument {}", citation.instrument);
                self.error(file, entry, "basis", problem);
            }
            if citation.article.trim().is_empty() {
                self.error(file, entry, "basis", format!("{}: no article", citation.instrument));
            }
        }
    }

    pub(super) fn known_departments(
        &mut self,
        file: &str,
        entry: &str,
        field: &str,
        codes: &[String],
    ) {
        for code in codes {
            if self.set.department(code).is_none() {
                self.error(file, entry, field, format!("no department {code}"));
            }
        }
    }

    fn items(&mut self) {
        for own in &self.set.items {
            self.cited(ITEMS, &own.id, &own.basis);
            self.known_departments(ITEMS, &own.id, "providers", &own.providers);
            if own.providers.is_empty() || own.subjects.is_empty() {
                self.error(ITEMS, &own.id, "providers", "nobody could provide it about anybody");
            }
            // Integrity of government is shown of units, never of officials (domain.md O73).
            if own.class == RecordClass::GovIntegrity
                && own.openness == Openness::Public
                && own.subjects != [SubjectKind::OrganOrInstitution]
            {
                let problem = "what is public about government integrity concerns units only";
                self.error(ITEMS, &own.id, "openness", problem);
            }
        }
    }

    /// A classification is imported about organisations only, and shown to the public or shared
    /// among departments; it is nobody's secret and nobody's to compute.
    fn standards(&mut self) {
        for own in &self.set.standards {
            self.cited(STANDARDS, &own.id, &own.basis);
            let authority = std::slice::from_ref(&own.authority);
            self.known_departments(STANDARDS, &own.id, "authority", authority);
            if own.basis.is_empty() || own.classes.is_empty() || own.subjects.is_empty() {
                let problem = "basis, classes and subjects: each needs one entry at least";
                self.error(STANDARDS, &own.id, "classes", problem);
            }
            if own.subjects.contains(&SubjectKind::NaturalPerson) {
                let problem = "natural persons are not classified";
                self.error(STANDARDS, &own.id, "subjects", problem);
            }
            if !matches!(own.openness, Openness::Public | Openness::GovShared) {
                let problem = "it is public or gov_shared";
                self.error(STANDARDS, &own.id, "openness", problem);
            }
        }
    }

    fn behaviours(&mut self) {
        for own in &self.set.behaviours {
            self.cited(BEHAVIOURS_FILE, &own.id, &own.basis);
            self.known_departments(BEHAVIOURS_FILE, &own.id, "found_by", &own.found_by);
            let (min, max) = own.period_months;
            if min > max || max == 0 {
                let problem = format!("{min} to {max} months is no period");
                self.error(BEHAVIOURS_FILE, &own.id, "period_months", problem);
            }
            if let Some(rule) = &own.repair
                && rule.min_months > max
            {
                let problem = format!("{} months is longer than any listing", rule.min_months);
                self.error(BEHAVIOURS_FILE, &own.id, "repair.min_months", problem);
            }
        }
    }

    fn measures(&mut self) {
        for own in &self.set.measures {
            let file = measures_file(own);
            self.cited(file, &own.id, &own.basis);
            self.known_departments(file, &own.id, "implementers", &own.implementers);
            for behaviour in &own.behaviours {
                if self.set.behaviour(behaviour).is_none() {
                    self.error(file, &own.id, "behaviours", format!("no behaviour {behaviour}"));
                }
            }
            self.statutory(own);
            let only = match own.subject {
                MeasureSubject::LegalPerson => ONLY_NATURAL_PERSONS,
                MeasureSubject::NaturalPerson => ONLY_LEGAL_PERSONS,
                MeasureSubject::Both => &[],
            };
            let wider = own.subject == MeasureSubject::Both
                && (ONLY_LEGAL_PERSONS.contains(&own.id.as_str())
                    || ONLY_NATURAL_PERSONS.contains(&own.id.as_str()));
            if wider || only.contains(&own.id.as_str()) {
                let problem =
                    "wider than, or other than, the subjects the measure may be taken about";
                self.error(file, &own.id, "subject", problem);
            }
            self.level(own);
        }
    }

    /// What stands in place of a court's document is part of the basis, and says for what.
    fn statutory(&mut self, own: &Measure) {
        let file = measures_file(own);
        if !own.statutory.is_empty() && own.needs != MeasureNeeds::CourtOrStatute {
            self.error(file, &own.id, "statutory", "only where it needs C_or_S");
        }
        for entry in &own.statutory {
            if !own.basis.iter().any(|own| own.instrument == entry.instrument) {
                let problem = format!("{} is not in its basis", entry.instrument);
                self.error(file, &own.id, "statutory", problem);
            }
            let strange = |id: &&String| !own.behaviours.is_empty() && !own.behaviours.contains(id);
            if entry.behaviours.is_empty() || entry.behaviours.iter().any(|id| strange(&id)) {
                let problem = "it names behaviours of the measure, one at least";
                self.error(file, &own.id, "statutory", problem);
            }
        }
    }

    /// A mandatory measure, and one that needs a statute, rests on a law or administrative
    /// regulation (domain.md O55, 1.6). One without any basis is kept: it cannot be taken.
    fn level(&mut self, own: &Measure) {
        let statute = own.basis.iter().any(|citation| {
            self.set
                .instrument(&citation.instrument)
                .is_some_and(|found| found.level <= LegalLevel::AdministrativeRegulation)
        });
        let by_court = matches!(own.needs, MeasureNeeds::Court | MeasureNeeds::CourtOrStatute);
        if own.needs == MeasureNeeds::Voluntary && own.executor != Executor::InformationOnly {
            let problem = "a voluntary act of a private body is information_only, never an order";
            self.error(measures_file(own), &own.id, "executor", problem);
        }
        let needs = own.needs == MeasureNeeds::Statute
            || (own.strength == Strength::Mandatory && !by_court);
        if needs && !statute && !own.basis.is_empty() {
            let problem = "it needs a law or administrative regulation";
            self.error(measures_file(own), &own.id, "basis", problem);
        }
    }

    /// Nothing of the plan may be left out by accident.
    fn complete(&mut self) {
        for (area, count) in (1u8..).zip(BEHAVIOURS) {
            for number in 1..=count {
                let id = format!("B{area}.{number}");
                if self.set.behaviour(&id).is_none() {
                    self.error(BEHAVIOURS_FILE, &id, "id", "the plan has it, the file has not");
                }
            }
        }
        let incentives = (1..=INCENTIVES).map(|number| format!("I{number:02}"));
        let measures = MEASURES.iter().flat_map(|(prefix, count)| {
            (1..=*count).map(move |number| format!("{prefix}{number:02}"))
        });
        let ids = measures.flat_map(|id| match SPLIT.contains(&id.as_str()) {
            true => vec![format!("{id}a"), format!("{id}b")],
            false => vec![id],
        });
        let all: Vec<(&str, String)> = incentives
            .map(|id| (INCENTIVES_FILE, id))
            .chain(ids.map(|id| (MEASURES_FILE, id)))
            .collect();
        for (file, id) in &all {
            if self.set.measure(id).is_none() {
                self.error(file, id, "id", "the plan has it, the file has not");
            }
        }
        let known: BTreeSet<&str> = all.iter().map(|(_, id)| id.as_str()).collect();
        for own in &self.set.measures {
            if !known.contains(own.id.as_str()) {
                let problem = "not in the plan; extend the plan's list by an instrument first";
                self.error(measures_file(own), &own.id, "id", problem);
            }
        }
    }
}
