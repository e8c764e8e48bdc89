//! The machines that are drawn in `docs/states/`, and what the state of each of their rows is
//! called. What follows from a parent or a date is said behind the state, in brackets.

use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::path::{DecisionCase, Path, Standing};
use shouxin_core::row::commitment::CommitmentRow;
use shouxin_core::row::social::SocialRow;
use shouxin_core::row::{
    Key, LetterEnd, ListingKind, MeasureRow, MeasureState, ObjectionRow, ObjectionState, RecordRow,
    RecordState, RedCase, RedState, ReliefState, RemedyState, Remote, Row,
};

use super::World;
use super::diagram::Machine;

/// A state and what else is to be said of it.
fn with(name: &str, more: &[(bool, &str)]) -> Option<String> {
    let said: Vec<&str> = more.iter().filter(|own| own.0).map(|own| own.1).collect();
    let name = name.replace('_', " ");
    Some(if said.is_empty() { name } else { format!("{name} ({})", said.join(", ")) })
}

fn record_state(world: &World, row: &Row) -> Option<String> {
    let Row::Record(row) = row else { return None };
    let RecordRow { state, published, holds, corrections, .. } = row;
    let live = *state == RecordState::Accepted;
    let standing = world.standing(|rows, today| rows.record_standing(row.id, today));
    with(
        state.name(),
        &[
            (*published, "published"),
            (live && *corrections > 0, "corrected"),
            (standing == Standing::Suspended || (!live && !holds.is_empty()), "disputed"),
        ],
    )
}

fn case_state(case: &DecisionCase, standing: Standing, published: bool) -> Option<String> {
    let ended = matches!(case.path, Path::Ended(_));
    let name = match &case.path {
        Path::Ended(_) => format!("ended: {}", case.path.name().replace('_', " ")),
        path => path.name().to_owned(),
    };
    let effective = matches!(case.path, Path::Effective(_));
    with(
        &name,
        &[
            (published, "public"),
            (!ended && !effective && !case.holds.is_empty(), "disputed"),
            (standing == Standing::Suspended, "suspended"),
            (!ended && standing == Standing::Ended, "over"),
        ],
    )
}

fn listing_state(world: &World, row: &Row) -> Option<String> {
    let Row::Listing(row) = row else { return None };
    let ListingKind::Black { case, .. } = &row.kind else { return None };
    let standing = world.standing(|rows, on| rows.listing_standing(row.id, on));
    let public = matches!(&case.path, Path::Effective(own) if own.published);
    case_state(case, standing, public)
}

fn attribution_state(world: &World, row: &Row) -> Option<String> {
    let Row::Attribution(row) = row else { return None };
    let standing = world.standing(|rows, on| rows.attribution_standing(row.id, on));
    case_state(&row.case, standing, false)
}

fn red_state(_: &World, row: &Row) -> Option<String> {
    let Row::Listing(row) = row else { return None };
    let ListingKind::Red(red) = &row.kind else { return None };
    let RedCase { state, holds, revocation, .. } = red;
    let heard = revocation.as_ref().map(|own| own.points.is_some());
    with(
        state.name(),
        &[
            (matches!(state, RedState::Active { published: true, .. }), "public"),
            (!holds.is_empty(), "disputed"),
            (heard == Some(false), "revocation noticed"),
            (heard == Some(true), "revocation heard"),
        ],
    )
}

fn measure_state(world: &World, row: &Row) -> Option<String> {
    let Row::Measure(row) = row else { return None };
    let MeasureRow {
        state,
        remote,
        feedback,
        lift,
        fault,
        exempt_until,
        expired,
        annulled,
        telling,
        dispatch,
        escalated,
        letter,
        courtesy,
        ..
    } = row;
    let standing = world.standing(|rows, on| rows.measure_standing(row.id, on));
    let forwarded = |wanted: bool, by_answer: bool| match state {
        MeasureState::Forwarded { answered, recalled } => {
            if by_answer {
                *answered == wanted
            } else {
                *recalled == wanted
            }
        }
        _ => false,
    };
    let owes = state.owes_undoing();
    let closed = matches!(
        state,
        MeasureState::Lifted { .. } | MeasureState::Closed | MeasureState::Declined
    ) || forwarded(true, false);
    let ended = standing == Standing::Ended && !closed;
    with(
        state.name(),
        &[
            (matches!(state, MeasureState::Dispatched { overdue: true, .. }), "overdue"),
            (matches!(state, MeasureState::Executing { failures, .. } if *failures > 0), "failed"),
            (matches!(state, MeasureState::Accepted { failures } if *failures > 0), "failed"),
            (matches!(state, MeasureState::Lifted { fed_back: true }), "fed back"),
            (fault.is_some() && *remote != Remote::Nothing, "delivery failed"),
            (forwarded(true, true), "answered"),
            (forwarded(true, false), "recalled"),
            (exempt_until.is_some(), "exempted"),
            (standing == Standing::Suspended && !closed, "suspended"),
            (*remote == Remote::Suspended && !closed, "held there"),
            (ended && owes, "lift required"),
            (ended && !owes, "over"),
            (*expired && !closed, "end said"),
            (*annulled, "annulled"),
            (feedback.is_some_and(|own| own.overdue), "feedback overdue"),
            (lift.is_some_and(|own| own.overdue), "lift overdue"),
            (telling.is_some_and(|own| !own.owed.overdue), "to be told"),
            (telling.is_some_and(|own| own.owed.overdue), "told too late"),
            (dispatch.is_some_and(|own| own.overdue), "dispatch overdue"),
            (escalated.is_some(), "with the credit office"),
            (row.dead_letter().is_some(), "dead letter"),
            (state.given_up() && *letter == Some(LetterEnd::Skipped), "skipped"),
            (state.given_up() && *letter == Some(LetterEnd::Handed), "handed over"),
            (courtesy.is_some(), "plugin to be told"),
        ],
    )
}

fn objection_state(_: &World, row: &Row) -> Option<String> {
    let Row::Objection(row) = row else { return None };
    let ObjectionRow { state, suspends, redress_done, reviewed, .. } = row;
    let over = matches!(
        state,
        ObjectionState::Refused | ObjectionState::Resolved { .. } | ObjectionState::Closed { .. }
    );
    with(
        state.name(),
        &[
            (*suspends && !over, "suspends"),
            (*redress_done == Some(false), "redress owed"),
            (*redress_done == Some(true), "redressed"),
            (*reviewed, "reviewed"),
        ],
    )
}

fn repair_state(_: &World, row: &Row) -> Option<String> {
    let Row::Repair(row) = row else { return None };
    let heard =
        matches!(&row.state, shouxin_core::row::RepairState::Revoking(own) if own.points.is_some());
    with(row.state.name(), &[(heard, "heard"), (row.reviewed, "reviewed")])
}

fn remedy_state(_: &World, row: &Row) -> Option<String> {
    let Row::Remedy(row) = row else { return None };
    let name = match row.state {
        RemedyState::Filed => "filed",
        RemedyState::Stayed => "stayed",
        RemedyState::Decided(RemedyOutcome::Upheld) => "decided: upheld",
        RemedyState::Decided(RemedyOutcome::Revoked) => "decided: revoked",
        RemedyState::Decided(RemedyOutcome::Changed { .. }) => "decided: changed",
        RemedyState::Decided(RemedyOutcome::Withdrawn) => "decided: withdrawn",
    };
    with(
        name,
        &[
            (row.redress_done == Some(false), "redress owed"),
            (row.redress_done == Some(true), "redressed"),
        ],
    )
}

fn relief_state(_: &World, row: &Row) -> Option<String> {
    let Row::Relief(row) = row else { return None };
    let name = match row.state {
        ReliefState::Open => "open",
        ReliefState::Completed => "completed",
        ReliefState::Ended => "ended",
    };
    with(name, &[])
}

fn commitment_state(_: &World, row: &Row) -> Option<String> {
    let Row::Commitment(row) = row else { return None };
    let CommitmentRow { state, published, matter_decided_on, breach, .. } = row;
    let said = breach.as_ref().map(|case| format!("breach {}", case.path.name().replace('_', " ")));
    with(
        state.name(),
        &[
            (*published, "published"),
            (matter_decided_on.is_some(), "matter decided"),
            (said.is_some(), said.as_deref().unwrap_or_default()),
        ],
    )
}

fn tolerance_state(_: &World, row: &Row) -> Option<String> {
    let Row::Tolerance(row) = row else { return None };
    let some = row.documents.iter().any(Option::is_some) && row.completed_on.is_none();
    with(row.state.name(), &[(some, "partly supplied")])
}

fn imported_state(world: &World, row: &Row) -> Option<String> {
    match row {
        Row::Social(SocialRow::Imported(row)) => with(row.state(world.today), &[]),
        _ => None,
    }
}

fn case_study_state(_: &World, row: &Row) -> Option<String> {
    match row {
        Row::Social(SocialRow::CaseStudy(row)) => with(row.state.name(), &[]),
        _ => None,
    }
}

fn support_state(_: &World, row: &Row) -> Option<String> {
    let Row::Social(SocialRow::Support(row)) = row else { return None };
    with(
        if row.closed_on.is_some() { "closed" } else { "open" },
        &[(row.handovers > 0, "handed over")],
    )
}

fn erasure_state(_: &World, row: &Row) -> Option<String> {
    let Row::Subject(row) = row else { return None };
    let erasure = row.erasure.as_ref()?;
    with(erasure.name(), &[(row.key_is_destroyed(), "key destroyed")])
}

fn note_state(_: &World, row: &Row) -> Option<String> {
    let Row::Social(SocialRow::MemberNote(row)) = row else { return None };
    let name = match row.withdrawn_on {
        Some(_) => "withdrawn",
        None if row.is_disputed() => "disputed",
        None if row.dispute.is_some() => "answered",
        None => "noted",
    };
    with(name, &[(row.corrected_on.is_some(), "corrected")])
}

fn channel_state(_: &World, row: &Row) -> Option<String> {
    let Row::Channels(rows) = row else { return None };
    let row = rows.first()?;
    let state = if row.closing.is_some() { "closing" } else { "open" };
    with(state, &[(row.failing.is_some(), "failing"), (row.overdue, "overdue")])
}

/// The plugin that the table is about: the one there is, live or in the shadow.
fn plugin_state(world: &World, row: &Row) -> Option<String> {
    let live = match world.row(&Key::Plugins) {
        Some(Row::Plugins(rows)) => rows.first(),
        _ => None,
    };
    let shadow = match world.row(&Key::Shadows) {
        Some(Row::Shadows(rows)) => rows.first(),
        _ => None,
    };
    match (row, live) {
        (Row::Plugins(_), Some(own)) => with(
            if own.retired.is_some() { "retired" } else { "live" },
            &[
                (own.earlier.is_some(), "replaced another"),
                (own.paused.is_some(), "paused"),
                (!own.admission.holds_on(world.today), "past its last day"),
                (shadow.is_some(), "a shadow beside"),
            ],
        ),
        (Row::Shadows(_), None) => shadow.and_then(|_| with("in the shadow", &[])),
        _ => None,
    }
}

fn assessment_state(_: &World, row: &Row) -> Option<String> {
    match row {
        Row::Assessment(row) => with(row.state(), &[]),
        _ => None,
    }
}

fn entry_state(_: &World, row: &Row) -> Option<String> {
    match row {
        Row::CatalogueEntry(row) => with(row.state.name(), &[]),
        _ => None,
    }
}

macro_rules! machines {
    ($($name:ident $file:literal $zh:literal $en:literal $source:literal $state:expr;)*) => {
        $(
            #[doc = $en]
            pub static $name: Machine = Machine {
                file: $file,
                title_zh: $zh,
                title_en: $en,
                source: $source,
                state: $state,
            };
        )*

        /// Every machine, in the order of its specification.
        pub static ALL: &[&Machine] = &[$(&$name,)*];
    };
}

machines! {
    RECORD "record" "信用记录" "Credit record" "domain.md 2.1" record_state;
    RECORD_WIDER "record-courts" "信用记录：诉讼与以其为据的名单"
        "Credit record: courts, and the listings that rest on it"
        "domain.md 2.1, 2.6" record_state;
    COMMITMENT "commitment" "信用承诺" "Credit commitment" "domain.md 2.2" commitment_state;
    BREACH "commitment-breach" "违诺认定" "Finding that a commitment was broken"
        "domain.md 2.2" commitment_state;
    LISTING "listing" "严重失信主体名单：认定程序" "Black listing: the decision path"
        "domain.md 2.3a" listing_state;
    LISTED "listing-in-effect" "严重失信主体名单：生效以后" "Black listing: once it has effect"
        "domain.md 2.3a" listing_state;
    LISTING_WIDER "listing-on-its-way" "严重失信主体名单：认定程序中的异议、诉讼、修复与撤销"
        "Black listing on its way: objection, suit, repair and what is taken back"
        "domain.md 2.3a, 2.5, 2.6" listing_state;
    LISTING_WAITS "listing-disputed" "严重失信主体名单：认定程序中有争议的"
        "Black listing on its way that is disputed" "domain.md 2.3a, 2.6" listing_state;
    LISTED_WIDER "listing-not-again" "严重失信主体名单：生效以后不再重走程序"
        "Black listing in effect: no step of the path is taken again"
        "domain.md 2.3a" listing_state;
    ATTRIBUTION "attribution" "责任落实到人" "Attribution to a person"
        "domain.md 2.3b" attribution_state;
    ATTRIBUTION_WIDER "attribution-courts" "责任落实到人：诉讼与名单终止"
        "Attribution to a person: courts, and the end of its listing"
        "domain.md 2.3b, 2.6" attribution_state;
    ATTRIBUTION_ON_RECORDS "attribution-on-records" "责任落实到人：本人记录的异议、撤销、修复与到期"
        "Attribution to a person: dispute, annulment, repair and end of the person's own record"
        "domain.md 2.3b, 2.5, 2.6" attribution_state;
    RED "red-listing" "红名单" "Red listing" "domain.md 2.3c" red_state;
    RED_REVOCATION "red-listing-revocation" "红名单撤销" "Revocation of a red listing"
        "domain.md 2.3c" red_state;
    MEASURE "measure" "联合惩戒措施" "Measure case" "domain.md 2.4" measure_state;
    MEASURE_WIDER "measure-courts" "联合惩戒措施：诉讼与所依据事项终止"
        "Measure case: courts, and the end of what it rests on"
        "domain.md 2.4, 2.6" measure_state;
    INCENTIVE "measure-incentive" "联合激励措施" "Incentive" "domain.md 2.4" measure_state;
    BY_PLUGIN "measure-by-plugin" "由插件执行的措施" "Measure carried out by a plugin"
        "domain.md 2.4" measure_state;
    DEAD_LETTER "measure-dead-letter" "由插件执行的措施：插件放弃执行以后"
        "Measure that its plugin gave up" "domain.md 2.4, design.md 5" measure_state;
    FORWARDED "measure-forwarded" "上报上级机关的措施" "Measure forwarded to a higher authority"
        "domain.md 1.6, 2.4" measure_state;
    REPAIR "repair" "信用修复" "Repair" "domain.md 2.5" repair_state;
    REPAIR_AFTER "repair-afterwards" "信用修复：复核与撤销" "Repair: review and revocation"
        "domain.md 2.5" repair_state;
    REPAIR_RECORD "repair-of-a-record" "记录的信用修复" "Repair of a record"
        "domain.md 2.5, 4.4" repair_state;
    REPAIR_BREACH "repair-of-a-breach" "违诺认定的信用修复" "Repair of a finding of breach"
        "domain.md 2.2, 2.5" repair_state;
    REPAIR_ATTRIBUTION "repair-of-an-attribution" "责任认定的信用修复"
        "Repair of what a person answers for" "domain.md 2.3b, 2.5" repair_state;
    RELIEF "relief" "重整期间的保护" "Relief while a plan is performed"
        "domain.md 2.5" relief_state;
    OBJECTION "objection" "异议" "Objection" "domain.md 2.6" objection_state;
    OBJECTION_AFTER "objection-review" "异议：举证、逾期与复核"
        "Objection: evidence, what nobody verified, review" "domain.md 2.6" objection_state;
    OBJECTION_RIGHT "objection-put-right" "异议：更正、补充、停止公示"
        "Objection: corrected, supplemented, off display" "domain.md 2.6" objection_state;
    REMEDY "remedy" "行政复议与行政诉讼" "Reconsideration and suit" "domain.md 2.6" remedy_state;
    WHISTLE "whistle" "失信举报" "Report of wrongdoing" "domain.md 2.7" |_, _| None;
    ENTRY "catalogue-entry" "清单条目" "Catalogue entry" "domain.md 2.8" entry_state;
    ASSESSMENT "assessment" "部门考核" "Assessment of departments" "domain.md 2.8" assessment_state;
    TOLERANCE "tolerant-acceptance" "容缺受理" "Tolerant acceptance"
        "domain.md O32" tolerance_state;
    IMPORTED "imported-classification" "其他机关的信用评价分类"
        "Classification made elsewhere" "domain.md O20" imported_state;
    CASE_STUDY "case-study" "典型案例" "Typical case" "domain.md O26" case_study_state;
    SUPPORT "litigation-support" "支持公益诉讼" "Support of public-interest litigation"
        "domain.md O47" support_state;
    NOTE "member-note" "协会会员档案" "Association's note about a member"
        "domain.md O45" note_state;
    ERASURE "erasure" "档案删除" "Erasure of a file" "domain.md 2.1, design.md 3" erasure_state;
    PLUGIN "plugin" "插件" "Plugin" "domain.md O51, design.md 5" plugin_state;
    CHANNEL "channel" "公示渠道" "Channel that shows what is public"
        "domain.md A25, INV-13" channel_state;
}
