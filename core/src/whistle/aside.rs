//! Who stands aside (回避): nobody acts on a report about their own authority or reads of it, also once
//! the purge has destroyed the code of the reported body.
//!
//! Of the code a tag is left, a keyed hash that stands in the log since just before the purge. Whoever
//! holds its key can ask of one authority whether it was that one, and nothing else: there is no way
//! back to the code but to try every department. Of a body that is no department, and so has no officer
//! here, there is not even that: its tag is random. Reports that were purged before there were tags have
//! none, and nobody can know whom they were about.
//!
//! Source: domain.md O44, INV-9.

use crate::actor::Role;
use crate::identifier::uscc::Uscc;
use crate::rules::RuleSet;
use crate::whistle::ReportRow;

impl ReportRow {
    /// Whether it is about this authority; nothing where nobody can know any more. `reported` is the
    /// reported body's code, or `authority` itself where the tag says that it is that.
    pub fn about(&self, reported: Option<Uscc>, authority: Uscc) -> Option<bool> {
        reported.map(|own| own == authority).or(self.reported_tag.map(|_| false))
    }
}

/// Whether an officer of `authority` stands aside. Where nobody can know whom the report was about,
/// everybody does who does not take reports in outside of the credit office; or there, as the second
/// person, destroys what was written after a purge, which must not be kept for ever.
pub fn stands_aside(about: Option<bool>, role: Role, authority: Uscc, rules: &RuleSet) -> bool {
    about.unwrap_or_else(|| {
        let office = rules.credit_office().is_none_or(|own| own.uscc == authority.as_str());
        office || !matches!(role, Role::Triage | Role::DataOfficer)
    })
}
