//! Classifications made elsewhere (O20, Q05, INV-7): the author's words under a standard of its
//! own, its number, its dates. One that was replaced or taken back is dropped.

use std::collections::BTreeMap;

use shouxin_core::actor::SubjectKey;
use shouxin_core::event::imported::ImportedEvent;
use shouxin_core::guard::Guard;
use shouxin_core::id::ImportedId;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::text::short_text_is_stated;
use shouxin_core::time::Day;

use crate::fold::Fold;
use crate::here::Here;
use crate::names::{INV_7, INV_8, INV_10};

type Of = (SubjectKey, Uscc, String);

/// What was received and stands: by id, and which one is the newest of its kind.
#[derive(Debug, Default)]
pub(crate) struct Classifications {
    by_id: BTreeMap<ImportedId, Of>,
    newest: BTreeMap<Of, (ImportedId, Day)>,
}

impl Classifications {
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }
}

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &ImportedEvent) {
    match event {
        ImportedEvent::Received { .. } => received(fold, at, event),
        ImportedEvent::Withdrawn { classification, reasons } => {
            let Some(of) = fold.classifications.by_id.remove(classification) else {
                at.missing(classification);
                return;
            };
            at.about(of.0);
            at.of_authority(of.1);
            at.stated(Guard::Document, &[("reasons", reasons)]);
            fold.classifications.newest.remove(&of);
        }
    }
}

fn received(fold: &mut Fold, at: &mut Here<'_>, event: &ImportedEvent) {
    let ImportedEvent::Received {
        authority,
        standard,
        decision_number,
        decided_on,
        valid_until,
        supersedes,
        ..
    } = event
    else {
        return;
    };
    let Some(subject) = at.event.subject else {
        at.missing("no subject");
        return;
    };
    if !fold.files.contains_key(&subject) {
        at.missing(subject);
    }
    at.of_authority(*authority);
    if subject.is_person() {
        at.broken(INV_8, "nobody classifies a natural person");
    }
    by_standard(fold, at, subject, event);
    let stated = short_text_is_stated(decision_number) && *decided_on <= at.today;
    at.must(stated, Guard::Document, "no number, or decided in the future");
    let fits = valid_until > decided_on && *valid_until >= at.today;
    at.must(fits, Guard::End, "it would be over, or never begin");
    let of = (subject, *authority, standard.clone());
    let before = fold.classifications.newest.get(&of).copied();
    if before.is_some_and(|own| own.1 > *decided_on) {
        at.broken(INV_10, "an earlier decision replaces a later one");
    }
    if before.map(|own| own.0) != *supersedes {
        at.broken(INV_10, "it does not say rightly what it replaces");
    }
    if let Some((old, _)) = before {
        fold.classifications.by_id.remove(&old);
    }
    let id = ImportedId(at.at());
    fold.classifications.newest.insert(of.clone(), (id, *decided_on));
    fold.classifications.by_id.insert(id, of);
}

/// Author, standard and class are those of the data files: the register adds no word of its own.
fn by_standard(fold: &Fold, at: &mut Here<'_>, subject: SubjectKey, event: &ImportedEvent) {
    let ImportedEvent::Received { author, standard, standard_title, class_name, openness, .. } =
        event
    else {
        return;
    };
    let Some(entry) = at.rules.standard(standard) else {
        at.broken(INV_7, format!("{standard} is no standard on file"));
        return;
    };
    at.of_department(&entry.authority);
    at.basis(&entry.basis);
    let named = at.officer().is_none_or(|own| own.0.name_zh == *author);
    if !named || *standard_title != entry.name_zh {
        at.broken(INV_7, "author or standard is not the one that classifies");
    }
    if !entry.classes.contains(class_name) {
        at.broken(INV_7, format!("{standard} has no class {class_name}"));
    }
    let kind = fold.files.get(&subject).map(|file| file.kind);
    if !subject.is_person() && kind.is_some_and(|kind| !entry.subjects.contains(&kind)) {
        at.broken(INV_7, format!("{standard} is not for this kind of subject"));
    }
    at.must(*openness == entry.openness, Guard::Open, "the openness is not the standard's");
}
