//! Sharing contracts (共享约定): which authority reads which items of others that are not public, for which
//! purposes, on which basis, from and until which day. A version without `contracts.toml` has none, and
//! then no authority reads what another one provided and the public does not see.
//!
//! Source: domain.md O16, O19, G-OPEN.

use serde::Deserialize;

use crate::limits::{CONTRACT_MONTHS_MAX, CONTRACTS_MAX, PURPOSE_CODE_BYTES_MAX};
use crate::rules::check::Found;
use crate::rules::{Citation, Instrument, LegalLevel, Openness, RuleSet, SubjectKind};
use crate::time::Day;

pub(super) const CONTRACTS: &str = "contracts.toml";

/// What one authority may read of others, and what for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Short stable id, `approval-permit`; the access log names it.
    pub id: String,
    /// The department that reads (code).
    pub authority: String,
    /// The function it needs them for, Chinese.
    pub function_zh: String,
    /// English gloss.
    pub function_en: String,
    /// Codes as the first word of the `Purpose` header has them.
    pub purposes: Vec<String>,
    /// Items of the directory, each by its id: a class would let in whatever is added to it later.
    #[serde(default)]
    pub items: Vec<String>,
    /// Standards under which others classify, by id.
    #[serde(default)]
    pub standards: Vec<String>,
    /// Articles that allow it.
    pub basis: Vec<Citation>,
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
}

impl Contract {
    /// Whether it runs on a day.
    pub fn in_force(&self, on: Day) -> bool {
        self.from <= on && on <= self.until
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContractsFile {
    #[serde(default)]
    pub(super) contract: Vec<Contract>,
}

impl RuleSet {
    /// The contracts that run on a day for an authority (code) and a purpose (code). There are some dozens.
    pub fn contracts_for<'a>(
        &'a self,
        authority: &'a str,
        purpose: &'a str,
        on: Day,
    ) -> impl Iterator<Item = &'a Contract> {
        self.contracts.iter().filter(move |own| {
            own.authority == authority
                && own.in_force(on)
                && own.purposes.iter().any(|known| known == purpose)
        })
    }
}

/// Lower-case letters, digits and hyphens: it stands in a header, in the access log and in tags of answers.
fn is_code(text: &str) -> bool {
    (2..=PURPOSE_CODE_BYTES_MAX).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|own| own.is_ascii_lowercase() || own.is_ascii_digit() || own == b'-')
}

/// Whether an instrument is law in the wide sense (法律、法规、规章), which alone lets state organs
/// pass on what is not public; a policy document does not.
fn is_law(instrument: &Instrument) -> bool {
    !matches!(instrument.level, LegalLevel::CentralDocument | LegalLevel::NormativeDocument)
}

/// What a state organ does with personal information rests on a law or an administrative regulation (个人信息保护法
/// 第三十四条).
fn is_statute(instrument: &Instrument) -> bool {
    instrument.level <= LegalLevel::AdministrativeRegulation
}

pub(super) fn check(found: &mut Found<'_>) {
    let set = found.set;
    if set.contracts.len() > CONTRACTS_MAX {
        found.error(CONTRACTS, "-", "-", format!("more than {CONTRACTS_MAX} contracts"));
    }
    for own in &set.contracts {
        let problem = |found: &mut Found<'_>, field: &str, problem: &str| {
            found.error(CONTRACTS, &own.id, field, problem);
        };
        if !is_code(&own.id) {
            problem(found, "id", "2 to 40 lower-case letters, digits and hyphens");
        }
        let authority = std::slice::from_ref(&own.authority);
        found.known_departments(CONTRACTS, &own.id, "authority", authority);
        if own.function_zh.trim().is_empty() || own.function_en.trim().is_empty() {
            problem(
                found,
                "function_zh",
                "it says in both languages what the items are needed for",
            );
        }
        if own.purposes.is_empty() {
            problem(found, "purposes", "no purpose is named; nothing is shared without one");
        }
        for purpose in own.purposes.iter().filter(|own| !is_code(own)) {
            let text = format!("{purpose} is no code: lower-case letters, digits and hyphens");
            found.error(CONTRACTS, &own.id, "purposes", text);
        }
        for (field, named) in
            [("purposes", &own.purposes), ("items", &own.items), ("standards", &own.standards)]
        {
            let twice = named.iter().enumerate().find(|(at, one)| named[..*at].contains(one));
            if let Some((_, one)) = twice {
                found.error(CONTRACTS, &own.id, field, format!("{one} stands twice"));
            }
        }
        if own.items.is_empty() && own.standards.is_empty() {
            problem(found, "items", "it names neither an item nor a standard");
        }
        items(found, own);
        standards(found, own);
        days(found, own);
        basis(found, own);
    }
}

fn not_shared(openness: Openness) -> Option<&'static str> {
    match openness {
        Openness::GovShared => None,
        Openness::Public => Some("is public anyway: everybody reads it without a contract"),
        Openness::Authorised => {
            Some("is read by the subject's authorisation (授权查询), which no contract replaces")
        }
        Openness::Internal => Some("is internal: it is nobody else's"),
    }
}

fn items(found: &mut Found<'_>, own: &Contract) {
    for id in &own.items {
        let problem = match found.set.item(id) {
            None => format!("no item {id}"),
            Some(item) => match not_shared(item.openness) {
                Some(why) => format!("{id} {why}"),
                None if item.providers == [own.authority.as_str()] => {
                    format!("{id} is provided by {} alone: it reads its own", own.authority)
                }
                None => continue,
            },
        };
        found.error(CONTRACTS, &own.id, "items", problem);
    }
}

fn standards(found: &mut Found<'_>, own: &Contract) {
    for id in &own.standards {
        let problem = match found.set.standard(id) {
            None => format!("no standard {id}"),
            Some(standard) => match not_shared(standard.openness) {
                Some(why) => format!("{id} {why}"),
                None if standard.authority == own.authority => {
                    format!("{id} is the standard of {}: it reads its own", own.authority)
                }
                None => continue,
            },
        };
        found.error(CONTRACTS, &own.id, "standards", problem);
    }
}

fn days(found: &mut Found<'_>, own: &Contract) {
    if own.until < own.from {
        let problem = format!("{} is before its first day {}", own.until, own.from);
        found.error(CONTRACTS, &own.id, "until", problem);
    } else if own.from.plus_months(CONTRACT_MONTHS_MAX) < own.until {
        let problem = format!(
            "more than {CONTRACT_MONTHS_MAX} months after its first day; what is still needed then is agreed anew"
        );
        found.error(CONTRACTS, &own.id, "until", problem);
    }
}

fn basis(found: &mut Found<'_>, own: &Contract) {
    let set = found.set;
    found.cited(CONTRACTS, &own.id, &own.basis);
    let cited: Vec<&Instrument> =
        own.basis.iter().filter_map(|citation| set.instrument(&citation.instrument)).collect();
    for instrument in &cited {
        for (day, which) in [(own.from, "first"), (own.until, "last")] {
            if !instrument.in_force(day) {
                let problem = format!("{} is not in force on its {which} day {day}", instrument.id);
                found.error(CONTRACTS, &own.id, "basis", problem);
            }
        }
    }
    let personal = own
        .items
        .iter()
        .filter_map(|id| set.item(id))
        .find(|item| item.subjects.contains(&SubjectKind::NaturalPerson));
    let problem = match personal {
        Some(item) if !cited.iter().any(|own| is_statute(own)) => format!(
            "{} is about natural persons: a law or administrative regulation must allow it",
            item.id
        ),
        None if !cited.iter().any(|own| is_law(own)) => {
            "a law, regulation or rule must allow it; a policy document alone does not".to_owned()
        }
        _ => return,
    };
    found.error(CONTRACTS, &own.id, "basis", problem);
}
