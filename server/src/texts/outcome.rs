//! Texts on what follows a first outcome: review, revocation of a repair or of an honour, relief.
//!
//! Source: domain.md 2.3c, 2.5, 2.6.

use shouxin_core::actor::OfficerRef;
use shouxin_core::rules::Citation;
use shouxin_core::text::FactDocument;
use shouxin_core::time::Day;

use crate::texts::case::heard;
use crate::texts::sheet::Sheet;
use crate::texts::{
    Desk, Disputed, HeardWords, Incomplete, Party, Repaired, Text, date, fact_kind,
};

/// A review of the outcome of an objection or of a refused repair.
#[derive(Clone, Debug)]
pub struct ReviewCase {
    /// `O-...` or `X-...`
    pub id: String,
    /// Whose file it is about.
    pub party: Party,
    /// What is looked at again.
    pub of: Reviewed,
    /// When it was asked for.
    pub requested_on: Option<Day>,
}

/// What a review looks at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reviewed {
    /// The refusal to take up an objection.
    Refusal(Disputed),
    /// The result of an objection.
    Result(Disputed),
    /// The refusal of a repair.
    Repair,
}

/// How a review was decided.
#[derive(Clone, Debug)]
pub struct ReviewWords {
    /// Whether what was reviewed is changed.
    pub upheld: bool,
    /// Reasons.
    pub reasons: Option<String>,
    /// By when a repair is to be decided anew.
    pub act_by: Option<Day>,
}

/// 复核决定书, signed by the head of the credit office.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn review(
    desk: Desk<'_>,
    case: &ReviewCase,
    by: &OfficerRef,
    words: &ReviewWords,
) -> Result<Text, Incomplete> {
    let mut sheet = Sheet::new(desk, "复核决定书");
    let name = sheet.authority(by.authority.as_str());
    let (label, what) = match case.of {
        Reviewed::Refusal(_) => ("异议编号", "异议不予受理的决定"),
        Reviewed::Result(_) => ("异议编号", "异议核实结果"),
        Reviewed::Repair => ("修复申请编号", "不予受理或者不予信用修复的决定"),
    };
    sheet.plain(format!("{label}：{}", case.id));
    sheet.party(&case.party);
    match case.requested_on {
        Some(day) => sheet.paragraph(format!("{}，当事人就{what}申请复核。", date(day))),
        None => sheet.missing("复核申请"),
    }
    sheet.section("理由", words.reasons.as_ref());
    sheet.heading("复核决定");
    match (words.upheld, case.of) {
        (true, Reviewed::Refusal(disputed)) => {
            sheet.paragraph(format!(
                "原决定错误，该异议予以受理并转交核实；核实期间，{}暂停。",
                disputed.suspended()
            ));
            if let Some(displayed) = disputed.displayed() {
                sheet.paragraph(displayed);
            }
        }
        (true, Reviewed::Result(_)) => sheet.paragraph(
            "原结果错误，撤销争议事项和以其为依据的全部名单、措施，在公示和共享的同等范围内更正，并恢复信誉。",
        ),
        (true, Reviewed::Repair) => match words.act_by {
            Some(day) => {
                sheet.paragraph(format!("原决定错误，由原机关在{}前重新作出决定。", date(day)));
            }
            None => sheet.missing("重新决定的期限"),
        },
        (false, Reviewed::Repair) => sheet.paragraph("维持原决定。"),
        (false, Reviewed::Refusal(disputed) | Reviewed::Result(disputed)) => {
            sheet.paragraph(format!(
                "维持原决定。因该异议暂停的，自本决定书送达之日起恢复：{}；暂停期间计入期限，终止日期不变。{}",
                disputed.suspended(),
                disputed.unmarked()
            ));
        }
    }
    sheet.remedies("本决定", by.authority.as_str(), None);
    let officer = sheet.post(by);
    sheet.sign(&name, &format!("签发：{officer}"));
    sheet.finish()
}

/// What is to be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// A repair that was obtained by fraud.
    Repair(Repaired),
    /// A red listing.
    Honour,
}

/// A revocation as it stands.
#[derive(Clone, Debug)]
pub struct RevocationCase {
    /// `X-...` or `L-...`
    pub id: String,
    /// Whom it is about.
    pub party: Party,
    /// What is to be revoked.
    pub of: Revoked,
    /// What was repaired, or the red listing: `L-...`, `R-...`, `C-...` or `A-...`
    pub about: String,
    /// Code of the authority that decides.
    pub authority: String,
    /// What a red listing rests on; a repair goes by the instrument of the rules.
    pub basis: Vec<Citation>,
    /// Last day of what has effect again.
    pub end: Option<Day>,
    /// How the party was heard, once it was.
    pub heard: Option<HeardWords>,
}

/// What the head writes into a revocation.
#[derive(Clone, Debug, Default)]
pub struct RevocationWords {
    /// Number of the document.
    pub number: Option<String>,
    /// Reasons.
    pub reasons: Option<String>,
    /// Answers to the points of the statement.
    pub answers: Vec<Option<String>>,
}

fn revoked<'a>(desk: Desk<'a>, case: &RevocationCase, what: &str) -> (Sheet<'a>, String) {
    let (title, label) = match case.of {
        Revoked::Repair(_) => ("撤销信用修复", "修复申请编号"),
        Revoked::Honour => ("撤销守信红名单", "名单编号"),
    };
    let mut sheet = Sheet::new(desk, &format!("{title}{what}"));
    let name = sheet.authority(&case.authority);
    sheet.plain(format!("{label}：{}", case.id));
    sheet.party(&case.party);
    (sheet, name)
}

fn object(case: &RevocationCase) -> String {
    match case.of {
        Revoked::Repair(Repaired::Listing) => format!("对名单 {} 的信用修复", case.about),
        Revoked::Repair(Repaired::Record) => format!("对记录 {} 的信用修复", case.about),
        Revoked::Repair(Repaired::Breach) => format!("对违诺认定 {} 的信用修复", case.about),
        Revoked::Repair(Repaired::Attribution) => {
            format!("对责任认定 {} 的信用修复", case.about)
        }
        Revoked::Honour => format!("你（单位）的守信红名单（{}）", case.about),
    }
}

/// 撤销事先告知书: why, and the right to be heard.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn revocation_notice(
    desk: Desk<'_>,
    case: &RevocationCase,
    by: &OfficerRef,
    reasons: Option<&String>,
) -> Result<Text, Incomplete> {
    let (mut sheet, name) = revoked(desk, case, "事先告知书");
    sheet.paragraph(format!("{name}拟撤销{}。现依法将有关事项告知如下：", object(case)));
    sheet.section("事实和理由", reasons);
    basis(&mut sheet, desk, case);
    sheet.heading("你（单位）的权利");
    sheet.paragraph(format!(
        "你（单位）有权陈述和申辩，可以自收到本告知书之日起（送达登记在后的，自登记之日起）{}个\
         工作日内以书面或者口头方式提出；提出的每一点，决定书将逐点答复。逾期未提出的，视为放弃\
         陈述和申辩。",
        desk.pack().statement_window_wd
    ));
    let officer = sheet.post(by);
    sheet.sign(&name, &format!("联系人：{officer}"));
    sheet.finish()
}

fn basis(sheet: &mut Sheet<'_>, desk: Desk<'_>, case: &RevocationCase) {
    match case.of {
        Revoked::Repair(_) => {
            sheet.heading("依据");
            let instrument = sheet.instrument(&desk.pack().repair_instrument);
            sheet.paragraph(instrument);
        }
        Revoked::Honour => sheet.basis(&case.basis),
    }
}

/// 撤销决定书: reasons, answers to the statement, effect, remedies.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn revocation_decision(
    desk: Desk<'_>,
    case: &RevocationCase,
    words: &RevocationWords,
) -> Result<Text, Incomplete> {
    let (mut sheet, name) = revoked(desk, case, "决定书");
    let number = sheet.need("决定书文号", words.number.as_ref());
    sheet.plain(number);
    heard(&mut sheet, case.heard.as_ref(), &words.answers);
    sheet.section("事实和理由", words.reasons.as_ref());
    basis(&mut sheet, desk, case);
    sheet.heading("决定");
    sheet.paragraph(format!("{name}决定撤销{}。", object(case)));
    match (case.of, case.end) {
        (Revoked::Repair(of), Some(end)) => {
            let pack = desk.pack();
            let (back, bar) = match of {
                Repaired::Listing => (
                    "名单在剩余期限内恢复效力，终止日期仍为",
                    "该名单的修复申请，最迟不超过名单的终止日期",
                ),
                Repaired::Record => (
                    "记录在剩余期限内按原范围恢复公示、共享和使用，最后一日仍为",
                    "该记录的修复申请，最迟不超过记录公示的最后一日",
                ),
                Repaired::Breach => (
                    "违诺认定在剩余期限内按原范围恢复公示和共享，终止日期仍为",
                    "该违诺认定的修复申请，最迟不超过认定的终止日期",
                ),
                Repaired::Attribution => (
                    "责任认定在剩余期限内恢复效力，最后一日仍为",
                    "该责任认定的修复申请，最迟不超过其最后一日",
                ),
            };
            let measures = match of {
                Repaired::Listing => "不公示、不采取措施",
                Repaired::Record | Repaired::Breach => "不公示、不共享",
                Repaired::Attribution => "不采取措施",
            };
            sheet.paragraph(format!(
                "自本决定书送达之日起满{}个工作日的次日起，{back}{}；此前{measures}。",
                pack.standstill_wd,
                date(end)
            ));
            sheet.paragraph(format!(
                "自本决定作出之日起{}个月内不再受理对{bar}。",
                pack.repair_bar_months
            ));
        }
        (Revoked::Repair(_), None) => sheet.missing("终止日期"),
        (Revoked::Honour, _) => sheet.paragraph(
            "自本决定作出之日起移出守信红名单，终止以其为依据的激励；不因此列入严重失信主体名单，也不因此采取惩戒措施。",
        ),
    }
    sheet.remedies("本决定", &case.authority, None);
    let head = sheet.head(&case.authority);
    sheet.sign(&name, &format!("签发：{head}"));
    sheet.finish()
}

/// A relief as it stands.
#[derive(Clone, Debug)]
pub struct ReliefCase {
    /// `B-...`
    pub id: String,
    /// Whom it is about.
    pub party: Party,
    /// The listing, `L-...`
    pub listing: String,
    /// Code of the authority that listed.
    pub authority: String,
    /// The last day of the suspension.
    pub until: Day,
}

/// How a relief began or ended.
#[derive(Clone, Debug)]
pub struct ReliefWords {
    /// What happened.
    pub step: ReliefStep,
    /// The court's document.
    pub document: Option<FactDocument>,
    /// Reasons.
    pub reasons: Option<String>,
}

/// What happened to a relief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReliefStep {
    /// The court approved the plan.
    Granted,
    /// The plan was performed.
    Completed,
    /// The plan failed.
    Ended,
}

/// 重整期信用保护通知书, at its beginning or its end.
///
/// # Errors
/// [`Incomplete`] names what is missing, the court's document first.
pub fn relief(desk: Desk<'_>, case: &ReliefCase, words: &ReliefWords) -> Result<Text, Incomplete> {
    let title = match words.step {
        ReliefStep::Granted => "重整期信用保护通知书",
        ReliefStep::Completed => "重整计划执行完毕信用修复通知书",
        ReliefStep::Ended => "终止重整期信用保护通知书",
    };
    let mut sheet = Sheet::new(desk, title);
    let name = sheet.authority(&case.authority);
    sheet.plain(format!("信用保护编号：{}", case.id));
    sheet.party(&case.party);
    sheet.heading("依据的文书");
    match &words.document {
        Some(own) => sheet.paragraph(format!(
            "{}{}，{}，{}",
            own.issuer,
            fact_kind(own.kind),
            own.number,
            date(own.date)
        )),
        None => sheet.missing("法院文书"),
    }
    sheet.section("理由", words.reasons.as_ref());
    sheet.heading("决定");
    let listing = &case.listing;
    sheet.paragraph(match words.step {
        ReliefStep::Granted => format!(
            "重整计划或者和解协议执行期间，名单 {listing} 及以其为依据的公示和措施暂停，至{}；\
             暂停期间计入期限，名单的终止日期不变。执行完毕的，按信用修复处理。",
            date(case.until)
        ),
        ReliefStep::Completed => format!(
            "重整计划或者和解协议已经执行完毕，名单 {listing} 按信用修复处理：移出名单，终止公示、共享和使用，\
             解除以此为依据的全部措施。"
        ),
        ReliefStep::Ended => format!(
            "终止对名单 {listing} 的暂停，恢复公示和措施；暂停期间计入期限，名单的终止日期不变。"
        ),
    });
    if words.step == ReliefStep::Ended {
        sheet.remedies("本决定", &case.authority, None);
    }
    let head = sheet.head(&case.authority);
    sheet.sign(&name, &format!("签发：{head}"));
    sheet.finish()
}
