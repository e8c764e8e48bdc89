//! Forged notices and decisions: each names a measure that nobody could ever take.

use super::*;
use forge::kit::rules::{ELSEWHERE, INCENTIVE, PERSONS};

/// The measures that an event names.
fn measures(own: &mut Envelope) -> &mut Vec<NamedMeasure> {
    match &mut own.event {
        Event::NoticeServed { measures, .. } | Event::CaseDecided { measures, .. } => measures,
        other => panic!("{other:?}"),
    }
}

pub(super) fn named(table: &mut Table) {
    let mut world = World::seeded();
    world.listing(&[], &[STATUTE], Stage::Decided);
    let (notice, decision) = ("prenotice.served", "listing.decided");
    for (name, what, id) in [
        ("G-PROP", "a measure that is not connected with the behaviour", ELSEWHERE),
        ("G-PROP", "a measure for natural persons", PERSONS),
        ("G-PROP", "an incentive in a notice", INCENTIVE),
        ("G-PROP", "a measure named twice", STATUTE),
        ("G-NO-ORDER", "a measure that only informs", INFORMATION),
    ] {
        table.change(name, what, &world, notice, |own| {
            measures(own).push(forge::kit::steps::named(id));
        });
    }
    table.change("G-PROP", "a measure decided twice", &world, decision, |own| {
        measures(own).push(forge::kit::steps::named(STATUTE));
    });
    for event in [notice, decision] {
        table.other("G-BASIS-RANK", "a measure that no law carries", &world, |log| {
            log.reload(log.last(event), |rules| {
                let own = rules.measures.iter_mut().find(|own| own.id == STATUTE);
                own.expect("it is there").basis.clear();
            });
            let place = log.last(event);
            log.cut(place);
            log.at(place).position
        });
    }
}
