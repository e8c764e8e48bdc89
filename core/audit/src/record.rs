//! Files and records (domain.md 2.1): collected under the directory, shown as far as it says,
//! ended by their provider, by an outcome, or by their own date.

use std::collections::{BTreeMap, BTreeSet};

use shouxin_core::actor::SubjectKey;
use shouxin_core::event::file::FileEvent;
use shouxin_core::event::person::{CapacityGround, PersonEvent};
use shouxin_core::event::record::RecordEvent;
use shouxin_core::event::{Capacity, CaseRef, Event, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{RecordId, RepairId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::limits::ARCHIVE_AFTER_DAYS;
use shouxin_core::rules::{Openness, Polarity, RecordClass, Severity, SubjectKind};
use shouxin_core::text::{Digest, Name, digest_is_stated, short_text_is_stated};
use shouxin_core::time::Day;

use crate::commit::Commit;
use crate::dispute::Disputes;
use crate::fold::{File, Fold, ObjectionStage, Record, RecordStage};
use crate::ground::{papers, plain};
use crate::here::Here;
use crate::names::{DEADLINE, INV_2, INV_3, INV_6, INV_10};
use crate::{redress, version};

pub(crate) fn check(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>) {
    match &at.event.event {
        Event::SubjectRegistered { kind, name, attestation, .. } => {
            named(at, name);
            let whole = attestation.as_ref().is_none_or(|own| {
                short_text_is_stated(&own.document_number) && digest_is_stated(&own.sha256)
            });
            at.must(whole, Guard::Document, "what attests the code is missing");
            file(fold, at, *kind, None);
        }
        Event::PersonRegistered { capacity, .. } => {
            file(fold, at, SubjectKind::NaturalPerson, Some(*capacity));
        }
        Event::File(FileEvent::Renamed { name, document_number, document_sha256 }) => {
            named(at, name);
            at.document(document_number, document_sha256);
            has_file(fold, at);
        }
        Event::AliasLinked { kind, code } => {
            has_file(fold, at);
            if !fold.aliases.insert((kind.clone(), code.clone())) {
                at.broken(INV_10, format!("{kind} {code} leads to a file already"));
            }
        }
        Event::RecordAccepted { .. } => accepted(fold, commit, at),
        Event::RecordAnnulled { record, reasons } => {
            let target = Target::Record(*record);
            if let Some(own) = live(fold, at, *record, true) {
                let (subject, provider) = (own.subject, own.provider);
                at.about(subject);
                at.stated(Guard::Document, &[("reasons", reasons)]);
                if !commit.voids(fold, target) {
                    at.of_authority(provider);
                    commit.void(fold, at.at(), (target, at.at()));
                    redress::taken_back(fold, commit, at, target);
                    // What its own provider took back may come in anew.
                    if let Some(own) = fold.records.get_mut(record) {
                        own.filed_as.clear();
                        own.withdrawn = own.holds.is_empty() && own.disputes.open.is_empty();
                    }
                }
            }
            ended(fold, at, *record, RecordStage::Annulled);
            commit.touch_under(fold, at.at(), target);
        }
        Event::RecordRepaired { record, repair } => {
            // Another repair may end what one has.
            let before = fold.records.get(record).and_then(|own| own.repaired);
            let again = before.is_some_and(|own| own.0 != *repair);
            if let Some(own) = live(fold, at, *record, again) {
                let (subject, provider) = (own.subject, own.provider);
                at.about(subject);
                at.of_authority(provider);
                if !commit.repairs_record(fold, *repair, *record) {
                    at.broken(INV_6, format!("no approval of {repair} stands in this commit"));
                }
            }
            let shown = fold.records.get(record).is_some_and(|own| own.published);
            let published = before.map_or(shown, |own| own.1);
            ended(fold, at, *record, RecordStage::Over);
            if let Some(own) = fold.records.get_mut(record) {
                own.repaired = Some((*repair, published));
            }
            commit.ground_ends(at.at(), *record);
        }
        Event::RecordExpired { record } => {
            if let Some(own) = live(fold, at, *record, false) {
                let (subject, until) = (own.subject, own.until);
                at.about(subject);
                at.after(until, "publicity");
            }
            ended(fold, at, *record, RecordStage::Over);
            commit.ground_ends(at.at(), *record);
        }
        _ => {}
    }
}

/// What is personal stands in clear nowhere, and the name of an individual business is its owner's.
fn named(at: &mut Here<'_>, name: &Name) {
    match name {
        Name::Clear(name) => {
            let open = at.event.subject.is_some_and(|own| !own.is_personal());
            at.must(open, Guard::Open, "a name that is personal stands in clear");
            at.must(
                short_text_is_stated(name),
                Guard::Document,
                "the name is missing, or too long",
            );
        }
        Name::Sealed(name) => at.stated(Guard::Document, &[("name", name)]),
    }
}

/// What is said of a file is said of one that was opened.
fn has_file(fold: &Fold, at: &mut Here<'_>) {
    if let Some(subject) = at.event.subject.filter(|own| !fold.files.contains_key(own)) {
        at.missing(subject);
    }
}

fn file(fold: &mut Fold, at: &mut Here<'_>, kind: SubjectKind, capacity: Option<Capacity>) {
    let Some(subject) = at.event.subject else {
        at.missing("no subject");
        return;
    };
    let file = File {
        kind,
        capacity,
        found_by: None,
        stated: Vec::new(),
        cases: BTreeSet::new(),
        adverse: BTreeSet::new(),
        nominations: Vec::new(),
        authorised: BTreeMap::new(),
    };
    if subject.is_person() != capacity.is_some() || fold.files.insert(subject, file).is_some() {
        at.broken(INV_10, "the file is there already, or is of the other kind");
    }
}

/// A person's capacity is stated anew: by a document, of a person who has a file, and differently.
pub(crate) fn capacity(fold: &mut Fold, at: &mut Here<'_>, event: &PersonEvent) {
    let PersonEvent::CapacityStated { capacity, ground, document_number, document_sha256 } = event;
    at.document(document_number, document_sha256);
    if *ground == CapacityGround::CameOfAge && *capacity != Capacity::Full {
        at.guard(Guard::Capacity, "who comes of age has full capacity");
    }
    let Some(file) = at.event.subject.and_then(|own| fold.files.get_mut(&own)) else {
        at.missing("a person");
        return;
    };
    let found = file.found_by.replace(*ground) == Some(CapacityGround::CourtFinding);
    match file.capacity.replace(*capacity) {
        None => at.missing("a person"),
        Some(own) if own == *capacity => at.broken(INV_2, "that was the capacity on file"),
        // The years undo nothing that a court found.
        Some(_) if found && *ground == CapacityGround::CameOfAge => {
            at.guard(Guard::Capacity, "a court had found otherwise");
        }
        Some(_) => {}
    }
}

/// A record that stands; with `over` one that ended by its date or by a repair will do.
fn live<'f>(fold: &'f Fold, at: &mut Here<'_>, id: RecordId, over: bool) -> Option<&'f Record> {
    let Some(own) = fold.records.get(&id) else {
        at.missing(id);
        return None;
    };
    // What is archived may be annulled whatever it had been before: a suit may outlast it.
    let over = over && matches!(own.stage, RecordStage::Over | RecordStage::Archived);
    if own.stage != RecordStage::Live && !over {
        at.broken(INV_10, format!("{id} is over already"));
    }
    Some(own)
}

fn ended(fold: &mut Fold, at: &Here<'_>, id: RecordId, stage: RecordStage) {
    if fold.records.get(&id).is_some_and(|own| own.published) {
        fold.tell(Target::Record(id), at.at());
    }
    let Some(own) = fold.records.get_mut(&id) else {
        return;
    };
    own.stage = stage;
    own.published = false;
    own.repaired = None;
    own.ended_on = Some(at.today);
    if let Some(file) = fold.files.get_mut(&own.subject) {
        file.adverse.remove(&id);
    }
}

/// The shortest and the longest publicity of a severity, for a record collected on a day.
pub(crate) fn months(
    at: &Here<'_>,
    collected_on: Day,
    severity: Option<Severity>,
) -> Option<(u16, u16)> {
    let severity = severity?;
    let first = at.least(collected_on, |pack| version::publicity(pack, severity).0);
    let last = at.least(collected_on, |pack| version::publicity(pack, severity).1);
    Some((first, last))
}

/// A record whose repair was revoked has effect again, as widely as before.
pub(crate) fn restored(fold: &mut Fold, at: &mut Here<'_>, id: RecordId, by: RepairId, open: bool) {
    let Some(own) = fold.records.get_mut(&id) else {
        at.missing(id);
        return;
    };
    if own.stage != RecordStage::Over || own.repaired.map(|own| own.0) != Some(by) {
        at.broken(INV_10, format!("{by} is not what ended {id}"));
    }
    let wider = open && !own.repaired.is_some_and(|own| own.1);
    at.must(!wider, Guard::Open, "it is shown more widely than before its repair");
    own.stage = RecordStage::Live;
    own.published = open;
    own.ended_on = None;
    own.repaired = None;
    let subject = own.subject;
    if open {
        fold.tell(Target::Record(id), at.at());
    }
    if let Some(file) = fold.files.get_mut(&subject) {
        file.adverse.insert(id);
    }
}

/// What every version of a record has to state.
fn version(at: &mut Here<'_>, number: &str, date: Day, sha256: Option<&Digest>, adverse: bool) {
    let stated = short_text_is_stated(number) && date <= at.today;
    at.must(stated, Guard::Fact, "no document number, or a document of the future");
    let established = sha256.is_some_and(digest_is_stated);
    at.must(established || !adverse, Guard::Fact, "an adverse record without its document");
}

fn accepted(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>) {
    let Event::RecordAccepted {
        item,
        class,
        openness,
        polarity,
        severity,
        provider,
        document_number,
        document_date,
        document_sha256,
        content,
        published,
        publicity_until,
        notified,
    } = &at.event.event
    else {
        return;
    };
    let Some(subject) = at.event.subject else {
        at.missing("no subject");
        return;
    };
    at.of_authority(*provider);
    let adverse = *polarity == Polarity::Adverse;
    let kind = fold.files.get(&subject).map(|file| file.kind);
    if kind.is_none() {
        at.missing(subject);
    }
    match at.rules.item(item) {
        None => at.guard(Guard::Open, format!("{item} is not in the directory")),
        Some(entry) => {
            if let Some((department, ..)) = at.officer()
                && !entry.providers.contains(&department.code)
            {
                let detail = format!("{} does not provide {item}", department.code);
                at.guard(Guard::Competent, detail);
            }
            let same = (*class, *openness, *polarity)
                == (entry.class, entry.openness, entry.polarity)
                && kind.is_none_or(|kind| entry.subjects.contains(&kind));
            at.must(same, Guard::Open, "class, openness, polarity or kind are not the directory's");
        }
    }
    at.capacity(fold, subject);
    version(at, document_number, *document_date, document_sha256.as_ref(), adverse);
    match notified {
        Some(own) if adverse => at.service(Guard::Notice, own, *document_date),
        _ => at.must(!adverse, Guard::Notice, "the party was not told of an adverse record"),
    }
    if severity.is_some() != adverse {
        at.broken(INV_10, "only adverse records have a severity, and every one of them");
    }
    may_be_shown(at, *published, *openness, *severity, subject);
    // What is exempt of permits and penalties is said beside them, of all else in its content.
    let beside = matches!(class, RecordClass::Permit | RecordClass::Penalty);
    let withheld = !published && may_show(*openness, *severity, subject);
    let reasoned = !withheld || beside || content.is_some();
    at.must(reasoned, Guard::Open, "it is withheld, and nothing says why");
    if adverse && recorded(fold, (subject, *provider), item, document_number, None) {
        at.broken(INV_10, "it is recorded already");
    }
    let months = months(at, at.today, *severity);
    let until = months.map(|months| document_date.plus_months(months.1));
    let over = until.is_some_and(|until| until < at.today);
    at.must(!over, Guard::End, "its longest publicity had passed when it was collected");
    if *publicity_until != until {
        at.broken(DEADLINE, "the end of publicity does not follow from document and rules");
    }
    let id = RecordId(at.at());
    if beside {
        commit.await_filed(id);
    }
    if adverse && let Some(file) = fold.files.get_mut(&subject) {
        file.adverse.insert(id);
    }
    let record = Record {
        subject,
        collected_on: at.today,
        provider: *provider,
        by: at.by(*provider),
        adverse,
        openness: *openness,
        item: item.clone(),
        filed_as: document_number.clone(),
        number: document_number.clone(),
        sha256: *document_sha256,
        dated: *document_date,
        severity: *severity,
        published: *published,
        hidden_at: None,
        until: *publicity_until,
        version: 0,
        corrected_at: None,
        supplemented_at: None,
        stage: RecordStage::Live,
        ended_on: None,
        holds: BTreeSet::new(),
        disputes: Disputes::default(),
        listings: Vec::new(),
        attributions: Vec::new(),
        counted_from: *document_date,
        repaired: None,
        again_from: None,
        redress: None,
        withdrawn: false,
    };
    if *published {
        fold.tell(Target::Record(id), at.at());
    }
    fold.records.insert(id, record);
    if adverse {
        fold.documented(subject, id);
    }
}

/// What a provider collected once under a number and an item is not held against anybody twice.
fn recorded(
    fold: &Fold,
    (subject, provider): (SubjectKey, Uscc),
    item: &str,
    number: &str,
    except: Option<RecordId>,
) -> bool {
    let known = papers(number, None).filter_map(|paper| fold.papers.get(&(subject, paper)));
    let known = known.flatten().filter(|id| Some(**id) != except);
    let mut known = known.filter_map(|id| fold.records.get(id));
    known.any(|own| {
        // What its own provider took back may come in anew, by whichever number it had.
        let same = |own: &str| plain(own) == plain(number);
        let of_it = !own.filed_as.is_empty() && (same(&own.filed_as) || same(&own.number));
        own.provider == provider && own.item == item && of_it
    })
}

fn may_show(openness: Openness, severity: Option<Severity>, subject: SubjectKey) -> bool {
    openness == Openness::Public && severity != Some(Severity::Minor) && !subject.is_personal()
}

fn may_be_shown(
    at: &mut Here<'_>,
    published: bool,
    openness: Openness,
    severity: Option<Severity>,
    subject: SubjectKey,
) {
    let open = may_show(openness, severity, subject);
    at.must(open || !published, Guard::Open, "it is published and may not be");
}

pub(crate) fn check_later(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    event: &RecordEvent,
) {
    match event {
        RecordEvent::Corrected { record, publicity_until, .. } => {
            corrected(fold, at, event);
            if let Some(until) = publicity_until {
                commit.corrects(at.at(), *record, *until);
            }
        }
        RecordEvent::Supplemented { .. } => supplemented(fold, at, event),
        RecordEvent::PublicityShortened { record, before, until } => {
            let court = commit.shortened_to(Target::Record(*record));
            version::record_shortened(fold, at, *record, (*before, *until), court);
            commit.corrects(at.at(), *record, *until);
        }
        RecordEvent::DisplayEnded { record, reasons } => {
            if let Some(own) = live(fold, at, *record, false) {
                let (subject, provider, mut shown) = (own.subject, own.provider, own.published);
                // Or off it only until somebody answers an objection.
                let open: Vec<_> = own.disputes.open.keys().copied().collect();
                let off = |id| fold.objections.get(id).is_some_and(|own| own.undisplayed);
                shown |= open.iter().any(off);
                at.about(subject);
                at.stated(Guard::Document, &[("reasons", reasons)]);
                at.of_authority(provider);
                if !shown {
                    at.broken(INV_6, "it is not on display");
                }
            }
            fold.display(Target::Record(*record), false, at.at());
            if let Some(own) = fold.records.get_mut(record) {
                own.hidden_at = Some(at.at());
            }
            // Nor is it shown again with the outcome of what took it off display meanwhile.
            let disputes = fold.records.get(record).map(|own| &own.disputes);
            let open = disputes.into_iter().flat_map(|own| own.open.keys().copied());
            for id in open.collect::<Vec<_>>() {
                if let Some(own) = fold.objections.get_mut(&id) {
                    own.undisplayed = false;
                }
            }
        }
        RecordEvent::Relieved { record, relief } => {
            if let Some(own) = live(fold, at, *record, false) {
                let (subject, provider) = (own.subject, own.provider);
                let relieved = commit.relieves_one_of(*relief, &own.listings);
                at.about(subject);
                at.of_authority(provider);
                if !relieved {
                    at.broken(INV_6, format!("{relief} is not completed in this commit"));
                }
            }
            ended(fold, at, *record, RecordStage::Over);
            commit.ground_is_relieved(at.at(), *record, *relief);
        }
        RecordEvent::Archived { record } => {
            let Some(own) = fold.records.get(record) else {
                at.missing(record);
                return;
            };
            at.about(own.subject);
            if !own.holds.is_empty() {
                at.guard(Guard::NoSuspension, "an objection to it is open");
            }
            let remedies = own.ended_on.map(|on| on.plus_days(ARCHIVE_AFTER_DAYS - 1));
            let revocable = own.repaired.and(own.until);
            at.after(remedies, "the time for remedies");
            if revocable.is_some() {
                at.after(revocable, "the time in which its repair may be revoked");
            }
            if let Some(own) = fold.records.get_mut(record) {
                own.stage = RecordStage::Archived;
            }
        }
    }
}

/// A correction weighs no more, and is shown no longer, than what it corrects.
fn corrected(fold: &mut Fold, at: &mut Here<'_>, event: &RecordEvent) {
    let RecordEvent::Corrected {
        record,
        version: number_of,
        document_number,
        document_date,
        document_sha256,
        severity,
        publicity_until,
        reasons,
        ..
    } = event
    else {
        return;
    };
    let Some(own) = live(fold, at, *record, false) else {
        return;
    };
    at.about(own.subject);
    at.of_authority(own.provider);
    at.stated(Guard::Document, &[("reasons", reasons)]);
    version(at, document_number, *document_date, document_sha256.as_ref(), own.adverse);
    let heavier = severity.is_some() != own.severity.is_some() || *severity > own.severity;
    at.must(!heavier, Guard::Notice, "a correction that weighs more is a new record");
    let of = (own.subject, own.provider);
    if own.adverse && recorded(fold, of, &own.item, document_number, Some(*record)) {
        at.broken(INV_10, "another record is that of the document");
    }
    let listings = own.listings.iter().map(|id| CaseRef::Listing(*id));
    let mut cases = listings.chain(own.attributions.iter().map(|id| CaseRef::Attribution(*id)));
    let behind = cases.any(|case| {
        let open = fold.case(case).filter(|own| own.over.is_none());
        open.is_some_and(|own| own.proposed_on < *document_date)
    });
    at.must(!behind, Guard::Fact, "it puts the document behind what was proposed on it");
    let months = months(at, own.collected_on, *severity);
    let until = months.map(|months| document_date.plus_months(months.1));
    let expected = until.into_iter().chain(own.until).min();
    if *publicity_until > own.until {
        at.broken(INV_3, "a correction is shown longer than what it corrects");
    } else if *publicity_until != expected {
        at.broken(DEADLINE, "the end of publicity does not follow from document and rules");
    }
    if *number_of != own.version.saturating_add(1) {
        at.broken(INV_10, format!("version {number_of} follows {}", own.version));
    }
    let minor = *severity == Some(Severity::Minor);
    if minor && fold.records.get(record).is_some_and(|own| own.published) {
        fold.tell(Target::Record(*record), at.at());
    }
    if let Some(own) = fold.records.get_mut(record) {
        own.version = *number_of;
        own.corrected_at = Some(at.at());
        own.number = document_number.clone();
        own.sha256 = *document_sha256;
        own.dated = *document_date;
        own.counted_from = own.counted_from.min(*document_date);
        own.severity = *severity;
        own.until = *publicity_until;
        own.published = own.published && !minor;
        if own.adverse {
            let subject = own.subject;
            fold.documented(subject, *record);
        }
    }
}

/// What is added is what an open objection to this very record found missing.
fn supplemented(fold: &mut Fold, at: &mut Here<'_>, event: &RecordEvent) {
    let RecordEvent::Supplemented {
        record,
        objection,
        version,
        statement,
        document_sha256,
        reasons,
    } = event
    else {
        return;
    };
    let verifying = fold.objections.get(objection).is_some_and(|own| {
        own.target == Target::Record(*record)
            && matches!(own.stage, ObjectionStage::Verifying | ObjectionStage::Unverified)
    });
    let Some(own) = live(fold, at, *record, false) else {
        return;
    };
    at.about(own.subject);
    at.of_authority(own.provider);
    at.stated(Guard::Document, &[("statement", statement), ("reasons", reasons)]);
    let document = document_sha256.is_some_and(|own| digest_is_stated(&own));
    at.must(document || !own.adverse, Guard::Fact, "no effective document");
    if !verifying {
        at.broken(INV_2, "no objection to it is verified");
    }
    if *version != own.version.saturating_add(1) {
        at.broken(INV_10, format!("version {version} follows {}", own.version));
    }
    if let Some(own) = fold.records.get_mut(record) {
        own.version = *version;
        own.supplemented_at = Some(at.at());
    }
}
