//! The scenario file: dates written by hand, read into types of their own.

use serde::Deserialize;
use shouxin_core::time::Day;

/// Every date of the story.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(
    missing_docs,
    reason = "each field is a date of server/demo/scenario.toml, explained there"
)]
pub struct Scenario {
    pub first_day: Day,
    pub wages: Wages,
    pub advert: Advert,
    pub quality: Quality,
    pub person: Person,
    pub red: Red,
}

macro_rules! dates {
    ($($(#[$doc:meta])* $name:ident { $($field:ident),* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs, reason = "dates of server/demo/scenario.toml, explained there")]
        pub struct $name { $(pub $field: Day,)* }
    )*};
}

dates! {
    /// Case 1.
    Wages {
        proposed, noticed, window_ends, stated, decided, end, served, starts, initiated,
        respond_by, accepted, fed_back, objected, accept_by, referred, verify_by, verified,
        resumed, too_early, repair_applied, repair_accept_by, repair_decide_by, repair_accepted,
        repaired
    }
    /// Case 2.
    Advert {
        proposed, noticed, window_ends, window_closed, decided, end, served, starts, initiated,
        objected, referred, verify_by, verified, annulled, redressed
    }
    /// Case 3.
    Quality {
        proposed, noticed, window_ends, waived, decided, end, served, starts, initiated, expired
    }
    /// The person.
    Person { proposed, noticed, waived, decided, served, starts, effective }
    /// The exemplar.
    Red { nominated, notice_ends, decided, until, initiated }
}

impl Scenario {
    /// The scenario this program ships with.
    pub fn shipped() -> Result<Scenario, String> {
        toml::from_str(include_str!("../../demo/scenario.toml"))
            .map_err(|error| format!("server/demo/scenario.toml: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_scenario_reads() {
        let scenario = Scenario::shipped().unwrap();
        assert!(scenario.wages.repaired > scenario.quality.expired);
    }
}
