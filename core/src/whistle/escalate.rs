//! Whom an account of retaliation reaches: at once the credit office and the supervision organ, and
//! neither of them where the report is about itself.
//!
//! Source: domain.md O44.

use crate::actor::Role;
use crate::identifier::uscc::Uscc;
use crate::rules::{Department, RuleSet};
use crate::whistle::stands_aside;

/// Whether somebody with this role is an officer of the supervision organ, who has the accounts of
/// retaliation and nothing else of a report, and takes no step of it.
pub fn supervises(role: Role, authority: Uscc, rules: &RuleSet) -> bool {
    let organ = rules.supervision().is_some_and(|own| own.uscc == authority.as_str());
    organ && role == Role::Triage
}

/// The bodies that have the accounts of retaliation of a report; `about` says of an authority whether the
/// report is about it, as far as anybody can know.
pub fn escalated_to<E>(
    rules: &RuleSet,
    about: impl Fn(Uscc) -> Result<Option<bool>, E>,
) -> Result<Vec<&Department>, E> {
    let mut told = Vec::new();
    for own in [rules.credit_office(), rules.supervision()].into_iter().flatten() {
        if let Ok((code, _)) = Uscc::parse_attested(&own.uscc)
            && !stands_aside(about(code)?, Role::Triage, code, rules)
        {
            told.push(own);
        }
    }
    Ok(told)
}
