//! The departments of this repository hold to the contract.

mod kit;

use kit::{broken, check_with, library};
use serde_json::json;

#[test]
fn the_approval_bureau_passes_without_a_remark() {
    let report = check_with(&library("shouxin-plugin-approval"), |_| {});
    assert_eq!(broken(&report), [], "{report}");
    assert!(report.passed);
}

#[test]
fn government_procurement_passes_without_a_remark() {
    let report = check_with(&library("shouxin-plugin-procurement"), |options| {
        options.name = Some("procurement".to_owned());
        options.settings = json!({"longest_years": 3});
    });
    assert_eq!(broken(&report), [], "{report}");
    assert!(report.passed);
}

#[test]
fn market_supervision_passes_without_a_remark() {
    let report = check_with(&library("shouxin-plugin-market"), |_| {});
    assert_eq!(broken(&report), [], "{report}");
    assert!(report.passed);
}
