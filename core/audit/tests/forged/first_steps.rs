//! Forged first steps: the head begins what the head alone may finish (G-4EYES).

use super::*;
use crate::forge::kit::later::office_head;
use crate::forge::words;

pub(super) fn by_the_head(table: &mut Table) {
    let (listed, held) = (lives::listing(), lives::attribution());
    let mut begun = |what, world: &World, event: &str, who: &forge::kit::Who| {
        table.change("G-4EYES", what, world, event, by(who));
    };
    begun("the head proposes", &listed, "listing.proposed", &head());
    begun("the head proposes about a person", &held, "attribution.proposed", &head());
    begun("the head proposes that a word was broken", &words::broken(), "breach.proposed", &head());
    let repaired = further::record_restored();
    begun("the head lets a repair in", &repaired, "repair.accept_decided", &head());
    begun("the head opens a revocation", &repaired, "repair.revocation_noticed", &head());
    let red = lives::red_revoked();
    begun("the head nominates", &red, "listing.nominated", &office_head());
    let noticed = "red_listing.revocation_noticed";
    begun("the head opens the revocation of an honour", &red, noticed, &office_head());
    let turned_away = further::turned_away();
    begun("the head turns it away", &turned_away, "objection.refused", &office_head());
    let rejected = lives::disputed(Finding::Correct);
    begun("the head resolves", &rejected, "objection.resolved", &office_head());
    let assessed = further::assessed();
    begun("the head freezes", &assessed, "assessment.metrics_frozen", &office_head());
    let entered = further::catalogued();
    begun("the head checks the format", &entered, "catalogue.format_checked", &office_head());
}
