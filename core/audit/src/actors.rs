//! Who may cause what (design.md 1). Timers end, mark, escalate, and start what a served decision
//! fixed; plugins answer; the operator holds the machine; everything else is a named officer's or
//! the party's own.

use shouxin_core::actor::Actor;
use shouxin_core::guard::Guard;

use crate::here::Here;
use crate::member;
use crate::names::INV_5;

const OFFICER: u8 = 1;
const PARTY: u8 = 2;
const TIMER: u8 = 4;
const PLUGIN: u8 = 8;
const OPERATOR: u8 = 16;
const ANYBODY: u8 = 31;

/// An event that is not listed here is an officer's: a new group adds its timers' lines.
fn allowed(name: &str) -> u8 {
    match name {
        "rules.loaded"
        | "key.created"
        | "key.revoked"
        | "plugin.deployed"
        | "plugin.admitted"
        | "plugin.shadowed"
        | "plugin.promoted"
        | "plugin.shadow_dropped"
        | "plugin.rolled_back"
        | "plugin.paused"
        | "plugin.resumed"
        | "plugin.removed"
        | "plugin.retired"
        | "plugin.untold_skipped"
        | "dead_letter.retried"
        | "dead_letter.skipped"
        | "dead_letter.handed"
        | "channel.opened"
        | "channel.closed"
        | "channel.closing" => OPERATOR,
        "guard.denied" => ANYBODY,
        "command.refused" => OFFICER | PARTY,
        "plugin.told"
        | "plugin.told_late"
        | "plugin.forgot"
        | "measure.plugin_told"
        | "execution.failed"
        | "delivery.failed" => PLUGIN,
        "measure.executed"
        | "measure.suspension_confirmed"
        | "measure.resumption_confirmed"
        | "measure.lifted"
        | "assessment.feedback_due"
        | "assessment.lift_late" => OFFICER | PLUGIN,
        "statement.window_closed"
        | "listing.took_effect"
        | "listing.expired"
        | "record.expired"
        | "record.archived"
        | "measure.response_overdue"
        | "measure.expired"
        | "measure.lift_required"
        | "measure.lift_overdue"
        | "measure.forward_telling_required"
        | "measure.forward_telling_overdue"
        | "measure.forward_telling_moot"
        | "family.settled"
        | "objection.overdue"
        | "objection.closed"
        | "repair.done"
        | "listing.restored"
        | "record.restored"
        | "deadline.recomputed"
        | "job.finished"
        | "assessment.dispatch_overdue"
        | "assessment.dispatch_put_off"
        | "assessment.work_put_off"
        | "assessment.response_due"
        | "assessment.feedback_overdue"
        | "assessment.referral_overdue"
        | "assessment.execution_overdue"
        | "assessment.repair_check_overdue"
        | "assessment.repair_decision_overdue"
        | "assessment.case_decision_overdue"
        | "assessment.case_service_overdue"
        | "assessment.result_overdue"
        | "assessment.review_overdue"
        | "subject.key_destroyed"
        | "channel.confirmed"
        | "channel.failed"
        | "channel.overdue"
        | "breach.restored"
        | "attribution.restored"
        | "commitment.overdue"
        | "breach.window_closed"
        | "breach.expired"
        | "tolerant_acceptance.overdue"
        | "red_listing.revocation_not_owed"
        | "assessment.revocation_overdue" => TIMER,
        "measure.closed"
        | "objection.accepted"
        | "assessment.referral_due"
        | "assessment.dispatch_due"
        | "assessment.execution_due"
        | "listing.annulled"
        | "repair.revocation_lapsed"
        | "listing.shortened"
        | "record.publicity_shortened"
        | "breach.shortened"
        | "listing.repair_rule_kept"
        | "attribution.ended"
        | "red_listing.revocation_owed" => OFFICER | TIMER,
        "classification.changed" => OFFICER | PARTY | TIMER,
        "statement.received"
        | "statement.waived"
        | "objection.filed"
        | "repair.applied"
        | "repair.record_applied"
        | "repair.breach_applied"
        | "repair.attribution_applied"
        | "red_listing.closed"
        | "red_listing.revocation_stated"
        | "red_listing.withdrawal_received"
        | "repair.revocation_stated"
        | "evidence.added"
        | "review.requested"
        | "remedy.filed"
        | "commitment.declined"
        | "commitment.signed"
        | "commitment.withdrawn"
        | "breach.statement_received"
        | "breach.statement_waived"
        | "tolerant_acceptance.withdrawn"
        | "authorisation.given"
        | "authorisation.withdrawn"
        | "member_file.objected" => OFFICER | PARTY,
        _ => OFFICER,
    }
}

/// What ends a suspension, and so is never a timer's or a plugin's alone.
fn resumes(name: &str) -> bool {
    matches!(
        name,
        "objection.resolved"
            | "objection.refused"
            | "review.decided"
            | "remedy.stay_ended"
            | "remedy.decided"
            | "relief.ended"
            | "measure.resumption_confirmed"
    )
}

pub(crate) fn check(at: &mut Here<'_>) {
    let name = at.event.event.name();
    let allowed = allowed(name);
    let kind = match &at.event.actor {
        Actor::Officer(_) => OFFICER,
        Actor::Subject(_) => PARTY,
        Actor::System => TIMER,
        Actor::Plugin { .. } => PLUGIN,
        Actor::Operator => OPERATOR,
    };
    let actor = &at.event.actor;
    if kind & allowed == 0 {
        let detail = format!("{actor} may not cause it");
        if resumes(name) && matches!(kind, TIMER | PLUGIN) {
            at.broken(INV_5, detail);
        } else if allowed & OFFICER != 0 {
            at.guard(Guard::Human, detail);
        } else {
            at.guard(Guard::Competent, detail);
        }
    } else if kind == OFFICER && !on_file(at, name) {
        at.guard(Guard::Human, format!("{actor} is no officer on file"));
    }
}

/// Officers of departments act for the county; an association's only in its own files.
fn on_file(at: &Here<'_>, name: &str) -> bool {
    match name {
        // That nobody on file asked may be the very reason of the refusal.
        "guard.denied" | "command.refused" => true,
        "member_file.noted"
        | "member_file.corrected"
        | "member_file.withdrawn"
        | "member_file.answered" => member::is_guild_officer(at),
        _ => at.officer().is_some(),
    }
}
