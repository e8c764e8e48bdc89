//! The notice of a measure.

use crate::texts::sheet::Sheet;
use crate::texts::{Desk, Incomplete, MeasureCase, Text, date};

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
