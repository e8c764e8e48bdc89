//! The notice of a measure, and the letters to a higher authority that is asked for one: that it is
//! asked for, suspended, in effect again, or recalled.

use shouxin_core::actor::OfficerRef;
use shouxin_core::rules::{Citation, Executor};
use shouxin_core::time::Day;

use crate::texts::sheet::Sheet;
use crate::texts::{Desk, Incomplete, MeasureCase, Party, Text, date};

/// 惩戒措施告知书: measure, reasons, basis, who carries it out, how it ends, remedies.
///
/// # Errors
/// [`Incomplete`] names what the law requires and the case does not have yet.
pub fn notice(
    desk: Desk<'_>,
    case: &MeasureCase,
    reasons: Option<&String>,
    remedies: Option<&String>,
) -> Result<Text, Incomplete> {
    let mut sheet = Sheet::new(desk, "失信惩戒措施告知书");
    let authority = case.initiated_by.authority.as_str();
    let name = sheet.authority(authority);
    sheet.plain(format!("案件编号：{}", case.id));
    sheet.party(&case.party);
    let number = sheet.need("决定书文号", Some(&case.decision_number));
    let measure = sheet.measure(&case.measure);
    let department = sheet.department(&case.department);
    sheet.paragraph(format!(
        "依照已经送达你（单位）的{number}，对你（单位）采取下列措施，现予告知："
    ));
    sheet.heading("措施");
    sheet.paragraph(format!("{measure}，由{department}实施。"));
    sheet.section("理由", reasons);
    let grounds = sheet.need("发起理由", case.grounds.as_ref());
    sheet.paragraph(format!("发起理由：{grounds}"));
    sheet.basis(&case.basis);
    sheet.heading("期限与解除");
    sheet.paragraph(format!(
        "至{}期满自动解除。名单移出、修复、撤销或者期满的，同时解除；提出异议的，核实期间暂停。",
        date(case.until)
    ));
    sheet.remedies("本措施", authority, remedies);
    sheet.paragraph("你（单位）有权向发起单位和实施单位陈述意见，也可以随时提出异议。");
    let officer = sheet.post(&case.initiated_by);
    sheet.sign(&name, &format!("联系人：{officer}"));
    sheet.finish()
}

/// A measure that the county cannot take itself, as it is asked of whoever can.
#[derive(Clone, Debug)]
pub struct Forwarding {
    /// About whom.
    pub party: Party,
    /// Number of the decision that listed it.
    pub decision_number: Option<String>,
    /// What that rests on.
    pub basis: Vec<Citation>,
    /// The higher authority.
    pub to: Option<String>,
    /// Catalogue id.
    pub measure: Option<String>,
    /// Why.
    pub reasons: Option<String>,
    /// Last day.
    pub until: Option<Day>,
}

/// 提请函 to a higher authority.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn forward_letter(
    desk: Desk<'_>,
    case: &Forwarding,
    by: &OfficerRef,
) -> Result<Text, Incomplete> {
    let referred = is_referred(desk, case);
    let title = match referred {
        true => "关于移送失信被执行人有关情况的函",
        false => "关于提请采取信用惩戒措施的函",
    };
    let mut sheet = Sheet::new(desk, title);
    let to = sheet.need("提请的机关", case.to.as_ref());
    sheet.plain(format!("{to}："));
    sheet.party(&case.party);
    let number = sheet.need("决定书文号", case.decision_number.as_ref());
    sheet.paragraph(match referred {
        true => format!(
            "当事人已由{number}列入严重失信主体名单。现将下列事项移送贵机关，由贵机关依管理权限按程序决定是否处理、如何处理。本函仅为情况移送，不是处理决定，也不要求采取任何措施："
        ),
        false => format!(
            "当事人已由{number}列入严重失信主体名单。下列措施不属于本县权限，提请依法决定是否采取："
        ),
    });
    matter(&mut sheet, case, referred);
    match case.until {
        Some(until) if referred => sheet.paragraph(format!(
            "最迟至{}。名单移出、修复、撤销、期满或者暂停的，即时函告撤回或者暂停本次移送。",
            date(until)
        )),
        Some(until) => sheet.paragraph(format!(
            "最迟至{}。名单移出、修复、撤销、期满或者暂停的，即时函告，请同时解除或者暂停。",
            date(until)
        )),
        None => sheet.missing("期限"),
    }
    let name = sheet.authority(by.authority.as_str());
    let officer = sheet.post(by);
    sheet.sign(&name, &format!("联系人：{officer}"));
    sheet.finish()
}

/// What is asked for or referred, why and on what basis, and the heading of how it ends.
fn matter(sheet: &mut Sheet<'_>, case: &Forwarding, referred: bool) {
    sheet.heading(if referred { "事项" } else { "措施" });
    match &case.measure {
        Some(id) => {
            let name = sheet.measure(id);
            sheet.paragraph(name);
        }
        None => sheet.missing("措施编号"),
    }
    sheet.section("理由", case.reasons.as_ref());
    sheet.basis(&case.basis);
    sheet.heading(if referred { "期限与撤回" } else { "期限与解除" });
}

/// 告知书 to the subject of a measure that a higher authority is asked for, or of a matter that is
/// referred: what, of whom, why, on what basis, how it ends, remedies.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn forward_notice(
    desk: Desk<'_>,
    case: &Forwarding,
    by: &OfficerRef,
    remedies: Option<&String>,
) -> Result<Text, Incomplete> {
    let referred = is_referred(desk, case);
    let title =
        if referred { "移送事项告知书" } else { "提请采取失信惩戒措施告知书" };
    let mut sheet = Sheet::new(desk, title);
    let authority = by.authority.as_str();
    let name = sheet.authority(authority);
    sheet.party(&case.party);
    let number = sheet.need("决定书文号", case.decision_number.as_ref());
    let to = sheet.need("提请的机关", case.to.as_ref());
    sheet.paragraph(match referred {
        true => format!(
            "依照已经送达你（单位）的{number}，我单位将下列事项移送{to}，由其依管理权限按程序决定是否处理、如何处理，现予告知："
        ),
        false => format!(
            "依照已经送达你（单位）的{number}，我单位提请{to}依法决定是否对你（单位）采取下列措施，现予告知："
        ),
    });
    matter(&mut sheet, case, referred);
    match case.until {
        Some(until) => sheet.paragraph(format!(
            "最迟至{}。名单移出、修复、撤销或者期满的，我单位即时函告{to}{}；提出异议的，核实期间函告暂停。",
            date(until),
            if referred { "撤回移送" } else { "解除" }
        )),
        None => sheet.missing("期限"),
    }
    let what = if referred { "本次移送" } else { "本次提请" };
    sheet.remedies(what, authority, remedies);
    sheet.paragraph("你（单位）有权向我单位陈述意见，也可以随时提出异议。");
    let officer = sheet.post(by);
    sheet.sign(&name, &format!("联系人：{officer}"));
    sheet.finish()
}

/// Whether another organ decides by a procedure of its own, and is only told of the matter.
fn is_referred(desk: Desk<'_>, case: &Forwarding) -> bool {
    let found = case.measure.as_ref().and_then(|id| desk.rules.measure(id));
    found.is_some_and(|own| own.executor == Executor::Referral)
}

/// What a higher authority is told of a measure that it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It is suspended.
    Suspended,
    /// It has effect again.
    InEffect,
    /// What it rested on has ended.
    Ended,
}

/// A measure that a higher authority was asked for.
#[derive(Clone, Debug)]
pub struct Forwarded {
    /// Its case.
    pub id: String,
    /// When it was asked for.
    pub asked_on: Day,
    /// The letter that asked for it, with whom it was sent to.
    pub letter: Forwarding,
    /// The day until which a court exempted the subject.
    pub exempt_until: Option<Day>,
}

/// 暂停、恢复、撤回函 to the higher authority that was asked for a measure.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn news_letter(
    desk: Desk<'_>,
    news: News,
    case: &Forwarded,
    by: &OfficerRef,
) -> Result<Text, Incomplete> {
    let referred = is_referred(desk, &case.letter);
    let title = match (news, referred) {
        (News::Suspended, false) => "关于暂停信用惩戒措施的函",
        (News::InEffect, false) => "关于恢复信用惩戒措施的函",
        (News::Ended, false) => "关于撤回提请、解除信用惩戒措施的函",
        (News::Suspended, true) => "关于暂停移送事项的函",
        (News::InEffect, true) => "关于恢复移送事项的函",
        (News::Ended, true) => "关于撤回移送的函",
    };
    let mut sheet = Sheet::new(desk, title);
    let to = sheet.need("提请的机关", case.letter.to.as_ref());
    sheet.plain(format!("{to}："));
    sheet.plain(format!("案件编号：{}", case.id));
    sheet.party(&case.letter.party);
    let number = sheet.need("决定书文号", case.letter.decision_number.as_ref());
    let asked_on = date(case.asked_on);
    sheet.paragraph(match referred {
        true => format!("依据{number}，我单位于{asked_on}将下列事项移送贵单位："),
        false => format!("依据{number}，我单位于{asked_on}函请贵单位对当事人采取下列措施："),
    });
    sheet.heading(if referred { "事项" } else { "措施" });
    match &case.letter.measure {
        Some(id) => {
            let name = sheet.measure(id);
            sheet.paragraph(name);
        }
        None => sheet.missing("措施编号"),
    }
    sheet.heading("函告事项");
    sheet.paragraph(match news {
        News::Suspended if referred => {
            "移送所依据的事项现已暂停。在我单位函告恢复之前，请不以本次移送为依据。"
        }
        News::InEffect if referred => "暂停的原因已经消除，移送恢复效力，期限不变。",
        News::Ended if referred => {
            "移送所依据的事项已经终止，本次移送撤回，请不再以其为依据，并更正有关记录。"
        }
        News::Suspended => {
            "该措施及其所依据的事项现已暂停。请贵单位即时暂停执行，在我单位函告恢复之前不得执行，并函复办理情况。"
        }
        News::InEffect => "暂停的原因已经消除，该措施恢复效力，终止日期不变。请贵单位依法办理，并函复办理情况。",
        News::Ended => {
            "该措施所依据的事项已经终止，提请予以撤回。已经采取措施的，请贵单位即时解除、停止公开并更正有关记录；\
             尚未采取的，请不再采取。请函复办理情况。"
        }
    });
    // What has effect again has none against whom the court exempted for the time being.
    if let (News::InEffect, Some(until)) = (news, case.exempt_until.filter(|day| desk.on <= *day)) {
        sheet.paragraph(format!(
            "人民法院已准许当事人至{}止解除该项限制，在此期间请按人民法院的决定办理。",
            date(until)
        ));
    }
    let name = sheet.authority(by.authority.as_str());
    let officer = sheet.post(by);
    sheet.sign(&name, &format!("联系人：{officer}"));
    sheet.finish()
}
