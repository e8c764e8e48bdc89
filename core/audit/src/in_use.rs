//! What of the joint catalogue is in use (domain.md 2.8): what came by an entry of the register is used while that entry
//! is published, and what never had one as the loaded rules have it (INV-11).

use std::collections::BTreeMap;

use shouxin_core::event::catalogue::{CatalogueEvent, EntryKind};
use shouxin_core::id::CatalogueEntryId;
use shouxin_core::rules::RuleSet;

use crate::fold::Fold;
use crate::here::Here;
use crate::names::INV_10;

/// What an entry is about.
type Code = (EntryKind, String);

/// Entries by their id, and the one on which the use of a code depends, with whether it is published.
#[derive(Debug, Default)]
pub(crate) struct InUse {
    entries: BTreeMap<CatalogueEntryId, Code>,
    binding: BTreeMap<Code, (CatalogueEntryId, bool)>,
}

fn loaded(rules: &RuleSet, (kind, code): &Code) -> bool {
    match kind {
        EntryKind::Measure => rules.measure(code).is_some_and(|own| own.published),
        EntryKind::Behaviour => rules.behaviour(code).is_some(),
    }
}

impl InUse {
    /// Whether a code may be used.
    pub(crate) fn published(&self, rules: &RuleSet, kind: EntryKind, code: &str) -> bool {
        let own = (kind, code.to_owned());
        match self.binding.get(&own) {
            Some((_, published)) => *published,
            None => loaded(rules, &own),
        }
    }
}

/// Follows what becomes of an entry.
pub(crate) fn follow(fold: &mut Fold, at: &mut Here<'_>, event: &CatalogueEvent) {
    let own = &mut fold.catalogue;
    match event {
        CatalogueEvent::Drafted { proposal, .. } => {
            let id = CatalogueEntryId(at.at());
            let code = (proposal.kind, proposal.code.clone());
            own.entries.insert(id, code.clone());
            if !loaded(at.rules, &code) {
                own.binding.entry(code).or_insert((id, false));
            }
        }
        CatalogueEvent::AwaitsPublication { entry } => {
            let code = own.entries.get(entry);
            let binding = code.and_then(|code| own.binding.get(code));
            if binding != Some(&(*entry, false)) {
                at.broken(
                    INV_10,
                    "the loaded catalogue publishes what it is about, or it is awaited",
                );
            }
        }
        CatalogueEvent::Published { entry, .. } => match own.entries.get(entry) {
            Some(code) => {
                own.binding.insert(code.clone(), (*entry, true));
            }
            None => at.missing(entry),
        },
        CatalogueEvent::Retired { entry, .. } => {
            let code = own.entries.get(entry);
            if let Some(found) = code.and_then(|code| own.binding.get_mut(code))
                && found.0 == *entry
            {
                found.1 = false;
            }
        }
        _ => {}
    }
}
