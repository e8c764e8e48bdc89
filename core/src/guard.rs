//! Guards by name, and what a refusal says (domain.md 2.0).

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! guards {
    ($($variant:ident $name:literal $zh:literal $en:literal;)*) => {
        /// Why a well-formed, authorised command is refused. The name is the refusal's code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Guard { $(#[doc = $en] $variant,)* }

        impl Guard {
            /// Every guard, in the order of domain.md 2.0.
            pub const ALL: &'static [Guard] = &[$(Guard::$variant,)*];

            /// `G-NOTICE`
            pub fn name(self) -> &'static str {
                match self { $(Guard::$variant => $name,)* }
            }

            /// Title in Chinese.
            pub fn title_zh(self) -> &'static str {
                match self { $(Guard::$variant => $zh,)* }
            }

            /// Title in English.
            pub fn title_en(self) -> &'static str {
                match self { $(Guard::$variant => $en,)* }
            }
        }
    };
}

guards! {
    Human "G-HUMAN" "须由具名机关的具名工作人员作出" "A named officer of a named authority must act";
    Competent "G-COMPETENT" "该机关无此职权" "The authority is not competent";
    Basis "G-BASIS" "缺少现行有效的依据" "No legal basis in force is cited";
    BasisRank "G-BASIS-RANK" "依据的效力层级不足" "The legal basis is not of a sufficient level";
    Fact "G-FACT" "缺少生效文书证明的事实" "No effective document establishes the act";
    Notice "G-NOTICE" "未依法事先告知" "No prior notice was served";
    Heard "G-HEARD" "陈述申辩未听取或未答复" "The party was not heard, or not answered";
    FourEyes "G-4EYES" "经办人与审批人不得为同一人" "Proposer and approver must differ, and the head decides";
    Document "G-DOC" "决定文书内容不全" "The decision document is incomplete";
    Served "G-SERVED" "决定未送达" "The decision has not been served";
    End "G-END" "期限缺失或超过上限" "The end date is missing or beyond the cap";
    Proportion "G-PROP" "缺少过惩相当或关联性说明" "Proportionality or connection is not shown";
    NoSuspension "G-NOSUSP" "异议核实期间暂停执行" "It is suspended while an objection is open";
    Capacity "G-CAPACITY" "自然人须具有完全民事行为能力" "The natural person has no full civil capacity";
    Person "G-PERSON" "不得仅因单位失信而及于个人" "A person needs a finding and a decision of their own";
    Court "G-COURT" "须附人民法院文书" "A court document is required";
    Open "G-OPEN" "公开属性或用途不允许" "The openness class or the purpose does not allow it";
    Published "G-PUBLISHED" "措施未列入已公布的清单" "The measure is not in the published catalogue";
    Named "G-NAMED" "送达的决定未载明该措施" "The served decision does not name this measure";
    NoOrder "G-NO-ORDER" "不得向市场主体下达惩戒指令" "A market body is never given an order";
    Liaison "G-LIAISON" "该部门未登记工作联络员" "The department has no liaison officer on file";
    Consent "G-CONSENT" "须经本人同意" "The person has not consented";
    RepairRule "G-REPAIR-RULE" "该行为未明确修复规则" "The behaviour has no repair rule";
    RepairPeriod "G-REPAIR-PERIOD" "未满最短公示期" "The shortest period has not passed";
    RepairProof "G-REPAIR-PROOF" "缺少履行证明或信用承诺书" "Proof of performance or the commitment letter is missing";
    RedCheck "G-RED-CHECK" "存在黑名单或未了结的不良记录" "A blacklist entry or an open adverse record exists";
    PublicNotice "G-PUBLIC-NOTICE" "公示期未满或有未处理的异议" "The public notice is not over, or an objection is open";
    Clock "G-CLOCK" "时钟异常，暂停起始事项" "The clock jumped; starts wait for an operator";
    LawRequired "G-LAW-REQUIRED" "法律法规要求的材料不得容缺" "A document that law requires can never be missing";
    Anonymous "G-ANONYMOUS" "典型案例须隐去自然人身份" "A text for the public names a person";
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A refusal that is no guard's: the command does not fit what the register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The thing is not there.
    NotFound,
    /// It is there already.
    Exists,
    /// It is in another state.
    State,
    /// It is out of one of the bounds in `limits`.
    Limit,
    /// A value is not what the field takes.
    Value,
    /// The actor's role or authority may not do this to this thing.
    Forbidden,
    /// The file has changed since the position the command names.
    Stale,
}

/// A misfit that is an attempt at something the register does not allow: out of order or out of
/// time, twice, out of competence. Only these can stand in the log; what is wrong with the other
/// misfits is the request, not what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RecordedMisfit {
    /// The thing is in another state, or the time for it is over.
    State,
    /// It is there already.
    Exists,
    /// The actor's role or authority may not do this to this thing.
    Forbidden,
}

impl RecordedMisfit {
    /// Every one of them.
    pub const ALL: &'static [RecordedMisfit] =
        &[RecordedMisfit::State, RecordedMisfit::Exists, RecordedMisfit::Forbidden];
}

impl Misfit {
    /// As what it is recorded, where it is an attempt.
    pub fn recorded(self) -> Option<RecordedMisfit> {
        match self {
            Misfit::State => Some(RecordedMisfit::State),
            Misfit::Exists => Some(RecordedMisfit::Exists),
            Misfit::Forbidden => Some(RecordedMisfit::Forbidden),
            Misfit::NotFound | Misfit::Limit | Misfit::Value | Misfit::Stale => None,
        }
    }
}

/// Which kind of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// A named guard; the attempt itself becomes `guard.denied`.
    Guard(Guard),
    /// Anything else; an attempt of a person becomes `command.refused` where it is recorded.
    Misfit(Misfit),
}

/// A ground that stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordedGround {
    /// Becomes `guard.denied`.
    Guard(Guard),
    /// Becomes `command.refused`.
    Misfit(RecordedMisfit),
}

/// A refused command: why, and what would make it succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which kind.
    pub ground: Ground,
    /// What is wrong here, Chinese and English.
    pub detail: String,
    /// What would make it succeed, Chinese and English.
    pub cure: String,
    /// The field it is about, where there is one.
    pub field: Option<&'static str>,
}

impl Refusal {
    /// A guard's refusal.
    pub fn guard(guard: Guard, detail: impl Into<String>, cure: impl Into<String>) -> Refusal {
        let (detail, cure) = (detail.into(), cure.into());
        Refusal { ground: Ground::Guard(guard), detail, cure, field: None }
    }

    /// Any other refusal.
    pub fn misfit(misfit: Misfit, detail: impl Into<String>, cure: impl Into<String>) -> Refusal {
        let (detail, cure) = (detail.into(), cure.into());
        Refusal { ground: Ground::Misfit(misfit), detail, cure, field: None }
    }

    /// The same refusal, naming the field it is about.
    #[must_use]
    pub fn on(mut self, field: &'static str) -> Refusal {
        self.field = Some(field);
        self
    }
}
