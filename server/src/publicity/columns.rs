//! The columns of the national layout of double publicity (domain.md 4.5): one table for the API's
//! fields, the columns of CSV files, and what is shown.
//!
//! Field names are the official codes, everywhere. What the layout does not have and the register
//! needs (severity, the document's digest, the notice to the party, the privacy exemption) has
//! English names, so that nobody takes it for a national code.

use shouxin_core::event::publicity::DecisionKind;
use shouxin_core::identifier::LegacyKind;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text.
    Text,
    /// A unified social credit code.
    Code,
    /// A code from before it.
    Legacy(LegacyKind),
    /// A day.
    Day,
    /// An amount in 10,000 yuan.
    Amount,
    /// 行政相对人类别
    Counterpart,
    /// 当前状态
    Status,
    /// `minor`, `general`, `serious`, or 轻微, 一般, 严重.
    Severity,
    /// Yes or no.
    Flag,
    /// A SHA-256.
    Digest,
    /// How a document was served.
    Manner,
}

/// Where a column's value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into the content, which may be shown.
    Shown,
    /// Sealed apart: names and numbers of persons.
    Private,
    /// It finds the subject and is not kept.
    Subject,
    /// A column of the record itself.
    Record,
    /// The register works it out; what a file says is passed over.
    Derived,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Official code, or an English name of ours.
    pub name: &'static str,
    /// Another code under which deployed systems write the same.
    pub other: &'static str,
    /// Name, Chinese.
    pub title: &'static str,
    /// Longest value, in characters.
    pub characters_max: usize,
    /// What it holds.
    pub form: Form,
    /// Where it goes.
    pub place: Place,
    /// It cannot be left out.
    pub required: bool,
    /// A person's number: sealed, or looked up and not kept; never given out.
    pub number: bool,
}

const fn column(
    name: &'static str,
    title: &'static str,
    characters_max: usize,
    form: Form,
    place: Place,
) -> Column {
    Column { name, other: "", title, characters_max, form, place, required: false, number: false }
}

const fn needed(
    name: &'static str,
    title: &'static str,
    characters_max: usize,
    form: Form,
    place: Place,
) -> Column {
    Column { name, other: "", title, characters_max, form, place, required: true, number: false }
}

use Form::{Amount, Code, Counterpart, Day, Digest, Flag, Legacy, Manner, Severity, Status, Text};
use Place::{Derived, Private, Record, Shown, Subject};

const REGISTRATION: Form = Legacy(LegacyKind::RegistrationNumber);
const ORGANISATION: Form = Legacy(LegacyKind::OrganisationCode);
const TAX: Form = Legacy(LegacyKind::TaxNumber);
const INSTITUTION: Form = Legacy(LegacyKind::InstitutionCertificate);
const SOCIAL: Form = Legacy(LegacyKind::SocialOrganisationCertificate);

const PERMITS: &[Column] = &[
    needed("XK_XDR_MC", "行政相对人名称", 200, Text, Shown),
    Column {
        other: "XK_XDR_TYPE",
        ..needed("XK_XDR_LB", "行政相对人类别", 16, Counterpart, Shown)
    },
    column("XK_XDR_SHXYM", "统一社会信用代码", 18, Code, Subject),
    column("XK_XDR_GSZC", "工商注册号", 50, REGISTRATION, Shown),
    column("XK_XDR_ZZJG", "组织机构代码", 10, ORGANISATION, Shown),
    column("XK_XDR_SWDJ", "税务登记号", 20, TAX, Shown),
    column("XK_XDR_SYDW", "事业单位证书号", 50, INSTITUTION, Shown),
    column("XK_XDR_SHZZ", "社会组织登记证号", 50, SOCIAL, Shown),
    column("XK_FRDB", "法定代表人", 50, Text, Private),
    Column {
        other: "XK_FR_ZJHM",
        number: true,
        ..column("XK_FR_SFZH", "法定代表人证件号码", 64, Text, Private)
    },
    column("XK_XDR_ZJLX", "自然人证件类型", 64, Text, Subject),
    Column { number: true, ..column("XK_XDR_ZJHM", "自然人证件号码", 64, Text, Subject) },
    needed("XK_XKWS", "行政许可决定文书名称", 200, Text, Shown),
    needed("XK_WSH", "行政许可决定文书号", 128, Text, Record),
    column("XK_XKLB", "许可类别", 256, Text, Shown),
    column("XK_XKZS", "许可证书名称", 200, Text, Shown),
    column("XK_XKBH", "许可编号", 128, Text, Shown),
    needed("XK_NR", "许可内容", 4000, Text, Shown),
    needed("XK_JDRQ", "许可决定日期", 10, Day, Record),
    column("XK_YXQZ", "有效期自", 10, Day, Shown),
    column("XK_YXQZI", "有效期至", 10, Day, Shown),
    needed("XK_XKJG", "许可机关", 200, Text, Shown),
    needed("XK_XKJGDM", "许可机关统一社会信用代码", 18, Code, Record),
    column("XK_ZT", "当前状态", 8, Status, Shown),
    column("XK_LYDW", "数据来源单位", 200, Text, Shown),
    column("XK_LYDWDM", "数据来源单位统一社会信用代码", 18, Code, Shown),
    column("BZ", "备注", 512, Text, Shown),
    column("withheld", "不予公示", 8, Flag, Record),
    column("withheld_reason", "不予公示理由", 500, Text, Private),
    column("disputed", "异议标注", 8, Flag, Derived),
];

const PENALTIES: &[Column] = &[
    needed("CF_XDR_MC", "行政相对人名称", 200, Text, Shown),
    Column {
        other: "CF_XDR_TYPE",
        ..needed("CF_XDR_LB", "行政相对人类别", 16, Counterpart, Shown)
    },
    column("CF_XDR_SHXYM", "统一社会信用代码", 18, Code, Subject),
    column("CF_XDR_GSZC", "工商注册号", 50, REGISTRATION, Shown),
    column("CF_XDR_ZZJG", "组织机构代码", 10, ORGANISATION, Shown),
    column("CF_XDR_SWDJ", "税务登记号", 20, TAX, Shown),
    column("CF_XDR_SYDW", "事业单位证书号", 50, INSTITUTION, Shown),
    column("CF_XDR_SHZZ", "社会组织登记证号", 50, SOCIAL, Shown),
    column("CF_FRDB", "法定代表人", 50, Text, Private),
    column("CF_FR_ZJLX", "法定代表人证件类型", 64, Text, Private),
    Column {
        other: "CF_FR_ZJHM",
        number: true,
        ..column("CF_FR_SFZH", "法定代表人证件号码", 64, Text, Private)
    },
    column("CF_XDR_ZJLX", "自然人证件类型", 64, Text, Subject),
    Column { number: true, ..column("CF_XDR_ZJHM", "自然人证件号码", 64, Text, Subject) },
    needed("CF_WSH", "行政处罚决定书文号", 128, Text, Record),
    needed("CF_WFXW", "违法行为类型", 2000, Text, Shown),
    needed("CF_SY", "违法事实", 2000, Text, Shown),
    needed("CF_YJ", "处罚依据", 2048, Text, Shown),
    needed("CF_CFLB", "处罚类别", 200, Text, Shown),
    needed("CF_NR", "处罚内容", 4000, Text, Shown),
    column("CF_NR_FK", "罚款金额（万元）", 19, Amount, Shown),
    column("CF_NR_WFFF", "没收金额（万元）", 19, Amount, Shown),
    column("CF_NR_ZKDX", "暂扣或吊销证照名称及编号", 200, Text, Shown),
    needed("CF_JDRQ", "处罚决定日期", 10, Day, Record),
    column("CF_YXQ", "处罚有效期", 10, Day, Shown),
    column("CF_GSJZQ", "公示截止期", 10, Day, Derived),
    needed("CF_CFJG", "处罚机关", 200, Text, Shown),
    needed("CF_CFJGDM", "处罚机关统一社会信用代码", 18, Code, Record),
    column("CF_SJLY", "数据来源单位", 200, Text, Shown),
    column("CF_SJLYDM", "数据来源单位统一社会信用代码", 18, Code, Shown),
    column("BZ", "备注", 512, Text, Shown),
    needed("severity", "轻微、一般、严重", 8, Severity, Record),
    column("document_sha256", "决定书摘要", 64, Digest, Record),
    column("notified_manner", "告知方式", 16, Manner, Record),
    column("notified_on", "告知日期", 10, Day, Record),
    column("notified_proof_sha256", "告知凭证摘要", 64, Digest, Record),
    column("withheld", "不予公示", 8, Flag, Record),
    column("withheld_reason", "不予公示理由", 500, Text, Private),
    column("disputed", "异议标注", 8, Flag, Derived),
];

/// The columns of a kind, in the order of the layout.
pub fn columns(kind: DecisionKind) -> &'static [Column] {
    match kind {
        DecisionKind::Permit => PERMITS,
        DecisionKind::Penalty => PENALTIES,
    }
}

/// A column by its code, or by the other code of the same column.
pub fn find(kind: DecisionKind, name: &str) -> Option<&'static Column> {
    let named =
        |column: &&Column| column.name == name || (column.other == name && !name.is_empty());
    columns(kind).iter().find(named)
}

/// The codes that both kinds have under a prefix of their own.
pub fn own(kind: DecisionKind, permit: &'static str, penalty: &'static str) -> &'static str {
    match kind {
        DecisionKind::Permit => permit,
        DecisionKind::Penalty => penalty,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_column_has_one_name_and_a_bound() {
        for kind in [DecisionKind::Permit, DecisionKind::Penalty] {
            let mut names = BTreeSet::new();
            for column in columns(kind) {
                assert!(names.insert(column.name), "{}", column.name);
                assert!(column.other.is_empty() || names.insert(column.other), "{}", column.other);
                assert!(column.characters_max > 0 && !column.title.is_empty(), "{}", column.name);
                assert_eq!(find(kind, column.name).map(|own| own.name), Some(column.name));
            }
            assert!(find(kind, "").is_none() && find(kind, "XK_").is_none());
        }
        let codes = |kind: DecisionKind, prefix: &str| {
            columns(kind).iter().filter(|own| own.name.starts_with(prefix)).count()
        };
        let numbers = [DecisionKind::Permit, DecisionKind::Penalty].map(|kind| {
            columns(kind).iter().filter(|own| own.number).map(|own| own.name).collect::<Vec<_>>()
        });
        assert_eq!(numbers[0], ["XK_FR_SFZH", "XK_XDR_ZJHM"]);
        assert_eq!(numbers[1], ["CF_FR_SFZH", "CF_XDR_ZJHM"]);
        assert_eq!(codes(DecisionKind::Permit, "XK_"), 26, "the layout and the counterpart's kind");
        assert_eq!(codes(DecisionKind::Penalty, "CF_"), 29);
    }

    /// Everything shown, at its longest and in Chinese, still fits what is sealed as one text.
    #[test]
    fn the_longest_decision_fits() {
        for kind in [DecisionKind::Permit, DecisionKind::Penalty] {
            let shown = columns(kind).iter().filter(|own| own.place == Place::Shown);
            let bytes: usize = shown.map(|own| own.characters_max * 3 + own.name.len() + 6).sum();
            let most = shouxin_core::limits::PUBLICITY_BYTES_MAX;
            assert!(u32::try_from(bytes).is_ok_and(|bytes| bytes < most), "{bytes}");
        }
    }
}
