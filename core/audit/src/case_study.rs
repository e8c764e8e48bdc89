//! Typical cases (O26, D09): drafted by a department, published by its head, and nobody is named
//! in them: not by number (`clear`) and not by link. One that is withdrawn is dropped.

use std::collections::BTreeMap;

use shouxin_core::actor::OfficerRef;
use shouxin_core::event::case_study::CaseStudyEvent;
use shouxin_core::guard::Guard;
use shouxin_core::id::CaseStudyId;
use shouxin_core::text::short_text_is_stated;

use crate::fold::Fold;
use crate::here::Here;
use crate::names::{INV_2, INV_8};

/// Every typical case that is drafted or shown.
pub(crate) type CaseStudies = BTreeMap<CaseStudyId, CaseStudy>;

#[derive(Debug)]
pub(crate) struct CaseStudy {
    drafter: OfficerRef,
    published: bool,
}

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &CaseStudyEvent) {
    if at.event.subject.is_some() {
        at.broken(INV_8, "what is told to everybody stands in nobody's file");
    }
    match event {
        CaseStudyEvent::Drafted { .. } => drafted(fold, at, event),
        CaseStudyEvent::Published { case_study } => match fold.case_studies.get_mut(case_study) {
            Some(own) => {
                at.head_beside(&own.drafter);
                if own.published {
                    at.broken(INV_2, "it is published already");
                }
                own.published = true;
            }
            None => at.missing(case_study),
        },
        CaseStudyEvent::TakenDown { case_study, .. } => taken_down(fold, at, *case_study),
        // Written before the reason was a class.
        CaseStudyEvent::Withdrawn { case_study, reason } => {
            taken_down(fold, at, *case_study);
            at.must(short_text_is_stated(reason), Guard::Document, "there is no reason");
        }
    }
}

fn taken_down(fold: &mut Fold, at: &mut Here<'_>, id: CaseStudyId) {
    match fold.case_studies.remove(&id) {
        Some(own) => at.of_authority(own.drafter.authority),
        None => at.missing(id),
    }
}

fn drafted(fold: &mut Fold, at: &mut Here<'_>, event: &CaseStudyEvent) {
    let CaseStudyEvent::Drafted {
        authority,
        title,
        text,
        subject,
        natural_persons,
        anonymised,
        persons_checked,
    } = event
    else {
        return;
    };
    at.of_authority(*authority);
    let whole = short_text_is_stated(title) && !text.trim().is_empty();
    at.must(whole, Guard::Document, "there is no title, or no text");
    let persons = *natural_persons || *persons_checked > 0;
    at.must(*anonymised || !persons, Guard::Anonymous, "nobody states that it was made anonymous");
    if let Some(key) = subject {
        at.must(!key.is_personal(), Guard::Anonymous, "it is linked to a person");
        if !fold.files.contains_key(key) {
            at.missing(key);
        }
    }
    let own = CaseStudy { drafter: at.by(*authority), published: false };
    fold.case_studies.insert(CaseStudyId(at.at()), own);
}
