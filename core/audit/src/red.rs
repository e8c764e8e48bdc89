//! The red list (domain.md 2.3c): nomination, check, public notice, decision, end.

use shouxin_core::actor::{Actor, SubjectKey};
use shouxin_core::event::{CaseRef, Event, NominationSource, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{ListingId, RecordId};
use shouxin_core::text::digest_is_stated;
use shouxin_core::time::Day;

use crate::commit::Commit;
use crate::dispute::Disputes;
use crate::fold::{Fold, Kind, Listing, Over, Red, RedStage, Standing};
use crate::here::Here;
use crate::names::{DEADLINE, INV_2, INV_10};

pub(crate) fn check(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>) {
    let id = match &at.event.event {
        Event::ListingNominated { .. } => {
            nominated(fold, at);
            return;
        }
        Event::NominationChecked { listing, .. }
        | Event::PublicNoticeOpened { listing, .. }
        | Event::RedListingDecided { listing, .. }
        | Event::RedListingClosed { listing, .. } => *listing,
        _ => return,
    };
    let Some((subject, red)) = fold.red(id) else {
        at.missing(id);
        return;
    };
    at.about(subject);
    let stage = red.stage;
    let listed = listed_black(fold, subject, at.today);
    match &at.event.event {
        Event::NominationChecked { adverse_records, black, .. } => {
            at.of_authority(red.nominator.authority);
            checked(fold, at, subject, adverse_records, black);
            // What is found closes the nomination.
            let passed = adverse_records.is_empty() && black.is_empty();
            let to = if passed { RedStage::Checked } else { RedStage::Over };
            turn(fold, at, id, stage == RedStage::Nominated, to);
        }
        Event::PublicNoticeOpened { ends_on, .. } => {
            at.of_authority(red.nominator.authority);
            let days = at.most(red.nominated_on, |pack| pack.red_public_notice_days);
            let days = i32::from(days);
            if *ends_on != at.today.plus_days(days) {
                at.broken(
                    DEADLINE,
                    format!("the public notice runs {days} days, not to {ends_on}"),
                );
            }
            let next = RedStage::PublicNotice { ends_on: *ends_on };
            turn(fold, at, id, stage == RedStage::Checked, next);
        }
        Event::RedListingDecided { .. } => decided(fold, commit, at, id, listed),
        Event::RedListingClosed { reasons, .. } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            at.own_matter(subject);
            let void = commit.voids(fold, Target::Listing(id));
            // It goes by its own will, whoever took that down with its paper.
            let own = matches!(at.event.actor, Actor::Subject(_)) || commit.withdraws(id);
            if !void && !own {
                at.head_of(red.nominator.authority);
                let active = matches!(stage, RedStage::Active { .. });
                at.must(!active, Guard::Notice, "what is in force is revoked after notice only");
            }
            if stage == RedStage::Over {
                at.broken(INV_2, "it is over already");
            }
            commit.end(fold, at.at(), CaseRef::Listing(id), Over::Closed);
        }
        _ => {}
    }
}

fn turn(fold: &mut Fold, at: &mut Here<'_>, id: ListingId, fits: bool, to: RedStage) {
    if !fits {
        at.broken(INV_2, "nomination, check, public notice, decision come in this order");
    }
    if let Some(red) = fold.red_mut(id) {
        red.stage = to;
    }
}

/// How many adverse records of a subject are open on the day of the event.
fn open_adverse(fold: &Fold, at: &Here<'_>, subject: SubjectKey) -> usize {
    let today = at.today;
    let counts = |id: &&RecordId| {
        let until = fold.records.get(id).and_then(|own| own.until);
        until.is_none_or(|until| today <= until)
    };
    fold.files.get(&subject).map_or(0, |file| file.adverse.iter().filter(counts).count())
}

/// The check names what this fold knows, and nothing that it does not.
fn checked(
    fold: &Fold,
    at: &mut Here<'_>,
    subject: SubjectKey,
    adverse: &[RecordId],
    black: &[CaseRef],
) {
    let Some(file) = fold.files.get(&subject) else {
        return;
    };
    // What is past its last day counts no more, whether its timer ran or not.
    let today = at.today;
    let counts = |id: &RecordId| {
        let until = fold.records.get(id).and_then(|own| own.until);
        file.adverse.contains(id) && until.is_none_or(|until| today <= until)
    };
    let open = open_adverse(fold, at, subject);
    if open > 0 && adverse.is_empty() {
        at.guard(Guard::RedCheck, format!("{open} adverse records are open"));
    }
    let unknown = adverse.iter().any(|record| !counts(record));
    at.must(!unknown, Guard::RedCheck, "it names a record that is not open about the subject");
    let listed = listed_black(fold, subject, at.today);
    at.must(!listed || !black.is_empty(), Guard::RedCheck, "the subject is on the black list");
    let unlisted = black.iter().any(|case| !file.cases.contains(case));
    at.must(!unlisted, Guard::RedCheck, "it names a listing that is not in force");
}

fn listed_black(fold: &Fold, subject: SubjectKey, day: Day) -> bool {
    let file = fold.files.get(&subject);
    file.is_some_and(|file| {
        file.cases.iter().any(|case| match case {
            CaseRef::Listing(id) => {
                fold.case(*case).is_some() && fold.listing_standing(*id, day) != Standing::Ended
            }
            CaseRef::Attribution(id) => fold.attribution_standing(*id, day) != Standing::Ended,
        })
    })
}

fn nominated(fold: &mut Fold, at: &mut Here<'_>) {
    let Event::ListingNominated { authority, source, merits, basis, consent_sha256 } =
        &at.event.event
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
    at.not_the_head();
    at.capacity(fold, subject);
    at.basis(basis);
    at.stated(Guard::Document, &[("merits", merits)]);
    let agreed = consent_sha256.is_some_and(|sha| digest_is_stated(&sha));
    at.must(agreed || !subject.is_personal(), Guard::Consent, "the person has not consented");
    let cases = fold.files.get(&subject).into_iter().flat_map(|own| &own.cases);
    let listed = cases.copied().any(|case| match case {
        CaseRef::Listing(id) => {
            fold.red(id).is_some() && fold.listing_standing(id, at.today) != Standing::Ended
        }
        CaseRef::Attribution(_) => false,
    });
    if listed {
        at.broken(INV_2, "the subject is on the red list already");
    }
    second_nomination(fold, at, subject, *source);
    let red = Red {
        nominator: at.by(*authority),
        nominated_on: at.today,
        basis: basis.clone(),
        number: String::new(),
        stage: RedStage::Nominated,
        revocation: None,
        holds: std::collections::BTreeSet::new(),
        disputes: Disputes::default(),
        owed: None,
    };
    let listing = Listing {
        subject,
        kind: Kind::Red(red),
        published: false,
        attributions: Vec::new(),
        measures: Vec::new(),
        relief: false,
        extends: None,
        extensions: Vec::new(),
        again_from: None,
        repair_months: None,
        display_ended: false,
        hidden_at: None,
        redress: None,
    };
    fold.listings.insert(ListingId(at.at()), listing);
}

/// One source speaks once for a subject, until that nomination is closed or its honour over.
fn second_nomination(
    fold: &mut Fold,
    at: &mut Here<'_>,
    subject: SubjectKey,
    source: NominationSource,
) {
    let before = fold
        .files
        .get(&subject)
        .and_then(|own| own.nominations.iter().find(|(of, _)| *of == source).map(|(_, id)| *id));
    let stage = before.and_then(|id| fold.red(id)).map(|(_, own)| own.stage);
    if let (
        Some(id),
        Some(RedStage::Nominated | RedStage::Checked | RedStage::PublicNotice { .. }),
    ) = (before, stage)
    {
        at.broken(INV_10, format!("{id} is open for the same subject and source"));
    }
    let newest = ListingId(at.at());
    if let Some(file) = fold.files.get_mut(&subject) {
        file.nominations.retain(|(of, _)| *of != source);
        file.nominations.push((source, newest));
    }
}

fn decided(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>, id: ListingId, black: bool) {
    let Event::RedListingDecided {
        document_number,
        document_sha256,
        reasons,
        until,
        published,
        ..
    } = &at.event.event
    else {
        return;
    };
    let Some((subject, red)) = fold.red(id) else {
        return;
    };
    at.head_beside(&red.nominator);
    match red.stage {
        RedStage::PublicNotice { ends_on } => {
            let over = at.today > ends_on && red.holds.is_empty() && red.disputes.open.is_empty();
            at.must(over, Guard::PublicNotice, "the notice runs, or an objection is open");
        }
        _ => at.guard(Guard::PublicNotice, "there was no public notice"),
    }
    at.must(!black, Guard::RedCheck, "the subject is on the black list");
    at.capacity(fold, subject);
    let open = open_adverse(fold, at, subject);
    at.must(open == 0, Guard::RedCheck, "an adverse record is open that came after the check");
    at.basis(&red.basis);
    at.stated(Guard::Document, &[("reasons", reasons)]);
    at.document(document_number, document_sha256);
    let months = at.most(red.nominated_on, |pack| pack.red_cap_months);
    let cap = at.today.plus_months(months);
    if *until <= at.today || *until > cap {
        at.guard(Guard::End, format!("{until} is past, or later than the cap {cap}"));
    }
    at.must(!published || !subject.is_personal(), Guard::Open, "a person's listing is not shown");
    let active = RedStage::Active { since: at.today, until: *until };
    let number = document_number.clone();
    if let Some(red) = fold.red_mut(id) {
        red.stage = active;
        red.number = number;
    }
    if let Some(listing) = fold.listings.get_mut(&id) {
        listing.published = *published;
        if *published {
            fold.tell(Target::Listing(id), at.at());
        }
    }
    if let Some(file) = fold.files.get_mut(&subject) {
        file.cases.insert(CaseRef::Listing(id));
    }
    commit.touch(subject, at.at());
}
