//! The Chinese texts of notices and decisions, made from a case: what the law requires in each of
//! them stands in it, or the text is refused and says what is missing (G-NOTICE, G-DOC).
//!
//! A text is a function of the case, the words an officer gives it and the rules of its day. The
//! words come from a draft before the step and from the log after it, so the same document can be
//! made again years later and compared with the digest that the event names.

mod case;
mod commitment;
mod measure;
mod objection;
mod outcome;
mod record;
mod red;
mod repair;
mod sheet;
#[cfg(test)]
mod tests;

use shouxin_core::actor::{OfficerRef, SubjectKey};
use shouxin_core::event::{Finding, ObjectionGround, PersonRole, Target, Trigger};
use shouxin_core::rules::{Citation, FactKind, RulePack, RuleSet};
use shouxin_core::text::{Digest, FactDocument, ServiceManner};
use shouxin_core::time::Day;

pub use case::{decision, notice, repair_guide, service_receipt, withdrawal};
pub use commitment::{
    BreachCase, CommitmentCase, breach_decision, breach_notice, cure_notice,
    repair_guide as breach_repair_guide,
};
pub use measure::{
    Forwarded, Forwarding, News, forward_letter, forward_notice, news_letter,
    notice as measure_notice,
};
pub use objection::result as objection_result;
pub use objection::{
    acceptance as objection_acceptance, refusal as objection_refusal,
    unverified as objection_unverified,
};
pub use outcome::{
    ReliefCase, ReliefStep, ReliefWords, ReviewCase, ReviewWords, Reviewed, RevocationCase,
    RevocationWords, Revoked, relief, review, revocation_decision, revocation_notice,
};
pub use record::{CollectionCase, collection_notice};
pub use red::{RedCase, RedEnd, RedWords, closure as red_closure, decision as red_decision};
pub use repair::{
    acceptance as repair_acceptance, decision as repair_decision, extension as repair_extension,
};
pub use sheet::{Incomplete, Text};

/// What every text is written with: the rules, and the day it bears.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// Names, titles and periods.
    pub rules: &'a RuleSet,
    /// Day of the text.
    pub on: Day,
    /// Since when the versions of the rules are looked at: the day on which its case was opened; the
    /// day of the text where it opens one.
    pub opened_on: Option<Day>,
}

impl Desk<'_> {
    /// The periods that the text states: those by which the steps of its case are judged.
    fn pack(&self) -> RulePack {
        self.rules.packs.favouring(self.opened_on.unwrap_or(self.on), self.on)
    }
}

/// Whom a text is about.
#[derive(Clone, Debug)]
pub struct Party {
    /// Name; nothing where it cannot be read any more.
    pub name: Option<String>,
    /// Key of the file.
    pub key: SubjectKey,
}

/// A measure as a notice announces it or a decision names it.
#[derive(Clone, Debug)]
pub struct NamedWords {
    /// Catalogue id.
    pub measure: String,
    /// Code of the implementing department.
    pub department: String,
    /// Why it is proportionate.
    pub proportionality: Option<String>,
}

/// How the party was heard.
#[derive(Clone, Debug)]
pub enum HeardWords {
    /// It stated these points.
    Statement(Vec<Option<String>>),
    /// It waived in writing.
    Waived,
    /// It let the period pass.
    Silent,
}

/// What a case is for.
#[derive(Clone, Debug)]
pub enum About {
    /// A listing.
    Listing,
    /// An attribution of an organisation's conduct to the party.
    Attribution {
        /// The listed organisation.
        organisation: Party,
        /// Its listing.
        listing: String,
        /// The party's role in it.
        role: PersonRole,
        /// When the party held it, and when it acted.
        office: Office,
    },
}

/// A period in office, and the act that lies in it.
#[derive(Clone, Copy, Debug)]
pub struct Office {
    /// First day in the role.
    pub from: Day,
    /// Last day in it; none where the party still holds it.
    pub to: Option<Day>,
    /// Day of the act.
    pub acted_on: Day,
}

/// A listing or attribution as it stands.
#[derive(Clone, Debug)]
pub struct Case {
    /// `L-...` or `A-...`
    pub id: String,
    /// Whom it is about.
    pub party: Party,
    /// What it is for.
    pub about: About,
    /// Who proposed it, and for which authority.
    pub proposed_by: OfficerRef,
    /// Catalogue id of the behaviour.
    pub behaviour: String,
    /// The act, or the finding about the person.
    pub act: Option<String>,
    /// What it rests on.
    pub basis: Vec<Citation>,
    /// The documents that establish it.
    pub documents: Vec<FactDocument>,
    /// No end may be later than this.
    pub cap: Day,
    /// Months before repair by the rule of the day of the proposal, which it keeps.
    pub repair_min_months: Option<u16>,
    /// How the party was heard, once it was.
    pub heard: Option<HeardWords>,
    /// What was said at the hearing, if one was held.
    pub hearing: Option<Option<String>>,
}

/// What an officer writes into a pre-decision notice.
#[derive(Clone, Debug, Default)]
pub struct NoticeWords {
    /// Facts.
    pub facts: Option<String>,
    /// Reasons.
    pub reasons: Option<String>,
    /// Measures it announces.
    pub measures: Vec<NamedWords>,
    /// A hearing is offered.
    pub hearing_offered: bool,
}

/// What the head writes into a decision.
#[derive(Clone, Debug, Default)]
pub struct DecisionWords {
    /// Number of the document.
    pub number: Option<String>,
    /// Facts.
    pub facts: Option<String>,
    /// Reasons.
    pub reasons: Option<String>,
    /// Answers to the points of the statement.
    pub answers: Vec<Option<String>>,
    /// Measures it names.
    pub measures: Vec<NamedWords>,
    /// Last day in force.
    pub end: Option<Day>,
    /// Removal conditions and procedure.
    pub removal_conditions: Option<String>,
    /// What the decision adds about remedies.
    pub remedies: Option<String>,
}

/// A service that has happened.
#[derive(Clone, Debug)]
pub struct ServedWords {
    /// How.
    pub manner: ServiceManner,
    /// When.
    pub on: Day,
    /// The proof.
    pub proof_sha256: Digest,
    /// The first day of effect.
    pub starts_on: Day,
}

/// A measure case.
#[derive(Clone, Debug)]
pub struct MeasureCase {
    /// `M-...`
    pub id: String,
    /// Whom it is about.
    pub party: Party,
    /// Catalogue id.
    pub measure: String,
    /// Code of the implementing department.
    pub department: String,
    /// Who initiated it.
    pub initiated_by: OfficerRef,
    /// What it rests on.
    pub basis: Vec<Citation>,
    /// The decision that names it.
    pub decision_number: String,
    /// Its last day.
    pub until: Day,
    /// Why it was initiated.
    pub grounds: Option<String>,
}

/// What is disputed, as far as it decides what an objection suspends and what stays on display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disputed {
    /// A record: its own publicity is marked, not hidden (design.md 1).
    Record,
    /// A black listing.
    Listing,
    /// A red listing that was decided.
    Honour,
    /// A nomination for the red list.
    Nomination,
    /// What a person answers for.
    Attribution,
    /// A measure.
    Measure,
    /// The finding that a commitment was broken.
    Breach,
}

impl Disputed {
    /// What is suspended by an objection, as the subject of a sentence.
    fn suspended(self) -> &'static str {
        match self {
            Disputed::Record => "以争议记录为依据的名单、责任认定和措施",
            Disputed::Listing => "该名单及其公示、以其为依据的责任认定和措施",
            Disputed::Honour => "该名单的使用",
            Disputed::Nomination => "对该提名的决定",
            Disputed::Attribution => "该责任认定和以其为依据的措施",
            Disputed::Measure => "该措施",
            Disputed::Breach => "该违诺认定及其公示",
        }
    }

    /// What stays on display all the while, marked as disputed where it is itself.
    fn displayed(self) -> Option<&'static str> {
        match self {
            Disputed::Record => Some("争议记录本身正在公示的，不停止公示，标注“异议处理中”。"),
            Disputed::Honour => Some("名单的公示标注“异议处理中”或者暂不列示。"),
            Disputed::Nomination => Some("提名的公示不停止，标注“异议处理中”。"),
            Disputed::Breach => Some("承诺本身正在公示的，不停止公示，不显示该认定。"),
            Disputed::Listing | Disputed::Attribution | Disputed::Measure => None,
        }
    }

    /// What becomes of the mark with the outcome.
    fn unmarked(self) -> &'static str {
        match self {
            Disputed::Record | Disputed::Honour | Disputed::Nomination => {
                "“异议处理中”的标注同时去除。"
            }
            _ => "",
        }
    }
}

/// An objection.
#[derive(Clone, Debug)]
pub struct ObjectionCase {
    /// `O-...`
    pub id: String,
    /// Whose file it is about.
    pub party: Party,
    /// What it is about.
    pub target: Target,
    /// The same, as it was when the objection came in.
    pub disputed: Disputed,
    /// Who filed it.
    pub trigger: Trigger,
    /// Its grounds.
    pub grounds: Vec<ObjectionGround>,
    /// When.
    pub filed_on: Day,
    /// Whether it suspends.
    pub suspends: bool,
    /// The provider's own code.
    pub provider: String,
    /// What the provider found, once it reported.
    pub verification: Option<(Finding, Option<String>)>,
}

/// A repair application.
#[derive(Clone, Debug)]
pub struct RepairCase {
    /// `X-...`
    pub id: String,
    /// Whose.
    pub party: Party,
    /// What is to be repaired.
    pub of: Repaired,
    /// Its id, `L-...`, `R-...`, `C-...` or `A-...`
    pub repaired: String,
    /// Number of the decision that listed or found, or of the record's document.
    pub decision_number: Option<String>,
    /// Who decides: the authority that listed, collected or found.
    pub authority: String,
    /// When.
    pub applied_on: Day,
    /// By when it is to be decided.
    pub decide_by: Day,
}

/// What a repair is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repaired {
    /// A listing.
    Listing,
    /// A record that no listing rests on.
    Record,
    /// The finding that a commitment was broken.
    Breach,
    /// What a person answers for under an organisation's listing.
    Attribution,
}

/// Outcome of the formal check of a repair application.
#[derive(Clone, Debug)]
pub enum AcceptanceWords {
    /// 受理
    Accepted,
    /// 补正: what is missing.
    Returned(Option<String>),
    /// 不予受理: why.
    NotAccepted(Option<String>),
}

/// The head's decision on a repair.
#[derive(Clone, Debug)]
pub struct RepairWords {
    /// Approved or refused.
    pub approved: bool,
    /// Number of the document, where it is approved.
    pub number: Option<String>,
    /// Reasons.
    pub reasons: Option<String>,
}

/// `2026年3月2日`
pub(crate) fn date(day: Day) -> String {
    let (year, month, day) = day.ymd();
    format!("{year}年{month}月{day}日")
}

fn fact_kind(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Judgment => "生效裁判文书",
        FactKind::PenaltyDecision => "行政处罚决定书",
        FactKind::AdministrativeDecision => "行政决定文书",
    }
}

fn manner(manner: ServiceManner) -> &'static str {
    match manner {
        ServiceManner::Direct => "直接送达",
        ServiceManner::LeftAtPlace => "留置送达",
        ServiceManner::Mail => "邮寄送达",
        ServiceManner::Electronic => "电子送达",
        ServiceManner::Announcement => "公告送达",
    }
}

fn role(role: PersonRole) -> &'static str {
    match role {
        PersonRole::LegalRepresentative => "法定代表人",
        PersonRole::Principal => "主要负责人",
        PersonRole::SeniorManager => "高级管理人员",
        PersonRole::Director => "董事",
        PersonRole::Shareholder => "股东",
        PersonRole::RegisteredPractitioner => "注册执业人员",
        PersonRole::DirectlyResponsible => "直接责任人员",
    }
}

fn ground(ground: ObjectionGround) -> &'static str {
    match ground {
        ObjectionGround::Error => "信息错误",
        ObjectionGround::Omission => "信息遗漏",
        ObjectionGround::Duplicate => "信息重复",
        ObjectionGround::NotPublic => "不应公开",
        ObjectionGround::OverPeriod => "超过期限",
        ObjectionGround::DiffersFromSource => "与来源不一致",
        ObjectionGround::WrongIdentity => "主体错误",
        ObjectionGround::WrongListCondition => "不符合名单认定条件",
        ObjectionGround::MeasureNotLifted => "应解除的措施未解除",
    }
}

fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::ExOfficio => "实施单位依职权",
        Trigger::Subject => "当事人",
        Trigger::Complaint => "投诉人",
    }
}

fn target(target: Target) -> String {
    match target {
        Target::Record(id) => format!("信用记录 {id}"),
        Target::Listing(id) => format!("名单 {id}"),
        Target::Attribution(id) => format!("责任落实 {id}"),
        Target::Measure(id) => format!("措施 {id}"),
        Target::Commitment(id) => format!("违诺认定 {id}"),
    }
}
