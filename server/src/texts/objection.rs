//! What is answered to an objection: accepted, refused, verified.

use shouxin_core::actor::OfficerRef;
use shouxin_core::event::Finding;
use shouxin_core::time::Day;

use crate::texts::sheet::Sheet;
use crate::texts::{
    Desk, Disputed, Incomplete, ObjectionCase, Text, date, ground, target, trigger,
};

fn opened<'a>(desk: Desk<'a>, case: &ObjectionCase, title: &str) -> Sheet<'a> {
    let mut sheet = Sheet::new(desk, title);
    sheet.plain(format!("异议编号：{}", case.id));
    sheet.party(&case.party);
    let grounds: Vec<&str> = case.grounds.iter().map(|own| ground(*own)).collect();
    if grounds.is_empty() {
        sheet.missing("异议事由");
    }
    sheet.paragraph(format!(
        "{}，{}就{} 提出异议（事由：{}）。",
        date(case.filed_on),
        trigger(case.trigger),
        target(case.target),
        grounds.join("、")
    ));
    sheet
}

fn signed(mut sheet: Sheet<'_>, by: &OfficerRef) -> Result<Text, Incomplete> {
    let name = sheet.authority(by.authority.as_str());
    let officer = sheet.post(by);
    sheet.sign(&name, &format!("经办：{officer}"));
    sheet.finish()
}

/// 异议受理通知书. `by` is who accepted; a silent acceptance is signed by who writes it down.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn acceptance(
    desk: Desk<'_>,
    case: &ObjectionCase,
    by: &OfficerRef,
) -> Result<Text, Incomplete> {
    let mut sheet = opened(desk, case, "异议受理通知书");
    let provider = sheet.authority(&case.provider);
    let pack = desk.pack();
    sheet.heading("受理");
    sheet.paragraph(format!(
        "该异议已受理，转交信息提供单位{provider}核实。核实自其收到之日起不超过{}个工作日，结果在\
         {}个工作日内送达。",
        pack.verification_wd, pack.resolve_wd
    ));
    sheet.heading("核实期间");
    let suspended = case.disputed.suspended();
    sheet.paragraph(match case.suspends {
        true => format!("自提出异议之时起，{suspended}已经暂停；逾期未核实的，继续暂停。"),
        false => "该异议为无新事实的重复异议，或者不影响效力，核实期间不暂停。".to_owned(),
    });
    if let (true, Some(displayed)) = (case.suspends, case.disputed.displayed()) {
        sheet.paragraph(displayed);
    }
    sheet.heading("你（单位）的权利");
    sheet.paragraph("可以补充证据，可以查询办理情况。提出异议不收取费用。");
    signed(sheet, by)
}

/// What begins again with the result, where the objection suspended anything.
fn resumed(case: &ObjectionCase, finding: Finding) -> String {
    if !case.suspends {
        return String::new();
    }
    let suspended = match (finding, case.disputed) {
        // What is no longer on display is not displayed again.
        (Finding::DisplayStopped, Disputed::Listing) => "该名单、以其为依据的责任认定和措施",
        (_, disputed) => disputed.suspended(),
    };
    format!(
        "因该异议暂停的，自本通知书送达之日起恢复：{suspended}；暂停期间计入期限，终止日期不变。{}",
        case.disputed.unmarked()
    )
}

/// 异议不予受理通知书: reasons and how to go on.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn refusal(
    desk: Desk<'_>,
    case: &ObjectionCase,
    by: &OfficerRef,
    reasons: Option<&String>,
) -> Result<Text, Incomplete> {
    let mut sheet = opened(desk, case, "异议不予受理通知书");
    sheet.heading("决定");
    sheet.paragraph("该异议不予受理。");
    if case.suspends {
        sheet.paragraph(format!(
            "因该异议暂停的，自本通知书送达之日起恢复：{}；终止日期不变。{}",
            case.disputed.suspended(),
            case.disputed.unmarked()
        ));
    }
    sheet.section("理由", reasons);
    sheet.review("本通知书", true);
    sheet.remedies("本通知", by.authority.as_str(), None);
    signed(sheet, by)
}

/// 异议核实结果通知书: what was found, why, and what follows.
///
/// # Errors
/// [`Incomplete`] names what is missing, the provider's report first.
pub fn result(
    desk: Desk<'_>,
    case: &ObjectionCase,
    by: &OfficerRef,
    reasons: Option<&String>,
) -> Result<Text, Incomplete> {
    let mut sheet = opened(desk, case, "异议核实结果通知书");
    let provider = sheet.authority(&case.provider);
    match &case.verification {
        None => sheet.missing("信息提供单位的核实反馈"),
        Some((finding, found)) => {
            sheet.heading("核实结果");
            let outcome = match finding {
                Finding::Error => "经核实，异议成立：争议信息有误。",
                Finding::Correct => "经核实，异议不成立：争议信息无误。",
                Finding::Corrected => "经核实，异议成立：争议信息有误，已经更正。",
                Finding::Supplemented => "经核实，异议成立：争议信息有遗漏，已经补充。",
                Finding::DisplayStopped => "经核实，异议成立：争议信息不应公示或者已超过公示期限。",
            };
            sheet.paragraph(outcome);
            let found = sheet.need("核实理由", found.as_ref());
            sheet.paragraph(format!("{provider}的核实意见：{found}"));
            sheet.section("办理理由", reasons);
            sheet.heading("处理");
            let again = resumed(case, *finding);
            sheet.paragraph(match finding {
                Finding::Error => format!(
                    "撤销争议事项和以其为依据的全部名单、措施，在公示和共享的同等范围内更正；由{provider}恢复信誉。"
                ),
                Finding::Corrected | Finding::Supplemented => format!(
                    "在公示和共享的同等范围内以更正、补充后的内容替代；由{provider}恢复信誉。{again}"
                ),
                Finding::DisplayStopped => format!(
                    "争议信息停止公示，留存备查；由{provider}恢复信誉。{again}"
                ),
                Finding::Correct => format!("争议事项不变。{again}"),
            });
        }
    }
    sheet.review("本通知书", true);
    sheet.remedies("本结果", by.authority.as_str(), None);
    signed(sheet, by)
}

/// 逾期未核实告知书: nobody verified it in time, what is taken off display, and that nothing begins
/// again by itself (domain.md Q02).
///
/// # Errors
/// [`Incomplete`] names what is missing, the day on which the provider got it first.
pub fn unverified(
    desk: Desk<'_>,
    case: &ObjectionCase,
    by: &OfficerRef,
    received_on: Option<Day>,
    reasons: Option<&String>,
) -> Result<Text, Incomplete> {
    let mut sheet = opened(desk, case, "异议逾期未核实告知书");
    let provider = sheet.authority(&case.provider);
    sheet.heading("核实情况");
    match received_on {
        Some(day) => sheet.paragraph(format!(
            "信息提供单位{provider}于{}收到转交的异议，未在规定的期限内核实并反馈。",
            date(day)
        )),
        None => sheet.missing("转交信息提供单位核实"),
    }
    sheet.section("理由", reasons);
    sheet.heading("处理");
    sheet.paragraph("争议信息正在公示的，自本告知书送达之日起停止公示。");
    if case.suspends {
        sheet.paragraph(format!(
            "{}继续暂停，不因逾期未核实而自动恢复；暂停期间计入期限，终止日期不变。",
            case.disputed.suspended()
        ));
    }
    sheet.paragraph(format!("{provider}仍须核实；核实结果另行书面送达，逾期计入对该单位的考核。"));
    sheet.heading("你（单位）的权利");
    sheet.paragraph("可以补充证据，可以查询办理情况。提出异议不收取费用。");
    sheet.remedies("本处理", by.authority.as_str(), None);
    signed(sheet, by)
}
