//! Texts about a credit commitment: cure notice, breach notice, breach decision, repair
//! guide.
//!
//! Source: domain.md 2.2, G-NOTICE, G-DOC.

use shouxin_core::actor::OfficerRef;
use shouxin_core::event::commitment::CommitmentKind;
use shouxin_core::rules::Citation;
use shouxin_core::time::Day;

use crate::texts::case::heard;
use crate::texts::sheet::Sheet;
use crate::texts::{DecisionWords, Desk, HeardWords, Incomplete, NoticeWords, Party, Text, date};

/// A commitment as it stands.
#[derive(Clone, Debug)]
pub struct CommitmentCase {
    /// `C-...`
    pub id: String,
    /// Who made it.
    pub party: Party,
    /// What it is for.
    pub kind: CommitmentKind,
    /// Who offered it, and for which authority.
    pub offered_by: OfficerRef,
    /// When it was signed.
    pub signed_on: Option<Day>,
    /// By when it was to be kept.
    pub due: Day,
    /// What was promised.
    pub content: Option<String>,
    /// The finding under way or made.
    pub breach: Option<BreachCase>,
}

/// The finding that a commitment was broken.
#[derive(Clone, Debug)]
pub struct BreachCase {
    /// What it rests on.
    pub basis: Vec<Citation>,
    /// No end may be later than this.
    pub cap: Day,
    /// How the party was heard, once it was.
    pub heard: Option<HeardWords>,
    /// Number of the decision, once it was made.
    pub number: Option<String>,
}

fn kind(kind: CommitmentKind) -> &'static str {
    match kind {
        CommitmentKind::Permit => "审批告知承诺",
        CommitmentKind::ProofOfFact => "证明事项告知承诺",
        CommitmentKind::TolerantAcceptance => "容缺受理承诺",
        CommitmentKind::Comprehensive => "综合信用承诺",
        CommitmentKind::Special => "专项信用承诺",
        CommitmentKind::TradeSelfDiscipline => "行业自律承诺",
        CommitmentKind::Repair => "信用修复承诺",
    }
}

fn opened(sheet: &mut Sheet<'_>, case: &CommitmentCase) -> String {
    let name = sheet.authority(case.offered_by.authority.as_str());
    sheet.plain(format!("承诺编号：{}", case.id));
    sheet.party(&case.party);
    name
}

fn promised(sheet: &mut Sheet<'_>, case: &CommitmentCase) {
    sheet.heading("承诺");
    let content = sheet.need("承诺内容", case.content.as_ref());
    let Some(signed) = case.signed_on else {
        sheet.missing("签署日期");
        return;
    };
    sheet.paragraph(format!(
        "你（单位）于{}签署{}，承诺在{}前履行：",
        date(signed),
        kind(case.kind),
        date(case.due)
    ));
    sheet.paragraph(content);
}

fn breach<'c>(sheet: &mut Sheet<'_>, case: &'c CommitmentCase) -> Option<&'c BreachCase> {
    if case.breach.is_none() {
        sheet.missing("违诺认定的立案");
    }
    case.breach.as_ref()
}

/// 限期改正通知书: what was promised, what is not kept, and by when to put it right.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn cure_notice(
    desk: Desk<'_>,
    case: &CommitmentCase,
    by: &OfficerRef,
    reasons: Option<&String>,
    cure_by: Option<Day>,
) -> Result<Text, Incomplete> {
    let mut sheet = Sheet::new(desk, "信用承诺限期改正通知书");
    let name = opened(&mut sheet, case);
    promised(&mut sheet, case);
    sheet.section("未履行的情况", reasons);
    sheet.heading("改正期限");
    match cure_by {
        Some(day) => sheet.paragraph(format!(
            "请在{}（含当日）前履行承诺并向{name}提交证明。按期履行的，按已履行处理，不作违诺认定。",
            date(day)
        )),
        None => sheet.missing("改正期限"),
    }
    sheet.heading("逾期的后果");
    sheet.paragraph(
        "逾期未改正的，可以启动违诺认定；认定前将告知事实、理由、依据，并听取你（单位）的陈述和申辩。\
         违诺认定是对事实的记录，不因此列入名单，也不因此采取惩戒措施。",
    );
    sheet.heading("你（单位）的权利");
    sheet.paragraph("对未履行的情况有不同意见，或者改正期限不足的，可以向联系人说明。");
    let officer = sheet.post(by);
    sheet.sign(&name, &format!("联系人：{officer}"));
    sheet.finish()
}

/// 违诺认定事先告知书: facts, reasons, basis, rights (G-NOTICE).
///
/// # Errors
/// [`Incomplete`] names what the law requires and the case does not have yet.
pub fn breach_notice(
    desk: Desk<'_>,
    case: &CommitmentCase,
    by: &OfficerRef,
    words: &NoticeWords,
) -> Result<Text, Incomplete> {
    let mut sheet = Sheet::new(desk, "信用承诺违诺认定事先告知书");
    let name = opened(&mut sheet, case);
    sheet.paragraph(format!("{name}拟认定你（单位）未履行信用承诺。现依法将有关事项告知如下："));
    promised(&mut sheet, case);
    sheet.section("事实", words.facts.as_ref());
    sheet.section("理由", words.reasons.as_ref());
    if let Some(own) = breach(&mut sheet, case) {
        sheet.basis(&own.basis);
        sheet.heading("拟认定的后果");
        sheet.paragraph(format!(
            "违诺认定是对事实的记录，不因此列入名单，也不因此采取惩戒措施。终止日期由决定写明，最迟不超过{}。",
            date(own.cap)
        ));
    }
    sheet.heading("你（单位）的权利");
    sheet.paragraph(format!(
        "你（单位）有权陈述和申辩，可以自收到本告知书之日起（送达登记在后的，自登记之日起）{}个\
         工作日内以书面或者口头方式提出；提出的每一点，决定书将逐点答复。逾期未提出的，视为放弃\
         陈述和申辩。",
        desk.pack().statement_window_wd
    ));
    sheet.paragraph("认定送达后，你（单位）可以提出异议、申请修复。");
    sheet.paragraph("不因你（单位）陈述、申辩或者提出异议而加重处理。");
    let officer = sheet.post(by);
    sheet.sign(&name, &format!("联系人：{officer}"));
    sheet.finish()
}

/// 违诺认定决定书: everything that G-DOC demands.
///
/// # Errors
/// [`Incomplete`] names what the law requires and the case does not have yet.
pub fn breach_decision(
    desk: Desk<'_>,
    case: &CommitmentCase,
    words: &DecisionWords,
) -> Result<Text, Incomplete> {
    let mut sheet = Sheet::new(desk, "信用承诺违诺认定决定书");
    let authority = case.offered_by.authority.as_str();
    let number = sheet.need("决定书文号", words.number.as_ref());
    sheet.plain(number);
    let name = opened(&mut sheet, case);
    promised(&mut sheet, case);
    sheet.section("事实", words.facts.as_ref());
    if let Some(own) = breach(&mut sheet, case) {
        heard(&mut sheet, own.heard.as_ref(), &words.answers);
        sheet.section("理由", words.reasons.as_ref());
        sheet.basis(&own.basis);
        sheet.heading("决定");
        sheet.paragraph(format!("{name}认定你（单位）未履行上述信用承诺。"));
        sheet.paragraph("本认定是对事实的记录，不因此列入名单，也不因此采取惩戒措施。");
        match words.end {
            Some(end) if end <= own.cap => {
                sheet.paragraph(format!("终止：{}，当日期满后自动终止，无需申请。", date(end)));
            }
            Some(_) => sheet.missing(format!("不晚于{}的终止日期", date(own.cap))),
            None => sheet.missing("终止日期"),
        }
    }
    sheet.section("修复的条件和程序", words.removal_conditions.as_ref());
    sheet.remedies("本决定", authority, words.remedies.as_ref());
    sheet.paragraph("你（单位）可以随时提出异议；核实期间，本认定暂停公示和使用。");
    let head = sheet.head(authority);
    sheet.sign(&name, &format!("签发：{head}"));
    sheet.finish()
}

/// 信用修复告知书, served together with the finding (两书同达).
///
/// # Errors
/// [`Incomplete`] names what the law requires and the case does not have yet.
pub fn repair_guide(
    desk: Desk<'_>,
    case: &CommitmentCase,
    words: &DecisionWords,
) -> Result<Text, Incomplete> {
    let mut sheet = Sheet::new(desk, "信用修复告知书");
    let name = opened(&mut sheet, case);
    let number = sheet.need("违诺认定决定书文号", words.number.as_ref());
    sheet.paragraph(format!(
        "{name}以{number}认定你（单位）未履行信用承诺。现将信用修复有关事项告知如下："
    ));
    sheet.heading("自动终止");
    match words.end {
        Some(end) => {
            sheet.paragraph(format!("{}期满后自动终止公示和使用，无需申请。", date(end)));
        }
        None => sheet.missing("终止日期"),
    }
    let pack = desk.pack();
    sheet.heading("可以申请的时间");
    sheet.paragraph(format!(
        "自决定作出之日起满{}个月后可以申请。",
        pack.publicity_general_months.0
    ));
    sheet.section("条件和程序", words.removal_conditions.as_ref());
    sheet.heading("材料");
    sheet.paragraph("履行承诺的证明、信用承诺书。不收取任何费用。");
    sheet.heading("申请与办理");
    sheet.paragraph(format!(
        "向{name}提出，也可以通过“信用中国”网站或者政务服务窗口提出。自收到申请之日起{}个\
         工作日内决定是否受理，自申请之日起{}个工作日内作出决定并送达。",
        pack.repair_accept_wd, pack.repair_decide_wd
    ));
    sheet.heading("修复的效果");
    sheet.paragraph("准予修复的，当日终止违诺认定的公示、共享和使用。");
    sheet.heading("依据");
    let instrument = sheet.instrument(&pack.repair_instrument);
    sheet.paragraph(instrument);
    let officer = sheet.post(&case.offered_by);
    sheet.sign(&name, &format!("联系人：{officer}"));
    sheet.finish()
}
