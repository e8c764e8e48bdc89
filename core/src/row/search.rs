//! By what an organisation is found: its name, or one that it bore before, folded so that full-width letters, case and spaces
//! make no difference. What is personal has no entry, so it can be found by none.

use crate::actor::SubjectKey;
use crate::identifier::narrow;
use crate::row::{Index, SubjectRow};
use crate::text::Name;

/// Longest folded name of an entry, in bytes: what follows tells nobody apart.
const NAME_BYTES_MAX: usize = 240;

/// A name as it is compared.
pub fn folded(name: &str) -> String {
    let mut folded = String::new();
    for letter in name.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()) {
        let letter = narrow(letter).to_ascii_uppercase();
        if folded.len() + letter.len_utf8() > NAME_BYTES_MAX {
            break;
        }
        folded.push(letter);
    }
    folded
}

pub(super) fn subject_entries(row: &SubjectRow, entries: &mut Vec<Index>) {
    let SubjectKey::Organisation(code) = row.key else {
        return;
    };
    if row.key.is_personal() || row.is_erased() {
        return;
    }
    for name in row.former_names.iter().chain([&row.name]) {
        if let Name::Clear(name) = name {
            entries.push(Index::Named(folded(name), code));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_folded_to_what_is_compared() {
        assert_eq!(folded(" 尤溪县 ＡＢｃ（甲）\u{3000}公司\n"), "尤溪县ABC(甲)公司");
        assert_eq!(folded(&"溪".repeat(200)).len(), NAME_BYTES_MAX, "whole characters only");
        assert_eq!(folded("\0 "), "", "no byte that ends a text in a key");
    }
}
