//! What a version of the rules would change against another: entries by id, fields by name.

use crate::rules::{
    Behaviour, Contract, DataItem, Department, Instrument, Measure, RulePack, RuleSet,
};

/// How an entry differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the later version has it.
    Added,
    /// Only the earlier version has it.
    Removed,
    /// Both have it; these fields differ.
    Changed(Vec<&'static str>),
}

/// One entry that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Kind of entry: `measure`, `behaviour`, `pack` ...
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// How.
    pub change: Change,
}

/// Fields that differ. The pattern makes a field that is not on the list an error of the compiler.
macro_rules! fields {
    ($type:ident, $id:ident, $before:ident, $after:ident: $($field:ident),*) => {{
        let $type { $id: _, $($field: _),* } = $before;
        let mut changed = Vec::new();
        $(if $before.$field != $after.$field {
            changed.push(stringify!($field));
        })*
        changed
    }};
}

fn entries<T>(
    kind: &'static str,
    (before, after): (&[T], &[T]),
    id: impl Fn(&T) -> String,
    fields: impl Fn(&T, &T) -> Vec<&'static str>,
    found: &mut Vec<Difference>,
) {
    let mut push = |id: String, change| found.push(Difference { kind, id, change });
    for old in before {
        match after.iter().find(|new| id(new) == id(old)) {
            None => push(id(old), Change::Removed),
            Some(new) => match fields(old, new) {
                changed if changed.is_empty() => {}
                changed => push(id(old), Change::Changed(changed)),
            },
        }
    }
    for new in after {
        if !before.iter().any(|old| id(old) == id(new)) {
            push(id(new), Change::Added);
        }
    }
}

impl RuleSet {
    /// What loading `after` in place of this version would change. There are some hundred entries.
    pub fn differences(&self, after: &RuleSet) -> Vec<Difference> {
        let mut found = Vec::new();
        entries(
            "instrument",
            (&self.instruments, &after.instruments),
            |own| own.id.clone(),
            |a, b| {
                fields!(Instrument, id, a, b: title, number, level, issuer, in_force_from, repealed_on, replaced_by,
                    confirmed)
            },
            &mut found,
        );
        entries(
            "item",
            (&self.items, &after.items),
            |own| own.id.clone(),
            |a, b| {
                fields!(DataItem, id, a, b: name_zh, name_en, class, openness, polarity, subjects, providers,
                    basis)
            },
            &mut found,
        );
        entries(
            "behaviour",
            (&self.behaviours, &after.behaviours),
            |own| own.id.clone(),
            |a, b| {
                fields!(Behaviour, id, a, b: area, name_zh, name_en, found_by, found_by_note, basis, facts,
                    period_months, repair)
            },
            &mut found,
        );
        entries(
            "measure",
            (&self.measures, &after.measures),
            |own| own.id.clone(),
            |a, b| {
                fields!(Measure, id, a, b: name_zh, name_en, category, plan_section, subject, needs, strength,
                    executor, basis, statutory, behaviours, implementers, max_months, execute_wd, hearing, consent,
                    published, note)
            },
            &mut found,
        );
        entries(
            "department",
            (&self.departments, &after.departments),
            |own| own.code.clone(),
            |a, b| {
                fields!(Department, code, a, b: uscc, name_zh, name_en, officers, respond_working_days,
                credit_office, supervision)
            },
            &mut found,
        );
        entries(
            "contract",
            (&self.contracts, &after.contracts),
            |own| own.id.clone(),
            |a, b| {
                fields!(Contract, id, a, b: authority, function_zh, function_en, purposes, items, standards, basis,
                    from, until)
            },
            &mut found,
        );
        let packs = |set: &RuleSet| set.packs.all().cloned().collect::<Vec<_>>();
        entries(
            "pack",
            (&packs(self), &packs(after)),
            |own| own.in_force_from.to_string(),
            |a, b| {
                fields!(RulePack, in_force_from, a, b: repair_instrument, statement_window_wd, hearing_request_wd,
                    decide_within_wd, serve_within_days, standstill_wd, black_cap_months,
                    red_cap_months, red_public_notice_days, dispatch_wd, respond_wd, feedback_wd,
                    lift_wd, objection_accept_wd, objection_refer_wd, verification_wd,
                    unverified_after_wd, expert_testing_wd, resolve_wd, review_request_wd, repair_accept_wd,
                    repair_decide_wd, repair_extend_wd, repair_bar_months, double_publicity_wd, publicity_minor_months,
                    publicity_general_months, publicity_serious_months, clean_record_years,
                    whistle_triage_wd, whistle_verify_wd, whistle_feedback_wd, whistle_keep_months, retention_months)
            },
            &mut found,
        );
        let days = |set: &RuleSet| set.calendar.moved().collect::<Vec<_>>();
        entries(
            "day",
            (&days(self), &days(after)),
            |(day, _)| day.to_string(),
            |a, b| if a.1 == b.1 { Vec::new() } else { vec!["kind"] },
            &mut found,
        );
        found
    }
}
