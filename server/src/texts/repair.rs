//! What is answered to a repair application.

use shouxin_core::actor::OfficerRef;
use shouxin_core::time::Day;

use crate::texts::sheet::Sheet;
use crate::texts::{
    AcceptanceWords, Desk, Incomplete, RepairCase, RepairWords, Repaired, Text, date,
};

fn opened<'a>(desk: Desk<'a>, case: &RepairCase, title: &str) -> Sheet<'a> {
    let mut sheet = Sheet::new(desk, title);
    sheet.plain(format!("修复申请编号：{}", case.id));
    sheet.party(&case.party);
    let (label, what) = match case.of {
        Repaired::Listing => ("列入决定书文号", "名单"),
        Repaired::Record => ("记录的文书文号", "记录"),
        Repaired::Breach => ("违诺认定决定书文号", "违诺认定"),
        Repaired::Attribution => ("责任认定决定书文号", "责任认定"),
    };
    let number = sheet.need(label, case.decision_number.as_ref());
    sheet.paragraph(format!(
        "你（单位）于{}就{number}（{what} {}）申请信用修复。",
        date(case.applied_on),
        case.repaired
    ));
    sheet
}

/// 受理、补正或者不予受理通知书.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn acceptance(
    desk: Desk<'_>,
    case: &RepairCase,
    by: &OfficerRef,
    words: &AcceptanceWords,
) -> Result<Text, Incomplete> {
    let title = match words {
        AcceptanceWords::Accepted => "信用修复受理通知书",
        AcceptanceWords::Returned(_) => "信用修复补正通知书",
        AcceptanceWords::NotAccepted(_) => "信用修复不予受理通知书",
    };
    let mut sheet = opened(desk, case, title);
    sheet.heading("决定");
    match words {
        AcceptanceWords::Accepted => {
            sheet.paragraph(format!(
                "该申请已受理，{}前作出决定。不收取费用。",
                date(case.decide_by)
            ));
        }
        AcceptanceWords::Returned(missing) => {
            sheet.paragraph("该申请材料不齐，补正后可以再次提出。");
            sheet.section("需要补正的内容", missing.as_ref());
        }
        AcceptanceWords::NotAccepted(reasons) => {
            sheet.paragraph("该申请不予受理。");
            sheet.section("理由", reasons.as_ref());
            sheet.review("本通知书", false);
            sheet.remedies("本通知", &case.authority, None);
        }
    }
    let name = sheet.authority(&case.authority);
    let officer = sheet.post(by);
    sheet.sign(&name, &format!("经办：{officer}"));
    sheet.finish()
}

/// 准予或者不予信用修复决定书, signed by the head.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn decision(
    desk: Desk<'_>,
    case: &RepairCase,
    words: &RepairWords,
) -> Result<Text, Incomplete> {
    let title = match words.approved {
        true => "准予信用修复决定书",
        false => "不予信用修复决定书",
    };
    let mut sheet = opened(desk, case, title);
    if words.approved {
        let number = sheet.need("决定书文号", words.number.as_ref());
        sheet.plain(number);
    }
    sheet.section("理由", words.reasons.as_ref());
    sheet.heading("依据");
    let instrument = sheet.instrument(&desk.pack().repair_instrument);
    sheet.paragraph(instrument);
    sheet.heading("决定");
    if words.approved {
        sheet.paragraph(match case.of {
            Repaired::Listing => {
                "准予信用修复。自本决定作出之日起移出名单，终止公示、共享和使用，解除以此为依据的全部措施，\
                 并在公示和共享的同等范围内通知。"
            }
            Repaired::Record => {
                "准予信用修复。自本决定作出之日起终止该记录的公示、共享和使用，\
                 并在公示和共享的同等范围内通知。"
            }
            Repaired::Breach => {
                "准予信用修复。自本决定作出之日起终止违诺认定的公示、共享和使用，\
                 并在公示和共享的同等范围内通知。"
            }
            Repaired::Attribution => {
                "准予信用修复。自本决定作出之日起终止对你的责任认定，终止共享和使用，\
                 解除对你采取的全部措施，并在共享的同等范围内通知。"
            }
        });
    } else {
        sheet.paragraph(match case.of {
            Repaired::Listing => "不予信用修复。名单期满自动终止；条件具备后可以再次申请。",
            Repaired::Record => "不予信用修复。记录公示期满自动停止公示；条件具备后可以再次申请。",
            Repaired::Breach => "不予信用修复。违诺认定期满自动终止；条件具备后可以再次申请。",
            Repaired::Attribution => {
                "不予信用修复。责任认定期满，或者单位的名单终止时，自动终止；条件具备后可以再次申请。"
            }
        });
        // What the head of the credit office refuses is looked at one level up: nobody there reviews it.
        let office = desk.rules.credit_office().map(|own| own.uscc.as_str());
        if office != Some(case.authority.as_str()) {
            sheet.review("本决定", false);
        }
        sheet.remedies("本决定", &case.authority, None);
    }
    let name = sheet.authority(&case.authority);
    let head = sheet.head(&case.authority);
    sheet.sign(&name, &format!("签发：{head}"));
    sheet.finish()
}

/// 延长办理期限通知书: why it takes longer, and until when; once.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn extension(
    desk: Desk<'_>,
    case: &RepairCase,
    by: &OfficerRef,
    reasons: Option<&String>,
    decide_by: Day,
) -> Result<Text, Incomplete> {
    let mut sheet = opened(desk, case, "信用修复延长办理期限通知书");
    sheet.section("延长的理由", reasons);
    sheet.heading("办理期限");
    let stays = match case.of {
        Repaired::Listing => "名单的终止日期不变，期满自动终止",
        Repaired::Record => "记录的公示期限不变，期满自动停止公示",
        Repaired::Breach => "违诺认定的终止日期不变，期满自动终止",
        Repaired::Attribution => "责任认定的终止日期不变，期满自动终止",
    };
    sheet.paragraph(format!("延长至{}，只延长一次。办理期间{stays}。", date(decide_by)));
    let name = sheet.authority(&case.authority);
    let officer = sheet.post(by);
    sheet.sign(&name, &format!("经办：{officer}"));
    sheet.finish()
}
