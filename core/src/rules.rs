//! Rules as data.
//!
//! The loader takes names and bytes, never paths: reading files is the server's work. Loading
//! checks every cross-reference, and an error names file, entry and field.

mod check;
mod contract;
pub mod diff;
mod favour;
mod load;
#[cfg(test)]
mod tests;

use crate::calendar::Calendar;
use crate::time::Day;
pub use contract::Contract;
use serde::{Deserialize, Serialize};

/// Legal level of an instrument (效力层级), strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalLevel {
    /// 法律
    Law,
    /// 行政法规
    AdministrativeRegulation,
    /// 党中央、国务院政策文件
    CentralDocument,
    /// 司法解释
    JudicialInterpretation,
    /// 部门规章
    DepartmentRule,
    /// 地方性法规
    LocalRegulation,
    /// 地方政府规章
    LocalGovernmentRule,
    /// 规范性文件, the plan itself included
    NormativeDocument,
}

/// A law or document that can be cited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// Short stable id, `procurement-law`.
    pub id: String,
    /// 标题
    pub title: String,
    /// 文号, empty where there is none.
    pub number: String,
    /// 效力层级
    pub level: LegalLevel,
    /// Issuing body.
    pub issuer: String,
    /// First day in force.
    pub in_force_from: Day,
    /// Day from which it is no longer in force.
    pub repealed_on: Option<Day>,
    /// Id of the instrument that replaced it.
    pub replaced_by: Option<String>,
    /// domain.md's mark: found in a public source (`F`) or from memory (`M`).
    pub confirmed: bool,
}

impl Instrument {
    /// Whether it is in force on `day`.
    pub fn in_force(&self, day: Day) -> bool {
        self.in_force_from <= day && self.repealed_on.is_none_or(|end| day < end)
    }
}

/// An article of an instrument.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// Id of the instrument.
    pub instrument: String,
    /// 条款, as written.
    pub article: String,
}

/// Who may see a data item (domain.md O16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Openness {
    /// 社会公开
    Public,
    /// 授权查询
    Authorised,
    /// 政务共享
    GovShared,
    /// 内部
    Internal,
}

/// Class of a record (domain.md 4.3 and O14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name is the domain's own, glossed in config/catalogue")]
pub enum RecordClass {
    Registration,
    Judicial,
    Permit,
    Penalty,
    OtherAdministration,
    Title,
    AbnormalOperation,
    SeriousList,
    ContractPerformance,
    Commitment,
    Evaluation,
    Compliance,
    Honour,
    IntellectualProperty,
    Volunteered,
    GovIntegrity,
}

/// Whether a record speaks for or against its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// Speaks for the subject.
    Favourable,
    /// A plain fact.
    Neutral,
    /// Speaks against the subject.
    Adverse,
}

/// Severity class of an adverse record (domain.md 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 轻微
    Minor,
    /// 一般
    General,
    /// 严重
    Serious,
}

/// Kind of a subject (domain.md O05).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// 企业, individual businesses and cooperatives included
    Enterprise,
    /// 自然人
    NaturalPerson,
    /// 社会组织
    SocialOrganisation,
    /// 机关事业单位
    OrganOrInstitution,
    /// 其他组织
    OtherOrganisation,
}

/// One entry of the collection directory (domain.md O11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataItem {
    /// Stable code, `XY-0103`.
    pub id: String,
    /// 名称
    pub name_zh: String,
    /// English gloss.
    pub name_en: String,
    /// Class of the records it collects.
    pub class: RecordClass,
    /// Openness, fixed here and never by a submitter.
    pub openness: Openness,
    /// For or against the subject.
    pub polarity: Polarity,
    /// Subject kinds it may be collected about.
    pub subjects: Vec<SubjectKind>,
    /// Departments that may provide it (codes).
    pub providers: Vec<String>,
    /// Articles that allow collecting it.
    pub basis: Vec<Citation>,
}

/// Where an act must have been established before it can be relied on (G-FACT).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// 生效判决、裁定
    Judgment,
    /// 行政处罚决定
    PenaltyDecision,
    /// 其他具有法律效力的行政文书
    AdministrativeDecision,
}

/// One behaviour of serious dishonesty (domain.md 1.7) with its repair rule (O58).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// `B2.12`
    pub id: String,
    /// 1 to 4.
    pub area: u8,
    /// 名称
    pub name_zh: String,
    /// English gloss.
    pub name_en: String,
    /// Departments competent to list for it (codes); empty where only a higher authority or a court is.
    pub found_by: Vec<String>,
    /// Who may assert it, in domain.md's words.
    pub found_by_note: String,
    /// Articles that make it a ground for listing.
    pub basis: Vec<Citation>,
    /// Documents that can establish it.
    pub facts: Vec<FactKind>,
    /// Shortest and longest listing period, in months.
    pub period_months: (u16, u16),
    /// Repair rule; no rule means no listing.
    pub repair: Option<RepairRule>,
}

/// Repair rule of a behaviour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairRule {
    /// Months from the listing's start before repair may be applied for.
    pub min_months: u16,
    /// Conditions, Chinese.
    pub conditions_zh: String,
    /// Documents to hand in, Chinese; free of charge.
    pub documents_zh: Vec<String>,
    /// Set when a law or central document forbids repair.
    pub barred_by: Option<Citation>,
}

/// Incentive, or discipline and of which kind (domain.md 1.5, 1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureCategory {
    /// Incentives: 行政性
    IncentiveAdministrative,
    /// Incentives: 市场性
    IncentiveMarket,
    /// Incentives: 社会性
    IncentiveSocial,
    /// 行政性约束和惩戒
    Administrative,
    /// 市场性约束和惩戒
    Market,
    /// 行业性、社会性约束和惩戒
    Social,
}

impl MeasureCategory {
    /// Whether it is a benefit.
    pub fn is_incentive(self) -> bool {
        matches!(
            self,
            Self::IncentiveAdministrative | Self::IncentiveMarket | Self::IncentiveSocial
        )
    }
}

/// Whom a measure may be taken about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MeasureSubject {
    /// Legal persons and organisations.
    #[serde(rename = "LP")]
    LegalPerson,
    /// Natural persons.
    #[serde(rename = "NP")]
    NaturalPerson,
    /// Both.
    #[serde(rename = "B")]
    Both,
}

/// What a measure needs (domain.md 1.6, column Needs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MeasureNeeds {
    /// A court decision.
    #[serde(rename = "C")]
    Court,
    /// A court decision, or a statute for this behaviour.
    #[serde(rename = "C_or_S")]
    CourtOrStatute,
    /// A law or administrative regulation for this behaviour.
    #[serde(rename = "S")]
    Statute,
    /// Any valid normative basis that cuts no rights.
    #[serde(rename = "R")]
    Rule,
    /// A voluntary act of a private body; the state may only inform.
    #[serde(rename = "V")]
    Voluntary,
    /// Nothing: a mechanism, not a sanction (M-S10).
    #[serde(rename = "none")]
    Nothing,
}

/// Strength (domain.md O55).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// 强制性
    Mandatory,
    /// 推荐性
    Recommended,
}

/// Who can execute a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Executor {
    /// A county department.
    County,
    /// Only a higher authority: recorded and forwarded.
    Higher,
    /// Never an order: information only.
    InformationOnly,
    /// Never an order: another organ decides by a procedure of its own, and the matter is recorded and
    /// referred to it.
    Referral,
}

/// One measure of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// `M-A17`, `I05`.
    pub id: String,
    /// 名称
    pub name_zh: String,
    /// English gloss.
    pub name_en: String,
    /// Category.
    pub category: MeasureCategory,
    /// Where the plan has it, `四(二)`.
    pub plan_section: String,
    /// Whom it may be taken about.
    pub subject: MeasureSubject,
    /// What it needs.
    pub needs: MeasureNeeds,
    /// Strength.
    pub strength: Strength,
    /// Who can execute it.
    pub executor: Executor,
    /// Articles that authorise it. A measure without any cannot be taken.
    pub basis: Vec<Citation>,
    /// What stands in place of a court's document, where it needs that or a statute.
    pub statutory: Vec<Statutory>,
    /// Behaviours it is connected with (禁止不当联结); empty means every behaviour.
    pub behaviours: Vec<String>,
    /// Implementing departments (codes).
    pub implementers: Vec<String>,
    /// Longest duration in months.
    pub max_months: u16,
    /// Working days within which a dispatched case is to be executed, where they are set (T10).
    pub execute_wd: Option<u16>,
    /// A hearing must be offered and held when asked for before it is decided.
    pub hearing: bool,
    /// A natural person must have consented (red list, publicity).
    pub consent: bool,
    /// Whether the entry is published; unpublished measures may not be taken (INV-11).
    pub published: bool,
    /// Note or caution of domain.md.
    pub note: String,
}

/// An article that authorises a measure by itself, for some behaviours: no court's document is needed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statutory {
    /// Id of the instrument.
    pub instrument: String,
    /// 条款, as written.
    pub article: String,
    /// For which behaviours.
    pub behaviours: Vec<String>,
}

/// A standard under which a competent authority classifies (O20). Its classes are names without an
/// order: the register compares none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    /// `tax-credit`
    pub id: String,
    /// 标准名称
    pub name_zh: String,
    /// English gloss.
    pub name_en: String,
    /// Department that classifies under it (code).
    pub authority: String,
    /// Whom it classifies; never natural persons.
    pub subjects: Vec<SubjectKind>,
    /// Names of its classes, as the standard has them.
    pub classes: Vec<String>,
    /// Who may see a classification under it.
    pub openness: Openness,
    /// Articles that introduce it.
    pub basis: Vec<Citation>,
}

/// Officer of a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Officer {
    /// Id inside the department, `SC-01`.
    pub id: String,
    /// Post, Chinese. Names of officers are not kept in configuration.
    pub post_zh: String,
    /// Head of the authority, who signs adverse decisions.
    pub head: bool,
    /// 分管领导
    pub leader: bool,
    /// 工作联络员
    pub liaison: bool,
}

/// Department of the county.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Short code, `market`.
    pub code: String,
    /// Its own 18-character code.
    pub uscc: String,
    /// 名称
    pub name_zh: String,
    /// English gloss.
    pub name_en: String,
    /// Officers.
    pub officers: Vec<Officer>,
    /// Working days to respond to a dispatched measure.
    pub respond_working_days: u16,
    /// It houses the credit office (信用办).
    pub credit_office: bool,
    /// It is the supervision organ (纪检监察机关), to which retaliation against a reporter is told.
    pub supervision: bool,
}

impl Department {
    /// The officer with this id.
    pub fn officer(&self, id: &str) -> Option<&Officer> {
        self.officers.iter().find(|officer| officer.id == id)
    }
}

/// Where a decision can be challenged, and until when. Every served text names these bodies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedies {
    /// 行政复议机关 of the county's departments.
    pub reconsideration: String,
    /// Days to apply for reconsideration, from the day the decision became known.
    pub reconsideration_days: u16,
    /// 有管辖权的人民法院
    pub court: String,
    /// Months to bring a suit.
    pub suit_months: u16,
    /// Department codes whose decisions are reconsidered by another body, and that body.
    pub elsewhere: Vec<(String, String)>,
}

impl Remedies {
    /// The body that reconsiders a department's decisions.
    pub fn reconsideration_of(&self, department: &str) -> &str {
        let other = self.elsewhere.iter().find(|(code, _)| code == department);
        other.map_or(self.reconsideration.as_str(), |(_, body)| body.as_str())
    }
}

/// Association or chamber (行业协会、商会) that keeps files about its members (domain.md A15).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    /// Short code, `building-materials`.
    pub code: String,
    /// Its own 18-character code.
    pub uscc: String,
    /// 名称
    pub name_zh: String,
    /// English gloss.
    pub name_en: String,
    /// Who writes for it.
    pub officers: Vec<Officer>,
}

impl Association {
    /// The officer with this id.
    pub fn officer(&self, id: &str) -> Option<&Officer> {
        self.officers.iter().find(|officer| officer.id == id)
    }
}

/// Deadlines and caps in force from a day (domain.md 1.4, 4.4, 5). `wd` = working days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(
    missing_docs,
    reason = "every field is named after its step and unit; sources stand in the pack files"
)]
pub struct RulePack {
    pub in_force_from: Day,
    /// The instrument this pack applies for repair and publicity.
    pub repair_instrument: String,
    pub statement_window_wd: u16,
    pub hearing_request_wd: u16,
    pub decide_within_wd: u16,
    pub serve_within_days: u16,
    pub standstill_wd: u16,
    pub black_cap_months: u16,
    pub red_cap_months: u16,
    pub red_public_notice_days: u16,
    pub dispatch_wd: u16,
    pub respond_wd: u16,
    pub feedback_wd: u16,
    pub lift_wd: u16,
    pub objection_accept_wd: u16,
    pub objection_refer_wd: u16,
    pub verification_wd: u16,
    pub unverified_after_wd: u16,
    pub expert_testing_wd: u16,
    pub resolve_wd: u16,
    pub whistle_triage_wd: u16,
    pub whistle_verify_wd: u16,
    pub whistle_feedback_wd: u16,
    pub whistle_keep_months: u16,
    pub retention_months: u16,
    pub review_request_wd: u16,
    pub repair_accept_wd: u16,
    pub repair_decide_wd: u16,
    pub repair_extend_wd: u16,
    pub repair_bar_months: u16,
    pub double_publicity_wd: u16,
    pub publicity_minor_months: (u16, u16),
    pub publicity_general_months: (u16, u16),
    pub publicity_serious_months: (u16, u16),
    pub clean_record_years: u16,
}

/// One file handed to the loader.
#[derive(Clone, Debug)]
pub struct RuleFile<'a> {
    /// Path below the configuration folder, `catalogue/measures.toml`.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// What is wrong with a data file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {entry}: {field}: {problem}")]
pub struct RuleError {
    /// File.
    pub file: String,
    /// Entry, by id or number; `-` for the file as a whole.
    pub entry: String,
    /// Field.
    pub field: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

/// SHA-256 over the names and bytes of all files of one version.
pub type RulesVersion = [u8; 32];

/// Everything the register is ruled by, in one version.
#[derive(Clone, Debug)]
pub struct RuleSet {
    /// Identity of this version.
    pub version: RulesVersion,
    /// `instruments.toml`
    pub instruments: Vec<Instrument>,
    /// `catalogue/items.toml`
    pub items: Vec<DataItem>,
    /// `catalogue/behaviours.toml`
    pub behaviours: Vec<Behaviour>,
    /// `catalogue/incentives.toml` and `catalogue/measures.toml`
    pub measures: Vec<Measure>,
    /// `departments.toml`
    pub departments: Vec<Department>,
    /// `departments.toml`, `[remedies]`
    pub remedies: Option<Remedies>,
    /// Associations of `departments.toml`.
    pub associations: Vec<Association>,
    /// `catalogue/standards.toml`
    pub standards: Vec<Standard>,
    /// `contracts.toml`; a version without it shares nothing that is not public.
    pub contracts: Vec<Contract>,
    /// `rules/DATE.toml`
    pub packs: Packs,
    /// `calendar/*.csv`
    pub calendar: Calendar,
}

impl RuleSet {
    /// Reads and checks every file of one version; all errors, not only the first.
    pub fn load(files: &[RuleFile<'_>]) -> Result<RuleSet, Vec<RuleError>> {
        load::load(files, false)
    }

    /// The same for a version that was in force once, which may be from before departments were marked
    /// as credit office and supervision organ: what was judged by it is still judged by it.
    pub fn load_kept(files: &[RuleFile<'_>]) -> Result<RuleSet, Vec<RuleError>> {
        load::load(files, true)
    }

    /// What is allowed but should be looked at: entries that can never be used as they stand.
    pub fn warnings(&self) -> Vec<String> {
        check::warnings(self)
    }

    /// An instrument by its id.
    pub fn instrument(&self, id: &str) -> Option<&Instrument> {
        find(&self.instruments, id, |own| &own.id)
    }

    /// A behaviour by its id.
    pub fn behaviour(&self, id: &str) -> Option<&Behaviour> {
        find(&self.behaviours, id, |own| &own.id)
    }

    /// A measure or incentive by its id.
    pub fn measure(&self, id: &str) -> Option<&Measure> {
        find(&self.measures, id, |own| &own.id)
    }

    /// An entry of the collection directory by its id.
    pub fn item(&self, id: &str) -> Option<&DataItem> {
        find(&self.items, id, |own| &own.id)
    }

    /// A standard of classification by its id.
    pub fn standard(&self, id: &str) -> Option<&Standard> {
        find(&self.standards, id, |own| &own.id)
    }

    /// A department by its short code.
    pub fn department(&self, code: &str) -> Option<&Department> {
        find(&self.departments, code, |own| &own.code)
    }

    /// A department by its own 18-character code. There are some dozens of departments.
    pub fn department_by_uscc(&self, uscc: &str) -> Option<&Department> {
        self.departments.iter().find(|own| own.uscc == uscc)
    }

    /// The department that houses the credit office; nothing in versions from before the mark.
    pub fn credit_office(&self) -> Option<&Department> {
        self.departments.iter().find(|own| own.credit_office)
    }

    /// The supervision organ; nothing in versions from before the mark.
    pub fn supervision(&self) -> Option<&Department> {
        self.departments.iter().find(|own| own.supervision)
    }

    /// An association by its short code.
    pub fn association(&self, code: &str) -> Option<&Association> {
        find(&self.associations, code, |own| &own.code)
    }

    /// An association by its own 18-character code.
    pub fn association_by_uscc(&self, uscc: &str) -> Option<&Association> {
        self.associations.iter().find(|own| own.uscc == uscc)
    }

    /// The deadlines and caps in force on a day: the newest pack that had begun by then.
    pub fn pack(&self, on: Day) -> &RulePack {
        self.packs.pack(on)
    }
}

/// Rule packs in the order of their first days; there is always one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packs {
    first: RulePack,
    later: Vec<RulePack>,
}

impl Packs {
    /// Orders the packs; nothing where there is none.
    pub fn new(mut packs: Vec<RulePack>) -> Option<Packs> {
        packs.sort_by_key(|pack| pack.in_force_from);
        let mut packs = packs.into_iter();
        Some(Packs { first: packs.next()?, later: packs.collect() })
    }

    /// Every pack, in the order of their first days.
    pub fn all(&self) -> impl Iterator<Item = &RulePack> {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// The newest pack that had begun by `on`; before the first one, the first.
    pub fn pack(&self, on: Day) -> &RulePack {
        self.later.iter().rev().find(|pack| pack.in_force_from <= on).unwrap_or(&self.first)
    }
}

/// The first day of a rule pack by the name of its file, `rules/2026-04-01.toml`; nothing for any
/// other file.
pub fn pack_day(name: &str) -> Option<Day> {
    name.strip_prefix("rules/")?.strip_suffix(".toml")?.parse().ok()
}

/// Entries are kept in the order of their ids.
fn find<'a, T>(entries: &'a [T], id: &str, key: impl Fn(&T) -> &String) -> Option<&'a T> {
    let at = entries.binary_search_by(|own| key(own).as_str().cmp(id)).ok()?;
    entries.get(at)
}
