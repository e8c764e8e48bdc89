//! The frequency of inspections: a base, changes by decision, and bounds by law. Pure arithmetic.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shouxin_plugin::{Date, Entry, State};

/// The largest change one decision can make, in inspections per year.
const CHANGE_PER_YEAR_MAX: u64 = 366;

/// The two kinds of inspection the plan of the county names (三(四)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 日常检查.
    Routine,
    /// 专项检查.
    Special,
}

/// Inspections per year of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Without any decision.
    pub base_per_year: u32,
    /// Never fewer: what the law prescribes stays whatever is granted.
    pub minimum_per_year: u32,
    /// Never more: what the law leaves to the bureau.
    pub maximum_per_year: u32,
}

/// What the operator can set. The defaults are an example, not the law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// 日常检查.
    pub routine: Bounds,
    /// 专项检查.
    pub special: Bounds,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            routine: Bounds { base_per_year: 2, minimum_per_year: 1, maximum_per_year: 6 },
            special: Bounds { base_per_year: 1, minimum_per_year: 0, maximum_per_year: 4 },
        }
    }
}

impl Settings {
    /// The bounds of one kind.
    pub fn bounds(&self, kind: Kind) -> Bounds {
        match kind {
            Kind::Routine => self.routine,
            Kind::Special => self.special,
        }
    }

    /// Says what is wrong with the settings, if anything.
    pub fn check(&self) -> Result<(), String> {
        for (name, bounds) in [("routine", self.routine), ("special", self.special)] {
            let Bounds { base_per_year, minimum_per_year, maximum_per_year } = bounds;
            if !(minimum_per_year..=maximum_per_year).contains(&base_per_year) {
                return Err(format!(
                    "`{name}`: {base_per_year} is not between {minimum_per_year} and \
                     {maximum_per_year}"
                ));
            }
        }
        Ok(())
    }
}

/// What a case changes, in inspections per year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    routine: i64,
    special: i64,
}

/// Reads what a measure changes: `raise_by` of M-A27, `lower_by` of I18 and I19, 1 if absent.
pub fn change(measure: &str, parameters: &Map<String, Value>) -> Result<Change, String> {
    let by = |name: &str| -> Result<i64, String> {
        let value = match parameters.get(name) {
            None => Some(1),
            Some(value) => value.as_u64().filter(|by| (1..=CHANGE_PER_YEAR_MAX).contains(by)),
        };
        value
            .and_then(|by| i64::try_from(by).ok())
            .ok_or_else(|| format!("`{name}` must be a number from 1 to {CHANGE_PER_YEAR_MAX}"))
    };
    match measure {
        "M-A27" => by("raise_by").map(|by| Change { routine: by, special: by }),
        "I18" => by("lower_by").map(|by| Change { routine: -by, special: 0 }),
        "I19" => by("lower_by").map(|by| Change { routine: 0, special: -by }),
        _ => Err(format!("this plugin carries out M-A27, I18 and I19, not {measure}")),
    }
}

/// The frequency of one kind of inspection, with what it rests on.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// How often.
    pub per_year: u32,
    #[serde(flatten)]
    bounds: Bounds,
    because: Vec<Because>,
}

#[derive(Debug, Serialize)]
struct Because {
    case: String,
    measure: String,
    decision: String,
    document_number: String,
    until: Date,
    /// What the decision orders, in inspections per year.
    change: i64,
    /// Whether the frequency rests on it.
    applied: bool,
}

/// Computes the frequency of one kind from the cases in effect.
pub fn plan<'a>(kind: Kind, bounds: Bounds, cases: impl Iterator<Item = &'a Entry>) -> Plan {
    let mut because: Vec<Because> = cases
        .filter_map(|entry| {
            let change = change(&entry.measure, &entry.parameters).ok()?;
            let change = match kind {
                Kind::Routine => change.routine,
                Kind::Special => change.special,
            };
            (change != 0).then(|| Because {
                case: entry.case_id.clone(),
                measure: entry.measure.clone(),
                decision: entry.decision.clone(),
                document_number: entry.document_number.clone(),
                until: entry.until,
                change,
                applied: false,
            })
        })
        .collect();
    let highest = because.iter().map(|reason| reason.change).max().unwrap_or(0);
    let lowest = because.iter().map(|reason| reason.change).min().unwrap_or(0);
    // The strongest raise if there is one, else the strongest lowering; nothing adds up.
    let decisive = if highest > 0 { highest } else { lowest };
    for reason in &mut because {
        reason.applied = reason.change == decisive;
    }
    let wanted = i64::from(bounds.base_per_year).saturating_add(decisive);
    let bounded =
        wanted.clamp(i64::from(bounds.minimum_per_year), i64::from(bounds.maximum_per_year));
    let per_year = u32::try_from(bounded).unwrap_or(bounds.base_per_year);
    Plan { per_year, bounds, because }
}

/// One subject of the plan of a day.
#[derive(Debug, Serialize)]
pub struct Row<'a> {
    /// Its key.
    pub subject: &'a str,
    /// 日常检查 a year.
    routine: u32,
    /// 专项检查 a year.
    special: u32,
    /// The cases that the numbers rest on.
    by: Vec<String>,
    /// The cases that count for nothing while they are suspended.
    suspended: Vec<&'a str>,
}

/// The row of a subject; `None` if nothing is in effect or suspended for it on that day.
pub fn row<'a>(
    subject: &'a str,
    on: Date,
    settings: &Settings,
    cases: impl Iterator<Item = &'a Entry>,
) -> Option<Row<'a>> {
    let (mut in_effect, mut suspended) = (Vec::new(), Vec::new());
    for entry in cases.filter(|entry| entry.covers(on)) {
        match entry.state {
            State::InEffect => in_effect.push(entry),
            State::Suspended => suspended.push(entry.case_id.as_str()),
            State::Idle | State::Held | State::Lifted => {}
        }
    }
    if in_effect.is_empty() && suspended.is_empty() {
        return None;
    }
    let of_kind = |kind| plan(kind, settings.bounds(kind), in_effect.iter().copied());
    let (routine, special) = (of_kind(Kind::Routine), of_kind(Kind::Special));
    let applied = |plan: &Plan| {
        let applied = plan.because.iter().filter(|reason| reason.applied);
        applied.map(|reason| reason.case.clone()).collect::<Vec<_>>()
    };
    let mut by = [applied(&routine), applied(&special)].concat();
    by.sort_unstable();
    by.dedup();
    Some(Row { subject, routine: routine.per_year, special: special.per_year, by, suspended })
}
