//! Texts on the red list: who is honoured, why and until when; and how it ends without a revocation.
//!
//! Source: domain.md O21, O22, O27, 2.3c.

use shouxin_core::actor::OfficerRef;
use shouxin_core::rules::Citation;
use shouxin_core::time::Day;

use crate::texts::sheet::Sheet;
use crate::texts::{Desk, Incomplete, Party, Text, date};

/// A red listing as it stands.
#[derive(Clone, Debug)]
pub struct RedCase {
    /// `L-...`
    pub id: String,
    /// Whom it is about.
    pub party: Party,
    /// Code of the authority that nominates and decides.
    pub authority: String,
    /// When it was nominated, and what for.
    pub nominated_on: Day,
    /// Why the subject was nominated.
    pub merits: Option<String>,
    /// What it rests on.
    pub basis: Vec<Citation>,
    /// First and last day of the public notice, once it was opened.
    pub public_notice: Option<(Day, Day)>,
}

/// What the head writes into a decision to honour somebody.
#[derive(Clone, Debug, Default)]
pub struct RedWords {
    /// Number of the document.
    pub number: Option<String>,
    /// Reasons.
    pub reasons: Option<String>,
    /// Last day in force.
    pub until: Option<Day>,
    /// Whether it is shown to the public.
    pub published: bool,
}

/// Why there is no honour, or no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedEnd {
    /// The subject withdrew, while it was nominated or honoured.
    Withdrawn,
    /// The authority does not follow the nomination.
    NotGranted,
    /// An objection or a remedy found it void.
    Void,
}

fn opened<'a>(desk: Desk<'a>, case: &RedCase, title: &str) -> (Sheet<'a>, String) {
    let mut sheet = Sheet::new(desk, title);
    let name = sheet.authority(&case.authority);
    sheet.plain(format!("名单编号：{}", case.id));
    sheet.party(&case.party);
    (sheet, name)
}

/// 守信红名单认定决定书, signed by the head.
///
/// # Errors
/// [`Incomplete`] names what is missing, the public notice among it.
pub fn decision(desk: Desk<'_>, case: &RedCase, words: &RedWords) -> Result<Text, Incomplete> {
    let (mut sheet, name) = opened(desk, case, "守信红名单认定决定书");
    let number = sheet.need("决定书文号", words.number.as_ref());
    sheet.plain(number);
    sheet.section("守信事迹", case.merits.as_ref());
    sheet.heading("公示");
    match case.public_notice {
        Some((from, to)) if desk.on > to => sheet.paragraph(format!(
            "{}推荐，经核查没有失信记录；{}至{}向社会公示，期满没有未办结的异议。",
            date(case.nominated_on),
            date(from),
            date(to)
        )),
        Some((_, to)) => sheet.missing(format!("{}公示期满", date(to))),
        None => sheet.missing("公示"),
    }
    sheet.section("理由", words.reasons.as_ref());
    sheet.basis(&case.basis);
    sheet.heading("决定");
    match words.until {
        Some(until) if until > desk.on => sheet.paragraph(format!(
            "{name}决定将你（单位）列入守信红名单，自{}起至{}止，期满自动终止。",
            date(desk.on),
            date(until)
        )),
        _ => sheet.missing("晚于决定之日的终止日期"),
    }
    sheet.paragraph(match words.published {
        true => "名单在公示渠道公示，任何人均可以提出异议。",
        false => "名单不向社会公示。",
    });
    sheet.heading("期间的权利和义务");
    sheet.paragraph(
        "可以依法享受激励措施，具体措施由实施部门依法决定；可以随时书面申请退出。出现应当撤销的情形的，\
         撤销前将事先告知并听取陈述和申辩。",
    );
    sheet.remedies("本决定", &case.authority, None);
    let head = sheet.head(&case.authority);
    sheet.sign(&name, &format!("签发：{head}"));
    sheet.finish()
}

/// 终止告知书: the nomination or the honour ends, why, and that nothing follows from it.
///
/// # Errors
/// [`Incomplete`] names what is missing.
pub fn closure(
    desk: Desk<'_>,
    case: &RedCase,
    by: &OfficerRef,
    end: RedEnd,
    reasons: Option<&String>,
) -> Result<Text, Incomplete> {
    let title = match end {
        RedEnd::NotGranted => "不予列入守信红名单决定书",
        RedEnd::Withdrawn | RedEnd::Void => "守信红名单终止告知书",
    };
    let (mut sheet, name) = opened(desk, case, title);
    sheet.section("理由", reasons);
    sheet.heading("处理");
    sheet.paragraph(match end {
        RedEnd::Withdrawn => "根据你（单位）的申请，终止推荐或者移出守信红名单。",
        RedEnd::NotGranted => "不予列入守信红名单，推荐程序终止。",
        RedEnd::Void => {
            "该推荐或者认定无效，终止推荐或者移出守信红名单，并在公示的同等范围内撤下。"
        }
    });
    sheet.paragraph(
        "自本文书作出之日起终止以其为依据的激励；不因此形成失信记录，不因此列入严重失信主体名单，也不因此采取惩戒措施。",
    );
    if end != RedEnd::Withdrawn {
        sheet.remedies("本决定", &case.authority, None);
    }
    let signed = match end {
        RedEnd::NotGranted => format!("签发：{}", sheet.head(&case.authority)),
        RedEnd::Withdrawn | RedEnd::Void => format!("经办：{}", sheet.post(by)),
    };
    sheet.sign(&name, &signed);
    sheet.finish()
}
