//! What the party is told when an adverse record is collected: what, until when it is shown, and how
//! it is put right (方案五(五)).
//!
//! Source: domain.md O59, 4.4.

use shouxin_core::actor::OfficerRef;
use shouxin_core::rules::{Openness, Severity};
use shouxin_core::time::Day;

use crate::texts::sheet::Sheet;
use crate::texts::{Desk, Incomplete, Party, Text, date};

/// An adverse record that is collected.
#[derive(Clone, Debug)]
pub struct CollectionCase {
    /// Whom it is about.
    pub party: Party,
    /// Who collects it.
    pub by: OfficerRef,
    /// Id in the directory.
    pub item: Option<String>,
    /// How heavy it is.
    pub severity: Option<Severity>,
    /// Number of the document that establishes it.
    pub number: Option<String>,
    /// Its day.
    pub dated: Option<Day>,
    /// Its own fields by name.
    pub content: Vec<(String, String)>,
    /// It is kept from the public for a stated reason.
    pub withheld: bool,
}

/// 失信信息采集告知书.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn collection_notice(desk: Desk<'_>, case: &CollectionCase) -> Result<Text, Incomplete> {
    let mut sheet = Sheet::new(desk, "失信信息采集告知书");
    let name = sheet.authority(case.by.authority.as_str());
    sheet.party(&case.party);
    sheet.paragraph(format!(
        "{name}依法采集你（单位）的下列信息，记入信用档案。现将有关事项告知如下："
    ));
    sheet.heading("采集的信息");
    let item = case.item.as_ref().and_then(|id| desk.rules.item(id));
    let (Some(item), Some(dated)) = (item, case.dated) else {
        sheet.missing("目录中的信息项和文书日期");
        return sheet.finish();
    };
    let number = sheet.need("文书文号", case.number.as_ref());
    sheet.paragraph(format!("{}（{}），{number}，{}。", item.name_zh, item.id, date(dated)));
    for (field, value) in &case.content {
        sheet.paragraph(format!("{field}：{value}"));
    }
    sheet.basis(&item.basis);
    let Some(severity) = case.severity else {
        sheet.missing("轻重类别（minor、general 或 serious）");
        return sheet.finish();
    };
    let pack = desk.pack();
    let (kind, (shortest, longest)) = match severity {
        Severity::Minor => ("轻微", pack.publicity_minor_months),
        Severity::General => ("一般", pack.publicity_general_months),
        Severity::Serious => ("严重", pack.publicity_serious_months),
    };
    let public = item.openness == Openness::Public
        && severity != Severity::Minor
        && !case.withheld
        && !case.party.key.is_personal();
    sheet.heading("公示和使用的期限");
    let last = date(dated.plus_months(longest));
    sheet.paragraph(match public {
        true => format!("属于{kind}失信信息，公示、共享和使用至{last}，期满自动停止，无需申请。"),
        false => format!(
            "属于{kind}失信信息，不向社会公示；共享和使用至{last}，期满自动停止，无需申请。"
        ),
    });
    sheet.heading("纠正和信用修复");
    let from = match shortest {
        0 => "履行义务后".to_owned(),
        _ => format!("履行义务后，{}起", date(dated.plus_months(shortest))),
    };
    sheet.paragraph(format!(
        "{from}可以向{name}申请信用修复，也可以通过“信用中国”网站或者政务服务窗口提出。材料为履行义务的证明和\
         信用承诺书，不收取任何费用。自收到申请之日起{}个工作日内决定是否受理，自申请之日起{}个工作日内作出\
         决定；准予修复的，提前终止公示、共享和使用。",
        pack.repair_accept_wd, pack.repair_decide_wd
    ));
    sheet.heading("你（单位）的权利");
    sheet.paragraph(
        "认为该信息有错误、遗漏，或者不应当采集、公示的，可以随时向信用管理部门或者本机关提出异议，不收取费用。",
    );
    sheet.paragraph(
        "采集本身不是列入名单或者采取惩戒措施的决定；拟作出此类决定的，将另行告知并听取陈述和申辩。",
    );
    let instrument = sheet.instrument(&pack.repair_instrument);
    sheet.paragraph(format!("信用修复依照{instrument}办理。"));
    let officer = sheet.post(&case.by);
    sheet.sign(&name, &format!("联系人：{officer}"));
    sheet.finish()
}
