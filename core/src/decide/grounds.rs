//! What a measure rests on in law: an article of sufficient level, and a court's document where the
//! limit is a court's to order (G-BASIS-RANK, G-COURT).
//!
//! Source: domain.md O42, M-M03..M-M09.

use crate::decide::Context;
use crate::decide::checks::{self, refuse};
use crate::decide::measure::{Asked, Parent};
use crate::guard::{Guard, Refusal};
use crate::rows::Stop;
use crate::rules::{Citation, LegalLevel, Measure, MeasureNeeds};

/// A court's document about this very subject; or, where a statute may stand in its place, a
/// citation of the article that does for this behaviour.
pub(super) fn court_orders(
    context: &Context<'_>,
    entry: &Measure,
    asked: &Asked<'_>,
    parent: &Parent,
) -> Result<(), Stop> {
    let ordered = match asked.court {
        // A judgment about somebody else, or of no date, orders nothing here.
        Some(document) => checks::ruling(context, document, parent.subject).is_ok(),
        None => match entry.needs {
            MeasureNeeds::Court => false,
            MeasureNeeds::CourtOrStatute => statute_orders(entry, asked.basis, parent),
            _ => true,
        },
    };
    if ordered {
        return Ok(());
    }
    Ok(refuse(
        Guard::Court,
        format!("{} 须附人民法院文书 / needs a court document", entry.id),
        "请附法院文书；法律直接授权的，引用对应该行为的条款 / attach it, or cite the statute that \
         authorises it for this behaviour",
    )?)
}

fn statute_orders(entry: &Measure, cited: &[Citation], parent: &Parent) -> bool {
    entry.statutory.iter().any(|own| {
        cited.iter().any(|citation| citation.instrument == own.instrument)
            && parent.behaviour.as_ref().is_some_and(|id| own.behaviours.contains(id))
    })
}

/// Whether the catalogue names any basis in force that carries a measure: without one it can be named
/// nowhere, because nobody could ever take it (G-BASIS-RANK).
pub(super) fn carried(context: &Context<'_>, entry: &Measure) -> Result<(), Refusal> {
    let in_force = |own: &&Citation| {
        let found = context.rules.instrument(&own.instrument);
        found.is_some_and(|found| found.in_force(context.today))
    };
    let own: Vec<Citation> = entry.basis.iter().filter(in_force).cloned().collect();
    if suffices(context, entry, &own) {
        return Ok(());
    }
    refuse(
        Guard::BasisRank,
        format!(
            "目录中 {} 没有现行有效且层级足够的依据 / the catalogue names no basis in force that carries {}",
            entry.id, entry.id
        ),
        "不得载明该措施；目录补充依据后方可采取 / it cannot be named before the catalogue has such a basis",
    )
}

/// A measure that needs a statute rests on a law or administrative regulation that the catalogue
/// names for it; any other on an article the catalogue names for it (G-BASIS-RANK).
fn suffices(context: &Context<'_>, entry: &Measure, cited: &[Citation]) -> bool {
    let own =
        |citation: &Citation| entry.basis.iter().any(|own| own.instrument == citation.instrument);
    let level = |citation: &Citation| {
        context.rules.instrument(&citation.instrument).map(|found| found.level)
    };
    cited.iter().filter(|citation| own(citation)).any(|citation| match entry.needs {
        MeasureNeeds::Statute | MeasureNeeds::CourtOrStatute => {
            level(citation).is_some_and(|level| level <= LegalLevel::AdministrativeRegulation)
        }
        _ => true,
    })
}

/// What is cited for a measure carries it.
pub(super) fn basis_of_measure(
    context: &Context<'_>,
    entry: &Measure,
    cited: &[Citation],
) -> Result<(), Stop> {
    if suffices(context, entry, cited) {
        return Ok(());
    }
    Ok(refuse(
        Guard::BasisRank,
        format!("所引依据不足以采取 {} / no citation carries {}", entry.id, entry.id),
        "请引用目录中该措施的法律、行政法规依据 / cite the basis the catalogue names for it",
    )?)
}
