//! Reads the data files into `RuleSet`. Each file has its own raw shape, which refuses unknown
//! fields; what the shapes cannot say is checked in `check`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::calendar::Calendar;
use crate::limits::RULE_PACKS_MAX;
use crate::rules::{
    Association, Behaviour, Citation, DataItem, Department, Executor, FactKind, Instrument,
    LegalLevel, Measure, MeasureCategory, MeasureNeeds, MeasureSubject, Officer, Openness, Packs,
    Polarity, RecordClass, Remedies, RepairRule, RuleError, RuleFile, RulePack, RuleSet,
    RulesVersion, Standard, Statutory, Strength, SubjectKind, check, contract, pack_day,
};
use crate::time::Day;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstrumentsFile {
    instrument: Vec<RawInstrument>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawInstrument {
    id: String,
    title: String,
    number: String,
    level: LegalLevel,
    issuer: String,
    in_force_from: Day,
    repealed_on: Option<Day>,
    replaced_by: Option<String>,
    confirmed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemsFile {
    item: Vec<RawItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    id: String,
    name_zh: String,
    name_en: String,
    class: RecordClass,
    openness: Openness,
    polarity: Polarity,
    subjects: Vec<SubjectKind>,
    providers: Vec<String>,
    basis: Vec<Citation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BehavioursFile {
    behaviour: Vec<RawBehaviour>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBehaviour {
    id: String,
    area: u8,
    name_zh: String,
    name_en: String,
    found_by: Vec<String>,
    found_by_note: String,
    basis: Vec<Citation>,
    facts: Vec<FactKind>,
    period_months: (u16, u16),
    repair: Option<RawRepair>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRepair {
    min_months: u16,
    conditions_zh: String,
    documents_zh: Vec<String>,
    barred_by: Option<Citation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeasuresFile {
    #[serde(default)]
    measure: Vec<RawMeasure>,
    #[serde(default)]
    incentive: Vec<RawMeasure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeasure {
    id: String,
    name_zh: String,
    name_en: String,
    category: MeasureCategory,
    plan_section: String,
    subject: MeasureSubject,
    needs: MeasureNeeds,
    strength: Strength,
    executor: Executor,
    basis: Vec<Citation>,
    #[serde(default)]
    statutory: Vec<Statutory>,
    behaviours: Vec<String>,
    implementers: Vec<String>,
    max_months: u16,
    #[serde(default)]
    execute_wd: Option<u16>,
    hearing: bool,
    consent: bool,
    published: bool,
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StandardsFile {
    standard: Vec<RawStandard>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStandard {
    id: String,
    name_zh: String,
    name_en: String,
    authority: String,
    subjects: Vec<SubjectKind>,
    classes: Vec<String>,
    openness: Openness,
    basis: Vec<Citation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DepartmentsFile {
    remedies: Option<RawRemedies>,
    department: Vec<RawDepartment>,
    #[serde(default)]
    association: Vec<RawAssociation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAssociation {
    code: String,
    uscc: String,
    name_zh: String,
    name_en: String,
    officers: Vec<RawOfficer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRemedies {
    reconsideration: String,
    reconsideration_days: u16,
    court: String,
    suit_months: u16,
    #[serde(default)]
    elsewhere: Vec<RawElsewhere>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawElsewhere {
    department: String,
    reconsideration: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDepartment {
    code: String,
    uscc: String,
    name_zh: String,
    name_en: String,
    respond_working_days: u16,
    #[serde(default)]
    credit_office: bool,
    #[serde(default)]
    supervision: bool,
    officers: Vec<RawOfficer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOfficer {
    id: String,
    post_zh: String,
    #[serde(default)]
    head: bool,
    #[serde(default)]
    leader: bool,
    #[serde(default)]
    liaison: bool,
}

/// What has been read so far.
#[derive(Default)]
struct Parts {
    instruments: Vec<Instrument>,
    items: Vec<DataItem>,
    behaviours: Vec<Behaviour>,
    measures: Vec<Measure>,
    departments: Vec<Department>,
    remedies: Option<Remedies>,
    associations: Vec<Association>,
    standards: Vec<Standard>,
    contracts: Vec<contract::Contract>,
    packs: Vec<RulePack>,
    calendar: Vec<(String, String)>,
    errors: Vec<RuleError>,
    seen: BTreeSet<String>,
}

/// The files without which there is no version.
const NEEDED: &[&str] = &[
    "instruments.toml",
    "departments.toml",
    "catalogue/items.toml",
    "catalogue/behaviours.toml",
    "catalogue/incentives.toml",
    "catalogue/measures.toml",
];

pub(super) fn load(files: &[RuleFile<'_>], kept: bool) -> Result<RuleSet, Vec<RuleError>> {
    let mut parts = Parts::default();
    for file in files {
        parts.read(file);
    }
    for name in NEEDED {
        if !parts.seen.contains(*name) {
            parts.error(name, "-", "-", "the file is missing");
        }
    }
    let calendar = parts.calendar();
    if parts.packs.len() > RULE_PACKS_MAX {
        parts.error("rules/DATE.toml", "-", "-", &format!("more than {RULE_PACKS_MAX} rule packs"));
    }
    let packs = Packs::new(std::mem::take(&mut parts.packs));
    if packs.is_none() {
        parts.error("rules/DATE.toml", "-", "-", "there is no rule pack; one at least is needed");
    }
    let Some(packs) = packs else {
        return Err(parts.errors);
    };
    let mut set = RuleSet {
        version: version(files),
        instruments: parts.instruments,
        items: parts.items,
        behaviours: parts.behaviours,
        measures: parts.measures,
        departments: parts.departments,
        remedies: parts.remedies,
        associations: parts.associations,
        standards: parts.standards,
        contracts: parts.contracts,
        packs,
        calendar,
    };
    set.instruments.sort_by(|a, b| a.id.cmp(&b.id));
    set.items.sort_by(|a, b| a.id.cmp(&b.id));
    set.behaviours.sort_by(|a, b| a.id.cmp(&b.id));
    set.measures.sort_by(|a, b| a.id.cmp(&b.id));
    set.departments.sort_by(|a, b| a.code.cmp(&b.code));
    set.associations.sort_by(|a, b| a.code.cmp(&b.code));
    set.standards.sort_by(|a, b| a.id.cmp(&b.id));
    set.contracts.sort_by(|a, b| a.id.cmp(&b.id));
    let mut errors = parts.errors;
    // References into a file that did not parse would only repeat that it did not.
    if errors.is_empty() {
        check::check(&set, kept, &mut errors);
    }
    if errors.is_empty() { Ok(set) } else { Err(errors) }
}

fn version(files: &[RuleFile<'_>]) -> RulesVersion {
    let mut sorted: Vec<&RuleFile<'_>> = files.iter().collect();
    sorted.sort_by_key(|file| file.name);
    let mut hash = Sha256::new();
    for file in sorted {
        for part in [file.name.as_bytes(), file.bytes] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().into()
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, (String, String)> {
    toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        (format!("line {line}"), error.message().to_owned())
    })
}

impl Parts {
    fn error(&mut self, file: &str, entry: &str, field: &str, problem: &str) {
        self.errors.push(RuleError {
            file: file.to_owned(),
            entry: entry.to_owned(),
            field: field.to_owned(),
            problem: problem.to_owned(),
        });
    }

    fn take<T: DeserializeOwned>(&mut self, name: &str, text: &str) -> Option<T> {
        match parse(text) {
            Ok(raw) => Some(raw),
            Err((line, problem)) => {
                self.error(name, &line, "-", &problem);
                None
            }
        }
    }

    fn read(&mut self, file: &RuleFile<'_>) {
        let name = file.name;
        self.seen.insert(name.to_owned());
        let Ok(text) = std::str::from_utf8(file.bytes) else {
            self.error(name, "-", "-", "the file is not UTF-8");
            return;
        };
        match name {
            "instruments.toml" => {
                let raw: Option<InstrumentsFile> = self.take(name, text);
                let raw = raw.into_iter().flat_map(|file| file.instrument);
                self.instruments.extend(raw.map(Instrument::from));
            }
            "departments.toml" => {
                let raw: Option<DepartmentsFile> = self.take(name, text);
                if let Some(file) = raw {
                    self.departments.extend(file.department.into_iter().map(Department::from));
                    self.associations.extend(file.association.into_iter().map(Association::from));
                    self.remedies = file.remedies.map(Remedies::from);
                }
            }
            "catalogue/items.toml" => {
                let raw: Option<ItemsFile> = self.take(name, text);
                self.items.extend(raw.into_iter().flat_map(|file| file.item).map(DataItem::from));
            }
            "catalogue/behaviours.toml" => {
                let raw: Option<BehavioursFile> = self.take(name, text);
                let raw = raw.into_iter().flat_map(|file| file.behaviour);
                self.behaviours.extend(raw.map(Behaviour::from));
            }
            "catalogue/incentives.toml" | "catalogue/measures.toml" => {
                let raw: Option<MeasuresFile> = self.take(name, text);
                let raw =
                    raw.into_iter().flat_map(|file| file.measure.into_iter().chain(file.incentive));
                self.measures.extend(raw.map(Measure::from));
            }
            "catalogue/standards.toml" => {
                let raw: Option<StandardsFile> = self.take(name, text);
                let raw = raw.into_iter().flat_map(|file| file.standard);
                self.standards.extend(raw.map(Standard::from));
            }
            contract::CONTRACTS => {
                let raw: Option<contract::ContractsFile> = self.take(name, text);
                self.contracts.extend(raw.into_iter().flat_map(|file| file.contract));
            }
            _ if name.starts_with("rules/") && name.ends_with(".toml") => {
                let pack: Option<RulePack> = self.take(name, text);
                // By its name it is known when its content may change no more.
                if let Some(pack) = &pack
                    && pack_day(name) != Some(pack.in_force_from)
                {
                    let day = pack.in_force_from;
                    self.error(
                        name,
                        "-",
                        "in_force_from",
                        &format!("{day} is not the day of its name"),
                    );
                }
                self.packs.extend(pack);
            }
            _ if name.starts_with("calendar/") && name.ends_with(".csv") => {
                self.calendar.push((name.to_owned(), text.to_owned()));
            }
            _ => self.error(name, "-", "-", "this is no data file of the register"),
        }
    }

    fn calendar(&mut self) -> Calendar {
        let files: Vec<(&str, &str)> =
            self.calendar.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        match Calendar::parse(&files) {
            Ok(calendar) => calendar,
            Err(error) => {
                let (file, line) = (error.file.clone(), format!("line {}", error.line));
                self.error(&file, &line, "-", &error.problem);
                Calendar::default()
            }
        }
    }
}

impl From<RawInstrument> for Instrument {
    fn from(raw: RawInstrument) -> Instrument {
        Instrument {
            id: raw.id,
            title: raw.title,
            number: raw.number,
            level: raw.level,
            issuer: raw.issuer,
            in_force_from: raw.in_force_from,
            repealed_on: raw.repealed_on,
            replaced_by: raw.replaced_by,
            confirmed: raw.confirmed,
        }
    }
}

impl From<RawItem> for DataItem {
    fn from(raw: RawItem) -> DataItem {
        DataItem {
            id: raw.id,
            name_zh: raw.name_zh,
            name_en: raw.name_en,
            class: raw.class,
            openness: raw.openness,
            polarity: raw.polarity,
            subjects: raw.subjects,
            providers: raw.providers,
            basis: raw.basis,
        }
    }
}

impl From<RawBehaviour> for Behaviour {
    fn from(raw: RawBehaviour) -> Behaviour {
        Behaviour {
            id: raw.id,
            area: raw.area,
            name_zh: raw.name_zh,
            name_en: raw.name_en,
            found_by: raw.found_by,
            found_by_note: raw.found_by_note,
            basis: raw.basis,
            facts: raw.facts,
            period_months: raw.period_months,
            repair: raw.repair.map(|raw| RepairRule {
                min_months: raw.min_months,
                conditions_zh: raw.conditions_zh,
                documents_zh: raw.documents_zh,
                barred_by: raw.barred_by,
            }),
        }
    }
}

impl From<RawMeasure> for Measure {
    fn from(raw: RawMeasure) -> Measure {
        Measure {
            id: raw.id,
            name_zh: raw.name_zh,
            name_en: raw.name_en,
            category: raw.category,
            plan_section: raw.plan_section,
            subject: raw.subject,
            needs: raw.needs,
            strength: raw.strength,
            executor: raw.executor,
            basis: raw.basis,
            statutory: raw.statutory,
            behaviours: raw.behaviours,
            implementers: raw.implementers,
            max_months: raw.max_months,
            execute_wd: raw.execute_wd,
            hearing: raw.hearing,
            consent: raw.consent,
            published: raw.published,
            note: raw.note,
        }
    }
}

impl From<RawRemedies> for Remedies {
    fn from(raw: RawRemedies) -> Remedies {
        let elsewhere = raw.elsewhere.into_iter().map(|own| (own.department, own.reconsideration));
        Remedies {
            reconsideration: raw.reconsideration,
            reconsideration_days: raw.reconsideration_days,
            court: raw.court,
            suit_months: raw.suit_months,
            elsewhere: elsewhere.collect(),
        }
    }
}

impl From<RawStandard> for Standard {
    fn from(raw: RawStandard) -> Standard {
        Standard {
            id: raw.id,
            name_zh: raw.name_zh,
            name_en: raw.name_en,
            authority: raw.authority,
            subjects: raw.subjects,
            classes: raw.classes,
            openness: raw.openness,
            basis: raw.basis,
        }
    }
}

impl From<RawOfficer> for Officer {
    fn from(raw: RawOfficer) -> Officer {
        Officer {
            id: raw.id,
            post_zh: raw.post_zh,
            head: raw.head,
            leader: raw.leader,
            liaison: raw.liaison,
        }
    }
}

impl From<RawAssociation> for Association {
    fn from(raw: RawAssociation) -> Association {
        Association {
            code: raw.code,
            uscc: raw.uscc,
            name_zh: raw.name_zh,
            name_en: raw.name_en,
            officers: raw.officers.into_iter().map(Officer::from).collect(),
        }
    }
}

impl From<RawDepartment> for Department {
    fn from(raw: RawDepartment) -> Department {
        Department {
            code: raw.code,
            uscc: raw.uscc,
            name_zh: raw.name_zh,
            name_en: raw.name_en,
            officers: raw.officers.into_iter().map(Officer::from).collect(),
            respond_working_days: raw.respond_working_days,
            credit_office: raw.credit_office,
            supervision: raw.supervision,
        }
    }
}
