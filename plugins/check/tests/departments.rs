//! The departments of this repository hold to the contract.

mod kit;

use kit::{broken, check_with, library};
use serde_json::json;
use shouxin_plugin_check::{Report, Verdict};

fn without_a_remark(report: &Report) {
    assert_eq!(broken(report), [], "{report}");
    assert_eq!(report.count(Verdict::Skipped), 0, "{report}");
    assert!(report.passed);
}

#[test]
fn the_approval_bureau_passes_without_a_remark() {
    let report = check_with(&library("shouxin-plugin-approval"), |options| {
        options.question = Some(json!({"subject": "$subject", "on": "$day"}));
    });
    without_a_remark(&report);
}

#[test]
fn government_procurement_passes_without_a_remark() {
    let report = check_with(&library("shouxin-plugin-procurement"), |options| {
        options.name = Some("procurement".to_owned());
        options.settings = json!({"longest_years": 3});
        options.question = Some(json!({"supplier": "$subject", "on": "$day"}));
    });
    without_a_remark(&report);
}

#[test]
fn market_supervision_passes_without_a_remark() {
    let report = check_with(&library("shouxin-plugin-market"), |options| {
        options.question = Some(json!({"subject": "$subject", "on": "$day"}));
    });
    without_a_remark(&report);
}
