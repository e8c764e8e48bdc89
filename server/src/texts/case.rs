//! Texts on the decision path: notice, decision, repair guide, proof of service.

use data_encoding::HEXLOWER;

use crate::texts::sheet::Sheet;
use crate::texts::{
    About, Case, DecisionWords, Desk, HeardWords, Incomplete, NoticeWords, RevocationWords,
    ServedWords, Text, date, fact_kind, manner, role,
};

const LIST: &str = "严重失信主体名单";

fn title(case: &Case, what: &str) -> String {
    match case.about {
        About::Listing => format!("{LIST}列入{what}"),
        About::Attribution { .. } => format!("{LIST}责任落实{what}"),
    }
}

/// What is decided, as the end of a sentence: 列入名单 or 落实到人.
fn consequence(sheet: &mut Sheet<'_>, case: &Case) -> String {
    match &case.about {
        About::Listing => format!("将你（单位）列入{LIST}"),
        About::Attribution { organisation, listing, role: own, office } => {
            let name = sheet.need("被列入单位名称", organisation.name.as_ref());
            let until = office.to.map_or_else(|| "今".to_owned(), date);
            format!(
                "认定你作为{name}（名单 {listing}）的{}（任职期间：{}至{until}；行为日期：{}）对该单位的行为\
                 负责，并列入{LIST}",
                role(*own),
                date(office.from),
                date(office.acted_on)
            )
        }
    }
}

fn behaviour(sheet: &mut Sheet<'_>, desk: Desk<'_>, case: &Case) -> String {
    match desk.rules.behaviour(&case.behaviour) {
        Some(found) => format!("{}（{}）", found.name_zh, found.id),
        None => {
            sheet.missing(format!("行为名称（{}）", case.behaviour));
            String::new()
        }
    }
}

fn documents(sheet: &mut Sheet<'_>, case: &Case) {
    sheet.paragraph("上述事实由下列发生法律效力的文书认定：");
    if case.documents.is_empty() {
        sheet.missing("认定事实的生效文书");
    }
    for (number, own) in (1..).zip(&case.documents) {
        let (kind, on) = (fact_kind(own.kind), date(own.date));
        sheet.paragraph(format!("{number}. {}{kind}，{}，{on}", own.issuer, own.number));
    }
}

/// 事先告知书: facts, reasons, basis, intended measures, rights (G-NOTICE).
///
/// # Errors
/// [`Incomplete`] names what the law requires and the case does not have yet.
pub fn notice(desk: Desk<'_>, case: &Case, words: &NoticeWords) -> Result<Text, Incomplete> {
    let mut sheet = Sheet::new(desk, &title(case, "事先告知书"));
    let authority = case.proposed_by.authority.as_str();
    let name = sheet.authority(authority);
    sheet.plain(format!("案件编号：{}", case.id));
    sheet.party(&case.party);
    let what = consequence(&mut sheet, case);
    sheet.paragraph(format!("{name}拟{what}。现依法将有关事项告知如下："));
    sheet.heading("拟认定的行为");
    let act = sheet.need("行为", case.act.as_ref());
    let kind = behaviour(&mut sheet, desk, case);
    sheet.paragraph(format!("{kind}：{act}"));
    sheet.section("事实", words.facts.as_ref());
    documents(&mut sheet, case);
    sheet.section("理由", words.reasons.as_ref());
    sheet.basis(&case.basis);
    sheet.heading("拟定期限");
    sheet.paragraph(format!("终止日期由决定写明，最迟不超过{}。", date(case.cap)));
    sheet.measures("拟采取的措施", &words.measures);
    sheet.heading("你（单位）的权利");
    let pack = desk.pack();
    sheet.paragraph(format!(
        "你（单位）有权陈述和申辩，可以自收到本告知书之日起（送达登记在后的，自登记之日起）{}个\
         工作日内以书面或者口头方式提出；提出的每一点，决定书将逐点答复。逾期未提出的，视为放弃\
         陈述和申辩。",
        pack.statement_window_wd
    ));
    if words.hearing_offered {
        sheet.paragraph(format!(
            "你（单位）有权要求听证，可以自收到本告知书之日起（送达登记在后的，自登记之日起）{}个\
             工作日内提出，已经陈述的也可以提出；听证由非本案人员主持，不收取费用。",
            pack.hearing_request_wd
        ));
    }
    sheet.paragraph("你（单位）认为登记的信用信息有误的，可以随时提出异议；异议核实期间，以其为依据的名单和措施暂停；信息本身正在公示的，不停止公示，标注“异议处理中”。");
    sheet.paragraph("不因你（单位）陈述、申辩、要求听证或者提出异议而加重处理。");
    let officer = sheet.post(&case.proposed_by);
    sheet.sign(&name, &format!("联系人：{officer}"));
    sheet.finish()
}

/// A heading with what the party said, and the answer to each point.
pub(super) fn heard(sheet: &mut Sheet<'_>, heard: Option<&HeardWords>, answers: &[Option<String>]) {
    sheet.heading("陈述、申辩及答复");
    match heard {
        None => sheet.missing("陈述申辩情况（告知期限届满、收到陈述或者书面放弃）"),
        Some(HeardWords::Waived) => sheet.paragraph("你（单位）书面表示放弃陈述和申辩。"),
        Some(HeardWords::Silent) => {
            sheet.paragraph("你（单位）在告知的期限内未提出陈述和申辩。");
        }
        Some(HeardWords::Statement(points)) => {
            for (at, point) in points.iter().enumerate() {
                let number = at + 1;
                let point = sheet.need(&format!("陈述第 {number} 点"), point.as_ref());
                let answer = answers.get(at).and_then(Option::as_ref);
                let answer = sheet.need(&format!("对陈述第 {number} 点的答复"), answer);
                sheet.paragraph(format!("{number}. 陈述：{point}"));
                sheet.paragraph(format!("答复：{answer}"));
            }
        }
    }
}

/// 决定书: everything that G-DOC demands.
///
/// # Errors
/// [`Incomplete`] names what the law requires and the case does not have yet.
pub fn decision(desk: Desk<'_>, case: &Case, words: &DecisionWords) -> Result<Text, Incomplete> {
    let mut sheet = Sheet::new(desk, &title(case, "决定书"));
    let authority = case.proposed_by.authority.as_str();
    let name = sheet.authority(authority);
    let number = sheet.need("决定书文号", words.number.as_ref());
    sheet.plain(number);
    sheet.plain(format!("案件编号：{}", case.id));
    sheet.party(&case.party);
    sheet.heading("认定的行为");
    let act = sheet.need("行为", case.act.as_ref());
    let kind = behaviour(&mut sheet, desk, case);
    sheet.paragraph(format!("{kind}：{act}"));
    sheet.section("事实", words.facts.as_ref());
    documents(&mut sheet, case);
    heard(&mut sheet, case.heard.as_ref(), &words.answers);
    if let Some(summary) = &case.hearing {
        let summary = sheet.need("听证情况", summary.as_ref());
        sheet.paragraph(format!("听证情况：{summary}"));
    }
    sheet.section("理由", words.reasons.as_ref());
    sheet.basis(&case.basis);
    sheet.heading("决定");
    let what = consequence(&mut sheet, case);
    sheet.paragraph(format!("{name}决定{what}。"));
    let standstill = desk.pack().standstill_wd;
    sheet.paragraph(format!(
        "起始：自本决定书送达之日起（送达登记在后的，自登记之日起）满{standstill}个工作日的次日起\
         生效，此前不公示、不采取措施。"
    ));
    match words.end {
        Some(end) if end <= case.cap => {
            sheet.paragraph(format!("终止：{}，当日期满后自动终止，无需申请。", date(end)));
        }
        Some(_) => sheet.missing(format!("不晚于{}的终止日期", date(case.cap))),
        None => sheet.missing("终止日期"),
    }
    sheet.measures("将采取的措施", &words.measures);
    sheet.section("移出的条件和程序", words.removal_conditions.as_ref());
    sheet.paragraph("信用修复的时间、材料和办理期限见与本决定书同时送达的《信用修复告知书》。");
    sheet.remedies("本决定", authority, words.remedies.as_ref());
    sheet.paragraph(
        "复议、诉讼期间本决定不停止执行，法律另有规定的除外；提出异议的，核实期间暂停。",
    );
    let head = sheet.head(authority);
    sheet.sign(&name, &format!("签发：{head}"));
    sheet.finish()
}

/// 撤销决定书, by which the head takes the authority's own decision back (domain.md 2.3a).
///
/// # Errors
/// [`Incomplete`] names what is missing, the decision that is taken back among it.
pub fn withdrawal(
    desk: Desk<'_>,
    case: &Case,
    decided: &DecisionWords,
    words: &RevocationWords,
) -> Result<Text, Incomplete> {
    let mut sheet = Sheet::new(desk, "撤销决定书");
    let authority = case.proposed_by.authority.as_str();
    let name = sheet.authority(authority);
    sheet.plain(format!("案件编号：{}", case.id));
    sheet.party(&case.party);
    let number = sheet.need("决定书文号", words.number.as_ref());
    sheet.plain(number);
    let before = sheet.need("被撤销的决定书文号", decided.number.as_ref());
    sheet.section("事实和理由", words.reasons.as_ref());
    sheet.heading("决定");
    sheet.paragraph(format!(
        "{name}决定撤销{before}。自本决定作出之日起，终止该决定的效力，停止公示、共享和使用，解除以其为依据的\
         全部措施，并在公示和共享的同等范围内更正。"
    ));
    sheet.remedies("本决定", authority, None);
    let head = sheet.head(authority);
    sheet.sign(&name, &format!("签发：{head}"));
    sheet.finish()
}

/// 信用修复告知书, served together with the decision (两书同达).
///
/// # Errors
/// [`Incomplete`] names what the law requires and the case does not have yet.
pub fn repair_guide(
    desk: Desk<'_>,
    case: &Case,
    words: &DecisionWords,
) -> Result<Text, Incomplete> {
    let mut sheet = Sheet::new(desk, "信用修复告知书");
    let authority = case.proposed_by.authority.as_str();
    let name = sheet.authority(authority);
    sheet.party(&case.party);
    let number = sheet.need("决定书文号", words.number.as_ref());
    let kind = behaviour(&mut sheet, desk, case);
    let what = consequence(&mut sheet, case);
    sheet.paragraph(format!("{name}因{kind}以{number}{what}。现将信用修复有关事项告知如下："));
    sheet.heading("自动终止");
    match words.end {
        Some(end) => {
            sheet.paragraph(format!("{}期满后自动移出名单，终止公示和措施，无需申请。", date(end)))
        }
        None => sheet.missing("终止日期"),
    }
    let rule = desk.rules.behaviour(&case.behaviour).and_then(|found| found.repair.as_ref());
    match rule {
        None => sheet.missing("信用修复规则"),
        Some(rule) => {
            // The listing keeps the rule of the day of its proposal where that lets it apply sooner.
            let kept = case.repair_min_months;
            let barred = rule.barred_by.as_ref().filter(|_| kept.is_none());
            let today = rule.barred_by.is_none().then_some(rule.min_months);
            let months = today.into_iter().chain(kept).min().unwrap_or(rule.min_months);
            match barred {
                Some(barred) => {
                    sheet.heading("提前修复");
                    let title = sheet.instrument(&barred.instrument);
                    sheet.paragraph(format!("依照{title}{}，该行为不予提前修复。", barred.article));
                }
                None => {
                    sheet.heading("可以申请的时间");
                    sheet.paragraph(match months {
                        0 => "决定生效后，履行义务即可申请。".to_owned(),
                        months => format!("决定生效满{months}个月后可以申请。"),
                    });
                    sheet.section("条件", Some(&rule.conditions_zh));
                    sheet.heading("材料");
                    if rule.documents_zh.is_empty() {
                        sheet.missing("修复申请材料");
                    }
                    sheet.paragraph(format!("{}。不收取任何费用。", rule.documents_zh.join("、")));
                    sheet.heading("申请与办理");
                    let pack = desk.pack();
                    sheet.paragraph(format!(
                    "向{name}提出，也可以通过“信用中国”网站或者政务服务窗口提出。自收到申请之日起{}个\
                     工作日内决定是否受理，自申请之日起{}个工作日内作出决定并送达。",
                    pack.repair_accept_wd, pack.repair_decide_wd
                ));
                    sheet.heading("修复的效果");
                    sheet.paragraph("准予修复的，当日移出名单，终止公示、共享和使用，解除以此为依据的全部措施。");
                }
            }
        }
    }
    sheet.heading("依据");
    let instrument = sheet.instrument(&desk.pack().repair_instrument);
    sheet.paragraph(instrument);
    let officer = sheet.post(&case.proposed_by);
    sheet.sign(&name, &format!("联系人：{officer}"));
    sheet.finish()
}

/// 送达回证: a form to be signed, or, once served, what was proved.
///
/// # Errors
/// [`Incomplete`] where there is no decision to serve.
pub fn service_receipt(
    desk: Desk<'_>,
    case: &Case,
    words: &DecisionWords,
    served: Option<&ServedWords>,
) -> Result<Text, Incomplete> {
    const BLANK: &str = "＿＿＿＿＿＿＿＿";
    let blank = |value: Option<String>| value.unwrap_or_else(|| BLANK.to_owned());
    let mut sheet = Sheet::new(desk, "送达回证");
    let authority = case.proposed_by.authority.as_str();
    let name = sheet.authority(authority);
    let number = sheet.need("决定书文号", words.number.as_ref());
    sheet.plain(format!("案件编号：{}", case.id));
    sheet.plain(format!("送达的文书：1. {}（{number}）", title(case, "决定书")));
    sheet.plain("　　　　　　2. 信用修复告知书");
    sheet.plain(format!("送达机关：{name}"));
    let party = sheet.need("当事人名称", case.party.name.as_ref());
    sheet.plain(format!("受送达人：{party}"));
    sheet.plain(super::sheet::code(case.party.key));
    sheet.plain(format!("送达方式：{}", blank(served.map(|own| manner(own.manner).to_owned()))));
    sheet.plain(format!("送达日期：{}", blank(served.map(|own| date(own.on)))));
    let proof = served.map(|own| HEXLOWER.encode(&own.proof_sha256));
    sheet.plain(format!("送达凭证（SHA-256）：{}", blank(proof)));
    sheet.plain(format!("决定生效日期：{}", blank(served.map(|own| date(own.starts_on)))));
    sheet.plain(format!("受送达人签名或者盖章：{BLANK}　　年　　月　　日"));
    sheet.plain(format!("代收人签名及与受送达人的关系：{BLANK}"));
    sheet.plain(format!("见证人签名（留置送达时）：{BLANK}"));
    sheet.plain(format!("送达人签名（两人）：{BLANK}　{BLANK}"));
    sheet.plain(format!("备注（拒收事由等）：{BLANK}"));
    sheet.finish()
}
