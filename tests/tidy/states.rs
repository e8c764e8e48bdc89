//! The index of the state diagrams: every page that the tables draw, by its own title.

use crate::root;

const FOLDER: &str = "docs/states";

#[test]
fn the_index_of_the_diagrams_lists_every_page() {
    let folder = root().join(FOLDER);
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("the folder of the diagrams")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".md") && name != "README.md")
        .collect();
    names.sort();
    let mut made = String::from(
        "# 状态图 / State diagrams\n\n\
         Each page is drawn by `make docs` from what `decide` and `apply` did when the table test of \
         that machine tried every command in every state, and compared by `make test`.\n\n",
    );
    for name in &names {
        let text = std::fs::read_to_string(folder.join(name)).expect("a page");
        let title = text.lines().next().and_then(|line| line.strip_prefix("# "));
        made.push_str(&format!("- [{}]({name})\n", title.unwrap_or(name)));
    }
    let index = folder.join("README.md");
    if std::env::var_os("SHOUXIN_WRITE_DOCS").is_some() {
        std::fs::write(&index, &made).expect("the index is written");
    }
    let written = std::fs::read_to_string(&index).unwrap_or_default();
    assert!(written == made, "{FOLDER}/README.md is not the list of its pages: run `make docs`");
}
