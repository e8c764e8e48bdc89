//! Whether the catalogue's entry of a measure fits whom it is about and who is to take it: asked
//! where a notice or decision names it, and again where it is initiated or forwarded (G-PROP, INV-12).

use crate::actor::SubjectKey;
use crate::decide::checks::refuse;
use crate::guard::{Guard, Refusal};
use crate::rules::{Executor, Measure, MeasureNeeds, MeasureSubject};

/// Refuses what informs market bodies and associations, and is never more than that (INV-12).
pub(super) fn no_information(entry: &Measure) -> Result<(), Refusal> {
    if entry.executor == Executor::InformationOnly || entry.needs == MeasureNeeds::Voluntary {
        return refuse(
            Guard::NoOrder,
            format!("{} 仅可供参考，不得下达指令 / reference only, never an order", entry.id),
            "市场主体可查阅公开信息后自行判断 / market bodies may read what is public",
        );
    }
    Ok(())
}

/// Refuses what is no order at all: beside what only informs, who holds an office is dealt with by
/// whoever has the say over it, to whom the matter is referred.
pub(super) fn an_order(entry: &Measure) -> Result<(), Refusal> {
    if entry.executor == Executor::Referral && entry.needs != MeasureNeeds::Voluntary {
        return refuse(
            Guard::NoOrder,
            format!(
                "{} 由有管理权限的机关按程序处理 / left to another organ's own procedure",
                entry.id
            ),
            "请移送该机关：/v1/measures/forward / refer it to that organ",
        );
    }
    no_information(entry)
}

/// Whether the entry fits whom it is about: discipline for a behaviour with which it is connected, or
/// an incentive where there is none (G-PROP).
pub(super) fn fits(
    entry: &Measure,
    subject: SubjectKey,
    behaviour: Option<&str>,
) -> Result<(), Refusal> {
    let sort = match (entry.category.is_incentive(), behaviour) {
        (true, Some(_)) => Some("是激励措施，不是惩戒 / is an incentive, no discipline".to_owned()),
        (false, None) => Some("是惩戒措施，不是激励 / is discipline, no incentive".to_owned()),
        _ => None,
    };
    let kind = match entry.subject {
        MeasureSubject::LegalPerson if subject.is_person() => {
            Some("仅适用于单位 / is for organisations only".to_owned())
        }
        MeasureSubject::NaturalPerson if !subject.is_person() => {
            Some("仅适用于自然人 / is for natural persons only".to_owned())
        }
        _ => None,
    };
    let known = &entry.behaviours;
    let apart = behaviour.filter(|own| !known.is_empty() && !known.iter().any(|id| id == own));
    let apart = apart.map(|own| {
        let known = known.join("、");
        format!(
            "与行为 {own} 无关联，仅适用于 {known} / is not connected with {own}, only with {known}"
        )
    });
    match sort.or(kind).or(apart) {
        Some(why) => refuse(
            Guard::Proportion,
            format!("{} {why}", entry.id),
            "禁止不当联结：请选择与行为相关、适用于该类主体的措施 / choose a connected measure",
        ),
        None => Ok(()),
    }
}

/// The department is one of those that the catalogue names for a measure (G-COMPETENT).
pub(super) fn implemented(entry: &Measure, department: &str) -> Result<(), Refusal> {
    if entry.implementers.iter().any(|own| own == department) {
        return Ok(());
    }
    refuse(
        Guard::Competent,
        format!("{} 不由 {department} 实施 / {department} does not implement it", entry.id),
        format!("可实施部门：{} / implementers", entry.implementers.join("、")),
    )
}

/// A measure goes the way of whoever can take it: a department of the county is given an order, a
/// higher authority is asked by a letter.
pub(super) fn goes_this_way(entry: &Measure, asked: Executor) -> Result<(), Refusal> {
    match entry.executor {
        own if own == asked => Ok(()),
        Executor::Higher => refuse(
            Guard::Competent,
            format!(
                "{} 由上级机关实施，县级部门不能采取 / a higher authority takes it, no department of the \
                 county",
                entry.id
            ),
            "请上报：POST /v1/measures/forward / forward it: POST /v1/measures/forward",
        ),
        _ => refuse(
            Guard::Competent,
            format!("{} 由县级部门实施，不上报 / a department of the county takes it", entry.id),
            "请发起措施：POST /v1/measures / initiate it: POST /v1/measures",
        ),
    }
}
